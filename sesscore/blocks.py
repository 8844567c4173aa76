"""Memory for blocks of log bytes, used again and again."""

import threading

from sesscore._scan import is_unused, resize, settle_block

_MOST_KEPT = 6  # one is filled, one waits, one is written; of two sizes
_LARGEST_KEPT = 16 << 20  # the others are for objects of many megabytes, which are rare


class Blocks:
    """Gives out blocks; one that nobody refers to any more is given out again.

    The system hands out fresh memory page by page, each filled with zeros first: a third of the time of an ingest.
    """

    def __init__(self) -> None:
        self._kept: list[bytearray] = []
        self._giving = threading.Lock()

    def take(self, size: int) -> bytearray:
        """A block of `size` bytes, with anything in them. From any thread."""
        with self._giving:
            return self._take(size)

    def _take(self, size: int) -> bytearray:
        for at in range(len(self._kept)):
            if is_unused(self._kept, at) and _fits(self._kept[at], size):
                block = self._kept[at]
                resize(block, size)
                return block
        block = bytearray()
        resize(block, size)  # bytearray(size) would fill it
        if size > _LARGEST_KEPT:
            return block
        settle_block(block)
        self._kept = [*self._kept[1 - _MOST_KEPT :], block]
        return block

    def cut(self, block: bytearray, size: int) -> bytes | bytearray:
        """The first bytes of a block that was taken."""
        if not _fits(block, size):  # to shrink it would give its memory back
            return bytes(memoryview(block)[:size])
        resize(block, size)
        return block


def _fits(block: bytearray, size: int) -> bool:
    """Whether a block can be resized where it is."""
    room = block.__alloc__() - 1
    return room // 2 < size <= room
