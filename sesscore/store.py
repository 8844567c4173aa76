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
from sesscore.errors import NothingToRead, SchemaMismatch, SesscoreError, StorageError
from sesscore.locking import WriterLock
from sesscore.migrations import APPLICATION_ID, SCHEMA_VERSION, foreign_step, run_migrations, schema_version
from sesscore.pragmas import (
    Durability,
    cell_size_check,
    memory,
    no_foreign_keys,
    page_size,
    synchronous,
    unprivileged,
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
    path: str | os.PathLike[str], *, durability: Durability = "normal", create: bool = True
) -> Database:
    """The database, ready for rows and locked against other writers; made if it does not exist.

    A file that is not ours, newer, older or damaged is refused before anything is written, beside it too.
    """
    check_library()
    real = _real_path(path)
    if _is_blank(real):
        if not create:
            raise _missing(real)
        _check_folder(real)
    lock = WriterLock(real)
    try:
        # Asked again: before the lock was taken, another program may have made the database.
        blank = _is_blank(real)
        if blank:
            _make_private(real)
        with sqlite_errors(real):
            connection = _writer(real, durability)
            if blank:
                _migrate(connection)
    except BaseException:
        lock.release()
        raise
    return Database(real, connection, lock)


def open_for_reading(path: str | os.PathLike[str]) -> Database:
    """The database, for queries only; works beside a writer and on media that cannot be written."""
    check_library()
    real = _real_path(path)
    if _is_blank(real):
        raise _missing(real)
    with sqlite_errors(real):
        return Database(real, _reader(real))


# What is there


def _real_path(path: str | os.PathLike[str]) -> str:
    """Links resolved: SQLite puts its log beside the real file, so the lock belongs there, whatever name was used."""
    try:
        return os.path.realpath(os.fspath(path))
    except ValueError as error:  # a NUL in it
        raise SesscoreError("this is no file name", where=repr(path)) from error


def _is_blank(path: str) -> bool:
    """True if there is no database yet. Raises for a file that this program must not write.

    Nothing is written, not even the index beside a log: the file may belong to another program.
    """
    size = size_of(path)
    if size < 0 or (size == 0 and not has_log(path)) or was_never_made(path):
        return True
    if size == 1:  # which SQLite takes for an empty file
        raise no_database(path)
    with sqlite_errors(path):
        connection = peek(path)
        try:
            return _check_identity(connection, path)
        finally:
            connection.close()


def _check_identity(connection: apsw.Connection, path: str) -> bool:
    """True for a database without a schema, False for ours; an error for any other."""
    application = connection.pragma("application_id")
    version = schema_version(connection)
    if application == 0 and version == 0 and not connection.execute("SELECT count(*) FROM sqlite_schema").get:
        return True
    if application != APPLICATION_ID:
        raise SesscoreError("the database belongs to another program", where=path, hint="name another file with --db")
    if version > SCHEMA_VERSION:
        raise SchemaMismatch(
            f"the database is newer than this program: schema {version}, known up to {SCHEMA_VERSION}",
            where=path,
            hint="pip install --upgrade sesscore",
        )
    if version < SCHEMA_VERSION:
        raise SchemaMismatch(
            f"the database is older than this program: schema {version}, needed {SCHEMA_VERSION}",
            where=path,
            hint=f"sesscore db migrate --db {shlex.quote(path)}",
        )
    if step := foreign_step(connection):
        raise SchemaMismatch(
            f"the database is of a version that was never released: {step} made it",
            where=path,
            hint="read the logs into a new file: sesscore ingest PATH --db FILE",
        )
    return False


def _missing(path: str) -> NothingToRead:
    return NothingToRead("there is no database yet", where=path, hint=f"sesscore ingest PATH --db {shlex.quote(path)}")


# Connecting


def _check_folder(path: str) -> None:
    """Say it in words of folders, before the lock file would fail to be made there."""
    folder = Path(path).parent
    if not folder.is_dir():
        raise StorageError(
            "the folder of the database does not exist", where=path, hint=f"mkdir -p {shlex.quote(str(folder))}"
        )


def _make_private(path: str) -> None:
    """An empty file for its owner alone, whatever the umask; SQLite gives the log and its index the same mode."""
    try:
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        Path(path).chmod(0o600)
    except OSError as error:
        raise unusable(path, error) from error


def _reader(path: str) -> apsw.Connection:
    connection = open_for_queries(path)
    unprivileged(connection)
    cell_size_check(connection)
    memory(connection, cache_kib=READER_CACHE_KIB)
    return connection


def _writer(path: str, durability: Durability) -> apsw.Connection:
    connection = open_for_changes(path)
    try:
        unprivileged(connection)
        cell_size_check(connection)
        no_foreign_keys(connection)
        memory(connection, cache_kib=WRITER_CACHE_KIB)
        page_size(connection)
        write_ahead_log(connection, path)
        synchronous(connection, durability)
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
