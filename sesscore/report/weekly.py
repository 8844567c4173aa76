"""`report weekly`: a document for each ISO week, as the older tools had it."""

from sesscore.report.aggregates import alerts_by_day, counts, date_range
from sesscore.report.aggregates import compose as composed
from sesscore.report.alerts import Alerts
from sesscore.report.calendar import monday_of, week_after, week_text
from sesscore.report.daily import ALERT
from sesscore.report.document import Column, Document
from sesscore.report.fractions import average
from sesscore.report.pieces import Cut, Piece
from sesscore.report.snapshot import Snapshot
from sesscore.report.tallies import Fields, Tallies
from sesscore.report.values import Kind

SESSIONS = {
    "total": int,
    "unique_ips": int,
    "unique_usernames": int,
    "unique_passwords": int,
    "daily_average": float,
}
COMMANDS = {"total": int, "unique": int, "daily_average": float}
FILES = {"downloads_total": int, "uploads_total": int, "unique_hashes": int}
RANGE = {"start": str, "end": str}
_SHAPE = {
    "year_week": str,
    "date_range": RANGE,
    "days_included": int,
    "sessions": SESSIONS,
    "commands": COMMANDS,
    "files": FILES,
    "alerts_summary": [{"date": str, **ALERT}],
}


def compose(snapshot: Snapshot) -> Document:
    """The documents of the weeks; what is different in a week is counted once, not once a day."""
    alerts = Alerts(snapshot)

    def told(piece: Piece, tallies: Tallies, sensor_id: int | None) -> Fields:
        days = len(piece.days)
        return {
            "year_week": week_text(piece.first),
            "date_range": date_range(piece),
            "days_included": days,
            "sessions": {**tallies.sessions, "daily_average": average(tallies.sessions["total"], days)},
            "commands": {**counts(tallies.commands), "daily_average": average(tallies.commands["total"], days)},
            "files": counts(tallies.files),
            "alerts_summary": alerts_by_day(alerts, piece, tallies, sensor_id),
        }

    columns = [Column("year_week", label="week"), Column("days_included", Kind.COUNT, "days")]
    return composed(snapshot, Cut(monday_of, week_after), "weeks", columns, _SHAPE, told)
