"""`sesscore ingest --retry-quarantine`: what could not be an event is read again, by the rules of today.

A record is read from the bytes that the quarantine kept, or from its file if that is there and is the same. What
becomes of it is written as if it had been so from the beginning: sessions, ledger, numbers of records. What stays what
it was is not touched. The rules are in docs/design.md, "Quarantine".
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import apsw

from sesscore.counts import Retried
from sesscore.errors import StorageError
from sesscore.known import SourceRow, known_rows, row_of
from sesscore.ledger import Ledger
from sesscore.matchers import MatcherFailed
from sesscore.queries import sql
from sesscore.reading import Options
from sesscore.records import Bytes, Position, RecordReader
from sesscore.renumber import renumber
from sesscore.retry_file import AgainFile, UpTo, open_again
from sesscore.retry_reading import Change, knows, read_again
from sesscore.retry_units import UNIT_BYTES, Held, Unit, units
from sesscore.sources import Source
from sesscore.unreadable import SourceUnreadable
from sesscore.writer import Writer

_AT_ONCE = 32 << 20  # bytes of units that wait to be written


@dataclass
class Step:
    """What was written at once, of one source: the change of its ledger."""

    source: SourceRow
    ledger: Ledger = field(default_factory=Ledger)


class Retry:
    """Takes up the quarantine of a database again.

    writer: has committed. writing: its connection, to look up what it has. reading: one that sees what is committed.
    """

    def __init__(
        self, writer: Writer, writing: apsw.Connection, reading: apsw.Connection, options: Options, told: Retried
    ) -> None:
        self._writer = writer
        self._reading = reading
        self._options = options
        self._told = told
        self._is_known = knows(writing)

    def steps(self) -> Iterator[Step]:
        """Works source by source; each step is of one transaction. One that changed nothing is told, too."""
        for source in known_rows(self._reading.execute(sql("store/quarantined_sources")).fetchall()):
            try:
                yield from self._alien(source) if source.state == "alien" else self._source(source)
            except MatcherFailed as error:
                error.where = ", ".join(filter(None, (source.path, error.where)))
                raise

    # A log: what is bad in it

    def _source(self, source: SourceRow) -> Iterator[Step]:
        changes: list[Change] = []
        size = moved = 0
        total = source.records
        with AgainFile(source, self._reading) as file:
            may_be_text = False
            for unit in units(self._rows(source)):
                for change in self._changes(unit, source, file, total, may_be_text):
                    changes.append(change)
                    size += change.unit.length
                may_be_text = may_be_text or any(row.may_be_text for row in unit.rows)
                if size >= _AT_ONCE:
                    yield self._write(source, changes, moved)
                    moved += sum(change.by for change in changes)
                    changes, size = [], 0
        yield self._write(source, changes, moved)

    def _rows(self, source: SourceRow) -> Iterator[Held]:
        for values in self._reading.execute(sql("store/quarantined"), {"source_id": source.source_id}):
            yield Held(*values)

    def _changes(
        self, unit: Unit, source: SourceRow, file: AgainFile, total: int, may_be_text: bool
    ) -> Iterator[Change]:
        """What a unit became, if anything; counts its rows. may_be_text: entries of a text log stand before it."""
        self._told.rows += len(unit.rows)
        if unit.length > UNIT_BYTES or "unterminated" in unit.reasons:
            self._told.kept += len(unit.rows)
            return
        kept = unit.kept
        change = None if kept is None else self._read(unit, kept, False, source, total)
        if kept is not None and change is None:
            self._told.kept += len(unit.rows)
            return
        found = file.find(unit.offset, unit.length)
        if found is None or not unit.holds(found.data):
            yield from self._without_file(unit, source, total, may_be_text)
        elif found.in_context:
            if change is None or not found.own_line:
                change = self._read(unit, found.data, not found.own_line, source, total)
            yield from self._counted(unit, change)
        else:
            self._told.kept += len(unit.rows)

    def _without_file(self, unit: Unit, source: SourceRow, total: int, may_be_text: bool) -> Iterator[Change]:
        """What can be told of a unit from the bytes that were kept."""
        self._told.not_there += len(unit.rows)
        for one in [] if may_be_text else unit.alone():
            change = None
            if one.kept is not None and not one.kept.startswith(b"\t"):
                self._told.not_there -= len(one.rows)
                change = self._read(one, one.kept, False, source, total)
                yield from self._counted(one, change)
            if one.may_go_on if change is None else change.may_go_on:
                return

    def _read(self, unit: Unit, data: bytes, in_line: bool, source: SourceRow, total: int) -> Change | None:
        return read_again(unit, data, in_line, source.sensor, self._options, self._is_known, total)

    def _counted(self, unit: Unit, change: Change | None) -> Iterator[Change]:
        if change is not None and change.left:
            self._told.read += len(unit.rows)
        else:
            self._told.kept += len(unit.rows)
        if change is not None:
            yield change

    def _write(self, source: SourceRow, changes: list[Change], moved: int) -> Step:
        """Puts what units became in the place of what they were. moved: by how much their numbers have changed yet."""
        step = Step(source)
        if not changes:
            return step
        with self._writer.at_once() as connection:
            for row in (row for change in changes for row in change.unit.rows):
                connection.execute(sql("store/forget_quarantined"), {"quarantine_id": row.quarantine_id})
            shifts = [(change.last + moved, change.by) for change in changes if change.by]
            renumber(connection, source, shifts)
            taken_out = Ledger()
            for change in changes:
                source.records += change.by
                taken_out.add(_taken_out(change))
            step.ledger.add(self._writer.mend(source, taken_out))
            for change in changes:
                for scanned in change.scans:
                    number = scanned.begin.records + change.begin - change.unit.first + moved
                    placed = replace(scanned, begin=replace(scanned.begin, records=number))
                    step.ledger.add(self._writer.write(placed, source, again=True))
                moved += change.by
        return step

    # What was no log

    def _alien(self, source: SourceRow) -> Iterator[Step]:
        """Reads a source that was no log anew, if it is one now: of its records only some places were kept."""
        rows = sum(1 for _ in self._rows(source))
        is_log = self._is_log(source)
        self._told.rows += rows
        self._told.read += rows if is_log else 0
        self._told.kept += rows if is_log is False else 0
        self._told.not_there += rows if is_log is None else 0
        yield self._read_anew(source) if is_log else Step(source)

    def _is_log(self, source: SourceRow) -> bool | None:
        """Whether there is an event in what was read of a source; None if that is not there any more."""
        file = open_again(source, self._reading)
        if file is None:
            return None
        with file:
            try:
                begin = _begin(source, file)
                known = source.offset + source.pending_bytes - begin.offset
                reader = self._reader(UpTo(file, known), begin, source)
                return any(scanned.batch.events + scanned.batch.sessionless for scanned in reader.batches())
            except (SourceUnreadable, OSError):
                return None

    def _read_anew(self, source: SourceRow) -> Step:
        """Reads a source as if for the first time, but for a lead that belongs to an event of the one before."""
        step = Step(source)
        file = open_again(source, self._reading)
        if file is None:
            raise StorageError("changed while it was read", where=source.path, hint="the same command again")
        with file, self._writer.at_once() as connection:
            before = connection.execute(sql("store/source_ledger"), (source.source_id,)).get
            step.ledger.add(Ledger(*(-records for records in before)))
            for name in ("forget_all_quarantined", "forget_ledger"):
                connection.execute(sql(f"store/{name}"), {"source_id": source.source_id})
            begin = _begin(source, file)
            if not begin.offset:
                source.begin_with(b"")
            source.moved_to(row_of(file, ""))
            reader = self._reader(file, begin, source)
            try:
                for scanned in reader.batches():
                    step.ledger.add(self._writer.write(scanned, source))
            except SourceUnreadable as error:
                raise StorageError(error.reason, where=source.path, hint=error.hint) from error
            self._writer.finish(source, reader.pending, file.damage)
        return step

    def _reader(self, file: Bytes, begin: Position, source: SourceRow) -> RecordReader:
        return RecordReader(
            file,
            begin,
            sensor=source.sensor,
            naive_minutes=self._options.naive_minutes,
            block_bytes=self._options.block_bytes,
            fast=self._options.fast,
            matchers=self._options.matchers,
        )


def _begin(source: SourceRow, file: Source) -> Position:
    """Moves a file to where the records of its source begin."""
    file.skip(source.lead_bytes)
    return Position(source.lead_bytes, source.lead_records, source.lead_bytes > 0)


def _taken_out(change: Change) -> Ledger:
    """What the records of a unit were in the ledger of their source, taken away."""
    quarantined = change.unit.reasons.total()
    ledger = Ledger(lines=-quarantined, quarantined=-quarantined)
    counted = change.counted
    ledger.add(Ledger(lines=-counted.lines, duplicates=-counted.duplicates, blank=-counted.blank))
    return ledger
