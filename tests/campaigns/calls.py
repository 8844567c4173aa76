"""The program is killed at every single call by which it changes a file, and run again.

    python tests/campaigns/calls.py --calls 100000

Writes, syncs, truncates, renames and unlinks of a run of five batches, each a transaction; a write twice, before it and
when half of it is done. A step is the number of the call, with `half` behind it; `short` is a run in which no call does
more than half of what was asked. `--calls`: no more than so many, evenly spaced. The calls are counted over all threads
by a library that is loaded before that of C (shim.c); strace counts those of each thread apart. Needs a C compiler, and
Linux.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import sysconfig
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from content import Content, difference, look, undisturbed
from harness import Campaign, Unavailable, environment, main, program, spread
from logs import Logs, make

from sesscore.errors import SesscoreError

EVENTS = 600
PATIENCE = 120
SHORT = "short"
NAMES = {"w": "writes", "s": "syncs", "t": "truncates", "u": "unlinks", "r": "renames"}


def calls(campaign: Campaign, amount: int) -> None:
    """Kills at each call, or at so many of them."""
    shim = build(campaign.folder)
    logs = make(campaign.folder / "logs", EVENTS, seed=campaign.seed, batches=5, batches_a_commit=1)
    expected = undisturbed(logs, campaign.folder)
    made = _counted(campaign, shim, logs)
    if campaign.only in (None, SHORT):
        _short(campaign, shim, logs, expected)
    campaign.figures.update({NAMES[letter]: count for letter, count in Counter(made).items()})
    for step in campaign.steps(spread(list(_steps(made)), amount)):
        folder = campaign.folder / step.replace(" ", "-")
        folder.mkdir()
        number, _, half = step.partition(" ")
        code, said = _run(logs, folder / "s.db", shim, FAULT_AT=number, FAULT_HALF="1" if half else "0")
        campaign.figures["kills"] += code == -signal.SIGKILL
        if code not in (0, -signal.SIGKILL):
            campaign.wrong(step, f"exit code {code}: {said}")
        campaign.told_by(step, folder / "s.db")
        problem = _sound(folder / "s.db") or _again(logs, folder / "s.db") or _differs(folder / "s.db", expected)
        if problem:
            campaign.wrong(step, problem)
        shutil.rmtree(folder)


def _short(campaign: Campaign, shim: Path, logs: Logs, expected: Content) -> None:
    """A system that reads and writes half of what it is asked for each time is within its rights."""
    db = campaign.folder / "short.db"
    code, said = _run(logs, db, shim, FAULT_SHORT="1")
    if problem := f"exit code {code}: {said}" if code else _differs(db, expected):
        campaign.wrong(SHORT, problem)


def build(folder: Path) -> Path:
    """Compiles the library. Raises Unavailable."""
    if not sys.platform.startswith("linux"):
        raise Unavailable("LD_PRELOAD is Linux's")
    compiler = shutil.which("cc") or shutil.which((sysconfig.get_config_var("CC") or "gcc").split()[0])
    if compiler is None:
        raise Unavailable("there is no C compiler to build tests/campaigns/shim.c")
    shim = folder / "shim.so"
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", shim, Path(__file__).with_name("shim.c"), "-ldl"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable(f"tests/campaigns/shim.c cannot be compiled: {done.stderr[-500:]}")
    return shim


def _steps(made: str) -> Iterator[str]:
    for number, letter in enumerate(made, 1):
        yield str(number)
        if letter == "w":
            yield f"{number} half"


def _counted(campaign: Campaign, shim: Path, logs: Logs) -> str:
    """The calls of an undisturbed run, a letter each. Raises Unavailable if the library sees none."""
    counted = campaign.folder / "counted"
    code, said = _run(logs, campaign.folder / "counted.db", shim, FAULT_COUNT=str(counted))
    made = counted.read_text() if counted.exists() else ""
    if code or not {"w", "s"} <= set(made):
        raise Unavailable(f"the library sees no calls of SQLite ({made!r}, exit code {code}): {said}")
    return made


def _run(logs: Logs, db: Path, shim: Path | None = None, **faults: str) -> tuple[int, str]:
    preload = {"LD_PRELOAD": str(shim)} if shim else {}
    command = program("ingest", *logs.options, "--db", db)
    variables = environment(**preload, **faults)
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=PATIENCE)
    return done.returncode, done.stderr[-300:]


def _sound(db: Path) -> str:
    try:
        wrong = look(db).wrong if db.exists() else ""
    except SesscoreError as error:
        wrong = str(error)
    return wrong and f"after the kill: {wrong}"


def _again(logs: Logs, db: Path) -> str:
    code, said = _run(logs, db)
    return f"run again: exit code {code}: {said}" if code else ""


def _differs(db: Path, expected: Content) -> str:
    return difference(look(db), expected)


if __name__ == "__main__":
    sys.exit(main(calls, "calls", 1_000_000, __doc__))
