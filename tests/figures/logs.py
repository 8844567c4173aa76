"""From paths of logs to distinct events and sessions, by the recount."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from sesscore.recount import Ledger, Session, SourceBytes, read_source, recount
from sesscore.recount_events import Event, read_event
from sesscore.recount_halves import read_joined
from sesscore.recount_records import Object
from sesscore.recount_sessions import fold


class Seen(NamedTuple):
    """An event, as far as reports know it."""

    sensor: str
    at_us: int
    eventid: str


@dataclass(eq=False)
class Logs:
    """What a set of logs holds. sensor: of events that name none. naive_minutes: what `--assume-tz` adds up to."""

    sources: list[SourceBytes]
    sensor: str = "unknown"
    naive_minutes: int = 0

    @cached_property
    def _distinct(self) -> dict[tuple[str, str], dict[tuple[int, str], Event]]:
        """(sensor, session id) → (instant, identity) → event; of copies, the one that is named best."""
        found: dict[tuple[str, str], dict[tuple[int, str], Event]] = defaultdict(dict)
        for source, record in read_joined(self.sources):
            if not isinstance(record, Object):
                continue
            event = read_event(record.fields, record.enclosing_key, source.sensor or self.sensor, self.naive_minutes)
            if isinstance(event, Event):
                copies = found[event.sensor, event.session_id]
                key = event.at_us, event.identity
                copies[key] = min(copies.get(key, event), event, key=lambda copy: copy.matcher)
        return dict(found)

    @cached_property
    def events(self) -> list[Seen]:
        """Each distinct event that has a session."""
        return [Seen(e.sensor, e.at_us, e.eventid) for copies in self._distinct.values() for e in copies.values()]

    @cached_property
    def sessions(self) -> list[Session]:
        """Each session, by start, sensor and id."""
        found = [
            session
            for (sensor, session_id), copies in self._distinct.items()
            for session in fold(sensor, session_id, copies.values())
        ]
        return sorted(found, key=lambda session: (session.started_us, session.sensor, session.session_id))

    @cached_property
    def ledgers(self) -> list[Ledger]:
        """Where the records of each log went."""
        counted = recount(self.sources, sensor=self.sensor, assume_utc_offset_minutes=self.naive_minutes)
        return list(counted.ledgers.values())


def read_logs(paths: Iterable[str | os.PathLike[str]], sensor: str = "unknown", naive_minutes: int = 0) -> Logs:
    """Read the logs at some paths, in this order; of those with the same content only the first.

    The same paths again give the same object, whatever was written to them since.
    """
    return _read(tuple(os.fspath(path) for path in paths), sensor, naive_minutes)


@lru_cache(maxsize=8)
def _read(paths: tuple[str, ...], sensor: str, naive_minutes: int) -> Logs:
    sources: dict[bytes, SourceBytes] = {}
    for source in map(read_source, paths):
        sources.setdefault(source.data, source)
    return Logs(list(sources.values()), sensor, naive_minutes)
