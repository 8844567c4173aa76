"""What makes a record an event: its time, its event id and its sensor."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from sys import intern
from typing import NamedTuple

from sesscore.recount_matchers import SESSION, Matcher, UserMatcher, session_name
from sesscore.recount_values import Fields, Value, canonical, own_text

_TIMESTAMP = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]"
    r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:(Z)|([+-])([0-9]{2}):?([0-9]{2}))?"
)
_DAYS_OF_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Event(NamedTuple):
    """One event that has a session. `identity` is the canonical text of every field that tells copies apart."""

    sensor: str
    session_id: str
    at_us: int
    eventid: str
    identity: str
    matcher: Matcher  # that named its session


# --- time ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _days_since_1970(date: str) -> int | None:
    """Days from 1970-01-01 to a date `YYYY-MM-DD` of the Gregorian calendar; None if there is no such date."""
    year, month, day = int(date[:4]), int(date[5:7]), int(date[8:])
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if year < 1 or not 1 <= month <= 12:
        return None
    if not 1 <= day <= _DAYS_OF_MONTH[month - 1] + (leap and month == 2):
        return None
    before = year - 1
    days = before * 365 + before // 4 - before // 100 + before // 400
    days += sum(_DAYS_OF_MONTH[: month - 1]) + (leap and month > 2) + day - 1
    return days - 719_162


def timestamp_us(value: Value, assume_utc_offset_minutes: int = 0) -> int | None:
    """Read a timestamp as microseconds UTC since 1970, further digits cut; None if it is not readable."""
    match = _TIMESTAMP.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    date, hours, minutes, seconds, fraction, utc, sign, offset_hours, offset_minutes = match.groups()
    days = _days_since_1970(date)
    if days is None or hours > "23" or minutes > "59" or seconds > "59":
        return None
    offset = 0 if utc else assume_utc_offset_minutes
    if sign:
        if offset_hours > "23" or offset_minutes > "59":
            return None
        offset = int(sign + "1") * (int(offset_hours) * 60 + int(offset_minutes))
    of_day = (int(hours) * 60 + int(minutes) - offset) * 60 + int(seconds)
    return (days * 86_400 + of_day) * 1_000_000 + int((fraction or "")[:6].ljust(6, "0"))


# --- events --------------------------------------------------------------------------------------------------------


def why_no_event(fields: Fields) -> str | None:
    """Say why a record is no event: `no_time` before `no_eventid`; None if it is one."""
    if timestamp_us(fields.get("timestamp")) is None:
        return "no_time"
    if not own_text(fields.get("eventid")):
        return "no_eventid"
    return None


def read_event(
    fields: Fields,
    enclosing_key: str | None,
    default_sensor: str,
    assume_utc_offset_minutes: int,
    matchers: Sequence[UserMatcher] = (),
) -> Event | str:
    """Read a record as an event with a session, or say what it is: `no_time`, `no_eventid`, `sessionless`."""
    at_us = timestamp_us(fields.get("timestamp"), assume_utc_offset_minutes)
    if at_us is None:
        return "no_time"
    eventid = own_text(fields.get("eventid"))
    if not eventid:
        return "no_eventid"
    named = session_name(fields, enclosing_key, matchers)
    if named is None:
        return "sessionless"
    matcher, session_id = named
    sensor = own_text(fields.get("sensor"))
    rest = fields.copy()
    del rest["timestamp"]
    if sensor:
        del rest["sensor"]
    if matcher == SESSION:
        del rest["session"]
    return Event(sensor or default_sensor, session_id, at_us, intern(eventid), canonical(rest), matcher)
