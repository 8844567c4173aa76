"""`report attacks`: each session in the form of the older tools, and what they add up to."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from sesscore.errors import UsageError
from sesscore.render import moment
from sesscore.report import sheets
from sesscore.report.blocks import Blocks
from sesscore.report.document import Column, Document, Listed, Records
from sesscore.report.rarest import most_common, rarest
from sesscore.report.shapes import schema_of
from sesscore.report.snapshot import Snapshot
from sesscore.report.values import Kind

_SELECTIONS = ("sessions", "older")
_KEPT = 16 << 20  # bytes of rows that are kept for the next list of them
_ROW = 1000  # bytes of one beside its activities
_COLUMNS = (
    Column("started", Kind.MOMENT, whole=True),
    Column("session", whole=True),
    Column("sensor"),
    Column("src_ip", whole=True),
    Column("protocol"),
    Column("username"),
    Column("password"),
    Column("total_commands", Kind.COUNT, "commands"),
    Column("duration_ms", Kind.MILLISECONDS, "duration"),
)
_SUMMED = (
    Column("total_attacks", Kind.COUNT),
    Column("most_common_commands", Kind.COUNT, "most common number of commands"),
)

_SHAPE = {
    "session": str,
    "sensor": str,
    "started": str,
    "duration_ms": int,
    "protocol": str,
    "username": str,
    "password": str,
    "timestamp": str,
    "src_ip": str,
    "total_commands": int,
    "downloads": [{"url": str, "shasum": str}],
    "uploads": [{"filename": str, "shasum": str}],
    "commands": [str],
}
_NAMED = [{"session": str, "sensor": str, "started": str}]
_SUMMARY = {
    "total_attacks": int,
    "most_common_commands": int,
    "command_counts": [{"commands": int, "seen": int}],
    "vt_classifications": [{"classification": str, "seen": int}],
    "uncommon_command_counts": _NAMED,
    "recent_first_submissions": _NAMED,
    "abnormal": _NAMED,
}


def compose(snapshot: Snapshot) -> Document:
    """The blocks, then the summary."""
    counts = command_counts(snapshot)
    all_sessions = snapshot.objects("sessions")
    return snapshot.document([attacks(snapshot, all_sessions), summary(counts, Uncommon(snapshot, counts))])


def command_counts(snapshot: Snapshot) -> dict[int, int]:
    """How many sessions ran how many commands, the rarest first. Raises UsageError for an unknown selection."""
    selection = snapshot.options["selection"]
    if selection not in _SELECTIONS:
        raise UsageError(
            f"--selection {selection!r} is none", hint=f"--selection with one of: {', '.join(_SELECTIONS)}"
        )
    statement = "older_command_counts" if selection == "older" else "command_counts"
    return {row["commands"]: row["seen"] for row in snapshot.objects(statement)}


class Uncommon:
    """The sessions with an uncommon number of commands, for several lists: asked for once, if they are few."""

    def __init__(self, snapshot: Snapshot, counts: Mapping[int, int]) -> None:
        self._snapshot = snapshot
        self._numbers = orjson.dumps(sorted(rarest(counts))).decode()  # as the statement takes them
        self._kept: list[dict[str, Any]] | None = None
        self._names: list[dict[str, Any]] | None = None

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """In order of time. Whether they are kept is looked up when the first is wanted, not when a list is made."""
        yield from self._ask() if self._kept is None else self._kept

    def named(self) -> Iterator[dict[str, Any]]:
        """What a list says of each."""
        if self._kept is None:
            return map(_named, self)
        if self._names is None:
            self._names = list(map(_named, self._kept))
        return iter(self._names)

    def _ask(self) -> Iterator[dict[str, Any]]:
        kept: list[dict[str, Any]] = []
        left = _KEPT
        for session in self._snapshot.objects("sessions", counts=self._numbers):
            left -= len(session["activities"]) + _ROW
            if left >= 0:
                kept.append(session)
            else:
                kept.clear()
            yield session
        if left >= 0:
            self._kept = kept


def attacks(snapshot: Snapshot, sessions: Iterable[Mapping[str, Any]]) -> Records:
    """A block for each session."""
    blocks = Blocks(snapshot.connection)
    records = map(blocks.block, sessions)
    return Records("attacks", "Attacks", _COLUMNS, records, schema=schema_of(_SHAPE), sheet=sheets.block)


def summary(counts: Mapping[int, int], uncommon: Uncommon) -> Records:
    """What all sessions add up to."""
    named = Listed(uncommon.named)
    figures = {
        "total_attacks": sum(counts.values()),
        "most_common_commands": most_common(counts),
        "command_counts": [{"commands": commands, "seen": seen} for commands, seen in counts.items()],
        "vt_classifications": [],
        "uncommon_command_counts": named,
        "recent_first_submissions": [],
        "abnormal": named,
    }
    schema = schema_of(_SUMMARY)
    return Records("summary", "Summary", _SUMMED, [figures], schema=schema, sheet=sheets.summary, single=True)


def _named(session: Mapping[str, Any]) -> dict[str, Any]:
    return {"session": session["session"], "sensor": session["sensor"], "started": moment(session["started"])}
