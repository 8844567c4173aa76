"""A file that is made beside its target, for its owner alone, and takes its place when it is whole.

The name of a draft is fixed, so that the next run clears up what a killed one left; a lock tells that from a draft that
is still being written.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sesscore.errors import DatabaseInUse, StorageError
from sesscore.upkeep.rights import take_over

SIDES = ("-wal", "-shm", "-journal")  # what SQLite puts beside a database


@contextmanager
def draft(target: str) -> Iterator[str]:
    """The path of an empty file of mode 0600. What is still there when the block ends is removed."""
    folder, name = os.path.split(target)
    path = str(Path(folder, f".{name}.draft"))
    try:
        descriptor = _locked(path, target)
    except OSError as error:
        raise _refused(target, error) from error
    # The descriptor is closed last: to close it drops the locks that SQLite holds on the file in this process.
    try:
        os.fchmod(descriptor, 0o600)
        os.ftruncate(descriptor, 0)
        _remove(*(path + side for side in SIDES))
        yield path
    finally:
        if _is(descriptor, path):
            _remove(path, *(path + side for side in SIDES))
        os.close(descriptor)


def publish(path: str, target: str, *, keep_rights: bool = False) -> None:
    """Put a finished draft in the place of its target; after a power cut it is there, or what was there before.

    keep_rights: who may read the target may read the draft, too.
    """
    try:
        if keep_rights:
            take_over(path, target)
        Path(path).replace(target)
        sync_folder(target)
    except OSError as error:
        raise _refused(target, error) from error


def _refused(target: str, error: OSError) -> StorageError:
    return StorageError(
        f"the file cannot be written: {error.strerror}",
        where=target,
        hint="check the permissions of its folder, or name another file",
    )


def sync_folder(path: str) -> None:
    """Make the names in the folder of `path` last. Raises OSError."""
    descriptor = os.open(Path(path).parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _locked(path: str, target: str) -> int:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(descriptor)
            raise DatabaseInUse(
                "another program is writing this file", where=target, hint="run it again when that one is done"
            ) from error
        except BaseException:
            os.close(descriptor)
            raise
        # Whoever had the lock may have published what was opened here: that file is no draft any more.
        if _is(descriptor, path):
            return descriptor
        os.close(descriptor)


def _is(descriptor: int, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.lstat(path))
    except FileNotFoundError:
        return False


def _remove(*paths: str) -> None:
    for path in paths:
        with contextlib.suppress(OSError):
            Path(path).unlink()
