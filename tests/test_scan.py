"""The scanner: the fast way, the slow way, blocks of any size and the recount must all see the same in any bytes."""

from __future__ import annotations

import gc
import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import apsw
import pytest
from cases import CASES, A, B, Case, J, event, lines, raw
from compare import Scan, agree, oracle_scan, scan
from hypothesis import example, given, settings
from hypothesis import strategies as st
from spelling import write
from strategies import NUMBERS, TEXTS, logs, mutate, values

from sesscore._fold import Folder
from sesscore._scan import EventBatch
from sesscore.extension import row_tables

MIB = 1 << 20


def member(value: str) -> bytes:
    """A log of one event that has a value, written as it is, in a field that is not used."""
    return raw(f'"x":{value}') + b"\n"


# --- records -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case) -> None:
    """What is right is said by hand, per source; copies are not yet dropped here."""
    for name, data, growable in case.sources:
        blocks = (1, 3, 64) if len(data) < 3000 else (MIB,)
        made = agree(data, growable, blocks=blocks, sensor=case.sensor, naive_minutes=case.assume_utc_offset_minutes)
        ledger = case.ledgers[name]
        assert made.records == ledger["lines"]
        assert made.blank == ledger["blank"]
        assert made.sessionless == ledger["sessionless"]
        assert len(made.events) == ledger["events"] + ledger["duplicates"]
        assert made.reasons == ledger["reasons"]
        assert made.pending == (0 if ledger["pending_offset"] is None else len(data) - ledger["pending_offset"])


@settings(max_examples=250, deadline=None)
@given(logs(), st.booleans(), st.sampled_from((1, 3, 16, 100)))
def test_any_log(data: bytes, growable: bool, block_bytes: int) -> None:
    agree(data, growable, blocks=(block_bytes,))


@settings(max_examples=60, deadline=None)
@given(logs(), st.sampled_from(("given", "\ud800", "")), st.integers(-1439, 1439))
def test_sensor_and_naive_times_as_given(data: bytes, sensor: str, naive_minutes: int) -> None:
    if sensor:
        made = scan(data, sensor=sensor, naive_minutes=naive_minutes)
        assert made == scan(data, sensor=sensor, naive_minutes=naive_minutes, fast=False)
        stored = "\ufffd" if sensor == "\ud800" else sensor
        assert made.events == oracle_scan(data, sensor=stored, naive_minutes=naive_minutes)[0]


def test_places_of_what_is_quarantined() -> None:
    """First record, records, offset, length, reason, first bytes; neighbours of one reason share a row."""
    data = b"\n" + A + b"\nbad\nworse\n" + A + b" {}\n[12, 13]\n{\n" + b"x" * 5000 + b"\n"
    at = len(A)
    assert agree(data, blocks=(1, 5)).quarantine == [
        (2, 2, at + 2, 9, "json", b"bad"),
        (5, 3, 2 * at + 13, 11, "no_time", b"{}"),
        (8, 1, 2 * at + 25, 1, "torn", b"{"),
        (9, 1, 2 * at + 27, 5000, "json", b"x" * 4096),
    ]
    assert scan(b"y" * 5000 + b"\n").quarantine == [(0, 1, 0, 5000, "json", b"y" * 4096)]


def test_a_batch_says_where_it_is() -> None:
    """Offsets and records of batches follow each other without gaps; `agree` asserts it for whole sources."""
    made = scan(lines(A, b"bad", B) + b"{", block_bytes=10)
    assert (made.position.offset, made.position.records, made.pending) == (len(A) + len(B) + 6, 3, 1)


# --- the JSON checker ------------------------------------------------------------------------------------------------


def refuse(name: str) -> None:
    raise ValueError(name)


def json_accepts(text: bytes) -> bool:
    """Whether `json` reads it, strictly. Bytes that are no UTF-8 are let through: they read as U+FFFD."""
    try:
        json.loads(text.decode("utf-8", "replace"), parse_constant=refuse)
    except ValueError:
        return False
    return True


def check(text: bytes) -> tuple[str, int]:
    return EventBatch(text, "s").check(0)


@settings(max_examples=500, deadline=None)
@given(st.dictionaries(st.text(max_size=3), values, max_size=3), st.integers(0, 2**32), st.integers(0, 2))
@example({"x": [1]}, 0, 0)
def test_the_checker_accepts_what_json_accepts(value: dict[str, Any], seed: int, mutations: int) -> None:
    chance = random.Random(seed)
    text = b"{" + mutate(write(value, chance).encode("utf-8", "surrogatepass")[1:], chance, mutations)
    verdict, end = check(text)
    assert json_accepts(text) == (verdict == "whole" and not text[end:].strip(b" \t\r\n"))
    if verdict == "whole":
        assert json_accepts(text[:end])
        assert all(check(text[:cut])[0] == "incomplete" for cut in range(1, min(end, 200)))
    if verdict == "json":
        assert check(text + b'"}]}')[0] == "json"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (b"{}", "whole"),
        (b'{"a":1,}', "json"),
        (b'{,"a":1}', "json"),
        (b'{"a" 1}', "json"),
        (b"{1:1}", "json"),
        (b'{"a":NaN}', "json"),
        (b'{"a":-Infinity}', "json"),
        (b'{"a":"\x1f"}', "json"),
        (b'{"a":"\x7f\xff"}', "whole"),
        (b'{"a":01}', "json"),
        (b'{"a":-}', "json"),
        (b'{"a":1.}', "json"),
        (b'{"a":1e+}', "json"),
        (b'{"a":[1,]}', "json"),
        (b'{"a":[1}', "json"),
        (b'{"a":"\\u00g0"}', "json"),
        (b'{"a":"\\', "incomplete"),
        (b'{"a":"\\u12', "incomplete"),
        (b'{"a":"\\u1\n', "json"),
        (b'{"a":tru', "incomplete"),
        (b'{"a":1', "incomplete"),
        (b"{\xef\xbb\xbf}", "json"),
    ],
)
def test_verdicts(text: bytes, verdict: str) -> None:
    assert check(text)[0] == verdict


