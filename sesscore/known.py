"""Sources that were read before: where reading one of them goes on.

A file is a source that is known if its path or inode says so (hints) and its content agrees: the bytes at its
beginning and the bytes right before the offset. If it is none, it is read from its beginning, and copies of known
events count as duplicates: being wrong here costs time, never a number.
"""

import os
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from hashlib import blake2b
from typing import Any, Literal

import apsw

from sesscore.queries import sql
from sesscore.records import Position
from sesscore.sources import Source, open_source

HEAD_BYTES = 65536
TAIL_BYTES = 4096
ORIGIN_BYTES = 16

State = Literal["reading", "read", "alien", "damaged"]


def digest(data: bytes | bytearray) -> bytes:
    """Of the beginning or of the end of what was read."""
    return blake2b(data, digest_size=16).digest()


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

    @property
    def position(self) -> Position:
        """Where reading goes on."""
        return Position(self.offset, self.records, bool(self.line_open & 1), bool(self.line_open & 2))


@dataclass
class Recognised:
    """An open source that stands where reading goes on, and its row.

    unchanged: there is nothing new in it. moved: it has another name or inode than the database knows.
    """

    source: Source
    row: SourceRow
    unchanged: bool = False
    moved: bool = False


def stored_path(path: str) -> str:
    """A path as text: bytes that are no UTF-8 are written as escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def recognise(path: str, connection: apsw.Connection, sensor: str) -> Recognised:
    """Opens a file and finds out whether it was read before. sensor: for events that name none, if it was not.

    Raises SourceUnreadable, OSError.
    """
    source = open_source(path)
    try:
        fresh = SourceRow(
            None,
            os.urandom(ORIGIN_BYTES),
            stored_path(source.path),
            source.device,
            source.inode,
            source.stored_bytes,
            source.modified_ns,
            source.compression,
            sensor,
        )
        for known in _candidates(connection, fresh):
            if _is_unchanged(source, known):
                moved = (known.path, known.device, known.inode) != (fresh.path, fresh.device, fresh.inode)
                return Recognised(source, _moved(known, fresh), unchanged=True, moved=moved)
            if _is_same(source, known):
                return Recognised(source, _moved(known, fresh))
            if source.offset:  # a compressed one was read to find out
                source.close()
                source = open_source(path)
        return Recognised(source, fresh)
    except BaseException:
        source.close()
        raise


def _candidates(connection: apsw.Connection, row: SourceRow) -> list[SourceRow]:
    """The rows that path or inode point to; standard input has neither."""
    if row.inode == 0:
        return []
    hints = {"path": row.path, "inode": row.inode, "device": row.device}
    rows = known_rows(connection.execute(sql("store/known_sources"), hints))
    return [known for known in rows if known.compression == row.compression]


def known_rows(found: Iterable[Any]) -> list[SourceRow]:
    """Rows of `sql/store/known_sources.sql` and those like it."""
    return [SourceRow(*values) for values in found]


def _is_unchanged(source: Source, row: SourceRow) -> bool:
    if row.state == "reading":
        return False  # a run ended after the last batch and before the end of the source was told
    if source.growable:
        return source.stored_bytes == row.offset + row.pending_bytes and _is_same(source, row, move=False)
    # What is compressed would have to be unpacked to look inside; nothing that rewrites it keeps all four of these.
    same = (row.stored_bytes, row.modified_ns, row.device, row.inode)
    return same == (source.stored_bytes, source.modified_ns, source.device, source.inode)


def _is_same(source: Source, row: SourceRow, *, move: bool = True) -> bool:
    """Compares the beginning and the end of what was read, and leaves the source at the offset if they agree."""
    if source.growable:
        if source.stored_bytes < row.offset:
            return False
        head = source.read_at(0, row.head_bytes)
        tail = source.read_at(row.offset - row.tail_bytes, row.tail_bytes)
        if digest(head) != row.head_hash or digest(tail) != row.tail_hash:
            return False
        row.tail = tail
        return not move or source.skip(row.offset) == row.offset
    if row.line_open or row.damage:
        return False  # what was taken for the end of a line may have been the end of half a copy
    return digest(source.fill(row.head_bytes)) == row.head_hash and _reaches_tail(source, row)


def _reaches_tail(source: Source, row: SourceRow) -> bool:
    """Reads a compressed source up to its offset; its beginning was read."""
    if row.offset - row.tail_bytes < row.head_bytes:
        return False  # head and tail overlap: it is small, read it anew
    gap = row.offset - row.tail_bytes - row.head_bytes
    if source.skip(gap) != gap:
        return False
    row.tail = source.fill(row.tail_bytes)
    return digest(row.tail) == row.tail_hash


def _moved(known: SourceRow, now: SourceRow) -> SourceRow:
    """A known source as it is found now."""
    known.path, known.device, known.inode = now.path, now.device, now.inode
    known.stored_bytes, known.modified_ns = now.stored_bytes, now.modified_ns
    return known


def parameters(row: SourceRow) -> tuple[object, ...]:
    """For `sql/store/source.sql`."""
    return astuple(row)[:-1]
