"""How far the work of a phase is, how fast it goes and how long it takes yet."""

from collections import deque
from math import floor
from typing import Any, Final

from sesscore.telemetry.run import Run

WINDOW_SECONDS: Final = 10.0  # over which a rate is taken: several transactions, whose ends are slower than the rest
FEWEST: Final = 4  # beats, if they are rarer than that
_MOST: Final = 64  # that are kept, however often it is asked
_NEARLY: Final = 99.99  # percent, of what is not known to be done


class Rate:
    """Of a figure that grows, over a sliding window."""

    def __init__(self, at: float, value: float = 0) -> None:
        """at: seconds of a clock that is never set; value: how large it is there."""
        self._seen: deque[tuple[float, float]] = deque([(at, value)])

    def add(self, at: float, value: float) -> None:
        """How large it is now."""
        seen = self._seen
        if len(seen) > 1 and at - seen[-2][0] < WINDOW_SECONDS / _MOST:
            seen[-1] = at, value
        else:
            seen.append((at, value))
        while len(seen) > FEWEST and seen[1][0] <= at - WINDOW_SECONDS:
            seen.popleft()

    @property
    def per_second(self) -> float | None:
        """None while nothing is known, or if it stands still."""
        (began, first), (at, last) = self._seen[0], self._seen[-1]
        return (last - first) / (at - began) if at > began and last > first else None


class Progress:
    """Of the run's phases, one after the other. Nothing that is told falls within a phase."""

    def __init__(self) -> None:
        self._unit_phase = ""  # which brought the unit of the work at hand
        self._rate = Rate(0.0)
        self._current = 0
        self._percent = 0.0

    def told(self, run: Run, now: float) -> dict[str, Any]:
        """`progress` of the document. now: of the clock that is never set."""
        phase, unit = run.phase, run.unit
        if unit is None:
            return {"unit": None, "current": None, "total": None, "percent": None, "rate_per_sec": None,
                    "eta_seconds": None}  # fmt: skip
        if run.unit_phase != self._unit_phase:
            self._unit_phase = run.unit_phase
            self._rate = Rate(run.unit_began)
            self._current, self._percent = 0, 0.0
        current, skipped = (run.current, run.skipped) if run.position is None else run.position()
        self._current = current = max(self._current, current)
        total = None if run.total is None else max(run.total, current)
        done = run.state == "complete" or (phase == run.unit_phase and run.position is None and current == total)
        self._rate.add(now, max(0, current - skipped))
        rate = self._rate.per_second
        if done and total is not None:
            self._percent = 100.0
        elif total:
            self._percent = max(self._percent, min(floor(10_000 * current / total) / 100, _NEARLY))
        return {
            "unit": unit,
            "current": current,
            "total": total,
            "percent": None if total is None else self._percent,
            "rate_per_sec": None if rate is None else round(rate, 3),
            "eta_seconds": _eta(run, current, total, rate),
        }


def _eta(run: Run, current: int, total: int | None, rate: float | None) -> float | None:
    if run.over:
        return 0.0 if run.state == "complete" else None
    if total is None or rate is None or run.unit == "statements":  # of which one can take as long as all others
        return None
    return round((total - current) / rate, 3)