@pytest.mark.parametrize("opening", ["[", '{"a":'])
@pytest.mark.parametrize(("depth", "verdict"), [(63, "whole"), (64, "whole"), (65, "depth"), (100_000, "depth")])
def test_depth(opening: str, depth: int, verdict: str) -> None:
    """64 levels, the object itself included; more are refused without recursion."""
    closing = "]" if opening == "[" else "}"
    text = '{"x":' + opening * (depth - 1) + ("" if opening == "[" else "1") + closing * (depth - 1) + "}"
    assert check(text.encode())[0] == verdict
    made = scan(member(text))
    assert made == scan(member(text), fast=False)
    assert (len(made.events), made.reasons) == ((1, {}) if depth < 64 else (0, {"depth": 1}))


# --- sizes -----------------------------------------------------------------------------------------------------------


def sized(size: int) -> bytes:
    """An event of so many bytes."""
    return raw('"x":"' + "x" * (size - len(raw('"x":""'))) + '"')


@pytest.mark.parametrize(("more", "reasons"), [(0, {}), (1, {"too_long": 1})])
@pytest.mark.parametrize("block_bytes", [MIB, 8 * MIB, 64 * MIB])
def test_an_object_may_have_16_mib(more: int, reasons: dict[str, int], block_bytes: int) -> None:
    made = scan(sized(16 * MIB + more) + b"\n" + A + b"\n", block_bytes=block_bytes)
    assert (len(made.events), made.reasons, made.pending) == (2 - more, reasons, 0)


LONG = {
    "object": sized(40 * MIB),
    "deep object": b'{"x":' * 70 + b"x" * (40 * MIB),
    "wrong object": b'{"x":01,"' + b"x" * (40 * MIB),
    "text": b"x" * (40 * MIB),
}


@pytest.mark.parametrize("line", LONG.values(), ids=LONG)
def test_a_line_of_40_mb_is_one_bad_record(line: bytes) -> None:
    """Whatever the size of a block, and whether or not the line has an end."""
    ended = scan(A + b"\n" + line + b"\n" + B, block_bytes=64 * MIB)
    assert ended.quarantine == [(1, 1, len(A) + 1, len(line), "too_long", line[:4096])]
    assert len(ended.events) == 2
    assert scan(A + b"\n" + line + b"\n" + B) == ended
    cut = scan(A + b"\n" + line, False, block_bytes=64 * MIB)
    assert cut.reasons == {"unterminated": 1}
    assert scan(A + b"\n" + line, False) == cut
    growing = scan(A + b"\n" + line)
    assert (growing.records, growing.pending) == (1, len(line))


def test_an_event_early_in_a_long_stretch_is_found() -> None:
    """A torn element must not cost the rest of an array of many megabytes on one line."""
    data = b'[{"x":' + b", ".join([A] * 200_000) + b"]\n"
    made = scan(data)
    assert (len(made.events), made.reasons) == (200_000, {"torn": 1})
    assert scan(data, block_bytes=64 * MIB) == made


def test_a_line_of_many_torn_events_takes_linear_time() -> None:
    """Seconds, were the end of the line looked for at each."""
    made = scan((b"x" + A) * 60_000 + b"\n")
    assert (len(made.events), made.reasons) == (60_000, {"json": 60_000})


# --- values and fingerprints -----------------------------------------------------------------------------------------


def same_fingerprints(text: str) -> Scan:
    """Both ways and the recount give one fingerprint, in a used field, in another, and inside containers."""
    data = b"\n".join(
        (
            *(raw(f'"{field}":{text}') for field in ("x", "username", "message", "src_port", "session_id")),
            raw(f'"x":[{text},{{"y":{text}}}]'),
        )
    )
    return agree(data + b"\n")


@pytest.mark.parametrize("number", NUMBERS.split())
def test_numbers(number: str) -> None:
    same_fingerprints(number)


@pytest.mark.parametrize("text", TEXTS)
def test_texts(text: str) -> None:
    same_fingerprints(json.dumps(text))


