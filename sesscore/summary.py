"""`report summary`: the whole database on one page."""

from typing import Any

import apsw

from sesscore.queries import Bounds, Row, rows
from sesscore.render import Beside, Block, Figures, Listing, Statement, Title, moment

SCHEMA = "sesscore.report.summary/1"
TOP = 10

_MATCH_TYPES = {1: "full_delimited", 2: "session_id_only", 3: "event_session"}
_COUNTED_EVENTS = {
    "login_failed": "cowrie.login.failed",
    "login_success": "cowrie.login.success",
    "commands": "cowrie.command.input",
    "downloads": "cowrie.session.file_download",
    "uploads": "cowrie.session.file_upload",
}
_PARTS = ("events", "duplicates", "sessionless", "quarantined", "blank")


def document(connection: apsw.Connection, bounds: Bounds) -> dict[str, Any]:
    """The figures of the summary. All of them come from one state of the database, whoever writes meanwhile."""
    connection.execute("BEGIN")
    try:
        return _document(connection, bounds)
    finally:
        connection.execute("ROLLBACK")


def _document(connection: apsw.Connection, bounds: Bounds) -> dict[str, Any]:
    def ask(name: str, **parameters: int) -> list[Row]:
        return rows(connection, f"reports/summary/{name}", bounds, **parameters)

    events = ask("events")
    by_event = {row["eventid"]: row["events"] for row in events}
    sessions = {row["match"]: row["sessions"] for row in ask("matchers")}
    matchers = {name: sessions.get(match, 0) for match, name in _MATCH_TYPES.items()}
    sensors = ask("sensors")
    log_files = ask("log_files")[0]
    return {
        "schema": SCHEMA,
        "sensor": bounds.sensor,
        "totals": {
            "events": sum(by_event.values()),
            "sessions": sum(matchers.values()),
            "sensors": len(sensors),
            "sources": log_files["sources"],
            "alien_sources": log_files["alien_sources"],
            **{name: by_event.get(eventid, 0) for name, eventid in _COUNTED_EVENTS.items()},
        },
        "matchers": matchers,
        "ledger": ask("ledger")[0],
        "quarantine": ask("quarantine"),
        "first_event": moment(min((row["first_us"] for row in events), default=None)),
        "last_event": moment(max((row["last_us"] for row in events), default=None)),
        "protocols": ask("protocols"),
        "top_sources": ask("top_sources", top=TOP),
        "top_credentials": ask("top_credentials", top=TOP),
        "top_commands": ask("top_commands", top=TOP),
        "client_versions": ask("client_versions", top=TOP),
        "downloads": ask("downloads", top=TOP),
        "empty_artifacts": ask("empty_artifacts")[0],
        "sensors": sensors,
        "events": [{"eventid": row["eventid"], "events": row["events"]} for row in events],
    }


def page(figures: dict[str, Any]) -> list[Block]:
    """The same figures for people."""
    return [
        Title("sesscore summary", _covered(figures)),
        _totals(figures["totals"]),
        _balance(figures["ledger"]),
        *_quarantine(figures["quarantine"]),
        Beside(
            Listing(
                "Sessions by match type", ("match type", "sessions"), tuple(figures["matchers"].items()), shares=True
            ),
            Listing("Sessions by protocol", *_table(figures["protocols"], "protocol", "sessions"), shares=True),
        ),
        Beside(
            Listing("Top sources", *_table(figures["top_sources"], "src_ip", "sessions")),
            _sensors(figures["sensors"]),
        ),
        Beside(
            Listing(
                "Top credentials", *_table(figures["top_credentials"], "username", "password", "failed", "succeeded")
            ),
            Listing("Client versions", *_table(figures["client_versions"], "client_version", "sessions")),
        ),
        Listing("Top commands", *_table(figures["top_commands"], "count", "command")),
        Listing("Artifacts", *_table(figures["downloads"], "count", "shasum", "url"), whole="shasum"),
        *_empty(figures["empty_artifacts"]),
    ]


def _covered(figures: dict[str, Any]) -> str:
    sensor = figures["sensor"]
    of = "all sensors" if sensor is None else f"sensor {sensor}"
    if figures["first_event"] is None:
        return f"{of}, no events"
    first, last = (figures[name][:19].replace("T", " ") for name in ("first_event", "last_event"))
    return f"{of}, {first} – {last} UTC"


def _totals(totals: dict[str, int]) -> Figures:
    def column(**names: str) -> list[tuple[str, int]]:
        return [(label.replace("_", " "), totals[name]) for label, name in names.items()]

    return Figures(
        (
            column(sessions="sessions", events="events", sensors="sensors"),
            column(logins_failed="login_failed", logins_succeeded="login_success", commands="commands"),
            column(downloads="downloads", uploads="uploads"),
            column(log_files="sources", alien_files="alien_sources"),
        )
    )


def _balance(ledger: dict[str, int]) -> Statement:
    """The ledger as the sum that it must be."""
    parts = " + ".join(f"{ledger[name]:,} {name}" for name in _PARTS)
    missing = ledger["lines"] - sum(ledger[name] for name in _PARTS)
    verdict = "✓ balanced" if missing == 0 else f"✗ {missing:,} unaccounted for"
    return Statement("Where every record went", f"{ledger['lines']:,} = {parts}", verdict, missing == 0)


def _table(found: list[Row], *columns: str) -> tuple[list[str], list[list[Any]]]:
    """The headings and rows of a listing."""
    return [name.replace("_", " ") for name in columns], [[row[name] for name in columns] for row in found]


def _quarantine(reasons: list[Row]) -> list[Block]:
    return [Listing("Quarantined records", *_table(reasons, "reason", "records"))] if reasons else []


def _sensors(sensors: list[Row]) -> Listing:
    shown = sensors[:TOP]
    title = "Sensors" if shown == sensors else f"Sensors ({len(shown)} of {len(sensors):,})"
    return Listing(title, *_table(shown, "sensor", "sessions", "events"))


def _empty(empty: dict[str, int]) -> list[Block]:
    if not any(empty.values()):
        return []
    return [Listing("Artifacts without content", ("brought by", "count"), tuple(empty.items()))]
