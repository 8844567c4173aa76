"""Checks of the roll-ups by the time of events, against what the walk through all sessions found."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TypeVar

import apsw

from sesscore.checks import Check
from sesscore.differences import Difference, Found
from sesscore.parts import Texts
from sesscore.queries import sql
from sesscore.walk import Walk

Key = TypeVar("Key", bound=tuple[int | str | None, ...])

# What the events are called that are activities; the numbers are those of table activity_kind.
EVENT_IDS = {
    "cowrie.login.failed": 1,
    "cowrie.login.success": 2,
    "cowrie.command.input": 3,
    "cowrie.command.failed": 4,
    "cowrie.command.success": 5,
    "cowrie.session.file_download": 6,
    "cowrie.session.file_download.failed": 7,
    "cowrie.session.file_upload": 8,
    "cowrie.direct-tcpip.request": 9,
    "cowrie.log.closed": 10,
    "cowrie.client.fingerprint": 11,
}


def days(connection: apsw.Connection, walk: Walk) -> Found:
    """Events by day and sensor, with the first and the last."""
    counted: Counter[tuple[int, int]] = Counter()
    first: dict[tuple[int, int], int] = {}
    last: dict[tuple[int, int], int] = {}
    for day, sensor_id, _, events, first_us, last_us in connection.execute(sql("verify/events_of_days")):
        key = day, sensor_id
        counted[key] += events
        first[key] = min(first_us, first.get(key, first_us))
        last[key] = max(last_us, last.get(key, last_us))
    found = Found()
    found.add(_compared("events", counted, {key: day.events for key, day in walk.days.items()}))
    found.add(_compared("first_us", first, {key: day.first_us for key, day in walk.days.items()}))
    found.add(_compared("last_us", last, {key: day.last_us for key, day in walk.days.items()}))
    return found


def eventids(connection: apsw.Connection, walk: Walk) -> Found:
    """Events by day, sensor and event id: activities tell it by their kind, all others hold it."""
    stated: dict[tuple[int, int, str | None], int] = {
        (day, sensor_id, eventid): events
        for day, sensor_id, eventid, events, *_ in connection.execute(sql("verify/events_of_days"))
    }
    names = {kind: eventid for eventid, kind in EVENT_IDS.items()}
    texts = Texts(connection)
    held: Counter[tuple[int, int, str | None]] = Counter()
    for (day, sensor_id, kind), events in walk.kinds.items():
        held[day, sensor_id, names.get(kind)] += events
    for (day, sensor_id, text_id), events in walk.others.items():
        held[day, sensor_id, texts[text_id]] += events
    found = Found()
    found.add(_compared("events", stated, held))
    return found


def values(connection: apsw.Connection, walk: Walk) -> Found:
    """Commands, credentials, files, forwarded connections and keys by day."""
    stated = {tuple(key): seen for *key, seen in connection.execute(sql("verify/values_of_days"))}
    found = Found()
    found.add(_compared("seen", stated, walk.values))
    return found


def texts(connection: apsw.Connection, walk: Walk) -> Found:
    """Texts that activities refer to."""
    missing = walk.texts - {0}
    missing -= {text_id for (text_id,) in connection.execute(sql("verify/text_ids"))}
    found = Found()
    found.add(Difference(f"text #{text_id}", "is there", "yes, activities use it", "no") for text_id in sorted(missing))
    return found


def _compared(what: str, stated: Mapping[Key, int], found: Mapping[Key, int]) -> Iterator[Difference]:
    for key in sorted(stated.keys() | found.keys(), key=str):
        if stated.get(key, 0) != found.get(key, 0):
            yield Difference(_place(key), what, stated.get(key, 0), found.get(key, 0))


def _place(key: tuple[int | str | None, ...]) -> str:
    names = ("day", "sensor #", "kind" if len(key) > 3 else "event", "text #", "text #")
    return ", ".join(f"{name} {part}".replace("# ", "#") for name, part in zip(names, key, strict=False))


ROLLUPS = (
    Check("rollup_event", "events by day and sensor, first and last, follow from sessions", days),
    Check("rollup_eventid", "events by day, sensor and event id follow from sessions", eventids),
    Check("rollup_value", "credentials, commands, files and more by day follow from them", values),
    Check("activity_texts", "every text that an activity refers to is there", texts),
)