@settings(max_examples=150, deadline=None)
@given(values, st.integers(0, 2**32))
def test_values(value: Any, seed: int) -> None:
    same_fingerprints(write(value, random.Random(seed)))


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(st.text(max_size=3), values, max_size=5), st.lists(st.integers(0, 2**32), min_size=2, max_size=4)
)
def test_spelling_is_no_identity(value: dict[str, Any], seeds: list[int]) -> None:
    """Order of keys, spacing, escapes and a key that comes again change nothing."""
    found = {told[3] for seed in seeds for told in scan(member(write(value, random.Random(seed)))).events}
    assert len(found) == 1


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=12))
def test_invalid_utf8_reads_as_python_reads_it(text: bytes) -> None:
    text = bytes(byte for byte in text if byte >= 0x20 and byte not in b'"\\')
    read = json.dumps(text.decode("utf-8", "replace"))
    one, two = agree(member('"@"').replace(b"@", text) + member(read)).events
    assert one[3] == two[3]


@pytest.mark.parametrize(
    ("once", "again"),
    [
        ('"x":1,"x":2', '"x":2'),
        ('"x":2,"\\u0078":1', '"x":1'),
        ('"x":{"y":1,"y":{"z":1,"z":2}}', '"x":{"y":{"z":2}}'),
        ('"input":"a","input":"b"', '"input":"b"'),
        ('"input":"a","inp\\u0075t":"b"', '"input":"b"'),
        ('"sensor":"a","sensor":"unknown"', '"sensor":"unknown"'),
    ],
)
def test_of_equal_keys_the_last_counts(once: str, again: str) -> None:
    one, two = agree(raw(once) + raw(again)).events
    assert one[:5] == two[:5]


@pytest.mark.parametrize("keys", [63, 64, 65, 200])
def test_many_keys(keys: int) -> None:
    """More than the fast path compares with each other."""
    fields = ",".join(f'"k{i}":{i}' for i in range(keys))
    one, two = agree(raw(fields) + raw(fields + ',"k0":0')).events
    assert one[3] == two[3]


# --- times -----------------------------------------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(
    st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)),
    st.integers(-1439, 1439),
    st.sampled_from("T "),
    st.sampled_from((":", "")),
)
def test_times(moment: datetime, minutes: int, separator: str, colon: str) -> None:
    """Every moment of the calendar, in every zone, said by the time itself or by --assume-tz."""
    local = (moment + timedelta(minutes=minutes)).replace(tzinfo=None).isoformat(separator, "microseconds")
    zone = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{colon}{abs(minutes) % 60:02}"
    for timestamp, naive_minutes in ((local + zone, 7), (local, minutes)):
        [told] = scan(J({**event(), "timestamp": timestamp}), naive_minutes=naive_minutes).events
        assert told[2] == (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


NEARLY_TIMES = (
    r"\A(20|00|19)[0-9]{2}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9]"
    r"(\.[0-9]{0,8})?(Z|[+-][0-2][0-9]:?[0-6][0-9])?\Z"
)


@settings(max_examples=200, deadline=None)
@given(st.from_regex(NEARLY_TIMES) | st.text("0123456789-:T Z.+,t\u0661", min_size=15, max_size=30))
@example("\0" * 13 + ":00:00.000000Z")
def test_what_is_a_time(timestamp: str) -> None:
    agree(J({**event(), "timestamp": timestamp}))


# --- misuse ----------------------------------------------------------------------------------------------------------


def test_what_was_handed_on_outlives_the_batch() -> None:
    """The capsule that the fold gets keeps the block alive: texts lie in it."""
    batch = EventBatch(b"%s" % lines(event("kept alive" * 9)), "unknown")
    batch.scan(0)
    connection = apsw.Connection(":memory:")
    folder = Folder(0, 0, row_tables(connection))
    days = folder.plan(batch.capsule, [1])
    del batch
    gc.collect()
    folder.fold_new(1, 1)
    folder.flip()
    assert connection.execute("SELECT session_id FROM folded_session").get == "kept alive" * 9
    assert len(days) == 3


def test_places_outside_the_block_are_refused() -> None:
    batch = EventBatch(b"{}", "s")
    for call in (
        lambda: batch.scan(-1),
        lambda: batch.scan(3),
        lambda: batch.check(-1),
        lambda: batch.check(1),
        lambda: batch.check(2),
        lambda: batch.next_whole(-1, 2, False),
        lambda: batch.next_whole(0, 3, False),
        lambda: batch.next_whole(2, 1, False),
    ):
        with pytest.raises(IndexError):
            call()


def test_events_of_the_slow_way_survive_their_fields() -> None:
    """Nothing of what was added is borrowed from Python objects."""
    batch = EventBatch(b"", "sensor")
    for i in range(1000):
        assert batch.add({"timestamp": "2024-05-01T00:00:00Z", "eventid": f"e{i}", "session": f"s{i}"}) is None
    assert [told[1] for told in batch.dump()] == [f"s{i}" for i in range(1000)]
    assert batch.add({}) == "no_time"
    assert batch.add({"timestamp": "2024-05-01T00:00:00Z"}) == "no_eventid"
    assert (batch.events, batch.records) == (1000, 1000)
