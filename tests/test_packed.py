"""`packed_event`: the events of a part, as they were packed, whatever the bytes."""

import random

import apsw
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sesscore.extension import packed_event

COLUMNS = "at_us, eventid_id, kind, a, b, c"
EVENT_IDS = {1: 8, 2: 9, 3: 11, 4: 12, 5: 13, 6: 16, 7: 17, 8: 18, 9: 19, 10: 15, 11: 7}  # of the kinds of activities
FAR = 1 << 62


@pytest.fixture(scope="module")
def connection():
    opened = apsw.Connection(":memory:")
    packed_event(opened)
    yield opened
    opened.close()


def asked(connection, *part):
    return connection.execute(f"SELECT {COLUMNS} FROM packed_event(?, ?, ?)", part).fetchall()


def varint(number):
    found = bytearray()
    while number >= 0x80:
        found.append(0x80 | number & 0x7F)
        number >>= 7
    return bytes([*found, number])


def packed(events):
    """Activities, events and first moment of events in order: (at_us, fingerprint, kind or 0, event id, a, b, c)."""
    first_us = events[0][0]
    lists, fingerprints, others, last_us = [], b"", b"", first_us
    for at_us, fingerprint, kind, eventid, *texts in events:
        if kind:
            while texts and not texts[-1]:
                texts.pop()
            lists.append(f"[{','.join(map(str, (kind, at_us - first_us, *texts)))}]")
            fingerprints += fingerprint.to_bytes(6, "little")
        else:
            others += varint(at_us - last_us) + varint(eventid) + fingerprint.to_bytes(6, "little")
            last_us = at_us
    return f"[{','.join(lists)}]", fingerprints + others, first_us


def shown(events):
    return [
        (at_us, EVENT_IDS[kind], kind, *texts) if kind else (at_us, eventid, None, 0, 0, 0)
        for at_us, _, kind, eventid, *texts in events
    ]


TEXT_IDS = st.sampled_from([0, 1, 2, 300, 10**18 - 1])
PARTS = st.lists(
    st.tuples(
        st.one_of(st.integers(-3, 3), st.integers(-(10**15), 10**15)),
        st.integers(0, (1 << 48) - 1),
        st.integers(0, 11),
        st.integers(1, 1 << 40),
        TEXT_IDS,
        TEXT_IDS,
        TEXT_IDS,
    ),
    min_size=1,
    max_size=20,
    unique_by=lambda event: event[:2],
).map(sorted)


@settings(deadline=None)
@given(PARTS)
def test_what_was_packed_comes_out_in_order(connection, events):
    assert asked(connection, *packed(events)) == shown(events)


def test_no_event(connection):
    assert asked(connection, "[]", b"", 0) == []


@settings(deadline=None, max_examples=300)
@given(PARTS, st.integers(0, 1 << 32), st.integers(1, 4))
def test_damaged_bytes_are_an_error_or_events(connection, events, seed, times):
    chance = random.Random(seed)
    json, others, first_us = packed(events)
    parts = [bytearray(json, "ascii"), bytearray(others)]
    for _ in range(times):
        part = chance.choice(parts)
        at = chance.randrange(len(part) + 1)
        new = chance.choice((b"", b"[", b"]", b",", b"9", b"-", b" ", b"\xff", b"\x80", b"\0", chance.randbytes(3)))
        part[at : at + chance.choice((0, 1, 1, 5))] = new
    try:
        found = asked(connection, bytes(parts[0]).decode("latin-1"), bytes(parts[1]), first_us)
    except apsw.CorruptError:
        return
    assert all(-FAR <= row[0] <= FAR for row in found)
    assert sum(row[2] is not None for row in found) == parts[0].count(b"[") - 1


@settings(deadline=None, max_examples=300)
@given(st.text(st.sampled_from("[],0123456789- "), max_size=40), st.binary(max_size=60), st.integers(-FAR, FAR))
@example("[[3,0]]", b"12345", 0)
@example("[[3,0],]", b"123456" * 2, 0)
@example("[", b"", 0)
def test_any_bytes(connection, json, events, first_us):
    try:
        asked(connection, json, events, first_us)
    except apsw.CorruptError:
        return


@pytest.mark.parametrize(
    "part",
    [
        ("", b"", 0),
        ("[", b"", 0),
        ("[]]", b"", 0),
        ("[] ", b"", 0),
        ("{}", b"", 0),
        ("[[]]", b"123456", 0),
        ("[[3]]", b"123456", 0),
        ("[[0,0]]", b"123456", 0),
        ("[[12,0]]", b"123456", 0),
        ("[[3,-1]]", b"123456", 0),
        ("[[3,0,1,2,3,4]]", b"123456", 0),
        ("[[3,0,]]", b"123456", 0),
        ("[[3,0]", b"123456", 0),
        ("[[3,0][3,0]]", b"123456" * 2, 0),
        ("[[3,0],]", b"123456", 0),
        ("[[3,0]],", b"123456", 0),
        ("[[3,0]]", b"", 0),
        ("[[3,0]]", b"12345", 0),
        ("[[3,9999999999999999999]]", b"123456", 0),
        ("[[3,999999999999999999]]", b"123456", FAR),
        ("[]", b"\x00\x01", 0),
        ("[]", b"\x80", 0),
        ("[]", b"\x00\x01abcdef\x00", 0),
        ("[]", b"\xff" * 9 + b"\x01\x01abcdef", 0),
        ("[]", b"\x01\x01abcdef", FAR),
        ("[]", b"\x00" + b"\xff" * 9 + b"\x01abcdef", 0),
        ("[]", b"", FAR + 1),
        ("[]", b"", -(1 << 63)),
        (b"[]", b"", 0),
        ("[]", "", 0),
        ("[]", b"", None),
        (None, None, None),
    ],
)
def test_what_is_no_part_is_damage(connection, part):
    with pytest.raises(apsw.CorruptError, match="cannot be unpacked"):
        asked(connection, *part)


def test_damage_at_the_end_is_found_when_it_is_reached(connection):
    json, events, first_us = packed([(5, 1, 3, 0, 40, 0, 0), (6, 2, 0, 20, 0, 0, 0)])
    rows = connection.execute(f"SELECT {COLUMNS} FROM packed_event(?, ?, ?)", (json, events + b"\1", first_us))
    assert next(rows) == (5, 11, 3, 40, 0, 0)
    with pytest.raises(apsw.CorruptError):
        list(rows)


def test_all_arguments_are_needed(connection):
    for arguments in ("", "'[]'", "'[]', x''"):
        with pytest.raises(apsw.SQLError, match="packed_event needs"):
            connection.execute(f"SELECT * FROM packed_event({arguments})")


def test_many_cursors_at_once(connection):
    part = packed([(7, 1, 3, 0, 40, 0, 0), (8, 2, 0, 20, 0, 0, 0)])
    rows = connection.execute(
        "SELECT x.at_us, y.at_us FROM packed_event(?1, ?2, ?3) AS x JOIN packed_event(?1, ?2, x.at_us) AS y", part
    )
    assert rows.fetchall() == [(7, 7), (7, 8), (8, 8), (8, 9)]


def test_a_database_cannot_use_it(connection):
    """Views of a database that comes from elsewhere must not reach it."""
    with pytest.raises(apsw.SQLError, match="unsafe use of virtual table"):
        connection.execute("CREATE VIEW v AS SELECT * FROM packed_event('[]', x'', 0); SELECT * FROM v")
