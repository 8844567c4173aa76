"""Reports of who came, by the start of each session: sources, clients, sessions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Any

from figures.counting import Row, Tally, Text, distinct, most
from figures.events import LIMIT
from figures.selection import Selection
from figures.times import moment
from sesscore.recount import Session

SUMS = {
    "login_failed": "login_failed_count",
    "login_success": "login_success_count",
    "commands": "command_count",
    "downloads": "download_count",
    "uploads": "upload_count",
}


def sources(selection: Selection, limit: int | None = LIMIT) -> Row:
    """Addresses of attackers. All figures are those of whole sessions, which may end after the period."""
    sessions = selection.stretch.sessions
    found: dict[str, list[Session]] = defaultdict(list)
    for session in sessions:
        if session.src_ip is not None:
            found[session.src_ip].append(session)
    rows = ((len(theirs), (src_ip,), _source(selection, src_ip, theirs)) for src_ip, theirs in found.items())
    return {
        "totals": {"sessions": len(sessions), "unique_sources": len(found)},
        "sources": most(rows, limit),
    }


def _source(selection: Selection, src_ip: str, sessions: list[Session]) -> Row:
    return {
        "src_ip": src_ip,
        "sessions": len(sessions),
        **{name: sum(getattr(session, column) for session in sessions) for name, column in SUMS.items()},
        "first": moment(min(session.started_us for session in sessions)),
        "last": moment(max(session.ended_us for session in sessions)),
        "days": len({selection.day(session.started_us) for session in sessions}),
    }


def clients(selection: Selection, limit: int | None = LIMIT) -> Row:
    """What clients say of themselves, and how they can be told by their key exchange."""
    sessions = selection.stretch.sessions
    return {
        "totals": {
            "unique_client_versions": distinct(session.client_version for session in sessions),
            "unique_hassh": distinct(session.hassh for session in sessions),
        },
        "client_versions": _stated(selection, "client_version", limit),
        "hassh": _stated(selection, "hassh", limit),
    }


def tally_sessions(selection: Selection, column: str) -> dict[str, Tally]:
    """Count sessions by a column that is text, where it is stated."""
    found: dict[str, Tally] = defaultdict(Tally)
    for session in selection.stretch.sessions:
        value: Text = getattr(session, column)
        if value is not None:
            found[value].add(selection.day(session.started_us))
    return dict(found)


def _stated(selection: Selection, column: str, limit: int | None) -> list[Row]:
    found = tally_sessions(selection, column).items()
    return most(((t.seen, (value,), {column: value, "sessions": t.seen, **t.span}) for value, t in found), limit)


# --- sessions ------------------------------------------------------------------------------------------------------

SORTS: dict[str, Callable[[Session], int]] = {
    "started": lambda session: session.started_us,
    "ended": lambda session: session.ended_us,
    "duration": lambda session: session.duration_ms,
    "events": lambda session: session.event_count,
    "commands": lambda session: session.command_count,
    "logins": lambda session: session.login_failed_count + session.login_success_count,
    "downloads": lambda session: session.download_count,
    "uploads": lambda session: session.upload_count,
}


def sessions(
    selection: Selection, sort: str = "started", descending: bool = False, limit: int | None = None, **filters: Any
) -> Row:
    """Sessions that pass all filters. Of equal sort keys, by start, sensor and id."""
    kept = [session for session in selection.stretch.sessions if passes(session, **filters)]
    kept.sort(key=SORTS[sort], reverse=descending)  # stable, also in reverse
    return {"sessions": [metrics(session) for session in kept][:limit]}


def metrics(session: Session) -> Row:
    """The columns of `session_metrics` but the key, start and end as moments too; the flags need enrichment."""
    return {
        **{name: getattr(session, name) for name in Session.__slots__ if name != "activities"},
        "started": moment(session.started_us),
        "ended": moment(session.ended_us),
        "vt_flagged": None,
        "dshield_flagged": None,
    }


def passes(session: Session, source: str | None = None, command: str | None = None, **filters: Any) -> bool:
    """Whether a session passes each filter that is given.

    source: an address or a network. command: a text within one that was typed. username, password, shasum: a text that
    an activity of the session has, username and password the same login. tty: "yes" with a TTY log, "no" without;
    ttylog: the name or hash of one. protocol, hassh, client_version,
    match_type: the text of the column.
    min_events, min_commands, min_logins, min_downloads, min_uploads: the least count.
    """
    login = {name: filters.pop(name) for name in ("username", "password") if name in filters}
    kinds = {"shasum": filters.pop("shasum", None), "ttylog": filters.pop("ttylog", None)}
    tty, logs = filters.pop("tty", None), [a for a in session.activities if a.kind == "tty"]
    least = {name.removeprefix("min_"): filters.pop(name) for name in list(filters) if name.startswith("min_")}
    return (
        (source is None or _comes_from(session, source))
        and (command is None or _typed(session, command))
        and (not login or _tried(session, login))
        and (kinds["shasum"] is None or any(a.shasum == kinds["shasum"] for a in session.activities))
        and (tty is None or (tty == "yes") == bool(logs))
        and (kinds["ttylog"] is None or any(kinds["ttylog"] in (log.value, log.shasum) for log in logs))
        and all(SORTS[name](session) >= count for name, count in least.items())
        and all(getattr(session, column) == wanted for column, wanted in filters.items())
    )


def _typed(session: Session, text: str) -> bool:
    return any(a.kind == "command" and a.value is not None and text in a.value for a in session.activities)


def _comes_from(session: Session, source: str) -> bool:
    if session.src_ip == source:
        return True
    try:
        return ip_address(session.src_ip or "") in ip_network(source, strict=False)
    except ValueError:  # an attacker's address can be any text
        return False


def _tried(session: Session, login: Row) -> bool:
    logins = [one for one in session.activities if one.kind in ("login_failed", "login_success")]
    return any(all(getattr(one, name) == text for name, text in login.items()) for one in logins)
