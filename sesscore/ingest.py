"""Ingest: files → reader thread → one writer. Everything that is counted comes from what was committed."""

import contextlib
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType
from typing import NamedTuple, Protocol

from sesscore.discover import Candidate, discover
from sesscore.errors import SesscoreError
from sesscore.halves import Join, joins
from sesscore.known import SourceRow
from sesscore.ledger import Ledger
from sesscore.matchers import Registry
from sesscore.pragmas import Durability
from sesscore.readahead import ReadAhead
from sesscore.reading import Batch, Finished, Options, Step, Unchanged, Unreadable, read_sources
from sesscore.records import BLOCK_BYTES
from sesscore.retry import Retried, Retry
from sesscore.retry import Step as RetryStep
from sesscore.sqlite_errors import sqlite_errors
from sesscore.store import Database, open_for_reading, open_for_writing
from sesscore.writer import Writer


class Problem(NamedTuple):
    """A source that was not read, or not whole."""

    source: str
    problem: str
    hint: str


class Watcher(Protocol):
    """Who is told about progress; see `sesscore.progress`."""

    def start(self, total_bytes: int) -> None:
        """total_bytes: of all files, as stored."""

    def update(self, stored_bytes: int, events: int, sessions: int, source: str) -> None:
        """stored_bytes: of `start`'s total that were read; events and sessions: new in this run."""


@dataclass
class IngestResult:
    """What a run did. `ledger`: of this run, less what left the quarantine. `problems`: what was not read, in order."""

    ledger: Ledger = field(default_factory=Ledger)
    sources: dict[str, int] = field(
        default_factory=lambda: {"read": 0, "unchanged": 0, "alien": 0, "unreadable": 0, "pending": 0}
    )
    sessions: dict[str, int] = field(default_factory=lambda: {"total": 0, "new": 0, "updated": 0})
    retried: Retried = field(default_factory=Retried)
    elapsed_seconds: float = 0.0
    problems: list[Problem] = field(default_factory=list)
    stopped_by: int = 0  # the signal that ended the run early

    @property
    def quarantined(self) -> int:
        """Records that came into quarantine, whatever left it."""
        return self.ledger.quarantined + self.retried.records

    @property
    def readable(self) -> int:
        """Sources that were logs."""
        return self.sources["read"] + self.sources["unchanged"]


def ingest(
    paths: Sequence[str],
    *,
    db: str,
    sensor: str | None = None,
    assume_utc_offset_minutes: int = 0,
    durability: Durability = "normal",
    matchers: Registry | None = None,
    progress: Watcher | None = None,
    block_bytes: int | None = None,
    commit_bytes: int | None = None,
    fast: bool = True,
    retry_quarantine: bool = False,
) -> IngestResult:
    """Reads what is new in files into a database, which is made if it does not exist.

    paths: files, directories, patterns, `-`; none: the well-known places. sensor: for events that name none.
    matchers: the user's. block_bytes: of log a batch. commit_bytes: of log a transaction.
    fast: False sends every record the slow way, with the same result.
    retry_quarantine: what is in quarantine is read again after the paths; without any, nothing else is read.
    Raises SesscoreError. A file that cannot be read is a problem of the result, not an error.
    """
    began = time.monotonic()
    only_retry = retry_quarantine and not paths
    candidates = [] if only_retry else discover(paths, exclude=_own_files(db))
    result = IngestResult()
    # SQLite holds no lone surrogates; those of a log are read as U+FFFD, too
    stored_sensor = (sensor or "unknown").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    options = Options(
        stored_sensor, assume_utc_offset_minutes, block_bytes or BLOCK_BYTES, fast, matchers or Registry()
    )
    if not only_retry and all(candidate.problem for candidate in candidates):
        for candidate in candidates:  # nothing to open a database for
            _unreadable(result, Unreadable(candidate.path, candidate.problem or "", candidate.hint))
    else:
        with open_for_writing(db, durability=durability, create=not only_retry) as database:
            _run(candidates, database, options, progress, result, retry=retry_quarantine, commit_bytes=commit_bytes)
    result.elapsed_seconds = time.monotonic() - began
    return result


def _own_files(db: str) -> list[str]:
    return [f"{db}{suffix}" for suffix in ("", "-wal", "-shm", "-journal", ".lock")]


def _run(
    candidates: Sequence[Candidate],
    database: Database,
    options: Options,
    progress: Watcher | None,
    result: IngestResult,
    *,
    retry: bool,
    commit_bytes: int | None,
) -> None:
    with open_for_reading(database.path) as lookups, sqlite_errors(database.path):
        writer = Writer(database.connection, options.matchers, commit_bytes)
        run = _Run(writer, result, progress)
        if progress is not None:
            progress.start(sum(_stored_bytes(candidate) for candidate in candidates))
        steps = ReadAhead(read_sources(candidates, lookups.connection, options))
        with _signals() as stopped, writer, steps:
            for step in steps:
                run.take(step)
                if stopped:
                    result.stopped_by = stopped[0]
                    break
            if retry and not result.stopped_by:
                writer.commit()
                again = Retry(writer, database.connection, lookups.connection, options, result.retried)
                for done in again.steps():
                    run.retried(done)
                    if stopped:
                        result.stopped_by = stopped[0]
                        break
            if not result.stopped_by:
                writer.settle()
                for join in joins(database.connection, options):
                    run.join(join)
                    writer.settle()
        result.sessions["total"] = writer.count_sessions()


