"""`sesscore db optimize`: the log folded in, statistics taken away, and, if asked for, free pages given back.

ANALYZE is not run, nor PRAGMA optimize, which runs it. Its figures are of one day, and plans would go by them for
years: counted when there is one log file, they make SQLite look for known files by reading the whole table, however
many there are later. The statements of sesscore are written for a planner without figures, so that what they cost does
not depend on such a day.
"""

from dataclasses import asdict, dataclass
from typing import Any

import apsw

from sesscore.contenthash import sort_on_disk
from sesscore.queries import sql
from sesscore.sqlite_errors import sqlite_errors
from sesscore.store import open_for_writing
from sesscore.telemetry.pages import pages_read
from sesscore.telemetry.run import Run
from sesscore.upkeep.space import bytes_of, log_bytes, require

SCHEMA = "sesscore.db.optimize/1"


@dataclass(frozen=True)
class Optimized:
    """Sizes before and after. log_kept: a report had the log open, so it could not be cut."""

    path: str
    bytes_before: int
    bytes_after: int
    log_bytes_before: int
    log_bytes_after: int
    log_kept: bool
    vacuumed: bool

    def as_dict(self) -> dict[str, Any]:
        """The JSON document."""
        return {"schema": SCHEMA, **asdict(self)}


def optimize(db: str, *, vacuum: bool = False, run: Run | None = None) -> Optimized:
    """Keep a database quick and small. vacuum: write it anew without free pages, for which it needs twice its size.
    run: says how far it is.

    Raises NothingToRead, SchemaMismatch, DatabaseInUse, StorageError.
    """
    run = run or Run()
    with open_for_writing(db, create=False) as database, sqlite_errors(database.path):
        connection, path = database.connection, database.path
        bytes_before, log_before = bytes_of(connection), log_bytes(path)
        if vacuum:
            require(path, 2 * bytes_before, "to write the database anew")
            sort_on_disk(connection)  # a copy in memory would be as large as the database
            with pages_read(connection, run, "vacuuming"):
                connection.execute("VACUUM")
        run.enter("folding")
        connection.execute(sql("upkeep/forget_statistics"))
        connection.execute(sql("upkeep/forget_samples"))
        log_kept = not _fold_in_log(connection)
        return Optimized(path, bytes_before, bytes_of(connection), log_before, log_bytes(path), log_kept, vacuum)


def _fold_in_log(connection: apsw.Connection) -> bool:
    """False if somebody reads a state that only the log has."""
    try:
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    except apsw.BusyError:
        return False
    return True
