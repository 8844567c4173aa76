"""Stretches of time in which the clocks of a zone are not changed: within one, hours follow each other evenly.

An hour begins where the clocks show a full hour, or are changed. So one that comes twice is two hours, one that is
skipped is none, and beside a change by half an hour there are shorter ones.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sesscore.report.calendar import EMPTY
from sesscore.report.days import EARLIEST_US, LATEST_US, runs
from sesscore.report.zones import DAY_US, HOUR_US, FixedZone, NamedZone, Zone

_AFTER = -(-EMPTY * HOUR_US // DAY_US) + 1  # days after one with events into which hours without any reach


@dataclass(frozen=True)
class Stretch:
    """Half open. offset_us: how far east of Greenwich the clocks are."""

    since_us: int
    until_us: int
    offset_us: int


def stretches(days: Iterable[int], clocks: Zone) -> Iterator[Stretch]:
    """Those that hold some UTC days, and the hours beside them; in order, as the days are."""
    if isinstance(clocks, FixedZone):
        yield Stretch(EARLIEST_US, LATEST_US, clocks.offset_us)
        return
    for first, end in runs(days, before=1, after=_AFTER):
        yield from _steady(first * DAY_US, end * DAY_US, clocks)


def _steady(since_us: int, until_us: int, clocks: NamedZone) -> Iterator[Stretch]:
    """Clocks are changed once a day at the most."""
    begin, offset = since_us, clocks.offset(since_us)
    for day_us in range(since_us + DAY_US, until_us + 1, DAY_US):
        if (new := clocks.offset(day_us)) != offset:
            changed = clocks.change(day_us - DAY_US, day_us)
            yield Stretch(begin, changed, offset)
            begin, offset = changed, new
    yield Stretch(begin, until_us, offset)
