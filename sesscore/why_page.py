"""`sesscore why` for people."""

from typing import Any

from sesscore.render import Block, Listing, Title
from sesscore.timeline import seconds
from sesscore.wording import counted


def page(told: dict[str, Any]) -> list[Block]:
    """The same figures, a page a session."""
    return [block for session in told["sessions"] for block in _session(session)]


def _session(session: dict[str, Any]) -> list[Block]:
    blocks: list[Block] = [
        Title(f"session {session['session_id']}", f"sensor {session['sensor']}, #{session['session_key']}"),
        Listing("How it was found", ("what", "value"), _found(session), whole="value"),
        Listing(
            "Where it comes from",
            ("source", "first record", "last record", "events", "path"),
            _sources(session),
            whole="path",
        ),
        Listing("Which event told what", ("column", "value", "event", "seconds"), _evidence(session), whole="value"),
    ]
    if "records" in session:
        blocks.append(Listing("Its records", ("source", "record", "byte", "event", "at"), _records(session)))
        blocks += _problems(session)
    return blocks


def _found(session: dict[str, Any]) -> list[tuple[str, str]]:
    ms = session["duration"]["ms"]
    return [
        ("match type", session["match_type"]),
        ("matcher", session["matcher"]),
        ("because", session["because"]),
        ("started", f"{session['started']['at']}, the time of its earliest event"),
        ("ended", f"{session['ended']['at']}, the time of its latest event"),
        ("duration", f"{ms / 1000:,.3f} s, {session['duration']['because']}"),
        ("events", f"{session['events']:,}, of which {session['activities']:,} are activities"),
        ("stored as", f"{counted(session['fingerprints'], 'fingerprint')} in {counted(session['parts'], 'part')}"),
    ]


def _sources(session: dict[str, Any]) -> list[tuple[str, int, int, int, str]]:
    return [
        (_number(source), source["first_record"], source["last_record"], source["events"], source["path"])
        for source in session["sources"]
    ]


def _evidence(session: dict[str, Any]) -> list[tuple[str, str, str | None, str]]:
    started_us = session["started"]["at_us"]
    return [
        (one["column"], str(one["value"]), one["eventid"], seconds(one["at_us"], started_us))
        for one in session["evidence"]
    ]


def _records(session: dict[str, Any]) -> list[tuple[str | None, ...]]:
    return [
        (
            _number(record),
            f"{record['record']:,}",
            None if record["byte_offset"] is None else f"{record['byte_offset']:,}",
            record["eventid"] + (", a copy" if record["copy"] else ""),
            _time(record["at"]),
        )
        for record in session["records"]
    ]


def _problems(session: dict[str, Any]) -> list[Block]:
    found = [(_number(source), source["problem"]) for source in session["sources"] if source["problem"]]
    return [Listing("Sources that were not read again", ("source", "because it"), found)] if found else []


def _time(at: str) -> str:
    return at.replace("T", " ").removesuffix("Z")


def _number(of: dict[str, Any]) -> str:
    return f"#{of['source_id']}"
