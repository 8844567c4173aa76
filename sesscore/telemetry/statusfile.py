"""The status file: one JSON document, private, whole at every moment, replaced on each beat.

A file belongs to one run at a time: who finds that of a run that lives leaves it alone until that one is over. What is
no status file is never replaced.
"""

import json
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sesscore.errors import StorageError, UsageError
from sesscore.telemetry.liveness import standing
from sesscore.telemetry.replaced import Replaced
from sesscore.telemetry.sinks import Document

_MOST_BYTES: Final = 1 << 20  # of a status file, ours or an older tool's

Tell = Callable[[str, str, str], None]
"""Is told where, what and what to do."""


def check(path: str) -> None:
    """Refuses a status file that was asked for and cannot be one. Raises UsageError, StorageError."""
    folder = Path(path).parent
    if not folder.is_dir():
        raise StorageError(
            "the folder of the status file does not exist", where=path, hint="make it, or name a file in another one"
        )
    try:
        there = Path(path).stat()
    except OSError:
        return
    except ValueError as error:
        raise UsageError("the status file has an impossible name", where=repr(path)) from error
    if not stat.S_ISREG(there.st_mode) or (not Path(path).is_symlink() and _read(path) is None):
        raise UsageError("is there and is no status file", where=path, hint="name another one with --status-file")


class StatusFile:
    """Writes the documents of a run. tell: is told once when that fails; the next beat tries again."""

    wants_milestones = False

    def __init__(self, path: str, interval: float, tell: Tell) -> None:
        self.interval = interval
        self._path = path
        self._file = Replaced(path, 0o600)
        self._tell = tell
        self._told = ""

    def beat(self, document: Document) -> None:
        """Replaces the file, unless it is that of another run that lives."""
        try:
            if not self._is_free(document):
                return
            self._file.write(json.dumps(document).encode("ascii") + b"\n")
        except OSError as error:
            self._say(f"the status file cannot be written: {error.strerror}", "the work goes on without it")
        else:
            self._told = ""

    def milestone(self, event: Document) -> None:
        """Is not asked for."""

    def close(self) -> None:
        """The last document stays."""

    def _say(self, what: str, hint: str) -> None:
        if what != self._told:
            self._told = what
            self._tell(self._path, what, hint)

    def _is_free(self, document: Document) -> bool:
        """Whether the file is this run's, nobody's, or that of a run which is over."""
        try:
            there = os.lstat(self._path)
        except FileNotFoundError:
            return True
        if (there.st_dev, there.st_ino) == self._file.mine or stat.S_ISLNK(there.st_mode):
            return True
        found = _read(self._path)
        if found is None:
            self._say("is there and is no status file", "move it away, or name another one with --status-file")
            return False
        return not _is_anothers(found, document, time.time() - there.st_mtime)


def _is_anothers(found: dict[str, Any], mine: Document, age: float) -> bool:
    """Whether a document that was found is of another run, which lives."""
    if found.get("run_id") == mine["run_id"]:
        return False
    try:
        return standing(found, age) in ("running", "degraded")
    except (KeyError, ValueError, TypeError, AttributeError):  # of an older tool
        return False


def _read(path: str) -> dict[str, Any] | None:
    """A status document, of ours or of an older tool; {} of an empty file, None if it is something else."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError:
        return None
    if not data.strip(b"\0"):  # all that a power cut left
        return {}
    try:
        told = json.loads(data) if len(data) <= _MOST_BYTES else None
    except ValueError:
        return None
    return told if isinstance(told, dict) and ("state" in told or "phase" in told) else None
