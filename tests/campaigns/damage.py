"""Damaged and foreign databases are given to every command that reads, and to ingest: each ends in words of its own.

    python tests/campaigns/damage.py --mutants 2000 --folder /dev/shm

A step is `KIND NUMBER`. The commands run in forked processes, without the rights of root. Each ends with an exit code
that fits the kind, without a traceback, a crash or a hang. A file that is not ours stays as it is, and its folder too.
"""

from __future__ import annotations

import hashlib
import io
import os
import random
import shutil
import signal
import stat
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import apsw
from harness import Campaign, main
from logs import make

from sesscore import cli
from sesscore.ingest import ingest
from sesscore.migrations import SCHEMA_VERSION

EVENTS = 300
PAGE = 8192
PATIENCE = 60
NOBODY = 65534
READING = ("report", "verify", "show", "why", "quarantine")
ANY = frozenset({0, 1, 3, 4, 6, 7})


@dataclass(frozen=True)
class Kind:
    """damage: what is done to a database. codes: that are right for commands that read; ingest_codes: for ingest.

    untouched: what must be as before, the `file` or the whole `folder`.
    """

    damage: Callable[[Path, Path, random.Random], None]
    codes: frozenset[int] = ANY
    ingest_codes: frozenset[int] = ANY
    untouched: str = ""


# Damages. other: another database, with a log beside it.


def flip(db: Path, other: Path, chance: random.Random) -> None:
    """Some bits, anywhere or in the first page."""
    data = bytearray(db.read_bytes())
    end = chance.choice((len(data), len(data), PAGE, 100))
    for _ in range(chance.choice((1, 1, 3, 20))):
        data[chance.randrange(end)] ^= 1 << chance.randrange(8)
    db.write_bytes(data)


def scribble(db: Path, other: Path, chance: random.Random) -> None:
    """Random bytes over a stretch."""
    data = bytearray(db.read_bytes())
    start = chance.randrange(len(data))
    size = min(chance.choice((4, 40, 400, 4000)), len(data) - start)
    data[start : start + size] = chance.randbytes(size)
    db.write_bytes(data)


def cut(db: Path, other: Path, chance: random.Random) -> None:
    """The end is missing, at the border of a page or not."""
    size = chance.randrange(db.stat().st_size)
    os.truncate(db, size - size % PAGE if chance.random() < 0.5 else size)


