"""The days of a calendar, as stretches of time: what roll-ups by day are made of, whatever the clocks.

A day of a zone begins at the first moment at which its clocks show its midnight or a later time, and ends where the
next one begins, so days meet and never overlap (see `zones`); one that was skipped has no moment.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sesscore.report.period import Period
from sesscore.report.zones import DAY_US, FixedZone, Zone

EARLIEST_US, LATEST_US = -(1 << 62), 1 << 62  # what stands for a bound that is absent


@dataclass(frozen=True)
class Piece:
    """A stretch of time, half open, and the day to which what lies in it is counted."""

    day: int
    since_us: int
    until_us: int


@dataclass(frozen=True)
class Days:
    """Days, half open, in days since 1970. shift: how much later than in the calendar they stand."""

    first_day: int
    end_day: int
    shift: int = 0


def runs(days: Iterable[int], before: int = 0, after: int = 0) -> Iterator[tuple[int, int]]:
    """Days in their order as ranges without a break, half open, so that a clock that was wrong once makes no thousands.

    before, after: days beside each that belong to its range.
    """
    first, end = None, 0
    for day in days:
        if first is None or day - before > end:
            if first is not None:
                yield first, end
            first = day - before
        end = day + 1 + after
    if first is not None:
        yield first, end


def is_utc(clocks: Zone) -> bool:
    """Whether their days are those of UTC."""
    return isinstance(clocks, FixedZone) and clocks.offset_us == 0


def day_of(us: int, clocks: Zone) -> int:
    """The day in which a moment lies."""
    day = clocks.shown(us) // DAY_US
    while clocks.instant((day + 1) * DAY_US) <= us:  # the clocks were put back across midnight: it stays the later day
        day += 1
    return day


def days_of(period: Period, clocks: Zone) -> Days:
    """The days of which something lies in a period."""
    first = EARLIEST_US // DAY_US if period.since_us is None else day_of(period.since_us, clocks)
    end = -(-LATEST_US // DAY_US) if period.until_us is None else day_of(period.until_us - 1, clocks) + 1
    return Days(first, end)


def pieces(since_us: int, until_us: int, clocks: Zone) -> Iterator[Piece]:
    """What lies between two moments, by day."""
    day, begin = day_of(since_us, clocks), since_us
    while begin < until_us:
        end = min(clocks.instant((day + 1) * DAY_US), until_us)
        if begin < end:
            yield Piece(day, begin, end)
        day, begin = day + 1, max(begin, end)
