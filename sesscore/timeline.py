"""`sesscore show`: what a session was, and what it did, in order."""

from collections.abc import Iterator
from typing import Any

import apsw

from sesscore.lookup import find_sessions
from sesscore.parts import Activity, ActivityReader
from sesscore.queries import Row, sql
from sesscore.render import PAGE, Block, Figures, Listing, Title, moment
from sesscore.safetext import safe, shortened, width
from sesscore.snapshot import one_state

SCHEMA = "sesscore.show/1"
TEXT_WIDTH = 64  # columns of the page that an activity's text takes at the most: a SHA-256
MOST_LINES = 40  # that a text is given; JSON has all of it

_COUNTS = (
    ("event_count",),
    ("command_count", "command_failed_count", "command_success_count"),
    ("login_failed_count", "login_success_count", "tcpip_request_count"),
    ("download_count", "download_failed_count", "upload_count"),
)


def document(connection: apsw.Connection, wanted: str, sensor: str | None = None) -> dict[str, Any]:
    """All sessions that are meant, each with its public columns and its activities."""
    with one_state(connection):
        reader = ActivityReader(connection)
        found = find_sessions(connection, wanted, sensor)
        sessions = [{**row, "activities": _activities(connection, reader, row)} for row in found]
    return {"schema": SCHEMA, "sessions": sessions}


def _activities(connection: apsw.Connection, reader: ActivityReader, session: Row) -> list[Row]:
    parts: list[Any] = connection.execute(sql("session/parts"), {"session_key": session["session_key"]}).fetchall()
    told = (activity for first_us, activities, _ in parts for activity in reader.read(first_us, activities))
    return [_said(seq, activity) for seq, activity in enumerate(told, 1)]


def _said(seq: int, activity: Activity) -> Row:
    return {"seq": seq, "at": moment(activity.at_us), **activity._asdict()}


def page(shown: dict[str, Any]) -> list[Block]:
    """The same for people."""
    return [block for session in shown["sessions"] for block in _session(session)]


def _session(session: Row) -> list[Block]:
    counts = [[(name.removesuffix("_count").replace("_", " "), session[name]) for name in some] for some in _COUNTS]
    return [
        title(session),
        Listing("Session", ("column", "value"), head(session), whole="value"),
        Figures(counts),
        Listing(
            "Activities", ("seq", "seconds", "kind", "text"), list(_timeline(session) if session["activities"] else ())
        ),
    ]


def title(session: Row) -> Title:
    """Names a session: its id, sensor and key."""
    return Title(f"session {session['session_id']}", f"sensor {session['sensor']}, #{session['session_key']}")


def head(session: Row) -> list[tuple[str, str | None]]:
    """The columns of a session that are no counts."""
    return [
        ("match type", session["match_type"]),
        ("source", _endpoint(session["src_ip"], session["src_port"])),
        ("destination", _endpoint(session["dst_ip"], session["dst_port"])),
        ("protocol", session["protocol"]),
        ("started", moment(session["started_us"])),
        ("ended", moment(session["ended_us"])),
        ("duration", f"{session['duration_ms'] / 1000:,.3f} s"),
        ("client version", session["client_version"]),
        ("hassh", session["hassh"]),
        ("flags", _flags(session)),
    ]


def _endpoint(address: str | None, port: int | None) -> str | None:
    if address is None and port is None:
        return None
    return " port ".join(str(part) for part in (address or "–", port) if part is not None)


def _flags(session: Row) -> str:
    words = {None: "unknown", 0: "no", 1: "yes"}
    return f"VirusTotal {words[session['vt_flagged']]}, DShield {words[session['dshield_flagged']]}"


def _timeline(session: Row) -> Iterator[tuple[str, str, str, str]]:
    """A row for each activity, by seconds since the start; a long text goes on in the rows below."""
    rows = [
        (f"{told['seq']}", seconds(told["at_us"], session["started_us"]), told["kind"])
        for told in session["activities"]
    ]
    others = [max(len(name), *(len(row[i]) for row in rows)) for i, name in enumerate(("seq", "seconds", "kind"))]
    limit = min(TEXT_WIDTH, PAGE - sum(others) - 2 * 4)
    for row, told in zip(rows, session["activities"], strict=True):
        first, *more = _lines(_texts(told), limit)
        yield *row, first
        yield from ((" ", " ", " ", line) for line in more)


def seconds(at_us: int, started_us: int) -> str:
    """A time as what has passed since the start of the session."""
    return f"{(at_us - started_us) / 1_000_000:,.3f}"


def _texts(told: Row) -> list[str]:
    """What there is to say of an activity."""
    texts = [told["value"], told["shasum"]]
    if told["kind"] in ("login_failed", "login_success"):
        texts.insert(0, f"{_word(told['username'])} / {_word(told['password'])}")
    else:
        texts.insert(0, told["username"])
    return [_word(text) for text in texts if text is not None] or [_word(None)]


def _word(text: str | None) -> str:
    return "–" if text is None else text or '""'


def _lines(texts: list[str], limit: int) -> list[str]:
    """Texts on one line of the page, or, if they do not fit, each on lines of its own."""
    together = "  ".join(texts)
    if len(together) <= limit and width(safe(together)) <= limit:
        return [safe(together)]
    return [line for text in texts for line in _folded(text, limit)]


def _folded(text: str, limit: int) -> list[str]:
    """The safe form of a text, in lines."""
    shown = safe(text[: MOST_LINES * limit + 1])
    lines: list[str] = []
    while width(shown) > limit and len(lines) < MOST_LINES - 1:
        end = next(i for i in range(min(len(shown), 4 * limit), 0, -1) if width(shown[:i]) <= limit)
        lines.append(shown[:end])
        shown = shown[end:]
    return [*lines, shortened(shown, limit)]
