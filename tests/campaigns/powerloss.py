"""The power fails at any moment of an ingest: what the disk may hold then is opened, looked at and gone on from.

    python tests/campaigns/powerloss.py --states 20000 --folder /dev/shm

A VFS (vfs.py) records what one ingest writes, cuts, syncs and deletes. A step is `DURABILITY WAY OPERATION`: the power
fails after so many operations, and of what no sync has made safe, the disk holds nothing (`dropped`), everything
(`kept`), some operations (`subset`) or some sectors of 512 bytes (`torn`), drawn anew for each further round (`torn2`,
…). Each different state must be sound and hold what some first commits made, with `--durability full` all that were
told to be done; then the same logs are read, and the content is that of an undisturbed run.

Not in the picture: a file that is made is there at once, one that is deleted is gone at once; shared memory is gone.
"""

from __future__ import annotations

import itertools
import random
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import apsw
from content import NOTHING, Content, difference, look, undisturbed
from disk import Files, Operation, fingerprint, put, state
from harness import Campaign, main
from logs import Logs, make
from vfs import Watched, installed, name_of

from sesscore import store
from sesscore.errors import SesscoreError
from sesscore.ingest import ingest
from sesscore.pragmas import write_ahead_log

EVENTS = 150
LOG_PAGES = 50
DURABILITIES = ("normal", "full")


@dataclass
class Recording(Watched):
    """Keeps all operations, in order, and after how many of them each commit was done."""

    operations: list[Operation] = field(default_factory=list)
    commits: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._order = threading.Lock()

    def around(self, call: str, path: str, go: Any, *given: Any) -> Any:
        result = go(*given)
        match call:
            case "xWrite":
                self._note(Operation("write", name_of(path), given[1], bytes(given[0])))
            case "xTruncate":
                self._note(Operation("truncate", name_of(path), given[0]))
            case "xSync":
                self._note(Operation("sync", name_of(path)))
            case "xDelete":
                self._note(Operation("delete", name_of(path)))
            case "xOpen" if path:
                self._note(Operation("make", name_of(path)))
        return result

    def _note(self, operation: Operation) -> None:
        with self._order:
            self.operations.append(operation)

    def committed(self, told: dict[str, Any]) -> None:
        """A statement is done."""
        if told["sql"] == "COMMIT":
            with self._order:
                self.commits.append(len(self.operations))

    def watch(self, connection: apsw.Connection) -> None:
        connection.trace_v2(apsw.SQLITE_TRACE_PROFILE, self.committed)


@dataclass(frozen=True)
class Recorded:
    """An ingest. commits: (operations before it was done, content), the content of no database first."""

    operations: list[Operation]
    commits: list[tuple[int, Content]]
    keywords: dict[str, Any]


def powerloss(campaign: Campaign, amount: int) -> None:
    """Goes through all operations and ways, in rounds, until so many different states were tried."""
    logs = make(campaign.folder / "logs", EVENTS, seed=campaign.seed, batches=5, batches_a_commit=1)
    expected = undisturbed(logs, campaign.folder)
    recorded = {durability: _recorded(campaign.folder, logs, durability) for durability in DURABILITIES}
    campaign.figures["operations"] = sum(len(one.operations) for one in recorded.values())
    campaign.figures["commits"] = sum(len(one.commits) - 1 for one in recorded.values())
    seen: set[bytes] = set()
    for step in campaign.steps(_steps(recorded, thinned=amount)):
        durability, way, number = step.split()
        ingested = recorded[durability]
        files = state(ingested.operations[: int(number)], way.rstrip("0123456789"), campaign.chance(step))
        if (held := fingerprint(files)) not in seen:
            seen.add(held)
            _try(campaign, step, files, ingested, logs, expected)
        if campaign.only or campaign.figures["states"] >= amount:
            break


def _recorded(folder: Path, logs: Logs, durability: str) -> Recorded:
    vfs = Recording()
    made = folder / f"recorded-{durability}"
    made.mkdir()
    apsw.connection_hooks.append(vfs.watch)
    try:
        with installed(vfs), patch.object(store, "write_ahead_log", _small_log):
            ingest([str(logs.folder)], db=str(made / "s.db"), durability=durability, **logs.keywords)
    finally:
        apsw.connection_hooks.remove(vfs.watch)
    commits = [(0, Content(NOTHING, 0, ()))]
    for number in vfs.commits:
        files = state(vfs.operations[:number], "kept", random.Random(0))
        commits.append((number, look(put(folder / "commit", files))))
    return Recorded(vfs.operations, commits, {"durability": durability})


def _small_log(connection: apsw.Connection, path: str) -> None:
    """As the program has it, but folded back after a few pages, or a small run would do that at its end only."""
    write_ahead_log(connection, path)
    connection.wal_autocheckpoint(LOG_PAGES)


def _steps(recorded: dict[str, Recorded], *, thinned: int) -> Iterator[str]:
    """Without end. thinned: if there are to be fewer states than operations, not every operation is looked at."""
    operations = sum(len(one.operations) for one in recorded.values())
    stride = max(1, 4 * operations // thinned)
    for round_ in itertools.count(1):
        for durability, one in recorded.items():
            for number in range(1, len(one.operations) + 1, stride):
                ways = ("dropped", "kept", "subset", "torn") if round_ == 1 else (f"subset{round_}", f"torn{round_}")
                for way in ways:
                    yield f"{durability} {way} {number}"


def _try(campaign: Campaign, step: str, files: Files, recorded: Recorded, logs: Logs, expected: Content) -> None:
    db = put(campaign.folder / "after", files)
    campaign.figures["states"] += 1
    try:
        found = look(db)
        problem = found.wrong and f"verify finds {found.wrong}"
        problem = problem or _no_prefix(campaign, found, recorded, int(step.split()[2]))
        ingest([str(logs.folder)], db=str(db), **recorded.keywords, **logs.keywords)
        problem = problem or difference(look(db), expected)
    except SesscoreError as error:
        problem = f"{type(error).__name__}: {error}"
    if problem:
        campaign.wrong(step, problem)


def _no_prefix(campaign: Campaign, found: Content, recorded: Recorded, number: int) -> str:
    """The content is that after some commit that had begun; with FULL, after the last that was done or a later one."""
    done = sum(operations <= number for operations, _ in recorded.commits) - 1
    fits = [index for index, (_, content) in enumerate(recorded.commits[: done + 2]) if _same(content, found)]
    if not fits:
        return f"{found.records} records, hash {found.hash[:12]}: not what any commit made"
    lost = max(0, done - fits[-1])
    campaign.figures["that lost a commit"] += lost > 0
    if lost and recorded.keywords["durability"] == "full":
        return f"{lost} commits were lost"
    return ""


def _same(content: Content, found: Content) -> bool:
    return (content.hash, content.records, content.sources) == (found.hash, found.records, found.sources)


if __name__ == "__main__":
    sys.exit(main(powerloss, "states", 20_000, __doc__))
