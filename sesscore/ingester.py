"""A database that is open for ingest: reads sources into it, pass after pass."""

from collections.abc import Iterable
from contextlib import ExitStack, nullcontext, suppress
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self

from sesscore.discover import Candidate
from sesscore.pragmas import Durability
from sesscore.queries import sql
from sesscore.readahead import ReadAhead
from sesscore.reading import (
    Batch,
    Desk,
    Finished,
    Options,
    Regressed,
    Step,
    TakenBack,
    Unchanged,
    Unreadable,
    read_source,
    readers,
)
from sesscore.recognise import Claims
from sesscore.result import IngestResult
from sesscore.signals import Stop
from sesscore.sqlite_errors import sqlite_errors
from sesscore.store import open_for_reading, open_for_writing
from sesscore.telling import Telling
from sesscore.writer import Writer

if TYPE_CHECKING:
    from sesscore.halves import Join

_REGRESSED = "lost what was read of it before, or was begun anew (source regressed): it is read as another source"


class Ingester:
    """Reads sources into a database. A context manager: leaving commits, or after an error rolls back, and closes.

    result: is added to, as transactions are committed. stop: asked between batches. telling: what the run says of
    itself meanwhile. After an error an Ingester must
    not be used again: it would know more than the database.
    """

    def __init__(
        self,
        db: str,
        options: Options,
        result: IngestResult,
        stop: Stop,
        telling: Telling,
        *,
        durability: Durability = "normal",
        create: bool = True,
        commit_bytes: int | None = None,
    ) -> None:
        self._db = db
        self._options = options
        self._result = result
        self._stop = stop
        self._durability = durability
        self._create = create
        self._commit_bytes = commit_bytes
        self._telling = telling

    def __enter__(self) -> Self:
        """Opens the database. Raises SesscoreError."""
        with ExitStack() as stack:
            database = stack.enter_context(open_for_writing(self._db, durability=self._durability, create=self._create))
            lookups = stack.enter_context(open_for_reading(database.path))
            stack.enter_context(sqlite_errors(database.path))
            self._connection = database.connection
            self._desk = Desk(lookups.connection, self._options)
            account = self._telling.account()
            self._writer = Writer(database.connection, self._options.matchers, self._commit_bytes, account)
            self._telling.run.storing = lambda: self._writer.storing
            stack.push(self._count)
            stack.enter_context(self._writer)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Commits, unless there was an error, and closes the database. Raises SesscoreError."""
        self._stack.__exit__(kind, error, trace)

    def _count(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """What was committed counts, whatever came after it."""
        self._result.counts.add(self._writer.account.take())
        with nullcontext() if error is None else suppress(Exception):  # the error at hand came first
            self._result.sessions_total = self._desk.connection.execute(sql("store/count_sessions")).get
            self._telling.run.sessions_total = self._result.sessions_total

    # One pass

    def read(self, candidates: Iterable[Candidate]) -> None:
        """Reads what is new in files, in their order; each is asked for when its turn comes. Raises SesscoreError."""
        desk = replace(self._desk, claims=Claims(), opened={})
        with ReadAhead(candidates, partial(read_source, desk), readers(self._options), self._stop.__bool__) as steps:
            self._telling.reads(steps, desk.opened)
            for step in steps:
                self._take(step)
                if self._stop:
                    return
        self._telling.has_read()

    def retry(self) -> None:
        """Reads again what is in quarantine. Raises SesscoreError."""
        from sesscore.retry import Retry  # late, as what follows: most runs have nothing to read again, or to join

        self._writer.commit()
        retried = self._result.retried
        again = Retry(self._writer, self._connection, self._desk.connection, self._options, retried)
        run = self._telling.run
        run.enter("retrying", "records", self._connection.execute(sql("store/count_quarantined")).get)
        run.position = lambda: (retried.rows, 0)
        for done in again.steps():
            self._telling.written(self._writer)
            retried.records -= done.ledger.quarantined
            self._result.met.mended(done.source)
            if self._stop:
                break

    def join(self) -> None:
        """Joins the halves of events, of which each source holds one. Raises SesscoreError."""
        self._writer.settle()
        if not self._connection.execute(sql("store/has_open_ends")).get:
            return
        from sesscore.halves import joins

        self._telling.joins()
        for join in joins(self._connection, self._options):
            self._join(join)
            self._writer.settle()
            self._telling.written(self._writer)

    def commit(self) -> None:
        """Ends the transaction, if one is open. Raises SesscoreError."""
        self._writer.commit()
        self._result.counts.add(self._writer.account.take())

    # Steps

    def _take(self, step: Step) -> None:
        met, telling = self._result.met, self._telling
        match step:
            case Batch():
                self._writer.write(step.scanned, step.row)
                telling.wrote(self._writer, step.opened, step.stored_bytes)
            case Finished():
                ledger = self._writer.finish(step.row, step.pending_bytes, step.damage)
                met.read(step.row, was_alien=step.opened.was_alien)
                telling.finished(step.row, ledger, step.opened, met.sources)
            case Unchanged():
                if step.moved:
                    self._writer.place(step.row)
                if step.copied is not None:
                    self._writer.remember_copy(step.row, step.copied)
                met.unchanged(step.row, step.path)
                telling.unchanged(step.row, met.sources)
            case TakenBack():
                self._writer.take_back(step.row, step.quarantine_id)
            case Regressed():
                met.noted(step.path, _REGRESSED, "")
            case Unreadable():
                met.unreadable(step.path, step.problem, step.hint)
                telling.unreadable(met.sources)

    def _join(self, join: "Join") -> None:
        """Counts an event of two sources."""
        self._writer.join(join)
        for row in (join.first.source, join.second):
            self._writer.finish(row, row.pending_bytes, row.damage)
            self._result.met.mended(row)
