"""Keeps a database under another name while a new one takes its place.

What is dangerous is a log that stays: SQLite would apply it to whatever database has the name then. So the log is
folded into the database first, which also proves that nobody has it open. A database that is too damaged for that is
kept with its log.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import apsw

from sesscore.connections import open_for_changes, size_of
from sesscore.errors import DatabaseInUse, SesscoreError, StorageError
from sesscore.migrations import APPLICATION_ID
from sesscore.sqlite_errors import sqlite_errors
from sesscore.upkeep.drafts import sync_folder
from sesscore.upkeep.naming import beside, stamped

_LOGS = ("-wal", "-journal")


@contextmanager
def set_aside(path: str) -> Iterator[str | None]:
    """In the block the database has a second name, which is given; nobody has it open, and no log lies beside it.

    The block gives its first name to another file. If it fails, all is as it was. None: there was no database.
    """
    with ExitStack() as held:
        if size_of(path) >= 0:
            _keep_out_others(path, held)
        kept = _keep(path)
        try:
            yield kept
        except BaseException:
            _put_back(path, kept)
            raise


def _keep_out_others(path: str, held: ExitStack) -> None:
    """Fold the log in, and keep others out as long as `held` is. A database that is damaged is left as it is."""
    with sqlite_errors(path), ExitStack() as opened, suppress(apsw.CorruptError, apsw.NotADBError):
        connection = open_for_changes(path)
        opened.callback(connection.close)
        _refuse_foreign(connection, path)
        if connection.pragma("journal_mode", "delete") != "delete":
            raise DatabaseInUse("a report has the database open", where=path, hint="run it again when that is done")
        connection.execute("BEGIN EXCLUSIVE")
        held.push(opened.pop_all())


def _refuse_foreign(connection: apsw.Connection, path: str) -> None:
    ours = connection.pragma("application_id") == APPLICATION_ID
    if not ours and connection.execute("SELECT count(*) FROM sqlite_schema").get:
        raise SesscoreError("the database belongs to another program", where=path, hint="name another file with --db")


def _keep(path: str) -> str | None:
    """Give the file a second name, and its logs, which only a damaged or missing one still has, another one."""
    kept = _second_name(path)
    there = size_of(path) >= 0
    try:
        if there and size_of(kept) < 0:
            os.link(path, kept)
        for log in _LOGS:
            with suppress(FileNotFoundError):
                Path(path + log).rename(kept + log)
        Path(f"{path}-shm").unlink(missing_ok=True)
        sync_folder(path)
    except OSError as error:
        _put_back(path, kept)
        raise StorageError(
            f"the database that is there cannot be kept: {error.strerror}",
            where=path,
            hint="move it, its -wal and its -journal away, then run it again",
        ) from error
    return kept if there else None


def _second_name(path: str) -> str:
    """A name that is free, or one that the file has from a run that was killed."""
    if size_of(path) >= 0:
        for name in beside(path, "replaced"):
            if Path(name).samefile(path):
                return name
    return stamped(path, "replaced")


def _put_back(path: str, kept: str | None) -> None:
    """Undo `_keep`, unless the file has lost its first name already."""
    with suppress(OSError):
        if kept is None or not Path(kept).samefile(path):
            return
        for log in _LOGS:
            with suppress(FileNotFoundError):
                Path(kept + log).rename(path + log)
        Path(kept).unlink()
