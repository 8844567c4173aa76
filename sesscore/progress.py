"""How far an ingest is: a bar in bytes of stored input, on standard error, and only if that is a terminal."""

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from sesscore.safetext import shortened

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

_INTERVAL = 0.1  # seconds between two looks at the terminal
_NAME_WIDTH = 32


class Progress:
    """Told often, seldom drawn. Without a terminal every call returns at once."""

    def __init__(self, *, wanted: bool = True) -> None:
        """Draws only if that is wanted and standard error is a terminal."""
        self._drawn = wanted and sys.stderr.isatty()
        self._next = 0.0
        self._began = 0.0
        self._bar: RichProgress | None = None
        self._task: TaskID | None = None

    def start(self, total_bytes: Callable[[], int]) -> None:
        """Begin. total_bytes: gives the stored size of all sources that will be read; asked only if it is drawn."""
        if not self._drawn:
            return
        self._began = time.monotonic()
        self._bar, self._task = _bar(total_bytes())
        self._bar.start()

    def update(self, stored_bytes: int, events: int, sessions: int, source: str) -> None:
        """What was read so far, in all sources, and which one is being read."""
        if self._bar is None or self._task is None:
            return
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _INTERVAL
        rate = events / max(now - self._began, 0.001)
        self._bar.update(
            self._task,
            completed=stored_bytes,
            figures=f"{rate:,.0f} events/s, {sessions:,} sessions",
            source=shortened(source.rpartition("/")[2], _NAME_WIDTH),
            refresh=True,
        )

    def finish(self) -> None:
        """Take the bar away; a second call does nothing."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def _bar(total_bytes: int) -> tuple["RichProgress", "TaskID"]:
    # Late: it takes longer to import than a small log takes to read.
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    bar = RichProgress(
        BarColumn(bar_width=24),
        DownloadColumn(binary_units=True),
        # A name of a file may look like markup.
        TextColumn("{task.fields[figures]}", markup=False),
        TimeRemainingColumn(),
        TextColumn("{task.fields[source]}", markup=False),
        console=Console(stderr=True),
        auto_refresh=False,
        transient=True,
    )
    return bar, bar.add_task("", total=total_bytes, figures="", source="")
