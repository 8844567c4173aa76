"""Standard output: whether it is a terminal, and what the system says to writing there."""

import contextlib
import os
import sys
from collections.abc import Iterator

from sesscore.errors import SesscoreError, StorageError

STDOUT = "-"


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
