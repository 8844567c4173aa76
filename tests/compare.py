"""What scanner, fold and database made of logs, in a form that can be compared with the recount and with itself."""

from __future__ import annotations

import contextlib
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw

from sesscore.records import Position, RecordReader
from sesscore.recount import Recount, Session, SourceBytes
from sesscore.recount_events import Event, read_event
from sesscore.recount_halves import read_joined
from sesscore.recount_matchers import SESSION
from sesscore.recount_records import Object, Waiting, read_records
from sesscore.recount_values import fields_of, fingerprint

DAY_US = 86_400_000_000
MOST_SUMMED_MS = 1 << 36  # of the duration of a session, in roll-ups
FATES = ("lines", "events", "duplicates", "sessionless", "quarantined", "blank")
METRICS = tuple(name for name in Session.__slots__ if name != "activities")
MATCHES = ("full_delimited", "session_id_only", "event_session")

# (sensor, session id, µs, fingerprint, event id, number of its record, priority of its matcher)
Told = tuple[str, str, int, int, str, int, int]


# --- the scanner ---------------------------------------------------------------------------------------------------


class Log(io.BytesIO):
    """A source in memory."""

    def __init__(self, data: bytes, growable: bool = True) -> None:
        super().__init__(data)
        self.growable = growable

    def skip_hole(self, keep: int = 0) -> int:
        """Memory has none."""
        return 0


@dataclass
class Scan:
    """What a scan made of a source. quarantine: (record, records, offset, length, reason, first bytes)."""

    events: list[Told]
    records: int
    sessionless: int
    blank: int
    quarantine: list[tuple[int, int, int, int, str, bytes]]
    pending: int
    position: Position

    @property
    def reasons(self) -> Counter[str]:
        """Quarantined records by reason."""
        counts: Counter[str] = Counter()
        for _, records, _, _, reason, _ in self.quarantine:
            counts[reason] += records
        return counts


def scan(
    data: bytes,
    growable: bool = True,
    *,
    fast: bool = True,
    block_bytes: int = 1 << 23,
    sensor: str = "unknown",
    naive_minutes: int = 0,
) -> Scan:
    """Read a source to its end, as ingest does, batch by batch."""
    reader = RecordReader(
        Log(data, growable),
        Position(),
        sensor=sensor,
        naive_minutes=naive_minutes,
        block_bytes=block_bytes,
        fast=fast,
    )
    made = Scan([], 0, 0, 0, [], 0, reader.position)
    for scanned in reader.batches():
        batch, first = scanned.batch, scanned.begin.records
        assert scanned.begin == made.position
        made.events += [(*told[:5], first + told[5], told[6]) for told in batch.dump()]
        made.records += batch.records
        made.sessionless += batch.sessionless
        made.blank += batch.blank
        for record, records, at, length, reason, raw in batch.quarantine:
            _quarantine(made.quarantine, (first + record, records, scanned.base + at, length, reason, raw))
        made.position = scanned.end
    made.pending = reader.pending
    assert made.position.records == made.records
    assert made.records == len(made.events) + made.sessionless + made.blank + sum(made.reasons.values())
    assert made.position.offset + made.pending == len(data)
    return made


def _quarantine(rows: list[tuple[int, int, int, int, str, bytes]], row: tuple[int, int, int, int, str, bytes]) -> None:
    """Join neighbours, which share a row inside a batch, across batches too."""
    if rows and rows[-1][0] + rows[-1][1] == row[0] and rows[-1][4] == row[4]:
        record, records, offset, _, reason, raw = rows[-1]
        rows[-1] = record, records + row[1], offset, row[2] + row[3] - offset, reason, raw
    else:
        rows.append(row)


def oracle_scan(
    data: bytes, growable: bool = True, *, sensor: str = "unknown", naive_minutes: int = 0
) -> tuple[list[Told], Counter[str], int]:
    """The same by the recount: events, fates of the other records by name, bytes that wait."""
    events: list[Told] = []
    fates: Counter[str] = Counter()
    for number, record in enumerate(read_records(data, growable)):
        if isinstance(record, Waiting):
            return events, fates, len(data) - record.offset
        if not isinstance(record, Object):
            fates[getattr(record, "reason", "blank")] += 1
            continue
        event = read_event(record.fields, record.enclosing_key, sensor, naive_minutes)
        if isinstance(event, Event):
            hashed = fingerprint(event.at_us, fields_of(event.identity))
            events.append(
                (event.sensor, event.session_id, event.at_us, hashed, event.eventid, number, event.matcher.priority)
            )
        else:
            fates[event] += 1
    return events, fates, 0


def agree(data: bytes, growable: bool = True, *, blocks: Iterable[int] = (), **options: Any) -> Scan:
    """Assert that the fast way, the slow way, every block size and the recount see the same in a source."""
    made = scan(data, growable, **options)
    assert scan(data, growable, fast=False, **options) == made
    for block_bytes in blocks:
        assert scan(data, growable, block_bytes=block_bytes, **options) == made, block_bytes
    events, fates, pending = oracle_scan(data, growable, **options)
    assert made.events == events
    assert +Counter({**made.reasons, "blank": made.blank, "sessionless": made.sessionless}) == fates
    assert made.pending == pending
    return made


