"""Whether something in a folder got another name since it was looked at, our own files aside."""

import os
import time
from collections.abc import Iterable
from typing import Final

_TICK_NS: Final = (
    1_000_000_000  # what changes within one tick of a clock of the file system looks as if it changed once
)

_Identity = tuple[int, int]


class OwnFiles:
    """The files that this program replaces in folders that it watches: a status file changes its folder each second.

    A folder's time says only that something happened. So one that holds such files is listed, when its time is another,
    and what it holds beside them is compared, as one number: a million names take no memory.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._names: dict[str, set[str]] = {}
        for path in paths:
            self._names.setdefault(os.path.dirname(path) or os.curdir, set()).add(os.path.basename(path))  # noqa: PTH119, PTH120
        self._listed: dict[_Identity, tuple[str, int]] = {}

    def look(self) -> None:
        """Lists the folders. Comes before the search whose outcome is to be compared with what is there later."""
        self._listed = {}
        for folder in self._names:
            info = _stat(folder)
            if info is not None:
                self._listed[info.st_dev, info.st_ino] = folder, self._others(folder)

    def only_they_changed(self, info: os.stat_result) -> bool:
        """Whether a folder, whose time is another, holds else what it held. info: of the folder."""
        if (listed := self._listed.get((info.st_dev, info.st_ino))) is None:
            return False
        folder, others = listed
        return self._others(folder) == others

    def _others(self, folder: str) -> int:
        own = self._names[folder]
        try:
            with os.scandir(folder) as entries:
                return sum(hash((entry.name, entry.inode())) for entry in entries if entry.name not in own)
        except OSError:
            return 0


class Mark:
    """What a folder looked like, after a search. now: of the clock, when it was searched."""

    def __init__(self, path: str, own: OwnFiles) -> None:
        self._path = path
        self._own = own
        self._mark = _mark(_stat(path), time.time_ns())

    def differs(self) -> bool:
        """Whether there may be others in it than the search found."""
        now = time.time_ns()
        info = _stat(self._path)
        if _mark(info) == self._mark:
            return False
        if info is None or not self._own.only_they_changed(info):
            return True
        self._mark = _mark(info, now)
        return False


def _mark(info: os.stat_result | None, now: int = 0) -> tuple[int, int] | None:
    """now: of a look after which there may be more; of a folder that changed just before it, nothing is known."""
    if info is None:
        return None
    just_now = 0 <= now - info.st_mtime_ns < _TICK_NS  # a clock that was set back must not make every look a long one
    return None if just_now else (info.st_ino, info.st_mtime_ns)


def _stat(folder: str) -> os.stat_result | None:
    try:
        return os.stat(folder)  # noqa: PTH116 - several times a second
    except OSError:
        return None
