"""The sources of a database that is merged into another: which of them bring something, and their ledgers there."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Any

import apsw

from sesscore.known import SourceRow, known_rows, parameters
from sesscore.ledger import Ledger
from sesscore.queries import sql
from sesscore.writer import Writer

_COLUMNS = 22  # of a source; its ledger follows


@dataclass
class Incoming:
    """A source that the other database read further than this one, or that this one does not know.

    row, ledger: as the other has them, with the source_id that it has here. given: events that it brought now.
    room: events that it may still be said to have brought.
    """

    their_id: int
    row: SourceRow
    ledger: Ledger
    brought: int  # events that came from it before
    given: int = 0

    @property
    def room(self) -> int:
        """How many more events of this source can be new here."""
        return self.ledger.events + self.ledger.duplicates - self.brought - self.given

    def settled(self) -> Ledger:
        """Its ledger here: what it shares with others is a duplicate."""
        events = self.brought + self.given
        copies = self.ledger.events + self.ledger.duplicates - events
        rest = self.ledger.sessionless, self.ledger.quarantined, self.ledger.blank
        return Ledger(self.ledger.lines, events, copies, *rest)


def incoming(here: apsw.Connection, other: apsw.Connection) -> list[Incoming]:
    """The sources that bring something, stored here if they are new."""
    found = []
    for row, ledger in _sources(other, None):
        their_id, row.source_id = row.source_id or 0, None
        brought = 0
        for mine, before in _sources(here, row.origin):
            if not _is_further(row, ledger, mine, before):
                break
            row.source_id, brought = mine.source_id, before.events
        else:
            row.source_id = here.execute(sql("store/source"), parameters(row)).get
            found.append(Incoming(their_id, row, ledger, brought))
    return found


def settle(writer: Writer, here: apsw.Connection, other: apsw.Connection, sources: Iterable[Incoming]) -> None:
    """Puts ledger and quarantine of the sources in the place of older ones."""
    for source in sources:
        here.execute(sql("store/forget_ledger"), {"source_id": source.row.source_id})
        if source.ledger.lines:
            writer.put("ledger", (source.row.source_id, *astuple(source.settled())))
        here.execute(sql("store/forget_all_quarantined"), {"source_id": source.row.source_id})
        for values in other.execute(sql("merge/quarantine"), {"source_id": source.their_id}):
            writer.put("quarantine", (source.row.source_id, *values))


def _sources(connection: apsw.Connection, origin: bytes | None) -> list[tuple[SourceRow, Ledger]]:
    found: list[Any] = connection.execute(sql("merge/sources"), {"origin": origin}).fetchall()
    rows = known_rows(values[:_COLUMNS] for values in found)
    return [(row, Ledger(*values[_COLUMNS:])) for row, values in zip(rows, found, strict=True)]


def _is_further(row: SourceRow, ledger: Ledger, mine: SourceRow, before: Ledger) -> bool:
    """Whether the other database knows more of a source than this one."""
    if row.offset != mine.offset:
        return row.offset > mine.offset
    return _fates(ledger) != _fates(before) and (row.half_bytes, row.lead_bytes) >= (mine.half_bytes, mine.lead_bytes)


def _fates(ledger: Ledger) -> tuple[int, ...]:
    """What a merge leaves as it is: an event here may be a duplicate there."""
    return ledger.lines, ledger.events + ledger.duplicates, ledger.sessionless, ledger.quarantined, ledger.blank
