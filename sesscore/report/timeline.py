"""`report timeline`: what happened in each day or hour."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import cast

import orjson

from sesscore.report.calendar import EMPTY
from sesscore.report.days import EARLIEST_US, LATEST_US
from sesscore.report.document import Column, Document, Table
from sesscore.report.edges import active_days
from sesscore.report.hours import stretches
from sesscore.report.snapshot import Snapshot
from sesscore.report.statement import Parameter
from sesscore.report.values import Kind, Value
from sesscore.report.zones import DAY_US, Zone, written, zone

_AVERAGED = {"day": 7, "hour": 24}

OPTIONS = (
    Parameter("by", str, "day", "what a step is: day or hour", allowed=tuple(_AVERAGED)),
    Parameter("average", int, None, "steps of which sessions_average is  [default: 7 days, 24 hours]", least=1),
)
VARIANTS = tuple({"by": by} for by in _AVERAGED)


def compose(snapshot: Snapshot) -> Document:
    """Its steps, in order."""
    by = str(snapshot.options["by"])
    asked: dict[str, Value] = {"average": snapshot.options["average"] or _AVERAGED[by], "empty": EMPTY}
    table = snapshot.table("days", **asked) if by == "day" else _hours(snapshot, asked)
    return snapshot.document([replace(table, name="steps")])


def _hours(snapshot: Snapshot, asked: dict[str, Value]) -> Table:
    """Each with what the clocks of the zone show when it begins."""
    clocks = zone(snapshot.period.zone)
    table = snapshot.table("hours", **asked, clocks=_stretches(snapshot, clocks))
    start, *others = table.columns
    columns = [start, Column("clock", Kind.TEXT, "hour", whole=True), *others]
    return replace(table, columns=columns, rows=_with_clock(table, clocks))


def _with_clock(table: Table, clocks: Zone) -> Iterator[Sequence[Value]]:
    for start, *others in table.rows:
        yield start, written(cast("int", start), clocks, brief=True), *others


def _stretches(snapshot: Snapshot, clocks: Zone) -> str:
    """When which clocks held, as JSON: the change before, the stretch, the UTC days that it touches, their offset."""
    period = snapshot.period
    since_us = EARLIEST_US if period.since_us is None else period.since_us
    until_us = LATEST_US if period.until_us is None else period.until_us
    days = active_days(snapshot.connection, since_us, until_us)
    found = [
        (one.since_us, begin, end, begin // DAY_US, (end - 1) // DAY_US, one.offset_us)
        for one in stretches(days, clocks)
        if (begin := max(one.since_us, since_us)) < (end := min(one.until_us, until_us))
    ]
    return orjson.dumps(found).decode()
