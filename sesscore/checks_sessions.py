"""Checks of one session against its own parts. Each yields what is said, as it is stated and as it is found."""

from collections import Counter
from itertools import pairwise

import apsw

from sesscore.checks import Check, Find
from sesscore.differences import Found
from sesscore.evidence import read_evidence
from sesscore.parts import PartDamaged, shown
from sesscore.queries import Row
from sesscore.telemetry.run import Run
from sesscore.walk import Held, SessionCheck, Told, Walk

COUNTS = {
    1: "login_failed_count",
    2: "login_success_count",
    3: "command_count",
    4: "command_failed_count",
    5: "command_success_count",
    6: "download_count",
    7: "download_failed_count",
    8: "upload_count",
    9: "tcpip_request_count",
}
_COLUMNS = {
    "src_ip": "src_ip_id",
    "dst_ip": "dst_ip_id",
    "protocol": "protocol_id",
    "client_version": "client_version_id",
    "hassh": "hassh_id",
}
_HAS_CLOSE = 2


def parts(session: Row, held: Held) -> Told:
    """Every part can be read, holds what it says, and follows the one before."""
    for problem in held.problems:
        yield "part", "readable", problem
    if held.problems:
        return
    if not held.parts:
        yield "parts", "at least 1", 0
    last_us = None
    for (_, first_us, count, *_), activities, events in zip(held.parts, held.activities, held.events, strict=True):
        if count != len(activities):
            yield "activity_count", count, len(activities)
        times = [at_us for at_us, _ in events]
        if not times or min(times) != first_us or (last_us is not None and first_us <= last_us):
            yield "first time of a part", first_us, min(times, default=None)
        told = [(at_us, event[::-1]) for at_us, event in events[: len(activities)]]
        if any(one > next_one for one, next_one in pairwise(told)):
            yield "activities", "in order of time and fingerprint", "not"
        last_us = max(times, default=last_us)


def fingerprints(session: Row, held: Held) -> Told:
    """There are as many events as are counted, each once."""
    if len(held.times) != session["event_count"]:
        yield "event_count", session["event_count"], len(held.times)
    if len(held.distinct) != len(held.times):
        yield "distinct events", len(held.times), len(held.distinct)


def counts(session: Row, held: Held) -> Told:
    """The counts of commands, logins and files are those of the activities."""
    found = Counter(fields[0] for activities in held.activities for fields in activities)
    for kind, column in COUNTS.items():
        if session[column] != found[kind]:
            yield column, session[column], found[kind]


def times(session: Row, held: Held) -> Told:
    """Start and end are the first and the last event."""
    if not held.times:
        return
    first, last = min(held.times), max(held.times)
    if session["started_us"] != first:
        yield "started_us", session["started_us"], first
    if session["span_us"] != last - first:
        yield "ended_us - started_us", session["span_us"], last - first


def evidence(session: Row, held: Held) -> Told:
    """What an event gave to a column is there, and so is that event."""
    try:
        given = read_evidence(session)
    except PartDamaged as error:
        yield "evidence", "readable", error.what
        return
    stated = {one.column for one in given}
    found = {column for column, name in _COLUMNS.items() if session[name] != 0}
    found |= {column for column in ("src_port", "dst_port") if session[column] is not None}
    found |= {"duration_ms"} if session["closed_ms"] is not None else set()
    for column in sorted(stated ^ found):
        yield column, "has an event" if column in stated else "none", "has a value" if column in found else "none"
    if session["closed_ms"] is not None and not session["delimiters"] & _HAS_CLOSE:
        yield "duration", "of a close", "no close"
    for column, event in given:
        if event not in held.distinct:
            yield f"event of {column}", shown(event[1]), "not in the session"


INSIDE: dict[str, tuple[str, SessionCheck]] = {
    "parts": ("every packed row can be read, and stands in order", parts),
    "fingerprints": ("event_count is the number of distinct fingerprints", fingerprints),
    "counts": ("counts of commands, logins and files follow from activities", counts),
    "times": ("start and end follow from the events", times),
    "evidence": ("the event that gave a column is in the session", evidence),
}


def walk(connection: apsw.Connection, run: Run) -> Walk:
    """Looks into every session."""
    return Walk(connection, {name: check for name, (_, check) in INSIDE.items()}, run)


def _inside(name: str) -> Find:
    def find(connection: apsw.Connection, walked: Walk) -> Found:
        return walked.found[name]

    return find


SESSIONS = tuple(Check(name, says, _inside(name)) for name, (says, _) in INSIDE.items())
