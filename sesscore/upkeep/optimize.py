"""`sesscore db optimize`: figures for SQLite's planner, the log folded in, and, if asked for, free pages given back."""

from dataclasses import asdict, dataclass
from typing import Any

import apsw

from sesscore.contenthash import sort_on_disk
from sesscore.sqlite_errors import sqlite_errors
from sesscore.store import open_for_writing
from sesscore.upkeep.space import bytes_of, log_bytes, require

SCHEMA = "sesscore.db.optimize/1"
ROWS_LOOKED_AT = 1000  # of each index; so the cost does not grow with the database
EVERY_TABLE = 0x10002  # of PRAGMA optimize: run ANALYZE where it helps, also for tables that were not asked yet


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


def optimize(db: str, *, vacuum: bool = False) -> Optimized:
    """Keep a database quick and small. vacuum: write it anew without free pages, for which it needs twice its size.

    Raises NothingToRead, SchemaMismatch, DatabaseInUse, StorageError.
    """
    with open_for_writing(db, create=False) as database, sqlite_errors(database.path):
        connection, path = database.connection, database.path
        bytes_before, log_before = bytes_of(connection), log_bytes(path)
        if vacuum:
            require(path, 2 * bytes_before, "to write the database anew")
            sort_on_disk(connection)  # a copy in memory would be as large as the database
            connection.execute("VACUUM")
        connection.pragma("analysis_limit", ROWS_LOOKED_AT)
        connection.pragma("optimize", EVERY_TABLE)
        log_kept = not _fold_in_log(connection)
        return Optimized(path, bytes_before, bytes_of(connection), log_before, log_bytes(path), log_kept, vacuum)


def _fold_in_log(connection: apsw.Connection) -> bool:
    """False if somebody reads a state that only the log has."""
    try:
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    except apsw.BusyError:
        return False
    return True
