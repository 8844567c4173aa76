"""Connections that have read the first page, and the least that each of them may touch.

A probe must not harm what it looks at. SQLite makes an index file beside a log even for reading, and closing any second
descriptor of a database drops the locks that this process holds on it. The functions here know when neither happens.
"""

import errno
import os
import stat
from pathlib import Path

import apsw

from sesscore.errors import StorageError
from sesscore.migrations import schema_version
from sesscore.pragmas import busy_timeout, unprivileged, uri
from sesscore.sqlite_errors import no_database, no_room_for_index

_JOURNAL = bytes.fromhex(
    "d9d505f920a163d7"
)  # with which a journal begins (sqlite.org/fileformat2.html#the_rollback_journal)


def size_of(path: str) -> int:
    """Bytes of a file, -1 if there is none; an error if it is no file or cannot be asked."""
    try:
        status = Path(path).stat()
    except FileNotFoundError:
        return -1
    except OSError as error:
        raise unusable(path, error) from error
    if not stat.S_ISREG(status.st_mode):
        raise no_database(path)
    return status.st_size


def has_log(path: str) -> bool:
    """Whether there is content that is not yet in the file itself."""
    return size_of(f"{path}-wal") > 0


def would_make_index(path: str) -> bool:
    """Whether a look into the database makes the index of a log that a program left without one."""
    return has_log(path) and size_of(f"{path}-shm") < 0


def was_never_made(path: str) -> bool:
    """Whether a power cut ended the first write: a journal says that there was nothing, and SQLite goes back to that.

    Of a file that is being made elsewhere at this moment it is true, too; that one is locked.
    """
    try:
        with Path(f"{path}-journal").open("rb") as journal:
            header = journal.read(20)
    except OSError:
        return False
    return header.startswith(_JOURNAL) and header[16:20] == bytes(4)  # pages of the database before


def _open(path: str, mode: str, flags: int) -> apsw.Connection:
    """A connection that has read the first page, where a file that is damaged or locked shows itself."""
    connection = apsw.Connection(uri(path, mode), flags=flags | apsw.SQLITE_OPEN_URI)
    try:
        unprivileged(connection)
        busy_timeout(connection)
        schema_version(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def open_for_changes(path: str) -> apsw.Connection:
    """A connection that can write, to a file that exists; where it cannot, it says so now."""
    connection = _open(path, "mode=rw", apsw.SQLITE_OPEN_READWRITE)
    if connection.readonly("main"):
        connection.close()
        raise unusable(path, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))
    return connection


def _open_live(path: str) -> apsw.Connection:
    return _open(path, "mode=ro", apsw.SQLITE_OPEN_READONLY)


def _open_still(path: str) -> apsw.Connection:
    """The file as it stands: no lock is taken, nothing is made beside it, the log is not read."""
    return _open(path, "immutable=1", apsw.SQLITE_OPEN_READONLY)


def peek(path: str) -> apsw.Connection:
    """A connection for a first look, which leaves everything as it is.

    A live connection, whose locks a still one would drop when it closes, has a log file, if an empty one.
    """
    return _open_still(path) if size_of(f"{path}-wal") < 0 else open_for_queries(path)


def open_for_queries(path: str) -> apsw.Connection:
    """A connection for queries. Where the index of the log cannot be made, the file is read as it stands."""
    try:
        return _open_live(path)
    except (apsw.CantOpenError, apsw.ReadOnlyError, apsw.IOError) as error:
        full = no_room_for_index(error)
        if isinstance(error, apsw.IOError) and not full:
            raise
        if not has_log(path):
            return _open_still(path)
        if full:
            raise
        raise StorageError(
            f"the database, or the log beside it, cannot be read: {error}",
            where=path,
            hint="check the permissions; from a folder that cannot be written, copy it with its -wal file to another",
        ) from error


def unusable(path: str, error: OSError) -> StorageError:
    """The system refuses the file."""
    return StorageError(
        f"the database cannot be used: {error.strerror}",
        where=path,
        hint="check the permissions of the file and its folder",
    )
