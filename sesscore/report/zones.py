"""What the clocks of a place show, and when. All in integers: microseconds UTC, and microseconds of a wall clock.

A wall clock is counted as if it stood in Greenwich. Where clocks are put forward or back, a time of the wall clock is
the first moment at which they show that time or a later one. So of an hour that comes twice the first is meant, what
is skipped is the moment of the change, and periods that meet on the wall clock meet in time.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from sesscore.errors import UsageError

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US

EPOCH_DAY = 719_163  # of 1970-01-01, as `date.toordinal` counts
FIRST_US = (1 - EPOCH_DAY) * DAY_US  # the years 1 to 9999, which `datetime` knows
END_US = (3_652_060 - EPOCH_DAY) * DAY_US

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CYCLE_US = 146_097 * DAY_US  # the calendar repeats every 400 years, days of the week included
_MARGIN_US = 2 * DAY_US  # no clock is farther from Greenwich
_OFFSET = re.compile(r"([+-])([01][0-9]|2[0-3]):?([0-5][0-9])")


@dataclass(frozen=True)
class FixedZone:
    """Clocks that are never changed. name: as it was asked for."""

    name: str
    offset_us: int

    def shown(self, us: int) -> int:
        """What they show at a moment."""
        return us + self.offset_us

    def instant(self, wall_us: int) -> int:
        """The moment at which they show this time."""
        return wall_us - self.offset_us


@dataclass(frozen=True)
class NamedZone:
    """Clocks of the tz database. name: as it was asked for."""

    name: str
    rules: tzinfo

    def shown(self, us: int) -> int:
        """What they show at a moment."""
        time = _EPOCH + timedelta(microseconds=us + _into_datetime(us))
        return us + _offset(time.astimezone(self.rules))

    def instant(self, wall_us: int) -> int:
        """The first moment at which they show this time or a later one."""
        naive = (_EPOCH + timedelta(microseconds=wall_us + _into_datetime(wall_us))).replace(tzinfo=self.rules)
        before = wall_us - _offset(naive.replace(fold=0))
        after = wall_us - _offset(naive.replace(fold=1))
        # Of a time that comes twice `before` is the first; one that is skipped has `before` after the change.
        return self.change(after, before) if after < before else before

    def offset(self, us: int) -> int:
        """How far east of Greenwich they are at a moment."""
        return self.shown(us) - us

    def change(self, early: int, late: int) -> int:
        """The moment at which the clocks change between two others; changes are on whole seconds."""
        early, late = early // SECOND_US, -(-late // SECOND_US)
        new = self.offset(late * SECOND_US)
        while late - early > 1:
            middle = (early + late) // 2
            if self.offset(middle * SECOND_US) == new:
                late = middle
            else:
                early = middle
        return late * SECOND_US


Zone = FixedZone | NamedZone


def zone(name: str) -> Zone:
    """The clocks of `UTC`, `Z`, `+02:00`, or of a name of the system's tz database. Raises UsageError."""
    if name.upper() in ("UTC", "Z"):
        return FixedZone("UTC", 0)
    offset = offset_us(name)
    return FixedZone(name, offset) if offset is not None else _named(name)


def offset_us(text: str) -> int | None:
    """How far east of Greenwich `+02:00` or `+0200` is; None if the text says no such thing."""
    match = _OFFSET.fullmatch(text)
    if match is None:
        return None
    east = int(match[2]) * HOUR_US + int(match[3]) * MINUTE_US
    return -east if match[1] == "-" else east


def rfc3339(us: int) -> str:
    """A moment in UTC, with microseconds and `Z`."""
    day, rest_us = divmod(us, DAY_US)
    seconds, fraction_us = divmod(rest_us, SECOND_US)
    return f"{_date(day)}T{_clock(seconds)}.{fraction_us:06}Z"


def written(us: int, place: Zone, *, brief: bool = False) -> str:
    """A moment as the clocks of a place show it, with their offset if that is not always the same.

    brief: without seconds, if there are none.
    """
    wall_us = place.shown(us)
    day, rest_us = divmod(wall_us, DAY_US)
    seconds, fraction_us = divmod(rest_us, SECOND_US)
    clock = _clock(seconds)
    if brief and wall_us % MINUTE_US == 0:
        clock = clock.removesuffix(":00")
    fraction = f".{fraction_us:06}" if fraction_us else ""
    return f"{_date(day)} {clock}{fraction}" + ("" if isinstance(place, FixedZone) else _east(wall_us - us))


@lru_cache(1024)  # days that the same page tells of
def _date(day: int) -> str:
    wall_us = day * DAY_US
    moved_us = _into_datetime(wall_us)
    time = _EPOCH + timedelta(microseconds=wall_us + moved_us)
    year = time.year - moved_us // _CYCLE_US * 400
    return f"{'-' if year < 0 else ''}{abs(year):04}{time:-%m-%d}"


def _clock(seconds: int) -> str:
    return f"{_minute(seconds // 60)}:{seconds % 60:02}"


@lru_cache(24 * 60)
def _minute(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _east(offset: int) -> str:
    minutes, seconds = divmod(abs(offset) // SECOND_US, 60)
    text = f"{'-' if offset < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{seconds:02}" if seconds else text  # mean time, before there were zones


def _offset(time: datetime) -> int:
    offset = time.utcoffset()
    return 0 if offset is None else offset // timedelta(microseconds=1)


def _into_datetime(us: int) -> int:
    """By how much a time is moved, in whole cycles of the calendar, so that `datetime` knows it and its neighbours."""
    first, end = FIRST_US + _MARGIN_US, END_US - _MARGIN_US
    if us < first:
        return -((us - first) // _CYCLE_US) * _CYCLE_US
    return (end - 1 - us) // _CYCLE_US * _CYCLE_US if us >= end else 0


def _named(name: str) -> Zone:
    from zoneinfo import ZoneInfo, available_timezones

    try:
        return NamedZone(name, ZoneInfo(name))
    except (KeyError, ValueError, OSError) as error:  # also a path, a folder, a file that is no zone
        known = available_timezones()
        if not known:
            hint = "--tz +02:00; or install the tz database: the package tzdata of the system, or pip install tzdata"
            raise UsageError(f'--tz "{name}": this system has no tz database', hint=hint) from error
        hint = f"--tz {_like(name, known)}; or UTC, or an offset like +02:00"
        raise UsageError(f'--tz "{name}" is no zone that the tz database of this system knows', hint=hint) from error


def _like(name: str, known: set[str]) -> str:
    """A zone that could be meant."""
    from difflib import get_close_matches

    names = {one.casefold().rpartition("/")[2]: one for one in sorted(known, reverse=True)}
    names |= {one.casefold(): one for one in known}
    close = get_close_matches(name[:100].casefold(), names, n=1)
    return names[close[0]] if close else "Europe/Berlin"
