"""What is known of a source that was read: its row, and how a file is compared with it.

A source is its content: the line that it begins with, and the bytes right before the offset to which it was read. How
a file of that content is found, wherever it lies, is the business of `recognise.py`.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from hashlib import blake2b
from typing import Any, Literal

from sesscore.records import Position, Scanned
from sesscore.sources import Source

HEAD_BYTES = 65536
TAIL_BYTES = 4096
ORIGIN_BYTES = 16

_BETWEEN = b" \t\r\n,[]{\0\xef\xbb\xbf"  # what a log can begin with before it says anything
_HEAD = re.compile(rb"[ \t\r\n,\[\]{\x00\xef\xbb\xbf]*+[^\n]*+")

Version = tuple[int, int, int, int]
"""Of a file: device, inode, bytes as stored, time of its last change. Nothing that writes it keeps all of them."""

State = Literal["reading", "read", "alien", "damaged"]


def digest(data: bytes | bytearray) -> bytes:
    """Of the beginning or of the end of what was read."""
    return blake2b(data, digest_size=16).digest()


def head_of(beginning: bytes | bytearray) -> bytes:
    """What a log begins with: all up to the end of the first line that says anything, HEAD_BYTES at the most.

    White space at the end of that line is left out, so that a line without its newline is the same.
    """
    found = _HEAD.match(beginning, 0, min(len(beginning), HEAD_BYTES))
    return bytes(found[0]).rstrip() if found else b""


def is_telling(head: bytes) -> bool:
    """Whether a beginning can tell one log from another: brackets, blank lines and NULs cannot."""
    return bool(head.strip(_BETWEEN))


@dataclass
class SourceRow:
    """A row of table `source`, in the order of its columns."""

    source_id: int | None
    origin: bytes
    path: str
    device: int
    inode: int
    stored_bytes: int
    modified_ns: int
    compression: str
    sensor: str
    head_hash: bytes = digest(b"")
    head_bytes: int = 0
    offset: int = 0
    tail_hash: bytes = digest(b"")
    tail_bytes: int = 0
    records: int = 0
    line_open: int = 0
    lead_bytes: int = 0
    lead_records: int = 0
    half_bytes: int = 0
    pending_bytes: int = 0
    state: State = "reading"
    damage: str | None = None
    tail: bytes = b""  # what tail_hash is of; not stored
    beginning: bytes = b""  # what the file began with before any of it was read; not stored

    @property
    def position(self) -> Position:
        """Where reading goes on."""
        return Position(self.offset, self.records, bool(self.line_open & 1), bool(self.line_open & 2))

    @property
    def file(self) -> tuple[int, int]:
        """Which file of the system it was when it was last seen."""
        return self.device, self.inode

    @property
    def version(self) -> Version:
        """Of its file, when it was last seen."""
        return self.device, self.inode, self.stored_bytes, self.modified_ns

    def begin_with(self, beginning: bytes | bytearray) -> None:
        """Takes over what the source begins with."""
        head = head_of(beginning)
        self.head_hash, self.head_bytes = digest(head), len(head)

    def end_with(self, tail: bytes | bytearray, offset: int) -> None:
        """Moves on to an offset. tail: the bytes before it, or more."""
        self.tail = bytes(tail[-TAIL_BYTES:])
        self.tail_hash, self.tail_bytes = digest(self.tail), len(self.tail)
        self.offset = offset

    def move_to_the_end_of(self, scanned: Scanned) -> None:
        """Moves on to the end of a batch, and keeps what the source is known by again."""
        block = scanned.batch.block
        end = scanned.end.offset - scanned.base
        if self.head_bytes == 0 and scanned.base == 0:  # else it was let go, as part of a line that is too long
            # All of the first line that is there: what a record at its beginning was taken for can depend on its end.
            self.begin_with(max(self.beginning, block[:HEAD_BYTES], key=len))  # a block can be smaller than a line
        before = self.tail if scanned.begin.offset == scanned.base else b""
        self.end_with(before + block[max(0, end - TAIL_BYTES) : end], scanned.end.offset)
        self.records = scanned.end.records
        self.line_open = scanned.end.in_line + 2 * scanned.end.after_entry
        self.state = "reading"

    def moved_to(self, other: "SourceRow") -> "SourceRow":
        """Takes over the place of another row, and gives itself."""
        self.path, self.device, self.inode = other.path, other.device, other.inode
        self.stored_bytes, self.modified_ns = other.stored_bytes, other.modified_ns
        self.compression = other.compression
        return self


def row_of(source: Source, sensor: str) -> SourceRow:
    """The row of a source of which nothing was read."""
    place = stored_path(source.path), source.device, source.inode, source.stored_bytes, source.modified_ns
    return SourceRow(None, os.urandom(ORIGIN_BYTES), *place, source.compression, sensor)


def stored_path(path: str) -> str:
    """A path as text: bytes that are no UTF-8 are written as escapes."""
    if path.isascii():
        return path
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def known_rows(found: Iterable[Any]) -> list[SourceRow]:
    """Rows of `sql/store/known_sources.sql` and those like it."""
    return [SourceRow(*values) for values in found]


def parameters(row: SourceRow) -> tuple[object, ...]:
    """For `sql/store/source.sql`."""
    return astuple(row)[:-2]


class Content:
    """What an open file holds, compared with what was read of a source; if packed, unpacked as far as is needed."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._beginning = b""

    def begins_like(self, row: SourceRow) -> bool:
        """Whether it begins as the source did."""
        return digest(self._begin(row.head_bytes)) == row.head_hash

    def holds(self, row: SourceRow) -> bool:
        """Whether it is what was read of the source, and maybe more."""
        if row.offset == 0:  # nothing was read, so there is nothing to know it by
            return row.file == (self._source.device, self._source.inode)
        if not self.begins_like(row):
            return False
        tail = self.before(row.offset, row.tail_bytes)
        if tail is None or digest(tail) != row.tail_hash:
            return False
        row.tail = tail
        return True

    def head(self) -> bytes:
        """What it begins with, as `head_of` has it."""
        return head_of(self._begin(HEAD_BYTES))

    def before(self, offset: int, size: int) -> bytes | None:
        """The bytes before an offset, None if there are not so many."""
        begin = offset - size
        if self._source.growable:
            tail = self._source.read_at(begin, size)
            return tail if len(tail) == size and self._source.stored_bytes >= offset else None
        if self._source.offset > begin:
            self._source.rewind()
        self._source.skip(begin - self._source.offset)
        tail = self._source.fill(size)
        return tail if self._source.offset == offset else None

    def _begin(self, size: int) -> bytes:
        if size > len(self._beginning):
            if self._source.growable:
                self._beginning = self._source.read_at(0, size)
            else:
                self._source.rewind()
                self._beginning = self._source.fill(size)
        return self._beginning[:size]
