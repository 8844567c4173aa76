"""`sesscore db restore`: a backup takes the place of the database, at one moment; what was there is kept beside it."""

from contextlib import closing
from dataclasses import asdict, dataclass
from typing import Any

from sesscore.connections import open_for_changes, size_of
from sesscore.errors import NothingToRead, UsageError
from sesscore.identity import MIGRATING
from sesscore.locking import WriterLock
from sesscore.pragmas import write_ahead_log
from sesscore.sqlite_errors import sqlite_errors
from sesscore.store import check_folder, open_for_reading, real_path
from sesscore.telemetry.run import Run
from sesscore.upkeep.copies import copy_verified
from sesscore.upkeep.drafts import draft, publish
from sesscore.upkeep.replaced import set_aside
from sesscore.upkeep.space import bytes_of, require

SCHEMA = "sesscore.db.restore/1"


@dataclass(frozen=True)
class Restored:
    """What is in place now. replaced: where the database is kept that was there before, if one was."""

    path: str
    backup: str
    schema_version: int
    sessions: int
    content_hash: str | None
    replaced: str | None

    def as_dict(self) -> dict[str, Any]:
        """The JSON document."""
        return {"schema": SCHEMA, **asdict(self)}


def restore(db: str, backup: str, *, full: bool = False, run: Run | None = None) -> Restored:
    """Check a backup, copy it beside the database, check the copy, and put it in its place.

    run: says how far it is. Killed at any moment, it leaves the old database or the new one under the name. Raises
    NothingToRead if there is no backup, SesscoreError if it is damaged or not ours, SchemaMismatch if it is newer than
    this program, DatabaseInUse if somebody writes the database or has it open, StorageError.
    """
    real, source = real_path(db), real_path(backup)
    if real == source:
        raise UsageError("the backup is the database itself", where=real, hint="name another file with --db")
    if size_of(source) < 0:
        raise NothingToRead("there is no such backup", where=source, hint="name a file that sesscore db backup made")
    with open_for_reading(source, accept=MIGRATING) as given, sqlite_errors(given.path):
        check_folder(real)
        require(real, bytes_of(given.connection), "for the restored database")
        lock = WriterLock(real)
        try:
            with draft(real) as made:
                copied = copy_verified(given.connection, made, full=full, run=run)
                with closing(open_for_changes(made)) as connection:
                    write_ahead_log(connection, made)  # as every database of ours has it
                with set_aside(real) as replaced:
                    publish(made, real)
        finally:
            lock.release()
    return Restored(real, source, copied.schema, copied.figures["sessions"], copied.content_hash, replaced)
