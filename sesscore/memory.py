"""Bytes that are in memory, read as a source is."""

from sesscore.reading import Options
from sesscore.records import Position, RecordReader


class Memory:
    """Bytes as a source."""

    def __init__(self, data: bytes, *, growable: bool = False) -> None:
        self.growable = growable
        self._data = data

    def read(self, size: int) -> bytes:
        """All of them at once, then none."""
        data, self._data = self._data, b""
        return data

    def skip_hole(self, keep: int = 0) -> int:
        """There is none."""
        return 0


def reader_of(data: bytes, sensor: str, options: Options, *, growable: bool = False) -> RecordReader:
    """Reads records of bytes as those of a source that has this sensor."""
    return RecordReader(
        Memory(data, growable=growable),
        Position(),
        sensor=sensor,
        naive_minutes=options.naive_minutes,
        fast=options.fast,
        matchers=options.matchers,
    )
