"""`sesscore why`: where a session comes from, and which event told each of its columns."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import apsw

from sesscore.evidence import read_evidence
from sesscore.lookup import find_sessions
from sesscore.matchers import BUILT_IN
from sesscore.parts import Moment, moments, shown, unpacked
from sesscore.provenance import NotThere, Wanted, reread
from sesscore.queries import Row, rows, sql
from sesscore.reading import Options
from sesscore.render import moment
from sesscore.snapshot import one_state

SCHEMA = "sesscore.why/1"
CONNECT, CLOSED = "cowrie.session.connect", "cowrie.session.closed"

_HAS_CONNECT, _HAS_CLOSE = 1, 2  # bits of session.delimiters
_TOLD_BY = {"client_version": "cowrie.client.version", "hassh": "cowrie.client.kex", "duration_ms": CLOSED}
_BY_SESSION = "session"
_PLACES = {matcher.name: matcher.looks_at for matcher in BUILT_IN}
_NAMES = {matcher.priority: matcher.name for matcher in BUILT_IN}


@dataclass
class _Packed:
    """What the parts of a session hold."""

    parts: int = 0
    activities: int = 0
    events: list[Moment] = field(default_factory=list)


def document(
    connection: apsw.Connection, wanted: str, sensor: str | None = None, reading: Options | None = None
) -> dict[str, Any]:
    """All sessions that are meant, each with how it came about. reading: to list their records, as ingest read them."""
    with one_state(connection):
        found = find_sessions(connection, wanted, sensor)
        return {"schema": SCHEMA, "sessions": [_why(connection, session, reading) for session in found]}


def _why(connection: apsw.Connection, session: Row, reading: Options | None) -> dict[str, Any]:
    key, started_us = session["session_key"], session["started_us"]
    origin = rows(connection, "session/origin", session_key=key)[0]
    sources = rows(connection, "session/sources", session_key=key)
    packed = _unpack(connection, key)
    evidence = [_evidence(session, origin, *one) for one in read_evidence({**origin, "started_us": started_us})]
    told = {
        **{name: session[name] for name in ("session_key", "sensor", "session_id")},
        **_matched(session["match_type"], origin["matcher"], origin["delimiters"]),
        "started": {"at": moment(started_us), "at_us": started_us},
        "ended": {"at": moment(session["ended_us"]), "at_us": session["ended_us"]},
        "duration": _duration(session, origin, evidence),
        "events": session["event_count"],
        "activities": packed.activities,
        "parts": packed.parts,
        "fingerprints": len(packed.events),
        "sources": sources,
        "evidence": evidence,
    }
    if reading is not None:
        told["records"] = list(_records(connection, session, sources, packed.events, reading))
    return told


def _unpack(connection: apsw.Connection, key: int) -> _Packed:
    packed = _Packed()
    for first_us, activities, events in connection.execute(sql("session/parts"), {"session_key": key}):
        numbers = unpacked(activities)
        packed.parts += 1
        packed.activities += len(numbers)
        packed.events += moments(first_us, numbers, events)
    return packed


def _matched(match_type: str, matcher: str, delimiters: int) -> dict[str, Any]:
    has = {CONNECT: bool(delimiters & _HAS_CONNECT), CLOSED: bool(delimiters & _HAS_CLOSE)}
    missing = [eventid for eventid, there in has.items() if not there]
    named = matcher == _BY_SESSION
    if not named:
        place = _PLACES.get(matcher, "a matcher of your own")
        because = f"no event is named by `session`; the best that names one is `{matcher}`: {place}"
    elif missing:
        because = f"named by `session`, without {' and '.join(missing)}"
    else:
        because = "named by `session`, from connect to close"
    return {
        "match_type": match_type,
        "matcher": matcher,
        "because": because,
        "named_by_session": named,
        "has_connect": has[CONNECT],
        "has_close": has[CLOSED],
        "missing": missing,
    }


def _evidence(session: Row, origin: Row, column: str, at: Moment) -> dict[str, Any]:
    """The event that gave a column; eventid is None where events of several kinds may have."""
    eventid = _TOLD_BY.get(column, CONNECT if origin["delimiters"] & _HAS_CONNECT else None)
    at_us, fingerprint = at
    return {
        "column": column,
        "value": session[column],
        "at": moment(at_us),
        "at_us": at_us,
        "fingerprint": shown(fingerprint),
        "eventid": eventid,
    }


def _duration(session: Row, origin: Row, evidence: list[dict[str, Any]]) -> dict[str, Any]:
    close = next((one for one in evidence if one["column"] == "duration_ms"), None)
    if origin["closed_ms"] is None or close is None:
        because = "computed from start and end: " + (
            "no close states a usable one" if origin["delimiters"] & _HAS_CLOSE else "there is no close"
        )
        return {"ms": session["duration_ms"], "from": "computed", "because": because}
    return {"ms": session["duration_ms"], "from": "closed", "because": f"stated by the close of {close['at']}"}


def _records(
    connection: apsw.Connection, session: Row, sources: list[Row], events: list[Moment], reading: Options
) -> Iterator[dict[str, Any]]:
    """The records of each source in turn, and why there are none of some: in `problem` of the source."""
    names = _NAMES | {one.priority: one.name for one in reading.matchers.users}
    known = {(at_us, int.from_bytes(fingerprint, "little")) for at_us, fingerprint in events}
    wanted = Wanted(session["sensor"], session["session_id"], known)
    seen = set()
    for source in sources:
        source["problem"] = None
        try:
            found = reread(connection, source, wanted, reading)
        except NotThere as error:
            source["problem"] = str(error)
            continue
        for record in found:
            event = record.at_us, record.fingerprint
            yield {
                "source_id": source["source_id"],
                "record": record.record,
                "byte_offset": record.byte_offset,
                "at": moment(record.at_us),
                "eventid": record.eventid,
                "fingerprint": f"{record.fingerprint:012x}",
                "matcher": names[record.matcher],
                "named_by_session": names[record.matcher] == _BY_SESSION,
                "copy": event in seen,
            }
            seen.add(event)
        if not found:
            source["problem"] = (
                "was read again, without finding them: it may need --assume-tz or --matcher, as ingest had"
            )
