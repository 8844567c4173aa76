"""Free space, asked before work that would otherwise end half way with a full disk."""

import os
from pathlib import Path

import apsw

from sesscore.connections import size_of, unusable
from sesscore.errors import StorageError
from sesscore.wording import readable


def bytes_of(connection: apsw.Connection) -> int:
    """The size of the database that the connection sees, its log folded in."""
    return int(connection.pragma("page_count")) * int(connection.pragma("page_size"))


def log_bytes(path: str) -> int:
    """The size of the log beside a database, 0 if there is none."""
    return max(0, size_of(f"{path}-wal"))


def require(path: str, needed: int, purpose: str) -> None:
    """Raise StorageError if the folder of `path` has fewer bytes free than that."""
    try:
        status = os.statvfs(Path(path).parent)
    except OSError as error:
        raise unusable(path, error) from error
    free = status.f_bavail * status.f_frsize
    if free < needed:
        raise StorageError(
            f"not enough free space {purpose}: {readable(needed)} needed, {readable(free)} free",
            where=path,
            hint="free some space and run it again: nothing was changed",
        )
