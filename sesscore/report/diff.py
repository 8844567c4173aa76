"""`report diff`: two periods, or two sensors, beside each other."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sesscore.errors import UsageError
from sesscore.report.document import Column, Document, Table
from sesscore.report.period import Period, read_period
from sesscore.report.snapshot import Snapshot
from sesscore.report.statement import Parameter
from sesscore.report.values import Kind, Value
from sesscore.report.zones import DAY_US

_COMPARED = ("commands", "credentials", "sources", "hashes", "hassh", "client_versions")
_PREFIX = "--against-"
OPTIONS = (
    Parameter("against_since", str, None, "where the other period begins, written like --since"),
    Parameter("against_until", str, None, "where it ends, written like --until"),
    Parameter("against_during", str, None, "the other period in one word, written like --during"),
    Parameter("against_sensor", str, None, "the other sensor; without another period, at the same time"),
)
_RATES = (
    Column("before_per_day", Kind.NUMBER, "before/day"),
    Column("after_per_day", Kind.NUMBER, "after/day"),
)


@dataclass(frozen=True)
class _Side:
    """One of the two that are compared. length_us: by which its rates are made."""

    length_us: int

    def per_day(self, seen: int) -> float:
        """To two decimals, a half upwards."""
        return (200 * seen * DAY_US + self.length_us) // (2 * self.length_us) / 100


def compose(snapshot: Snapshot) -> Document:
    """The document. Raises UsageError if nothing is said of what to compare with."""
    period, sensor = _other(snapshot)
    there = snapshot.bindings(period, sensor)
    before, after = _side(snapshot, period, there), _side(snapshot, snapshot.period)
    bound = {f"before_{name}": value for name, value in there.items()}
    against = {"since": period.since, "until": period.until, "sensor": sensor}
    sections = [_section(snapshot, name, bound, before, after) for name in _COMPARED]
    return snapshot.document(sections, head={"against": against}, note=f"against {_told(snapshot, period, sensor)}")


def _told(snapshot: Snapshot, period: Period, sensor: str | None) -> str:
    """What is different on the other side, in words."""
    of = "all sensors" if sensor is None else f"sensor {sensor}"
    if sensor == snapshot.sensor:
        return period.text()
    return of if period == snapshot.period else f"{of}, {period.text()}"


def _section(snapshot: Snapshot, name: str, bound: dict[str, Value], before: _Side, after: _Side) -> Table:
    table = snapshot.table(name, **bound)
    columns = (*table.columns, *_RATES)
    places = [[column.name for column in columns].index(side) for side in ("before", "after")]
    return replace(table, columns=columns, rows=_rated(table.rows, places, (before, after)))


def _rated(rows: Iterable[Sequence[Value]], places: Sequence[int], sides: Sequence[_Side]) -> Iterator[Sequence[Value]]:
    """The rows with what each count is by the day."""
    for row in rows:
        yield (*row, *(side.per_day(int(row[place] or 0)) for place, side in zip(places, sides, strict=True)))


# With what it is compared


def _other(snapshot: Snapshot) -> tuple[Period, str | None]:
    """The period and the sensor that are asked for; else the period of equal length right before."""
    options = snapshot.options
    since, until, during, sensor = (_text(options[one.name]) for one in OPTIONS)
    wanted = snapshot.sensor if sensor is None else sensor
    if since is not None or until is not None or during is not None:
        zone, asked_us = snapshot.period.zone, snapshot.period.asked_us
        now_us = time.time_ns() // 1000 if asked_us is None else asked_us
        return read_period(since, until, during, tz=zone, now_us=now_us, prefix=_PREFIX), wanted
    return snapshot.period if sensor is not None else _right_before(snapshot), wanted


def _text(value: Value) -> str | None:
    return None if value is None else str(value)


def _right_before(snapshot: Snapshot) -> Period:
    period = snapshot.period
    if period.since_us is None:
        raise UsageError(
            "diff compares a period with the one before it, and before the beginning is none",
            hint="--since 7d, or --during 2026-W46; or against something else: --against-during 2026-W45",
        )
    return replace(period, since_us=period.since_us - _side(snapshot, period).length_us, until_us=period.since_us)


def _side(snapshot: Snapshot, period: Period, bound: Mapping[str, Value] | None = None) -> _Side:
    """Where the period has no bound, the UTC day of the first or the last event bounds it.

    bound: what statements are bound to for it, if it is not that of the report.
    """
    first_us, last_us = next(snapshot.rows("extent", **(bound or {})))
    since_us, until_us = period.since_us, period.until_us
    if since_us is None:
        since_us = int(first_us or 0) // DAY_US * DAY_US
    if until_us is None:
        until_us = (max(int(last_us or 0), since_us) // DAY_US + 1) * DAY_US
    return _Side(max(until_us - since_us, 1))
