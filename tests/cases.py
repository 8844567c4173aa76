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
    """Sources (name or path, decompressed bytes, growable) and what they hold."""

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
    one("pretty-printed and wrong", IN_THREE_LINES[:-2] + b",\n}\n" + B + b"\n", ids("b"), events=1, torn=2, json=3),
    one("no JSON", b"version https://git-lfs\noid sha256:4d\n", [], json=2),
    one("comma-separated values", b"a,b\n1,x\n", [], json=2),
    one("scalars, each a record", b'1\n"two" -3.5e+1\ntrue,false\n[null, 0]\n', [], no_time=7),
    one("an array of scalars needs no newline", A + b"\n[1, 2]", ids("a"), events=1, no_time=2),
    final("an array of scalars where it cannot grow", A + b'\n[[1], "two"]]', ids("a"), events=1, no_time=2),
    one("a bracket behind white space", A + b"\n1 ]", ids("a"), events=1, no_time=1),
    one("what stands behind the bracket waits with it", A + b"\n[1, 2] ", ids("a"), events=1, pending=len(A) + 2),
    final("or is not whole where it cannot grow", A + b"\n[1, 2],", ids("a"), events=1, unterminated=1),
    one("an array of more than scalars waits", A + b"\n[1, x]", ids("a"), events=1, pending=len(A) + 2),
    one("a line of scalars after an array that needed no newline", b"[1]\n[2]", [], no_time=2),
    one("scalars cut by NUL", b"1\0002\n", [], no_time=2),
    one("a scalar that is none", b"1 01\n+1\nTrue\n.5\n1.\n", [], json=5),
    one("text with a space is cut in two", b'"a b"\n', [], json=1),
    one("text with wrong escapes", b'"\\x41"\n"\\u12"\n"\\u00e9"\n', [], json=2, no_time=1),
    one("NaN and Infinity alone", b"NaN\nInfinity\n-Infinity\n", [], json=3),
    one("a scalar without newline waits", A + b"\n12", ids("a"), events=1, pending=len(A) + 1),
    final("a scalar without newline where it cannot grow", A + b"\n1 2", ids("a"), events=1, unterminated=1),
    one("a scalar, then an object that is no event", b'1 {"x":1}\n', [], torn=1),
    one("a closing brace alone", b"}\n" + A + b"}\n" + B + b"\n", ids("a", "b"), events=2, torn=2),
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
    one("torn in text", b'{"eventid": "cow\n' + A + b"\n", ids("a"), events=1, torn=1),
    one(
        "torn after a colon: the next event is its value, then it fails",
        lines(HALF, A, B),
        ids("a", "b"),
        events=2,
        torn=1,
    ),
    one("torn after a comma", lines(b'{"eventid": "x",', A), ids("a"), events=1, torn=1),
    one("torn after its brace", lines(b"{", A), ids("a"), events=1, torn=1),
    one("half an event and a whole one", HALF + A + b"\n" + B + b"\n", ids("a", "b"), events=2, torn=1),
    one("they wait for what the next line begins with", HALF + A + b"\n", [], pending=0),
    final("they do not where it cannot grow", HALF + A + b"\n", ids("a"), events=1, torn=1),
    one("two halves and a whole one", HALF + HALF + A + b"\n" + B + b"\n", ids("a", "b"), events=2, torn=1),
    one("text before an event", b"May 1 cowrie: " + A + b"\n", ids("a"), events=1, json=1),
    one("scalars before an event", b"1 2 " + A + b"\n", ids("a"), events=1, no_time=2),
    one("two events in one stretch", b"x " + A + b" y " + B + b" z\n", ids("a", "b"), events=2, json=3),
    one("the leftmost event, and the rest is a stretch again", HALF + A + b", oops}\n", ids("a"), events=1, torn=2),
    one("no event is passed over with its inside", b"x " + NO_EVENT + A + b"\n", ids("a"), events=1, torn=1),
    one("nothing to salvage", b"x " + NO_EVENT + b"\n", [], torn=1),
    one("a wrapper is no event by itself", b'x {"_source": ' + A + b"}\n", [], torn=1),
    one("only what ends on the line", b"x " + IN_THREE_LINES + b"\n", [], json=4, torn=1),
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
        torn=1,
    ),
    one("the same where it can grow", b'{"x": [\n' + A + b",\n" + B + b"\n", [], pending=0),
    one("half an element of an array waits", b"[" + A + b"," + B[:-1], ids("a"), events=1, pending=len(A) + 2),
    one("a stretch ended by an event waits no more", HALF + b"} " + A, ids("a"), events=1, json=1),
    one("the first half of an object", B[:20] + b"\n" + A + b"\n", ids("a"), events=1, torn=1),
    one("the second half", B[20:] + b"\n" + A + b"\n", ids("a"), events=1, torn=1),
    one("both, the second one first", B[20:] + b"\n" + A + b"\n" + B[:20] + b"\n", ids("a"), events=1, torn=2),
    one("separators behind the second half", B[20:] + b"\t,]\0 \r\n" + A, ids("a"), events=1, torn=1),
    one("text behind the second half", B[20:] + b" and more\n" + A, ids("a"), events=1, json=1),
    one("a wrong object is no half", b'{"x": 1 "y": 2}\n' + A + b"\n", ids("a"), events=1, json=1),
    one("a half with CR in its text is wrong", b'{"x": "y\r\n' + A + b"\r\n", ids("a"), events=1, json=1),
    one("a half with CR outside its text", b'{"x": \r\n' + A + b"\r\n" + B + b"\r\n", ids("a", "b"), events=2, torn=1),
    one("half of an escape", b'{"x": "\\u00\n' + A + b"\n", ids("a"), events=1, torn=1),
    one("half of a character", b'{"x": "\xe2\x82\n' + A + b"\n", ids("a"), events=1, torn=1),
    one("half of a number and of a word", b'{"x": -\n{"x": fals\n' + A + b"\n", ids("a"), events=1, torn=2),
    one("half of a word that is none", b'{"x": fel\n' + A + b"\n", ids("a"), events=1, json=1),
    one("a half that is too deep", b'{"x":' * 65 + b"\n" + A + b"\n", ids("a"), events=1, depth=1),
    one("a second half before an event", B[20:] + A + b"\n", ids("a"), events=1, torn=1),
    final("the second half at the end where it cannot grow", A + b"\n" + B[20:], ids("a"), events=1, unterminated=1),
]