# --- a closed database ---------------------------------------------------------------------------------------------

Content = list[tuple[tuple[Any, ...], list[tuple[Any, ...]]]]


@contextlib.contextmanager
def reading(db: str | Path) -> Iterator[apsw.Connection]:
    connection = apsw.Connection(str(db), flags=apsw.SQLITE_OPEN_READONLY)
    connection.set_busy_timeout(60_000)  # who starts after a kill takes the log over, and locks it meanwhile
    try:
        yield connection
    finally:
        connection.close()


def content(db: str | Path) -> Content:
    """Sessions, each with its public columns but the key and the flags, and its activities in order."""
    with reading(db) as connection:
        columns = ", ".join(METRICS)
        rows = connection.execute(
            f"SELECT session_key, {columns} FROM session_metrics ORDER BY sensor, session_id, started_us"
        ).fetchall()
        activities = defaultdict(list)
        for key, seq, *activity in connection.execute(
            "SELECT session_key, seq, at_us, kind, value, username, password, shasum"
            " FROM session_activity ORDER BY session_key, seq"
        ):
            activities[key].append(tuple(activity))
            assert seq == len(activities[key]), f"session {key}: activity {len(activities[key])} has number {seq}"
    return [(row[1:], activities[row[0]]) for row in rows]


def expected_content(recounted: Recount) -> Content:
    """The same of a recount."""
    sessions = sorted(recounted.sessions, key=lambda s: (s.sensor.encode(), s.session_id.encode(), s.started_us))
    return [
        (tuple(getattr(session, name) for name in METRICS), [tuple(activity) for activity in session.activities])
        for session in sessions
    ]


def ledgers(db: str | Path) -> dict[str, dict[str, Any]]:
    """By name of each source that had records: their fates, those in quarantine by reason, whether something waits."""
    with reading(db) as connection:
        rows = connection.execute(
            f"SELECT s.source_id, s.path, s.state, s.pending_bytes > 0, {', '.join(FATES)}"
            " FROM source AS s JOIN ledger AS l ON l.source_id = s.source_id"
        ).fetchall()
        reasons: dict[int, Counter[str]] = defaultdict(Counter)
        for source_id, reason, records in connection.execute("SELECT source_id, reason, records FROM quarantine"):
            reasons[source_id][reason] += records
    return {
        _name(path, Path(db).parent): {
            **dict(zip(FATES, fates, strict=True)),
            # a source that is no log keeps only its first reason
            "reasons": Counter(alien=reasons[key].total()) if state == "alien" else reasons[key],
            "pending": bool(pending),
        }
        for key, path, state, pending, *fates in rows
        if fates[0]
    }


def without_copies(db: str | Path, sources: Iterable[SourceBytes]) -> list[SourceBytes]:
    """All sources but copies of others: each that the database does not have must be one, or be empty."""
    sources = list(sources)
    with reading(db) as connection:
        paths = {_name(path, Path(db).parent) for (path,) in connection.execute("SELECT path FROM source")}
    kept = [source for source in sources if source.name in paths or not source.data]
    for source in sources:
        assert source in kept or any(one.data.startswith(source.data) for one in kept), source.name
    return kept


def _name(path: str, folder: Path) -> str:
    """As a test names a source: below the folder of the database, or where it lies elsewhere by its last part."""
    return str(Path(path).relative_to(folder)) if Path(path).is_relative_to(folder) else Path(path).name


def expected_ledgers(recounted: Recount) -> dict[str, dict[str, Any]]:
    """The same of a recount."""
    return {
        name: {
            **{fate: getattr(ledger, fate) for fate in FATES},
            "reasons": Counter(alien=ledger.quarantined) if ledger.alien else ledger.reasons,
            "pending": ledger.pending,
        }
        for name, ledger in recounted.ledgers.items()
        if ledger.lines
    }


