"""Follows logs: what is written to them is in the database a moment later, whatever rotates, restarts or fills up."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

from sesscore.errors import DatabaseInUse, DiskFull, SesscoreError, StorageError
from sesscore.ingester import Ingester
from sesscore.result import Degraded, IngestResult
from sesscore.signals import Stop
from sesscore.sizes import sizes_of
from sesscore.telling import Telling
from sesscore.watching import Watch

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds, before what failed is tried again

Open = Callable[[], AbstractContextManager[Ingester]]


class Follower:
    """Reads what comes to logs into a database, until it is asked to stop.

    A full disk, a database that is busy and errors of reading and writing are waited out: the database is opened anew,
    and reading goes on where it says that it stands. Nothing is read meanwhile, so nothing is lost.
    """

    def __init__(
        self, open_: Open, watch: Watch, result: IngestResult, stop: Stop, telling: Telling, degraded: Degraded
    ) -> None:
        """open_: opens the database. result: is added to."""
        self._open = open_
        self._watch = watch
        self._result = result
        self._stop = stop
        self._telling = telling
        self._tell = degraded
        self._opened = False  # once; before, an error may well be a mistake in the command
        self._trouble = ""
        self._pause = FIRST_PAUSE

    def run(self) -> None:
        """Follows. Raises SesscoreError for what does not pass by itself."""
        while not self._stop:
            try:
                with self._open() as ingester:
                    self._opened = True
                    self._follow(ingester)
            except DiskFull as error:
                self._wait(error)
            except (StorageError, DatabaseInUse) as error:
                if not self._opened:
                    raise
                self._wait(error)

    def _follow(self, ingester: Ingester) -> None:
        while not self._stop:
            candidates = self._watch.changed(self._result.met.unreadable_paths)
            if candidates:
                self._telling.begins(partial(sizes_of, candidates))
                ingester.read(candidates)
                if self._stop:
                    break
                ingester.join()
                ingester.commit()
            self._recovered()
            self._telling.follows()
            self._stop.wait(self._watch.pause)
        self._telling.run.enter("finishing")

    def _wait(self, error: SesscoreError) -> None:
        self._watch.forget()
        if self._trouble != error.what:
            self._trouble = error.what
            self._tell(error)
        self._stop.wait(self._pause)
        self._pause = min(2 * self._pause, LONGEST_PAUSE)

    def _recovered(self) -> None:
        if self._trouble:
            self._trouble = ""
            self._pause = FIRST_PAUSE
            self._tell(None)
