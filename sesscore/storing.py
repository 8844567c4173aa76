"""Stores what was folded, in a thread of its own, while the next batch is folded."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import apsw

from sesscore._fold import RowTables
from sesscore.queries import sql

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

# The statements that take the rows of a table, in the order in which they run.
STATEMENTS = {
    "folded_text": ("texts",),
    "folded_stale_part": ("stale_parts",),
    "folded_session": ("sessions",),
    "folded_changed_session": ("changed_sessions",),
    "folded_part": ("parts",),
    "folded_day": ("days",),
    "folded_share": ("own_shares", "shares"),
    "folded_event_tally": ("tally_events",),
    "folded_session_tally": ("tally_sessions", "untally_sessions"),
    "folded_value_tally": ("tally_values", "untally_values"),
}

MOST_WAITING = 10_000  # statements that are given, before memory would show them

# A statement of sql/store/ and the values of its parameters, in their order.
Statement = tuple[str, Sequence[Any]]


class Storing:
    """Runs statements in the order in which they were given, rows that wait in the tables before those of a batch.

    The connection is used by one thread at a time: whoever wants it calls `settle` first.
    """

    def __init__(self, connection: apsw.Connection, tables: RowTables) -> None:
        self._connection = connection
        self._tables = tables
        self._executor: ThreadPoolExecutor | None = None
        self._running: Future[None] | None = None
        self._later: list[Statement] = []
        self.committed = 0.0
        """When a transaction ended here, by the clock that is never set."""

    @property
    def busy(self) -> bool:
        """Whether the other thread has something to store."""
        running = self._running
        return running is not None and not running.done()

    def later(self, name: str, values: Sequence[Any]) -> None:
        """Runs a statement after all that was given before."""
        self._later.append((name, values))
        if len(self._later) == MOST_WAITING:  # a million files that were moved, or bad lines of one block
            self.settle()

    def start(self, *, commit: bool) -> None:
        """Stores the rows that the tables show and runs the statements that were given, in the other thread.

        `settle` comes before. commit: ends the transaction then and begins another.
        """
        if self._executor is None:
            from concurrent.futures import ThreadPoolExecutor  # late: most runs of a live log have nothing to store

            self._executor = ThreadPoolExecutor(1, "sesscore-storing")
        statements, self._later = self._later, []
        self._running = self._executor.submit(self._run, statements, commit)

    def settle(self) -> None:
        """Waits until all that was given is done. Raises what went wrong there."""
        self.wait()
        statements, self._later = self._later, []
        for name, values in statements:
            self.put(name, values)

    def wait(self) -> None:
        """Waits for the other thread. Raises what went wrong there."""
        running, self._running = self._running, None
        if running is not None:
            running.result()

    def close(self) -> None:
        """Ends the other thread, whatever became of it."""
        if self._executor is not None:
            self._executor.shutdown()

    def rows(self) -> None:
        """Stores the rows that the tables show."""
        waiting = set(self._tables.waiting())
        for table, statements in STATEMENTS.items():
            if table in waiting:
                for name in statements:
                    self.put(name)
        self._tables.clear()

    def put(self, name: str, values: Sequence[Any] = ()) -> None:
        """Runs a statement of `sql/store/`. Raises apsw.Error."""
        self._connection.execute(sql(f"store/{name}"), values)

    def _run(self, statements: Sequence[Statement], commit: bool) -> None:
        self.rows()
        for name, values in statements:
            self.put(name, values)
        if commit:
            self._connection.execute("COMMIT")
            self.committed = time.monotonic()
            self._connection.execute("BEGIN IMMEDIATE")
