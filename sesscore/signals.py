"""SIGINT and SIGTERM as a request: what is under way is finished and committed first."""

import contextlib
import os
import select
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Self

from sesscore.errors import SesscoreError


class Stop:
    """Whether the work was asked to stop. `wait` sleeps until it is. Leaving its `with` block closes it."""

    def __init__(self) -> None:
        self.signal = 0
        """The number of the signal, 0 before one came."""
        self._asleep, self._alarm = os.pipe()

    def __bool__(self) -> bool:
        """Whether it was asked."""
        return bool(self.signal)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Closes it."""
        self.close()

    def ask(self, number: int = signal.SIGTERM) -> None:
        """Asks. From a handler of signals or from any thread. number: of the signal that says so."""
        self.signal = number
        os.write(self._alarm, b"\0")

    def wait(self, seconds: float) -> bool:
        """Sleeps, but no longer than until it is asked. Says whether it was."""
        select.select([self._asleep], [], [], seconds)
        return bool(self)

    def close(self) -> None:
        """Gives its descriptors back."""
        os.close(self._asleep)
        os.close(self._alarm)


@contextlib.contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """Within the block, SIGINT and SIGTERM ask to stop instead of ending the program; a second one ends it.

    In a thread other than the first, signals do what they did before.
    """
    with contextlib.closing(Stop()) as stop:
        if threading.current_thread() is not threading.main_thread():
            yield stop
            return

        def receive(number: int, frame: FrameType | None) -> None:
            if stop:
                raise SesscoreError("stopped at once; the batch at hand is not in the database", hint="run it again")
            stop.ask(number)

        before = {number: signal.signal(number, receive) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield stop
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
