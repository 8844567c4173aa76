"""`report monthly`: a document for each month, as the older tools had it."""

from typing import Any

from sesscore.report.aggregates import alerts_by_day, counts, date_range
from sesscore.report.aggregates import compose as composed
from sesscore.report.alerts import Alerts
from sesscore.report.calendar import day_text, month_after, month_of
from sesscore.report.document import Column, Document
from sesscore.report.fractions import average
from sesscore.report.pieces import Cut, Piece
from sesscore.report.snapshot import Snapshot
from sesscore.report.tallies import Fields, Tallies
from sesscore.report.trends import Trends
from sesscore.report.values import Kind
from sesscore.report.weekly import COMMANDS, FILES, RANGE, SESSIONS

_SHAPE = {
    "year_month": str,
    "date_range": RANGE,
    "days_included": int,
    "sessions": SESSIONS,
    "commands": COMMANDS,
    "files": {**FILES, "daily_average_downloads": float, "recent_vt_submissions": int},
    "enrichments": {
        "unique_vt_classifications": int,
        "unique_urlhaus_tags": int,
        "unique_countries": int,
        "unique_asns": int,
    },
    "alerts_summary": {str: {"count": int, "messages": [{"date": str, "message": str, "severity": str}]}},
    "trends": {"sessions_change": float, "unique_ips_change": float, "files_change": float},
}


def compose(snapshot: Snapshot) -> Document:
    """The documents of the months; what is different in a month is counted once, not once a day."""
    alerts, trends = Alerts(snapshot), Trends(snapshot)

    def told(piece: Piece, tallies: Tallies, sensor_id: int | None) -> Fields:
        days, sessions, commands = len(piece.days), tallies.sessions, tallies.commands
        return {
            "year_month": day_text(piece.first)[:-3],
            "date_range": date_range(piece),
            "days_included": days,
            "sessions": {**sessions, "daily_average": average(sessions["total"], days)},
            "commands": {**counts(commands), "daily_average": average(commands["total"], days)},
            "files": {
                **counts(tallies.files),
                "daily_average_downloads": average(tallies.files["downloads_total"], days),
                "recent_vt_submissions": None,
            },
            "enrichments": {
                "unique_vt_classifications": None,
                "unique_urlhaus_tags": None,
                "unique_countries": None,
                "unique_asns": None,
            },
            "alerts_summary": _by_type(alerts_by_day(alerts, piece, tallies, sensor_id)),
            "trends": trends.of(piece, tallies, sensor_id),
        }

    columns = [Column("year_month", label="month"), Column("days_included", Kind.COUNT, "days")]
    return composed(snapshot, Cut(month_of, month_after), "months", columns, _SHAPE, told)


def _by_type(alerts: list[dict[str, Any]]) -> Fields:
    messages: dict[str, list[Fields]] = {}
    for alert in alerts:
        message = {name: alert[name] for name in ("date", "message", "severity")}
        messages.setdefault(alert["type"], []).append(message)
    return {name: {"count": len(of_type), "messages": of_type} for name, of_type in messages.items()}