# --- text logs -----------------------------------------------------------------------------------------------------

OLD = b"2017-05-01 00:00:00+0000 [HoneyPotSSHTransport,1,1.1.1.1] CMD: "
NEW = b"2024-05-01T00:00:00.123456Z [HoneyPotSSHTransport,1,1.1.1.1] CMD: "
TYPED = b"echo '" + B + b"' > x"  # by an attacker

TEXT = [
    one("an event in an entry", lines(A, OLD + TYPED, C), ids("a", "c"), events=2, json=1),
    one("an event in an entry of a newer Cowrie", lines(A, NEW + TYPED, C), ids("a", "c"), events=2, json=1),
    one("an event at the end of an entry", lines(NEW + B, A), ids("a"), events=1, json=1),
    one("one behind it, separators", NEW + B + b" ]\t\r\n" + A, ids("a"), events=1, json=1),
    one("several events in an entry", lines(NEW + B + b" " + C + b" " + TYPED, A), ids("a"), events=1, json=1),
    one("a second half at the end of an entry", lines(NEW + B[20:], A), ids("a"), events=1, json=1),
    one("an object without end in an entry", lines(NEW + b"{", A, B), ids("a", "b"), events=2, json=1),
    *(
        one(f"the time of an entry: {time!r}", lines(time + b" [-] " + TYPED, A), ids("a"), events=1, json=1)
        for time in (
            b"2017-05-01 00:00:00-0130",
            b"2017-05-01 00:00:00+01:00",
            b"2017-05-01T00:00:00",
            b"2017-05-01 00:00:00,123",
            b"2017-05-01 0",
            b"0000-99-99T.Z",
        )
    ),
    *(
        one(f"no header of an entry: {text!r}", lines(text + TYPED, A), ids("a", "b"), events=2, json=2)
        for text in (
            b"2017-05-01 00:00:00+0000 CMD: ",
            b"2017-05-01 00:00:00+0000[-] ",
            b"2017-05-01 00:00:00+0000  [-] ",
            b"2017-05-01 00:00:00+0000\t[-] ",
            b"2017-05-01 00:00:00 +0000 [-] ",
            b"2017-05-01 00:00:00+00 [-] ",
            b"2017-05-01 00:00:00+0000Z [-] ",
            b"2017-05-01 00:00:00z [-] ",
            b"2017-05-01  00:00:00Z [-] ",
            b"2017-05-01TZ [-] ",
            b"2017-05-01 [-] ",
            b"2017-5-1 00:00:00Z [-] ",
            b"17-05-01 00:00:00Z [-] ",
            b"x2017-05-01 00:00:00Z [-] ",
            b"\"2017-05-01 00:00:00Z [-] ",
            b"Nov 22 10:00:00 host cowrie: ",
        )
    ),
    one("an event behind a syslog prefix", lines(b"Nov 22 10:00:00 host cowrie: " + A), ids("a"), events=1, json=1),
    one("separators before an entry", b"\n\t[, \0\xef\xbb\xbf" + NEW + TYPED + b"\n", [], blank=1, json=1),
    one("an entry behind an event", lines(A + NEW + TYPED, C), ids("a", "c"), events=2, json=1),
    one("an entry behind a salvaged event", lines(b"x " + A + b", " + NEW + TYPED), ids("a"), events=1, json=2),
    one("an entry inside a stretch is none", lines(b"x " + NEW + TYPED), ids("b"), events=1, json=2),
    one("an entry inside half an object is none", lines(b'{"x": ' + NEW + TYPED), ids("b"), events=1, json=2),
    one("an entry in text", raw(f'"x":"{OLD.decode()}{{}}\\n\\t{{}}"') + b"\n", ids("a"), events=1),
    one("an entry that goes on", lines(NEW, b"\t" + B, C), ids("c"), events=1, json=2),
    one("an entry that goes on and on", lines(NEW, b"\t" + TYPED, b"\t\t" + TYPED, b"\tx", C),
        ids("c"), events=1, json=4),
    one("CRLF in an entry", NEW + b"x\r\n\t" + TYPED + b"\r\n" + C + b"\r\n", ids("c"), events=1, json=2),
    one("a header behind a tab", lines(NEW, b"\t" + OLD, b"\t" + B, C), ids("c"), events=1, json=3),
    one("an entry behind an event goes on", lines(A + NEW, b"\t" + TYPED, C), ids("a", "c"), events=2, json=2),
    one("the first half of an object in an entry", lines(NEW, b'\t{"x": ', A), ids("a"), events=1, json=2),
    one("scalars in an entry", lines(NEW, b'\t1, "two"', b"\t" + TYPED, C), ids("c"), events=1, json=3),
    one("nothing in an entry", lines(NEW, b"\t", b"\t ,[\r", b"\t" + TYPED, C), ids("c"), events=1, json=4),
    one("a blank line ends an entry", lines(NEW, b"", b"\t" + B, C), ids("b", "c"), events=2, json=1, blank=1),
    one("an event ends an entry", lines(NEW, A, b"\t" + B), ids("a", "b"), events=2, json=1),
    one("a space goes on with nothing", lines(NEW, b" \t" + B, C), ids("b", "c"), events=2, json=1),
    one("a separator before the tab", lines(NEW, b",\t" + B, b"\t" + C), ids("b", "c"), events=2, json=1),
    one("a tab after what is no entry", lines(b"x [", b"\t" + B, A, b"\t" + C), ids("a", "b", "c"), events=3, json=1),
    one("a tab at the beginning", lines(b"\t" + B), ids("b"), events=1),
    one("lines after an entry that is too long",
        lines(NEW + b"x" * (24 * MIB), b"\t" + B, C), ids("c"), events=1, json=1, too_long=1),
    one("an entry whose object is too deep", lines(NEW + b'{"x":' * 65, b"\t" + B, C),
        ids("c"), events=1, json=2),
    one("an entry without newline waits", A + b"\n" + NEW + B, ids("a"), events=1, pending=len(A) + 1),
    final("an entry without newline where it cannot grow", A + b"\n" + NEW + B, ids("a"), events=1, unterminated=1),
    one("an entry that goes on waits where its line begins", NEW + b"\n\t" + B, [], json=1, pending=len(NEW) + 1),
    final("an entry that goes on where it cannot grow", NEW + b"\n\t" + B, [], json=1, unterminated=1),
    one("a tab that waits", NEW + b"\n\t", [], json=1, pending=len(NEW) + 1),
    one("scalars in an entry wait", NEW + b"\n\t[1, 2]", [], json=1, pending=len(NEW) + 1),
    one("half a header waits", A + b"\n" + NEW[:21], ids("a"), events=1, pending=len(A) + 1),
    one("a bracket at the end of an entry", A + b"\n" + NEW + b"]", ids("a"), events=1, pending=len(A) + 1),
    one("nothing but a text log", lines(OLD + b"x", b"\t" + TYPED, NEW + TYPED), [], json=3),
]  # fmt: skip

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

