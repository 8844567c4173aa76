"""What may happen to the events of a log, so that the seldom rules get their cases. Each changes the list in place."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from spelling import Literal
from strategies import DAY_US, EVENTIDS, FIELDS, HOUR_US

from sesscore.recount_events import timestamp_us

Event = dict[str, Any]
Twist = Callable[[list[Event], random.Random], None]

CONNECT = "cowrie.session.connect"
CLOSED = "cowrie.session.closed"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HUGE = (Literal("7" * 5000), Literal("1" + "0" * 40), Literal("1e400"), Literal("-0"), Literal("-0.0"))
ODD = (*HUGE, "\ufffd\ufffd", "\ud800", "a\0b", "\x1b[2J", ["\ud83d"], {"a": {"a": 1}}, "x" * 3000)
TEXT_FIELDS = ("username", "password", "input", "url", "filename", "shasum", "version", "hassh", "src_ip", "protocol")


# --- in a few words ------------------------------------------------------------------------------------------------


def at_us(event: Event) -> int:
    """Of an event that has a time; those without stand at the beginning."""
    return timestamp_us(event.get("timestamp")) or 0


def moved(event: Event, to_us: int, **more: Any) -> Event:
    """The same at another time."""
    text = (EPOCH + timedelta(microseconds=to_us)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {**event, "timestamp": text, **more}


def some_sessions(events: list[Event], chance: random.Random, share: float = 0.3) -> list[list[Event]]:
    """The events of some sessions, at least of one, each in order of time."""
    found: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if isinstance(event.get("session"), str) and event["session"]:
            found[event["session"]].append(event)
    chosen = [name for name in found if chance.random() < share] or chance.sample(list(found), min(1, len(found)))
    return [sorted(found[name], key=at_us) for name in chosen]


def some(events: list[Event], chance: random.Random, share: float = 0.1) -> list[Event]:
    return [event for event in events if chance.random() < share] or chance.sample(events, min(1, len(events)))


# --- sensors and ids -----------------------------------------------------------------------------------------------


def no_sensor(events: list[Event], chance: random.Random) -> None:
    """None, or a sensor that names nothing."""
    for event in events if chance.random() < 0.3 else some(events, chance, 0.3):
        event.pop("sensor", None)
        if chance.random() < 0.1:
            event["sensor"] = chance.choice(("", None, 3))


def shared_ids(events: list[Event], chance: random.Random) -> None:
    """Several visits under one id, on one sensor or on several; some at the same moments."""
    for visit in some_sessions(events, chance, 0.4):
        for event in visit:
            event["session"] = "shared"
            if chance.random() < 0.05:
                events.append({**event, "sensor": chance.choice(("other", "honeypot-02"))})


def otherwise_named(events: list[Event], chance: random.Random) -> None:
    """Not, or not only, by `session`."""
    for visit in some_sessions(events, chance, 0.4):
        key = chance.choice(("session_id", "sessionid", "sid", "message", "message", "uuid"))
        keep = chance.choice((0, 0, 0.5))
        for event in visit:
            name = event["session"]
            if chance.random() >= keep:
                del event["session"]
            event[key] = f"left [session: {name}]" if key == "message" else name


def integer_ids(events: list[Event], chance: random.Random) -> None:
    """Text and integer name the same session."""
    name = chance.choice(("7", "0", "-3", "1" + "0" * 30))
    for visit in some_sessions(events, chance, 0.1):
        for event in visit:
            event["session"] = Literal(name) if chance.random() < 0.5 else name


def odd_ids(events: list[Event], chance: random.Random) -> None:
    """Some are no usable names, so that the event is sessionless or named by its message."""
    for event in some(events, chance, 0.05):
        event["session"] = chance.choice(("", None, True, Literal("1.5"), ["a"], "\ud800", "\ufffd", " a\0 ", 12))


def nameless(events: list[Event], chance: random.Random) -> None:
    for event in some(events, chance, 0.05):
        event.pop("session", None)
        event.pop("message", None)


def enclosed(events: list[Event], chance: random.Random) -> list[Event]:
    """Visits as lists under a key that names the session; not in place, because a line then holds several events."""
    lists: list[Event] = []
    taken: set[int] = set()
    for visit in some_sessions(events, chance, 0.3):
        key = f"{chance.getrandbits(48):012x}"
        for event in visit:
            taken.add(id(event))
            if chance.random() < 0.9:
                del event["session"]
        middle = chance.randint(0, len(visit))
        lists += [{key: half} for half in (visit[:middle], visit[middle:]) if half]
    return [event for event in events if id(event) not in taken] + lists


# --- time ----------------------------------------------------------------------------------------------------------


def again(events: list[Event], chance: random.Random) -> None:
    """A visit comes again under its id after a silence of a day, exactly, less and more."""
    for visit in some_sessions(events, chance, 0.2):
        first, last = at_us(visit[0]), at_us(visit[-1])
        for _ in range(chance.randint(1, 3)):
            by_us = last - first + chance.choice((DAY_US - 1, DAY_US, DAY_US, DAY_US + 1, 2 * DAY_US, 3 * DAY_US))
            events += [moved(event, at_us(event) + by_us) for event in visit]
            first, last = first + by_us, last + by_us
            visit = [moved(event, at_us(event) + by_us) for event in visit]


def chain(events: list[Event], chance: random.Random) -> None:
    """Events far apart, of which each second one holds together what stands around it."""
    for visit in some_sessions(events, chance, 0.1):
        last = visit[-1]
        step = chance.choice((13 * HOUR_US, 20 * HOUR_US, DAY_US))
        events += [
            moved(last, at_us(last) + step * number, eventid="cowrie.command.input", input=str(number), late=True)
            for number in range(1, chance.randint(2, 12))
        ]


def late(events: list[Event], chance: random.Random) -> None:
    """After the close, or long after it."""
    for visit in some_sessions(events, chance, 0.3):
        last = visit[-1]
        after = chance.choice((0, 1, 1_000_000, 23 * HOUR_US, DAY_US, DAY_US + 1, 30 * HOUR_US))
        eventid = chance.choice(("cowrie.log.closed", "cowrie.session.file_download", "cowrie.command.input"))
        events.append(moved(last, at_us(last) + after, eventid=eventid, late=True, input="late", shasum="ab"))


def one_moment(events: list[Event], chance: random.Random) -> None:
    """Events that only their fingerprints put in order."""
    for visit in some_sessions(events, chance, 0.3):
        start = chance.randrange(len(visit))
        for event in visit[start : start + chance.randint(2, 6)]:
            event["timestamp"] = visit[start].get("timestamp")


def written_times(events: list[Event], chance: random.Random) -> None:
    """The same moments with an offset, with more digits, without an offset."""
    for event in events if chance.random() < 0.3 else some(events, chance, 0.4):
        moment = EPOCH + timedelta(microseconds=at_us(event))
        event["timestamp"] = chance.choice(
            (
                (moment + timedelta(hours=5, minutes=30)).strftime("%Y-%m-%d %H:%M:%S.%f999+05:30"),
                (moment - timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%S.%f-0800"),
                moment.strftime("%Y-%m-%dT%H:%M:%S.%f"),
                moment.strftime("%Y-%m-%d %H:%M:%S"),
            )
        )


def no_events(events: list[Event], chance: random.Random) -> None:
    """Records without a readable time, or without an event id."""
    for event in some(events, chance, 0.03):
        if chance.random() < 0.5:
            event["timestamp"] = chance.choice((None, 5, "", "2024-02-30T00:00:00Z", "2024-05-01T24:00:00Z"))
        else:
            event["eventid"] = chance.choice((None, "", 5, ["x"]))


# --- connects, closes, values --------------------------------------------------------------------------------------


def more_connects(events: list[Event], chance: random.Random) -> None:
    """Each of which says something else, or nothing."""
    for visit in some_sessions(events, chance, 0.3):
        for _ in range(chance.randint(1, 3)):
            before = chance.choice((0, 1, -1_000_000, 500_000))
            new = moved(visit[0], at_us(visit[0]) + before, eventid=CONNECT)
            for key in ("src_ip", "src_port", "dst_ip", "dst_port", "protocol"):
                new[key] = chance.choice(FIELDS[key])
                if chance.random() < 0.3:
                    del new[key]
            events.append(new)


def more_closes(events: list[Event], chance: random.Random) -> None:
    for visit in some_sessions(events, chance, 0.3):
        for _ in range(chance.randint(1, 3)):
            new = moved(visit[-1], at_us(visit[-1]) + chance.choice((0, 1, 2_000_000)), eventid=CLOSED)
            for key in ("duration", "duration_ms"):
                new.pop(key, None)
                if chance.random() < 0.6:
                    new[key] = chance.choice(FIELDS["duration"])
            events.append(new)


def cut_off(events: list[Event], chance: random.Random) -> None:
    """Visits that began before the log, or went on after it."""
    for visit in some_sessions(events, chance, 0.4):
        delimiter = chance.choice((CONNECT, CLOSED))
        gone = {id(event) for event in visit if event.get("eventid") == delimiter}
        events[:] = [event for event in events if id(event) not in gone] or events


def odd_values(events: list[Event], chance: random.Random) -> None:
    for event in some(events, chance, 0.2):
        key = chance.choice([*FIELDS, "new", *event])
        if key not in ("timestamp", "eventid", "session"):
            event[key] = chance.choice(FIELDS.get(key, ODD) if chance.random() < 0.6 else ODD)


def numbers_as_text(events: list[Event], chance: random.Random) -> None:
    for event in some(events, chance, 0.2):
        for key in event.keys() & set(TEXT_FIELDS):
            event[key] = Literal(chance.choice(("12", "1.50", "1e3", "-0.0", "123456789012345678901234567890")))


def odd_eventids(events: list[Event], chance: random.Random) -> None:
    for event in some(events, chance, 0.1):
        event["eventid"] = chance.choice(EVENTIDS)


def copies(events: list[Event], chance: random.Random) -> None:
    """Of events, wherever."""
    for event in some(events, chance, 0.2):
        events.insert(chance.randint(0, len(events)), dict(event))


TWISTS: dict[str, Twist] = {
    twist.__name__.replace("_", " "): twist
    for twist in (
        *(shared_ids, again, chain, more_connects, more_closes, cut_off, late, one_moment, odd_eventids, odd_values),
        *(numbers_as_text, integer_ids, otherwise_named, odd_ids, nameless, no_sensor, written_times, no_events),
        copies,
    )
}
