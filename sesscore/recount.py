"""Recount logs in the plainest Python: the rules of docs/design.md once more, for `verify PATH` and for the tests.

Nothing here is shared with ingest, so that both can only agree by following the same rules. Clarity comes before
speed, and memory grows with the events:

    recount_values.py    JSON values, their equality and fingerprint
    recount_events.py    what makes a record an event, and who names its session
    recount_records.py   bytes of a source → records
    recount_sessions.py  events of a session id → sessions
    recount.py           sources → ledgers and sessions
"""

from __future__ import annotations

import bz2
import lzma
import os
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sesscore.recount_events import Event, read_event
from sesscore.recount_records import Bad, Blank, Object, Waiting, read_records
from sesscore.recount_sessions import Activity, Session, fold
from sesscore.recount_values import fingerprint, stored

__all__ = ["Activity", "Ledger", "Recount", "Session", "SourceBytes", "fingerprint", "read_source", "recount"]


# --- sources -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SourceBytes:
    """One log, decompressed. A compressed source and standard input cannot grow."""

    name: str
    data: bytes
    growable: bool


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


_PIECE = 16 * 1024
_DAMAGE = (OSError, EOFError, zlib.error, lzma.LZMAError)
_FORMATS: tuple[tuple[bytes, Callable[[], _Decompressor]], ...] = (
    (b"\x1f\x8b", lambda: zlib.decompressobj(wbits=31)),
    (b"BZh", bz2.BZ2Decompressor),
    (b"\xfd7zXZ\0", lzma.LZMADecompressor),
)


def read_source(path: str | os.PathLike[str]) -> SourceBytes:
    """Read a file, decompressed by its content. A damaged stream yields what precedes the damage."""
    data = Path(path).read_bytes()
    for magic, decompressor in _FORMATS:
        if data.startswith(magic):
            return SourceBytes(os.fspath(path), _decompress(data, magic, decompressor), growable=False)
    return SourceBytes(os.fspath(path), data, growable=True)


def _decompress(data: bytes, magic: bytes, decompressor: Callable[[], _Decompressor]) -> bytes:
    """Decompress the streams that follow each other, with zero padding between them, up to the first damage."""
    plain: list[bytes] = []
    at = 0
    while data.startswith(magic, at):
        at, parts = _stream(data, at, decompressor)
        plain += parts
        while data[at : at + 1] == b"\0":
            at += 1
    return b"".join(plain)


def _stream(data: bytes, start: int, decompressor: Callable[[], _Decompressor]) -> tuple[int, list[bytes]]:
    """Decompress the stream at `start`; give the offset after it and its parts."""
    stream = decompressor()
    parts: list[bytes] = []
    at = start
    while at < len(data) and not stream.eof:
        piece = data[at : at + _PIECE]
        try:
            parts.append(stream.decompress(piece))
        except _DAMAGE:
            return len(data), _up_to_damage(data, start, at, decompressor())
        at += len(piece)
    return at - len(stream.unused_data), parts


def _up_to_damage(data: bytes, start: int, damaged: int, stream: _Decompressor) -> list[bytes]:
    """Decompress once more, byte by byte in the damaged piece: a call that fails gives nothing, not even good bytes."""
    parts = [stream.decompress(data[at : at + _PIECE]) for at in range(start, damaged, _PIECE)]
    for at in range(damaged, len(data)):
        try:
            parts.append(stream.decompress(data[at : at + 1]))
        except _DAMAGE:
            break
    return parts


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


def recount(sources: Iterable[SourceBytes], *, sensor: str = "unknown", assume_utc_offset_minutes: int = 0) -> Recount:
    """Count what sources hold, in the order given, as if read in one run into an empty database."""
    result = Recount()
    count = _Count(stored(sensor) or "unknown", assume_utc_offset_minutes)
    for source in sources:
        if source.name in result.ledgers:
            raise ValueError(f"two sources of the name {source.name!r}")
        result.ledgers[source.name] = count.read(source)
    for (name, session_id), events in sorted(count.events.items()):
        result.sessions += fold(name, session_id, events.values())
        result.eventids.update(event.eventid for event in events.values())
    result.first_us = min((session.started_us for session in result.sessions), default=None)
    result.last_us = max((session.ended_us for session in result.sessions), default=None)
    return result


class _Count:
    """The distinct events so far: (sensor, session id) → (instant, identity) → event."""

    def __init__(self, sensor: str, assume_utc_offset_minutes: int) -> None:
        self.sensor = sensor
        self.assume_utc_offset_minutes = assume_utc_offset_minutes
        self.events: dict[tuple[str, str], dict[tuple[int, str], Event]] = {}

    def read(self, source: SourceBytes) -> Ledger:
        """Read one source to its end."""
        ledger = Ledger()
        for record in read_records(source.data, source.growable):
            if isinstance(record, Waiting):
                ledger.pending_offset = record.offset
                break
            ledger.lines += 1
            if isinstance(record, Object):
                self._object(record, ledger)
            elif isinstance(record, Bad):
                ledger.quarantine(record.reason)
            elif isinstance(record, Blank):
                ledger.blank += 1
        return ledger

    def _object(self, record: Object, ledger: Ledger) -> None:
        event = read_event(record.fields, record.enclosing_key, self.sensor, self.assume_utc_offset_minutes)
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
        if key not in events or event.by_session:  # of two copies, the better named one tells how its session matched
            events[key] = event
