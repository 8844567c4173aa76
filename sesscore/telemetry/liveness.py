"""Whether the writer of a status document still lives. A file that stays behind says `running` for ever."""

import contextlib
import os
from collections.abc import Mapping
from typing import Any, Final, Literal

from sesscore.telemetry.machine import hostname, namespace, process_started

Standing = Literal["running", "degraded", "complete", "stopped", "failed", "gone", "stale"]

_LATE: Final = 10  # intervals without a document
_LEAST_SECONDS: Final = 10.0  # or so long, whatever the interval: a machine can be busy


def standing(document: Mapping[str, Any], age: float) -> Standing:
    """The state that a document of `sesscore.status/1` tells, as far as it can be believed.

    age: seconds since it was `updated`. gone: its writer lives no more and did not say how it ended. stale: it should
    have written another one long ago, and hangs, or nobody here can say whether it lives.
    """
    state: Standing = document["state"]
    if state not in ("running", "degraded"):
        return state
    if lives(document) is False:
        return "gone"
    return "stale" if age > longest_silence(document["interval_seconds"]) else state


def longest_silence(interval: float) -> float:
    """Seconds after which a writer that writes so often should have written again. interval: in seconds."""
    return max(_LATE * interval, _LEAST_SECONDS)


def lives(document: Mapping[str, Any]) -> bool | None:
    """Whether the process that wrote a document is still there; None if that cannot be said from here.

    Its number may be that of another process now, which began at another time.
    """
    if document["hostname"] != hostname():
        return None
    stated, pid = document["process_started"], int(document["pid"])
    if stated is None:
        with contextlib.suppress(PermissionError):  # which only one that is there refuses
            try:
                os.kill(pid, 0)
            except (ProcessLookupError, OverflowError):
                return False
        return True
    boot, there, _ = stated.split("/")
    found = process_started(pid)
    if found is None:
        return None if there != _here() else False
    return None if boot == found.split("/")[0] and there != found.split("/")[1] else found == stated


def _here() -> str:
    try:
        return namespace()
    except OSError:
        return ""
