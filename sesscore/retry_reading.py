"""What the bytes of quarantined records are by the rules of today, and what that changes."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import apsw

from sesscore._scan import EventBatch
from sesscore.ledger import Ledger
from sesscore.matchers import MatcherFailed
from sesscore.memory import Memory
from sesscore.parts import FINGERPRINT_BYTES, moments, unpacked
from sesscore.queries import sql
from sesscore.reading import Options
from sesscore.records import Position, RecordReader, Scanned
from sesscore.retry_units import WHOLE, Unit

_DAY_US = 86_400_000_000
_SURE = WHOLE | {"json", "torn"}

Event = tuple[str, str, int, int]  # sensor, session id, µs, fingerprint
IsKnown = Callable[[Event], bool]


@dataclass(frozen=True)
class Change:
    """What a unit became. begin: the number of its first record now. by: how many records more it is.

    counted: records in the same objects that were good before, and are in the ledger already.
    """

    unit: Unit
    scans: list[Scanned]
    begin: int
    by: int
    counted: Ledger
    left: bool  # something has left the quarantine; else only reasons changed

    @property
    def may_go_on(self) -> bool:
        """Whether it ends with what is no whole value: behind it can be the inside of an object that began there."""
        batch = self.scans[-1].batch
        if not batch.quarantine:
            return False
        before, records, _, _, reason, _ = batch.quarantine[-1]
        return reason not in WHOLE and before + records == batch.records

    @property
    def last(self) -> int:
        """The number that its last record had."""
        return self.begin + sum(scanned.batch.records for scanned in self.scans) - self.by - 1


def read_again(
    unit: Unit, data: bytes, in_line: bool, sensor: str, options: Options, is_known: IsKnown, total: int
) -> Change | None:
    """What a unit is now; None if it is the same as before, or cannot be told from these bytes alone.

    data: of the unit. in_line: its line begins before it. total: records of its source.
    """
    reader, scans = _scan(data, unit, in_line, sensor, options, growable=True)
    if reader.pending:
        # An object goes on behind the unit, where it failed, or its row would not be here.
        begin = reader.position.offset
        reader, scans = _scan(data, unit, in_line, sensor, options, growable=False)
        if _is_unsure(unit, begin, scans):
            return None
    before, now = unit.reasons, _reasons(scans)
    records = sum(scanned.batch.records for scanned in scans)
    blank = sum(scanned.batch.blank for scanned in scans)
    good = records - blank - now.total()
    extra = max(0, records - before.total())
    siblings, lead = _siblings(reader, scans, is_known) if extra else (0, 0)
    siblings = min(siblings, extra, max(0, total - before.total()))
    counted_blank = min(blank, extra - siblings)  # between the rows of what was no log and has grown
    counted = Ledger(lines=siblings + counted_blank, duplicates=siblings, blank=counted_blank)
    if now == before and good == siblings:
        return None
    if unit.span > before.total() + counted.lines:
        return None  # there are records between that are not found again
    by = records - before.total() - counted.lines
    begin = max(1, min(unit.first - min(lead, siblings), total + by - records + 1))
    return Change(unit, scans, begin, by, counted, left=good > siblings or now.total() < before.total())


def _is_unsure(unit: Unit, begin: int, scans: Iterable[Scanned]) -> bool:
    """Whether something from `begin` on was too deep or too long, and is half an object by itself.

    The line of the one is not searched for events, that of the other is.
    """
    rows = [row for row in unit.rows if row.reason not in _SURE and row.end > begin]
    for scanned in scans if rows else ():
        for _, _, at, length, reason, _ in scanned.batch.quarantine:
            first = scanned.base + at
            if reason in _SURE and any(row.byte_offset < first + length and first < row.end for row in rows):
                return True
    return False


def _reasons(scans: Iterable[Scanned]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for scanned in scans:
        for _, records, _, _, reason, _ in scanned.batch.quarantine:
            counts[reason] += records
    return counts


# Reading


class _UnitReader(RecordReader):
    """Notes which records share an object."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.shared: set[int] = set()  # numbers of records

    def _records_of(self, batch: EventBatch, at: int, end: int) -> None:
        before = batch.records
        super()._records_of(batch, at, end)
        if batch.records > before + 1:
            self.shared.update(range(self.position.records + before + 1, self.position.records + batch.records + 1))


def _scan(
    data: bytes, unit: Unit, in_line: bool, sensor: str, options: Options, *, growable: bool
) -> tuple[_UnitReader, list[Scanned]]:
    """Reads the bytes as lines of their own; the numbers begin with that of the unit."""
    reader = _UnitReader(
        Memory(data + b"\n", growable=growable),
        Position(unit.offset, unit.first - 1, in_line),
        sensor=sensor,
        naive_minutes=options.naive_minutes,
        fast=options.fast,
        matchers=options.matchers,
    )
    try:
        return reader, list(reader.batches())
    except MatcherFailed as error:
        error.where = f"record {unit.first:,}, in quarantine"
        raise


# Records that were good already


def _siblings(reader: _UnitReader, scans: list[Scanned], is_known: IsKnown) -> tuple[int, int]:
    """How many events of shared objects are known: those were read when the others were not. And how many begin it."""
    known = set()
    first = scans[0].begin.records + 1
    for scanned in scans if reader.shared else ():
        for sensor, session_id, at_us, fingerprint, _, number, _ in scanned.batch.dump():
            record = scanned.begin.records + 1 + number
            if record in reader.shared and is_known((sensor, session_id, at_us, fingerprint)):
                known.add(record)
    lead = 0
    while first + lead in known:
        lead += 1
    return len(known), lead


def knows(connection: apsw.Connection) -> IsKnown:
    """Asks a database whether it has an event."""

    def is_known(event: Event) -> bool:
        sensor, session_id, at_us, fingerprint = event
        values = {"sensor": sensor, "session_id": session_id, "at_us": at_us, "day": at_us // _DAY_US}
        part = connection.execute(sql("store/part_at"), values).fetchone()
        if part is None:
            return False
        first_us, activities, events = part
        wanted = at_us, fingerprint.to_bytes(FINGERPRINT_BYTES, "little")
        return wanted in moments(first_us, unpacked(activities), events)

    return is_known