def dump(db: str | Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with reading(db) as connection:
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall()
        return {name: sorted(connection.execute(f'SELECT * FROM "{name}"'), key=repr) for (name,) in tables}


# --- what must follow from what ------------------------------------------------------------------------------------


def check_database(db: str | Path, sources: Iterable[SourceBytes], sensor: str = "unknown", naive: int = 0) -> None:
    """Assert that roll-ups, lookups and provenance follow from the sessions, and those of events from the logs."""
    with reading(db) as connection:
        check_storage(connection)
        check_rollups(connection)
        check_event_rollup(connection, sources, sensor, naive)
        assert connection.execute("PRAGMA integrity_check").get == "ok"


def check_storage(connection: apsw.Connection) -> None:
    sessions = connection.execute("SELECT session_key, started_us, span_us, event_count FROM session").fetchall()
    shares = dict(connection.execute("SELECT session_key, sum(events) FROM session_origin GROUP BY 1"))
    assert shares == {key: events for key, _, _, events in sessions}
    days = connection.execute(
        "SELECT d.session_key, d.day FROM session_day AS d JOIN session AS s USING (session_key, sensor_id, session_id)"
    ).fetchall()
    assert len(days) == connection.execute("SELECT count(*) FROM session_day").get
    assert sorted(days) == sorted(
        (key, day) for key, start, span, _ in sessions for day in range(start // DAY_US, (start + span) // DAY_US + 1)
    )
    held: Counter[int] = Counter()
    for key, activity_count, told, blob in connection.execute(
        "SELECT session_key, activity_count, json_array_length(activities), events FROM part"
    ):
        assert activity_count == told
        held[key] += activity_count + _other_events(blob[6 * activity_count :])
    assert held == {key: events for key, _, _, events in sessions}
    texts = [value for (value,) in connection.execute("SELECT value FROM text")]
    assert len(texts) == len(set(texts)), "a text is stored twice"
    for table, column in (("session_origin", "source_id"), ("ledger", "source_id"), ("quarantine", "source_id")):
        assert not connection.execute(
            f"SELECT count(*) FROM {table} WHERE {column} NOT IN (SELECT source_id FROM source)"
        ).get


def _other_events(blob: bytes) -> int:
    """How many events that are no activities a part holds: two varints and six bytes each."""
    count = at = 0
    while at < len(blob):
        for _ in range(2):
            while blob[at] >= 0x80:
                at += 1
            at += 1
        at += 6
        count += 1
    assert at == len(blob)
    return count


def check_rollups(connection: apsw.Connection) -> None:
    """Sessions by the day of their start, values by the day of their activity."""
    sessions: defaultdict[Any, list[int]] = defaultdict(lambda: [0, 0, 0])
    values: Counter[Any] = Counter()
    for sensor, match, protocol, start, duration, count, commands, src_ip, version, hassh in connection.execute(
        "SELECT sensor, match_type, protocol, started_us, duration_ms, event_count, command_count, src_ip,"
        " client_version, hassh FROM session_metrics"
    ):
        day = start // DAY_US
        sums = sessions[day, sensor, MATCHES.index(match) + 1, protocol]
        sums[:] = sums[0] + 1, sums[1] + min(duration, MOST_SUMMED_MS), sums[2] + count
        values[day, 104, sensor, commands, None] += 1
        for kind, value in ((101, src_ip), (102, version), (103, hassh)):
            if value is not None:
                values[day, kind, sensor, value, None] += 1
    for sensor, at_us, number, kind, value, username, password, shasum in connection.execute(
        "SELECT m.sensor, a.at_us, k.kind, a.kind, a.value, a.username, a.password, a.shasum FROM session_activity AS a"
        " JOIN session_metrics AS m USING (session_key) JOIN activity_kind AS k ON k.name = a.kind"
    ):
        if kind in ("login_failed", "login_success"):
            values[at_us // DAY_US, number, sensor, username, password] += 1
        elif kind in ("command", "download", "download_failed", "upload", "tcpip_request", "client_fingerprint"):
            values[at_us // DAY_US, number, sensor, value, shasum] += 1
    for what, column in enumerate(("sessions", "duration_ms", "events")):
        expected = {key: sums[what] for key, sums in sessions.items() if sums[what]}
        assert (
            by_value(connection, "rollup_session", f"day, n.name, match, p.value, {column}", protocol_id="p")
            == expected
        )
    a = "CASE kind WHEN 104 THEN r.a ELSE a.value END"
    assert by_value(connection, "rollup_value", f"day, kind, n.name, {a}, b.value, seen", a="a", b="b") == values


def check_event_rollup(
    connection: apsw.Connection, sources: Iterable[SourceBytes], sensor: str = "unknown", naive: int = 0
) -> None:
    """Distinct events by the day of their own time."""
    events: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    records = [record for _, record in read_joined(list(sources)) if isinstance(record, Object)]
    read = [read_event(record.fields, record.enclosing_key, sensor, naive) for record in records]
    for event in {event._replace(matcher=SESSION) for event in read if isinstance(event, Event)}:
        events[event.at_us // DAY_US, event.sensor, event.eventid].append(event.at_us)
    stored = connection.execute(
        "SELECT day, n.name, t.value, events, first_us, last_us FROM rollup_event JOIN sensor AS n USING (sensor_id)"
        " JOIN text AS t ON t.text_id = eventid_id"
    ).fetchall()
    assert sorted(stored) == sorted((*key, len(at), min(at), max(at)) for key, at in events.items())


def by_value(connection: apsw.Connection, table: str, columns: str, **texts: str) -> Counter[Any]:
    joins = " ".join(f"LEFT JOIN text AS {name} ON {name}.text_id = r.{column}" for column, name in texts.items())
    columns = columns.replace("day, kind", "r.day, r.kind")
    counts: Counter[Any] = Counter()
    for *key, count in connection.execute(
        f"SELECT {columns} FROM {table} AS r JOIN sensor AS n USING (sensor_id) {joins}"
    ):
        assert count > 0 or columns.endswith("duration_ms"), (table, key, count)  # what came down to nothing is gone
        counts[tuple(key)] += count
    return +counts
