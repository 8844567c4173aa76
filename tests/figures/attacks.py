"""Reports attacks and abnormal: the text reports of the older tools, as data and as the labels and values of blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from figures.counting import Row, Text
from figures.rarest import most_common, rarest
from figures.selection import Selection
from figures.times import moment
from sesscore.recount import Activity, Session

Label = tuple[str, str]


def attacks(selection: Selection, legacy: bool = False) -> Row:
    """A block for each session, and the summary after them."""
    selected = _selected(selection, legacy)
    return {"attacks": [block(session) for session in selected], "summary": summary(selected)}


def abnormal(selection: Selection, legacy: bool = False) -> Row:
    """The summary, and after it the blocks of the sessions with an uncommon number of commands."""
    selected = _selected(selection, legacy)
    return {"summary": summary(selected), "attacks": [block(session) for session in _uncommon(selected)]}


def _selected(selection: Selection, legacy: bool) -> list[Session]:
    """All sessions that began in the period, by start, sensor and id; `legacy`: those that the older tools saw."""
    return [session for session in selection.stretch.sessions if not legacy or seen_before(session)]


def seen_before(session: Session) -> bool:
    """Whether the older tools listed it: a login that succeeded, and a hash or a TTY log."""
    traces = (a.shasum is not None or (a.kind == "tty" and a.value is not None) for a in session.activities)
    return session.login_success_count > 0 and any(traces)


def _uncommon(sessions: list[Session]) -> list[Session]:
    rare = rarest(session.command_count for session in sessions)
    return [session for session in sessions if session.command_count in rare]


# --- a block -------------------------------------------------------------------------------------------------------


def block(session: Session) -> Row:
    """A session. username, password, timestamp: of its first login that succeeded, null without one."""
    login = next((one for one in session.activities if one.kind == "login_success"), None)
    return {
        "session": session.session_id,
        "sensor": session.sensor,
        "started": moment(session.started_us),
        "duration_ms": session.duration_ms,
        "protocol": session.protocol,
        "username": login and login.username,
        "password": login and login.password,
        "timestamp": moment(login and login.at_us),
        "src_ip": session.src_ip,
        "total_commands": session.command_count,
        "downloads": [{"url": a.value, "shasum": a.shasum} for a in _transfers(session, "download")],
        "uploads": [{"filename": a.value, "shasum": a.shasum} for a in _transfers(session, "upload")],
        "commands": [a.value for a in session.activities if a.kind == "command"],
    }


def _transfers(session: Session, kind: str) -> Iterable[Activity]:
    """Those with a hash that is not empty, in order."""
    return (one for one in session.activities if one.kind == kind and one.shasum)


def labels(block: Row) -> list[Label]:
    """Labels and values of a block as text, without what needs enrichment; values as they are in the log."""
    told: list[Label] = [
        ("Session", block["session"]),
        ("Session Duration", f"{seconds(block['duration_ms'])} seconds"),
        ("Protocol", _text(block["protocol"], "unknown")),
        ("Username", _text(block["username"])),
        ("Password", _text(block["password"])),
        ("Timestamp", _text(block["timestamp"])),
        ("Source IP Address", _text(block["src_ip"], "unknown")),
        ("Total Commands Run", str(block["total_commands"])),
    ]
    for one in block["downloads"]:
        told += [
            ("Download URL", defanged(_text(one["url"]))),
            ("Download SHA-256 Hash", one["shasum"]),
            ("Destination File", ""),
        ]
    for one in block["uploads"]:
        told += [
            ("Upload URL", ""),
            ("Upload SHA-256 Hash", one["shasum"]),
            ("Destination File", _text(one["filename"])),
        ]
    return told


def _text(value: Text, absent: str = "") -> str:
    return absent if value is None else value


def seconds(duration_ms: int) -> str:
    """Five characters of seconds with three decimals, cut; whole seconds are never cut, and no point ends it."""
    whole, thousandths = divmod(duration_ms, 1000)
    return f"{whole}.{thousandths:03}"[: max(5, len(str(whole)))].rstrip(".")


def defanged(url: str) -> str:
    """An address that nobody follows by mistake."""
    return url.replace(".", "[.]").replace("://", "[://]")


# --- the summary ---------------------------------------------------------------------------------------------------


def summary(selected: list[Session]) -> Row:
    """What the summary block says of all selected sessions; `recent_first_submissions` needs enrichment."""
    counts = Counter(session.command_count for session in selected)
    uncommon = [_name(session) for session in _uncommon(selected)]
    return {
        "total_attacks": len(selected),
        "most_common_commands": most_common(session.command_count for session in selected),
        "command_counts": [
            {"commands": commands, "seen": seen}
            for commands, seen in sorted(counts.items(), key=lambda one: (one[1], one[0]))
        ],
        "vt_classifications": [],
        "uncommon_command_counts": uncommon,
        "recent_first_submissions": [],
        "abnormal": uncommon,
    }


def _name(session: Session) -> Row:
    return {"session": session.session_id, "sensor": session.sensor, "started": moment(session.started_us)}
