"""How every connection is set up: one function a decision, with its reason."""

import os
from typing import Literal
from urllib.parse import quote

import apsw

from sesscore.errors import StorageError

PAGE_BYTES = 8192

Durability = Literal["normal", "full"]


def uri(path: str, mode: str) -> str:
    """A file by the name that SQLite takes, which may hold any bytes, and how it is opened."""
    return f"file:{quote(os.fsencode(path))}?{mode}"


def busy_timeout(connection: apsw.Connection) -> None:
    """Wait for a checkpoint or for the recovery of a log after a kill, which take a second, rather than fail."""
    connection.set_busy_timeout(5000)


def interruptible(connection: apsw.Connection) -> None:
    """Python looks for signals between its own steps only; a long statement gives it some, every few milliseconds."""
    connection.set_progress_handler(lambda: False, 1_000_000)


def unprivileged(connection: apsw.Connection) -> None:
    """A database may come from elsewhere: its views and triggers get no side effects, and nothing corrupts it."""
    connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    # "name" in double quotes is a name; a misspelt column must not turn into text.
    connection.config(apsw.SQLITE_DBCONFIG_DQS_DML, 0)
    connection.config(apsw.SQLITE_DBCONFIG_DQS_DDL, 0)


def cell_size_check(connection: apsw.Connection) -> None:
    """Find a damaged page when it is read, before its content is believed."""
    connection.pragma("cell_size_check", True)


def no_foreign_keys(connection: apsw.Connection) -> None:
    """One writer inserts what it refers to first; a lookup for each reference would only slow it down."""
    connection.pragma("foreign_keys", False)


def memory(connection: apsw.Connection, *, cache_kib: int) -> None:
    """A fixed cache, sorting in memory, and no memory map: with one, an I/O error would be a crash."""
    connection.pragma("cache_size", -cache_kib)
    connection.pragma("temp_store", "memory")
    connection.pragma("mmap_size", 0)


def page_size(connection: apsw.Connection) -> None:
    """Of a database that is made now. Rows of sessions are some 270 bytes: less of a page of 8 KiB is left over."""
    connection.pragma("page_size", PAGE_BYTES)


def write_ahead_log(connection: apsw.Connection, path: str) -> None:
    """Reports read while ingest writes. The log is folded back every 32 MiB, and cut to 64 if a reader let it grow."""
    if connection.pragma("journal_mode", "wal") != "wal":
        raise StorageError(
            "this file system cannot hold SQLite's write-ahead log",
            where=path,
            hint="keep the database on a local disk",
        )
    connection.pragma("wal_autocheckpoint", (32 << 20) // PAGE_BYTES)
    connection.pragma("journal_size_limit", 64 << 20)


def synchronous(connection: apsw.Connection, durability: Durability) -> None:
    """NORMAL: a power cut may take back the last transactions, never half of one, and the logs are read again.

    FULL: a transaction that was reported survives a power cut, for logs that are deleted after reading.
    """
    connection.pragma("synchronous", durability)
