"""What a run came to: the sources that it met, and what became of their records."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from sesscore.counts import Counts
from sesscore.known import SourceRow
from sesscore.ledger import Ledger
from sesscore.retry import Retried

_KINDS = ("read", "unchanged", "alien", "unreadable")


class Problem(NamedTuple):
    """A source that was not read, or not whole."""

    source: str
    problem: str
    hint: str


Tell = Callable[[Problem], None]


class Met:
    """The sources that a run met, each as it was met last: a log that is followed is met again and again.

    tell: is told each problem when it comes up, but not the same one twice.
    """

    def __init__(self, tell: Tell = lambda problem: None) -> None:
        self._tell = tell
        self._kinds: dict[int | str, str] = {}  # by number; by path where there is none
        self._pending: set[int | str] = set()
        self._problems: dict[int | str, Problem] = {}

    def read(self, row: SourceRow) -> None:
        """A source of which something new was read, to its end."""
        self._met(row, "read")
        if row.damage and row.state != "alien":
            self._problem(_key(row), Problem(row.path, f"{row.damage}; what stands before it was read", ""))

    def unchanged(self, row: SourceRow) -> None:
        """A source with nothing new in it."""
        self._met(row, self._kinds.get(_key(row), "unchanged"))

    def _met(self, row: SourceRow, kind: str) -> None:
        key = _key(row)
        if row.state == "alien":
            self._kinds[key] = "alien"
            self._problem(key, Problem(row.path, "is no Cowrie log: it holds no event", "sesscore quarantine list"))
        else:
            self._kinds[key] = "read" if kind == "alien" else kind
            self._problems.pop(key, None)
        self._wait(row)
        if self._kinds.get(row.path) == "unreadable":  # it is not any more
            del self._kinds[row.path], self._problems[row.path]

    def _wait(self, row: SourceRow) -> None:
        (self._pending.add if row.pending_bytes else self._pending.discard)(_key(row))

    def mended(self, row: SourceRow) -> None:
        """A source that a join or a retry changed, maybe one of this run."""
        key = _key(row)
        if key not in self._kinds:
            return
        self._wait(row)
        if self._kinds[key] == "alien" and row.state != "alien":
            self._kinds[key] = "read"
            del self._problems[key]

    def unreadable(self, path: str, problem: str, hint: str) -> None:
        """What cannot be a source."""
        self._kinds[path] = "unreadable"
        self._problem(path, Problem(path, problem, hint))

    def noted(self, path: str, problem: str, hint: str) -> None:
        """Something to know of a source that is read."""
        self._problem(f"{path}\0{problem}", Problem(path, problem, hint))

    def _problem(self, key: int | str, problem: Problem) -> None:
        if self._problems.get(key) != problem:
            self._tell(problem)
        self._problems[key] = problem

    @property
    def problems(self) -> list[Problem]:
        """In the order in which they came up."""
        return list(self._problems.values())

    @property
    def unreadable_paths(self) -> list[str]:
        """Of files that could not be read when they were met last."""
        return [path for path, kind in self._kinds.items() if kind == "unreadable" and isinstance(path, str)]

    @property
    def sources(self) -> dict[str, int]:
        """How many of each kind; those of which something waits for its end are `pending`, too."""
        kinds = Counter(self._kinds.values())
        return {kind: kinds[kind] for kind in _KINDS} | {"pending": len(self._pending)}


def _key(row: SourceRow) -> int | str:
    return row.source_id or row.path


@dataclass
class IngestResult:
    """What a run did. counts: what is committed. sessions_total: in the database. stopped_by: a signal, if one did."""

    counts: Counts = field(default_factory=Counts)
    met: Met = field(default_factory=Met)
    sessions_total: int = 0
    retried: Retried = field(default_factory=Retried)
    elapsed_seconds: float = 0.0
    stopped_by: int = 0

    @property
    def ledger(self) -> Ledger:
        """Of this run, less what left the quarantine."""
        return self.counts.ledger

    @property
    def sessions(self) -> dict[str, int]:
        """In the database, and what this run did to them."""
        counts = self.counts
        return {"total": self.sessions_total, "new": counts.new_sessions, "updated": counts.updated_sessions}

    @property
    def sources(self) -> dict[str, int]:
        """Of this run, by what they were."""
        return self.met.sources

    @property
    def problems(self) -> list[Problem]:
        """What was not read, or not whole."""
        return self.met.problems

    @property
    def quarantined(self) -> int:
        """Records that came into quarantine, whatever left it."""
        return self.ledger.quarantined + self.retried.records

    @property
    def readable(self) -> int:
        """Sources that were logs."""
        sources = self.sources
        return sources["read"] + sources["unchanged"]
