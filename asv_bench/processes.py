"""Whole programs, measured from outside: wall clock, processor time and peak memory as the kernel counted them."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024  # the unit of ru_maxrss


class Failed(Exception):
    """A program ended with another status than 0."""


@dataclass(frozen=True)
class Run:
    """What one run of a program took. output: its standard output."""

    wall_seconds: float
    user_seconds: float
    system_seconds: float
    peak_bytes: int
    output: str

    @property
    def cpu_seconds(self) -> float:
        """Of all its threads."""
        return self.user_seconds + self.system_seconds


def run(
    command: Sequence[str],
    *,
    cores: int | None = None,
    folder: Path | None = None,
    meanwhile: AbstractContextManager[object] | None = None,
) -> Run:
    """Runs a program to its end. cores: it may use only so many of those that this process may use.

    meanwhile: is entered when it runs, and left when it is over.

    Keep the calling process small: Linux counts its size at the time of the fork into the peak of the child.
    """
    os.sync()  # nobody writes out what the one before left
    with tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        child = subprocess.Popen(
            command,
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            preexec_fn=_pin(cores),
        )
        assert child.stdout is not None
        with meanwhile or nullcontext(), child.stdout:
            output = child.stdout.read().decode()
            _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            errors.seek(0)
            raise Failed(f"status {child.returncode}: {_last_line(errors.read().decode(errors='replace'))}")
    return Run(wall, usage.ru_utime, usage.ru_stime, usage.ru_maxrss * MAXRSS_BYTES, output)


def available_cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def pin_to_one_core() -> None:
    """This process and those that it starts from now on, where the system can do that."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def _pin(cores: int | None) -> Callable[[], None] | None:
    if cores is None:
        return None
    if not hasattr(os, "sched_setaffinity"):
        raise SystemExit("--cores needs Linux")
    allowed = sorted(os.sched_getaffinity(0))[:cores]
    return lambda: os.sched_setaffinity(0, allowed)


def _environment() -> dict[str, str]:
    """Without the settings of the user's own sesscore, and with compiled modules kept, as an installation has them."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("SESSCORE_")}
    ours["SESSCORE_CONFIG"] = os.devnull
    ours.pop("PYTHONDONTWRITEBYTECODE", None)
    return ours


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no message"])[-1]
