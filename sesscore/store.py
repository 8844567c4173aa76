"""Opens a database: looks at the file before anything touches it, then sets the policy of the connection."""

import contextlib
import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import apsw

from sesscore.connections import has_log, open_for_changes, open_for_queries, peek, size_of, unusable, was_never_made
from sesscore.errors import NothingToRead, SesscoreError, no_folder
from sesscore.extension import functions
from sesscore.identity import READING, WRITING, Standing, identify
from sesscore.locking import WriterLock
from sesscore.migrations import run_migrations
from sesscore.pragmas import (
    Durability,
    cell_size_check,
    interruptible,
    memory,
    no_foreign_keys,
    page_size,
    synchronous,
    write_ahead_log,
)
from sesscore.sqlite_errors import check_library, no_database, sqlite_errors

WRITER_CACHE_KIB = 32 << 10
READER_CACHE_KIB = 16 << 10


@dataclass
class Database:
    """An open database; leaving its `with` block closes the connection and lets the next writer in."""

    path: str
    connection: apsw.Connection
    _lock: WriterLock | None = None

    def close(self) -> None:
        """Close the connection, then release the lock. A second call does nothing."""
        try:
            with sqlite_errors(self.path):
                self.connection.close()
        finally:
            if self._lock is not None:
                self._lock.release()

    def __enter__(self) -> Self:
        """The database itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it, whatever happened."""
        if error is None:
            self.close()
            return
        # What went wrong inside the block matters more than what closing says to it.
        with contextlib.suppress(SesscoreError):
            self.close()


def open_for_writing(
    path: str | os.PathLike[str],
    *,
    durability: Durability = "normal",
    create: bool = True,
    accept: frozenset[Standing] = WRITING,
) -> Database:
    """The database, ready for rows and locked against other writers; made if it does not exist.

    A file that is not ours, newer, older or damaged is refused before anything is written, beside it too.
    accept: which schemas the caller can deal with.
    """
    check_library()
    real = real_path(path)
    if _look(real, accept) is None:
        if not create:
            raise _missing(real)
        check_folder(real)
    lock = WriterLock(real)
    try:
        # Asked again: before the lock was taken, another program may have made the database.
        blank = _look(real, accept) is None
        if blank:
            make_private(real)
        with sqlite_errors(real):
            connection = _writer(real, durability)
            if blank:
                _migrate(connection)
    except BaseException:
        lock.release()
        raise
    return Database(real, connection, lock)


def open_for_reading(
    path: str | os.PathLike[str], *, accept: frozenset[Standing] = READING, touch: bool = True
) -> Database:
    """The database, for queries only; works beside a writer and on media that cannot be written.

    accept: which schemas the caller can deal with. touch: False makes no index for the log of a database that has none,
    at the price that a writer who comes meanwhile is not seen; so is one read that is too new for this program.
    """
    check_library()
    real = real_path(path)
    standing = _look(real, accept)
    if standing is None:
        raise _missing(real)
    with sqlite_errors(real):
        return Database(real, _reader(real) if touch and standing is not Standing.NEWER else peek(real))


# What is there


def real_path(path: str | os.PathLike[str]) -> str:
    """Links resolved: SQLite puts its log beside the real file, so the lock belongs there, whatever name was used."""
    try:
        return os.path.realpath(os.fspath(path))
    except ValueError as error:  # a NUL in it
        raise SesscoreError("this is no file name", where=repr(path)) from error


def _look(path: str, accept: frozenset[Standing]) -> Standing | None:
    """Where the database stands, None if there is none yet. Raises for a file that is none of `accept`.

    Nothing is written, not even the index beside a log: the file may belong to another program.
    """
    size = size_of(path)
    if size < 0 or (size == 0 and not has_log(path)) or was_never_made(path):
        return None
    if size == 1:  # which SQLite takes for an empty file
        raise no_database(path)
    with sqlite_errors(path):
        connection = peek(path)
        try:
            return identify(connection, path, accept)
        finally:
            connection.close()


def _missing(path: str) -> NothingToRead:
    return NothingToRead("there is no database yet", where=path, hint=f"sesscore ingest PATH --db {shlex.quote(path)}")


# Connecting


def check_folder(path: str) -> None:
    """Say it in words of folders, before the lock file would fail to be made there."""
    if not Path(path).parent.is_dir():
        raise no_folder("database", path)


def make_private(path: str) -> None:
    """An empty file for its owner alone, whatever the umask; SQLite gives the log and its index the same mode."""
    try:
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        Path(path).chmod(0o600)
    except OSError as error:
        raise unusable(path, error) from error


def _reader(path: str) -> apsw.Connection:
    connection = open_for_queries(path)
    try:
        interruptible(connection)
        cell_size_check(connection)
        memory(connection, cache_kib=READER_CACHE_KIB)
        functions(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _writer(path: str, durability: Durability) -> apsw.Connection:
    connection = open_for_changes(path)
    try:
        cell_size_check(connection)
        no_foreign_keys(connection)
        memory(connection, cache_kib=WRITER_CACHE_KIB)
        page_size(connection)
        write_ahead_log(connection, path)
        synchronous(connection, durability)
        functions(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(connection: apsw.Connection) -> None:
    try:
        run_migrations(connection)
    except BaseException:
        connection.close()
        raise
