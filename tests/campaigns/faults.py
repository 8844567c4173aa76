"""What can fail at a call of the disk, and the VFS that lets it fail: shared by iofaults.py and upkeep.py."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import apsw
from vfs import Watched, installed, name_of

KILLED = 99  # how a child ends that was killed
NAMES = ("open", "link", "rename", "replace", "unlink", "fsync")  # calls of `os` that can be watched, too
LASTING = ("once", "for good")
RELEASING = ("xClose", "xUnlock")  # which are done even if they fail, or the file would stay locked


@dataclass(frozen=True)
class Kind:
    """A way to fail. calls: those that can fail so; None: all. error, number: what SQLite and what `os` is told.

    codes: exit codes of sesscore that fit. Without an error the process ends there, as by a kill.
    """

    calls: tuple[str, ...] | None
    error: type[apsw.Error] | None = None
    number: int = 0
    codes: tuple[int, ...] = ()

    def told(self, call: str, fault: Fault) -> Exception:
        """The error that the call ends with."""
        assert self.error is not None
        return OSError(self.number, os.strerror(self.number)) if call.startswith("os.") else self.error(str(fault))


# short: half is written, then the disk is full. A short read is no fault of a disk: SQLite takes it for the end of the
# file (calls.py has those of the system).
KINDS = {
    "eio": Kind(None, apsw.IOError, errno.EIO, (1, 7)),
    "full": Kind(("xWrite", "xTruncate", "xSync", "os.open", "os.link"), apsw.FullError, errno.ENOSPC, (7,)),
    "short": Kind(("xWrite",), apsw.FullError, errno.ENOSPC, (7,)),
    "busy": Kind(("xLock",), apsw.BusyError, errno.EBUSY, (5,)),
    "cantopen": Kind(("xOpen", "os.open"), apsw.CantOpenError, errno.EMFILE, (7,)),
    "kill": Kind(None),
    "kill-os": Kind(tuple(f"os.{name}" for name in NAMES)),  # the few of `kill` between which names change
}


@dataclass(frozen=True)
class Fault:
    """What fails: a kind of error, at a call of those that can fail so, once or from then on."""

    case: str
    kind: str
    lasting: str
    number: int

    def __str__(self) -> str:
        return f"{self.case} {self.kind} {self.lasting} {self.number}"


class Faulty(Watched):
    """Lets one call fail, or all from one on."""

    def __init__(self) -> None:
        super().__init__()
        self.begin(None)

    def begin(self, fault: Fault | None) -> None:
        """From now on calls are counted, and this fails. None: nothing does."""
        self.fault = fault
        self.calls = 0
        self.hit = ""  # the first call that failed

    def around(self, call: str, path: str, go: Any, *given: Any) -> Any:
        fault = self.fault
        if fault is None:
            return go(*given)
        kind = KINDS[fault.kind]
        if kind.calls is not None and call not in kind.calls:
            return go(*given)
        self.calls += 1
        if self.calls < fault.number or (self.calls > fault.number and fault.lasting == "once"):
            return go(*given)
        self.hit = self.hit or f"{call} of {name_of(path)}"
        if kind.error is None:
            os._exit(KILLED)
        if call in RELEASING:
            go(*given)
        if fault.kind == "short":
            data, offset = given
            go(data[: len(data) // 2], offset)
        raise kind.told(call, fault)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Within the block SQLite and `os` go through it."""
        real = {name: getattr(os, name) for name in NAMES}
        for name, function in real.items():
            setattr(os, name, partial(self._os, name, function))
        try:
            with installed(self):
                yield
        finally:
            for name, function in real.items():
                setattr(os, name, function)

    def _os(self, name: str, function: Any, *given: Any, **named: Any) -> Any:
        return self.around(f"os.{name}", str(given[0]), partial(function, **named), *given)
