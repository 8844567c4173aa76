"""Days, ISO weeks and months by number: days since 1970, a week by its Monday, a month by its first day."""

from sesscore.render import moment

DAY_US = 86_400_000_000
EMPTY = 100  # days, hours, weeks or months in a row, at the most, on which nothing happened and which are printed
_THURSDAY = 3  # days after a Monday


def day_text(day: int) -> str:
    """`YYYY-MM-DD`."""
    return (moment(day * DAY_US) or "").partition("T")[0]


def monday_of(day: int) -> int:
    """The Monday of its ISO week."""
    return day - (day + _THURSDAY) % 7  # day 0 was a Thursday


def week_after(monday: int) -> int:
    """The next Monday."""
    return monday + 7


def week_text(monday: int) -> str:
    """`YYYY-Www`: a week belongs to the year that its Thursday is in."""
    year, month, day = day_text(monday + _THURSDAY).rsplit("-", 2)
    january = _first_of(monday + _THURSDAY, int(month), int(day))
    return f"{year}-W{(monday + _THURSDAY - january) // 7 + 1:02}"


def month_of(day: int) -> int:
    """The first day of its month."""
    return day - int(day_text(day).rpartition("-")[2]) + 1


def month_after(first: int) -> int:
    """The first day of the next month."""
    return month_of(first + 31)


def _first_of(day: int, month: int, day_of_month: int) -> int:
    """The first day of its year."""
    day -= day_of_month - 1
    for _ in range(month - 1):
        day = month_of(day - 1)
    return day
