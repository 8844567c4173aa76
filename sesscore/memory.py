"""Bytes that are in memory, read as a source is."""

from sesscore.reading import Options
from sesscore.records import Position, RecordReader


class Memory:
    """Bytes as a source."""

    def __init__(self, data: bytes, *, growable: bool = False) -> None:
        self.growable = growable
        self._data = data

    def readinto(self, block: memoryview) -> int:
        """As many of them as there is room for, then the others."""
        chunk, self._data = self._data[: len(block)], self._data[len(block) :]
        block[: len(chunk)] = chunk
        return len(chunk)

    def skip_hole(self, keep: int = 0) -> int:
        """There is none."""
        return 0


def reader_of(data: bytes, sensor: str, options: Options, *, growable: bool = False) -> RecordReader:
    """Reads records of bytes as those of a source that has this sensor, in one batch."""
    return RecordReader(
        Memory(data, growable=growable),
        Position(),
        sensor=sensor,
        naive_minutes=options.naive_minutes,
        block_bytes=max(len(data), 1),
        fast=options.fast,
        matchers=options.matchers,
    )
