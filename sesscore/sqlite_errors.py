"""What SQLite says, in our words: the one place where exceptions of apsw become errors with an exit code."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager

import apsw

from sesscore.errors import DatabaseInUse, DiskFull, SesscoreError, StorageError
from sesscore.pragmas import uri
from sesscore.structure import damage

# Before it, two connections and a checkpoint could corrupt a WAL database (sqlite.org/wal.html#walresetbug).
OLDEST_SQLITE = (3, 51, 3)

_STORAGE = {
    apsw.IOError: ("reading or writing the database failed", "check the disk, then run it again"),
    apsw.CantOpenError: ("the database cannot be opened", "check the permissions of the file and its folder"),
    apsw.ReadOnlyError: ("the database cannot be written", "check the permissions of the file and its folder"),
}
_BUSY = (apsw.BusyError, apsw.LockedError, apsw.ProtocolError)
_DAMAGED = (apsw.CorruptError, apsw.NotADBError, apsw.FormatError)
_DAMAGED_SCHEMA = ("no such ", "unsupported file format")  # of a table or a column, where the version says it is there
# What code that trusts its own rows meets when a row is not what was written.
_SUSPECT = (apsw.Error, TypeError, ValueError, LookupError, ArithmeticError, AttributeError)


@contextmanager
def sqlite_errors(where: str) -> Iterator[None]:
    """Errors of SQLite inside the block come out as ours; `where` is the database they speak of.

    An error that looks like a mistake of the program is damage if SQLite's own check finds any.
    """
    try:
        yield
    except SesscoreError:
        raise
    except _SUSPECT as error:
        known = translated(error, where) if isinstance(error, apsw.Error) else None
        ours = known or _explained(error, where)
        if ours is None:
            raise
        raise ours from error


def _explained(error: Exception, where: str) -> SesscoreError | None:
    """The damage behind an error, None if there is none."""
    if isinstance(error, UnicodeDecodeError):  # SQLite does not look at that
        return damaged(f"a text is no UTF-8: {error.reason}", where)
    try:
        connection = apsw.Connection(uri(where, "mode=ro"), flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
        try:
            problems = damage(connection)
        finally:
            connection.close()
    except _DAMAGED as problem:
        return translated(problem, where)
    except apsw.Error:
        return None  # it cannot be asked
    return damaged("; ".join(problems), where) if problems else None


def translated(error: apsw.Error, where: str) -> SesscoreError | None:
    """Our error for an error of SQLite, or None for a mistake in the program."""
    if isinstance(error, apsw.FullError) or no_room_for_index(error):
        hint = "free some space and run it again: what was committed is kept"
        return DiskFull(f"the disk is full: {error}", where=where, hint=hint)
    for kind, (what, hint) in _STORAGE.items():
        if isinstance(error, kind):
            return StorageError(f"{what}: {error}", where=where, hint=hint)
    if isinstance(error, _BUSY):
        return DatabaseInUse("another program holds the database", where=where, hint="run it again when it is done")
    if isinstance(error, apsw.NotADBError):
        return no_database(where)
    if isinstance(error, _DAMAGED) or (isinstance(error, apsw.SQLError) and str(error).startswith(_DAMAGED_SCHEMA)):
        return damaged(str(error), where)
    if isinstance(error, apsw.NoMemError):
        return SesscoreError("there is not enough memory", where=where, hint="free some and run it again")
    return None


def no_room_for_index(error: apsw.Error) -> bool:
    """Whether the file beside the log, which all who use it share, could not be made or grow: the disk is full.

    SQLite calls this an I/O error, as it does with a disk that is broken.
    """
    return getattr(error, "extendedresult", 0) == apsw.SQLITE_IOERR_SHMSIZE  # what Python raised itself has none


@contextmanager
def damaged_rows(where: str) -> Iterator[None]:
    """What the fold says of rows that were never written comes out as damage, whatever SQLite's own check says."""
    try:
        yield
    except (ValueError, OverflowError) as error:
        if isinstance(error, SesscoreError):
            raise
        raise damaged(str(error), where) from error


def damaged(problem: str, where: str) -> SesscoreError:
    """The file is not whole; what there is instead of it: a backup, or the logs."""
    return SesscoreError(
        f"the database is damaged: {problem}",
        where=where,
        hint=f"sesscore db restore BACKUP --db {shlex.quote(where)}; without a backup, read the logs again: "
        "sesscore ingest PATH --db NEW",
    )


def no_database(where: str) -> SesscoreError:
    """The file is something else."""
    return SesscoreError("the file is no SQLite database", where=where, hint="name another file with --db")


def check_library() -> None:
    """Refuse a SQLite that can lose committed rows."""
    version = apsw.sqlite_lib_version()
    if tuple(map(int, version.split("."))) < OLDEST_SQLITE:
        oldest = ".".join(map(str, OLDEST_SQLITE))
        raise SesscoreError(
            f"SQLite {version} can lose rows of a database that is read while it is written; {oldest} is needed",
            hint=f"pip install --upgrade 'apsw>={oldest}'",
        )
