"""Cowrie's text log beside the JSON one: what attackers type in it is no event, however the log is read."""

from __future__ import annotations

from cases import NEW, OLD, TYPED, A, B, C
from compare import agree
from desk import desks
from hypothesis import given, settings
from hypothesis import strategies as st

ENTRIES = (NEW + TYPED, OLD + b"x", A + NEW)
OTHERS = (b"\t" + B, b"\t", b"\tx", b"\t[1, 2]", b"", b" \t", b",\t" + C, A, b"x", b"{")

some_lines = st.lists(st.sampled_from(ENTRIES) | st.sampled_from(OTHERS), max_size=8)
text_logs = st.tuples(some_lines.map(b"\n".join), st.sampled_from((b"", b"\n", b"\r\n"))).map(b"".join)


@settings(max_examples=200, deadline=None)
@given(text_logs, st.booleans())
def test_in_blocks_of_any_size(data: bytes, growable: bool) -> None:
    agree(data, growable, blocks=(1, 2, 7, 64))


@settings(max_examples=60, deadline=None)
@given(text_logs, st.data())
def test_as_it_grows(data: bytes, draw: st.DataObject) -> None:
    """A run for each line and some more; the cuts are beside the newline, where it matters what came before."""
    cuts = [at + draw.draw(st.integers(0, 2)) for at, byte in enumerate(data) if byte == 0x0A]
    cuts += draw.draw(st.lists(st.integers(0, len(data)), max_size=2))
    with desks() as desk:
        for cut in [*sorted(cuts), len(data)]:
            desk.ingest(desk.put("log", data[:cut]))
        desk.assert_as_recounted()
        desk.assert_nothing_new(str(desk.folder / "log"))


def test_byte_by_byte() -> None:
    data = b"\n".join((A, NEW + TYPED, b"\t" + B, b"", b"\t" + C, OLD, b"\t", b"\tx " + B, b""))
    with desks() as desk:
        for cut in range(len(data) + 1):
            desk.ingest(desk.put("log", data[:cut]))
        desk.assert_as_recounted()
