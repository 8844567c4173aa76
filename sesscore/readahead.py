"""Iterators that run in threads of their own, a little ahead of their user, who sees one item after the other."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Generic, Self, TypeVar

S = TypeVar("S")
T = TypeVar("T")

_ASK_SECONDS = 0.1
_PATIENCE = 1.5  # seconds: a block of the slowest decompression takes less

Turn = Callable[[], None]
"""Waits until all sources before are read to their ends."""


class _Stopped(BaseException):
    """Nobody wants the items any more."""


class _End:
    """A source ended, or failed with an error."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class _Lane(Generic[S, T]):
    """What a source that was begun gave and nobody took yet. source: None if it was not to be had."""

    def __init__(self, source: S | None) -> None:
        self.source = source
        self.items: deque[T | _End] = deque()


class ReadAhead(Generic[S, T]):
    """Iterates over the items of sources, in order, while threads read them. A context manager: leaving stops them.

    sources: each is asked for when it is begun, in the threads, by one of them at a time. read: called with a source
    and a `Turn`, gives its items. readers: how many sources are read side by side. Items are what bounds the memory of
    a pipeline: of the source whose turn it is, one waits while the next is made; of each source that is read beside
    it, there is one. An error comes out where the items do. stop: asked while there is nothing to take; True ends the
    iteration.
    """

    def __init__(
        self,
        sources: Iterable[S],
        read: Callable[[S, Turn], Iterator[T]],
        readers: int = 1,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._sources = iter(sources)
        self._choosing = threading.Lock()  # which source is the next
        self._read = read
        self._asked_to_stop = stop
        self._all_begun = False
        self._lanes: deque[_Lane[S, T]] = deque()  # begun and not taken to their ends, in order
        self._unread: list[_Lane[S, T]] = []  # those of them that give more
        self._stop = False
        self._changed = threading.Condition()  # any of these
        self._threads = [
            threading.Thread(target=self._work, name="sesscore-reader", daemon=True) for _ in range(readers)
        ]

    def __enter__(self) -> Self:
        """Starts reading."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops reading and waits for the threads, but not for one that waits for input that may never come."""
        with self._changed:
            self._stop = True
            self._changed.notify_all()
        patience = time.monotonic() + _PATIENCE
        for thread in self._threads:
            thread.join(max(0.0, patience - time.monotonic()))

    def __iter__(self) -> Iterator[T]:
        """The items, in order."""
        while (item := self._take()) is not None:
            if not isinstance(item, _End):
                yield item
            elif item.error is not None:
                raise item.error

    @property
    def source(self) -> S | None:
        """The one whose turn it is; None before the first and after the last. From any thread."""
        lanes = list(self._lanes)
        return lanes[0].source if lanes else None

    @property
    def depth(self) -> tuple[int, int]:
        """How many items wait, and the most that can. From any thread."""
        waiting = sum(1 for lane in list(self._lanes) if lane.items and not isinstance(lane.items[0], _End))
        return waiting, len(self._threads)

    def _take(self) -> T | _End | None:
        """The next item; None after the last source, and if asked to stop."""
        with self._changed:
            while not self._changed.wait_for(self._can_take, _ASK_SECONDS):
                if self._asked_to_stop():
                    return None
            if not self._lanes:
                return None
            item = self._lanes[0].items.popleft()
            if isinstance(item, _End):
                self._lanes.popleft()
            self._changed.notify_all()
            return item

    def _can_take(self) -> bool:
        return bool(self._lanes[0].items) if self._lanes else self._all_begun

    # In the threads

    def _work(self) -> None:
        while (lane := self._begin()) is not None:
            error: BaseException | None = None
            try:
                self._fill(*lane)
            except _Stopped:
                return
            except BaseException as raised:  # handed over, not swallowed
                error = raised
            self._end(lane[0], error)

    def _begin(self) -> tuple[_Lane[S, T], S] | None:
        """The next source, and where its items go; None after the last."""
        with self._choosing:  # others go on meanwhile: a folder of a million files takes long to list
            if self._stop or self._all_begun:
                return None
            try:
                source = next(self._sources)
            except StopIteration:
                self._begun_all()
                return None
            except BaseException as error:
                failed = _Lane[S, T](None)
                self._add(failed)
                self._begun_all()
                self._end(failed, error)
                return None
            lane = _Lane[S, T](source)
            self._add(lane)
            return lane, source

    def _add(self, lane: _Lane[S, T]) -> None:
        with self._changed:
            self._lanes.append(lane)
            self._unread.append(lane)

    def _end(self, lane: _Lane[S, T], error: BaseException | None) -> None:
        with self._changed:
            self._unread.remove(lane)
            lane.items.append(_End(error))
            self._changed.notify_all()

    def _begun_all(self) -> None:
        with self._changed:
            self._all_begun = True
            self._changed.notify_all()

    def _fill(self, lane: _Lane[S, T], source: S) -> None:
        items = self._read(source, lambda: self._wait(lambda: self._unread[0] is lane))
        while True:
            self._wait(lambda: self._lanes[0] is lane or not lane.items)
            item = next(items, None)
            if item is None:
                return
            self._wait(lambda: not lane.items)
            with self._changed:
                lane.items.append(item)
                self._changed.notify_all()
            del item  # the memory of what was taken is used again

    def _wait(self, ready: Callable[[], bool]) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._stop or ready())
            if self._stop:
                raise _Stopped
