"""Where results go: standard output, or a file that is there whole or not at all."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from sesscore.errors import SesscoreError, StorageError

STDOUT = "-"


def write(data: bytes, target: str = STDOUT) -> None:
    """Write a whole result."""
    if target == STDOUT:
        _write_stdout(data)
        return
    try:
        path = Path(target)
        if path.exists() and not path.is_file():
            path.write_bytes(data)  # a device or a FIFO is written, not replaced
        else:
            _replace(path, data)
    except OSError as error:
        raise StorageError(
            f"the file cannot be written: {error.strerror}", where=target, hint="name another file with -o"
        ) from error


@contextlib.contextmanager
def closed_pipe_is_fine() -> Iterator[None]:
    """A reader who closes the pipe early has seen enough: that is no error."""
    try:
        yield
    except BrokenPipeError:
        _discard_stdout()


def _discard_stdout() -> None:
    """Python flushes once more when it ends; there it must find something that takes it."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


def on_terminal() -> bool:
    """True if standard output is a terminal that wants colour (no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


@contextlib.contextmanager
def stdout_errors() -> Iterator[None]:
    """What the system says to writing becomes an error of ours."""
    try:
        yield
    except (BrokenPipeError, SesscoreError):
        raise
    except OSError as error:
        _discard_stdout()
        raise StorageError(f"standard output cannot be written: {error.strerror}") from error


def _write_stdout(data: bytes) -> None:
    with closed_pipe_is_fine(), stdout_errors():
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def _replace(path: Path, data: bytes) -> None:
    """Write beside the file, then take its place: a reader never sees half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(data)
        draft.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
