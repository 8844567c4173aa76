"""Shapes: whatever a batch has learned from the lines before, a line says in it what the slow way reads in it.

Each test puts many lines into one block, so that the later ones meet what was learned from the earlier ones.
"""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from compare import Log
from hypothesis import given, settings
from hypothesis import strategies as st
from spelling import spelled
from strategies import mutate, worlds

from sesscore._scan import EventBatch
from sesscore.records import Position, RecordReader

TIME = "2024-05-01T20:{:02}:{:02}.{:06}Z"
LISTS = [["aes128-ctr", "aes256-ctr", "chacha20-poly1305@openssh.com"], ["none", "zlib"], []]


def events_of(session: int, chance: random.Random) -> list[dict[str, Any]]:
    """A visit, as Cowrie tells it."""

    def event(eventid: str, **fields: Any) -> dict[str, Any]:
        at = TIME.format(session % 60, chance.randrange(60), chance.randrange(10**6))
        told = {"eventid": f"cowrie.{eventid}", **fields, "sensor": "honeypot-01", "timestamp": at}
        return {**told, "src_ip": f"198.18.{session % 7}.{session}", "session": f"{session * 7919:08x}", "isError": 0}

    agent = f"SSH-2.0-Go_{session % 3}"
    return [
        event("session.connect", src_port=40000 + session, dst_ip="10.0.0.2", dst_port=2222, protocol="ssh"),
        event("client.version", version=agent, message=f"Remote SSH version: {agent}"),
        event(
            "client.kex",
            hassh=f"{session % 3:032x}",
            hasshAlgorithms="a;b" * 20,
            kexAlgs=LISTS[session % 3],
            langCS=[""],
        ),
        event("login.failed", username="root", password=f"{session % 4}" * (session % 19), message="login attempt"),
        event("login.success", username="r\u00f6\u00f6t", password='a"b\\c', message="[\ud800/\u20ac]"),
        event("command.input", input="uname -a; " * (session % 3), message="CMD: "),
        event("direct-tcpip.request", dst_ip="example.org", dst_port=25, data="b'\\x16\\x03'" * (session % 9)),
        event("session.closed", duration=session / 7, uuid=None, x={"y": [1, 12, -1.5, True]}),
    ]


VISITS = [[json.dumps(event).encode() for event in events_of(session, random.Random(session))] for session in range(12)]
LEARNED = b"\n".join(line for visit in VISITS for line in visit) + b"\n"


def told(data: bytes, fast: bool, growable: bool = False) -> list[Any]:
    """All that comes of a log."""
    rows: list[Any] = []
    for scanned in RecordReader(
        Log(data, growable), Position(), sensor="unknown", naive_minutes=0, fast=fast
    ).batches():
        batch = scanned.batch
        rows += zip(batch.dump(), batch.dump_values(), strict=True)
        rows.append((batch.records, batch.blank, batch.sessionless, batch.quarantine, scanned.end))
    return rows


def events_in(data: bytes, fast: bool) -> list[Any]:
    """The events alone, without their numbers."""
    rows = (row for row in told(data, fast) if len(row) == 2)
    return [(event[:5], event[6], values) for event, values in rows]


def agree(lines: list[bytes], alone: bool = False) -> None:
    """The lines behind all that was learned, read in both ways. alone: each is whole and can be read by itself, too."""
    data = LEARNED + b"\n".join(lines)
    assert told(data, True) == told(data, False)
    if alone:
        assert events_in(b"\n".join(lines), True) == [event for line in lines for event in events_in(line, False)]


def test_the_learned_lines() -> None:
    agree([])
    assert len(told(LEARNED, True)) == 12 * 8 + 1


