"""An iterator that runs in a thread of its own, a few items ahead of its user."""

import queue
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")

_POLL_SECONDS = 0.1  # how soon the thread notices that nobody waits any more


class _End:
    """The iterator ended, or failed with an error."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class ReadAhead(Generic[T]):
    """Iterates over `items` in a thread; errors come out where the items do. A context manager: leaving stops it.

    depth: how many items may wait. They are what bounds the memory of a pipeline.
    """

    def __init__(self, items: Iterator[T], depth: int = 1) -> None:
        self._items = items
        self._waiting: queue.Queue[T | _End] = queue.Queue(depth)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sesscore-reader", daemon=True)

    def __enter__(self) -> Self:
        """Starts reading."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops reading and waits for the thread."""
        self._stop.set()
        self._thread.join()

    def __iter__(self) -> Iterator[T]:
        """The items, in order."""
        while not isinstance(item := self._waiting.get(), _End):
            yield item
        if item.error is not None:
            raise item.error

    def _run(self) -> None:
        error: BaseException | None = None
        try:
            for item in self._items:
                if not self._put(item):
                    break
        except BaseException as raised:  # handed over, not swallowed
            error = raised
        self._put(_End(error))

    def _put(self, item: T | _End) -> bool:
        """Waits for room. False if nobody wants the item any more."""
        while not self._stop.is_set():
            try:
                self._waiting.put(item, timeout=_POLL_SECONDS)
            except queue.Full:
                continue
            return True
        return False
