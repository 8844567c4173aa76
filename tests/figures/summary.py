"""Report summary: everything on one page. The ledger and the log files are always those of all logs."""

from __future__ import annotations

from collections import Counter

from figures.counting import Row, distinct, most
from figures.events import commands, credentials, files
from figures.selection import Selection, Stretch
from figures.starts import clients, sources
from figures.timeline import EVENTS
from figures.times import moment
from sesscore.recount import Ledger

FATES = ("lines", "events", "duplicates", "sessionless", "quarantined", "blank")
MATCH_TYPES = ("full_delimited", "session_id_only", "event_session")


def summary(selection: Selection, top: int | None = 10) -> Row:
    """All sections of the summary."""
    stretch, ledgers = selection.stretch, selection.logs.ledgers
    counted = Counter(event.eventid for event in stretch.events)
    times = [event.at_us for event in stretch.events]
    matchers = Counter(session.match_type for session in stretch.sessions)
    artifacts = files(selection, limit=top)
    return {
        "totals": {
            "events": len(stretch.events),
            "sessions": len(stretch.sessions),
            "sensors": distinct(event.sensor for event in stretch.events),
            "sources": sum(not ledger.alien for ledger in ledgers),
            "alien_sources": sum(ledger.alien for ledger in ledgers),
            **{name: counted[eventid] for name, eventid in EVENTS.items()},
        },
        "matchers": {name: matchers[name] for name in MATCH_TYPES},
        "ledger": {fate: sum(getattr(ledger, fate) for ledger in ledgers) for fate in FATES},
        "quarantine": _quarantine(ledgers),
        "first_event": moment(min(times, default=None)),
        "last_event": moment(max(times, default=None)),
        "protocols": _protocols(selection),
        "top_sources": _columns(sources(selection, limit=top)["sources"], "src_ip", "sessions"),
        "top_credentials": _columns(
            credentials(selection, limit=top)["pairs"], "username", "password", "failed", "succeeded"
        ),
        "top_commands": [
            {"command": row["command"], "count": row["seen"]} for row in commands(selection, limit=top)["commands"]
        ],
        "client_versions": _columns(clients(selection, limit=top)["client_versions"], "client_version", "sessions"),
        "downloads": [
            {"shasum": row["shasum"], "url": row["url"], "count": row["downloads"] + row["uploads"]}
            for row in artifacts["files"]
        ],
        "empty_artifacts": artifacts["empty"],
        "sensors": _sensors(selection),
        "events": most(((n, (name,), _seen(stretch, name, n)) for name, n in counted.items()), None),
    }


def _seen(stretch: Stretch, eventid: str, events: int) -> Row:
    times = [event.at_us for event in stretch.events if event.eventid == eventid]
    first, last = moment(min(times)), moment(max(times))
    return {"eventid": eventid, "events": events, "first_event": first, "last_event": last}


def _columns(rows: list[Row], *columns: str) -> list[Row]:
    return [{column: row[column] for column in columns} for row in rows]


def _quarantine(ledgers: list[Ledger]) -> list[Row]:
    reasons = sum((ledger.reasons for ledger in ledgers), Counter[str]())
    return most(((n, (reason,), {"reason": reason, "records": n}) for reason, n in reasons.items()), None)


def _protocols(selection: Selection) -> list[Row]:
    counts = Counter(session.protocol for session in selection.stretch.sessions)
    return most(((n, (protocol,), {"protocol": protocol, "sessions": n}) for protocol, n in counts.items()), None)


def _sensors(selection: Selection) -> list[Row]:
    events = Counter(event.sensor for event in selection.stretch.events)
    sessions = Counter(session.sensor for session in selection.stretch.sessions)
    rows = (
        (sessions[name], (name,), {"sensor": name, "sessions": sessions[name], "events": n})
        for name, n in events.items()
    )
    return most(rows, None)
