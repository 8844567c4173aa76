"""What a run did, a line for each milestone and problem: text for people or JSON for programs.

A file is opened again by its name when somebody moved or removed it, so that logs can be rotated without a signal.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from sesscore.errors import StorageError
from sesscore.render import json_text
from sesscore.safetext import safe

if TYPE_CHECKING:
    from sesscore.telemetry.statusfile import Tell

Event = Mapping[str, Any]
Format = Literal["text", "json"]

SCHEMA: Final = "sesscore.log/1"
LEVELS: Final = ("debug", "info", "warning", "error")

_LEVEL_OF: Final = {
    "checkpoint": "debug",
    "phase": "debug",
    "problem": "warning",
    "quarantined": "warning",
    "degraded": "warning",
    "stopped": "warning",
    "failed": "error",
    "error": "error",  # how the command ended
}
_FRAME: Final = ("schema", "event", "at")  # of a milestone; what else it has is its fields
_OF_RUN: Final = ("run_id", "command", "pid", "db", "sensor")  # said in text by `started` only


class To(Protocol):
    """Where lines go."""

    def write(self, line: str) -> None:
        """Takes a line with its end."""

    def close(self) -> None:
        """Gives back what it holds."""


class Log:
    """A sink that writes a line for each milestone of at least a level."""

    interval = 3600.0
    wants_milestones = True

    def __init__(self, form: Format, level: str, to: To) -> None:
        self._line = json_line if form == "json" else text_line
        self._least = LEVELS.index(level)
        self._to = to

    def beat(self, document: Mapping[str, Any]) -> None:
        """Nothing: figures that change all the time are for the status file."""

    def milestone(self, event: Event) -> None:
        """Writes a line."""
        if LEVELS.index(level_of(event)) >= self._least:
            self._to.write(f"{self._line(event)}\n")

    def close(self) -> None:
        """Closes the file."""
        self._to.close()


def level_of(event: Event) -> str:
    """How much a milestone matters."""
    return _LEVEL_OF.get(event["event"], "info")


def json_line(event: Event) -> str:
    """One object on one line, safe to look at."""
    told = {
        "schema": SCHEMA,
        "time": event["at"],
        "level": level_of(event),
        "event": event["event"],
        "message": message(event),
        "fields": {key: value for key, value in event.items() if key not in _FRAME},
    }
    return json_text(told)


def text_line(event: Event) -> str:
    """`2026-01-02T03:04:05.678901Z WARNING quarantined: records=3 source="/var/log/cowrie.json"`, safe to look at."""
    left_out = _FRAME if event["event"] == "started" else (*_FRAME, *_OF_RUN)
    fields = " ".join(f"{key}={_value(value)}" for key, value in event.items() if key not in left_out)
    head = f"{event['at']} {level_of(event).upper():<7} {message(event)}"
    return safe(f"{head}: {fields}" if fields else head)


def message(event: Event) -> str:
    """A few words of ours, which say no figure: fields do."""
    return str(event["event"]).replace("_", " ")


def _value(value: object) -> str:
    return json_text(value)


class Stderr:
    """Standard error, as it is when a line comes: a bar that is drawn puts itself in its place."""

    def write(self, line: str) -> None:
        """Raises OSError."""
        sys.stderr.write(line)
        sys.stderr.flush()

    def close(self) -> None:
        """Nothing: it is everybody's."""


class LogFile:
    """A file to which whole lines are added, for its owner alone. Raises StorageError if it cannot be opened.

    A line that cannot be written is lost, and that is said once: the work does not wait for a log.
    """

    def __init__(self, path: str, tell: "Tell") -> None:
        self._path = path
        self._tell = tell
        self._told = False
        self._torn = False  # the last line was written in part
        try:
            self._descriptor = _opened(path)
        except OSError as error:
            hint = "--log-file FILE in a folder that exists and can be written"
            raise StorageError(f"the log cannot be opened: {error.strerror}", where=path, hint=hint) from error

    def write(self, line: str) -> None:
        """Adds a line, to the file that has the name now."""
        try:
            if self._is_elsewhere():
                again = _opened(self._path)
                os.close(self._descriptor)
                self._descriptor = again
                self._torn = False
            data = (b"\n" if self._torn else b"") + line.encode("utf-8", "backslashreplace")
            self._torn = os.write(self._descriptor, data) < len(data)
        except OSError as error:
            if not self._told:
                self._told = True
                self._tell(self._path, f"lines of the log are lost: {error.strerror}", "")

    def close(self) -> None:
        """Closes it; a second call does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _is_elsewhere(self) -> bool:
        try:
            now = Path(self._path).stat()
        except FileNotFoundError:
            return True
        held = os.fstat(self._descriptor)
        return (now.st_dev, now.st_ino) != (held.st_dev, held.st_ino)


def _opened(path: str) -> int:
    # Not waiting: a FIFO that nobody reads would hold up everything.
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
    return os.open(path, flags, 0o600)
