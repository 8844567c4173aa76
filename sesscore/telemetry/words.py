"""The figures of a run in words, alike in the bar, in plain lines and on the page of `sesscore status`.

A document may come from a file that anybody wrote, so nothing is taken for granted: what is not what it should be is
unknown, and every text is made safe.
"""

import math
from collections.abc import Mapping
from typing import Any, Final

from sesscore.safetext import shortened
from sesscore.wording import counted, readable

Document = Mapping[str, Any]

NAME_WIDTH: Final = 32
_MOST: Final = 1e18  # no figure of ours is larger


def figure(document: Any, *path: str) -> float | None:
    """The number that stands there, if one does that can be meant."""
    value = there(document, path)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value if 0 <= value <= _MOST else None


def word(document: Any, *path: str, width: int = NAME_WIDTH) -> str:
    """The text that stands there, made safe and cut; empty if there is none."""
    value = there(document, path)
    return shortened(value, width) if isinstance(value, str) else ""


def there(document: Any, path: tuple[str, ...]) -> Any:
    """What stands in a document by these keys; None if nothing does."""
    for key in path:
        document = document.get(key) if isinstance(document, Mapping) else None
    return document


def number(document: Any, *path: str) -> int:
    """The same as a whole number; 0 if it is unknown."""
    return int(figure(document, *path) or 0)


def file_name(document: Any, *path: str, width: int = NAME_WIDTH) -> str:
    """The last part of the path that stands there, made safe and cut."""
    value = there(document, path)
    return shortened(value.rpartition("/")[2], width) if isinstance(value, str) else ""


def span(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3:05`, `2:03:04`, `5 days`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}:{rest:02}"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours < 72 else f"{hours // 24:,} days"


def percent(document: Document) -> str:
    """`43 %`; 100 only when it is done. Empty while it is unknown."""
    done = figure(document, "progress", "percent")
    return "" if done is None or done > 100 else f"{math.floor(done)} %"


def rate(document: Document) -> str:
    """`35.2 MB/s`, or in the unit of the work."""
    per_second, unit = figure(document, "progress", "rate_per_sec"), word(document, "progress", "unit", width=12)
    if per_second is None or not unit:
        return ""
    return f"{readable(int(per_second))}/s" if unit == "bytes" else f"{per_second:,.0f} {unit}/s"


def left(document: Document) -> str:
    """`1:02 left`."""
    seconds = figure(document, "progress", "eta_seconds")
    return "" if seconds is None else f"{span(seconds)} left"


def tallies(document: Document) -> str:
    """What became of the records so far: `1,234 events, 12 sessions, 3 quarantined`."""
    events, sessions = number(document, "counters", "events"), number(document, "counters", "sessions_new")
    quarantined = number(document, "counters", "quarantined")
    parts = [counted(events, "event"), counted(sessions, "session")] if events else []
    return ", ".join([*parts, *([f"{quarantined:,} quarantined"] if quarantined else [])])


def progress(document: Document) -> list[str]:
    """All that is known of how far it is."""
    return [*speed(document), *filter(None, [tallies(document)])]


def speed(document: Document) -> list[str]:
    """How far, how fast, how long."""
    return [part for part in (percent(document), rate(document), left(document)) if part]
