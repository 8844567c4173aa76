"""What the columns of a report hold, and how a value of each kind is written for programs and for people."""

import re
from enum import StrEnum

from sesscore.render import moment

Value = int | float | str | bytes | None  # what SQLite answers with

_DAY_US = 86_400_000_000
_MOMENT = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)


class Kind(StrEnum):
    """What the values of a column mean; by these words the header of a statement says it."""

    TEXT = "text"
    COUNT = "count"
    NUMBER = "number"
    SHARE = "share"  # of 1
    MOMENT = "moment"  # microseconds since 1970, UTC
    DAY = "day"  # days since 1970
    MILLISECONDS = "milliseconds"

    @property
    def stands_right(self) -> bool:
        """Whether its values are compared by their last digit."""
        return self in (Kind.COUNT, Kind.NUMBER, Kind.SHARE, Kind.MILLISECONDS)


def plain(kind: Kind, value: Value) -> int | float | str | None:
    """The value for programs: numbers as they are, times in RFC 3339, bytes as hexadecimal digits."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, int):
        if kind is Kind.MOMENT:
            return moment(value)
        if kind is Kind.DAY:
            return _date(value)
    return value


def shown(kind: Kind, value: Value) -> str | None:
    """The value for people, not yet safe to show. None: there is none."""
    match value:
        case None:
            return None
        case str() if kind is Kind.MOMENT and _MOMENT.fullmatch(value):  # of a record, which is as programs read it
            return _to_the_second(value)
        case bytes() | str():
            return str(plain(kind, value))
    match kind:
        case Kind.COUNT:
            return f"{value:,}"
        case Kind.NUMBER:
            return f"{value:,.2f}"
        case Kind.SHARE:
            return f"{100 * value:.1f} %"
        case Kind.MILLISECONDS:
            return f"{value / 1000:,.3f} s"
        case Kind.MOMENT if isinstance(value, int):
            return _to_the_second(moment(value) or "")
    return str(plain(kind, value))


def _date(day: int) -> str:
    return (moment(day * _DAY_US) or "").partition("T")[0]


def _to_the_second(rfc3339: str) -> str:
    return re.sub(r"\.\d+Z$", "", rfc3339).replace("T", " ")
