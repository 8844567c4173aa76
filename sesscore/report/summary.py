"""`report summary`: the whole database on one page."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sesscore.render import moment
from sesscore.report.document import Column, Document, Figures, Section, Sum
from sesscore.report.snapshot import Snapshot
from sesscore.report.values import Kind

_MATCH_TYPES = {1: "full_delimited", 2: "session_id_only", 3: "event_session"}
_COUNTED_EVENTS = {
    "login_failed": "cowrie.login.failed",
    "login_success": "cowrie.login.success",
    "commands": "cowrie.command.input",
    "downloads": "cowrie.session.file_download",
    "uploads": "cowrie.session.file_upload",
}
_LABELS = {
    "login_failed": "logins failed",
    "login_success": "logins succeeded",
    "sources": "log files",
    "alien_sources": "alien files",
}
MOST_SENSORS = 10  # on the page
_PARTS = ("events", "duplicates", "sessionless", "quarantined", "blank")


def compose(snapshot: Snapshot) -> Document:
    """The document."""
    events = list(snapshot.objects("events"))
    first, last = _covered(events)
    sensors = list(snapshot.rows("sensors"))
    quarantine = list(snapshot.rows("quarantine"))
    sections: list[Section] = [
        _totals(snapshot, events, sensors),
        _ledger(next(snapshot.objects("ledger"))),
        replace(snapshot.table("quarantine"), rows=quarantine, unseen=not quarantine),
        _match_types(snapshot),
        snapshot.section("protocols"),
        snapshot.section("top_sources"),
        replace(snapshot.table("sensors"), rows=sensors, most=MOST_SENSORS),
        snapshot.section("top_credentials"),
        snapshot.section("client_versions"),
        snapshot.section("top_commands"),
        snapshot.section("downloads"),
        _empty(snapshot),
        replace(snapshot.table("events"), unseen=True),
    ]
    head = {"first_event": moment(first), "last_event": moment(last)}
    return snapshot.document(sections, head=head, note=_said(head))


def _covered(events: Sequence[Mapping[str, Any]]) -> tuple[int | None, int | None]:
    """The first and the last moment of an event."""
    return min((row["first_event"] for row in events), default=None), max(
        (row["last_event"] for row in events), default=None
    )


def _said(head: Mapping[str, str | None]) -> str:
    if head["first_event"] is None or head["last_event"] is None:
        return "no events"
    first, last = (str(text)[:19].replace("T", " ") for text in head.values())
    return f"events {first} – {last} UTC"


def _totals(snapshot: Snapshot, events: Sequence[Mapping[str, Any]], sensors: Sequence[object]) -> Figures:
    by_event = {row["eventid"]: row["events"] for row in events}
    values = {
        "sessions": sum(row["sessions"] for row in snapshot.objects("matchers")),
        "events": sum(by_event.values()),
        "sensors": len(sensors),
        **{name: by_event.get(eventid, 0) for name, eventid in _COUNTED_EVENTS.items()},
        **next(snapshot.objects("log_files")),
    }
    columns = [Column(name, Kind.COUNT, _LABELS.get(name, "")) for name in values]
    return Figures("totals", "Totals", columns, list(values.values()))


def _ledger(ledger: Mapping[str, int]) -> Sum:
    """The ledger as the sum that it must be."""
    parts = [(name, ledger[name]) for name in _PARTS]
    return Sum("ledger", "Where every record went", ("lines", ledger["lines"]), parts)


def _match_types(snapshot: Snapshot) -> Figures:
    sessions = {row["match"]: row["sessions"] for row in snapshot.objects("matchers")}
    columns = [Column(name, Kind.COUNT, name, drawn="share") for name in _MATCH_TYPES.values()]
    values = [sessions.get(match, 0) for match in _MATCH_TYPES]
    return Figures("matchers", "Sessions by match type", columns, values, listed=("match type", "sessions"), half=True)


def _empty(snapshot: Snapshot) -> Figures:
    section = snapshot.figures("empty_artifacts")
    return replace(section, listed=("brought by", "times"), unseen=not any(section.values))
