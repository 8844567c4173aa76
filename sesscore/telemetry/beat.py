"""A thread that makes documents of a run on a steady beat, whatever the work waits for, and gives them to the sinks."""

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from sesscore.telemetry.document import Documents
from sesscore.telemetry.run import Run
from sesscore.telemetry.sinks import Sink

Failed = Callable[[str, Exception], None]
"""Is told the name of a sink that is dropped, and why."""

MILESTONE_SECONDS: Final = 0.25  # between two looks for milestones, if anybody wants them
TOGETHER_SECONDS: Final = 0.01  # changes so near to each other are told together: a run begins and ends with several
PATIENCE: Final = 10.0  # seconds, for a sink that hangs when the run is over: hooks may take nine


class Beat:
    """A context manager: within the block the run is watched. Leaving it gives the last document, and closes the sinks.

    A sink that raises is dropped, and `failed` is told.
    """

    def __init__(self, run: Run, sinks: Sequence[Sink], documents: Documents, failed: Failed) -> None:
        self._run = run
        self._sinks = list(sinks)
        self._due = dict.fromkeys(map(id, sinks), 0.0)
        self._documents = documents
        self._failed = failed
        self._woken = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._go, name="sesscore-beat", daemon=True)

    def start(self) -> None:
        """Begins, with a first document."""
        self._run.listening = any(sink.wants_milestones for sink in self._sinks)
        self._run.wake = self._woken.set
        self._run.milestone("started")
        self._thread.start()

    def close(self) -> None:
        """Gives the last document and ends. One that hangs is left behind: the work is done."""
        self._closing.set()
        self._woken.set()
        self._thread.join(PATIENCE)

    # In the thread

    def _go(self) -> None:
        changed = True  # the first document
        while True:
            closing = self._closing.is_set()  # asked before the document is made: the last one shows the end
            self._give(time.monotonic(), everyone=changed or closing)
            if closing:
                break
            if changed := self._woken.wait(self._pause()):
                self._closing.wait(TOGETHER_SECONDS)
            self._woken.clear()
        for sink in list(self._sinks):
            self._call(sink, sink.close)

    def _pause(self) -> float:
        due = min((self._due[id(sink)] for sink in self._sinks), default=time.monotonic() + PATIENCE)
        pause = max(0.0, due - time.monotonic())
        return min(pause, MILESTONE_SECONDS) if self._run.listening else pause

    def _give(self, now: float, *, everyone: bool) -> None:
        self._give_milestones()
        due = [sink for sink in self._sinks if everyone or now >= self._due[id(sink)]]
        if not due:
            return
        document = self._documents.make()
        for sink in due:
            # On the beat, whatever changes came between; after a long wait, from now on.
            self._due[id(sink)] = max(self._due[id(sink)] + sink.interval, now) if not everyone else now + sink.interval
            self._call(sink, partial(sink.beat, document))

    def _give_milestones(self) -> None:
        waiting = self._run.milestones
        while waiting:
            event = self._documents.milestone(waiting.popleft())
            for sink in [one for one in self._sinks if one.wants_milestones]:
                self._call(sink, partial(sink.milestone, event))

    def _call(self, sink: Sink, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception as error:  # whatever a sink does, the work goes on
            self._sinks = [one for one in self._sinks if one is not sink]
            self._failed(type(sink).__name__, error)
