"""What a shell needs to complete a command line: click's scripts, which ask the program, and names from a database."""

import re
from collections.abc import Iterable
from typing import Final

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

PROGRAM: Final = "sesscore"
# By shell: who writes the script, and where below `share` the shell looks for it.
SHELLS: Final[dict[str, tuple[type[ShellComplete], str]]] = {
    "bash": (BashComplete, f"bash-completion/completions/{PROGRAM}"),
    "zsh": (ZshComplete, f"zsh/site-functions/_{PROGRAM}"),
    "fish": (FishComplete, f"fish/vendor_completions.d/{PROGRAM}.fish"),
}
MOST: Final = 500
# A shell puts a name into a line that is run next, and attackers choose some: no others are offered.
_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]*")


def script(shell: str, program: click.Command) -> str:
    """The script for a shell."""
    writer = SHELLS[shell][0](program, {}, PROGRAM, f"_{PROGRAM.upper()}_COMPLETE")
    # Not BashComplete's own, which runs the bash that happens to be there, and warns of it.
    return ShellComplete.source(writer).strip() + "\n"


def plain(names: Iterable[str], begin: str) -> list[str]:
    """Those that begin so, and mean nothing to any shell."""
    return [name for name in names if name.startswith(begin) and _PLAIN.fullmatch(name)][:MOST]


def sensors_of(db: str) -> list[str]:
    """The names of the sensors in a database, none if it cannot be asked; nothing is made beside it."""
    try:
        from sesscore.connections import size_of, would_make_index
        from sesscore.queries import rows
        from sesscore.store import open_for_reading

        if size_of(db) <= 0 or would_make_index(db):
            return []
        with open_for_reading(db, touch=False) as database:
            return [str(row["name"]) for row in rows(database.connection, "store/sensors")]
    except Exception:  # whoever completes a line asked for nothing, so nothing is said
        return []
