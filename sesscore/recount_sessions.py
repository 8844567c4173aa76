"""From the distinct events of one session id to its sessions: columns, counts and activities."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple, TypeVar

from sesscore.recount_events import Event
from sesscore.recount_matchers import SESSION, Matcher
from sesscore.recount_values import (
    Fields,
    HugeInteger,
    Value,
    fields_of,
    fingerprint,
    integer_text,
    non_empty_text_of,
    text_of,
)

LONGEST_NUMERIC_TEXT = 63  # of a duration, in characters
_T = TypeVar("_T")

SILENCE_US = 24 * 60 * 60 * 1_000_000

CONNECT = "cowrie.session.connect"
CLOSED = "cowrie.session.closed"

COUNTS = {
    "command_count": "cowrie.command.input",
    "command_failed_count": "cowrie.command.failed",
    "command_success_count": "cowrie.command.success",
    "login_failed_count": "cowrie.login.failed",
    "login_success_count": "cowrie.login.success",
    "download_count": "cowrie.session.file_download",
    "download_failed_count": "cowrie.session.file_download.failed",
    "upload_count": "cowrie.session.file_upload",
    "tcpip_request_count": "cowrie.direct-tcpip.request",
}

# event id: kind, the field that is the value, further fields
ACTIVITIES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "cowrie.login.failed": ("login_failed", "fingerprint", ("username", "password")),
    "cowrie.login.success": ("login_success", "fingerprint", ("username", "password")),
    "cowrie.command.input": ("command", "input", ()),
    "cowrie.command.failed": ("command_failed", "input", ()),
    "cowrie.command.success": ("command_success", "input", ()),
    "cowrie.session.file_download": ("download", "url", ("shasum",)),
    "cowrie.session.file_download.failed": ("download_failed", "url", ("shasum",)),
    "cowrie.session.file_upload": ("upload", "filename", ("shasum",)),
    "cowrie.direct-tcpip.request": ("tcpip_request", "dst_ip", ()),
    "cowrie.log.closed": ("tty", "ttylog", ("shasum",)),
    "cowrie.client.fingerprint": ("client_fingerprint", "fingerprint", ("username",)),
}


class Activity(NamedTuple):
    """One thing that a session did."""

    at_us: int
    kind: str
    value: str | None
    username: str | None
    password: str | None
    shasum: str | None


@dataclass(slots=True)
class Session:
    """One attacker connection, with the public columns of `session_metrics`."""

    sensor: str
    session_id: str
    match_type: str
    matcher: str
    src_ip: str | None
    src_port: int | None
    dst_ip: str | None
    dst_port: int | None
    protocol: str | None
    started_us: int
    ended_us: int
    duration_ms: int
    event_count: int
    command_count: int
    command_failed_count: int
    command_success_count: int
    login_failed_count: int
    login_success_count: int
    download_count: int
    download_failed_count: int
    upload_count: int
    tcpip_request_count: int
    client_version: str | None
    hassh: str | None
    activities: list[Activity] = field(default_factory=list, repr=False)


class _Told(NamedTuple):
    """An event with its fields, in its place within the session."""

    at_us: int
    eventid: str
    fields: Fields
    matcher: Matcher


# --- order and cuts ------------------------------------------------------------------------------------------------


def fold(sensor: str, session_id: str, events: Iterable[Event]) -> Iterator[Session]:
    """Give the sessions of the distinct events of one sensor and id, earliest first."""
    part: list[_Told] = []
    for event in _in_order(events):
        if part and event.at_us - part[-1].at_us > SILENCE_US:
            yield _session(sensor, session_id, part)
            part = []
        part.append(event)
    if part:
        yield _session(sensor, session_id, part)


def _in_order(events: Iterable[Event]) -> Iterator[_Told]:
    """Order events by time, then fingerprint."""
    for at_us, group in groupby(sorted(events, key=lambda event: event.at_us), key=lambda event: event.at_us):
        told = [_told(event) for event in group]
        if len(told) > 1:  # the only case that needs fingerprints, which are slow here
            told.sort(key=lambda event: fingerprint(at_us, event.fields))
        yield from told


def _told(event: Event) -> _Told:
    return _Told(event.at_us, event.eventid, fields_of(event.identity), event.matcher)


# --- columns -------------------------------------------------------------------------------------------------------


def _session(sensor: str, session_id: str, events: list[_Told]) -> Session:
    """Fold one session out of its events, which are in order."""
    started_us, ended_us = events[0].at_us, events[-1].at_us
    counted = Counter(event.eventid for event in events)
    connects = [event.fields for event in events if event.eventid == CONNECT]
    strangers = [] if connects else [e.fields for e in events if not e.eventid.startswith("cowrie.direct-tcpip.")]
    closes = [event.fields for event in events if event.eventid == CLOSED]
    matcher = min(event.matcher for event in events)
    duration_ms = _first(_duration, reversed(closes))
    return Session(
        sensor=sensor,
        session_id=session_id,
        match_type=_match_type(matcher, counted),
        matcher=matcher.name,
        src_ip=_first(lambda fields: non_empty_text_of(fields.get("src_ip")), connects or strangers),
        src_port=_first(lambda fields: _port(fields.get("src_port")), connects),
        dst_ip=_first(lambda fields: non_empty_text_of(fields.get("dst_ip")), connects),
        dst_port=_first(lambda fields: _port(fields.get("dst_port")), connects),
        protocol=_first(_protocol, connects) if connects else _first(_known_protocol, strangers),
        started_us=started_us,
        ended_us=ended_us,
        duration_ms=(ended_us - started_us + 500) // 1000 if duration_ms is None else duration_ms,
        event_count=len(events),
        client_version=_first_text(events, "cowrie.client.version", "version"),
        hassh=_first_text(events, "cowrie.client.kex", "hassh"),
        activities=[_activity(event) for event in events if event.eventid in ACTIVITIES],
        **{column: counted[eventid] for column, eventid in COUNTS.items()},
    )


def _match_type(matcher: Matcher, counted: Counter[str]) -> str:
    if matcher != SESSION:
        return "event_session"
    return "full_delimited" if counted[CONNECT] and counted[CLOSED] else "session_id_only"


def _first(ask: Callable[[Fields], _T | None], events: Iterable[Fields]) -> _T | None:
    """Give the first answer that is not None."""
    return next((answer for fields in events if (answer := ask(fields)) is not None), None)


def _first_text(events: list[_Told], eventid: str, key: str) -> str | None:
    return _first(lambda fields: text_of(fields.get(key)), (e.fields for e in events if e.eventid == eventid))


def _port(value: Value) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 65_535:
        return value
    return None


def _protocol(fields: Fields) -> str | None:
    return non_empty_text_of(fields.get("protocol"))


def _known_protocol(fields: Fields) -> str | None:
    protocol = _protocol(fields)
    return None if protocol == "unknown" else protocol


# --- duration ------------------------------------------------------------------------------------------------------


def _duration(closed: Fields) -> int | None:
    """The milliseconds that a close tells, nearest, half up."""
    for key, factor in (("duration_ms", 1.0), ("duration", 1000.0)):
        number = _number(closed.get(key))
        if number is not None and 0 <= number * factor < 2.0**53:
            return math.floor(number * factor + 0.5)
    return None


def _number(value: Value) -> float | None:
    """A number or numeric text as a double; None if it is neither, or not a finite one."""
    if value is None or isinstance(value, bool | list | dict | HugeInteger):
        return None
    if isinstance(value, str):
        value = value.strip(" \t\n\r\f\v")
        if "_" in value or not value.isascii() or len(value) > LONGEST_NUMERIC_TEXT:
            return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


# --- activities ----------------------------------------------------------------------------------------------------


def _activity(event: _Told) -> Activity:
    kind, value_key, further = ACTIVITIES[event.eventid]
    texts = {key: text_of(event.fields.get(key)) for key in further}
    value = _target(event.fields) if kind == "tcpip_request" else text_of(event.fields.get(value_key))
    return Activity(event.at_us, kind, value, texts.get("username"), texts.get("password"), texts.get("shasum"))


def _target(fields: Fields) -> str | None:
    """Say where a forwarding wanted to go: `dst_ip`, or `dst_ip:dst_port`."""
    host, port = non_empty_text_of(fields.get("dst_ip")), fields.get("dst_port")
    port_text = text_of(port) if isinstance(port, str) else integer_text(port)
    return host if host is None or port_text is None else f"{host}:{port_text}"
