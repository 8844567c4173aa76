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


def day_of(us: int, tz: str = "UTC") -> int:
    """The day that the calendar of a zone shows at a moment."""
    return (us + offset_us(us, tz)) // DAY_US


def hour_of(us: int, tz: str = "UTC") -> int:
    """The moment at which the hour began that the clocks of a zone show."""
    return us - (us + offset_us(us, tz)) % HOUR_US


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
