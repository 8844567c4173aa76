"""Merges databases: the sessions of others are folded into one by the rules by which events are.

Nothing of a log is read: what tells copies apart is stored (docs/design.md, "Merging databases"). Each of the others is
one transaction, and merging it again adds nothing.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import apsw
import orjson

from sesscore._fold import Folded
from sesscore.errors import SesscoreError, UsageError
from sesscore.merge_credit import Credits, Share
from sesscore.merge_sources import incoming, settle
from sesscore.queries import sql
from sesscore.snapshot import one_state
from sesscore.sqlite_errors import damaged, damaged_rows, sqlite_errors
from sesscore.store import open_for_reading, open_for_writing
from sesscore.stored import ACTIVITIES, EVENT_COUNT, EVENTS, PART_US, SPAN_US, STARTED_US, StoredPart
from sesscore.telemetry.run import Counters, Run
from sesscore.writer import Writer

SCHEMA = "sesscore.merge/1"
DAY_US = 86_400_000_000

_AT_ONCE = 500  # sessions that are stored together
_TEXTS_KEPT = 1 << 20
_TEXT_COLUMNS = frozenset((5, 7, 9, 23, 24))  # of a session row, that hold text ids


@dataclass
class Merged:
    """What one database brought. sources: those that brought something."""

    path: str
    sources: int = 0
    events: int = 0
    duplicates: int = 0
    sessions_new: int = 0
    sessions_updated: int = 0


@dataclass
class MergeResult:
    """What a merge did. sessions: in the database now."""

    databases: list[Merged] = field(default_factory=list)
    sessions: int = 0
    elapsed_seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "schema": SCHEMA,
            "databases": [asdict(one) for one in self.databases],
            "sessions": self.sessions,
            "elapsed_seconds": round(self.elapsed_seconds, 3),
        }


def merge(others: Sequence[str], *, db: str, run: Run | None = None) -> MergeResult:
    """Adds what other databases hold to a database, which is made if it does not exist.

    others: paths of databases, which are only read. run: its figures are set while it goes on. Raises SesscoreError;
    what was merged before it stays.
    """
    began = time.monotonic()
    result = MergeResult()
    run = run or Run("merge", db=db)
    run.enter("merging", "sessions", sum(_check_other(path, db) for path in others))
    with open_for_writing(db) as database, sqlite_errors(db):
        for path in others:
            with (
                open_for_reading(path) as other,
                sqlite_errors(path),
                one_state(other.connection),
                Writer(database.connection) as writer,
            ):
                result.databases.append(_merge(writer, database.connection, other.connection, path, run))
            run.committed = run.written
        run.enter("finishing")
        result.sessions = int(database.connection.execute(sql("store/count_sessions")).get)
    result.elapsed_seconds = time.monotonic() - began
    return result


def _check_other(path: str, db: str) -> int:
    """How many sessions another database has. So nothing is begun if one of several is no database."""
    if Path(db).exists() and Path(path).exists() and Path(path).samefile(db):
        raise UsageError("a database cannot be merged into itself", where=path)
    with open_for_reading(path) as other, sqlite_errors(path):
        return int(other.connection.execute(sql("store/count_sessions")).get)


def _merge(writer: Writer, here: apsw.Connection, other: apsw.Connection, path: str, run: Run) -> Merged:
    merged = Merged(path)
    writer.begin()
    _enter_matchers(here, other, path)
    sources = {source.their_id: source for source in incoming(here, other)}
    merged.sources = len(sources)
    text_ids = TextIds(writer, other)
    waiting = _sessions(other, list(sources), path)
    credits = Credits(sources)
    before = run.written
    with damaged_rows(path):
        while some := list(islice(waiting, _AT_ONCE)):
            writer.stored.know_days({day for session in some for day in session.days})
            for folded in _fold(writer, some, credits, text_ids):
                writer.store()
                merged.events += folded.events
                merged.duplicates += folded.duplicates
                merged.sessions_new += folded.new_sessions
                merged.sessions_updated += folded.updated_sessions
            run.current += len(some)
            run.written = _all(before, merged)
    for given in credits.rest():
        writer.folder.put_share(*given)
    writer.store()
    settle(writer, here, other, sources.values())
    return merged


def _all(before: Counters, merged: Merged) -> Counters:
    """What this database and those before brought. Only events are read, as they are stored."""
    return Counters(
        lines=before.lines + merged.events + merged.duplicates,
        events=before.events + merged.events,
        duplicates=before.duplicates + merged.duplicates,
        sessions_new=before.sessions_new + merged.sessions_new,
        sessions_updated=before.sessions_updated + merged.sessions_updated,
    )


def _enter_matchers(here: apsw.Connection, other: apsw.Connection, path: str) -> None:
    """A priority means one matcher, in both databases."""
    known = dict(here.execute(sql("store/matchers")))
    for priority, name in other.execute(sql("store/matchers")):
        if known.get(priority, name) != name or name in {known[one] for one in known if one != priority}:
            raise SesscoreError(
                f"matcher {name!r} with priority {priority} is another one there than here",
                where=path,
                hint="read its logs again, with matchers that agree",
            )
        if priority not in known:
            here.execute(sql("store/matcher"), {"matcher": priority, "name": name})


def _fold(writer: Writer, sessions: Sequence["_Session"], credits: Credits, text_ids: "TextIds") -> Iterator[Folded]:
    """Folds sessions of the other database. What it yields must be stored before it goes on."""
    folded = Folded()
    names: set[tuple[str, str]] = set()
    for session in sessions:
        if session.name in names:  # the next session of an id may belong to the one before
            yield folded
            folded, names = Folded(), set()
        names.add(session.name)
        [sensor_id] = writer.sensor_ids([session.sensor])
        session_id = session.row[2]
        known = writer.folder.known.holds(sensor_id, session_id)
        held = writer.stored.find(sensor_id, session_id, session.days) if known else []
        row = tuple(text_ids[value] if at in _TEXT_COLUMNS else value for at, value in enumerate(session.row))
        key, events = writer.folder.merge(
            sensor_id, session_id, row, session.leaves, text_ids, held, writer.stored.load, folded
        )
        for given in credits.of(key, session.shares, events):
            writer.folder.put_share(*given)
    yield folded


@dataclass
class _Session:
    """A session of the other database."""

    sensor: str
    row: tuple[Any, ...]
    leaves: list[StoredPart]
    shares: list[Share]

    @property
    def name(self) -> tuple[str, str]:
        return self.sensor, self.row[2]

    @property
    def days(self) -> list[int]:
        """The UTC days on which a session that it belongs to can be found."""
        started, span = self.row[STARTED_US], self.row[SPAN_US]
        return list(range((started - DAY_US) // DAY_US, (started + span + DAY_US) // DAY_US + 1))


def _sessions(other: apsw.Connection, source_ids: list[int], path: str) -> Iterator[_Session]:
    wanted = {"source_ids": orjson.dumps(source_ids).decode()}
    for sensor, *values in other.execute(sql("merge/sessions"), wanted):
        row, (activities, source_id, first_record, last_record, events, has_more) = (
            values[:ACTIVITIES],
            values[ACTIVITIES:],
        )
        if not 0 <= row[SPAN_US] < row[EVENT_COUNT] * DAY_US:  # no silence in it is longer than a day
            raise damaged(f"session {row[0]} lasts longer than its events can", path)
        if not has_more:
            part = 0, row[STARTED_US] + row[PART_US], orjson.loads(activities), row[EVENTS]
            yield _Session(sensor, tuple(row), [part], [(source_id, first_record, last_record, events)])
            continue
        key = {"session_key": row[0]}
        leaves = [
            (part, first_us, orjson.loads(activities), events)
            for part, first_us, activities, events in other.execute(sql("merge/parts"), key)
        ]
        shares: list[Any] = other.execute(sql("merge/origins"), key).fetchall()
        yield _Session(sensor, tuple(row), leaves, shares)


class TextIds(dict[int, int]):
    """Text ids of the other database → those of this one, which gets the texts that it lacks."""

    def __init__(self, writer: Writer, other: apsw.Connection) -> None:
        super().__init__({0: 0})
        self._folder = writer.folder
        self._other = other

    def __missing__(self, text_id: int) -> int:
        """Asks for a text once, as long as there are not too many."""
        value = self._other.execute(sql("content/text"), (text_id,)).get
        if not isinstance(value, str):
            raise SesscoreError(f"the database is damaged: text #{text_id} is missing", hint="sesscore verify")
        if len(self) >= _TEXTS_KEPT:
            self.clear()
            self[0] = 0
        self[text_id] = self._folder.text_id(value)
        return self[text_id]
