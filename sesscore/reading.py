"""Files → batches, in the order in which they are written: the part of ingest that runs in the reader thread."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import apsw

from sesscore.blocks import Blocks
from sesscore.discover import Candidate
from sesscore.known import SourceRow, Version
from sesscore.matchers import MatcherFailed, Registry
from sesscore.recognise import Claims, Recognised, recognise
from sesscore.records import BLOCK_BYTES, RecordReader, Scanned
from sesscore.sources import SourceUnreadable


@dataclass
class Unreadable:
    """A file that cannot be a source, and why."""

    path: str
    problem: str
    hint: str


@dataclass
class Unchanged:
    """A source with nothing new in it. moved, copied: see `Recognised`."""

    row: SourceRow
    moved: bool
    copied: Version | None = None


@dataclass
class Regressed:
    """A file that lost what was read of it before, or was begun anew with the same line: it is another source."""

    path: str


@dataclass
class Batch:
    """A batch of a source. stored_bytes: how much of the source, as stored, was read for it."""

    row: SourceRow
    scanned: Scanned
    stored_bytes: int


@dataclass
class Finished:
    """A source was read to its end."""

    row: SourceRow
    pending_bytes: int
    damage: str | None


@dataclass
class TakenBack:
    """The last record of a source is no record yet: its end came."""

    row: SourceRow
    quarantine_id: int


Step = Unreadable | Unchanged | Regressed | TakenBack | Batch | Finished


@dataclass(frozen=True)
class Options:
    """How sources are read. naive_minutes: offset of times that name none. fast, matchers: see `RecordReader`."""

    sensor: str = "unknown"
    naive_minutes: int = 0
    block_bytes: int = BLOCK_BYTES
    fast: bool = True
    matchers: Registry = field(default_factory=Registry)


def read_sources(candidates: Sequence[Candidate], connection: apsw.Connection, options: Options) -> Iterator[Step]:
    """Reads what is new in each file. connection: to look up known sources; for this iterator alone."""
    blocks = Blocks()
    claims = Claims()
    for candidate in candidates:
        if candidate.problem is not None:
            yield Unreadable(candidate.path, candidate.problem, candidate.hint)
            continue
        try:
            yield from _read(recognise(candidate.path, connection, options.sensor, claims), options, blocks)
        except SourceUnreadable as error:
            yield Unreadable(candidate.path, error.reason, error.hint)
        except OSError as error:
            yield Unreadable(candidate.path, f"cannot be read: {error.strerror or error}", "")


def _read(recognised: Recognised, options: Options, blocks: Blocks) -> Iterator[Step]:
    row = recognised.row
    known = row.source_id is not None and row.state != "reading" and recognised.taken_back is None
    before = row.pending_bytes, row.damage
    with recognised.source as source:
        if recognised.unchanged:
            yield Unchanged(row, recognised.moved, recognised.copied)
            return
        if recognised.regressed:
            yield Regressed(source.path)
        if recognised.taken_back is not None:
            yield TakenBack(row, recognised.taken_back)
        reader = RecordReader(
            source,
            row.position,
            sensor=row.sensor,
            naive_minutes=options.naive_minutes,
            block_bytes=options.block_bytes,
            fast=options.fast,
            matchers=options.matchers,
            blocks=blocks,
        )
        begin = row.offset
        try:
            for scanned in reader.batches():
                yield Batch(row, scanned, source.stored_position)
        except MatcherFailed as error:
            error.where = f"{source.path}, after record {reader.position.records:,}"
            raise
        if known and reader.position.offset == begin and (reader.pending, source.damage) == before:
            yield Unchanged(row, recognised.moved)
        else:
            yield Finished(row, reader.pending, source.damage)
