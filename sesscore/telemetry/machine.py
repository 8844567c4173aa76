"""What the system says of this process, cheaply. What one does not say is None."""

import contextlib
import os
import resource
import sys
import time
from pathlib import Path
from typing import Final

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_PEAK_UNIT: Final = 1 if sys.platform == "darwin" else 1024
_START: Final = 19  # of the fields of /proc/PID/stat after the name of the program: when it began


def hostname() -> str:
    """As the kernel says."""
    return os.uname().nodename


def process_started(pid: int) -> str | None:
    """When a process began: boot, namespace of its number and clock ticks. No two processes have the same.

    None if there is no such process; on systems that are not Linux there is none of this.
    """
    try:
        told = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot}/{namespace()}/{told[_START].decode('ascii')}"
    except (OSError, IndexError, ValueError):
        return None


def namespace() -> str:
    """Of the numbers of processes, as this one sees them: in a container they are others than outside."""
    return os.readlink("/proc/self/ns/pid").rpartition("[")[2].rstrip("]")  # noqa: PTH115 - it leads to no file


def memory_now() -> int | None:
    """Bytes in memory."""
    try:
        descriptor = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)  # each beat: nothing that buffers
    except OSError:
        return None
    try:
        return int(os.read(descriptor, 256).split()[1]) * _PAGE
    finally:
        os.close(descriptor)


def size_of(path: str | None) -> int | None:
    """Bytes of a file; None if there is none."""
    if path is not None:
        with contextlib.suppress(OSError, ValueError):
            return os.stat(path).st_size  # noqa: PTH116 - each beat
    return None


class Usage:
    """Of the processor, and the most memory."""

    def __init__(self) -> None:
        self._at = time.monotonic()
        self._seconds = 0.0
        self._percent: float | None = None

    def told(self, now: float) -> tuple[dict[str, float | None], int]:
        """`cpu` of the document, whose percent is of the time since it was asked last; and the peak of memory."""
        usage = resource.getrusage(resource.RUSAGE_SELF)
        seconds = usage.ru_utime + usage.ru_stime
        if now > self._at:
            self._percent = round(100 * (seconds - self._seconds) / (now - self._at), 1)
        self._at, self._seconds = now, seconds
        cpu = {"user_seconds": usage.ru_utime, "system_seconds": usage.ru_stime, "percent": self._percent}
        return cpu, usage.ru_maxrss * _PEAK_UNIT
