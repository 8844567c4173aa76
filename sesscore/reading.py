"""Files → batches: the part of ingest that runs in the threads of the readers."""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import apsw

from sesscore.blocks import Blocks
from sesscore.discover import Candidate
from sesscore.known import SourceRow, Version, stored_path
from sesscore.matchers import MatcherFailed, Registry
from sesscore.readahead import Turn
from sesscore.recognise import Claims, recognise
from sesscore.records import BLOCK_BYTES, RecordReader, Scanned
from sesscore.sources import Source
from sesscore.unreadable import SourceUnreadable

MOST_READERS = 4


@dataclass
class Unreadable:
    """A file that cannot be a source, and why."""

    path: str
    problem: str
    hint: str


@dataclass
class Unchanged:
    """A file with nothing new in it. path: its own, whatever that of the source is. moved, copied: see `Recognised`."""

    path: str
    row: SourceRow
    moved: bool
    copied: Version | None = None


@dataclass
class Regressed:
    """A file that lost what was read of it before, or was begun anew with the same line: it is another source."""

    path: str


@dataclass(eq=False)
class Opened:
    """A source that is being read, for who tells how far. All in bytes as stored.

    begin: what was read of it before. handed: how far the batches go that were handed out. was_alien: so it is known to
    be no log. over: no more come.
    """

    row: SourceRow
    source: Source
    begin: int
    handed: int
    was_alien: bool = False
    over: bool = False


@dataclass
class Batch:
    """A batch of a source. stored_bytes: how much of the source, as stored, was read for it."""

    row: SourceRow
    scanned: Scanned
    stored_bytes: int
    opened: Opened


@dataclass
class Finished:
    """A source was read to its end."""

    row: SourceRow
    pending_bytes: int
    damage: str | None
    opened: Opened


@dataclass
class TakenBack:
    """The last record of a source is no record yet: its end came."""

    row: SourceRow
    quarantine_id: int


Step = Unreadable | Unchanged | Regressed | TakenBack | Batch | Finished


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


def readers(options: Options) -> int:
    """How many files are read side by side: more than a few take memory, and only decompression gains from it."""
    if options.matchers.users:
        return 1  # theirs are asked from one thread
    return min(usable_cores(), MOST_READERS)


def usable_cores() -> int:
    """Those that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class Desk:
    """What the readers share. connection: to look up known sources, for the readers alone, one at a time.

    claims: of the pass. What is recognised at the same time as another source must know of it.
    opened: by the paths of their candidates.
    """

    connection: apsw.Connection
    options: Options
    blocks: Blocks = field(default_factory=Blocks)
    claims: Claims = field(default_factory=Claims)
    asking: threading.Lock = field(default_factory=threading.Lock)
    opened: dict[str, Opened] = field(default_factory=dict)


def read_source(desk: Desk, candidate: Candidate, turn: Turn) -> Iterator[Step]:
    """What is new in a file. turn: see `ReadAhead`. Raises MatcherFailed."""
    if candidate.problem is not None:
        yield Unreadable(candidate.path, candidate.problem, candidate.hint)
        return
    try:
        yield from _read(desk, candidate, turn)
    except SourceUnreadable as error:
        yield Unreadable(candidate.path, error.reason, error.hint)
    except OSError as error:
        yield Unreadable(candidate.path, f"cannot be read: {error.strerror or error}", "")


def _read(desk: Desk, candidate: Candidate, turn: Turn) -> Iterator[Step]:
    options = desk.options
    with desk.asking:
        recognised = recognise(
            candidate.path,
            desk.connection,
            candidate.sensor or options.sensor,
            desk.claims,
            descriptor=candidate.descriptor,
        )
    row, path = recognised.row, stored_path(candidate.path)
    known = row.source_id is not None and row.state != "reading" and recognised.taken_back is None
    before = row.pending_bytes, row.damage
    with recognised.source as source:
        if recognised.unchanged:
            yield Unchanged(path, row, recognised.moved, recognised.copied)
            return
        if recognised.regressed:
            yield Regressed(source.path)
        if recognised.taken_back is not None:
            yield TakenBack(row, recognised.taken_back)
        if source.compression == "none":
            turn()  # what need not be unpacked is read faster than written: to have more of it wait takes memory only
        reader = RecordReader(
            source,
            row.position,
            sensor=row.sensor,
            naive_minutes=options.naive_minutes,
            block_bytes=options.block_bytes,
            fast=options.fast,
            matchers=options.matchers,
            blocks=desk.blocks,
        )
        begin = row.offset
        opened = Opened(row, source, source.stored_position, source.stored_position, row.state == "alien")
        desk.opened[candidate.path] = opened
        try:
            for scanned in reader.batches():
                opened.handed = source.stored_position
                yield Batch(row, scanned, opened.handed, opened)
        except MatcherFailed as error:
            error.where = f"{source.path}, after record {reader.position.records:,}"
            raise
        finally:
            opened.over = True
            desk.opened.pop(candidate.path, None)
        if known and reader.position.offset == begin and (reader.pending, source.damage) == before:
            yield Unchanged(path, row, recognised.moved)
        else:
            yield Finished(row, reader.pending, source.damage, opened)
