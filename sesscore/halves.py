"""Events that a rotation cut in two: the first half ends one source, the second begins the next.

The rules are in docs/design.md, "Halves". Both halves are read from the files once more, which lie side by side when
the later one is read. What a join changes in the database is `Writer.join`'s business.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import apsw

from sesscore._scan import EventBatch
from sesscore.known import SourceRow, known_rows
from sesscore.memory import reader_of
from sesscore.queries import sql
from sesscore.reading import Options
from sesscore.recognise import recognise
from sesscore.records import KEPT_BYTES, MAX_OBJECT, SEPARATORS, Position, Scanned
from sesscore.rotation import Folders
from sesscore.sources import Source, open_source
from sesscore.unreadable import SourceUnreadable

_STEPS = (64 * 1024, 1024 * 1024, MAX_OBJECT)  # of the second source, in which the object may end
_NOTHING = SEPARATORS + b"\n"


@dataclass(frozen=True)
class FirstHalf:
    """What may begin an event at the end of a source.

    record: its number there. quarantine_id: of the row that holds it, if one does. joined: its event is counted.
    """

    source: SourceRow
    data: bytes
    offset: int
    record: int
    quarantine_id: int | None = None
    joined: bool = False


@dataclass(frozen=True)
class Lead:
    """What a source begins with and was counted as records, though it ends an event.

    reasons: of the quarantined ones. rest_offset, rest: what follows it. waited: the whole source, if its end was
    waiting and belongs to the lead.
    """

    length: int
    blank: int
    reasons: tuple[str, ...]
    rest_offset: int
    rest: bytes
    waited: bytes | None

    @property
    def records(self) -> int:
        """As how many records it was counted."""
        return self.blank + len(self.reasons)


@dataclass(frozen=True)
class Join:
    """Two halves of an event. lead: None if it was taken out before. scanned: the event, as one of the first source."""

    first: FirstHalf
    second: SourceRow
    lead: Lead | None
    scanned: Scanned


def joins(connection: apsw.Connection, options: Options) -> Iterator[Join]:
    """The pairs of halves that are an event and were not joined yet. Each must be stored before the next is asked for.

    connection: the writer's, which knows what is not committed yet. No source may be in reading meanwhile.
    """
    folders = Folders()
    for row in known_rows(connection.execute(sql("store/open_ends"))):
        seconds = _seconds(folders.after(row.path), connection)
        if row.half_bytes:  # its event is counted: only copies of the second source are of interest
            seconds = [(path, second) for path, second in seconds if not second.lead_bytes]
        first = _first_half(row, connection) if seconds else None
        for path, second in seconds:
            if first is None or (first.joined and second.lead_bytes):
                continue
            if (found := _join(first, second, path, options)) is not None:
                yield found
                first = replace(first, joined=True)


def _seconds(paths: Iterable[str], connection: apsw.Connection) -> list[tuple[str, SourceRow]]:
    """The sources that begin with what may be a second half; copies of one file are one source."""
    found: dict[int | None, tuple[str, SourceRow]] = {}
    for path in paths:
        if (second := _known(path, connection)) is not None:
            found.setdefault(second.source_id, (path, second))
    return list(found.values())


def joined_record(row: SourceRow, connection: apsw.Connection, options: Options) -> Scanned | None:
    """The event that a source begins and the next one ends, read once more; None if the files do not tell it now."""
    first = _first_half(row, connection) if row.half_bytes else None
    for path in Folders().after(row.path) if first else ():
        second = _known(path, connection)
        if first and second and second.lead_bytes and (found := _join(first, second, path, options)):
            return found.scanned
    return None


# The first half


def _first_half(row: SourceRow, connection: apsw.Connection) -> FirstHalf | None:
    """The half that a source ends with, if the file is as it was read and its end begins like an object."""
    known = _known(row.path, connection)
    if known is None or known.source_id != row.source_id:
        return None
    half = _unterminated(known, connection) if known.compression != "none" else _waiting(known)
    if known.half_bytes:
        half = FirstHalf(known, b"", known.offset - known.half_bytes, known.records, joined=True)
        half = replace(half, data=_bytes_of(known.path, half.offset, known.half_bytes))
    return half if half and half.data.startswith(b"{") else None


def _waiting(row: SourceRow) -> FirstHalf | None:
    if not 0 < row.pending_bytes <= MAX_OBJECT:
        return None
    return FirstHalf(row, _bytes_of(row.path, row.offset, row.pending_bytes), row.offset, row.records + 1)


def _unterminated(row: SourceRow, connection: apsw.Connection) -> FirstHalf | None:
    parameters = {"source_id": row.source_id, "records": row.records}
    found = connection.execute(sql("store/unterminated"), parameters).fetchone()
    if found is None or found[3] > MAX_OBJECT:
        return None
    quarantine_id, record, offset, length, kept = found
    data = kept if len(kept) == length else _bytes_of(row.path, offset, length)
    return FirstHalf(row, data, offset, record, quarantine_id)


# The second half, and both


def _join(first: FirstHalf, second: SourceRow, path: str, options: Options) -> Join | None:
    try:
        with open_source(path) as source:
            beginning, length = _object_end(first.data, source)
            if length == 0 or second.lead_bytes not in (0, length):
                return None
            lead = None if second.lead_bytes else _lead(beginning, length, second, options)
    except (SourceUnreadable, OSError):
        return None
    scanned = _scan(first, first.data + beginning[:length], options)
    if (lead is None and not second.lead_bytes) or scanned.batch.events + scanned.batch.sessionless == 0:
        return None
    return Join(first, second, lead, scanned)


def _object_end(half: bytes, source: Source) -> tuple[bytes, int]:
    """The beginning of a source, and where in it the object ends that `half` begins; 0 if it does not.

    If it does, the beginning goes to the end of that line at least.
    """
    beginning = b""
    for size in _STEPS:
        beginning += source.fill(size - len(beginning))
        verdict, end = EventBatch(half + beginning, "").check(0)
        if verdict == "whole" and (beginning.find(b"\n", end - len(half)) >= 0 or size > len(beginning)):
            return beginning, end - len(half)
        if verdict not in ("whole", "incomplete") or size > len(beginning):
            break
    return beginning, 0


def _lead(beginning: bytes, length: int, second: SourceRow, options: Options) -> Lead | None:
    """What the first `length` bytes were counted as; None if they are not the end of an event and nothing else.

    beginning: of the second source, to the end of the line on which the event ends.
    """
    line_end = beginning.find(b"\n", length) + 1
    line = beginning[:line_end] if line_end else beginning
    alone = reader_of(beginning[:length], second.sensor, options)
    batches = [scanned.batch for scanned in alone.batches()]
    if any(batch.events + batch.sessionless for batch in batches):
        return None
    reasons: list[str] = []
    end = 0
    in_place = reader_of(line, second.sensor, options, growable=second.compression == "none" and not line_end)
    for scanned in in_place.batches():
        for _, records, at, size, reason, _ in scanned.batch.quarantine:
            if scanned.base + at < length:
                reasons += [reason] * records
                end = scanned.base + at + size
    waits = in_place.pending > 0 and len(line) - in_place.pending < length
    if beginning[length : len(line) if waits else end].strip(SEPARATORS):
        return None
    blank = sum(batch.blank for batch in batches)
    if len(reasons) + blank + waits != sum(batch.records for batch in batches):
        return None
    rest = beginning[length:].lstrip(_NOTHING)
    return Lead(length, blank, tuple(reasons), len(beginning) - len(rest), rest[:KEPT_BYTES], line if waits else None)


def _scan(first: FirstHalf, whole: bytes, options: Options) -> Scanned:
    """The event as a batch that ends where its first source ends."""
    (read,) = reader_of(whole, first.source.sensor, options).batches()
    batch = read.batch
    begin = Position(first.offset, first.record - 1, bool(first.source.line_open))
    end = Position(first.offset + len(first.data), begin.records + batch.records, in_line=True)
    return Scanned(batch, first.offset, begin, end)


# Reading


def _known(path: str, connection: apsw.Connection) -> SourceRow | None:
    """The row of a file that was read to its end and is as it was then."""
    try:
        recognised = recognise(path, connection, "")
    except (SourceUnreadable, OSError):
        return None
    recognised.source.close()
    return recognised.row if recognised.unchanged else None


def _bytes_of(path: str, offset: int, length: int) -> bytes:
    """Bytes of a source, fewer if they cannot be read."""
    try:
        with open_source(path) as source:
            return source.fill(length) if source.skip(offset) == offset else b""
    except (SourceUnreadable, OSError):
        return b""
