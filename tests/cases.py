"""Tiny logs by hand, and what is in them: every sentence of the rules in docs/design.md, as data.

Whatever reads logs can be held against them. `ledgers` are complete (what is not named is 0); `sessions` are in order
of sensor, id and start, each with the columns that the case is about.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

START_US = 1_714_521_600_000_000  # 2024-05-01T00:00:00Z
DAY = 86_400
MIB = 1024 * 1024

CONNECT = "cowrie.session.connect"
CLOSED = "cowrie.session.closed"
OTHER = "cowrie.session.params"


@dataclass(frozen=True)
class Case:
    """Sources (name, decompressed bytes, growable) and what they hold."""

    name: str
    sources: list[tuple[str, bytes, bool]]
    ledgers: dict[str, dict[str, Any]]
    sessions: list[dict[str, Any]] = field(default_factory=list)
    sensor: str = "unknown"
    assume_utc_offset_minutes: int = 0


# --- how to say it briefly -----------------------------------------------------------------------------------------


def at(seconds: int = 0, microseconds: int = 0) -> str:
    """A timestamp some time after the first of May 2024."""
    days, rest = divmod(seconds, DAY)
    return f"2024-05-{1 + days:02}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}.{microseconds:06}Z"


def us(seconds: int = 0, microseconds: int = 0) -> int:
    return START_US + seconds * 1_000_000 + microseconds


def event(session: Any = "a", seconds: int = 0, eventid: str = OTHER, **more: Any) -> dict[str, Any]:
    return {"eventid": eventid, "session": session, "timestamp": at(seconds), **more}


def unnamed(seconds: int = 0, eventid: str = OTHER, **more: Any) -> dict[str, Any]:
    return {"eventid": eventid, "timestamp": at(seconds), **more}


def J(value: Any) -> bytes:
    return json.dumps(value).encode()


def lines(*values: Any) -> bytes:
    """One line each; bytes as they are."""
    return b"".join((value if isinstance(value, bytes) else J(value)) + b"\n" for value in values)


def raw(fields: str, session: str = "a", eventid: str = OTHER, seconds: int = 0) -> bytes:
    """An event with members written by hand."""
    return f'{{"eventid":"{eventid}","session":"{session}","timestamp":"{at(seconds)}",{fields}}}'.encode()


def ledger(
    events: int = 0, duplicates: int = 0, sessionless: int = 0, blank: int = 0, pending: int | None = None, **bad: int
) -> dict[str, Any]:
    quarantined = sum(bad.values())
    return {
        "lines": events + duplicates + sessionless + blank + quarantined,
        "events": events,
        "duplicates": duplicates,
        "sessionless": sessionless,
        "quarantined": quarantined,
        "blank": blank,
        "reasons": bad,
        "pending_offset": pending,
    }


def ids(*names: str) -> list[dict[str, Any]]:
    """Sessions of one event each."""
    return [{"session_id": name, "event_count": 1} for name in names]


def one(name: str, data: bytes, sessions: list[dict[str, Any]], growable: bool = True, **counts: Any) -> Case:
    options = {key: counts.pop(key) for key in ("sensor", "assume_utc_offset_minutes") if key in counts}
    return Case(name, [("log", data, growable)], {"log": ledger(**counts)}, sessions, **options)


def final(name: str, data: bytes, sessions: list[dict[str, Any]], **counts: Any) -> Case:
    """One source that cannot grow."""
    return one(name, data, sessions, growable=False, **counts)


def same(name: str, first: bytes, second: bytes, **session: Any) -> Case:
    """Two writings of one event."""
    return one(name, lines(first, second), [{"event_count": 1, **session}], events=1, duplicates=1)


def apart(name: str, first: bytes, second: bytes, **session: Any) -> Case:
    """Two events of one session that differ in a value only."""
    return one(name, lines(first, second), [{"event_count": 2, **session}], events=2)


A, B, C = J(event("a")), J(event("b")), J(event("c"))
IN_THREE_LINES = json.dumps(event("a"), indent=1).encode()

# --- records -------------------------------------------------------------------------------------------------------

RECORDS = [
    one("empty source", b"", []),
    one("one line", A + b"\n", ids("a"), events=1),
    one("lines", lines(A, B, C), ids("a", "b", "c"), events=3),
    one("a whole object at the end needs no newline", lines(A) + B, ids("a", "b"), events=2),
    final("neither where it cannot grow", lines(A) + B, ids("a", "b"), events=2),
    one("CRLF", A + b"\r\n" + B + b"\r\n", ids("a", "b"), events=2),
    one("white space around", b" \t" + A + b" \t\r\n", ids("a"), events=1),
    one("several on a line", A + b" " + B + C + b"\n", ids("a", "b", "c"), events=3),
    one("several on a line, commas", A + b"," + B + b",\n" + C + b"\n", ids("a", "b", "c"), events=3),
    one("blank lines", b"\n \t\r\n" + A + b"\n\n", ids("a"), events=1, blank=3),
    one("white space without a newline is no line", A + b"\n  ", ids("a"), events=1),
    one("lines of nothing are no blanks", b"[\n,\n]\n\0\n\xef\xbb\xbf\n", []),
    one("the end of an object is no blank line", A + b"\n", ids("a"), events=1),
    one("BOM", b"\xef\xbb\xbf" + A + b"\n", ids("a"), events=1),
    one("BOM between records", A + b"\n\xef\xbb\xbf" + B + b"\n", ids("a", "b"), events=2),
    one("half a BOM waits", A + b"\n\xef\xbb", ids("a"), events=1, pending=len(A) + 1),
    one("NUL before an event", b"\0" * 70_000 + A + b"\n", ids("a"), events=1),
    one("NUL after, before and between", A + b"\0\0\n\0" + B + b"\0" + C + b"\n\0\0\0", ids("a", "b", "c"), events=3),
    one("array on one line", b"[" + A + b", " + B + b"]\n", ids("a", "b"), events=2),
    one("array on one line, no newline", b"[" + A + b"," + B + b"]", ids("a", "b"), events=2),
    one("array over lines", b"[\n" + A + b",\n" + B + b"\n]\n", ids("a", "b"), events=2),
    one("array in arrays, never closed", b"[[" + A + b"],[[" + B + b"\n", ids("a", "b"), events=2),
    one("empty array", b"[]\n[ ]\n", []),
    one("pretty-printed", IN_THREE_LINES + b"\n" + B + b"\n", ids("a", "b"), events=2),
    one("pretty-printed array", json.dumps([event("a"), event("b")], indent=2).encode(), ids("a", "b"), events=2),
    one(
        "a record after a pretty-printed one, same line", IN_THREE_LINES + B + b"\n\n", ids("a", "b"), events=2, blank=1
    ),
    one("blank lines inside an object are white space", b"{\n\n" + A[1:] + b"\n", ids("a"), events=1),
    one("pretty-printed and wrong", IN_THREE_LINES[:-2] + b",\n}\n" + B + b"\n", ids("b"), events=1, json=5),
    one("no JSON", b"version https://git-lfs\noid sha256:4d\n", [], json=2),
    one("comma-separated values", b"a,b\n1,x\n", [], json=2),
    one("scalars, each a record", b'1\n"two" -3.5e+1\ntrue,false\n[null, 0]\n', [], no_time=7),
    one("scalars cut by NUL", b"1\0002\n", [], no_time=2),
    one("a scalar that is none", b"1 01\n+1\nTrue\n.5\n1.\n", [], json=5),
    one("text with a space is cut in two", b'"a b"\n', [], json=1),
    one("text with wrong escapes", b'"\\x41"\n"\\u12"\n"\\u00e9"\n', [], json=2, no_time=1),
    one("NaN and Infinity alone", b"NaN\nInfinity\n-Infinity\n", [], json=3),
    one("a scalar without newline waits", A + b"\n12", ids("a"), events=1, pending=len(A) + 1),
    final("a scalar without newline where it cannot grow", A + b"\n1 2", ids("a"), events=1, unterminated=1),
    one("a scalar, then an object that is no event", b'1 {"x":1}\n', [], json=1),
    one("a closing brace alone", b"}\n" + A + b"}\n" + B + b"\n", ids("a", "b"), events=2, json=2),
    one("text after an event", A + b" and more\n" + B + b"\n", ids("a", "b"), events=2, json=1),
    one("trailing comma", b'{"a":1,}\n' + A + b"\n", ids("a"), events=1, json=1),
    one(
        "NaN in an object",
        raw('"x":NaN') + b"\n" + raw('"x":-Infinity') + b"\n" + B + b"\n",
        ids("b"),
        events=1,
        json=2,
    ),
    one("control character in text", raw('"x":"\t"') + b"\n" + B + b"\n", ids("b"), events=1, json=1),
    one("DEL in text is text", raw('"x":"\x7f"') + b"\n", ids("a"), events=1),
    one("form feed is no white space", b"{\f" + A[1:] + b"\n", [], json=1),
    one("wrong escape", raw('"x":"\\a"') + b"\n" + B + b"\n", ids("b"), events=1, json=1),
    one("leading zero", raw('"x":01') + b"\n", [], json=1),
    one("single quotes", b"{'eventid':'x'}\n", [], json=1),
    one("depth 64", raw('"x":' + "[" * 63 + "]" * 63) + b"\n", ids("a"), events=1),
    one("depth 65", raw('"x":' + "[" * 64 + "]" * 64) + b"\n" + B + b"\n", ids("b"), events=1, depth=1),
    one("depth 65 is not searched", raw('"x":' + '{"x":' * 64) + A + b"\n" + B + b"\n", ids("b"), events=1, depth=1),
    one("brackets in text are no depth", raw('"x":"' + "[{" * 99 + '"') + b"\n", ids("a"), events=1),
    one("16 MiB", raw('"x":"' + "x" * (16 * MIB - len(raw('"x":""'))) + '"') + b"\n", ids("a"), events=1),
    one(
        "more than 16 MiB",
        raw('"x":"' + "x" * (16 * MIB - len(raw('"x":""')) + 1) + '"') + b"\n" + B + b"\n",
        ids("b"),
        events=1,
        too_long=1,
    ),
    one("NUL beyond 16 MiB are nothing", b"\0" * (17 * MIB) + A + b"\n", ids("a"), events=1),
]

# --- torn lines ----------------------------------------------------------------------------------------------------

HALF = b'{"eventid": "cowrie.login.failed", "username": '
NO_EVENT = b'{"x": {"eventid": "inside", "timestamp": "2024-05-01T00:00:00Z"}}'

TORN = [
    one("torn in text", b'{"eventid": "cow\n' + A + b"\n", ids("a"), events=1, json=1),
    one(
        "torn after a colon: the next event is its value, then it fails",
        lines(HALF, A, B),
        ids("a", "b"),
        events=2,
        json=1,
    ),
    one("torn after a comma", lines(b'{"eventid": "x",', A), ids("a"), events=1, json=1),
    one("torn after its brace", lines(b"{", A), ids("a"), events=1, json=1),
    one("half an event and a whole one", HALF + A + b"\n" + B + b"\n", ids("a", "b"), events=2, json=1),
    one("they wait for what the next line begins with", HALF + A + b"\n", [], pending=0),
    final("they do not where it cannot grow", HALF + A + b"\n", ids("a"), events=1, json=1),
    one("two halves and a whole one", HALF + HALF + A + b"\n" + B + b"\n", ids("a", "b"), events=2, json=1),
    one("text before an event", b"May 1 cowrie: " + A + b"\n", ids("a"), events=1, json=1),
    one("scalars before an event", b"1 2 " + A + b"\n", ids("a"), events=1, no_time=2),
    one("two events in one stretch", b"x " + A + b" y " + B + b" z\n", ids("a", "b"), events=2, json=3),
    one("the leftmost event, and the rest is a stretch again", HALF + A + b", oops}\n", ids("a"), events=1, json=2),
    one("no event is passed over with its inside", b"x " + NO_EVENT + A + b"\n", ids("a"), events=1, json=1),
    one("nothing to salvage", b"x " + NO_EVENT + b"\n", [], json=1),
    one("a wrapper is no event by itself", b'x {"_source": ' + A + b"}\n", [], json=1),
    one("only what ends on the line", b"x " + IN_THREE_LINES + b"\n", [], json=5),
    one("an event in quotes", b'x "' + A + b'"\n', ids("a"), events=1, json=2),
    one("an event that is text is none", b"x " + J(A.decode()) + b"\n", [], json=1),
    one("half an object waits", A + b"\n" + B[:20], ids("a"), events=1, pending=len(A) + 1),
    final("half an object where it cannot grow", A + b"\n" + B[:20], ids("a"), events=1, unterminated=1),
    one("half a key, half a word, half an escape wait", A + b'\n{"x":"\\u00', ids("a"), events=1, pending=len(A) + 1),
    one("half a number waits", A + b'\n{"x":-1.5e', ids("a"), events=1, pending=len(A) + 1),
    one("half a word waits", A + b'\n{"x":tru', ids("a"), events=1, pending=len(A) + 1),
    one(
        "a wrong object at the end waits for the rest of its line",
        A + b'\n{"x":tri',
        ids("a"),
        events=1,
        pending=len(A) + 1,
    ),
    final("a wrong object at the end where it cannot grow", A + b'\n{"x":tri', ids("a"), events=1, unterminated=1),
    one("half an object over lines waits", A + b"\n" + IN_THREE_LINES[:-2], ids("a"), events=1, pending=len(A) + 1),
    final(
        "half an object over lines where it cannot grow is torn, later lines are read",
        b'{"x": [\n' + A + b",\n" + B + b"\n",
        ids("a", "b"),
        events=2,
        json=1,
    ),
    one("the same where it can grow", b'{"x": [\n' + A + b",\n" + B + b"\n", [], pending=0),
    one("half an element of an array waits", b"[" + A + b"," + B[:-1], ids("a"), events=1, pending=len(A) + 2),
    one("a stretch ended by an event waits no more", HALF + b"} " + A, ids("a"), events=1, json=1),
    Case(
        "halves of an event in two sources",
        [("log.1", A[:30], True), ("log", A[30:] + b"\n" + B + b"\n", True)],
        {"log.1": ledger(pending=0), "log": ledger(events=1, json=1)},
        ids("b"),
    ),
]

# --- several records in one object ---------------------------------------------------------------------------------

KEY = "0123abcd"
UNDER_KEY = {"session_id": KEY, "match_type": "event_session"}

WRAPPED = [
    one("list under a key", J({KEY: [unnamed(0), unnamed(1)]}), [{**UNDER_KEY, "event_count": 2}], events=2),
    one(
        "lists under keys, in an array",
        J([{KEY: [unnamed()]}, {KEY: [unnamed(1)]}]),
        [{**UNDER_KEY, "event_count": 2}],
        events=2,
    ),
    one("the elements' own names are asked first", J({KEY: [unnamed(sid="x")]}), ids("x"), events=1),
    one("key of 32 digits", J({"f" * 32: [unnamed()]}), ids("f" * 32), events=1),
    one(
        "key of 33 digits, of 7, in capitals",
        lines(*({k: [unnamed()]} for k in ("f" * 33, "f" * 7, "F" * 8))),
        [],
        no_time=3,
    ),
    one("two keys", J({KEY: [unnamed()], "x": 1}), [], no_time=1),
    one(
        "one key twice is one key",
        b'{"%s":1,"%s":[%s]}' % (KEY.encode(), KEY.encode(), J(unnamed())),
        [UNDER_KEY],
        events=1,
    ),
    one("empty list under a key", J({KEY: []}), [], no_time=1),
    one("a list of more than objects", J({KEY: [unnamed(), 1]}), [], no_time=1),
    one(
        "bad and good elements",
        J({KEY: [{}, {"timestamp": at()}, unnamed()]}),
        [UNDER_KEY],
        events=1,
        no_time=1,
        no_eventid=1,
    ),
    one("list under a key in a list under a key", J({KEY: [{"89abcdef": [unnamed()]}]}), ids("89abcdef"), events=1),
    one("_source", J({"_index": "x", "_source": event("a")}), ids("a"), events=1),
    one("_source in _source", J({"_source": {"_source": event("a")}}), ids("a"), events=1),
    one("list in _source", J({"_source": {KEY: [unnamed()]}}), [UNDER_KEY], events=1),
    one("_source in list", J({KEY: [{"_source": unnamed()}]}), [UNDER_KEY], events=1),
    one("an event with _source is itself", J(event("a", _source=event("b"))), ids("a"), events=1),
    one("_source that is no object", J({"_source": [event("a")]}), [], no_time=1),
    one("_source pretty-printed", json.dumps({"_source": event("a")}, indent=1).encode(), ids("a"), events=1),
]

# --- events --------------------------------------------------------------------------------------------------------


def times(name: str, timestamp: Any, started_us: int | None, **options: Any) -> Case:
    data = lines({**event(), "timestamp": timestamp})
    if started_us is None:
        return one(name, data, [], no_time=1, **options)
    return one(name, data, [{"started_us": started_us, "ended_us": started_us}], events=1, **options)


EVENTS = [
    times("time with Z", "2024-05-01T00:00:00.000001Z", us(0, 1)),
    times("time without a fraction", "2024-05-01T00:00:00Z", us()),
    times("time of one digit", "2024-05-01T00:00:00.5Z", us(0, 500_000)),
    times("further digits are cut", "2024-05-01T00:00:00.123456999Z", us(0, 123_456)),
    times("time with a space", "2024-05-01 00:00:00Z", us()),
    times("+0200", "2024-05-01T02:00:00+0200", us()),
    times("+02:00", "2024-05-01T02:00:00.0+02:00", us()),
    times("-23:59", "2024-04-30T00:01:00-23:59", us()),
    times("naive is UTC", "2024-05-01T00:00:00", us()),
    times("naive with --assume-tz", "2024-05-01T02:00:00", us(), assume_utc_offset_minutes=120),
    times("an offset is no naive time", "2024-05-01T00:00:00Z", us(), assume_utc_offset_minutes=120),
    times("29 February", "2024-02-29T00:00:00Z", us(-62 * DAY)),
    times("no 29 February", "2023-02-29T00:00:00Z", None),
    times("1900 was no leap year", "1900-02-29T00:00:00Z", None),
    times("before 1970", "1969-12-31T23:59:59.999999Z", -1),
    times("the last time of all", "9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
    times("month 13", "2024-13-01T00:00:00Z", None),
    times("hour 24", "2024-05-01T24:00:00Z", None),
    times("minute 60", "2024-05-01T00:60:00Z", None),
    times("second 60", "2024-05-01T00:00:60Z", None),
    times("offset of 24 h", "2024-05-01T00:00:00+24:00", None),
    times("offset of hours only", "2024-05-01T00:00:00+02", None),
    times("a dot without digits", "2024-05-01T00:00:00.Z", None),
    times("comma for a dot", "2024-05-01T00:00:00,5Z", None),
    times("small letters", "2024-05-01t00:00:00z", None),
    times("space before Z", "2024-05-01T00:00:00 Z", None),
    times("newline after Z", "2024-05-01T00:00:00Z\n", None),
    times("no seconds", "2024-05-01T00:00Z", None),
    times("digits that are not ASCII", "2024-05-01T00:00:0\u0661Z", None),
    times("number for a time", 1714521600, None),
    times("null for a time", None, None),
    one("no time, no event id", lines({}, {"timestamp": at()}, {"eventid": "x"}), [], no_time=2, no_eventid=1),
    one("event ids that are none", lines(*(event(eventid=x) for x in ("", None, 1, ["x"]))), [], no_eventid=4),
    one(
        "unknown event ids are events",
        lines(
            event(eventid="KIPP0001"),
            event(eventid="x y", seconds=1),
            event(eventid="cowrie.command.input/other", seconds=2),
        ),
        [{"event_count": 3, "command_count": 0, "activities": []}],
        events=3,
    ),
    one("sensor of the event", lines(event(sensor="s")), [{"sensor": "s"}], events=1, sensor="given"),
    one(
        "sensor as given",
        lines(event(), event(sensor="", seconds=1), event(sensor=1, seconds=2), event(sensor=None, seconds=3)),
        [{"sensor": "given", "event_count": 4}],
        events=4,
        sensor="given",
    ),
    one("sensor unknown", lines(event()), [{"sensor": "unknown"}], events=1),
    one(
        "one id on two sensors",
        lines(event(sensor="s"), event(sensor="t")),
        [{"sensor": "s", "event_count": 1}, {"sensor": "t", "event_count": 1}],
        events=2,
    ),
    one(
        "a sensor with a lone surrogate",
        b"%s\n%s\n" % (raw('"sensor":"\\ud800"'), raw('"sensor":"\\ufffd"', seconds=1)),
        [{"sensor": "\ufffd", "event_count": 2}],
        events=2,
    ),
]

# --- identity ------------------------------------------------------------------------------------------------------

IDENTITY = [
    same("copies count once", A, A),
    same("order of keys", J({"x": 1, "y": 2, **event()}), J({**event(), "y": 2, "x": 1})),
    same("order of inner keys", raw('"x":{"a":1,"b":2}'), raw('"x":{"b":2,"a":1}')),
    same("spacing", raw('"x":[1,2]'), raw(' "x" : [ 1 , 2 ] ')),
    same("escaping", raw('"x":"/\u00e9\\n"'), raw('"x":"\\/\\u00E9\\u000a"')),
    same("surrogate pairs", raw('"x":"\U0001f600"'), raw('"x":"\\ud83d\\ude00"')),
    same("shape of the time", A, A.replace(b"00:00:00.000000Z", b"02:00:00.0000009+02:00")),
    same("-0 is 0", raw('"x":-0'), raw('"x":0')),
    same("-0.0 is 0.0", raw('"x":-0.0'), raw('"x":0.0')),
    same("spelling of a fraction", raw('"x":1.50'), raw('"x":15e-1')),
    same("1e0 is 1.0", raw('"x":1e0'), raw('"x":1.0')),
    same("beyond a double", raw('"x":1e400'), raw('"x":2e400')),
    same("of equal keys the last counts", raw('"x":1,"x":2'), raw('"x":3,"x":2')),
    same("at every depth", raw('"x":{"y":1,"y":2}'), raw('"x":{"y":2}')),
    same("an equal key written otherwise", raw('"x":1,"\\u0078":2'), raw('"x":2')),
    same("invalid UTF-8 reads as U+FFFD", raw('"x":"@"').replace(b"@", b"\xff"), raw('"x":"\\ufffd"')),
    same("a cut sequence is one U+FFFD", raw('"x":"@"').replace(b"@", b"\xe2\x82"), raw('"x":"\ufffd"')),
    same(
        "an encoded surrogate is three", raw('"x":"@"').replace(b"@", b"\xed\xa0\x80"), raw('"x":"\ufffd\ufffd\ufffd"')
    ),
    same("big integers", raw('"x":%s' % ("9" * 30)), raw('"x":  %s' % ("9" * 30))),
    same("huge integers", raw('"x":[%s]' % ("9" * 5000)), raw('"x": [%s]' % ("9" * 5000))),
    same("sensor as given and as written", A, J(event(sensor="unknown")), sensor="unknown"),
    same(
        "integer and text name one session", raw('"x":1', session="7"), raw('"x":1', session="@").replace(b'"@"', b"7")
    ),
    apart("1 is not 1.0", raw('"x":1'), raw('"x":1.0')),
    apart("1 is no text", raw('"x":1'), raw('"x":"1"')),
    apart("1 is not true", raw('"x":1'), raw('"x":true')),
    apart("0 is not false", raw('"x":0'), raw('"x":false')),
    apart("null is not absent", raw('"x":null'), A),
    apart("null is not false", raw('"x":null'), raw('"x":false')),
    apart("null is not empty", raw('"x":null'), raw('"x":""')),
    apart("an empty array is not an empty object", raw('"x":[]'), raw('"x":{}')),
    apart("arrays are ordered", raw('"x":[1,2]'), raw('"x":[2,1]')),
    apart("nesting counts", raw('"x":[[1],2]'), raw('"x":[[1,2]]')),
    apart("1 is not 1.0 inside", raw('"x":[{"y":1}]'), raw('"x":[{"y":1.0}]')),
    apart("big integers differ in the last digit", raw('"x":9007199254740993'), raw('"x":9007199254740992')),
    apart("beyond 64 bits too", raw('"x":18446744073709551616'), raw('"x":18446744073709551617')),
    apart("and below them", raw('"x":-9223372036854775808'), raw('"x":-9223372036854775809')),
    apart("huge ones too", raw('"x":%s1' % ("9" * 5000)), raw('"x":%s2' % ("9" * 5000))),
    apart("a huge integer is no text", raw('"x":%s' % ("9" * 5000)), raw('"x":"%s"' % ("9" * 5000))),
    apart("lone surrogates keep their code points", raw('"x":"\\ud800"'), raw('"x":"\\ud801"')),
    apart("a lone surrogate is not U+FFFD", raw('"x":"\\ud800"'), raw('"x":"\\ufffd"')),
    apart("composed and decomposed text", raw('"x":"\u00e9"'), raw('"x":"e\u0301"')),
    apart("one microsecond", A, A.replace(b".000000Z", b".000001Z")),
    apart("a field more", A, raw('"geo":"x"')),
    apart("event ids by code points", raw('"x":1', eventid="X"), raw('"x":1', eventid="x")),
    apart("a sensor that names nothing is a field", A, J(event(sensor=""))),
    Case(
        "copies over sources",
        [("a", lines(A, B), True), ("b", lines(B, C, A), False)],
        {"a": ledger(events=2), "b": ledger(events=1, duplicates=2)},
        ids("a", "b", "c"),
    ),
    Case(
        "a copy in another shape",
        [
            ("a", lines(A), True),
            ("b", json.dumps([event("a")], indent=3).encode(), True),
            ("c", J({"_source": event("a")}), True),
        ],
        {"a": ledger(events=1), "b": ledger(duplicates=1), "c": ledger(duplicates=1)},
        ids("a"),
    ),
    one("copies of sessionless events are sessionless", lines(unnamed(), unnamed()), [], sessionless=2),
    one(
        "a copy that is better named tells the match, first or last",
        lines(event(KEY), {KEY: [unnamed()]}, {"f" * 8: [unnamed()]}, event("f" * 8)),
        [
            {"session_id": KEY, "match_type": "session_id_only"},
            {"session_id": "f" * 8, "match_type": "session_id_only"},
        ],
        events=2,
        duplicates=2,
    ),
]

# --- who names the session -----------------------------------------------------------------------------------------

BY_EVENT = "event_session"


def named(name: str, fields: dict[str, Any], session_id: str, match_type: str = BY_EVENT) -> Case:
    return one(name, lines(unnamed(**fields)), [{"session_id": session_id, "match_type": match_type}], events=1)


MATCHERS = [
    named("session first", {"session": "s", "session_id": "t", "sid": "u"}, "s", "session_id_only"),
    named("then session_id", {"sid": "3", "sessionid": "2", "session_id": "1"}, "1"),
    named("then sessionid", {"sid": "3", "sessionid": "2", "message": "[session: 4]"}, "2"),
    named("then sid", {"sid": "3", "message": "[session: 4]"}, "3"),
    one("then the enclosing key", J({KEY: [unnamed(message="[session: 4]")]}), [UNDER_KEY], events=1),
    named("then the end of the message", {"message": "x [session: 4]"}, "4"),
    named("the last of several", {"message": "[session: 3] [session: 4]"}, "4"),
    named("an integer", {"session": 12}, "12", "session_id_only"),
    named("zero and less", {"session": -0}, "0", "session_id_only"),
    named("a huge integer", {"session": 10**40}, "1" + "0" * 40, "session_id_only"),
    named("text as it is", {"session": " A\u0000b "}, " A\0b ", "session_id_only"),
    named("unusable, so the next is asked", {"session": "", "session_id": None, "sessionid": 1.0, "sid": "x"}, "x"),
    *(
        one(f"{value!r} names nothing", lines(unnamed(session=value)), [], sessionless=1)
        for value in ("", None, True, False, 1.5, ["a"], {"a": "b"})
    ),
    one("a fraction names nothing", J(unnamed())[:-1] + b',"session":1e3}', [], sessionless=1),
    *(
        one(f"message {text!r} names nothing", lines(unnamed(message=text)), [], sessionless=1)
        for text in ("by peer", "[session: 4] ", "[session: a b]", "[session: ]", "[session:4]", ["[session: 4]"])
    ),
    one("uuid names nothing", lines(unnamed(uuid="x")), [], sessionless=1),
    one("ids with lone surrogates", raw('"x":1', session="\\ud800") + raw('"x":2', session="\\ufffd"),
        [{"session_id": "\ufffd", "event_count": 2}], events=2),
    one("connect and close", lines(event(eventid=CONNECT), event(eventid=CLOSED, seconds=1)),
        [{"match_type": "full_delimited"}], events=2),
    one("close before connect", lines(event(eventid=CLOSED), event(eventid=CONNECT, seconds=1)),
        [{"match_type": "full_delimited"}], events=2),
    one("no close", lines(event(eventid=CONNECT), event(seconds=1)), [{"match_type": "session_id_only"}], events=2),
    one("no connect", lines(event(eventid=CLOSED)), [{"match_type": "session_id_only"}], events=1),
    one("event_session, delimiters or not", lines(unnamed(eventid=CONNECT, sid="a"), unnamed(1, CLOSED, sid="a")),
        [{"match_type": BY_EVENT}], events=2),
    one("the best of its events",
        lines(unnamed(eventid=CONNECT, sid="a"), unnamed(1, CLOSED, sid="a"), event(seconds=2)),
        [{"match_type": "full_delimited", "event_count": 3}], events=3),
    one("sub-types are no delimiters", lines(event(eventid=CONNECT + "/x"), event(eventid=CLOSED, seconds=1)),
        [{"match_type": "session_id_only"}], events=2),
]  # fmt: skip

# --- sessions ------------------------------------------------------------------------------------------------------


def after(microseconds: int, seconds: int = DAY) -> bytes:
    return J({**event(), "timestamp": at(seconds, microseconds)})


def duration(name: str, expected: int, *closes: dict[str, Any]) -> Case:
    """A session of 2 s with closes at its end, one second apart."""
    told = [event(eventid=CLOSED, seconds=2 - len(closes) + 1 + i, **close) for i, close in enumerate(closes)]
    data = lines(event(), *told)
    return one(name, data, [{"duration_ms": expected}], events=1 + len(closes))


CONNECTED = {"src_ip": "1.1.1.1", "src_port": 1, "dst_ip": "2.2.2.2", "dst_port": 22, "protocol": "ssh"}
NOWHERE = {"src_ip": None, "src_port": None, "dst_ip": None, "dst_port": None, "protocol": None}

SESSIONS = [
    one("exactly 24 h joins", lines(A, after(0)), [{"event_count": 2, "ended_us": us(DAY)}], events=2),
    one(
        "24 h and a microsecond part", lines(A, after(1)), [{"started_us": us()}, {"started_us": us(DAY, 1)}], events=2
    ),
    one(
        "whatever the order of arrival",
        lines(after(1), A),
        [{"started_us": us()}, {"started_us": us(DAY, 1)}],
        events=2,
    ),
    one(
        "a late one joins two",
        lines(after(0, 2 * DAY), A, after(0)),
        [{"event_count": 3, "started_us": us(), "ended_us": us(2 * DAY), "duration_ms": 2 * DAY * 1000}],
        events=3,
    ),
    one(
        "each part has its own counts and match type",
        lines(
            event(eventid=CONNECT),
            event(eventid=CLOSED, seconds=1),
            event(eventid="cowrie.command.input", seconds=3 * DAY, input="w"),
            unnamed(6 * DAY, session_id="a"),
        ),
        [
            {"match_type": "full_delimited", "event_count": 2, "command_count": 0},
            {"match_type": "session_id_only", "event_count": 1, "command_count": 1},
            {"match_type": BY_EVENT, "event_count": 1, "command_count": 0},
        ],
        events=4,
    ),
    one(
        "late events are in",
        lines(event(eventid=CONNECT), event(eventid=CLOSED, seconds=1), event(seconds=9, late=True)),
        [{"event_count": 3, "ended_us": us(9), "duration_ms": 9000, "match_type": "full_delimited"}],
        events=3,
    ),
    one(
        "columns from the connect",
        lines(event(src_ip="9.9.9.9"), event(eventid=CONNECT, seconds=1, **CONNECTED)),
        [CONNECTED],
        events=2,
    ),
    one(
        "each from the earliest connect that has it",
        lines(
            event(eventid=CONNECT, seconds=2, **{**CONNECTED, "src_ip": "3.3.3.3"}),
            event(eventid=CONNECT, seconds=1, src_ip="1.1.1.1", src_port=70000, dst_port="22", protocol=""),
        ),
        [CONNECTED],
        events=2,
    ),
    one(
        "with a connect nothing comes from others",
        lines(event(eventid=CONNECT), event(seconds=1, **CONNECTED)),
        [NOWHERE],
        events=2,
    ),
    one(
        "a connect may say unknown",
        lines(event(eventid=CONNECT, protocol="unknown")),
        [{"protocol": "unknown"}],
        events=1,
    ),
    one(
        "without a connect",
        lines(
            event(eventid="cowrie.direct-tcpip.request", src_ip="8.8.8.8", protocol="tcp"),
            event(seconds=1, protocol="unknown", src_ip=""),
            event(seconds=2, src_ip="1.1.1.1", src_port=1, dst_ip="2.2.2.2", dst_port=22),
            event(seconds=3, protocol="telnet", src_ip="4.4.4.4"),
        ),
        [{**NOWHERE, "src_ip": "1.1.1.1", "protocol": "telnet"}],
        events=4,
    ),
    one(
        "an unknown protocol does not hide an address",
        lines(event(protocol="unknown", src_ip="1.1.1.1"), event(seconds=1, src_ip="2.2.2.2")),
        [{"src_ip": "1.1.1.1", "protocol": None}],
        events=2,
    ),
    one(
        "numbers are taken as text",
        lines(event(eventid=CONNECT, src_ip=12, dst_ip=1.50)),
        [{"src_ip": "12", "dst_ip": "1.5"}],
        events=1,
    ),
    *(
        one(f"port {port!r}", lines(event(eventid=CONNECT, src_port=port)), [{"src_port": taken}], events=1)
        for port, taken in ((0, 0), (65535, 65535), (65536, None), (-1, None), (22.0, None), ("22", None), (True, None))
    ),
    one(
        "client version and hassh",
        lines(
            event(eventid="cowrie.client.version", seconds=2, version="late"),
            event(eventid="cowrie.client.version", seconds=1, version="SSH-2.0-Go"),
            event(eventid="cowrie.client.version", version=None),
            event(eventid="cowrie.client.kex", seconds=3, hassh="ab", kexAlgs=["x", ["y"]]),
            event(version="other", hassh="other"),
        ),
        [{"client_version": "SSH-2.0-Go", "hassh": "ab"}],
        events=5,
    ),
    one(
        "counts by exact event id",
        lines(
            *(
                event(eventid="cowrie." + eventid, seconds=i)
                for i, eventid in enumerate(
                    [
                        "command.input",
                        "command.failed",
                        "command.success",
                        "login.failed",
                        "login.failed",
                        "login.success",
                        "session.file_download",
                        "session.file_download.failed",
                        "session.file_upload",
                        "direct-tcpip.request",
                        "direct-tcpip.data",
                        "command.input/other",
                        "login.failed ",
                        "LOGIN.FAILED",
                    ]
                )
            )
        ),
        [
            {
                "event_count": 14,
                "command_count": 1,
                "command_failed_count": 1,
                "command_success_count": 1,
                "login_failed_count": 2,
                "login_success_count": 1,
                "download_count": 1,
                "download_failed_count": 1,
                "upload_count": 1,
                "tcpip_request_count": 1,
            }
        ],
        events=14,
    ),
    duration("no close, so wall time", 0),
    duration("duration in seconds", 1235, {"duration": 1.2346}),
    duration("duration as text", 1200, {"duration": "1.2"}),
    duration("text with white space, sign, exponent", 1500, {"duration": "\t+.15e1\n"}),
    duration("duration_ms", 77, {"duration_ms": 77}),
    duration("duration_ms before duration", 77, {"duration": 5, "duration_ms": "77"}),
    duration("an unusable duration_ms, so duration", 5000, {"duration": 5, "duration_ms": None}),
    duration("half up", 3, {"duration_ms": 2.5}),
    duration("half up, odd", 2, {"duration_ms": 1.5}),
    duration("less than half", 1, {"duration_ms": 1.4999}),
    duration("zero", 0, {"duration": 0}),
    duration("minus zero", 0, {"duration": -0.0}),
    duration("the largest, rounded as doubles are", 2**53, {"duration_ms": 2**53 - 1}),
    duration("the latest close that has one", 3000, {"duration": 1}, {"duration": 3}, {}),
    duration("the latest, not the largest", 1000, {"duration": 3}, {"duration": 1}),
    *(
        duration(f"unusable duration {value!r}", 2000, {"duration": value})
        for value in (
            None,
            True,
            "",
            "abc",
            "1_0",
            "nan",
            "inf",
            "1e999",
            "0x10",
            "1,5",
            -1,
            "-0.1",
            [1],
            10**400,
            2**53,
        )
    ),
    duration("too large by one", 2000, {"duration_ms": 2**53}),
    one("wall time, half up", lines(A, after(500, 0)), [{"duration_ms": 1}], events=2),
    one("wall time, less than half", lines(A, after(499, 0)), [{"duration_ms": 0}], events=2),
    one(
        "a close elsewhere tells nothing",
        lines(event(eventid="cowrie.log.closed", duration=5)),
        [{"duration_ms": 0}],
        events=1,
    ),
]

# --- activities ----------------------------------------------------------------------------------------------------


def act(name: str, fields: dict[str, Any], *told: Any) -> Case:
    """One event and its activity: kind, value, username, password, shasum."""
    expected = [(us(), *told, *[None] * (5 - len(told)))] if told else []
    return one(name, lines(event(**fields)), [{"activities": expected}], events=1)


def does(eventid: str, **fields: Any) -> dict[str, Any]:
    return {"eventid": "cowrie." + eventid, **fields}


NOTHING_SHA1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
NOTHING_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

ACTIVITIES = [
    act("no activity", does("session.params", input="x")),
    act("login", does("login.failed", username="root", password="1"), "login_failed", None, "root", "1"),
    act("login by key", does("login.success", username="u", fingerprint="ab:cd"), "login_success", "ab:cd", "u"),
    act("empty text is text", does("login.failed", username="", password=""), "login_failed", None, "", ""),
    act("numbers as text", does("login.failed", username=7, password=1.50), "login_failed", None, "7", "1.5"),
    act(
        "large and small",
        does("login.failed", username=10**25, password=1e22),
        "login_failed",
        None,
        str(10**25),
        "1e+22",
    ),
    act("what is no text", does("login.failed", username=None, password=True), "login_failed"),
    act("nor these", does("login.failed", username=["a"], password={"a": 1}), "login_failed"),
    act(
        "NUL, newline, controls", does("command.input", input="a\0b\nc\x1b[1m\u202e"), "command", "a\0b\nc\x1b[1m\u202e"
    ),
    act(
        "lone surrogates are stored as U+FFFD",
        does("command.input", input="a\ud800b\udfff"),
        "command",
        "a\ufffdb\ufffd",
    ),
    act("surrogates in the wrong order", does("command.input", input="\ude00\ud83d"), "command", "\ufffd\ufffd"),
    act("command failed", does("command.failed", input="x"), "command_failed", "x"),
    act("command success", does("command.success", input="x"), "command_success", "x"),
    act(
        "download",
        does("session.file_download", url="http://x/", shasum="ab"),
        "download",
        "http://x/",
        None,
        None,
        "ab",
    ),
    act("download without anything", does("session.file_download"), "download"),
    act("download failed", does("session.file_download.failed", url="u"), "download_failed", "u"),
    act("upload", does("session.file_upload", filename="f", shasum="cd", url="no"), "upload", "f", None, None, "cd"),
    act("request", does("direct-tcpip.request", dst_ip="h", dst_port=80), "tcpip_request", "h:80"),
    act("request, port as text", does("direct-tcpip.request", dst_ip="::1", dst_port="x"), "tcpip_request", "::1:x"),
    act("request, no port", does("direct-tcpip.request", dst_ip="h", dst_port=80.5), "tcpip_request", "h"),
    act("request, no address", does("direct-tcpip.request", dst_port=80, dst_ip=""), "tcpip_request"),
    act("terminal", does("log.closed", ttylog="tty/1", shasum="ef", size=3), "tty", "tty/1", None, None, "ef"),
    act("key", does("client.fingerprint", username="u", fingerprint="fp"), "client_fingerprint", "fp", "u"),
    act("sub-types do nothing", does("command.input/other", input="x")),
    act(
        "hash of nothing, SHA-1",
        does("session.file_download", shasum=NOTHING_SHA1),
        "download",
        None,
        None,
        None,
        NOTHING_SHA1,
    ),
    act(
        "hash of nothing, SHA-256",
        does("session.file_upload", shasum=NOTHING_SHA256),
        "upload",
        None,
        None,
        None,
        NOTHING_SHA256,
    ),
    one("the hash of nothing is a name like others", lines(event(NOTHING_SHA1)), ids(NOTHING_SHA1), events=1),
    one(
        "in order of time, not of arrival",
        lines(
            event(eventid="cowrie.command.input", seconds=2, input="second"),
            event(eventid="cowrie.command.input", seconds=1, input="first"),
        ),
        [
            {
                "activities": [
                    (us(1), "command", "first", None, None, None),
                    (us(2), "command", "second", None, None, None),
                ]
            }
        ],
        events=2,
    ),
]

CASES: list[Case] = [*RECORDS, *TORN, *WRAPPED, *EVENTS, *IDENTITY, *MATCHERS, *SESSIONS, *ACTIVITIES]
