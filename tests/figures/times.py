"""Days, weeks, months and moments, from microseconds since 1970; days are numbers, 0 is 1970-01-01."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

SECOND_US = 1_000_000
HOUR_US = 3_600 * SECOND_US
DAY_US = 24 * HOUR_US

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CYCLE_US = 146_097 * DAY_US  # after 400 years the calendar repeats
_EARLY_US = -719_100 * DAY_US  # in year 1
_LATE_US = 2_932_800 * DAY_US  # in year 9999


def _clock(us: int) -> tuple[int, datetime]:
    """A moment of the calendar, and how many cycles it was moved to fit into the years that datetime knows."""
    cycles = 1 if us < _EARLY_US else -1 if us > _LATE_US else 0
    return cycles, _EPOCH + timedelta(microseconds=us + cycles * _CYCLE_US)


def moment(us: int | None) -> str | None:
    """RFC 3339 in UTC, with microseconds."""
    if us is None:
        return None
    cycles, time = _clock(us)
    return f"{time.year - 400 * cycles:04}-{time.month:02}-{time.day:02}T{time:%H:%M:%S}.{time.microsecond:06}Z"


@cache
def _zone(tz: str) -> ZoneInfo:
    return ZoneInfo(tz)


def offset_us(us: int, tz: str) -> int:
    """How far the clocks of a zone are ahead of UTC at a moment."""
    if tz == "UTC":
        return 0
    offset = _clock(us)[1].astimezone(_zone(tz)).utcoffset()
    assert offset is not None
    return offset // timedelta(microseconds=1)


# --- days, weeks, months -------------------------------------------------------------------------------------------


@cache
def _steady(hour: int, tz: str) -> bool:
    """Whether clocks are the same in an hour of UTC and in the two days before."""
    return offset_us(hour * HOUR_US - 2 * DAY_US, tz) == offset_us((hour + 1) * HOUR_US - 1, tz)


def last_change(us: int, tz: str) -> int | None:
    """The last moment, in the two days up to one, at which the clocks of a zone were changed; None if they were not."""
    if tz == "UTC" or _steady(us // HOUR_US, tz):
        return None
    now, early = offset_us(us, tz), us // SECOND_US - 2 * DAY_US // SECOND_US
    if offset_us(early * SECOND_US, tz) == now:
        return None
    late = us // SECOND_US
    while late - early > 1:
        middle = (early + late) // 2
        if offset_us(middle * SECOND_US, tz) == now:
            late = middle
        else:
            early = middle
    return late * SECOND_US


def day_of(us: int, tz: str = "UTC") -> int:
    """The day of a moment: the latest that the calendar of a zone has shown.

    Where clocks are put back after midnight was shown, they show the day before once more, but that has ended.
    """
    shown, changed = (us + offset_us(us, tz)) // DAY_US, last_change(us, tz)
    return shown if changed is None else max(shown, (changed - 1 + offset_us(changed - 1, tz)) // DAY_US)


def hour_of(us: int, tz: str = "UTC") -> int:
    """The moment at which the hour of a moment began: when clocks showed a full hour, or were changed."""
    full, changed = us - (us + offset_us(us, tz)) % HOUR_US, last_change(us, tz)
    return full if changed is None else max(full, changed)


def hour_after(start: int, tz: str = "UTC") -> int:
    """When the hour ends that began at a moment."""
    after = hour_of(start + HOUR_US, tz)
    while (before := hour_of(after - 1, tz)) > start:
        after = before
    return after


def clock_text(us: int, tz: str) -> str:
    """What the clocks of a zone show at a whole second, and how far they are ahead of UTC, if it is not UTC."""
    offset = offset_us(us, tz)
    date, time = str(moment(us + offset)).split("T")
    shown = f"{date} {time[:5] if time[6:8] == '00' else time[:8]}"
    if tz == "UTC":
        return shown
    minutes, seconds = divmod(abs(offset) // SECOND_US, 60)
    return (
        f"{shown}{'-' if offset < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}{f':{seconds:02}' if seconds else ''}"
    )


@cache
def day_text(day: int) -> str:
    """`YYYY-MM-DD`."""
    text = moment(day * DAY_US)
    assert text is not None
    return text.split("T")[0]


def monday_of(day: int) -> int:
    """The day on which its ISO week begins."""
    return day - (day + 3) % 7  # day 0 was a Thursday


def week_text(monday: int) -> str:
    """`YYYY-Www`: a week belongs to the year of its Thursday."""
    year, *_ = day_text(monday + 3).rsplit("-", 2)
    days_before = _clock((monday + 3) * DAY_US)[1].timetuple().tm_yday - 1
    return f"{year}-W{days_before // 7 + 1:02}"


def month_of(day: int) -> int:
    """The first day of its month."""
    return day - int(day_text(day)[-2:]) + 1


def month_before(first: int) -> int:
    """The first day of the month before one that begins on this day."""
    return month_of(first - 1)


def month_end(first: int) -> int:
    """The last day of a month."""
    return month_of(first + 31) - 1


# --- averages ------------------------------------------------------------------------------------------------------


def hundredths(numerator: int, denominator: int) -> float:
    """A fraction to two decimals, the exact half away from zero."""
    if numerator < 0:
        return -hundredths(-numerator, denominator)
    return (200 * numerator + denominator) // (2 * denominator) / 100


def average(total: int, number: int) -> float | None:
    """An average to two decimals; None of nothing."""
    return hundredths(total, number) if number else None
