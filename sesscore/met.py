"""The files that a run met, each as it was met last: a log that is followed is met again and again.

There may be a million of them, so a source is eight bytes here. Only what is said of one, and copies, take more.
"""

import shlex
from array import array
from collections.abc import Callable
from typing import Final, NamedTuple

from sesscore.known import SourceRow
from sesscore.numbers import Numbers


class Problem(NamedTuple):
    """A source that was not read, or not whole."""

    source: str
    problem: str
    hint: str


Tell = Callable[[Problem], None]

# What is kept of a source: bits of a word, above which stands the hash of the path where it was met. With neither of
# the first two, only copies of it were.
_READ: Final = 1
_UNCHANGED: Final = 2
_PENDING: Final = 4
_ALIEN: Final = 8
_BITS: Final = 4
_MET: Final = _READ | _UNCHANGED

_WORD: Final = (1 << 63) - 1
_UNREADABLE: Final = -1  # in place of the number of a source
_File = tuple[int, int | None]  # hash of its path, and the number of its source, if it has one


class Met:
    """What became of each file.

    tell: is told each problem when it comes up, but not the same one twice. db: the database, for commands that are
    told.
    """

    def __init__(self, tell: Tell = lambda problem: None, *, db: str = "") -> None:
        self._tell = tell
        self._of_db = f" --db {shlex.quote(db)}" if db else ""
        self._words = array("q")  # by number of the source
        self._copies: dict[int, set[int]] = {}  # of a source: where they lie
        self._empty = Numbers()  # where files lie with nothing in them, which are no sources yet
        self._counts = {"read": 0, "unchanged": 0, "alien": 0, "pending": 0}
        self._unreadable = 0
        self._problems: dict[_File, Problem] = {}

    def read(self, row: SourceRow, *, was_alien: bool = False) -> None:
        """A source of which something new was read, to its end. was_alien: before that, too, so it was said."""
        self._met(row, row.path, _READ)
        if row.state == "alien" and not was_alien:  # once: a text log lies beside every JSON log, and grows
            hint = f"sesscore quarantine list{self._of_db}"
            problem = Problem(row.path, "is no Cowrie log: it holds no event", hint)
            self._problem((_place(row.path), row.source_id), problem)
        if row.damage and row.state != "alien":
            problem = Problem(row.path, f"{row.damage}; what stands before it was read", "")
            self._problem((_place(row.path), row.source_id), problem)

    def unchanged(self, row: SourceRow, path: str) -> None:
        """A file with nothing new in it: a source, or a copy of one that lies elsewhere."""
        self._met(row, path, _UNCHANGED)

    def _met(self, row: SourceRow, path: str, kind: int) -> None:
        place = _place(path)
        if row.source_id is None:
            self._empty.add(place)
        elif path == row.path:
            self._lies(row, row.source_id, place, kind)
        else:
            word = self._word(row.source_id) & ~(_PENDING | _ALIEN)
            self._change(row.source_id, word | _state(row), copied=place)
        if row.state != "alien":
            self._problems.pop((place, row.source_id), None)
        if self._problems.pop((place, _UNREADABLE), None):  # it is not any more
            self._unreadable -= 1

    def _lies(self, row: SourceRow, source_id: int, place: int, kind: int) -> None:
        """Notes where a source lies. What was read in this run stays that."""
        before = self._word(source_id)
        if before & _MET and before >> _BITS != place:  # it has moved
            self._problems.pop((before >> _BITS, source_id), None)
        if before & _MET and before & (_READ | _ALIEN):
            kind = _READ
        self._change(source_id, place << _BITS | kind | _state(row), lies=place)

    def mended(self, row: SourceRow) -> None:
        """A source that a join or a retry changed, maybe one of this run."""
        if row.source_id is None or not (self._word(row.source_id) or row.source_id in self._copies):
            return
        word, state = self._word(row.source_id), _state(row)
        if word & _ALIEN and not state & _ALIEN:
            for file in [file for file in self._problems if file[1] == row.source_id]:
                del self._problems[file]
            if word & _MET:
                word = word & ~_MET | _READ
        self._change(row.source_id, word & ~(_PENDING | _ALIEN) | state & (_PENDING | word & _ALIEN))

    def _word(self, source_id: int) -> int:
        return self._words[source_id] if source_id < len(self._words) else 0

    def _change(self, source_id: int, word: int, *, copied: int | None = None, lies: int | None = None) -> None:
        """Puts a word in place of another. copied: where a copy lies; lies: where the source does, which is none."""
        self._count(source_id, -1)
        if source_id >= len(self._words):
            self._words.extend([0] * (source_id + 1 - len(self._words)))
        self._words[source_id] = word
        if copied is not None:
            self._copies.setdefault(source_id, set()).add(copied)
        if lies is not None and source_id in self._copies:
            self._copies[source_id].discard(lies)
        self._count(source_id, 1)

    def _count(self, source_id: int, by: int) -> None:
        """Counts a source and its copies, or no longer."""
        word, copies = self._word(source_id), len(self._copies.get(source_id, ()))
        files = copies + bool(word & _MET)
        if word & _ALIEN:
            self._counts["alien"] += by * files
        else:
            self._counts["unchanged"] += by * (copies + bool(word & _UNCHANGED))
            self._counts["read"] += by * bool(word & _READ)
        if word & _PENDING:
            self._counts["pending"] += by * files

    def unreadable(self, path: str, problem: str, hint: str) -> None:
        """What cannot be a source."""
        file = _place(path), _UNREADABLE
        self._unreadable += file not in self._problems
        self._problem(file, Problem(path, problem, hint))

    def noted(self, path: str, problem: str, hint: str) -> None:
        """Something to know of a source that is read."""
        self._problem((_place(f"{path}\0{problem}"), None), Problem(path, problem, hint))

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
        return {problem.source for (_, source), problem in self._problems.items() if source == _UNREADABLE}

    @property
    def sources(self) -> dict[str, int]:
        """How many of each kind; those of which something waits for its end are `pending`, too."""
        counts = self._counts
        return {
            "read": counts["read"] + len(self._empty),
            "unchanged": counts["unchanged"],
            "alien": counts["alien"],
            "unreadable": self._unreadable,
            "pending": counts["pending"],
        }


def _place(path: str) -> int:
    """A path in sixty bits: of a million, two are alike once in a million runs."""
    return (hash(path) & _WORD) >> _BITS


def _state(row: SourceRow) -> int:
    return (_PENDING if row.pending_bytes else 0) | (_ALIEN if row.state == "alien" else 0)
