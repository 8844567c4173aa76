"""A source's bytes → batches of events. The rules of what is a record are in docs/design.md, "Records"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from sesscore._scan import EventBatch
from sesscore.blocks import Blocks
from sesscore.matchers import Registry

BLOCK_BYTES = 8 * 1024 * 1024  # of log a batch, at the most
FIRST_BYTES = 2 * 1024 * 1024  # of a source of which nobody knows yet how short its lines are
BATCH_RECORDS = 32_768  # rows take more memory than the log that they are made of
MAX_OBJECT = 16 * 1024 * 1024
KEPT_BYTES = 4096  # of a quarantined stretch
TAIL_OF_HOLE = 64 * 1024  # is read, as what the source is known by may lie in it

# A token of a stretch ends at the next separator, so a string that holds one is none. Only runs of characters are
# possessive: CPython before 3.11.5 loses its place after a possessive group that fails half-way.
_SCALAR = (
    rb'"[^"\\\x00-\x20,\[\]]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x20,\[\]]*+)*"'
    rb"|-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?|true|false|null"
)
_SEPARATOR = rb"[ \t\r\n,\[\]\x00]"
SEPARATORS = b" \t\r\n,[]\x00"
_TOKEN = re.compile(rb"(?P<scalar>%s)(?=%s|\Z)|%s++" % (_SCALAR, _SEPARATOR, _SEPARATOR))


# With which Twisted begins an entry of a text log; what attackers type stands in it as it is.
_ENTRY = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.,]++(?:Z|[+-][0-9]{2}:?[0-9]{2})? \[")
_NEWLINE, _TAB = b"\n\t"


class Bytes(Protocol):
    """What a source must offer: see `sesscore.sources.Source`."""

    growable: bool

    def readinto(self, block: memoryview, /) -> int:
        """Puts decompressed bytes into a block: how many, 0 at the end."""

    def skip_hole(self, keep: int = 0, /) -> int:
        """Passes over NULs that are not stored, but for the last `keep`; says how many."""


@dataclass
class Position:
    """Where reading a source stands: everything before `offset` is in `records` records.

    after_entry: the line before, or this one if `in_line`, is an entry of a text log.
    """

    offset: int = 0
    records: int = 0
    in_line: bool = False
    after_entry: bool = False


@dataclass
class Scanned:
    """One batch. base: where its block begins in the source; begin, end: what the batch covers."""

    batch: EventBatch
    base: int
    begin: Position
    end: Position


class RecordReader:
    """Cuts a source into batches of events.

    position: where to begin; moved on with each batch. fast: see `EventBatch`. matchers: the user's, asked after the
    built-in ones. After the last batch, `pending` says how many bytes wait for their end.
    """

    def __init__(
        self,
        source: Bytes,
        position: Position,
        *,
        sensor: str,
        naive_minutes: int = 0,
        block_bytes: int = BLOCK_BYTES,
        fast: bool = True,
        matchers: Registry | None = None,
        blocks: Blocks | None = None,
    ) -> None:
        self.position = position
        self.pending = 0
        self._blocks = blocks or Blocks()
        self._source = source
        self._sensor = sensor
        self._naive_minutes = naive_minutes
        self._block_bytes = block_bytes
        self._next_bytes = min(block_bytes, FIRST_BYTES)
        self._fast = fast
        self._ask = matchers.ask if matchers is not None and matchers.users else None
        self._skipped = 0  # bytes of a line that is too long, already let go
        self._skipped_begin = b""
        self._skipped_entry = False
        self._newline = -1  # in the block at hand, see `_line_end`
        self._after_entry = position.after_entry

    def batches(self) -> Iterator[Scanned]:
        """Reads to the end of the source."""
        carry: bytes | bytearray = b""
        base = self.position.offset
        final = False
        while not final:
            if base and not carry and not self._skipped:  # between records NULs are nothing
                base += self._source.skip_hole(TAIL_OF_HOLE)
            block = self._fill(carry)
            final = len(block) == len(carry)
            if final and not carry and not self._skipped:
                break
            batch = self._new_batch(block)
            at = self._skip_rest(batch, final) if self._skipped else 0
            if at >= 0:
                at = self._scan(batch, at, final)
                self._next_bytes = self._bytes_of_a_batch(at, batch.records)
                if at or batch.records:
                    yield self._advance(batch, base, at)
            read_to = len(batch.block) if self._skipped else at
            base += read_to
            carry = batch.block[read_to:]
        self.pending = base + len(carry) - self.position.offset

    def _bytes_of_a_batch(self, scanned: int, records: int) -> int:
        """How much to read next, if the records that come are as long as the last ones."""
        return max(1, min(self._block_bytes, scanned * BATCH_RECORDS // records)) if records else self._block_bytes

    def _fill(self, carry: bytes | bytearray) -> bytes | bytearray:
        """What was left of the last block, and the bytes after it, fewer than wanted only where the source ends."""
        block = self._blocks.take(len(carry) + self._next_bytes)
        end = len(carry)
        with memoryview(block) as view:
            view[:end] = carry
            count = -1
            while end < len(block) and count:
                with view[end:] as rest:  # let go of even if the error of a damaged file still knows who called
                    count = self._source.readinto(rest)
                end += count
        return self._blocks.cut(block, end)

    def _new_batch(self, block: bytes | bytearray) -> EventBatch:
        self._newline = -1
        return EventBatch(block, self._sensor, self._naive_minutes, self.position.in_line, self._fast, self._ask)

    def _advance(self, batch: EventBatch, base: int, at: int) -> Scanned:
        begin = self.position
        self.position = Position(base + at, begin.records + batch.records, batch.in_line, self._after_entry)
        return Scanned(batch, base, begin, self.position)

    def _scan(self, batch: EventBatch, at: int, final: bool) -> int:
        """Reads records until the block ends or what is left has to wait. Returns where it stopped."""
        end = len(batch.block)
        while at < end:
            if self._after_entry:
                line = at + (batch.in_line and batch.block[at] == _NEWLINE)
                if line == end and not final:
                    break  # how the next line begins is not known yet
                self._after_entry = line == end or batch.block[line] == _TAB
            if self._after_entry and line < end:
                at = line
                after = self._stretch(batch, at, "json", final, entry=True)
            elif (at := batch.scan(at)) == end:
                break
            elif batch.block[at] == ord("{"):
                after = self._object(batch, at, final)
            else:
                after = self._stretch(batch, at, "json", final)
            if after < 0:
                break
            at = after
        return at

    def _object(self, batch: EventBatch, at: int, final: bool) -> int:
        """An object that the fast path did not take. Returns where it ends, or -1 if it has to wait."""
        verdict, end = batch.check(at)
        if verdict == "whole":
            self._records_of(batch, at, end)
            return end
        if verdict != "incomplete":
            return self._stretch(batch, at, verdict, final)
        if not final or self._source.growable:
            return -1
        # An unfinished object must not take later lines with it; on the last line it is the end of the source.
        return self._stretch(batch, at, "json" if batch.block.find(b"\n", at) >= 0 else "unterminated", final)

    def _records_of(self, batch: EventBatch, at: int, end: int) -> None:
        from sesscore.slowpath import decode, unwrap  # late, and below: it brings two libraries for JSON

        for fields, enclosing in unwrap(decode(batch.block[at:end]), batch.is_event):
            reason = batch.add(fields, enclosing)
            if reason is not None:
                batch.count_bad(at, end - at, reason, batch.block[at : min(end, at + KEPT_BYTES)])

    def _stretch(self, batch: EventBatch, at: int, reason: str, final: bool, *, entry: bool = False) -> int:
        """Bytes that are no record, up to the end of the line or to an event in their first 16 MiB.

        entry: they are one of a text log, without its header. Returns where they end, or -1 if they have to wait."""
        block = batch.block
        entry = entry or _ENTRY.match(block, at) is not None
        end = self._line_end(batch, at)
        terminated = end < len(block)
        too_long = end - at > MAX_OBJECT
        if not (terminated or too_long or final):
            return -1
        growing = too_long or (self._source.growable and not terminated)
        search = reason == "json" and not entry
        event = self._salvage(batch, at + 1, min(end, at + MAX_OBJECT), growing) if search else -1
        if event >= 0:
            end = event
        elif too_long and terminated:
            reason = "too_long"
        elif not terminated and not final:
            return self._begin_skip(batch, at, entry=entry)
        scalars = _scalars(block, at, end) if search and reason == "json" else 0
        if event < 0 and not terminated and not (scalars and block[end - 1] == ord("]")):
            if self._source.growable:
                return -1
            reason = "unterminated"
        elif scalars:
            reason = "no_time"
        elif search and reason == "json" and _is_half(batch, at, end):
            reason = "torn"
        self._after_entry = entry and terminated
        records = scalars if reason == "no_time" else 1
        batch.count_bad(at, end - at, reason, block[at : min(end, at + KEPT_BYTES)], records)
        return end

    def _line_end(self, batch: EventBatch, at: int) -> int:
        """The newline at or after `at`, or the end of the block. Kept, since a line can hold a million stretches."""
        if self._newline < at:
            self._newline = batch.block.find(b"\n", at)
            if self._newline < 0:
                self._newline = len(batch.block)
        return self._newline

    def _salvage(self, batch: EventBatch, at: int, end: int, growing: bool) -> int:
        """Where the first whole event in [at, end) begins, or -1. growing: `end` is not where the line ends."""
        from sesscore.slowpath import decode

        while (found := batch.next_whole(at, end, growing)) is not None:
            begin, at = found
            if batch.is_event(decode(batch.block[begin:at])):
                return begin
        return -1

    def _begin_skip(self, batch: EventBatch, at: int, *, entry: bool) -> int:
        """Lets go of a line that is longer than an object may be; where it began is kept until its end is found."""
        self._skipped = len(batch.block) - at
        self._skipped_begin = bytes(batch.block[at : at + KEPT_BYTES])
        self._skipped_entry = entry
        return -1

    def _skip_rest(self, batch: EventBatch, final: bool) -> int:
        """Goes on letting go. Returns where the line ends, or -1 if it has not yet."""
        end = batch.block.find(b"\n")
        if end < 0 and not (final and not self._source.growable):
            self._skipped += len(batch.block)
            return -1
        reason = "too_long" if end >= 0 else "unterminated"
        if end < 0:
            end = len(batch.block)
        batch.count_bad(-self._skipped, self._skipped + end, reason, self._skipped_begin)
        self._skipped = 0
        self._after_entry = self._skipped_entry
        return end


def _is_half(batch: EventBatch, at: int, end: int) -> bool:
    """Whether a stretch is the beginning of an object, or may be the end of one."""
    if batch.block[at] == ord("{"):
        return batch.check(at, end)[0] == "incomplete"
    return batch.block[at:end].rstrip(SEPARATORS).endswith(b"}")


def _scalars(block: bytes | bytearray, at: int, end: int) -> int:
    """How many JSON scalars a stretch consists of; 0 if it holds anything else."""
    count = 0
    for token in _TOKEN.finditer(block, at, end):
        if token.start() != at:
            return 0
        at = token.end()
        count += token["scalar"] is not None
    return count if at == end else 0
