"""The single records of a session: found by reading its sources again, if they are there and are still the same."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import apsw

from sesscore._scan import EventBatch
from sesscore.halves import joined_record
from sesscore.known import SourceRow
from sesscore.queries import Row
from sesscore.reading import Options
from sesscore.recognise import recognise
from sesscore.records import Position, RecordReader, Scanned
from sesscore.sources import STDIN, open_source
from sesscore.unreadable import SourceUnreadable

Known = tuple[int, int]  # microseconds and fingerprint of an event


class NotThere(Exception):
    """A source cannot be read again; the message completes the sentence that its path begins."""


@dataclass
class Record:
    """A record of a source that states an event of the session. byte_offset: None if it shares its line."""

    record: int
    byte_offset: int | None
    at_us: int
    fingerprint: int
    eventid: str
    matcher: int


@dataclass(frozen=True)
class Wanted:
    """The events to look for: those of one session."""

    sensor: str
    session_id: str
    events: Collection[Known]


def reread(connection: apsw.Connection, source: Row, wanted: Wanted, options: Options) -> list[Record]:
    """The records of a source, a row of `sql/session/sources.sql`, that state events of a session. Raises NotThere.

    options: those that ingest had; the sensor is the source's own.
    """
    try:
        row = _check_same(connection, source)
        return [*_read(source, wanted, options), *_joined(row, connection, wanted, options)]
    except SourceUnreadable as error:
        raise NotThere(error.reason) from error
    except OSError as error:
        raise NotThere(f"cannot be read: {error.strerror or error}") from error


def _check_same(connection: apsw.Connection, source: Row) -> SourceRow:
    if source["path"] == STDIN:
        raise NotThere("was standard input")
    recognised = recognise(source["path"], connection, source["sensor"])
    recognised.source.close()
    if recognised.row.source_id != source["source_id"]:
        raise NotThere("holds something else now")
    return recognised.row


def _read(source: Row, wanted: Wanted, options: Options) -> Iterator[Record]:
    with open_source(source["path"]) as opened:
        reader = RecordReader(
            opened,
            Position(),
            sensor=source["sensor"],
            naive_minutes=options.naive_minutes,
            matchers=options.matchers,
        )
        for scanned in reader.batches():
            if scanned.begin.records >= source["last_record"]:
                return
            if scanned.end.records >= source["first_record"]:
                yield from _located(_found(scanned, wanted), scanned, wanted, (source["sensor"], options.naive_minutes))


def _joined(row: SourceRow, connection: apsw.Connection, wanted: Wanted, options: Options) -> Iterator[Record]:
    """The record that the source begins and the one after it ends."""
    scanned = joined_record(row, connection, replace(options, sensor=row.sensor))
    for record in _found(scanned, wanted) if scanned else ():
        yield replace(record, byte_offset=scanned.base if scanned else None)


def _found(scanned: Scanned, wanted: Wanted) -> list[Record]:
    """The records of a batch, without their places."""
    first = scanned.begin.records + 1
    return [
        Record(first + number, None, at_us, fingerprint, eventid, matcher)
        for sensor, session_id, at_us, fingerprint, eventid, number, matcher in scanned.batch.dump()
        if (at_us, fingerprint) in wanted.events and (sensor, session_id) == (wanted.sensor, wanted.session_id)
    ]


def _located(records: list[Record], scanned: Scanned, wanted: Wanted, defaults: tuple[str, int]) -> list[Record]:
    """The same with their places, where an event has a line of its own. Copies come in the order of their places."""
    if not records:
        return records
    by_event: dict[Known, list[Record]] = defaultdict(list)
    for record in records:
        by_event[record.at_us, record.fingerprint].append(record)
    places: dict[Known, list[int]] = defaultdict(list)
    for event, offset in _lines_with(scanned.batch.block, wanted, defaults):
        places[event].append(scanned.base + offset)
    for event, copies in by_event.items():
        if len(places[event]) == len(copies):
            for record, offset in zip(copies, places[event], strict=True):
                record.byte_offset = offset
    return records


def _lines_with(block: bytes | bytearray, wanted: Wanted, defaults: tuple[str, int]) -> Iterator[tuple[Known, int]]:
    """Lines that are one event of the session: which one, and where its value begins."""
    needle = wanted.session_id.encode()
    at = block.find(needle)
    while at >= 0:
        begin = block.rfind(b"\n", 0, at) + 1
        end = block.find(b"\n", at)
        line = block[begin : end if end >= 0 else len(block)]
        batch = EventBatch(line, *defaults)
        if batch.scan(0) == len(line) and batch.records == 1 and batch.events == 1:
            sensor, session_id, at_us, fingerprint, *_ = batch.dump()[0]
            if (sensor, session_id) == (wanted.sensor, wanted.session_id):
                yield (at_us, fingerprint), begin + line.index(b"{")
        at = block.find(needle, begin + len(line))