@settings(max_examples=100, deadline=None)
@given(worlds, st.integers(0, 2**32), st.sampled_from((None, (",", ":"))))
def test_any_world_twice(world: list[dict[str, Any]], seed: int, separators: tuple[str, str] | None) -> None:
    """Written as Cowrie would, again with other values, again in another spelling, again with bytes changed."""
    chance = random.Random(seed)
    lines = [spelled(event, random.Random(0)) for event in world]
    lines += [json.dumps(event, separators=separators, default=str).encode() for event in world] * 2
    lines += [spelled(event, chance) for event in world]
    lines += [mutate(line, chance, 1) for line in lines]
    agree(lines)


@pytest.mark.parametrize("kind", range(8))
def test_any_byte_changed(kind: int) -> None:
    line = VISITS[4][kind]
    bytes_ = b'"\\,:{}[] 0a\0\x80\xff'
    agree(
        [line[:at] + bytes([byte]) + line[at + 1 :] for at in range(len(line)) for byte in bytes_ if byte != line[at]]
    )


@pytest.mark.parametrize("kind", range(8))
def test_any_byte_more_or_less(kind: int) -> None:
    line = VISITS[5][kind]
    agree([line[:at] + line[at + 1 :] for at in range(len(line))])
    agree(
        [line[:at] + more + line[at:] for at in range(len(line)) for more in (b"2", b'"', b" ", b",", b"\x80", b"\\")]
    )
    agree([line[:at] for at in range(len(line))])


@pytest.mark.parametrize("kind", range(8))
def test_cut_at_any_byte(kind: int) -> None:
    """Nothing behind the end of the block is read, and nothing is made of a half."""
    block = b"\n".join(line for visit in (*VISITS[:2], [VISITS[6][kind]], [VISITS[7][kind]]) for line in visit)
    for cut in range(len(block) - 2 * len(VISITS[7][kind]), len(block) + 1):
        for growable in (True, False):
            assert told(block[:cut], True, growable) == told(block[:cut], False, growable)


def test_members_changed() -> None:
    """Order, copies of keys, other spacing, other keys that begin or end alike."""
    chance = random.Random(1)
    lines = []
    for line in VISITS[8]:
        members = list(json.loads(line).items())
        for at, (key, value) in enumerate(members):
            for again in (value, "other", 1, None):
                lines.append([*members, (key, again)])
                lines.append([*members[: at + 1], (key, again), *members[at + 1 :]])
            lines += [members[:at] + members[at + 1 :], [*members[:at], (key + "_", value), *members[at + 1 :]]]
            lines += [[*members[:at], (other, value), *members[at + 1 :]] for other, _ in members]
            lines.append(chance.sample(members, len(members)))
    written = [
        "{" + ", ".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in line) + "}" for line in lines
    ]
    written += [json.dumps(dict(line), indent=1).replace("\n", "\r") for line in lines[::9]]
    written += [json.dumps(dict(line), separators=(" ,", " :")) for line in lines[::9]]
    agree([line.encode() for line in written for _ in range(2)], alone=True)


def test_values_that_begin_alike() -> None:
    """1 and 12, "a" and "ab", and values that differ in one place only, far from both ends."""
    values = [f'"{"x" * at}y{"x" * (60 - at)}"' for at in range(61)]
    values += [f'["{"x" * at}y{"x" * (40 - at)}"]' for at in range(41)]
    values += ["1", "12", "1.5", "-1", "1e2", '"a"', '"ab"', '""', "true", "[1]", "[12]", "[1, 2]", '{"a": 1}']
    values += [f'"{"x" * length}"' for length in range(70)]
    chance = random.Random(3)
    keys = ("x", "username", "src_port", "duration", "message", "input")
    line = (
        '{{"eventid": "cowrie.login.failed", "{}": {}, "session": "a1b2c3d4", "timestamp": "2024-05-01T20:00:00.5Z"}}'
    )
    lines = [line.format(key, value).encode() for key in keys for value in values for _ in range(2)]
    lines += [line.format(key, chance.choice(values)).encode() for key in keys for _ in range(300)]
    agree(lines, alone=True)


