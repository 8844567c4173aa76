"""What happened in a piece of time, by the names of the older tools."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sesscore.report.pieces import Piece
from sesscore.report.rarest import rarest
from sesscore.report.snapshot import Snapshot

Fields = dict[str, Any]

_NO_LISTS: Mapping[str, Any] = {"top_usernames": [], "top_passwords": [], "top_combinations": []}


class Tallies:
    """Asks the roll-ups about one piece and one sensor. sensor_id: None for all."""

    def __init__(self, snapshot: Snapshot, piece: Piece, sensor_id: int | None) -> None:
        self._snapshot = snapshot
        self._bounds = {
            "first_day": max(piece.first, snapshot.first_day),
            "end_day": min(piece.end, snapshot.end_day),
            "sensor_id": sensor_id,
        }
        self._empty = not piece.sensors

    def sessions(self) -> Fields:
        """Sessions that began, and who they were by all login tries."""
        logins = self._logins()
        return {
            "total": sum(row["sessions"] for row in self._rows("protocols")),
            "unique_ips": next((row["unique_ips"] for row in self._rows("sources")), 0),
            "unique_usernames": logins["unique_usernames"],
            "unique_passwords": logins["unique_passwords"],
        }

    def sessions_at_length(self) -> Fields:
        """The same, with protocols, numbers of commands, durations and what was tried most often."""
        protocols = list(self._rows("protocols"))
        total = sum(row["sessions"] for row in protocols)
        counts = self.command_counts()
        logins = self._logins()
        return {
            "total": total,
            "unique_ips": next((row["unique_ips"] for row in self._rows("sources")), 0),
            "unique_usernames": logins["unique_usernames"],
            "unique_passwords": logins["unique_passwords"],
            "avg_commands": average(sum(commands * seen for commands, seen in counts.items()), total),
            "max_commands": max(counts, default=0),
            "min_commands": min(counts, default=0),
            "avg_duration": average(sum(row["duration_ms"] for row in protocols), 1000 * total),
            "protocols": _by_protocol(protocols),
            **{name: logins[name] for name in _NO_LISTS},
        }

    def command_counts(self) -> dict[int, int]:
        """How many sessions ran how many commands."""
        return {row["commands"]: row["seen"] for row in self._rows("command_counts")}

    def uncommon(self) -> int:
        """How many sessions ran an uncommon number of commands."""
        counts = self.command_counts()
        return sum(counts[number] for number in rarest(counts))

    def commands(self) -> Fields:
        """Commands that were typed."""
        return {"total": 0, "unique": 0, "top_commands": [], **_gathered(self._rows("commands"))}

    def files(self) -> Fields:
        """Transfers, with or without a hash, and hashes."""
        found = _gathered(self._rows("files"))
        return {"downloads_total": 0, "uploads_total": 0, "unique_hashes": 0, "top_hashes": [], **found}

    def _logins(self) -> Fields:
        found: Fields = {"unique_usernames": 0, "unique_passwords": 0, **{name: [] for name in _NO_LISTS}}
        for row in self._rows("logins"):
            if not row["what"].startswith("top_"):
                found[row["what"]] = row["count"]
                continue
            stated = [text for text in (row["username"], row["password"]) if text is not None]
            found[row["what"]].append({"value": ":".join(stated), "count": row["count"]})
        return found

    def _rows(self, name: str) -> Iterable[Mapping[str, Any]]:
        return () if self._empty else self._snapshot.objects(name, **self._bounds)


def _gathered(rows: Iterable[Mapping[str, Any]]) -> Fields:
    """Figures by name, and the rows of each list under its own."""
    found: Fields = defaultdict(list)
    for row in rows:
        if row["what"].startswith("top_"):
            found[row["what"]].append({"value": row["value"], "count": row["count"]})
        else:
            found[row["what"]] = row["count"]
    return found


def _by_protocol(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Those of which no event states a protocol are `unknown`, which an event may state, too."""
    found: dict[str, int] = {}
    for row in rows:
        name = "unknown" if row["protocol"] is None else row["protocol"]
        found[name] = found.get(name, 0) + row["sessions"]
    return dict(sorted(found.items()))


def average(total: int, number: int) -> float | None:
    """An average to two decimals; None of nothing."""
    return hundredths(total, number) if number else None


def hundredths(numerator: int, denominator: int) -> float:
    """A fraction to two decimals, the exact half away from zero. denominator: positive."""
    sign = -1 if numerator < 0 else 1
    return sign * ((200 * abs(numerator) + denominator) // (2 * denominator)) / 100
