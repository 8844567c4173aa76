"""Hypothesis strategies: JSON in all its spellings, events of small worlds, logs in all their shapes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from spelling import Literal, spelled

START = datetime(2024, 5, 1, 20, tzinfo=UTC)
HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US


# --- JSON ----------------------------------------------------------------------------------------------------------


NUMBERS = (
    "0 -0 -0.0 0e0 1.0 1e0 1E+2 10e-1 -1 9007199254740993 999999999999999999 1000000000000000000 -9223372036854775808"
    " 9223372036854775807 9223372036854775808 -9223372036854775809 18446744073709551616 1e400 -1e400 5e-324 2e-324"
    " 2.2250738585072011e-308 1.7976931348623157e308 1.7976931348623159e308 0.1 0.30000000000000004"
    " 1.2345678901234567 12345678901234567890.5 1e22 1e23 123456789012345678901234567890 0.000001 100000.0e-5"
)
TEXTS = (
    *("", "a", "\0", "\ufffd", "\ud800", "\udfff\ud800", "\U0001f600", "é", "e\u0301", '"\\/\b\f\n\r\t', "{", "}]"),
    *("\u2028", "\x7f\x80", "abcdefgh", "abcdefg\u00e9", "12345678\n", "session", "x" * 40, "abcdefghijklmnop"),
)

texts = st.sampled_from(TEXTS) | st.text(st.characters(), max_size=12)
numbers = (
    st.sampled_from(NUMBERS.split()).map(Literal)
    | st.integers().map(lambda i: Literal(str(i)))
    | st.floats(allow_nan=False, allow_infinity=False).map(lambda x: Literal(repr(x)))
)
scalars = st.none() | st.booleans() | numbers | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=8
)


def mutate(data: bytes, chance: random.Random, times: int) -> bytes:
    """Bytes changed here and there."""
    made = bytearray(data)
    for _ in range(times):
        at = chance.randrange(len(made) + 1)
        what = chance.randrange(4)
        if what == 0:
            made[at:at] = chance.choice(PIECES)
        elif what == 1:
            del made[at : at + chance.choice((1, 1, 3, 20))]
        elif what == 2 and at < len(made):
            made[at] = chance.randrange(256)
        elif at < len(made):
            made[at : at + 1] = chance.choice(PIECES)
    return bytes(made)


PIECES = (
    *(b"{", b"}", b"[", b"]", b'"', b",", b":", b"\\", b" ", b"\t", b"\n", b"\r\n", b"\0", b"\xef\xbb\xbf"),
    *(b"\xef\xbb", b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\\u"),
    *(b"\\ud800", b"\\x", b"\x1f"),
    *(b"1", b"01", b"-", b"1.", b"1e", b"1 ", b"true", b"nul", b"NaN", b"Infinity", b'"a b"', b'{"x":', b"{}", b"\f"),
)


# --- events of a small world -----------------------------------------------------------------------------------------

IDS = ("a", "b", 7, "0123abcd")
EVENTIDS = (
    *("cowrie.session.connect", "cowrie.session.closed", "cowrie.login.failed", "cowrie.login.success"),
    *("cowrie.command.input", "cowrie.command.failed", "cowrie.command.success", "cowrie.session.file_download"),
    *("cowrie.session.file_download.failed", "cowrie.session.file_upload", "cowrie.direct-tcpip.request"),
    *("cowrie.direct-tcpip.data", "cowrie.client.version", "cowrie.client.kex", "cowrie.log.closed"),
    *("cowrie.client.fingerprint", "cowrie.session.params", "cowrie.command.input/x", "KIPP0001"),
)
WORDS = ("root", "", "uname -a", "x\0y", "\ud800", "é", 5, Literal("1.50"), 10**20, None, True, ["a"], {"a": 1})
ADDRESSES = ("10.0.0.1", "10.0.0.2", "", None, 12)
PORTS = (22, 0, 65535, 65536, -1, "22", Literal("22.0"), None, 10**20)
DURATIONS = (0, 1, "1.5", Literal("2.5"), Literal("1e3"), "-1", -1, None, "", "nan", " 7 ", "1e999", True, 10**17)
FIELDS = {
    **dict.fromkeys(("username", "password", "input", "url", "filename", "shasum", "ttylog", "fingerprint"), WORDS),
    **dict.fromkeys(("version", "hassh", "other"), WORDS),
    **dict.fromkeys(("src_ip", "dst_ip"), ADDRESSES),
    **dict.fromkeys(("src_port", "dst_port"), PORTS),
    **dict.fromkeys(("duration", "duration_ms"), DURATIONS),
    "protocol": ("ssh", "telnet", "unknown", "", None, 1),
    "sensor": ("s", "t", "", None, 3, "\ud800"),
}

# Silences of a day, exactly, less and more, and steps inside a session; in µs
STEPS = (0, 0, 1, 999_500, 5_000_000, 7 * HOUR_US, DAY_US - 1, DAY_US, DAY_US + 1, 2 * DAY_US, 3 * DAY_US)


def timestamp(after_us: int, form: int = 0) -> str:
    """A time some µs after the start of the world, in one of the ways to write it."""
    moment = START + timedelta(microseconds=after_us)
    if form == 1:
        return (moment + timedelta(hours=5, minutes=30)).strftime("%Y-%m-%d %H:%M:%S.%f999+05:30")
    if form == 2:
        return (moment - timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%S.%f-0800")
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ" if form == 0 else "%Y-%m-%dT%H:%M:%S.%f")


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    """An event of one of few sessions, or of none, named in one of the ways."""
    name = draw(st.sampled_from(IDS))
    naming = draw(st.sampled_from(("session",) * 6 + ("session_id", "sessionid", "sid", "message", "key", "nothing")))
    after = draw(st.lists(st.sampled_from(STEPS), max_size=4))
    fields = draw(st.dictionaries(st.sampled_from(tuple(FIELDS)), st.integers(0, 20), max_size=4))
    event: dict[str, Any] = {
        "timestamp": timestamp(sum(after), draw(st.integers(0, 3))),
        "eventid": draw(st.sampled_from(EVENTIDS)),
        **{field: FIELDS[field][index % len(FIELDS[field])] for field, index in fields.items()},
    }
    if naming == "message":
        event["message"] = f"closed [session: {name}]"
    elif naming == "key":
        event["session"] = draw(st.sampled_from(("", None, Literal("1.5"))))
        return {"89abcdef": [event]}
    elif naming != "nothing":
        event[naming] = name
    return event


worlds = st.lists(events(), min_size=1, max_size=25)


def lines(world: Sequence[dict[str, Any]], chance: random.Random | None = None) -> list[bytes]:
    """One line each, spelled at random or all alike."""
    chance = chance or random.Random(0)
    return [spelled(event, chance) for event in world]


RUBBISH = (
    *(b"", b" \t", b"x", b"1 2", b'"a b"', b'{"x":1}', b"{", b'{"eventid": "cow'),
    *(b'{"timestamp":"2024-05-01T00:00:00Z"}', b'x {"y":{}} ', b"\0\0", b"[", b"],", b"\xef\xbb\xbf"),
    *(b'{"a":[', b"null", b'{"89abcdef":[{}]}', b"\xff\xfe"),
    b'{"89abcdef":[{},{"timestamp":"2024-05-01T00:00:00Z"},{}]}',
    *(b"[" * 70, b'{"a":' * 70, b'{"_source":1}', b'"\\u00e9"', b"-1.5e3,true", b"tru"),
    *(b"2017-05-01 00:00:00+0000 [-] ", b"2024-05-01T00:00:00.123456Z [a,1,::1] CMD: x\n\t", b"\t"),
)

GLUES = ((b"\n",), (b"\n", b"\r\n", b"\n\n"), (b"\n", b"", b" ", b",", b",\n", b"\0", b"\n[\n"))


@st.composite
def logs(draw: st.DrawFn) -> bytes:
    """A log as found in the wild, and worse: events, rubbish and torn lines, with all kinds of things between them."""
    chance = random.Random(draw(st.integers(0, 2**32)))
    pieces = draw(st.lists(events() | st.sampled_from(RUBBISH), max_size=10))
    glue = draw(st.sampled_from(GLUES))
    made = b""
    for piece in pieces:
        if isinstance(piece, dict):
            if chance.random() < 0.1:
                piece = {"_source": piece}
            text = spelled(piece, chance)
            made += text.replace(b"\r", b"\n") if chance.random() < 0.2 else text
        else:
            made += piece
        made += chance.choice(glue)
    return mutate(made, chance, draw(st.integers(0, 3))) if made else made