def zero(db: Path, other: Path, chance: random.Random) -> None:
    """Some pages are zeros, as after a crash of the file system."""
    data = bytearray(db.read_bytes())
    for _ in range(chance.choice((1, 2, 5))):
        start = PAGE * chance.randrange(len(data) // PAGE)
        data[start : start + PAGE] = bytes(PAGE)
    db.write_bytes(data)


def swap(db: Path, other: Path, chance: random.Random) -> None:
    """Two pages have changed places."""
    data = bytearray(db.read_bytes())
    one, two = (PAGE * chance.randrange(len(data) // PAGE) for _ in range(2))
    data[one : one + PAGE], data[two : two + PAGE] = data[two : two + PAGE], data[one : one + PAGE]
    db.write_bytes(data)


def log_of_another(db: Path, other: Path, chance: random.Random) -> None:
    """The log beside it is another database's: a whole one, or the beginning of one."""
    log = Path(f"{other}-wal").read_bytes()
    Path(f"{db}-wal").write_bytes(log if chance.random() < 0.5 else log[: chance.randrange(1, len(log))])


def log_damaged(db: Path, other: Path, chance: random.Random) -> None:
    """A database whose content is still in its log, with some bits of that flipped, or its end missing."""
    shutil.copy2(other, db)
    log = bytearray(Path(f"{other}-wal").read_bytes())
    for _ in range(chance.choice((0, 1, 5))):
        log[chance.randrange(len(log))] ^= 1 << chance.randrange(8)
    Path(f"{db}-wal").write_bytes(log[: chance.choice((len(log), chance.randrange(len(log))))])


def no_database(db: Path, other: Path, chance: random.Random) -> None:
    """Something else."""
    magic = b"SQLite format 3\0"
    db.write_bytes(chance.choice((b"{}\n" * 999, chance.randbytes(9000), magic, magic * 600)))


def _pragma(db: Path, name: str, value: int) -> None:
    connection = apsw.Connection(str(db))
    connection.pragma(name, value)
    connection.close()


def anothers(db: Path, other: Path, chance: random.Random) -> None:
    """The database of another program."""
    _pragma(db, "application_id", chance.randrange(1 << 31))


def newer(db: Path, other: Path, chance: random.Random) -> None:
    """Of a later version."""
    _pragma(db, "user_version", SCHEMA_VERSION + chance.randrange(1, 1000))


def read_only_file(db: Path, other: Path, chance: random.Random) -> None:
    """May be read, not written."""
    db.chmod(0o444)


def read_only_folder(db: Path, other: Path, chance: random.Random) -> None:
    """Nothing may be made beside it."""
    db.parent.chmod(0o555)


def unreadable(db: Path, other: Path, chance: random.Random) -> None:
    """May not even be read."""
    db.chmod(0)


KINDS = {
    "flip": Kind(flip),
    "scribble": Kind(scribble),
    "cut": Kind(cut),
    "zero": Kind(zero),
    "swap": Kind(swap),
    "log-damaged": Kind(log_damaged),
    "log-of-another": Kind(log_of_another),
    "no-database": Kind(no_database, frozenset({1}), frozenset({1}), "folder"),
    "anothers": Kind(anothers, frozenset({1}), frozenset({1}), "folder"),
    "newer": Kind(newer, frozenset({4}), frozenset({4}), "folder"),
    "read-only-file": Kind(read_only_file, frozenset({0}), frozenset({7}), "file"),
    "read-only-folder": Kind(read_only_folder, frozenset({0}), frozenset({7}), "folder"),
    "unreadable": Kind(unreadable, frozenset({7}), frozenset({7}), "folder"),
}


def damage(campaign: Campaign, amount: int) -> None:
    """Tries so many databases, of each kind as many."""
    logs = make(campaign.folder / "logs", EVENTS, seed=campaign.seed)
    sound = campaign.folder / "sound.db"
    ingest([str(logs.folder)], db=str(sound), **logs.keywords)
    other = _with_log(campaign.folder)
    session = _any_session(sound)
    for command in (*READING, "ingest"):  # what is imported late may lie where nobody else may look
        _warm(_arguments(command, sound, str(logs.folder), session))
    for path in (campaign.folder, *campaign.folder.rglob("*")):
        path.chmod(0o755)
    kinds = list(KINDS)
    for step in campaign.steps(f"{kinds[number % len(kinds)]} {number // len(kinds)}" for number in range(amount)):
        _try(campaign, step, sound, other, str(logs.folder), session)


def _with_log(folder: Path) -> Path:
    """A database whose content is in its log, as a kill leaves it."""
    logs = make(folder / "others", EVENTS, seed=99)
    live = folder / "live.db"
    ingest([str(logs.folder)], db=str(live), **logs.keywords)
    held = apsw.Connection(str(live))
    ingest([str(logs.folder / "cowrie.json")], db=str(live))
    held.execute("UPDATE text SET value = value || ' ' WHERE text_id % 2")
    other = folder / "other.db"
    for suffix in ("", "-wal"):
        shutil.copy2(f"{live}{suffix}", f"{other}{suffix}")
    held.close()
    return other


def _any_session(db: Path) -> str:
    connection = apsw.Connection(str(db))
    session: str = connection.execute("SELECT session_id FROM session_metrics ORDER BY event_count DESC LIMIT 1").get
    connection.close()
    return session


def _try(campaign: Campaign, step: str, sound: Path, other: Path, log: str, session: str) -> None:
    kind = KINDS[step.split()[0]]
    folder = campaign.folder / "mutant"
    folder.mkdir()
    db = folder / "s.db"
    shutil.copyfile(sound, db)
    kind.damage(db, other, campaign.chance(step))
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            os.chown(path, NOBODY, NOBODY)
    before = _traces(folder)
    campaign.figures["databases"] += 1
    for command in (*READING, "ingest"):
        code, said = _command(campaign.folder, *_arguments(command, db, log, session))
        problem = _problem(code, said, kind.ingest_codes if command == "ingest" else kind.codes)
        campaign.figures["commands"] += 1
        if command in ("verify", "ingest"):
            campaign.figures[f"refused by {command}"] += code != 0
        if not problem and kind.untouched and not _as_before(_traces(folder), before, kind.untouched):
            problem = f"changed: {sorted(_traces(folder).items() ^ before.items())}"
        if problem:
            campaign.wrong(step, f"{command}: {problem}")
    folder.chmod(0o755)
    shutil.rmtree(folder)


def _as_before(now: dict[str, str], before: dict[str, str], untouched: str) -> bool:
    return now == before if untouched == "folder" else now["s.db"] == before["s.db"]


def _arguments(command: str, db: Path, log: str, session: str) -> list[str]:
    words = {
        "report": ["report", "summary"],
        "show": ["show", session],
        "why": ["why", session, "--records"],
        "quarantine": ["quarantine", "list"],
        "ingest": ["ingest", log, "--no-progress"],
    }
    return [*words.get(command, [command]), "--db", str(db)]


def _traces(folder: Path) -> dict[str, str]:
    """Each file with a hash, its mode and when it was changed."""
    made = {}
    for path in folder.iterdir():
        info = path.stat()
        data = path.read_bytes() if os.access(path, os.R_OK) else b""
        made[path.name] = f"{hashlib.sha256(data).hexdigest()[:16]} {stat.filemode(info.st_mode)} {info.st_mtime_ns}"
    return made


def _problem(code: int, said: str, codes: frozenset[int]) -> str:
    if code < 0:
        return f"ended by signal {-code}: {said[-300:]}"
    if "Traceback" in said or "a mistake of this program" in said:
        return said[-500:]
    return "" if code in codes else f"exit code {code}: {said[-300:]}"


def _command(folder: Path, *arguments: str) -> tuple[int, str]:
    """The exit code of a command, or minus the signal that ended it, and what it said on standard error."""
    said = folder / "said"
    child = os.fork()
    if child == 0:
        os._exit(_in_child(said, arguments))
    deadline = time.monotonic() + PATIENCE
    while (status := os.waitpid(child, os.WNOHANG))[0] == 0:
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            return -os.waitpid(child, 0)[1] or -1, "it hangs"
        time.sleep(0.001)
    code = os.waitstatus_to_exitcode(status[1])
    return code, said.read_text("utf-8", "replace")


def _warm(arguments: list[str]) -> None:
    """Runs a command in this process."""
    with redirect_stdout(io.TextIOWrapper(io.BytesIO())), redirect_stderr(io.StringIO()):
        cli.main(arguments)


def _in_child(said: Path, arguments: tuple[str, ...]) -> int:
    with open(os.devnull, "w") as out, open(said, "w") as err, redirect_stdout(out), redirect_stderr(err):
        if os.geteuid() == 0:  # who may do everything is refused nothing
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        return cli.main(arguments)


if __name__ == "__main__":
    sys.exit(main(damage, "mutants", 2000, __doc__))
