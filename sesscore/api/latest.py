"""A function of the user's that gets the newest status of a run: it may fail, hang or be slow, and harms nothing."""

import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

LAST_SECONDS: Final = 4.0  # for the last status, when the run is over


class Latest:
    """A sink that calls a function in a thread of its own, with the newest document there is; others it never sees.

    failed: is told once what the function raises, and it is not called again.
    """

    wants_milestones = False

    def __init__(
        self, function: Callable[[dict[str, Any]], object], interval: float, failed: Callable[[str], None]
    ) -> None:
        self.interval = interval
        self._function = function
        self._failed = failed
        self._changed = threading.Condition()
        self._newest: Mapping[str, Any] | None = None
        self._busy = False
        self._over = False
        self._thread = threading.Thread(target=self._run, name="sesscore-progress", daemon=True)
        self._thread.start()

    def beat(self, document: Mapping[str, Any]) -> None:
        """Puts it in the place of one that nobody took. Returns at once."""
        with self._changed:
            self._newest = document
            self._changed.notify_all()

    def milestone(self, event: Mapping[str, Any]) -> None:
        """Nothing: it is told of figures only."""

    def close(self) -> None:
        """Waits for the last one, but not for long."""
        with self._changed:
            self._changed.wait_for(lambda: self._over or (self._newest is None and not self._busy), LAST_SECONDS)
            self._over = True
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._over or self._newest is not None)
                if self._over or self._newest is None:
                    return
                document, self._newest = dict(self._newest), None
                self._busy = True
            problem = ""
            try:
                self._function(document)
            except BaseException as error:  # even one that wants to end the program: it is none of the work's
                problem = f"{type(error).__name__}: {error}"
            if problem:
                self._failed(problem)
            with self._changed:
                self._busy = False
                self._over |= bool(problem)
                self._changed.notify_all()
