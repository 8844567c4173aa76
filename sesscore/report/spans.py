"""What people type for a time: `2026-11-03`, `2026-11-03T12:30`, `7d`, `yesterday`, `2026-W46`, `2026-11`.

A day, week, month or year is a span; everything else is an instant. What names no offset is meant on the clocks of a
zone. Digits after the microseconds are cut, as they are in logs.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sesscore.report.zones import DAY_US, END_US, EPOCH_DAY, FIRST_US, HOUR_US, MINUTE_US, SECOND_US, Zone, offset_us

EXAMPLES = "2026-11-03, 2026-11-03T12:30, 7d, 12h, yesterday, 2026-W46, 2026-11"


@dataclass(frozen=True)
class Span:
    """From one moment up to another, which is no part of it. until_us: None of an instant."""

    since_us: int
    until_us: int | None = None


@dataclass(frozen=True)
class _Now:
    zone: Zone
    us: int

    @property
    def today(self) -> int:
        """The day there, counted like `date.toordinal`."""
        return self.zone.shown(self.us) // DAY_US + EPOCH_DAY

    def midnight(self, day: int) -> int:
        """When a day of the calendar begins there."""
        return self.zone.instant((day - EPOCH_DAY) * DAY_US)

    def days(self, first: int, end: int) -> Span:
        return Span(self.midnight(first), self.midnight(end))


def read(text: str, zone: Zone, now_us: int) -> Span:
    """What a text means at a moment. Raises ValueError, which says what is wrong with it."""
    now = _Now(zone, now_us)
    told = text.strip()
    for pattern, meaning in _FORMS:
        if match := pattern.fullmatch(told):
            return meaning(now, match)
    raise ValueError("is no time")


def _word(now: _Now, match: re.Match[str]) -> Span:
    word = match[0].lower()
    if word == "now":
        return Span(now.us)
    day = now.today - (word == "yesterday")
    return now.days(day, day + 1)


def _ago(now: _Now, match: re.Match[str]) -> Span:
    number, unit = int(match[1]), match[2].lower()
    if unit in "hm":
        us = now.us - number * (HOUR_US if unit == "h" else MINUTE_US)
    else:
        day = now.today - number * (7 if unit == "w" else 1)
        us = now.midnight(day) if day >= 1 else FIRST_US - 1
    if not FIRST_US <= us < END_US:
        raise ValueError("lies before the year 1")
    return Span(us)


def _year(now: _Now, match: re.Match[str]) -> Span:
    year = int(match[1])
    return now.days(_day(year, 1, 1), _day(year, 12, 31) + 1)


def _month(now: _Now, match: re.Match[str]) -> Span:
    year, month = int(match[1]), int(match[2])
    first = _day(year, month, 1)
    end = _day(year, month + 1, 1) if month < 12 else _day(year, 12, 31) + 1
    return now.days(first, end)


def _week(now: _Now, match: re.Match[str]) -> Span:
    try:
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1).toordinal()
    except ValueError as error:
        raise ValueError("names a week that there is not") from error
    return now.days(monday, monday + 7)


def _date(now: _Now, match: re.Match[str]) -> Span:
    day = _day(int(match[1]), int(match[2]), int(match[3]))
    return now.days(day, day + 1)


def _time(now: _Now, match: re.Match[str]) -> Span:
    day = _day(int(match["year"]), int(match["month"]), int(match["day"]))
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError("names a time of day that there is not")
    of_day = hour * HOUR_US + minute * MINUTE_US + second * SECOND_US + int((match["fraction"] or "")[:6].ljust(6, "0"))
    wall_us = (day - EPOCH_DAY) * DAY_US + of_day
    if match["offset"] is None:
        return Span(now.zone.instant(wall_us))
    offset = 0 if match["offset"] in "Zz" else offset_us(match["offset"])
    if offset is None:
        raise ValueError("has an offset that there is not")
    return Span(wall_us - offset)


def _day(year: int, month: int, day: int) -> int:
    try:
        return date(year, month, day).toordinal()
    except ValueError as error:
        raise ValueError("names a day that there is not") from error


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII | re.IGNORECASE)


_FORMS: tuple[tuple[re.Pattern[str], Callable[[_Now, re.Match[str]], Span]], ...] = (
    (_form(r"now|today|yesterday"), _word),
    (_form(r"(\d{1,9})([mhdw])"), _ago),
    (_form(r"(\d{4})"), _year),
    (_form(r"(\d{4})-(\d\d)"), _month),
    (_form(r"(\d{4})-W(\d\d)"), _week),
    (_form(r"(\d{4})-(\d\d)-(\d\d)"), _date),
    (
        _form(
            r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)[T ](?P<hour>\d\d):(?P<minute>\d\d)"
            r"(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)? ?(?P<offset>Z|[+-]\d\d:?\d\d)?"
        ),
        _time,
    ),
)
