"""Which of the logs that are followed may hold something new: asked often, so it asks the system for little.

The logs of each folder that changed last are looked at each time, and so are the folders, in which logs begin and get
other names; of many folders only the last log each, and where even that is much work, less often. All else is looked at
now and then. To be told of a file in vain costs a moment: what is new in it, and whether it is one that was read
before, is found out by its content.
"""

import os
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from heapq import nlargest
from typing import NamedTuple

from sesscore.discover import Candidate
from sesscore.marks import Mark, OwnFiles
from sesscore.sources import OPEN_FLAGS

LOOK_SECONDS = 0.5  # from one look to the next
LOOK_SHARE = 50  # or so many times what a look takes of a core: ten thousand folders must not cost all of it
NEWEST = 8  # logs of each folder that are looked at each time
MOST_NEWEST = 256  # of all folders, if one of each is no more
HELD_NS = 3600 * 1_000_000_000  # a log that did not change for so long is not held open
RESCAN_SECONDS = 15.0
RESCAN_SHARE = 2000  # or after so many times as long as that takes: a million files must not cost more than ten do
MOST_HELD = 64

_Identity = tuple[int, int]
_Mark = tuple[str, int, int]  # path, size and time of change: what differs if there may be something new


class _Held(NamedTuple):
    """An open file, as it was when it was opened."""

    candidate: Candidate
    descriptor: int


class Watch:
    """The logs that are followed.

    find: gives them. folders: where, beside where they lie, others may come up. own: files that are none of them,
    whatever happens to them.
    """

    def __init__(
        self, find: Callable[[], Sequence[Candidate]], folders: Sequence[str], own: Sequence[str] = ()
    ) -> None:
        self._find = find
        self._more_folders = folders
        self._own = OwnFiles(own)
        self._folders: list[Mark] = []
        self._newest: list[Candidate] = []
        self._named: set[_Identity] = set()
        self._seen: dict[_Identity, _Mark] = {}
        self._told: set[Candidate] = set()  # what could not be looked at: once, though logs vanish when they rotate
        self._held: dict[_Identity, _Held] = {}  # each can be read to its end when it has no name any more
        self._next_scan = 0.0
        self.pause = LOOK_SECONDS
        """Until it should be asked again."""

    def changed(self, failed: Callable[[], Collection[str]] = list) -> list[Candidate]:
        """The logs that may hold something new since this was asked last; those that lost their names come first.

        failed: gives the paths that could not be read, which are tried again now and then.
        """
        began = time.thread_time()
        if time.monotonic() >= self._next_scan or any(folder.differs() for folder in self._folders):
            news = self._scan(failed())
        else:
            news = [one for one in self._newest if self._is_news(one)]
            self.pause = max(LOOK_SECONDS, (time.thread_time() - began) * LOOK_SHARE)
        return self._nameless() + news

    def forget(self) -> None:
        """What was told is told again: nobody knows what became of it."""
        self._seen.clear()
        self._next_scan = 0.0

    def close(self) -> None:
        """Closes the files that are held."""
        for held in self._held.values():
            os.close(held.descriptor)
        self._held.clear()

    def _scan(self, failed: Collection[str]) -> list[Candidate]:
        """Looks at everything."""
        began = time.monotonic()
        self._own.look()
        candidates = self._find()
        self._folders = [Mark(path, self._own) for path in self._folders_of(candidates)]
        self._seen = {identity: mark for identity, mark in self._seen.items() if mark[0] not in failed}
        self._named = set()
        news = [one for one in candidates if self._is_news(one)]
        kept = self._named | self._held.keys()
        self._seen = {identity: mark for identity, mark in self._seen.items() if identity in kept}
        self._newest = self._newest_of(candidates)
        self._next_scan = began + max(RESCAN_SECONDS, (time.monotonic() - began) * RESCAN_SHARE)
        return news

    def _newest_of(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Of each folder a few, in the order in which they were found."""
        changed = {path: changed_ns for path, _, changed_ns in self._seen.values()}
        folders: dict[str, list[str]] = {}
        for path in changed:
            folders.setdefault(_folder_of(path), []).append(path)
        each = min(NEWEST, max(1, MOST_NEWEST // max(1, len(folders))))
        newest = {path for paths in folders.values() for path in nlargest(each, paths, changed.__getitem__)}
        return [one for one in candidates if one.path in newest]

    def _folders_of(self, candidates: Sequence[Candidate]) -> set[str]:
        return {_folder_of(one.path) for one in candidates} | set(self._more_folders)

    def _is_news(self, candidate: Candidate) -> bool:
        if candidate.problem is not None:
            known = candidate in self._told
            self._told.add(candidate)
            return not known
        try:
            info = os.stat(candidate.path)  # noqa: PTH116 - for each log, several times a second
        except OSError:  # gone since it was found
            return False
        identity = info.st_dev, info.st_ino
        mark = candidate.path, info.st_size, info.st_ctime_ns
        self._named.add(identity)
        if self._seen.get(identity) == mark:
            self._let_go_if_old(identity, info)
            return False
        self._seen[identity] = mark
        self._hold(candidate, identity)
        return True

    # Logs without a name

    def _hold(self, candidate: Candidate, identity: _Identity) -> None:
        if identity in self._held or len(self._held) >= MOST_HELD:
            return
        try:
            descriptor = os.open(candidate.path, OPEN_FLAGS)
        except OSError:  # whoever reads it says why
            return
        info = os.fstat(descriptor)
        if (info.st_dev, info.st_ino) == identity and time.time_ns() - info.st_ctime_ns < HELD_NS:
            self._held[identity] = _Held(candidate, descriptor)
        else:
            os.close(descriptor)

    def _nameless(self) -> list[Candidate]:
        """Those that are held and have no name any more by which they are followed, and may hold something new."""
        news = []
        for identity, held in list(self._held.items()):
            if identity in self._named:
                continue
            info = os.fstat(held.descriptor)
            mark = held.candidate.path, info.st_size, info.st_ctime_ns
            if self._seen.get(identity) != mark:
                self._seen[identity] = mark
                news.append(replace(held.candidate, descriptor=held.descriptor))
            else:
                self._let_go_if_old(identity, info)
        return news

    def _let_go_if_old(self, identity: _Identity, info: os.stat_result) -> None:
        if identity in self._held and time.time_ns() - info.st_ctime_ns > HELD_NS:
            os.close(self._held.pop(identity).descriptor)


def _folder_of(path: str) -> str:
    return os.path.dirname(path) or os.curdir  # noqa: PTH120 - for each log
