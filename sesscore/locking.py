"""One writer at a time: an flock on `<db>.lock`.

Never on the database itself: closing a second descriptor of it would drop the locks that SQLite holds there. The
kernel releases an flock when its holder dies, so there are no stale locks and no process ids to compare.
"""

import contextlib
import fcntl
import os
import re
import time
from datetime import UTC, datetime

from sesscore.errors import DatabaseInUse, StorageError

_TEXT_LIMIT = 1024
_NAME = re.compile(r"process (\d{1,9}) on (.*) since \S+")
_TRIES = 10
_TRY_SECONDS = 0.02


class WriterLock:
    """Held from construction to `release`. Its file says who holds it, and stays when it is released."""

    def __init__(self, database: str) -> None:
        """Take the lock of a database, or raise DatabaseInUse with the name of its holder."""
        path = f"{database}.lock"
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise StorageError(
                f"the lock file beside the database cannot be made: {error.strerror}",
                where=path,
                hint="check the permissions of the folder, or name another file with --db",
            ) from error
        try:
            self._take(database)
        except BaseException:
            os.close(self._descriptor)
            raise

    def _take(self, database: str) -> None:
        try:
            self._try()
        except BlockingIOError as error:
            raise DatabaseInUse(
                f"another ingest is writing this database: {self._holder()}",
                where=database,
                hint="run it again when that one is done; reports work meanwhile",
            ) from error
        except OSError as error:
            raise StorageError(
                f"files cannot be locked here: {error.strerror}",
                where=database,
                hint="keep the database on a local disk: SQLite's log does not work on a network file system",
            ) from error
        os.fchmod(self._descriptor, 0o600)
        started = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._write(f"process {os.getpid()} on {os.uname().nodename} since {started}\n")

    def _try(self) -> None:
        operation = fcntl.LOCK_EX | fcntl.LOCK_NB
        try:
            fcntl.flock(self._descriptor, operation)
        except BlockingIOError:
            time.sleep(0.01)  # `holder`, below, may have had it for a moment
            fcntl.flock(self._descriptor, operation)

    def _holder(self) -> str:
        """Its name. It writes that right after it took the lock; before, the name of a killed one may be there."""
        for _ in range(_TRIES):
            text = _text(self._descriptor)
            if text and not _is_gone(text):
                break
            time.sleep(_TRY_SECONDS)
        return text or "its name is not known yet"

    def _write(self, text: str) -> None:
        os.ftruncate(self._descriptor, 0)
        # The text is for people: on a full disk the lock holds without it.
        with contextlib.suppress(OSError):
            os.pwrite(self._descriptor, text.encode("utf-8", "replace"), 0)

    def release(self) -> None:
        """Let the next writer in. The file stays: to remove it while another waits for it would split the lock."""
        if self._descriptor < 0:
            return
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)
        self._descriptor = -1


def holder(database: str) -> str | None:
    """Who writes the database now, None if nobody does. Makes nothing, and waits for nobody."""
    try:
        descriptor = os.open(f"{database}.lock", os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        text = _text(descriptor)
        # A holder that ended in order has emptied the file: only for one that was killed is the lock touched.
        if text:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except BlockingIOError:
        return text
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _text(descriptor: int) -> str:
    return os.pread(descriptor, _TEXT_LIMIT, 0).decode("utf-8", "replace").strip()


def _is_gone(text: str) -> bool:
    """Whether a name is of a process of this machine that is no more."""
    told = _NAME.fullmatch(text)
    if told is None or told[2] != os.uname().nodename:
        return False
    try:
        os.kill(int(told[1]), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # it is somebody else's
        pass
    return False