# --- halves: an event that a rotation cut in two -------------------------------------------------------------------

LIVE, DAY1, DAY2, DAY3 = "cowrie.json", *(f"cowrie.json.2024-05-0{day}" for day in (1, 2, 3))
CUT = (
    f'{{"eventid": "{OTHER}", "session": "cut", "timestamp": "{at()}",'
    ' "x": {"key": ["a \\" \\u00e9 \u00e9 b", -1.5e3, true, {"y": {}}]}, "z": {"z": null}}'
).encode()


def parted(middle: bytes) -> tuple[bytes, bytes]:
    """The cut event, cut in the middle of a text that it holds once; `|` says where."""
    before, behind = middle.split(b"|")
    assert CUT.count(before + behind) == 1
    place = CUT.index(before + behind) + len(before)
    return CUT[:place], CUT[place:]


HALF1, HALF2 = parted(b'"session|": "cut"')
TOLD = {"session_id": "cut", "event_count": 1}
JOINED = [*ids("a", "b"), TOLD]
BEFORE, BEHIND = A + b"\n" + HALF1, HALF2 + b"\n" + B + b"\n"


def files(name: str, sessions: list[dict[str, Any]], *told: tuple[str, bytes, dict[str, Any]]) -> Case:
    """Sources with their ledgers. What has the suffix of a compressed file cannot grow."""
    return Case(
        name,
        [(source, data, not source.endswith((".gz", ".bz2", ".xz"))) for source, data, _ in told],
        {source: counts for source, _, counts in told},
        sessions,
    )


