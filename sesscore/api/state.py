"""An open database whose questions see one state each, or all the same one; they wait for each other."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import apsw

from sesscore.contenthash import sort_on_disk
from sesscore.errors import SesscoreError, SnapshotExpired, UsageError
from sesscore.migrations import schema_version
from sesscore.snapshot import one_state, within_state
from sesscore.sqlite_errors import sqlite_errors
from sesscore.store import Database as Opened
from sesscore.store import open_for_reading

_left_behind: list[Opened] = []
"""Connections that were inherited by fork: to close one would be to use it."""


class State:
    """A database, for questions only. From any thread: one asks, the others wait."""

    def __init__(self, path: str) -> None:
        """Raises SesscoreError: it is none, or none of ours, or of a schema that this version does not know."""
        self._opened = open_for_reading(path)
        sort_on_disk(self._opened.connection)
        self.path = self._opened.path
        self._process = os.getpid()
        self._turn = threading.RLock()
        self._snapshot: _Snapshot | None = None
        self._closed = False

    @contextmanager
    def one(self) -> Iterator[apsw.Connection]:
        """Within the block every statement sees the same rows. The user's code must not run in it."""
        with self._turn:
            self.check()
            if self._snapshot is None:
                self._let_go()  # of what a KeyboardInterrupt may have left between two steps
            state = one_state if self._snapshot is None else within_state
            with sqlite_errors(self.path), state(self._opened.connection):
                yield self._opened.connection

    @contextmanager
    def held(self, seconds: float | None) -> Iterator[None]:
        """Within the block all questions see the state of its beginning, for so long at the most."""
        with self._turn:
            self.check()
            if self._snapshot is not None:
                raise UsageError("a snapshot of this database is open already", where=self.path)
            self._let_go()
            connection = self._opened.connection
            with sqlite_errors(self.path):
                connection.execute("BEGIN")
                schema_version(connection)  # the first look chooses the state
            snapshot = self._snapshot = _Snapshot()
        timer = None if seconds is None else threading.Timer(seconds, self._expire, [snapshot])
        if timer is not None:
            timer.daemon = True
            timer.start()
        try:
            yield
        finally:
            if timer is not None:
                timer.cancel()
            with self._turn:
                if self._snapshot is snapshot:
                    self._let_go()
                    self._snapshot = None

    def _expire(self, snapshot: "_Snapshot") -> None:
        """The log of the database has waited long enough."""
        with self._turn:
            if self._snapshot is snapshot:
                snapshot.expired = True
                self._let_go()

    def _let_go(self) -> None:
        with suppress(apsw.Error):  # after an I/O error there is nothing to end
            if not self._is_elsewhere and self._opened.connection.in_transaction:
                self._opened.connection.execute("ROLLBACK")

    def check(self) -> None:
        """Raises SesscoreError if nothing can be asked."""
        if self._closed:
            raise UsageError("the database is closed", where=self.path, hint="sesscore.open(…) it again")
        if self._is_elsewhere:
            raise UsageError("the database was opened in another process", where=self.path, hint="open it after fork()")
        if self._snapshot is not None and self._snapshot.expired:
            raise SnapshotExpired(
                "the snapshot has lasted as long as it may",
                where=self.path,
                hint="snapshot(seconds=…): while it lasts, the log of a database that is written grows",
            )

    @property
    def _is_elsewhere(self) -> bool:
        return os.getpid() != self._process

    def close(self) -> None:
        """A second call does nothing. Raises SesscoreError."""
        if self._is_elsewhere:
            _left_behind.append(self._opened)
            self._closed = True
            return
        with self._turn:
            if self._closed:
                return
            self._closed = True
            self._let_go()
            self._snapshot = None
            self._opened.close()

    def close_after(self, error: BaseException | None) -> None:
        """Closes it; what went wrong before matters more than what closing says to it."""
        with suppress(*() if error is None else (SesscoreError,)):
            self.close()


class _Snapshot:
    """A state that is held."""

    expired = False
