"""Gives the records of a source other numbers, after some of its records became more or fewer."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import apsw

from sesscore.known import SourceRow
from sesscore.queries import sql

_AT_ONCE = 10_000

# (a record, by how much the numbers of all later ones change)
Shift = tuple[int, int]


def renumber(connection: apsw.Connection, source: SourceRow, shifts: Sequence[Shift]) -> None:
    """Moves the numbers of a source, in quarantine and in sessions. shifts: by the numbers before, in their order."""
    if not shifts:
        return
    places = [record for record, _ in shifts]
    sums = list(accumulate((by for _, by in shifts), initial=0))

    def moved(record: int) -> int:
        return record + sums[bisect_left(places, record)]

    bounds = {"source_id": source.source_id, "record": places[0], "count": _AT_ONCE}
    after = -1
    while shares := _numbers(connection, "shares_after", {**bounds, "after": after}):
        for after, first, last in shares:
            values = {"first_record": moved(first), "last_record": moved(last), "session_key": after}
            for statement in ("renumber_own_share", "renumber_share"):  # one of them finds it
                connection.execute(sql(f"store/{statement}"), {**values, "source_id": source.source_id})
    after = -1
    while held := _numbers(connection, "quarantined_after", {**bounds, "after": after}):
        for after, record in held:
            values = {"record": moved(record), "quarantine_id": after}
            connection.execute(sql("store/renumber_quarantined"), values)


def _numbers(connection: apsw.Connection, name: str, values: dict[str, int | None]) -> list[Any]:
    return connection.execute(sql(f"store/{name}"), values).fetchall()
