"""A file that is replaced as a whole, again and again: whoever reads it finds one state of it."""

import contextlib
import fcntl
import os
import stat
from pathlib import Path
from typing import Final

from sesscore.ownfiles import draft_of

_FLAGS: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Replaced:
    """Writes a draft beside the file, and gives it the name. mode: of the file."""

    def __init__(self, path: str, mode: int) -> None:
        self._path = path
        self._draft = draft_of(path)
        self._mode = mode
        self.mine: tuple[int, int] | None = None
        """Device and inode of what was written last."""

    def write(self, data: bytes) -> None:
        """Puts bytes in its place, unless another run is just at it. Raises OSError."""
        try:
            descriptor = os.open(self._draft, _FLAGS, self._mode)
        except FileExistsError:
            if not self._clear():
                return  # another run, which began at the same moment, is at it
            descriptor = os.open(self._draft, _FLAGS, self._mode)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            info = os.fstat(descriptor)
            if info.st_mode & 0o777 != self._mode:  # by the umask
                os.fchmod(descriptor, self._mode)
            if not os.path.samestat(info, os.lstat(self._draft)):
                return  # it was taken for one that a killed run left
            while data:
                data = data[os.write(descriptor, data) :]
            os.replace(self._draft, self._path)  # noqa: PTH105 - each beat
            self.mine = info.st_dev, info.st_ino
        except BaseException:
            with contextlib.suppress(OSError):
                if os.path.samestat(os.fstat(descriptor), os.lstat(self._draft)):
                    os.unlink(self._draft)  # noqa: PTH108
            raise
        finally:
            os.close(descriptor)

    def _clear(self) -> bool:
        """Takes away a draft that a killed run left. One that is being written is locked."""
        if not stat.S_ISREG(os.lstat(self._draft).st_mode):  # a link is no draft of ours
            Path(self._draft).unlink()
            return True
        descriptor = os.open(self._draft, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(descriptor), os.lstat(self._draft)):
                Path(self._draft).unlink()
        except BlockingIOError:
            return False
        finally:
            os.close(descriptor)
        return True
