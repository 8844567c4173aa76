"""A result that is written while it is made: to a file that is there whole or not at all, or to standard output.

A report asks one state of the database, which SQLite's log must keep as long as the report goes on. A pager that waits
for its reader would hold it up for hours; what standard output does not take at once is kept in a file without a name
until the questions are answered.
"""

import contextlib
import os
import select
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import IO

from sesscore.errors import StorageError
from sesscore.output import STDOUT, closed_pipe_is_fine, stdout_errors

_KEPT_IN_MEMORY = 4 << 20
_GATHERED = 64 << 10  # bytes that are written together
_ATOM = 4096  # what a pipe takes without waiting, if it takes anything (PIPE_BUF of Linux)


class Outlet:
    """Takes bytes, and keeps what cannot be written at once. descriptor: of an open file."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._may_wait = not stat.S_ISREG(os.fstat(descriptor).st_mode)
        self._kept: IO[bytes] | None = None
        self._opened = ExitStack()

    def write(self, pieces: Iterable[bytes]) -> None:
        """Takes all of it."""
        gathered: list[bytes] = []
        size = 0
        for piece in pieces:
            gathered.append(piece)
            size += len(piece)
            if size >= _GATHERED:
                self._put(b"".join(gathered))
                gathered, size = [], 0
        self._put(b"".join(gathered))

    def finish(self) -> None:
        """Writes what was kept, however long that takes."""
        if self._kept is not None:
            self._kept.seek(0)
            while piece := self._kept.read(_GATHERED):
                _write_all(self._descriptor, piece)

    def close(self) -> None:
        """Forgets what was kept."""
        self._opened.close()

    def _put(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest and self._kept is None and self._takes():
            rest = rest[os.write(self._descriptor, rest[:_ATOM] if self._may_wait else rest) :]
        if rest:
            with _keeping():
                if self._kept is None:
                    self._kept = self._opened.enter_context(_spool())
                self._kept.write(rest)

    def _takes(self) -> bool:
        return not self._may_wait or bool(select.select([], [self._descriptor], [], 0)[1])


class _Gathered(Outlet):
    """For a standard output that is no file of the system."""

    _kept: IO[bytes]

    def __init__(self) -> None:
        self._opened = ExitStack()
        self._kept = self._opened.enter_context(_spool())

    def _put(self, data: bytes) -> None:
        with _keeping():
            self._kept.write(data)

    def finish(self) -> None:
        """Writes all of it."""
        self._kept.seek(0)
        while piece := self._kept.read(_GATHERED):
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()


def _spool() -> IO[bytes]:
    import tempfile  # late: most results are taken at once

    return tempfile.SpooledTemporaryFile(_KEPT_IN_MEMORY)


@contextmanager
def _keeping() -> Iterator[None]:
    """It is not what is written to that failed, but the folder of files without a name."""
    try:
        yield
    except OSError as error:
        import tempfile

        raise StorageError(
            f"what cannot be written at once cannot be kept: {error.strerror}",
            where=tempfile.tempdir or "",
            hint="write to a file with -o; or set TMPDIR to a folder with room",
        ) from error


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def write(data: bytes, target: str = STDOUT) -> None:
    """Writes a whole result."""
    with outlet(target) as out:
        out.write([data])


@contextmanager
def outlet(target: str = STDOUT) -> Iterator[Outlet]:
    """Where a result goes; leaving the block writes what was kept. After an error a file is what it was before."""
    with _to_stdout() if target == STDOUT else _to_file(Path(target)) as opened:
        yield opened


@contextmanager
def _to_stdout() -> Iterator[Outlet]:
    with closed_pipe_is_fine(), stdout_errors():
        sys.stdout.flush()
        try:
            descriptor = sys.stdout.fileno()
        except (OSError, AttributeError):  # in a notebook it is no file
            opened: Outlet = _Gathered()
        else:
            opened = Outlet(descriptor)
        with closing(opened):
            yield opened
            opened.finish()


@contextmanager
def _to_file(path: Path) -> Iterator[Outlet]:
    """A draft beside the file, which then takes its place; a device or a FIFO is written, not replaced."""
    # Those of pathlib raise where a folder may not be looked into.
    replaced = not os.path.exists(path) or os.path.isfile(path)  # noqa: PTH110, PTH113
    draft = path.with_name(f".{path.name}.{os.getpid()}") if replaced else path
    try:
        if replaced:
            draft.unlink(missing_ok=True)  # of a run that was killed
        descriptor = os.open(draft, os.O_WRONLY | os.O_CLOEXEC | (os.O_CREAT | os.O_EXCL if replaced else 0), 0o666)
        try:
            with closing(Outlet(descriptor)) as opened:
                yield opened
                opened.finish()
        finally:
            os.close(descriptor)
        if replaced:
            draft.replace(path)
    except OSError as error:
        if isinstance(error, StorageError):
            raise
        raise StorageError(
            f"the file cannot be written: {error.strerror}", where=str(path), hint="name another file with -o"
        ) from error
    finally:
        if replaced:
            with contextlib.suppress(OSError):
                draft.unlink()
