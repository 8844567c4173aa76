"""Alerts of a day: those that need no enrichment."""

from typing import Any

from sesscore.report.fractions import average
from sesscore.report.snapshot import Snapshot

_DAYS = 7  # before, with which a day is compared


class Alerts:
    """Asked for one day after the other. They compare with days before the period, too."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._known: dict[int | None, dict[int, int]] = {}  # by sensor: source addresses of whole days with sessions
        self._end: dict[int | None, int] = {}
        self._told: dict[tuple[int, int | None], list[dict[str, Any]]] = {}

    def tell(self, day: int, sensor_id: int | None, addresses: int) -> None:
        """What is known of a day with sessions, so that it need not be asked."""
        sensor_id = self._snapshot.whose(sensor_id)
        if self._whole(day) and self._end.get(sensor_id, day) <= day:
            self._until(day, sensor_id)[day] = addresses
            self._end[sensor_id] = day + 1

    def of(self, day: int, sensor_id: int | None) -> list[dict[str, Any]]:
        """`ip_spike`: more than 1.5 times as many addresses as on average on those of the days before with sessions."""
        key = day, self._snapshot.whose(sensor_id)
        if key not in self._told:  # of an only sensor they are asked for twice
            self._told[key] = self._spikes(*key)
        return self._told[key]

    def _spikes(self, day: int, sensor_id: int | None) -> list[dict[str, Any]]:
        known = self._until(day + 1, sensor_id)
        before = [known[earlier] for earlier in range(day - _DAYS, day) if earlier in known]
        current = known.get(day, 0) if self._whole(day) else self._part(day, sensor_id)
        if not before or 2 * current * len(before) <= 3 * sum(before):
            return []
        mean = average(sum(before), len(before))
        message = f"{current} source addresses, against {mean:.2f} on average on the days before"
        return [{"type": "ip_spike", "severity": "medium", "current": current, "average": mean, "message": message}]

    def _until(self, end: int, sensor_id: int | None) -> dict[int, int]:
        """Those of the days before `end`; earlier ones than are compared are forgotten."""
        first = max(self._end.get(sensor_id, end - 1 - _DAYS), end - 1 - _DAYS)
        known = {day: n for day, n in self._known.get(sensor_id, {}).items() if day >= end - 1 - _DAYS}
        if first < end:
            known |= self._asked(first, end, sensor_id)
        self._known[sensor_id], self._end[sensor_id] = known, end
        return known

    def _asked(self, first: int, end: int, sensor_id: int | None) -> dict[int, int]:
        whole = self._snapshot.whole_days(first, end)
        bounds = {"first_day": whole.first_day, "end_day": whole.end_day, "sensor_id": sensor_id}
        rows = self._snapshot.objects("addresses", **bounds)
        return {row["day"] - whole.shift: row["unique_ips"] for row in rows}

    def _whole(self, day: int) -> bool:
        """Whether the period holds all of a day."""
        period = self._snapshot.period
        begins, ends = self._snapshot.begins(day), self._snapshot.begins(day + 1)
        return (period.since_us is None or period.since_us <= begins) and (
            period.until_us is None or period.until_us >= ends
        )

    def _part(self, day: int, sensor_id: int | None) -> int:
        bounds = {"first_day": day, "end_day": day + 1, "sensor_id": sensor_id}
        return next(int(row["unique_ips"]) for row in self._snapshot.objects("sources", **bounds))