class _Run:
    """Takes the steps of the reader and counts what they came to."""

    def __init__(self, writer: Writer, result: IngestResult, progress: Watcher | None) -> None:
        self._writer = writer
        self._result = result
        self._progress = progress
        self._done_bytes = 0  # of sources that are finished
        self._open_ends: dict[int | None, SourceRow] = {}  # of this run, alien or pending: a join may still change them

    def take(self, step: Step) -> None:
        match step:
            case Batch():
                self._batch(step)
            case Finished():
                self._finished(step)
            case Unchanged():
                self._unchanged(step)
            case Unreadable():
                _unreadable(self._result, step)

    def join(self, join: Join) -> None:
        """Counts an event of two sources."""
        ledger, folded = self._writer.join(join)
        self._result.ledger.add(ledger)
        if folded is not None:
            self._result.sessions["new"] += folded.new_sessions
            self._result.sessions["updated"] += folded.updated_sessions
        for row in (join.first.source, join.second):
            self._writer.finish(row, row.pending_bytes, row.damage)
            self._mend(row)

    def retried(self, done: RetryStep) -> None:
        """Counts what became of records in quarantine."""
        self._result.ledger.add(done.ledger)
        self._result.retried.records -= done.ledger.quarantined
        self._result.sessions["new"] += done.new_sessions
        self._result.sessions["updated"] += done.updated_sessions
        self._mend(done.source)

    def _mend(self, row: SourceRow) -> None:
        """What was said of a source of this run before a join or a retry changed it."""
        before = self._open_ends.get(row.source_id)
        if before is None:
            return
        sources = self._result.sources
        sources["pending"] -= before.pending_bytes > 0 and not row.pending_bytes
        if before.state == "alien" and row.state != "alien":
            sources["alien"] -= 1
            sources["read"] += 1
            self._result.problems = [one for one in self._result.problems if one != _alien(row.path)]
        self._open_ends[row.source_id] = row

    def _batch(self, step: Batch) -> None:
        ledger, folded = self._writer.write(step.scanned, step.row)
        self._result.ledger.add(ledger)
        self._result.sessions["new"] += folded.new_sessions
        self._result.sessions["updated"] += folded.updated_sessions
        self._tell(step.stored_bytes, step.row.path)

    def _finished(self, step: Finished) -> None:
        self._writer.finish(step.row, step.pending_bytes, step.damage)
        if step.row.state == "alien":
            self._result.sources["alien"] += 1
            self._result.problems.append(_alien(step.row.path))
        else:
            self._result.sources["read"] += 1
        if step.damage:
            self._result.problems.append(Problem(step.row.path, f"{step.damage}; what stands before it was read", ""))
        self._ended(step.row)
        self._end_of(step.row.stored_bytes, step.row.path)

    def _unchanged(self, step: Unchanged) -> None:
        if step.moved:
            self._writer.place(step.row)
        self._result.sources["alien" if step.row.state == "alien" else "unchanged"] += 1
        self._ended(step.row)
        self._end_of(step.row.stored_bytes, step.row.path)

    def _ended(self, row: SourceRow) -> None:
        self._result.sources["pending"] += row.pending_bytes > 0
        if row.pending_bytes or row.state == "alien":
            self._open_ends[row.source_id] = replace(row)

    def _end_of(self, stored_bytes: int, path: str) -> None:
        self._done_bytes += stored_bytes
        self._tell(0, path)

    def _tell(self, stored_bytes: int, path: str) -> None:
        if self._progress is not None:
            events, sessions = self._result.ledger.events, self._result.sessions["new"]
            self._progress.update(self._done_bytes + stored_bytes, events, sessions, path)


def _alien(path: str) -> Problem:
    return Problem(path, "is no Cowrie log: it holds no event", "sesscore quarantine list")


def _unreadable(result: IngestResult, step: Unreadable) -> None:
    result.sources["unreadable"] += 1
    result.problems.append(Problem(step.path, step.problem, step.hint))


def _stored_bytes(candidate: Candidate) -> int:
    if candidate.problem is not None or candidate.path == "-":
        return 0
    try:
        return Path(candidate.path).stat().st_size
    except OSError:
        return 0


@contextlib.contextmanager
def _signals() -> Iterator[list[int]]:
    """Within the block, SIGINT and SIGTERM fill the list instead of ending the program; a second one ends it."""
    received: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield received
        return

    def receive(number: int, frame: FrameType | None) -> None:
        if received:
            raise SesscoreError("stopped at once; the batch at hand is not in the database", hint="run it again")
        received.append(number)

    before = {number: signal.signal(number, receive) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
