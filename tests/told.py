"""Runs whose documents a test gets: one for each batch, whatever the clock says."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from jsonschema import Draft202012Validator

from sesscore import schemas
from sesscore.telemetry.document import Documents
from sesscore.telemetry.run import Counters, Run, Unit

LEDGER = ("lines", "events", "duplicates", "sessionless", "quarantined", "blank")
PROGRESS = ["unit", "current", "total", "percent", "rate_per_sec", "eta_seconds"]
VALID = {name: Draft202012Validator(schemas.schema_of(name)) for name in ("status", "milestone")}


class Told(Run):
    """Makes a document whenever something is written, and when a phase begins."""

    def __init__(self, command: str = "ingest", *, sizes: tuple[int, ...] = (), **more: Any) -> None:
        """sizes: of all files, if they are to be known from the beginning, and not only once a thread has looked."""
        self._sizes = sizes
        self.documents: list[dict[str, Any]] = []
        self._made: Documents | None = None
        super().__init__(command, **more)
        self._made = Documents(self)
        self.wake = self.tell
        self.tell()

    def tell(self) -> None:
        assert self._made is not None
        self.documents.append(self._made.make())

    @property
    def watched(self) -> bool:
        return not self._sizes

    def enter(self, phase: str, unit: Unit | None = None, total: int | None = None) -> None:
        known = phase == "reading" and self._sizes
        super().enter(phase, unit, sum(self._sizes) if known else total)
        if known:
            self.sources_total = len(self._sizes)

    @property
    def written(self) -> Counters:
        return self._written

    @written.setter
    def written(self, counters: Counters) -> None:
        self._written = counters
        if self._made is not None and not self.over:
            self.tell()


class Kept:
    """A sink that keeps what it gets."""

    interval = 0.01
    wants_milestones = True

    def __init__(self) -> None:
        self.documents: list[dict[str, Any]] = []
        self.milestones: list[dict[str, Any]] = []
        self.closed = 0

    def beat(self, document: Any) -> None:
        self.documents.append(document)

    def milestone(self, event: Any) -> None:
        self.milestones.append(event)

    def close(self) -> None:
        self.closed += 1


def wrong(document: Any, name: str = "status") -> list[str]:
    """What a document is not that it should be."""
    return [f"{error.json_path}: {error.message[:200]}" for error in VALID[name].iter_errors(document)]


def check(documents: list[dict[str, Any]], phases: list[str]) -> None:
    """What holds of the documents of any run. phases: those that its command can have, in order."""
    for document in documents:
        assert wrong(document) == []
        assert list(document["progress"]) == PROGRESS
        assert document["phase"]
        ledger = document["counters"]
        assert ledger["lines"] == sum(ledger[name] for name in LEDGER[1:])
    seen = [document["phase"] for document in documents]
    once = list(dict.fromkeys(seen))
    assert seen == sorted(seen, key=once.index)
    assert once == [phase for phase in phases if phase in once]
    for before, after in pairwise(documents):
        assert before["run_id"] == after["run_id"]
        assert before["updated"] <= after["updated"]
        assert before["writes"] < after["writes"]
        if after["state"] in ("running", "degraded"):
            for name, count in before["counters"].items():
                assert count <= after["counters"][name]
                assert before["committed"][name] <= after["committed"][name] <= after["counters"][name]
        if before["phase"] == after["phase"]:
            grows(before["progress"], after["progress"])


def grows(before: dict[str, Any], after: dict[str, Any]) -> None:
    for name in ("current", "percent"):
        assert (before[name] or 0) <= (after[name] or 0)
    assert after["total"] is None or after["current"] <= after["total"]
