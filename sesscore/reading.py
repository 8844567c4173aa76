"""Files → batches, in the order in which they are written: the part of ingest that runs in the reader thread."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import apsw

from sesscore.blocks import Blocks
from sesscore.discover import Candidate
from sesscore.known import SourceRow, recognise
from sesscore.matchers import MatcherFailed, Registry
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
    """A source with nothing new in it. moved: but for its name or its inode."""

    row: SourceRow
    moved: bool


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


Step = Unreadable | Unchanged | Batch | Finished


@dataclass(frozen=True)
class Options:
    """How sources are read. sensor: of those that have none of their own. naive_minutes: offset of times that name
    none. fast, matchers: see `RecordReader`.
    """

    sensor: str = "unknown"
    naive_minutes: int = 0
    block_bytes: int = BLOCK_BYTES
    fast: bool = True
    matchers: Registry = field(default_factory=Registry)


def read_sources(candidates: Sequence[Candidate], connection: apsw.Connection, options: Options) -> Iterator[Step]:
    """Reads what is new in each file. connection: to look up known sources; for this iterator alone."""
    blocks = Blocks()
    for candidate in candidates:
        if candidate.problem is not None:
            yield Unreadable(candidate.path, candidate.problem, candidate.hint)
            continue
        try:
            yield from _read(candidate, connection, options, blocks)
        except SourceUnreadable as error:
            yield Unreadable(candidate.path, error.reason, error.hint)
        except OSError as error:
            yield Unreadable(candidate.path, f"cannot be read: {error.strerror or error}", "")


def _read(candidate: Candidate, connection: apsw.Connection, options: Options, blocks: Blocks) -> Iterator[Step]:
    recognised = recognise(candidate.path, connection, candidate.sensor or options.sensor)
    row = recognised.row
    with recognised.source as source:
        if recognised.unchanged:
            yield Unchanged(row, recognised.moved)
            return
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
        try:
            for scanned in reader.batches():
                yield Batch(row, scanned, source.stored_position)
        except MatcherFailed as error:
            error.where = f"{candidate.path}, after record {reader.position.records:,}"
            raise
        yield Finished(row, reader.pending, source.damage)