def joined(name: str, first: str = DAY1, second: str = DAY2, before: bytes = BEFORE, behind: bytes = BEHIND) -> Case:
    """An event before the cut one, another behind it."""
    return files(name, JOINED, (first, before, ledger(events=2)), (second, behind, ledger(events=1)))


def unjoined(name: str, first: str = DAY1, second: str = DAY2) -> Case:
    """The same, where the names do not follow each other."""
    left = ledger(events=1, unterminated=1) if first.endswith("z") else ledger(events=1, pending=len(A) + 1)
    return files(name, ids("a", "b"), (first, BEFORE, left), (second, BEHIND, ledger(events=1, torn=1)))


def at_cut(where: str, middle: bytes) -> Case:
    half1, half2 = parted(middle)
    return joined(f"cut {where}", before=A + b"\n" + half1, behind=half2 + b"\n" + B + b"\n")


LAST = J(unnamed(1)) + b"]}"
LISTED = J({KEY: [unnamed()]})[:-2] + b", " + LAST
PRETTY = json.dumps(event("cut"), indent=1).encode()
LINE2 = PRETTY.index(b"\n", 3) + 1

HALVES = [
    # which source follows
    joined("halves in two dated files"),
    files("the later one is given first", JOINED, (DAY2, BEHIND, ledger(events=1)), (DAY1, BEFORE, ledger(events=2))),
    joined("a date and the live file", DAY1, LIVE),
    joined("the lowest number and the live file", LIVE + ".1", LIVE),
    joined("falling numbers", LIVE + ".12", LIVE + ".9"),
    joined("a number of four digits", LIVE + ".1000", LIVE + ".999"),
    joined("dates without hyphens", "cowrie.json-20240531.gz", "cowrie.json-20240601.gz"),
    joined("dates with underscores", "cowrie.json.2024_5_9", "cowrie.json.2024_5_10"),
    joined("a date inside the name", "cowrie.2024-05-01.json", "cowrie.2024-05-02.json"),
    joined("a date inside the name, and the live file", "cowrie_2024-05-01.json", "cowrie.json"),
    joined("names that are dates", "2024-05-01", "2024-05-02"),
    joined("the last of two dates", "2024-05-09.log.2024-05-01", "2024-05-09.log.2024-05-02"),
    joined("what is no date may stand beside one", "9.99999999.20240501", "9.99999999.20240502"),
    joined("a number that is no date is part of the stem", "log.2024-13-45.1", "log.2024-13-45"),
    joined("quiet days between", DAY1, "cowrie.json.2024-07-15"),
    joined("over a year", "cowrie.json.2024-12-31", "cowrie.json.2025-01-01"),
    joined("a folder of their own", "logs/" + DAY1, "logs/" + DAY2),
    joined("the first half compressed", DAY1 + ".gz", DAY2),
    joined("the second half compressed, bz2", DAY1, DAY2 + ".bz2"),
    joined("both compressed, xz", LIVE + ".2.xz", LIVE + ".1.xz"),
    unjoined("another folder", "one/" + DAY1, "other/" + DAY2),
    unjoined("another folder, first half compressed", "one/" + DAY1 + ".gz", DAY2),
    unjoined("another stem", DAY1, "other.json.2024-05-02"),
    unjoined("another stem, which begins alike", DAY1, "cowrie.json.log.2024-05-02"),
    unjoined("the wrong way round", DAY2, DAY1),
    unjoined("the live file is the last", LIVE, DAY1),
    unjoined("rising numbers", LIVE + ".1", LIVE + ".2"),
    unjoined("a date and a number", DAY1, LIVE + ".1"),
    unjoined("two copies of one file", DAY1 + ".gz", DAY1),
    unjoined("no date: 99999999", LIVE + ".99999999", LIVE),
    unjoined("no date: month 13", LIVE + ".2024-13-45", LIVE),
    unjoined("no date: 30 February", LIVE + ".2024-02-30", LIVE),
    unjoined("no date: ten digits", LIVE + ".2024050112", LIVE),
    unjoined("no number: five digits", LIVE + ".10000", LIVE),
    unjoined("no number: in the middle", "cowrie.1.json", LIVE),
    unjoined("another suffix is part of the stem", DAY1 + ".zip", DAY2),
    # where it is cut
    at_cut("behind its first brace", b'{|"eventid"'),
    at_cut("inside a key", b'"event|id"'),
    at_cut("before a colon", b'"eventid"|: '),
    at_cut("behind a colon", b'"eventid":| '),
    at_cut("behind a comma", b'params",| '),
    at_cut("inside text", b"session.par|ams"),
    at_cut("inside the time", b'00Z|",'),
    at_cut("inside an escape", b'a \\|" '),
    at_cut("behind \\u", b"\\u|00e9"),
    at_cut("inside the digits of \\u", b"\\u00|e9"),
    at_cut("inside a character", b"\xc3|\xa9"),
    at_cut("inside a number", b"-1.|5e3"),
    at_cut("inside a word", b"tr|ue"),
    at_cut("before an inner object", b'"x": |{"key"'),
    at_cut("before an inner object that is whole", b'{"y": |{}}'),
    at_cut("between braces", b'{"y": {}|}]}'),
    at_cut("between brackets and braces", b'{}}]|}, "z"'),
    at_cut("before the last brace", b"null}|}"),
    joined("halves with CRLF", before=A + b"\r\n" + HALF1, behind=HALF2 + b"\r\n" + B + b"\r\n"),
    joined("other separators behind the second half", behind=HALF2 + b"], \t\0\r\n" + B),
    joined("no line between the event before and the first half", before=A + b" " + HALF1),
    joined("an event on the line of the second half", behind=HALF2 + B + b"\n"),
    joined("an event behind it, with a comma", behind=HALF2 + b", " + B),
    joined("pretty-printed, cut between lines", before=A + b"\n" + PRETTY[:LINE2], behind=PRETTY[LINE2:] + b"\n" + B),
    joined("pretty-printed, cut in a line", before=A + PRETTY[: LINE2 + 5], behind=PRETTY[LINE2 + 5 :] + B + b"\n"),
    joined("elements of arrays", before=b"[" + A + b",\n" + HALF1, behind=HALF2 + b",\n" + B + b"]\n"),
    joined("blank lines in the lead", before=A + b"\n" + CUT[:1], behind=b"\n\r\n\n" + CUT[1:] + b"\n" + B),
    files(
        "blank lines behind the lead",
        JOINED,
        (DAY1, BEFORE, ledger(events=2)),
        (DAY2, HALF2 + b"\n\n" + B + b"\n\n", ledger(events=1, blank=2)),
    ),
    files("nothing but halves", [TOLD], (DAY1, HALF1, ledger(events=1)), (DAY2, HALF2 + b"\n", ledger())),
    files(
        "nothing but halves, compressed",
        [TOLD],
        (DAY1 + ".gz", HALF1, ledger(events=1)),
        (DAY2 + ".gz", HALF2, ledger()),
    ),
    files("the second half has no newline yet", [TOLD], (DAY1, HALF1, ledger(events=1)), (LIVE, HALF2, ledger())),
    files(
        "bad records around halves",
        [TOLD],
        (DAY1, b"x\n1 2\n" + HALF1, ledger(events=1, json=1, no_time=2)),
        (DAY2, HALF2 + b"\nx\n", ledger(json=1)),
    ),
    files(
        "the rest still waits",
        [TOLD],
        (DAY1, HALF1, ledger(events=1)),
        (LIVE, HALF2 + b"\n" + B[:-1], ledger(pending=len(HALF2) + 1)),
    ),
    # halves that are not joined
    files(
        "text behind it",
        ids("a", "b"),
        (DAY1, BEFORE, ledger(events=1, pending=len(A) + 1)),
        (DAY2, HALF2 + b" x\n" + B, ledger(events=1, json=1)),
    ),
    files(
        "text behind it that waits",
        ids("a"),
        (DAY1, BEFORE, ledger(events=1, pending=len(A) + 1)),
        (DAY2, HALF2 + b" x", ledger(pending=0)),
    ),
    files(
        "an object behind it that is no event",
        ids("a", "b"),
        (DAY1, BEFORE, ledger(events=1, pending=len(A) + 1)),
        (DAY2, HALF2 + b"{}\n" + B, ledger(events=1, torn=1)),
    ),
    files(
        "a second half that begins with an event",
        ids("a", "b"),
        (DAY1, A + b"\n" + HALF, ledger(events=1, pending=len(A) + 1)),
        (DAY2, B + b', "session": "cut", "timestamp": "2024-05-01T00:00:00Z"}\n', ledger(events=1, torn=1)),
    ),
    files(
        "an event inside the object in two halves",
        ids("a", "b"),
        (DAY1, A + b'\n{"_index": "x", "_source":', ledger(events=1, pending=len(A) + 1)),
        (DAY2, B + b"}\n", ledger(events=1, torn=1)),
    ),
    files(
        "a list under a key, cut between its events",
        ids("a", "b"),
        (DAY1, A + b"\n" + LISTED[: -len(LAST)], ledger(events=1, pending=len(A) + 1)),
        (DAY2, LAST + b"\n" + B, ledger(events=1, sessionless=1, torn=1)),
    ),
    files(
        "a list under a key, cut inside an event before others",
        ids("a", "b"),
        (DAY1, A + b"\n" + LISTED[:30], ledger(events=1, pending=len(A) + 1)),
        (DAY2, LISTED[30:] + b"\n" + B, ledger(events=1, sessionless=1, torn=2)),
    ),
    files(
        "an object that is no event begins the second source",
        JOINED,
        (DAY1, A + b"\n" + CUT[: CUT.index(b'{"key"')], ledger(events=2)),
        (DAY2, CUT[CUT.index(b'{"key"') :] + b"\n" + B, ledger(events=1)),
    ),
    files(
        "a whole line begins the second source",
        ids("a", "b"),
        (DAY1, BEFORE, ledger(events=1, pending=len(A) + 1)),
        (DAY2, B + b"\n" + HALF2 + b"\n", ledger(events=1, torn=1)),
    ),
    files(
        "together they are wrong",
        ids("a", "b"),
        (DAY1, A + b'\n{"x": 1', ledger(events=1, pending=len(A) + 1)),
        (DAY2, BEHIND, ledger(events=1, torn=1)),
    ),
    files(
        "together they are not whole",
        ids("a"),
        (DAY1, BEFORE, ledger(events=1, pending=len(A) + 1)),
        (DAY2, HALF2[:-1] + b"\n", ledger(torn=1)),
    ),
    files(
        "together they are no event",
        ids("a", "b"),
        (DAY1, A + b'\n{"eventid": "x", ', ledger(events=1, pending=len(A) + 1)),
        (DAY2, b'"session": "cut"}\n' + B, ledger(events=1, torn=1)),
    ),
    files(
        "together they are too deep",
        ids("a", "b"),
        (DAY1, A + b"\n" + CUT[:-1] + b', "deep":' + b"[" * 60, ledger(events=1, pending=len(A) + 1)),
        (DAY2, b"[" * 60 + b"]" * 120 + b"}\n" + B, ledger(events=1, torn=1)),
    ),
    files(
        "together they are too long",
        ids("a", "b"),
        (DAY1, A + b"\n" + CUT[:-1] + b', "long":"' + b"x" * (9 * MIB), ledger(events=1, pending=len(A) + 1)),
        (DAY2, b"x" * (9 * MIB) + b'"}\n' + B, ledger(events=1, torn=1)),
    ),
    files(
        "a first half that begins with no brace",
        ids("a", "b"),
        (DAY1, A + b"\nx " + HALF1, ledger(events=1, pending=len(A) + 1)),
        (DAY2, BEHIND, ledger(events=1, torn=1)),
    ),
    files(
        "a first half whose line has ended, inside text",
        ids("a", "b"),
        (DAY1, A + b"\n" + CUT[: CUT.index(b"params")] + b"\n", ledger(events=1, torn=1)),
        (DAY2, CUT[CUT.index(b"params") :] + b"\n" + B, ledger(events=1, torn=1)),
    ),
    files(
        "pretty-printed, cut between lines, compressed",
        ids("a", "b"),
        (DAY1 + ".gz", A + b"\n" + PRETTY[: LINE2 - 1], ledger(events=1, torn=1, unterminated=1)),
        (DAY2 + ".gz", PRETTY[LINE2:] + b"\n" + B, ledger(events=1, json=2, torn=1)),
    ),
    files(
        "a file between, which is neither half",
        ids("a", "b", "c"),
        (DAY1, BEFORE, ledger(events=1, pending=len(A) + 1)),
        (DAY2, C + b"\n", ledger(events=1)),
        (DAY3, BEHIND, ledger(events=1, torn=1)),
    ),
    files(
        "an empty file between",
        ids("a", "b"),
        (DAY1, BEFORE, ledger(events=1, pending=len(A) + 1)),
        (DAY2, b"", ledger()),
        (DAY3, BEHIND, ledger(events=1, torn=1)),
    ),
    files(
        "an object in three files",
        ids("a", "b"),
        (DAY1, BEFORE, ledger(events=1, pending=len(A) + 1)),
        (DAY2, HALF2[:9], ledger(pending=0)),
        (DAY3, HALF2[9:] + b"\n" + B, ledger(events=1, torn=1)),
    ),
    # more than two files
    files(
        "three files in a chain",
        [*ids("a", "b", "c"), TOLD],
        (LIVE + ".2", A + b"\n" + C[:30], ledger(events=2)),
        (LIVE + ".1", C[30:] + b"\n" + HALF1, ledger(events=1)),
        (LIVE, BEHIND, ledger(events=1)),
    ),
    files(
        "a chain with the given order upside down",
        [*ids("a", "b", "c"), TOLD],
        (LIVE, BEHIND, ledger(events=1)),
        (DAY2, C[30:] + b"\n" + HALF1, ledger(events=1)),
        (DAY1, A + b"\n" + C[:30], ledger(events=2)),
    ),
    files(
        "dates and numbers, each before the live file",
        [*ids("a", "b"), TOLD],
        (DAY1, B + b"\n", ledger(events=1)),
        (LIVE + ".2", b"", ledger()),
        (LIVE + ".1", BEFORE, ledger(events=2)),
        (LIVE, HALF2 + b"\n", ledger()),
    ),
    files(
        "two copies of the first file",
        JOINED,
        (DAY1, BEFORE, ledger(events=2)),
        (DAY1 + ".gz", BEFORE, ledger(duplicates=2)),
        (DAY2, BEHIND, ledger(events=1)),
    ),
    files(
        "two copies of the second file",
        JOINED,
        (DAY1, BEFORE, ledger(events=2)),
        (DAY2, BEHIND, ledger(events=1)),
        (DAY2 + ".gz", BEHIND, ledger(duplicates=1)),
    ),
    files(
        "two copies of the second file, of which one fits",
        JOINED,
        (DAY1, BEFORE, ledger(events=2)),
        (DAY2, B + b"\n", ledger(events=1)),
        (DAY2 + ".gz", BEHIND, ledger(duplicates=1)),
    ),
    files(
        "two copies of both",
        JOINED,
        (DAY1 + ".gz", BEFORE, ledger(events=2)),
        (DAY1 + ".xz", BEFORE, ledger(duplicates=2)),
        (DAY2 + ".gz", BEHIND, ledger(events=1)),
        (DAY2 + ".xz", BEHIND, ledger(duplicates=1)),
    ),
    files(
        "the next lower number, not the lowest",
        [*ids("a", "b", "c"), TOLD],
        (LIVE + ".3", BEFORE, ledger(events=2)),
        (LIVE + ".2", BEHIND, ledger(events=1)),
        (LIVE + ".1", C + b"\n", ledger(events=1)),
    ),
    # what the joined object is
    files(
        "a joined event without a session",
        ids("a", "b"),
        (DAY1, A + b"\n" + J(unnamed(x=1))[:9], ledger(events=1, sessionless=1)),
        (DAY2, J(unnamed(x=1))[9:] + b"\n" + B, ledger(events=1)),
    ),
    files(
        "a joined event that is known",
        JOINED,
        (LIVE + ".other", CUT + b"\n", ledger(events=1)),
        (DAY1, BEFORE, ledger(events=1, duplicates=1)),
        (DAY2, BEHIND, ledger(events=1)),
    ),
    files(
        "a joined event that comes again, read when the later half is",
        JOINED,
        (DAY1, BEFORE, ledger(events=1, duplicates=1)),
        (LIVE + ".other", CUT + b"\n", ledger(events=1)),
        (DAY2, BEHIND, ledger(events=1)),
    ),
    files(
        "a joined event that comes again in the source that follows",
        JOINED,
        (DAY1, BEFORE, ledger(events=1, duplicates=1)),
        (DAY2, BEHIND + CUT + b"\n", ledger(events=2)),
    ),
    files(
        "a joined list under a key",
        [{**UNDER_KEY, "event_count": 2}, *ids("a", "b")],
        (DAY1, A + b"\n" + J({KEY: [unnamed(), {}, unnamed(1)]})[:-30], ledger(events=3, no_time=1)),
        (DAY2, J({KEY: [unnamed(), {}, unnamed(1)]})[-30:] + b"\n" + B, ledger(events=1)),
    ),
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
    same("escaped quotes", raw('"x":"a\\"b\\\\"'), raw('"x":"a\\u0022b\\u005C"')),
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


def named(name: str, fields: dict[str, Any], session_id: str, matcher: str = "session") -> Case:
    match_type = "session_id_only" if matcher == "session" else BY_EVENT
    expected = {"session_id": session_id, "match_type": match_type, "matcher": matcher}
    return one(name, lines(unnamed(**fields)), [expected], events=1)


MATCHERS = [
    named("session first", {"session": "s", "session_id": "t", "sid": "u"}, "s"),
    named("then session_id", {"sid": "3", "sessionid": "2", "session_id": "1"}, "1", "session_id"),
    named("then sessionid", {"sid": "3", "sessionid": "2", "message": "[session: 4]"}, "2", "sessionid"),
    named("then sid", {"sid": "3", "message": "[session: 4]"}, "3", "sid"),
    one("then the enclosing key", J({KEY: [unnamed(message="[session: 4]")]}),
        [{**UNDER_KEY, "matcher": "enclosing_key"}], events=1),
    named("then the end of the message", {"message": "x [session: 4]"}, "4", "message"),
    named("the last of several", {"message": "[session: 3] [session: 4]"}, "4", "message"),
    named("an integer", {"session": 12}, "12"),
    named("zero and less", {"session": -0}, "0"),
    named("a huge integer", {"session": 10**40}, "1" + "0" * 40),
    named("text as it is", {"session": " A\u0000b "}, " A\0b "),
    named("unusable, so the next is asked", {"session": "", "session_id": None, "sessionid": 1.0, "sid": "x"}, "x",
        "sid"),
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
        [{"match_type": "full_delimited", "matcher": "session", "event_count": 3}], events=3),
    one("the best of weak ones", lines(unnamed(message="[session: a]"), unnamed(1, sid="a"), unnamed(2, sessionid="a"),
        unnamed(3, message="[session: a]")),
        [{"match_type": BY_EVENT, "matcher": "sessionid", "event_count": 4}], events=4),
    one("each part of an id has its own best", lines(unnamed(sid="a"), unnamed(3 * DAY, session_id="a")),
        [{"matcher": "sid"}, {"matcher": "session_id"}], events=2),
    one("copies keep the best, first or last",
        lines(unnamed(message=f"[session: {KEY}]"), {KEY: [unnamed(message=f"[session: {KEY}]")]},
            {"f" * 8: [unnamed(1, message="[session: ffffffff]")]}, unnamed(1, message="[session: ffffffff]")),
        [{"session_id": KEY, "matcher": "enclosing_key"}, {"session_id": "f" * 8, "matcher": "enclosing_key"}],
        events=2, duplicates=2),
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
        "a connect later, which says little",
        lines(event(protocol="telnet", src_ip="9.9.9.9"), event(eventid=CONNECT, seconds=1)),
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

CASES: list[Case] = [*RECORDS, *TORN, *TEXT, *WRAPPED, *EVENTS, *IDENTITY, *MATCHERS, *SESSIONS, *ACTIVITIES]
