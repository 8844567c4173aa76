"""How far the work of a phase is, how fast it goes and how long it takes yet."""

from collections import deque
from itertools import pairwise
from math import floor
from typing import Any, Final

from sesscore.telemetry.run import Run

WINDOW_SECONDS: Final = 30.0  # over which a rate is taken: what else the machine does comes and goes within less
FEWEST: Final = 8  # steps, if they are rarer than that
RECENT_SECONDS: Final = 10.0  # or FEWEST steps: what comes is as the work is now
ANOTHER_PACE: Final = 1.5  # times as fast, or as slow: a machine that others use, too, changes by less
_MOST: Final = 64  # that are kept, however often it is asked
_NEARLY: Final = 99.99  # percent, of what is not known to be done


class Rate:
    """Of a figure that grows, over a sliding window; it begins anew where the work becomes lighter or heavier.

    It may grow in steps, of seconds if a batch changes as many sessions as it has events. So a rate is taken from step
    to step, not to the moment at which it is asked for: between two steps it does not fall, unless one is late.
    """

    def __init__(self, at: float, value: float = 0) -> None:
        """at: seconds of a clock that is never set; value: how large it is there."""
        self._steps: deque[tuple[float, float]] = deque([(at, value)])
        self._now = at

    def add(self, at: float, value: float) -> None:
        """How large it is now."""
        steps, self._now = self._steps, at
        if value > steps[-1][1]:
            if len(steps) > 1 and at - steps[-2][0] < WINDOW_SECONDS / _MOST:
                steps[-1] = at, value
            else:
                steps.append((at, value))
                self._forget_another_pace()
        while len(steps) > FEWEST and steps[1][0] <= at - WINDOW_SECONDS:
            steps.popleft()

    def _forget_another_pace(self) -> None:
        """Of a log whose first sessions are all new, the beginning says nothing of the rest."""
        steps = self._steps
        (began, first), (at, last) = steps[0], steps[-1]
        recent = len(steps) - 1 - FEWEST
        while recent > 0 and at - steps[recent][0] < RECENT_SECONDS:
            recent -= 1
        if recent <= 0:
            return
        turned, value = steps[recent]
        before, since = (value - first) * (at - turned), (last - value) * (turned - began)  # paces, times both times
        if max(before, since) > ANOTHER_PACE * min(before, since):
            for _ in range(recent):
                steps.popleft()

    @property
    def waiting(self) -> float:
        """Seconds since the last step, but no more than the longest one took: after that the next one is late."""
        return min(self._now - self._steps[-1][0], self._longest())

    @property
    def per_second(self) -> float | None:
        """None while nothing is known, or if it stands still."""
        (began, first), (at, last) = self._steps[0], self._steps[-1]
        took = max(at, self._now - self._longest()) - began
        still = self._now - at > max(WINDOW_SECONDS, FEWEST * self._longest())
        return (last - first) / took if took > 0 and last > first and not still else None

    def _longest(self) -> float:
        return max((after[0] - before[0] for before, after in pairwise(self._steps)), default=0.0)


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
        rate, waiting = self._rate.per_second, self._rate.waiting
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
            "eta_seconds": _eta(run, current, total, rate, waiting),
        }


def _eta(run: Run, current: int, total: int | None, rate: float | None, waiting: float) -> float | None:
    """waiting: for the next step, which is under way."""
    if run.over:
        return 0.0 if run.state == "complete" else None
    if total is None or rate is None or run.unit == "statements":  # of which one can take as long as all others
        return None
    if run.unit == "pages" and current == total:  # which is an estimate: more are read than there are
        return None
    return round(max(0.0, (total - current) / rate - waiting), 3)
