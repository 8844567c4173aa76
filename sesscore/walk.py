"""Goes through all sessions with their unpacked parts, once, for the checks that look inside.

Memory grows with the distinct values of activities, as the roll-ups do.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

import apsw

from sesscore.differences import Difference, Found
from sesscore.parts import Moment, Packed, PartDamaged, eventids, moments, unpacked
from sesscore.queries import Row, sql
from sesscore.telemetry.run import Run

DAY_US = 86_400_000_000
TALLIED = frozenset((1, 2, 3, 6, 7, 8, 9, 11))  # kinds of activities whose values are rolled up

Part = tuple[int, int, int, str, bytes]  # session_key, first_us, activity_count, activities, events
Told = Iterator[tuple[str, Any, Any]]  # what, stated, found


@dataclass
class Held:
    """What the parts of a session hold, in order of time. problems: of parts that cannot be read."""

    parts: list[Part]
    activities: list[list[Packed]] = field(default_factory=list)  # by part
    events: list[list[Moment]] = field(default_factory=list)  # by part
    eventids: list[list[int]] = field(default_factory=list)  # by part, text ids of those that are no activities
    problems: list[str] = field(default_factory=list)
    distinct: set[Moment] = field(default_factory=set)
    times: list[int] = field(default_factory=list)  # of all events, activities of a part first


@dataclass
class Days:
    """Events of a sensor on a day."""

    events: int = 0
    first_us: int = 1 << 62
    last_us: int = -(1 << 62)

    def add(self, events: int, first_us: int, last_us: int) -> None:
        """Counts events of a time range."""
        self.events += events
        self.first_us = min(self.first_us, first_us)
        self.last_us = max(self.last_us, last_us)


_NO_MORE: tuple[int, Iterator[Part]] = (1 << 63, iter(()))  # after the last session_key

SessionCheck = Callable[[Row, Held], Told]


class Walk:
    """What was found on the way: differences by check, and what the roll-ups should say."""

    def __init__(self, connection: apsw.Connection, checks: dict[str, SessionCheck], run: Run) -> None:
        """run: its work is the sessions."""
        self.found: dict[str, Found] = defaultdict(Found)
        self.days: dict[tuple[int, int], Days] = defaultdict(Days)  # by day, sensor
        self.kinds: Counter[tuple[int, int, int]] = Counter()  # by day, sensor, kind
        self.others: Counter[tuple[int, int, int]] = Counter()  # by day, sensor, text id of the event id
        self.values: Counter[tuple[int, int, int, int, int]] = Counter()  # by day, sensor, kind, a, b
        self.texts: set[int] = set()  # that activities refer to
        self._checks = checks
        self._run = run
        self._go(connection)

    def _go(self, connection: apsw.Connection) -> None:
        by_session = groupby(connection.execute(sql("verify/parts")), itemgetter(0))
        key, parts = next(by_session, _NO_MORE)
        for session in _sessions(connection):
            while key < session["session_key"]:
                self._orphans(key)
                key, parts = next(by_session, _NO_MORE)
            mine = list(parts) if key == session["session_key"] else []
            self._session(session, _unpack(mine))
            if mine:
                key, parts = next(by_session, _NO_MORE)
        while key < _NO_MORE[0]:
            self._orphans(key)
            key, parts = next(by_session, _NO_MORE)

    def _orphans(self, key: int) -> None:
        self._add("parts", key, iter([("is there", "yes, it has parts", "no")]))

    def _session(self, session: Row, held: Held) -> None:
        self._run.current += 1
        for name, check in self._checks.items():
            self._add(name, session["session_key"], check(session, held))
        self._tally(session["sensor_id"], held)

    def _add(self, name: str, key: int, told: Told) -> None:
        self.found[name].add(Difference(f"session #{key}", *difference) for difference in told)

    def _tally(self, sensor_id: int, held: Held) -> None:
        if not held.times:
            return
        first, last = min(held.times), max(held.times)
        if first // DAY_US == last // DAY_US:
            self.days[first // DAY_US, sensor_id].add(len(held.times), first, last)
        else:
            for at_us in held.times:
                self.days[at_us // DAY_US, sensor_id].add(1, at_us, at_us)
        for activities, events in zip(held.activities, held.events, strict=True):
            for (kind, _, a, b, c), (at_us, _) in zip(activities, events, strict=False):
                day = at_us // DAY_US
                self.kinds[day, sensor_id, kind] += 1
                self.texts.update((a, b, c))
                if kind in TALLIED:
                    self.values[day, sensor_id, kind, a, b] += 1
        for eventids_of_part, events in zip(held.eventids, held.events, strict=True):
            for eventid, (at_us, _) in zip(reversed(eventids_of_part), reversed(events), strict=False):
                self.others[at_us // DAY_US, sensor_id, eventid] += 1


def _sessions(connection: apsw.Connection) -> Iterator[Row]:
    cursor = connection.execute(sql("verify/sessions"))
    names: list[str] = []
    for values in cursor:
        names = names or [column[0] for column in cursor.get_description()]
        yield dict(zip(names, values, strict=True))


def _unpack(parts: list[Part]) -> Held:
    held = Held(parts)
    for _, first_us, _, activities, events in parts:
        try:
            numbers = unpacked(activities)
            found = moments(first_us, numbers, events)
            others = eventids(len(numbers), events)
        except PartDamaged as error:
            held.problems.append(error.what)
            continue
        held.activities.append(numbers)
        held.events.append(found)
        held.eventids.append(others)
        held.distinct.update(found)
        held.times += [at_us for at_us, _ in found]
    return held