def test_texts_of_a_line_that_was_no_event() -> None:
    """What it left in the arena is gone: it is not taken over into the next event."""
    line = (
        '{{"eventid": "cowrie.login.failed", "username": "{}", "password": "b", "session": "a1b2", "timestamp": "{}"}}'
    )
    good, bad = "2024-05-01T20:00:00.000001Z", "2024-05-01T20:60:00.000001Z"
    texts = ["\\u0061bc", "\\u0064ef", "\\ud800", "\u20ac", "\\u0061bc"]
    agree(
        [line.format(text, time).encode() for _ in range(3) for text in texts for time in (bad, good, good)], alone=True
    )


def test_times_that_begin_alike() -> None:
    times = ["2024-05-01T20:00:00.000001Z", "2024-05-01T21:00:00.000001Z", "2024-05-02T20:00:00.000001Z"]
    times += ["2024-05-01 20:00:00.000001Z", "2024-06-01T20:00:00.000001Z", "2024-05-01T24:00:00.000001Z"]
    times += ["2024-05-01T20:59:59.999999Z", "2024-05-01T20:60:00.000001Z", "2024-05-01T20:00:60.000001Z"]
    times += ["2024-02-30T20:00:00.000001Z", "2024-05-01T20:00:00.00000aZ", "2024-05-01T20:00:00.000001z"]
    times += [times[0][:at] + other + times[0][at + 1 :] for at in range(27) for other in "09:;/- \u00e9.Z"]
    line = '{{"eventid": "cowrie.login.failed", "session": "a1b2c3d4", "timestamp": "{}"}}'
    chance = random.Random(2)
    agree([line.format(chance.choice(times)).encode() for _ in range(3000)], alone=True)


def test_more_than_is_learned() -> None:
    """More event ids, kinds of clients, shapes and keys than there is room for, and steps that are too long."""
    line = '{{"eventid": "{}", "session": "a1b2c3d4", "{}": {}, "timestamp": "2024-05-01T20:00:00.000001Z"}}'
    lines = [line.format(f"cowrie.e{i % 40}", "hassh", f'"{i % 90:032x}"').encode() for i in range(400)]
    lines += [line.format("cowrie.e", f"key{i % 1500}", i).encode() for i in range(4000)]
    lines += [line.format("e" * (i % 130 + 1), "k" * (i % 110 + 1), i).encode() for i in range(400)]
    agree(lines, alone=True)


def test_a_block_that_is_read_again() -> None:
    """Shapes then point to what comes later in the block."""
    batch = EventBatch(LEARNED, "unknown")
    for _ in range(2):
        assert batch.scan(0) == len(LEARNED)
    rows = [row[:5] for row in batch.dump()]
    assert rows[: len(rows) // 2] == rows[len(rows) // 2 :]
    for at in range(len(LEARNED) - 300, len(LEARNED)):
        if LEARNED[at : at + 1] == b"{":
            batch.scan(at)
    batch = EventBatch(LEARNED, "unknown")
    starts = [0] + [at + 1 for at in range(len(LEARNED) - 1) if LEARNED[at : at + 1] == b"\n"]
    for at in reversed(starts):
        assert batch.scan(at) == len(LEARNED)


DECIMAL = (
    '{{"eventid": "cowrie.session.closed", "session": "a1b2c3d4", "duration": {}, "timestamp": "2024-05-01T20:00:00Z"}}'
)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.decimals(0, 10**9, places=10).map(str) | st.from_regex(r"\A-?(0|[1-9][0-9]{0,18})\.[0-9]{1,19}\Z"),
        max_size=60,
    )
)
def test_any_decimal(decimals: list[str]) -> None:
    agree([DECIMAL.format(decimal).encode() for decimal in decimals], alone=True)


def test_decimals_just_above_the_middle() -> None:
    """Between two doubles, so little above the middle that it does not show in 64 bits."""
    decimals = ["810682.1628136665677", "410.525140137628938", "9417716.190771543422", "981919795182.569397"]
    decimals += ["64.74706120504723828", "92440835601.00608064", "1.5", "0.0", "-0.0"]
    agree([DECIMAL.format(decimal).encode() for decimal in decimals], alone=True)
