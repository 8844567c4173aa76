"""How a run stands, by its status file: well or not, and in one word why not."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sesscore.telemetry import liveness, reading, words
from sesscore.telemetry.run import Counters

AHEAD_SECONDS: Final = 60.0  # that clocks may differ


@dataclass(frozen=True)
class Standing:
    """path: of the status file. verdict: `running`, `complete`, or why it is not well. document: None if unreadable.

    age: seconds since the last update. killed: its process is gone, and did not say how it ended.
    """

    path: str
    verdict: str
    why: str
    age: float | None = None
    document: Mapping[str, Any] | None = None
    killed: bool = False

    @property
    def well(self) -> bool:
        """Whether nobody needs to look."""
        return self.verdict in ("running", "complete")

    @property
    def goes_on(self) -> bool:
        """Whether something may still come."""
        return self.verdict in ("running", "degraded")


# From worst to best; `--check` names the worst first.
ORDER: Final = ("failed", "stale", "degraded", "unreadable", "never run", "stopped", "running", "complete")


def standing(path: str, *, max_age: float | None = None, now: float | None = None) -> Standing:
    """How the run stands that writes a file, or wrote it last.

    max_age: of the last update, in seconds, also of a run that is complete; none: of a run that goes on, ten of its
    intervals. Never raises for what the file holds.
    """
    try:
        document = reading.read_status(path)
    except reading.Missing as error:
        return Standing(path, "never run", error.what)
    except reading.NotOurs as error:
        return Standing(path, "unreadable", error.what)
    written = reading.updated(document)
    age = (time.time() if now is None else now) - (written or 0)
    killed = document["state"] in ("running", "degraded") and _is_gone(document)
    verdict, why = _judged(document, age, max_age, killed=killed)
    return Standing(path, verdict, why, max(0.0, age), document, killed)


def _judged(document: Mapping[str, Any], age: float, max_age: float | None, *, killed: bool) -> tuple[str, str]:
    state = str(document["state"])
    if state in ("failed", "stopped"):
        return state, _last_error(document) or f"{words.span(max(0, age))} ago"
    if killed:
        return "stale", f"killed: its process is gone, and the last update was {words.span(max(0, age))} ago"
    if age < -AHEAD_SECONDS:
        return "stale", f"its last update is {words.span(-age)} ahead of this clock"
    limit = max_age if max_age is not None or state == "complete" else _longest_silence(document)
    if limit is not None and age > limit:
        return "stale", f"the last update was {words.span(age)} ago, more than {words.span(limit)}"
    if state == "degraded":
        return state, _last_error(document) or "it waits"
    return state, ""


def _longest_silence(document: Mapping[str, Any]) -> float:
    return liveness.longest_silence(words.figure(document, "interval_seconds") or 0)


def _last_error(document: Mapping[str, Any]) -> str:
    return words.word(document, "last_error", "what", width=160)


def _is_gone(document: Mapping[str, Any]) -> bool:
    """Whether the writer ended on this machine; of one elsewhere only its silence is known."""
    try:
        return liveness.lives(document) is False
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):  # what it says of itself makes no sense
        return False


_LONGEST_TEXT: Final = 4_096


def as_dict(one: Standing) -> dict[str, Any]:
    """For programs: the verdict, and of what the file says that which is what it should be; null where it is not."""
    told: dict[str, Any] = {
        "file": one.path,
        "verdict": one.verdict,
        "well": one.well,
        "why": one.why,
        "age_seconds": None if one.age is None else round(one.age, 3),
    }
    for name in ("command", "db", "sensor", "hostname", "state", "phase"):
        told[name] = _text(one.document, name)
    for name in ("percent", "rate_per_sec", "eta_seconds"):
        told[name] = words.figure(one.document, "progress", name)
    counters = {name: words.figure(one.document, "counters", name) for name in Counters._fields}
    return told | {
        "unit": _text(one.document, "progress", "unit"),
        "counters": counters,
        "sessions_total": words.figure(one.document, "sessions", "total"),
        "last_error": _text(one.document, "last_error", "what"),
    }


def _text(document: Any, *path: str) -> str | None:
    return words.word(document, *path, width=_LONGEST_TEXT) or None
