"""`report daily`: a document for each UTC day, as the older tools had it."""

from sesscore.report.aggregates import TOP
from sesscore.report.aggregates import compose as composed
from sesscore.report.alerts import Alerts
from sesscore.report.calendar import day_text
from sesscore.report.document import Column, Document
from sesscore.report.pieces import Cut, Piece
from sesscore.report.snapshot import Snapshot
from sesscore.report.tallies import Fields, Tallies

ALERT = {"type": str, "severity": str, "current": int, "average": float, "message": str}
_SHAPE = {
    "sessions": {
        "total": int,
        "unique_ips": int,
        "unique_usernames": int,
        "unique_passwords": int,
        "avg_commands": float,
        "max_commands": int,
        "min_commands": int,
        "avg_duration": float,
        "protocols": {str: int},
        "top_usernames": TOP,
        "top_passwords": TOP,
        "top_combinations": TOP,
    },
    "commands": {"total": int, "unique": int, "top_commands": TOP},
    "files": {
        "downloads_total": int,
        "uploads_total": int,
        "unique_hashes": int,
        "unique_vt_classifications": int,
        "vt_classifications_top": TOP,
        "top_hashes": TOP,
        "recent_vt_submissions": int,
    },
    "enrichments": {
        "urlhaus_tags_top": TOP,
        "asn_top": TOP,
        "country_top": TOP,
        "spur_infrastructure_top": TOP,
        "spur_tunnels": {"total": int, "anonymous": int},
    },
    "abnormalities": {"uncommon_command_sessions": int, "recent_vt_submission_sessions": int},
    "alerts": [ALERT],
}


def compose(snapshot: Snapshot) -> Document:
    """The documents of the days. What needs enrichment is there, and null or empty."""
    date = "date_utc" if snapshot.compat else "date"
    alerts = Alerts(snapshot)

    def told(piece: Piece, tallies: Tallies, sensor_id: int | None) -> Fields:
        if tallies.sessions["total"]:
            alerts.tell(piece.first, sensor_id, tallies.sessions["unique_ips"])
        return {
            date: day_text(piece.first),
            "sessions": {**tallies.sessions, **tallies.spread, **tallies.tops},
            "commands": tallies.commands,
            "files": _files(tallies.files),
            "enrichments": {
                "urlhaus_tags_top": [],
                "asn_top": [],
                "country_top": [],
                "spur_infrastructure_top": [],
                "spur_tunnels": {"total": None, "anonymous": None},
            },
            "abnormalities": {
                "uncommon_command_sessions": tallies.uncommon,
                "recent_vt_submission_sessions": None,
            },
            "alerts": [alert for day in piece.days for alert in alerts.of(day, sensor_id)],
        }

    cut = Cut(start=lambda day: day, after=lambda day: day + 1)
    return composed(snapshot, cut, "days", [Column(date, label="date")], {date: str, **_SHAPE}, told)


def _files(files: Fields) -> Fields:
    found = dict(files)
    hashes = found.pop("top_hashes")
    return {
        **found,
        "unique_vt_classifications": None,
        "vt_classifications_top": [],
        "top_hashes": hashes,
        "recent_vt_submissions": None,
    }
