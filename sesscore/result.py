"""What a run came to: the sources that it met, and what became of their records."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from sesscore.counts import Counts
from sesscore.errors import SesscoreError
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
Degraded = Callable[[SesscoreError | None], None]
"""Is told why nothing can be stored for now, and None when it can be again."""

_File = tuple[str, int | None]  # its path, and the number of its source, if it has one
_UNREADABLE = -1  # in place of that number


class Met:
    """The files that a run met, each as it was met last: a log that is followed is met again and again.

    tell: is told each problem when it comes up, but not the same one twice.
    """

    def __init__(self, tell: Tell = lambda problem: None) -> None:
        self._tell = tell
        self._kinds: dict[_File, str] = {}
        self._paths: dict[int, str] = {}  # of sources, where they lay
        self._pending: set[_File] = set()
        self._problems: dict[_File, Problem] = {}

    def read(self, row: SourceRow) -> None:
        """A source of which something new was read, to its end."""
        file = row.path, row.source_id
        self._met(file, row, "read")
        if row.damage and row.state != "alien":
            self._problem(file, Problem(row.path, f"{row.damage}; what stands before it was read", ""))

    def unchanged(self, row: SourceRow, path: str) -> None:
        """A file with nothing new in it: a source, or a copy of one that lies elsewhere."""
        file = path, row.source_id
        self._met(file, row, self._kinds.get(file, "unchanged"))

    def _met(self, file: _File, row: SourceRow, kind: str) -> None:
        if file[0] == row.path and self._moved(row) == "read":
            kind = "read"
        if row.state == "alien":
            self._kinds[file] = "alien"
            self._problem(file, Problem(file[0], "is no Cowrie log: it holds no event", "sesscore quarantine list"))
        else:
            self._kinds[file] = "read" if kind == "alien" else kind
            self._problems.pop(file, None)
        self._wait(file, row)
        if self._kinds.get((file[0], _UNREADABLE)) is not None:  # it is not any more
            del self._kinds[file[0], _UNREADABLE], self._problems[file[0], _UNREADABLE]

    def _moved(self, row: SourceRow) -> str | None:
        """What a source was under the path that it had before, if it has another one now."""
        if row.source_id is None:  # there is nothing in it yet
            return None
        before = self._paths.get(row.source_id, row.path)
        self._paths[row.source_id] = row.path
        if before == row.path:
            return None
        self._pending.discard((before, row.source_id))
        self._problems.pop((before, row.source_id), None)
        return self._kinds.pop((before, row.source_id), None)

    def _wait(self, file: _File, row: SourceRow) -> None:
        (self._pending.add if row.pending_bytes else self._pending.discard)(file)

    def mended(self, row: SourceRow) -> None:
        """A source that a join or a retry changed, maybe one of this run."""
        for file in [file for file in self._kinds if file[1] == row.source_id]:
            self._wait(file, row)
            if self._kinds[file] == "alien" and row.state != "alien":
                self._kinds[file] = "read"
                del self._problems[file]

    def unreadable(self, path: str, problem: str, hint: str) -> None:
        """What cannot be a source."""
        self._kinds[path, _UNREADABLE] = "unreadable"
        self._problem((path, _UNREADABLE), Problem(path, problem, hint))

    def noted(self, path: str, problem: str, hint: str) -> None:
        """Something to know of a source that is read."""
        self._problem((f"{path}\0{problem}", None), Problem(path, problem, hint))

    def _problem(self, file: _File, problem: Problem) -> None:
        if self._problems.get(file) != problem:
            self._tell(problem)
        self._problems[file] = problem

    @property
    def problems(self) -> list[Problem]:
        """In the order in which they came up."""
        return list(self._problems.values())

    def unreadable_paths(self) -> set[str]:
        """Of files that could not be read when they were met last."""
        return {path for path, source in self._kinds if source == _UNREADABLE}

    @property
    def sources(self) -> dict[str, int]:
        """How many of each kind; those of which something waits for its end are `pending`, too."""
        kinds = Counter(self._kinds.values())
        return {kind: kinds[kind] for kind in _KINDS} | {"pending": len(self._pending)}


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
