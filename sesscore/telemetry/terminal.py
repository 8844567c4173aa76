"""How far a run is, on standard error: a bar on a terminal, elsewhere a plain line now and then."""

import sys
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from sesscore.telemetry import words

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

Document = Mapping[str, Any]

REDRAW_SECONDS: Final = 0.25
LINE_SECONDS: Final = 10.0
CALM_SECONDS: Final = 600.0  # while logs are followed: the journal is to be read by somebody
_SCALE: Final = 1000  # steps of the bar: what it counts is a part of 1, whatever the unit


def shown(*, follow: bool = False) -> "Bar | Lines":
    """The sink that fits standard error."""
    if sys.stderr.isatty() and not follow:
        return Bar()
    return Lines(CALM_SECONDS if follow else LINE_SECONDS)


class Lines:
    """A sink that writes a line each so many seconds, if it says something new; none for a run that is over sooner.

    write: takes a line.
    """

    interval = 1.0
    wants_milestones = False

    def __init__(self, seconds: float, write: Callable[[str], None] | None = None) -> None:
        self.seconds = seconds
        self._write = write or _to_stderr
        self._next = time.monotonic() + seconds
        self._before = ""

    def beat(self, document: Document) -> None:
        """Writes, if it is time."""
        now = time.monotonic()
        if now < self._next or document["state"] not in ("running", "degraded"):
            return
        self._next = now + self.seconds
        line = line_of(document)
        if line != self._before:
            self._before = line
            self._write(f"sesscore: {line}")

    def milestone(self, event: Mapping[str, Any]) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


def line_of(document: Document) -> str:
    """`reading, 43 %, 35.2 MB/s, 1:02 left, 1,234 events, 12 sessions, cowrie.json`."""
    source = words.file_name(document, "sources", "current", "path")
    parts = [words.word(document, "phase"), *words.progress(document), source]
    return ", ".join(part for part in parts if part)


def _to_stderr(line: str) -> None:
    import click

    click.echo(line, err=True)


class Bar:
    """A sink that draws one bar, from the phase in which the first figures are known to the end of the run."""

    interval = REDRAW_SECONDS
    wants_milestones = False

    def __init__(self) -> None:
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def beat(self, document: Document) -> None:
        """Draws it."""
        done = words.figure(document, "progress", "percent")
        if self._bar is None and done is None:
            return  # a run that finds nothing new is over before a bar could be drawn
        if self._bar is None or self._task is None:
            self._bar, self._task = _bar()
            self._bar.start()
        source = words.file_name(document, "sources", "current", "path")
        self._bar.update(
            self._task,
            total=None if done is None else _SCALE,
            completed=0 if done is None else done * _SCALE / 100,
            phase=words.word(document, "phase", width=12),
            figures="  ".join(part for part in (*words.progress(document), source) if part),
            refresh=True,
        )

    def milestone(self, event: Mapping[str, Any]) -> None:
        """Nothing."""

    def close(self) -> None:
        """Takes the bar away; a second call does nothing."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def _bar() -> "tuple[Progress, TaskID]":
    # Late: it takes longer to import than a small log takes to read.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn
    from rich.table import Column

    bar = Progress(
        # A name of a file may look like markup.
        TextColumn("{task.fields[phase]}", markup=False, table_column=Column(min_width=9, no_wrap=True)),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[figures]}", markup=False),
        console=Console(stderr=True),
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,  # it carries data; what goes to standard error meanwhile is written above the bar
    )
    return bar, bar.add_task("", total=None, phase="", figures="")
