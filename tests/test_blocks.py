"""Memory of blocks is used again, and only when nobody looks at it."""

import pytest

from sesscore import blocks as blocks_module
from sesscore import records
from sesscore._scan import EventBatch, is_unused
from sesscore.blocks import Blocks
from sesscore.memory import Memory

MIB = 1 << 20
EVENT = b'{"eventid": "cowrie.x", "timestamp": "2024-05-01T00:00:00Z", "session": "%d"}\n'


def test_a_block_that_nobody_holds_is_given_out_again():
    blocks = Blocks()
    first = blocks.take(MIB)
    place = id(first)
    del first
    assert id(blocks.take(MIB - 5)) == place


def test_a_block_for_a_huge_object_is_not_kept(monkeypatch):
    monkeypatch.setattr(blocks_module, "_LARGEST_KEPT", MIB)
    blocks = Blocks()
    blocks.take(2 * MIB)
    assert not blocks._kept
    blocks.take(MIB)
    assert len(blocks._kept) == 1


def test_a_block_in_use_is_not():
    blocks = Blocks()
    held = [blocks.take(MIB) for _ in range(9)]
    assert len({id(block) for block in held}) == 9


def test_a_batch_keeps_its_block_as_long_as_its_capsule_lives():
    """The fold reads texts where they lie."""
    blocks = Blocks()
    block = blocks.take(MIB)
    line = EVENT % 1
    block[: len(line)] = line
    block = blocks.cut(block, MIB)
    place = id(block)
    batch = EventBatch(block, "s")
    capsule = batch.capsule
    del block, batch
    assert id(blocks.take(MIB)) != place
    del capsule
    assert place in {id(block) for block in (blocks.take(MIB), blocks.take(MIB))}


def test_a_block_cannot_be_resized_under_a_batch():
    block = bytearray(EVENT % 1)
    batch = EventBatch(block, "s")
    with pytest.raises(BufferError):
        block.extend(b"x" * 99)
    assert batch.scan(0) == len(block)


def test_a_small_rest_is_copied_and_the_block_stays():
    blocks = Blocks()
    block = blocks.take(MIB)
    place = id(block)
    rest = blocks.cut(block, 10)
    assert (type(rest), len(rest)) == (bytes, 10)
    del block
    assert id(blocks.take(MIB)) == place


def test_places_outside_the_list_are_refused():
    for at in (-1, 0):
        with pytest.raises(IndexError):
            is_unused([], at)


def test_short_lines_make_small_batches(monkeypatch):
    """Rows take more memory than the log that they are made of; long lines still come by the whole block."""
    monkeypatch.setattr(records, "BATCH_RECORDS", 100)
    monkeypatch.setattr(records, "FIRST_BYTES", 1000)
    short, long = b'{"a":1}\n' * 2000, (b'{"a":"' + b"x" * 500 + b'"}\n') * 40
    reader = records.RecordReader(Memory(short + long), records.Position(), sensor="", block_bytes=8000)
    sizes = [(len(one.batch.block), one.batch.records) for one in reader.batches()]
    assert sizes[0] == (1000, 125)
    assert all(count <= 125 for _, count in sizes)
    assert max(size for size, _ in sizes[-4:]) > 7000
