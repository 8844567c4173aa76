"""What the database has of the sessions that a batch may belong to."""

from collections.abc import Sequence
from typing import Any

import apsw

from sesscore._fold import SessionFilter
from sesscore.queries import sql

# The statements that make a session part of another one, in their order.
_JOINING = (
    "join_parts", "join_sources", "forget_parts", "forget_sources", "forget_days", "forget_session",
)  # fmt: skip

# part, first_us, decoded activities, events of view part
StoredPart = tuple[int, int, list[list[int]], bytes]

StoredSession = tuple[Any, ...]  # a row of sql/store/find_session.sql
STARTED_US, SPAN_US, EVENT_COUNT, PART_US, EVENTS, ACTIVITIES = 10, 11, 13, 28, 30, 35  # places in it


class StoredSessions:
    """Asks for sessions, and makes several one. known: is told who was there on which days."""

    def __init__(self, connection: apsw.Connection, known: SessionFilter) -> None:
        self._connection = connection
        self._known = known

    def know_days(self, days: set[int]) -> None:
        """Tells the filter who was there on these days."""
        known = self._known
        if known.full and not known.days <= days:
            known.clear()
        for day in sorted(days - known.days):
            for sensor_id, session_id in self._connection.execute(sql("store/sessions_of_day"), (day,)):
                known.know(sensor_id, session_id)
            known.days.add(day)

    def find(self, sensor_id: int, session_id: str, days: Sequence[int]) -> list[StoredSession]:
        """The sessions of an id that touch one of the days. (One statement for all took four times as long.)"""
        ask = self._connection.execute
        keys = {key for day in days for (key,) in ask(sql("store/session_of_day"), (day, sensor_id, session_id))}
        return [row for key in keys for row in ask(sql("store/find_session"), (key,))]

    def load(self, held: list[StoredSession], first_us: int, last_us: int) -> tuple[list[StoredPart], int]:
        """The parts of a session that events between two times belong to, and the number for a further one.

        More than one session: they become the first."""
        import orjson  # late: a run that finds nothing new is mostly start-up

        key, *others = (row[0] for row in held)
        for other in others:
            self._join(key, other)
        next_part: int = self._connection.execute(sql("store/next_part"), (key,)).get
        if next_part == 1:
            [row] = held
            return [(0, row[STARTED_US] + row[PART_US], orjson.loads(row[ACTIVITIES]), row[EVENTS])], next_part
        bounds = {"session_key": key, "begin_us": first_us, "end_us": last_us}
        parts = [
            (part, begin_us, orjson.loads(activities), events)
            for part, begin_us, activities, events in self._connection.execute(sql("store/parts_between"), bounds)
        ]
        return parts, next_part

    def _join(self, stays: int, goes: int) -> None:
        for name in _JOINING:
            self._connection.execute(sql(f"store/{name}"), {"stays": stays, "goes": goes})
