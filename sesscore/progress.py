"""How far an ingest is: a bar in bytes of stored input, on standard error, and only if that is a terminal."""

import sys
from typing import TYPE_CHECKING

from sesscore.safetext import shortened
from sesscore.telemetry.sinks import Document

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

_NAME_WIDTH = 32


def wanted() -> bool:
    """Whether there is a terminal to draw on."""
    return sys.stderr.isatty()


class Progress:
    """Draws documents. It begins with the first that has a total."""

    interval = 0.1  # seconds between two looks at the terminal
    wants_milestones = False

    def __init__(self) -> None:
        self._bar: RichProgress | None = None
        self._task: TaskID | None = None

    def beat(self, document: Document) -> None:
        """What was read so far, in all sources, and which one is being read."""
        progress = document["progress"]
        if self._bar is None or self._task is None:
            if progress["unit"] != "bytes" or progress["total"] is None:
                return
            self._bar, self._task = _bar(progress["total"])
            self._bar.start()
        counters, current = document["counters"], document["sources"]["current"]
        rate = counters["events"] / max(document["elapsed"]["total_seconds"], 0.001)
        self._bar.update(
            self._task,
            completed=progress["current"],
            total=progress["total"],
            figures=f"{rate:,.0f} events/s, {counters['sessions_new']:,} sessions",
            source=shortened((current["path"] if current else "").rpartition("/")[2], _NAME_WIDTH),
            refresh=True,
        )

    def milestone(self, event: Document) -> None:
        """Is not asked for."""

    def close(self) -> None:
        """Takes the bar away."""
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
