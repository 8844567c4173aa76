"""What happened in a piece of time, under the names that the older tools had for it."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from sesscore.report.fractions import average
from sesscore.report.pieces import Piece
from sesscore.report.rarest import rarest
from sesscore.report.snapshot import Snapshot

Fields = dict[str, Any]

_LOGINS = ("unique_usernames", "unique_passwords", "top_usernames", "top_passwords", "top_combinations")
_COMMANDS = ("total", "unique", "top_commands")
_FILES = ("downloads_total", "uploads_total", "unique_hashes", "top_hashes")


class Tallies:
    """Asks the roll-ups about one piece and one sensor, each thing once. sensor_id: None for all."""

    def __init__(self, snapshot: Snapshot, piece: Piece, sensor_id: int | None) -> None:
        self._snapshot = snapshot
        self._bounds = {
            "first_day": max(piece.first, snapshot.first_day),
            "end_day": min(piece.end, snapshot.end_day),
            "sensor_id": sensor_id,
        }
        self._empty = not piece.seen

    @cached_property
    def sessions(self) -> Fields:
        """Sessions that began, and who they were by all login tries."""
        return {
            "total": sum(row["sessions"] for row in self._protocols),
            "unique_ips": self._sources.get(None, 0),
            "unique_usernames": self._logins["unique_usernames"],
            "unique_passwords": self._logins["unique_passwords"],
        }

    @property
    def addresses(self) -> dict[int, int]:
        """From how many addresses the sessions of each day came, by day; not of days without an address."""
        return {day: addresses for day, addresses in self._sources.items() if day is not None}

    @property
    def spread(self) -> Fields:
        """How many commands they ran, how long they were, and by which protocol they came."""
        counts, total = self._command_counts, self.sessions["total"]
        return {
            "avg_commands": average(sum(commands * seen for commands, seen in counts.items()), total),
            "max_commands": max(counts, default=0),
            "min_commands": min(counts, default=0),
            "avg_duration": average(sum(row["duration_ms"] for row in self._protocols), 1000 * total),
            "protocols": _by_protocol(self._protocols),
        }

    @property
    def tops(self) -> Fields:
        """What was tried most often."""
        return {name: self._logins[name] for name in _LOGINS if name.startswith("top_")}

    @property
    def uncommon(self) -> int:
        """How many sessions ran an uncommon number of commands."""
        return sum(self._command_counts[number] for number in rarest(self._command_counts))

    @cached_property
    def commands(self) -> Fields:
        """Commands that were typed."""
        return self._gathered("commands", _COMMANDS)

    @cached_property
    def files(self) -> Fields:
        """Transfers, with or without a hash, and hashes."""
        return self._gathered("files", _FILES)

    @cached_property
    def _protocols(self) -> list[Mapping[str, Any]]:
        return list(self._rows("protocols"))

    @cached_property
    def _sources(self) -> dict[int | None, int]:
        """None: of all days."""
        return {row["day"]: row["unique_ips"] for row in self._rows("sources")}

    @cached_property
    def _command_counts(self) -> dict[int, int]:
        return {row["commands"]: row["seen"] for row in self._rows("command_counts")}

    @cached_property
    def _logins(self) -> Fields:
        return self._gathered("logins", _LOGINS)

    def _gathered(self, statement: str, names: Iterable[str]) -> Fields:
        """Figures by name, and the rows of each list under its own."""
        found: Fields = {name: [] if name.startswith("top_") else 0 for name in names}
        for row in self._rows(statement):
            if isinstance(found[row["what"]], list):
                found[row["what"]].append({"value": row["value"], "count": row["count"]})
            else:
                found[row["what"]] = row["count"]
        return found

    def _rows(self, statement: str) -> Iterable[Mapping[str, Any]]:
        return () if self._empty else self._snapshot.objects(statement, **self._bounds)


def _by_protocol(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Those of which no event states a protocol are `unknown`; an event may state that, too."""
    found: dict[str, int] = {}
    for row in rows:
        name = "unknown" if row["protocol"] is None else row["protocol"]
        found[name] = found.get(name, 0) + row["sessions"]
    return dict(sorted(found.items()))
