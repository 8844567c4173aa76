"""An error of the disk at every call that SQLite makes of it, once and for good, while a log is ingested.

    python tests/campaigns/iofaults.py --faults 10000 --folder /dev/shm

In process, through a VFS (vfs.py). A step is `CASE KIND LASTING NUMBER`: the number of the call. Whatever happens,
ingest ends with one of its own errors, with an exit code that fits, or has done all its work; no file stays open; what
is in the database is sound; and when the disk works again, the same call makes of it what an undisturbed one does.
Cases: a new database, one that is there and half read, and a new one with `--durability full`.
"""

from __future__ import annotations

import faulthandler
import gc
import shutil
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from content import Content, difference, look, undisturbed
from faults import KINDS, LASTING, Fault, Faulty
from harness import Campaign, main, spread
from logs import Logs, make
from vfs import installed

from sesscore.errors import SesscoreError
from sesscore.ingest import ingest

EVENTS = 150
PATIENCE = 120
TRIED = ("eio", "full", "short", "busy", "cantopen")


@dataclass(frozen=True)
class Case:
    """name: of the step. before: what is copied to where the database will be. keywords: of ingest."""

    name: str
    before: Path | None
    keywords: dict[str, Any]


def iofaults(campaign: Campaign, amount: int) -> None:
    """Tries every fault there is, or so many of them, evenly spaced."""
    logs = make(campaign.folder / "logs", EVENTS, seed=campaign.seed, batches=5, batches_a_commit=1)
    expected = undisturbed(logs, campaign.folder)
    vfs = Faulty()
    cases = {case.name: case for case in _cases(campaign.folder, logs)}
    faults = [fault for case in cases.values() for fault in _faults(vfs, case, logs, campaign.folder)]
    campaign.figures["calls"] = max(fault.number for fault in faults if fault.kind == "eio")
    wanted = {str(fault): fault for fault in (faults if campaign.only else spread(faults, amount))}
    for step in campaign.steps(wanted):
        fault = wanted[step]
        _try(campaign, vfs, fault, cases[fault.case], logs, expected)


def _cases(folder: Path, logs: Logs) -> Iterator[Case]:
    begun = folder / "begun.db"
    ingest([str(logs.folder / "cowrie.json.2026-01-02")], db=str(begun), **logs.keywords)
    yield Case("new", None, {})
    yield Case("begun", begun, {})
    yield Case("full", None, {"durability": "full"})


def _faults(vfs: Faulty, case: Case, logs: Logs, folder: Path) -> Iterator[Fault]:
    """All there are: the calls of each kind are counted in an undisturbed run."""
    for kind in TRIED:
        db = _prepared(folder / "counting", case)
        vfs.begin(Fault(case.name, kind, "once", 1 << 30))
        with installed(vfs):
            ingest([str(logs.folder)], db=db, **case.keywords, **logs.keywords)
        calls = vfs.calls
        vfs.begin(None)
        for number in range(1, calls + 1):
            for lasting in LASTING:
                yield Fault(case.name, kind, lasting, number)


def _prepared(folder: Path, case: Case) -> str:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    if case.before is not None:
        shutil.copy2(case.before, folder / "s.db")
    return str(folder / "s.db")


def _try(campaign: Campaign, vfs: Faulty, fault: Fault, case: Case, logs: Logs, expected: Content) -> None:
    db = _prepared(campaign.folder / "faulty", case)
    faulthandler.dump_traceback_later(PATIENCE, exit=True)  # a hang ends the campaign and shows where
    vfs.begin(fault)
    problem, ended = _outcome(vfs, fault, db, case, logs)
    hit = vfs.hit
    vfs.begin(None)
    campaign.figures["faults"] += bool(hit)
    campaign.figures[ended] += 1
    problem = problem or _left_open(vfs) or _afterwards(db, case, logs, expected, whole=ended == "went on all the same")
    faulthandler.cancel_dump_traceback_later()
    if problem:
        campaign.wrong(fault, f"{hit}: {problem}")


def _outcome(vfs: Faulty, fault: Fault, db: str, case: Case, logs: Logs) -> tuple[str, str]:
    """What is wrong with how ingest ended, and how it did."""
    try:
        with installed(vfs):
            result = ingest([str(logs.folder)], db=db, **case.keywords, **logs.keywords)
    except SesscoreError as error:
        if error.exit_code in KINDS[fault.kind].codes:
            return "", f"ended with {error.exit_code}"
        return f"exit code {error.exit_code}: {error}", "ended with another code"
    except BaseException as error:
        return f"{type(error).__name__}: {error}", "ended with a foreign error"
    wrong = [problem for problem in result.problems if not problem.source.endswith(".csv")]
    return (f"problems: {wrong}" if wrong else ""), "went on all the same"


def _left_open(vfs: Faulty) -> str:
    """Nothing may be: a file that is open holds its locks."""
    if vfs.open_files:
        gc.collect()
    left = vfs.open_files
    vfs.open_files = 0
    threads = [thread.name for thread in threading.enumerate() if thread.name.startswith("sesscore")]
    return f"{left} files stayed open" if left else f"threads go on: {threads}" if threads else ""


def _afterwards(db: str, case: Case, logs: Logs, expected: Content, *, whole: bool) -> str:
    """The database right after the fault, and when the same was done once more."""
    try:
        left = look(db)
        if left.wrong:
            return f"verify finds {left.wrong} right after it"
        if whole and (problem := difference(left, expected)):
            return f"it was said to be done, but {problem}"
        ingest([str(logs.folder)], db=db, **case.keywords, **logs.keywords)
        return difference(look(db), expected)
    except Exception as error:
        return f"afterwards {type(error).__name__}: {error}"


if __name__ == "__main__":
    sys.exit(main(iofaults, "faults", 10_000, __doc__))
