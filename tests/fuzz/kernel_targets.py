"""Oracles of the targets that are executed in C: programs of their own in plain Python."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import apsw
from cases import CASES
from compare import agree
from fuzz.folding import judge_log
from fuzz.target import Target, Wrong
from strategies import EVENTIDS, NUMBERS, PIECES, RUBBISH

from sesscore.extension import packed_event
from sesscore.recount_events import timestamp_us

FAR = (1 << 62) - 1
MOST_DIGITS = 18
EVENT_IDS = {1: 8, 2: 9, 3: 11, 4: 12, 5: 13, 6: 16, 7: 17, 8: 18, 9: 19, 10: 15, 11: 7}  # of the kinds of activities
LONGEST_SEED = 1500

KEYS = (
    *("timestamp", "eventid", "session", "session_id", "sessionid", "sid", "message", "sensor", "src_ip", "src_port"),
    *("dst_ip", "dst_port", "protocol", "username", "password", "input", "url", "shasum", "filename", "ttylog"),
    *("fingerprint", "version", "hassh", "duration", "duration_ms", "_source", "89abcdef", "x"),
)
EVENT = b'{"eventid":"cowrie.command.input","timestamp":"2024-05-01T20:00:00.000000Z","session":"a","input":"ls"}\n'
LOG_WORDS = (
    *PIECES,
    *RUBBISH,
    *(f'"{key}":'.encode() for key in KEYS),
    *(f'"{eventid}"'.encode() for eventid in EVENTIDS),
    *map(str.encode, NUMBERS.split()),
    *(
        EVENT,
        b'"2024-05-01T20:00:01.000000Z"',
        b'"2024-05-01 20:00:00+05:30"',
        b"[session: b]",
        b'"\\u00e9"',
        b" " * 16,
    ),
)
TIME_WORDS = (
    *(b"2024-05-01T20:00:00.000000Z", b"2024-02-29", b"1900-02-29", b"0001-01-01", b"9999-12-31", b"0000-00-00"),
    *(b"T23:59:59.999999Z", b"T24:00:00", b":60", b"+05:30", b"-0800", b"+23:59", b"-24:00", b"Z", b" ", b"T", b"\n"),
    *(b"\0" * 13, b":", b".", b"-", b",", b"+", b"t", b"\xb2", b"\xd9\xa1"),
)
PART_WORDS = (
    *(b"[", b"]", b",", b"[[3,0]]", b"[3,0,40]", b"[]", b"[11,5,1,2,3]", b"999999999999999999", b"1000000000000000000"),
    *(b"|", b"-", b"4611686018427387904", b"abcdef", b"\0\1abcdef", b"\x80", b"\xff" * 9, b"\1", b"\0", b"12,", b"0,"),
    *(b"\xff\xff\xff\xff\xff\xff\xff\xff\x7f", b"\xff\xff\xff\xff\xff\xff\xff\xff\x3f"),
)


# --- scan ----------------------------------------------------------------------------------------------------------


def judge_scan(data: bytes) -> int:
    """Fast path, slow path, a block size and the recount."""
    made = agree(data, growable=len(data) % 2 == 0, blocks=(16 + len(data) % 100,), naive_minutes=len(data) % 60)
    return made.records


def logs() -> Iterable[bytes]:
    """Those of the cases by hand."""
    return (data for case in CASES for _, data, _ in case.sources if 0 < len(data) <= LONGEST_SEED)


# --- times ---------------------------------------------------------------------------------------------------------


def judge_times(data: bytes) -> int:
    """Each line as the recount reads it, and as `datetime` does."""
    from fuzz.build import kernel

    told = kernel().times_of(data)
    naive = kernel().naive_minutes(len(data))
    for line, at_us in zip(data.decode("latin-1").split("\n"), told, strict=True):
        if timestamp_us(line, naive) != at_us:
            raise Wrong("a time is another for the recount")
        if at_us is not None and by_datetime(line, naive) not in (at_us, None):
            raise Wrong("a time is another for datetime")
    return sum(at_us is not None for at_us in told)


def by_datetime(line: str, naive: int) -> int | None:
    """Microseconds of a time that is one; None where the calendar of `datetime` ends."""
    offset = timedelta(minutes=naive)
    rest = line[19:].lstrip(".0123456789")
    if rest == "Z":
        offset = timedelta(0)
    elif rest:
        offset = timedelta(hours=int(rest[1:3]), minutes=int(rest[-2:])) * int(f"{rest[0]}1")
    fraction = line[20 : len(line) - len(rest)][:6].ljust(6, "0")
    try:
        local = datetime.strptime(f"{line[:10]} {line[11:19]} {fraction}", "%Y-%m-%d %H:%M:%S %f")
    except ValueError:
        return -1
    try:
        return (local - offset - datetime(1970, 1, 1)) // timedelta(microseconds=1)
    except OverflowError:
        return None


# --- packed --------------------------------------------------------------------------------------------------------


@cache
def _connection() -> apsw.Connection:
    opened = apsw.Connection(":memory:")
    packed_event(opened)
    return opened


def judge_packed(data: bytes) -> int:
    """`packed_event`, and the same in plain Python."""
    first, _, rest = data.decode("latin-1").partition("|")
    activities, _, events = rest.partition("|")
    first_us = max(-FAR - 1, min(_number(first), FAR + 1))
    expected = unpacked(first_us, activities.encode(), events.encode("latin-1"))
    try:
        told: Any = _connection().execute(
            "SELECT at_us, eventid_id, kind, a, b, c FROM packed_event(?, ?, ?)",
            (activities, events.encode("latin-1"), first_us),
        )
        told = told.fetchall()
    except apsw.CorruptError:
        told = None
    if told != expected:
        raise Wrong("a part holds other events for plain Python")
    return -1 if told is None else len(told)


def _number(text: str) -> int:
    digits = text.removeprefix("-")
    length = next((i for i, c in enumerate(digits[:MOST_DIGITS]) if c not in "0123456789"), len(digits[:MOST_DIGITS]))
    number = int(digits[:length] or "0")
    return -number if text.startswith("-") else number


class _Damage(Exception):
    """It is no part."""


def unpacked(first_us: int, activities: bytes, events: bytes) -> list[tuple[Any, ...]] | None:
    """The rows of `packed_event`, None for damage."""
    try:
        lists = _lists(activities)
        if len(events) < 6 * len(lists) or abs(first_us) > FAR:
            return None
        fingerprints = [_fingerprint(events, 6 * i) for i in range(len(lists))]
        told = [
            (
                _time(first_us, fields[1]),
                fingerprint,
                (EVENT_IDS[fields[0]], fields[0], *fields[2:], *[0] * (5 - len(fields))),
            )
            for fields, fingerprint in zip(lists, fingerprints, strict=True)
        ]
        others = _others(first_us, events[6 * len(lists) :])
    except _Damage:
        return None
    return [(at_us, row[0], row[1], *row[2:]) for at_us, _, row in _merged(told, others)]


def _merged(told: list[Any], others: list[Any]) -> Iterable[Any]:
    """Each in its own order, which may be none; whichever is next comes first."""
    while told or others:
        first = others if not told or (others and others[0][:2] < told[0][:2]) else told
        yield first.pop(0)


def _lists(text: bytes) -> list[list[int]]:
    if text == b"[]":
        return []
    if text[:2] != b"[[" or text[-2:] != b"]]":
        raise _Damage
    found = []
    for one in text[2:-2].split(b"],["):
        numbers = one.split(b",")
        if not 2 <= len(numbers) <= 5 or not all(0 < len(n) <= MOST_DIGITS and n.isdigit() for n in numbers):
            raise _Damage
        fields = list(map(int, numbers))
        if fields[0] not in EVENT_IDS:
            raise _Damage
        found.append(fields)
    return found


def _others(at_us: int, events: bytes) -> list[tuple[Any, ...]]:
    found, at = [], 0
    while at < len(events):
        step, at = _varint(events, at)
        eventid, at = _varint(events, at)
        at_us = _time(at_us, step)
        if eventid > FAR:
            raise _Damage
        found.append((at_us, _fingerprint(events, at), (eventid, None, 0, 0, 0)))
        at += 6
    return found


def _varint(events: bytes, at: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 64, 7):
        if at == len(events):
            raise _Damage
        number |= (events[at] & 0x7F) << shift
        at += 1
        if events[at - 1] < 0x80:
            return number & (1 << 64) - 1, at
    raise _Damage


def _fingerprint(events: bytes, at: int) -> int:
    if len(events) < at + 6:
        raise _Damage
    return int.from_bytes(events[at : at + 6], "little")


def _time(at_us: int, step: int) -> int:
    if step > FAR or not -FAR <= at_us + step <= FAR:
        raise _Damage
    return at_us + step


TARGETS = (
    Target("scan", judge_scan, LOG_WORDS, kernel=True, every=500, seeds=logs),
    Target("times", judge_times, TIME_WORDS, kernel=True, every=8),
    Target("packed", judge_packed, PART_WORDS, kernel=True, every=100),
    Target("evidence", len, PART_WORDS, kernel=True, every=1 << 40),
    Target("fold", judge_log, tuple(bytes([n]) * 3 for n in range(0, 256, 15)), kernel=True, every=5000),
)
