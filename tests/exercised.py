"""Which rules of docs/design.md a log gives cases of, counted in what stands in it and not in what was meant."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from strategies import DAY_US

from sesscore.recount import Recount
from sesscore.recount_events import Event, read_event, session_name
from sesscore.recount_records import Object, read_records
from sesscore.recount_values import HugeInteger

CONNECT = "cowrie.session.connect"
CLOSED = "cowrie.session.closed"
TEXT_FIELDS = ("username", "password", "input", "url", "filename", "shasum", "version", "hassh", "src_ip", "protocol")
MATCHERS = ("session", "session_id", "sessionid", "sid", "enclosing_key", "message")
REASONS = ("json", "torn", "no_time", "no_eventid", "depth", "unterminated")

# What a campaign must have had at least once.
REQUIRED = (
    *(f"named by {matcher}" for matcher in MATCHERS),
    *(f"match type {match}" for match in ("full_delimited", "session_id_only", "event_session")),
    *(f"quarantined: {reason}" for reason in REASONS),
    *("sensor missing", "id on several sensors", "cut by 24 h", "silence of exactly 24 h", "silence of 24 h and 1 µs"),
    *("several connects", "several closes", "late after a close", "late begins a session", "late bridges a silence"),
    *("joined by a later file", "better named by some events", "several events at one moment", "time without offset"),
    *("number where text is usual", "huge integer", "lone surrogate", "invalid UTF-8", "NUL in text", "key twice"),
    *("duplicates", "sessionless", "blank", "pending", "duration of a close", "duration of the clock"),
    *("halves joined", "entry of a text log", "line after an entry"),
)


class Told(NamedTuple):
    """What counts of an event here."""

    at_us: int
    eventid: str
    matcher: str
    late: bool


def exercised(data: bytes, sensor: str, minutes: int) -> Counter[str]:
    """Of one log that is read by itself."""
    counts: Counter[str] = Counter()
    sessions: dict[tuple[str, str], set[Told]] = defaultdict(set)
    for record in read_records(data, growable=True):
        if isinstance(record, Object):
            event = read_event(record.fields, record.enclosing_key, sensor, minutes)
            if isinstance(event, Event):
                counts.update(_of_event(record, event))
                late = record.fields.get("late") is True
                sessions[event.sensor, event.session_id].add(Told(event.at_us, event.eventid, event.matcher.name, late))
    for told in sessions.values():
        counts.update(_of_session(sorted(told)))
    on_sensors = Counter(session_id for _, session_id in sessions)
    counts["id on several sensors"] += sum(number > 1 for number in on_sensors.values())
    counts["NUL in text"] += data.count(b"\\u0000")
    counts["invalid UTF-8"] += data.count(b"\xff")
    counts["key twice"] += data.count(b":[0]")
    return counts


def _of_event(record: Object, event: Event) -> Iterator[str]:
    fields = record.fields
    named = session_name(fields, record.enclosing_key)
    yield f"named by {named[0].name if named else 'nothing'}"
    if not (isinstance(fields.get("sensor"), str) and fields["sensor"]):
        yield "sensor missing"
    if not re.search("(?:Z|[+-][0-9:]+)$", str(fields["timestamp"])[19:]):
        yield "time without offset"
    if any(_is_number(fields.get(key)) for key in TEXT_FIELDS):
        yield "number where text is usual"
    if any(
        isinstance(value, HugeInteger) or (_is_number(value) and abs(value) >= 1 << 63) for value in fields.values()
    ):
        yield "huge integer"
    if any("\ud800" <= c <= "\udfff" for value in fields.values() if isinstance(value, str) for c in value):
        yield "lone surrogate"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_huge(value: Any) -> bool:
    return isinstance(value, HugeInteger) or (isinstance(value, int) and abs(value) >= 1 << 63)


def _of_session(told: list[Told]) -> Iterator[str]:
    """Of the events of one sensor and id, in order of time."""
    gaps = [(after.at_us - before.at_us, after) for before, after in pairwise(told)]
    for gap, after in gaps:
        if gap == 0:
            yield "several events at one moment"
        elif gap == DAY_US:
            yield "silence of exactly 24 h"
        elif gap > DAY_US:
            yield "cut by 24 h"
            if gap == DAY_US + 1:
                yield "silence of 24 h and 1 µs"
            if after.late:
                yield "late begins a session"
    for (first, middle), (second, _) in pairwise(gaps):
        if middle.late and first <= DAY_US and second <= DAY_US < first + second:
            yield "late bridges a silence"
    part: list[Told] = []
    for gap, one in [(DAY_US + 1, told[0]), *gaps]:
        if gap > DAY_US:
            yield from _of_part(part)
            part = []
        part.append(one)
    yield from _of_part(part)


def _of_part(part: list[Told]) -> Iterator[str]:
    """Of one session."""
    eventids = Counter(one.eventid for one in part)
    if eventids[CONNECT] > 1:
        yield "several connects"
    if eventids[CLOSED] > 1:
        yield "several closes"
    if len({one.matcher for one in part}) > 1:
        yield "better named by some events"
    closed = min((one.at_us for one in part if one.eventid == CLOSED), default=None)
    if closed is not None and any(one.late and one.at_us > closed for one in part):
        yield "late after a close"


def entries(data: bytes) -> Counter[str]:
    """Lines of a text log, and those that go on."""
    return Counter(
        {
            "entry of a text log": len(re.findall(rb"(?m)^[0-9]{4}-[0-9-]{5}[T ][0-9:.]+(?:Z|\+0000) \[", data)),
            "line after an entry": len(re.findall(rb"(?m)^2024-05-01T[0-9:.]+Z \[.*\n\t", data)),
        }
    )


def found(recounted: Recount) -> Counter[str]:
    """What became of the records, and of the sessions."""
    counts = Counter(f"match type {session.match_type}" for session in recounted.sessions)
    for session in recounted.sessions:
        clock = (session.ended_us - session.started_us + 500) // 1000
        counts["duration of the clock" if session.duration_ms == clock else "duration of a close"] += 1
    for ledger in recounted.ledgers.values():
        counts.update({f"quarantined: {reason}": number for reason, number in ledger.reasons.items()})
        for fate in ("duplicates", "sessionless", "blank"):
            counts[fate] += getattr(ledger, fate)
        counts["pending"] += ledger.pending
    return counts
