"""The file of a source, read once more: whether it is there, and what stood at a place of it."""

from typing import NamedTuple

import apsw

from sesscore.known import SourceRow
from sesscore.recognise import recognise
from sesscore.records import Bytes
from sesscore.sources import STDIN, Source, open_source
from sesscore.unreadable import SourceUnreadable

_STEP = 1024 * 1024
_NOTHING = b" \r\0,[]\xef\xbb\xbf"  # before a record; a tab would say that an entry of a text log goes on
_LINE_BYTES = 64


class Found(NamedTuple):
    """Bytes of a file. line: what the line in which they begin holds before them, from its first byte that matters."""

    line: bytes
    data: bytes

    @property
    def own_line(self) -> bool:
        """Whether nothing but separators stands before them."""
        return not self.line

    @property
    def in_context(self) -> bool:
        """Whether they mean by themselves what they mean in their place: not if they may be inside an entry."""
        return not self.data.startswith(b"\t") and (self.own_line or self.line.startswith(b"{"))


class AgainFile:
    """Reads the file of a source forward, if it is there and is still the same. A context manager."""

    def __init__(self, row: SourceRow, connection: apsw.Connection) -> None:
        """Nothing is opened before the first bytes are asked for."""
        self._row = row
        self._connection = connection
        self._source: Source | None = None
        self._asked = False
        self._line = b""

    def __enter__(self) -> "AgainFile":
        """Gives the file itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Closes it."""
        if self._source is not None:
            self._source.close()

    def find(self, offset: int, length: int) -> Found | None:
        """The bytes at a place behind those that were found before; None if they are not there any more."""
        if not self._asked:
            self._asked = True
            self._source = open_again(self._row, self._connection)
        if self._source is None:
            return None
        try:
            if not self._pass_to(self._source, offset):
                return None
            line = self._line
            data = self._take(self._source, length)
        except (SourceUnreadable, OSError):
            return None
        return Found(line, data)

    def _pass_to(self, source: Source, offset: int) -> bool:
        while source.offset < offset:
            if not source.skip_hole() and not self._take(source, min(_STEP, offset - source.offset)):
                break
        return source.offset == offset

    def _take(self, source: Source, size: int) -> bytes:
        """Reads on, and keeps what the line begins with."""
        chunks = []
        while size > 0 and (chunk := source.read(size)):
            chunks.append(chunk)
            size -= len(chunk)
            begin = chunk.rfind(b"\n") + 1
            if begin:
                self._line = b""
            if len(self._line) < _LINE_BYTES:
                rest = chunk[begin:] if self._line else chunk[begin:].lstrip(_NOTHING)
                self._line += rest[:_LINE_BYTES]
        return b"".join(chunks)


def open_again(row: SourceRow, connection: apsw.Connection) -> Source | None:
    """The file of a source, at its beginning; None if it is not there, or is another one now."""
    if row.path == STDIN:
        return None
    try:
        recognised = recognise(row.path, connection, row.sensor)
        recognised.source.close()
        return open_source(row.path) if recognised.row.source_id == row.source_id else None
    except (SourceUnreadable, OSError):
        return None


class UpTo(Bytes):
    """The beginning of a source, as one that goes on if the source can grow."""

    def __init__(self, source: Source, size: int) -> None:
        self.growable = source.growable
        self._source = source
        self._left = size

    def readinto(self, block: memoryview, /) -> int:
        """Puts bytes into a block: how many, 0 at the end."""
        count = self._source.readinto(block[: self._left])
        self._left -= count
        return count

    def skip_hole(self, keep: int = 0, /) -> int:
        """Passes over NULs that are not stored."""
        skipped = self._source.skip_hole(keep)
        self._left -= skipped
        return skipped
