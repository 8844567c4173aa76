"""Logs against database: the plain recount of `recount.py` must find the same sessions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter
from typing import Any

import apsw

from sesscore.differences import Difference, Found
from sesscore.discover import Candidate
from sesscore.errors import NothingToRead, UsageError
from sesscore.matchers import Registry
from sesscore.ownfiles import own_files
from sesscore.parts import ActivityReader
from sesscore.queries import sql
from sesscore.recount import Session, SourceBytes, read_source, recount
from sesscore.sensors import UNKNOWN, Sensor, find_sources
from sesscore.sources import STDIN
from sesscore.telemetry.run import Run
from sesscore.unreadable import failure

COLUMNS = (
    "sensor", "session_id", "started_us", "match_type", "src_ip", "src_port", "dst_ip", "dst_port", "protocol",
    "ended_us", "duration_ms", "event_count", "command_count", "command_failed_count", "command_success_count",
    "login_failed_count", "login_success_count", "download_count", "download_failed_count", "upload_count",
    "tcpip_request_count", "client_version", "hassh", "matcher",
)  # fmt: skip
_KEY = 3  # columns that say which session it is

Key = tuple[str, str, int]


@dataclass(frozen=True)
class Logs:
    """What to recount, read as ingest read it. sensors: those configured. matchers: the user's."""

    paths: Sequence[str]
    sensor: str | None = None
    sensors: Sequence[Sensor] = ()
    naive_minutes: int = 0
    matchers: Registry = field(default_factory=Registry)


@dataclass
class Recounted:
    """How the logs and the database compare. problems: (path, why it was not read)."""

    sources: int = 0
    sessions: int = 0
    extra: int = 0
    missing: int = 0
    differing: int = 0
    found: Found = field(default_factory=Found)
    problems: list[tuple[str, str]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        problems = [{"source": source, "problem": problem} for source, problem in self.problems]
        names = ("sources", "sessions", "extra", "missing", "differing")
        return {**{name: getattr(self, name) for name in names}, "problems": problems}


def compare(connection: apsw.Connection, db: str, logs: Logs, run: Run) -> Recounted:
    """Recounts logs and looks up each session of the one in the other. Raises NothingToRead, UsageError.

    run: says how far it is.
    """
    compared = Recounted()
    found = find_sources(logs.paths, sensor=logs.sensor, sensors=logs.sensors, exclude=own_files(db))
    run.enter("recounting", "records")
    sources = _sources(found.candidates, compared)
    counted = recount(
        sources,
        sensor=logs.sensor or UNKNOWN,
        assume_utc_offset_minutes=logs.naive_minutes,
        matchers=[(one.priority, one.name, one.find) for one in logs.matchers.users],
    )
    if compared.sources == 0:
        raise NothingToRead(
            "; ".join(f"{path} {problem}" for path, problem in compared.problems),
            hint="sesscore verify PATH, with the logs",
        )
    compared.sessions = len(counted.sessions)
    run.enter("looking_up", "sessions", compared.sessions)
    expected = {(one.sensor, one.session_id, one.started_us): one for one in counted.sessions}
    compared.found.add(_differences(connection, expected, compared, run))
    return compared


def _sources(candidates: Iterable[Candidate], compared: Recounted) -> Iterator[SourceBytes]:
    for candidate in candidates:
        if candidate.path == STDIN:
            raise UsageError("standard input cannot be recounted", hint="sesscore verify PATH")
        if candidate.problem is not None:
            compared.problems.append((candidate.path, candidate.problem))
            continue
        try:
            source = read_source(candidate.path)
        except OSError as error:
            compared.problems.append((candidate.path, failure(error)[0]))
            continue
        compared.sources += 1
        yield replace(source, sensor=candidate.sensor)


def _differences(
    connection: apsw.Connection, expected: dict[Key, Session], compared: Recounted, run: Run
) -> Iterator[Difference]:
    reader = ActivityReader(connection)
    for _, parts in groupby(connection.execute(sql("verify/recounted")), itemgetter(0)):
        run.current += 1
        rows = list(parts)
        columns = rows[0][3:]
        session = expected.pop(columns[:_KEY], None)
        place = _place(*columns[:_KEY])
        if session is None:
            compared.extra += 1
            yield Difference(place, "session", "in the database", "not in the logs")
            continue
        before = compared.found.count
        told = [activity for _, first_us, packed, *_ in rows if packed for activity in reader.read(first_us, packed)]
        yield from _columns(place, columns, session)
        yield from _activities(place, [tuple(one) for one in told], [tuple(one) for one in session.activities])
        compared.differing += compared.found.count > before
    for key in sorted(expected):
        compared.missing += 1
        yield Difference(_place(*key), "session", "not in the database", "in the logs")


def _columns(place: str, columns: tuple[Any, ...], session: Session) -> Iterator[Difference]:
    for name, stated in zip(COLUMNS, columns, strict=True):
        found = getattr(session, name)
        if stated != found:
            yield Difference(place, name, stated, found)


def _activities(place: str, stated: list[tuple[Any, ...]], found: list[tuple[Any, ...]]) -> Iterator[Difference]:
    """The first activity that differs, which says most."""
    if len(stated) != len(found):
        yield Difference(place, "activities", len(stated), len(found))
    for seq, (ours, theirs) in enumerate(zip(stated, found, strict=False), 1):
        if ours != theirs:
            yield Difference(place, f"activity {seq}", repr(ours), repr(theirs))
            return


def _place(sensor: str, session_id: str, started_us: int) -> str:
    return f"session {session_id} of {sensor} at {started_us}"
