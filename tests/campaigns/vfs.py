"""A VFS between SQLite and the disk that sees every call: what the campaigns with faults and power cuts are built on.

It is made the default, so the connections that sesscore opens in this process go through it. The shared memory
of the log's index goes past it: after a crash SQLite makes that anew.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import apsw

NAME = "campaign"


class Watched(apsw.VFS):
    """Hands every call to `around`, which is to be overridden. Does not sleep, so who waits for a lock is soon done."""

    def __init__(self) -> None:
        self.system = apsw.vfs_names()[0]  # the default of now, which does the work
        super().__init__(NAME, self.system)
        self.open_files = 0
        self._lock = threading.Lock()

    def around(self, call: str, path: str, go: Any, *given: Any) -> Any:
        """Does the call. go: the function that does it, given: its arguments."""
        return go(*given)

    def opened(self, change: int) -> None:
        with self._lock:
            self.open_files += change

    # VFS

    def xOpen(self, name: Any, flags: list[int]) -> WatchedFile:
        path = name if isinstance(name, str) or name is None else name.filename()
        return self.around("xOpen", path or "", lambda: WatchedFile(self, name, path or "", flags))

    def xDelete(self, filename: str, syncdir: bool) -> None:
        self.around("xDelete", filename, super().xDelete, filename, syncdir)

    def xAccess(self, pathname: str, flags: int) -> bool:
        return bool(self.around("xAccess", pathname, super().xAccess, pathname, flags))

    def xFullPathname(self, name: str) -> str:
        return str(self.around("xFullPathname", name, super().xFullPathname, name))

    def xSleep(self, microseconds: int) -> int:
        return microseconds

    def excepthook(self, kind: type, error: BaseException, trace: Any) -> None:
        """Errors that SQLite has no use for: of closing, for one."""


class WatchedFile(apsw.VFSFile):
    """An open file of it."""

    def __init__(self, vfs: Watched, name: Any, path: str, flags: list[int]) -> None:
        super().__init__(vfs.system, name, flags)
        self.vfs = vfs
        self.path = path
        self.flags = flags[1]
        self.closed = False
        vfs.opened(1)

    def xRead(self, amount: int, offset: int) -> bytes:
        return bytes(self.vfs.around("xRead", self.path, super().xRead, amount, offset))

    def xWrite(self, data: bytes, offset: int) -> None:
        self.vfs.around("xWrite", self.path, super().xWrite, data, offset)

    def xTruncate(self, size: int) -> None:
        self.vfs.around("xTruncate", self.path, super().xTruncate, size)

    def xSync(self, flags: int) -> None:
        self.vfs.around("xSync", self.path, super().xSync, flags)

    def xFileSize(self) -> int:
        return int(self.vfs.around("xFileSize", self.path, super().xFileSize))

    def xLock(self, level: int) -> None:
        self.vfs.around("xLock", self.path, self._lock, level)

    def _lock(self, level: int) -> None:
        """A file that is open for reading only cannot be locked for writing. SQLite tries it at every close and passes
        over the error, which apsw would raise; not so if it is that somebody has the lock."""
        try:
            super().xLock(level)
        except apsw.IOError:
            if not self.flags & apsw.SQLITE_OPEN_READONLY:
                raise
            raise apsw.BusyError("open for reading only") from None

    def xUnlock(self, level: int) -> None:
        self.vfs.around("xUnlock", self.path, super().xUnlock, level)

    def xCheckReservedLock(self) -> bool:
        return bool(self.vfs.around("xCheckReservedLock", self.path, super().xCheckReservedLock))

    def xClose(self) -> None:
        if not self.closed:
            self.closed = True
            self.vfs.opened(-1)
        self.vfs.around("xClose", self.path, super().xClose)

    def excepthook(self, kind: type, error: BaseException, trace: Any) -> None:
        """As of the VFS."""


@contextmanager
def installed(vfs: Watched) -> Iterator[None]:
    """Within the block new connections go through it. Of errors that SQLite passes over nothing is told."""
    told = sys.unraisablehook
    sys.unraisablehook = lambda one: None if isinstance(one.exc_value, apsw.Error) else told(one)
    apsw.set_default_vfs(NAME)
    try:
        yield
    finally:
        apsw.set_default_vfs(vfs.system)
        sys.unraisablehook = told


def name_of(path: str) -> str:
    """Of a file, without its folder."""
    return os.path.basename(path) or "a temporary file"
