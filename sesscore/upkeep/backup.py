"""`sesscore db backup`: a copy in one file, whole, checked and private, while ingest goes on."""

import shlex
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import apsw

from sesscore.connections import size_of
from sesscore.errors import UsageError, no_folder
from sesscore.identity import COPYING
from sesscore.sqlite_errors import sqlite_errors
from sesscore.store import open_for_reading, real_path
from sesscore.telemetry.run import Run
from sesscore.upkeep.copies import copy_verified
from sesscore.upkeep.drafts import SIDES, draft, publish
from sesscore.upkeep.space import bytes_of, require

SCHEMA = "sesscore.db.backup/1"


@dataclass(frozen=True)
class Backup:
    """A backup that was made. content_hash: None if it was not asked for."""

    path: str
    bytes: int
    schema_version: int
    sessions: int
    content_hash: str | None

    def as_dict(self) -> dict[str, Any]:
        """The JSON document."""
        return {"schema": SCHEMA, **asdict(self)}


def backup(db: str, target: str, *, overwrite: bool = False, full: bool = False, run: Run | None = None) -> Backup:
    """Copy a database to a new file, checked before it has its name.

    full: the content hash of both is compared too. run: says how far it is. Raises UsageError if there is such a file
    and it is not to be overwritten, SesscoreError if the database is damaged, StorageError.
    """
    with open_for_reading(db, accept=COPYING) as database, sqlite_errors(database.path):
        return backup_of(database.connection, database.path, target, overwrite=overwrite, full=full, run=run)


def backup_of(
    connection: apsw.Connection,
    path: str,
    target: str,
    *,
    draft_of: str | None = None,
    overwrite: bool = False,
    full: bool = False,
    run: Run | None = None,
) -> Backup:
    """The same for a database that is open; the connection is in no transaction.

    draft_of: what the draft is called after. A target with a new name each time would leave one behind for each kill.
    """
    real = real_path(target)
    _check_target(real, path, overwrite=overwrite)
    require(real, bytes_of(connection), "for the backup")
    with draft(draft_of or real) as made:
        copied = copy_verified(connection, made, full=full, run=run)
        _check_target(real, path, overwrite=overwrite)
        publish(made, real, keep_rights=True)
    return Backup(real, size_of(real), copied.schema, copied.figures["sessions"], copied.content_hash)


def restore_command(backup: str, db: str) -> str:
    """What brings it back."""
    return f"sesscore db restore {shlex.quote(backup)} --db {shlex.quote(db)}"


def _check_target(target: str, path: str, *, overwrite: bool) -> None:
    if not Path(target).parent.is_dir():
        raise no_folder("backup", target)
    if target in (path, f"{path}.lock", *(path + side for side in SIDES)):
        raise UsageError(
            "a backup cannot take the place of the database itself", where=target, hint="name another file"
        )
    if size_of(target) < 0:
        return
    if Path(target).samefile(path):
        raise UsageError("that is the database itself, by another name", where=target, hint="name another file")
    if not overwrite:
        raise UsageError("there is such a file already", where=target, hint="name another file, or add --force")
    if any(size_of(target + side) >= 0 for side in SIDES):
        raise UsageError("the file is a database that is in use", where=target, hint="name another file")
