"""How far a long statement is: SQLite says how many pages it has read, and no more than that."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import apsw

from sesscore.telemetry.run import Run

_STEPS: Final = 100_000  # of SQLite's machine, a few milliseconds: between two looks


@contextmanager
def pages_read(connection: apsw.Connection, run: Run, phase: str) -> Iterator[None]:
    """Within the block, which is a phase, the run's work is the pages of the database that are read.

    A page that does not stay in memory is read again, and those that were there are not read: so this is an estimate,
    which gets to the end in the end.
    """
    total = max(1, int(connection.pragma("page_count")))
    run.enter(phase, "pages", total)
    before = _misses(connection)

    def look() -> bool:
        run.current = min(total - 1, _misses(connection) - before)
        return False

    connection.set_progress_handler(look, _STEPS, id=phase)
    try:
        yield
    finally:
        connection.set_progress_handler(None, id=phase)
    run.current = total


def _misses(connection: apsw.Connection) -> int:
    return connection.status(apsw.SQLITE_DBSTATUS_CACHE_MISS)[0]
