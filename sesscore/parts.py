"""Reads what is packed in rows of the view `part`: activities, times and fingerprints (docs/design.md, "Fingerprints").

The view `session_activity` says the same in SQL; here it is said for whole sessions at once, many times faster.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import apsw
import orjson

from sesscore.errors import SesscoreError
from sesscore.queries import sql

FINGERPRINT_BYTES = 6

_BUDGET = 32 << 20  # bytes of texts that are kept in memory
_ENTRY = 120  # bytes that an entry takes beside its characters
_LOGINS = (1, 2)  # kinds whose first text is the user name
_ZEROS = {2: [0, 0, 0], 3: [0, 0], 4: [0], 5: []}  # that a list of so many numbers lacks

Moment = tuple[int, bytes]  # microseconds, fingerprint: what an event is known by
Packed = list[int]  # kind, microseconds since the first event of the part, up to three text ids


class PartDamaged(SesscoreError):
    """What is packed in a row cannot be read."""

    def __init__(self, problem: str) -> None:
        """problem: completes the sentence."""
        super().__init__(f"the database is damaged: a session {problem}", hint="sesscore verify")


class Activity(NamedTuple):
    """A row of the view `session_activity`, without its key and number."""

    at_us: int
    kind: str
    value: str | None
    username: str | None
    password: str | None
    shasum: str | None


class Texts(dict[int, str | None]):
    """text_id → text. As many as have room are kept, the others are asked for each time.

    ahead: keep the oldest, which are the frequent ones, from the beginning; else those that are asked for first.
    """

    def __init__(self, connection: apsw.Connection, *, ahead: bool = True) -> None:
        super().__init__({0: None})
        self._cursor = connection.cursor()
        self._left = _BUDGET
        for text_id, value in connection.execute(sql("content/texts")) if ahead else ():
            if not self._kept(text_id, value):
                break

    def __missing__(self, text_id: int) -> str | None:
        """A text that is not kept; None if there is none, as in the view."""
        found: str | None = self._cursor.execute(sql("content/text"), (text_id,)).get
        if found is not None:
            self._kept(text_id, found)
        return found

    def _kept(self, text_id: int, value: str) -> bool:
        """Keeps a text if it has room."""
        self._left -= len(value) + _ENTRY
        if self._left < 0:
            return False
        self[text_id] = value
        return True


class ActivityReader:
    """Turns packed activities into those that the view shows. ahead: see `Texts`."""

    def __init__(self, connection: apsw.Connection, *, ahead: bool = True) -> None:
        self._texts = Texts(connection, ahead=ahead)
        self._kinds: dict[int, str] = dict(connection.execute(sql("content/kinds")))

    @property
    def kinds(self) -> list[str]:
        """The names of all kinds."""
        return list(self._kinds.values())

    def read(self, first_us: int, activities: str) -> Iterator[Activity]:
        """The activities of a part, in order of time and fingerprint. Raises PartDamaged."""
        texts, kinds = self._texts, self._kinds
        try:
            for kind, step, a, b, c in unpacked(activities):
                if kind in _LOGINS:
                    yield Activity(first_us + step, kinds[kind], texts[c], texts[a], texts[b], None)
                else:
                    yield Activity(first_us + step, kinds[kind], texts[a], texts[c], None, texts[b])
        except KeyError as error:
            raise PartDamaged(f"holds an activity of kind {error}") from error


def unpacked(activities: str) -> list[Packed]:
    """The activities of a part as numbers, the zeros at their ends put back. Raises PartDamaged."""
    try:
        return [fields + _ZEROS[len(fields)] for fields in orjson.loads(activities)]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise _strange(activities) from error


def of_kinds(activities: str, kinds: Iterable[int]) -> dict[int, list[Packed]]:
    """The same of some kinds, by kind; others are not looked at. Raises PartDamaged."""
    found: dict[int, list[Packed]] = {kind: [] for kind in kinds}
    try:
        for fields in orjson.loads(activities):
            if (kind := fields[0]) in found:
                found[kind].append(fields + _ZEROS[len(fields)])
    except (orjson.JSONDecodeError, IndexError, KeyError, TypeError) as error:
        raise _strange(activities) from error
    return found


def _strange(activities: str) -> PartDamaged:
    return PartDamaged(f"has other things than activities in {activities!r:.80}")


def moments(first_us: int, activities: list[Packed], events: bytes) -> list[Moment]:
    """Time and fingerprint of every event of a part: those of its activities, then the others. Raises PartDamaged."""
    at = len(activities) * FINGERPRINT_BYTES
    if len(events) < at:
        raise PartDamaged("holds fewer fingerprints than activities")
    found = [
        (first_us + fields[1], events[i : i + FINGERPRINT_BYTES])
        for fields, i in zip(activities, range(0, at, FINGERPRINT_BYTES), strict=True)
    ]
    return found + other_moments(first_us, len(activities), events)


def other_moments(first_us: int, activities: int, events: bytes) -> list[Moment]:
    """Time and fingerprint of every event of a part that is no activity, in order.

    activities: how many the part has. Raises PartDamaged.
    """
    at = activities * FINGERPRINT_BYTES
    at_us = first_us
    found = []
    while at < len(events):
        step, at = varint(events, at)
        _, at = varint(events, at)
        at_us += step
        fingerprint = events[at : at + FINGERPRINT_BYTES]
        at += FINGERPRINT_BYTES
        if at > len(events):
            raise PartDamaged("ends inside an event")
        found.append((at_us, fingerprint))
    return found


def eventids(activities: int, events: bytes) -> list[int]:
    """The text id of the event id of every event of a part that is no activity, in the order of `moments`.

    activities: how many the part has. Raises PartDamaged.
    """
    at = activities * FINGERPRINT_BYTES
    found = []
    while at < len(events):
        _, at = varint(events, at)
        eventid, at = varint(events, at)
        at += FINGERPRINT_BYTES
        found.append(eventid)
    return found


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, low ones first, and where it ends. Raises PartDamaged."""
    number = shift = 0
    for end in range(at + 1, min(len(data), at + 10) + 1):
        byte = data[end - 1]
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, end
        shift += 7
    raise PartDamaged("ends inside a number")


def shown(fingerprint: bytes) -> str:
    """A fingerprint as the number that it is, in hexadecimal."""
    return f"{int.from_bytes(fingerprint, 'little'):012x}"
