"""Takes halves that were joined out of the quarantine: they are no records of their own any more."""

from collections import Counter

import apsw

from sesscore.halves import FirstHalf, Lead
from sesscore.known import SourceRow
from sesscore.ledger import Ledger
from sesscore.queries import Row, rows, sql


def take_half(connection: apsw.Connection, first: FirstHalf) -> Ledger:
    """Takes the first half out, if it was in quarantine. Returns what that changes in the ledger of its source."""
    if first.quarantine_id is None:
        return Ledger()
    connection.execute(sql("store/forget_quarantined"), {"quarantine_id": first.quarantine_id})
    return Ledger(lines=-1, quarantined=-1)


def take_lead(connection: apsw.Connection, source: SourceRow, lead: Lead | None) -> Ledger:
    """Takes a lead out, and moves its source to the end if that was waiting. Returns the change of its ledger."""
    if lead is None:
        return Ledger()
    source.lead_bytes, source.lead_records = lead.length, lead.records
    if lead.waited is not None:
        _move_to_end(source, lead.waited)
    # A source that is no log keeps one row a reason, whatever the places of its records.
    left = Counter(lead.reasons) if source.state == "alien" else None
    last = source.records if left is not None else lead.records
    for row in rows(connection, "store/quarantined_first", source_id=source.source_id, records=last):
        taken = lead.records + 1 - row["record"] if left is None else left.pop(row["reason"], 0)
        _shorten(connection, row, min(taken, row["records"]), lead)
    return Ledger(lines=-lead.records, quarantined=-len(lead.reasons), blank=-lead.blank)


def _shorten(connection: apsw.Connection, row: Row, taken: int, lead: Lead) -> None:
    if taken == row["records"]:
        connection.execute(sql("store/forget_quarantined"), {"quarantine_id": row["quarantine_id"]})
    elif taken:
        begin = max(row["byte_offset"], lead.rest_offset)
        length = row["byte_offset"] + row["byte_length"] - begin
        rest = {
            "quarantine_id": row["quarantine_id"],
            "record": max(row["record"], lead.records + 1),
            "records": row["records"] - taken,
            "byte_offset": begin,
            "byte_length": length,
            "bytes": lead.rest[:length],
        }
        connection.execute(sql("store/shorten_quarantined"), rest)


def _move_to_end(source: SourceRow, whole: bytes) -> None:
    if source.head_bytes == 0:
        source.begin_with(whole)
    source.end_with(whole, len(whole))
    source.pending_bytes, source.line_open = 0, 1
