"""The quarantine of a source, in units that are read again as one: rows that follow each other without a gap.

An object over several lines that could not be read was cut into records, one a line and maybe for several reasons. Only
together can they become what they are.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sesscore.records import MAX_OBJECT

UNIT_BYTES = 2 * MAX_OBJECT
WHOLE = frozenset({"no_time", "no_eventid"})  # reasons for which a whole value is quarantined
_DATE = re.compile(rb"\t|[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]")


class Held(NamedTuple):
    """A row of the quarantine: columns of `sql/store/quarantined.sql`."""

    quarantine_id: int
    record: int
    records: int
    byte_offset: int
    byte_length: int
    reason: str
    data: bytes

    @property
    def end(self) -> int:
        """Where it ends in its source."""
        return self.byte_offset + self.byte_length

    @property
    def complete(self) -> bool:
        """Whether all its bytes were kept."""
        return len(self.data) == self.byte_length

    @property
    def may_be_text(self) -> bool:
        """Whether an entry of a text log may be in it: then what follows in its line, or after a tab, belongs to it."""
        hidden = self.records > 1 and not self.complete
        return self.reason not in WHOLE and (hidden or _DATE.match(self.data) is not None)


@dataclass(frozen=True)
class Unit:
    """Rows that are read as one, in order of place."""

    rows: tuple[Held, ...]

    @property
    def first(self) -> int:
        """The number of the first record."""
        return self.rows[0].record

    @property
    def span(self) -> int:
        """How far the numbers of its records go; more than there are, if good ones lie between."""
        return max(row.record + row.records for row in self.rows) - self.first

    @property
    def reasons(self) -> Counter[str]:
        """Its records, by what was wrong with them."""
        counts: Counter[str] = Counter()
        for row in self.rows:
            counts[row.reason] += row.records
        return counts

    @property
    def offset(self) -> int:
        """Where it begins in its source."""
        return self.rows[0].byte_offset

    @property
    def length(self) -> int:
        """Bytes from its beginning to its end."""
        return max(row.end for row in self.rows) - self.offset

    @property
    def kept(self) -> bytes | None:
        """Its bytes, if the database has all of them."""
        first = self.rows[0]
        return first.data if first.complete and first.byte_length == self.length else None

    def holds(self, data: bytes) -> bool:
        """Whether bytes of a file can be these: what the database kept of them is in its place."""
        if len(data) != self.length:
            return False
        return all(data.startswith(row.data, row.byte_offset - self.offset) for row in self.rows)

    @property
    def may_go_on(self) -> bool:
        """Whether what follows it can be the inside of an object that began in it."""
        return any(row.reason not in WHOLE for row in self.rows)

    def alone(self) -> "Iterator[Unit]":
        """Its rows, each by itself, but those of one object together: all of them hold it."""
        held: list[Held] = []
        end = self.offset
        for row in self.rows:
            if held and row.byte_offset >= end:
                yield Unit(tuple(held))
                held = []
            held.append(row)
            end = max(end, row.end)
        yield Unit(tuple(held))


def units(rows: Iterable[Held]) -> Iterator[Unit]:
    """Rows in order → units. Rows of one object lie in one unit, even if good records of that object lie between."""
    held: list[Held] = []
    records = end = 0
    for row in rows:
        follows = held and row.record == held[0].record + records and row.reason != "unterminated"
        fits = held and max(end, row.end) - held[0].byte_offset <= UNIT_BYTES
        if held and not (row.byte_offset < end or (follows and fits)):
            yield Unit(tuple(held))
            held, records, end = [], 0, 0
        held.append(row)
        records += row.records
        end = max(end, row.end)
    if held:
        yield Unit(tuple(held))
