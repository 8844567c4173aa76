"""What an ingest says of itself: sets the figures of its `Run` as batches are written and transactions end."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sesscore.counts import Account, Commit
from sesscore.discover import Candidate
from sesscore.errors import SesscoreError
from sesscore.known import SourceRow
from sesscore.ledger import Ledger
from sesscore.met import Problem, Tell
from sesscore.result import Degraded, IngestResult
from sesscore.telemetry.run import Checkpoint, Counters, Run, SourceNow, trouble

if TYPE_CHECKING:
    from sesscore.readahead import ReadAhead
    from sesscore.reading import Opened, Step
    from sesscore.writer import Writer


OnEvent = Callable[[dict[str, Any]], object]
Sizes = Callable[[], Iterable[int | None]]
"""Gives those of all that there is to read, as `sesscore.sizes` does."""
_ENDLESS: Final = 1 << 63  # what comes through a pipe


class _Place(NamedTuple):
    """Where the writer stands, in bytes as stored.

    done: of sources that are finished; skipped: those of them that were not read in this run. opened: the source at
    hand, and how far it is written.
    """

    done: int = 0
    skipped: int = 0
    opened: "Opened | None" = None
    written: int = 0


class Telling:
    """Between an ingest and its run. It lasts as long as the run, whatever databases are opened meanwhile."""

    def __init__(self, run: Run) -> None:
        self.run = run
        run.source_now = self.source_now
        self._last = Commit()
        self._place = _Place()
        self._steps: ReadAhead[Candidate, Step] | None = None
        self._opened: dict[str, Opened] = {}
        self._told_quarantined = 0

    def account(self) -> Account:
        """That of a writer, which goes on where the last one had committed."""
        return Account(self.committed, self._last)

    def begins(self, sizes: Sizes) -> None:
        """Reading begins, unless it did before."""
        run = self.run
        if run.phase == "discovering":
            run.enter("reading", "bytes")
            run.position = self.position
            if run.watched:
                from threading import Thread

                Thread(target=add_up, args=(sizes, run), name="sesscore-sizes", daemon=True).start()

    def reads(self, steps: "ReadAhead[Candidate, Step]", opened: "dict[str, Opened]") -> None:
        """A pass begins. opened: the sources that are being read, by the paths of their candidates."""
        self._steps, self._opened = steps, opened
        self.run.read_ahead = lambda: steps.depth

    # In the thread of the writer

    def wrote(self, writer: "Writer", opened: "Opened", stored_bytes: int) -> None:
        """A batch is written."""
        self._place = _Place(self._place.done, self._place.skipped, opened, stored_bytes)
        self.written(writer)

    def written(self, writer: "Writer") -> None:
        """Something is."""
        run, account = self.run, writer.account
        run.written = account.counters
        run.matched = account.matched(writer.folder.matched)
        run.reasons = account.reasons

    def finished(self, row: SourceRow, ledger: Ledger, opened: "Opened", sources: dict[str, int]) -> None:
        """A source is read to its end. ledger: all of it. sources: of the run, by what they are."""
        if self.run.listening:
            self._tell_quarantined()  # while it is known of which source
        self._end_of(row.stored_bytes, opened.begin, sources)
        if self.run.listening:
            told = {"source": row.path, "state": row.state, "ledger": ledger.as_dict()}
            self.run.milestone("source_finished", **told)

    def unchanged(self, row: SourceRow, sources: dict[str, int]) -> None:
        """There is nothing new in a source."""
        self._end_of(row.stored_bytes, row.stored_bytes, sources)

    def unreadable(self, sources: dict[str, int]) -> None:
        """A file cannot be read, or not on."""
        self._end_of(0, 0, sources)

    def _end_of(self, stored_bytes: int, skipped: int, sources: dict[str, int]) -> None:
        self._place = _Place(self._place.done + stored_bytes, self._place.skipped + skipped)
        self.run.sources = sources
        self.run.sources_done += 1

    def committed(self, commit: Commit) -> None:
        """A transaction has ended."""
        self._last = commit
        run = self.run
        seconds = commit.ended - commit.began
        run.transactions.add(seconds)
        run.committed = commit.counters
        at = time.time() - (time.monotonic() - commit.ended)
        run.checkpoint = Checkpoint(at, commit.ended, commit.source, commit.offset, commit.counters.events)
        if run.listening:
            self._tell_quarantined()
            told = {"transactions": run.transactions.count, "events": commit.counters.events, "seconds": seconds}
            run.milestone("checkpoint", **told)

    def _tell_quarantined(self) -> None:
        """At most once a source and a commit."""
        records = self.run.written.quarantined - self._told_quarantined
        if records > 0:
            self._told_quarantined += records
            source = self._place.opened.row.path if self._place.opened else None
            self.run.milestone("quarantined", source=source, records=records, reasons=dict(self.run.reasons))

    def has_read(self) -> None:
        """A pass is over: what it met is all that there is."""
        if self.run.phase == "reading":
            self.run.total, self.run.sources_total = self._place.done, self.run.sources_done

    def joins(self) -> None:
        """Halves of events are joined, which a follower does again and again."""
        if self.run.phase != "following":
            self.run.enter("joining")

    def follows(self) -> None:
        """All that was there when it began is read. What comes now has no total."""
        if self.run.phase == "following":
            return
        done = self._place.done - self._place.skipped
        self.run.enter("following", "bytes")

        def come() -> tuple[int, int]:
            current, skipped = self.position()
            return current - skipped - done, 0

        self.run.position = come

    def counted(self, tell: Tell) -> Tell:
        """Counts what is told."""

        def told(problem: Problem) -> None:
            self.run.problems += 1
            self.run.milestone("problem", what=problem.problem, where=problem.source, hint=problem.hint)
            tell(problem)

        return told

    def waits(self, tell: Degraded) -> Degraded:
        """Says of the run what is told of it."""

        def told(error: SesscoreError | None) -> None:
            if error is None:
                self.run.recovered()
            else:
                self.run.degraded(trouble(error))
            tell(error)

        return told

    def ends(self, result: IngestResult) -> None:
        """The last figures are those of the result. A run that read nothing is left to who says why."""
        run, new = self.run, result.counts
        sessions = {"sessions_new": new.new_sessions, "sessions_updated": new.updated_sessions}
        run.written = run.committed = Counters(**new.ledger.as_dict(), **sessions)
        run.sources = result.sources
        if result.stopped_by:
            run.ended("stopped", signal=result.stopped_by)
        elif result.did_something:
            told = {"ledger": result.ledger.as_dict(), "sources": result.sources, "sessions": result.sessions}
            run.ended("complete", **told, elapsed_seconds=result.elapsed_seconds)

    # From any thread

    def position(self) -> tuple[int, int]:
        """How far the run is in all sources, as stored; and how much of that was not read in it.

        That is where the writer stands or, while nothing waits for it, the reader: a line may be a gigabyte.
        """
        done, skipped, opened, written = self._place
        if opened is None:
            opened = self._next()
            if opened is None or opened.over:
                return done, skipped
            written = opened.begin
        skipped += opened.begin
        if opened.over or opened.handed > written:
            return done + written, skipped
        read = min(opened.source.stored_position, opened.source.stored_bytes or _ENDLESS)
        return done + max(written, read), skipped

    def source_now(self) -> SourceNow | None:
        """The source at hand."""
        opened = self._place.opened or self._next()
        if opened is None or (opened.over and opened is not self._place.opened):
            return None
        row, source = opened.row, opened.source
        return SourceNow(row.path, row.offset, source.stored_bytes, source.stored_position)

    def _next(self) -> "Opened | None":
        """The source whose turn it is, before the writer has anything of it."""
        candidate = None if self._steps is None else self._steps.source
        return None if candidate is None else self._opened.get(candidate.path)


def add_up(sizes: Sizes, run: Run) -> None:
    """Tells a run what there is to read: looks at each file, so it takes a while if there are a million.

    What comes through a pipe has no size: then there is no total.
    """
    total, files = 0, 0
    known = True
    for size in sizes():
        if run.over or run.phase != "reading":
            return
        files += 1
        known &= size is not None
        total += size or 0
    run.sources_total = files
    if known:
        run.total = total


@contextmanager
def heard(run: Run, on_event: OnEvent | None, tell: Tell) -> Iterator[None]:
    """Within the block, a function is called with each milestone of a run. tell: is told if that fails."""
    if on_event is None:
        yield
        return
    from sesscore.telemetry.document import Documents
    from sesscore.telemetry.hooks import callback
    from sesscore.telemetry.watched import watched

    hook = callback(on_event, tell=lambda where, what, hint: tell(Problem(where, what, hint)))
    run.undelivered = hook.lost
    with watched(run, [hook], Documents(run), lambda name, error: None):
        yield
