"""Damaged and foreign databases are given to every command that reads, and to ingest: each ends in words of its own.

    python tests/campaigns/damage.py --mutants 2000 --folder /dev/shm

A step is `KIND NUMBER`. The commands run in forked processes, without the rights of root. Each ends with an exit code
that fits the kind, without a traceback, a crash or a hang. A file that is not ours stays as it is, and its folder too.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import signal
import stat
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from importlib.resources import files
from pathlib import Path

import apsw
from harness import Campaign, main
from logs import make
from mutants import KINDS

from sesscore import cli
from sesscore.ingest import ingest
from sesscore.queries import sql

EVENTS = 300
PATIENCE = 60
NOBODY = 65534
READING = ("report", "verify", "show", "why", "quarantine")


def damage(campaign: Campaign, amount: int) -> None:
    """Tries so many databases, of each kind as many."""
    logs = make(campaign.folder / "logs", EVENTS, seed=campaign.seed)
    sound = campaign.folder / "sound.db"
    ingest([str(logs.folder)], db=str(sound), **logs.keywords)
    other = _with_log(campaign.folder)
    session = _any_session(sound)
    for command in (*READING, "ingest"):  # what is imported late may lie where nobody else may look
        _warm(_arguments(command, sound, str(logs.folder), session))
    _read_all_statements()
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
    """Each file with a hash, its mode and when it was changed, but the status that says that ingest failed."""
    made = {}
    for path in folder.iterdir():
        if path.name.endswith(".status.json"):
            continue
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


def _read_all_statements() -> None:
    """Those that only a damaged database asks for: a child may not read the folder that the program is installed in."""
    root = Path(str(files("sesscore.sql")))
    for path in root.rglob("*.sql"):
        sql(str(path.relative_to(root).with_suffix("")))


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
