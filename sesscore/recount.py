"""Recount logs in the plainest Python: the rules of docs/design.md once more, for `verify PATH` and for the tests.

Nothing here is shared with ingest, so that both can only agree by following the same rules. Clarity comes before
speed, and memory holds all logs and all events:

    recount_sources.py   files → bytes
    recount_values.py    JSON values, their equality and fingerprint
    recount_json.py      one object, byte by byte
    recount_records.py   bytes of a source → records
    recount_names.py     names of sources → which follows which
    recount_halves.py    records of all sources, with objects that were cut in two
    recount_matchers.py  who names the session of an event
    recount_events.py    what makes a record an event
    recount_sessions.py  events of a session id → sessions
    recount.py           sources → ledgers and sessions
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from sesscore.recount_events import Event, read_event
from sesscore.recount_halves import read_joined
from sesscore.recount_matchers import UserMatcher
from sesscore.recount_records import Bad, Blank, Object, Record, Waiting
from sesscore.recount_sessions import Activity, Session, fold
from sesscore.recount_sources import SourceBytes, read_source
from sesscore.recount_values import fingerprint, stored

__all__ = ["Activity", "Ledger", "Recount", "Session", "SourceBytes", "fingerprint", "read_source", "recount"]


# --- the result ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Ledger:
    """Where every record of a source went."""

    lines: int = 0
    events: int = 0
    duplicates: int = 0
    sessionless: int = 0
    quarantined: int = 0
    blank: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    pending_offset: int | None = None

    @property
    def pending(self) -> bool:
        """Something at the end of the source waits to become whole."""
        return self.pending_offset is not None

    @property
    def alien(self) -> bool:
        """The source has bad records and no event."""
        return self.quarantined > 0 and not self.events + self.duplicates + self.sessionless

    @property
    def balanced(self) -> bool:
        """Every record went to exactly one place."""
        return self.lines == self.events + self.duplicates + self.sessionless + self.quarantined + self.blank

    def quarantine(self, reason: str) -> None:
        """Count a record that is no event."""
        self.quarantined += 1
        self.reasons[reason] += 1


@dataclass(slots=True)
class Recount:
    """What a set of sources holds."""

    sessions: list[Session] = field(default_factory=list)
    ledgers: dict[str, Ledger] = field(default_factory=dict)
    eventids: Counter[str] = field(default_factory=Counter)
    first_us: int | None = None
    last_us: int | None = None


# --- counting ------------------------------------------------------------------------------------------------------


def recount(
    sources: Iterable[SourceBytes],
    *,
    sensor: str = "unknown",
    assume_utc_offset_minutes: int = 0,
    matchers: Iterable[UserMatcher] = (),
) -> Recount:
    """Count what sources hold, in the order given, as if read in one run into an empty database.

    The names of the sources are paths; those of one folder are all there is in it. `matchers` are a user's own.
    """
    result = Recount()
    count = _Count(stored(sensor) or "unknown", assume_utc_offset_minutes, tuple(matchers))
    sources = list(sources)
    for source in sources:
        if source.name in result.ledgers:
            raise ValueError(f"two sources of the name {source.name!r}")
        result.ledgers[source.name] = Ledger()
    for source, record in read_joined(sources):
        count.record(record, result.ledgers[source.name], source.sensor)
    for (name, session_id), events in sorted(count.events.items()):
        result.sessions += fold(name, session_id, events.values())
        result.eventids.update(event.eventid for event in events.values())
    result.first_us = min((session.started_us for session in result.sessions), default=None)
    result.last_us = max((session.ended_us for session in result.sessions), default=None)
    return result


class _Count:
    """The distinct events so far: (sensor, session id) → (instant, identity) → event."""

    def __init__(self, sensor: str, assume_utc_offset_minutes: int, matchers: tuple[UserMatcher, ...]) -> None:
        self.sensor = sensor
        self.assume_utc_offset_minutes = assume_utc_offset_minutes
        self.matchers = matchers
        self.events: dict[tuple[str, str], dict[tuple[int, str], Event]] = {}

    def record(self, record: Record, ledger: Ledger, sensor: str | None) -> None:
        """Count one record of the source that the ledger is of. sensor: the source's own."""
        if isinstance(record, Waiting):
            ledger.pending_offset = record.offset
            return
        ledger.lines += 1
        if isinstance(record, Object):
            self._object(record, ledger, stored(sensor or "") or self.sensor)
        elif isinstance(record, Bad):
            ledger.quarantine(record.reason)
        elif isinstance(record, Blank):
            ledger.blank += 1

    def _object(self, record: Object, ledger: Ledger, sensor: str) -> None:
        event = read_event(record.fields, record.enclosing_key, sensor, self.assume_utc_offset_minutes, self.matchers)
        if isinstance(event, Event):
            self._event(event, ledger)
        elif event == "sessionless":
            ledger.sessionless += 1
        else:
            ledger.quarantine(event)

    def _event(self, event: Event, ledger: Ledger) -> None:
        events = self.events.setdefault((event.sensor, event.session_id), {})
        key = event.at_us, event.identity
        if key in events:
            ledger.duplicates += 1
        else:
            ledger.events += 1
        if key not in events or event.matcher < events[key].matcher:  # of copies, the better named one counts
            events[key] = event
