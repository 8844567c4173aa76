"""Roll-ups of any period, by the days of any zone, and the logs."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from figures import expected, read_logs, same
from figures.documents import document
from figures.logs import Logs
from figures.material import MADE, REAL, asked, ingested, made_logs, periods, real_logs
from figures.selection import Selection
from figures.times import DAY_US, day_of
from sesscore.recount import Session
from sesscore.report.days import Days
from sesscore.report.edges import Rollups
from sesscore.report.period import Period
from sesscore.snapshot import one_state
from sesscore.store import open_for_reading

# An hour and half an hour beside UTC, with changes of clocks north and south, and a day's length away.
ZONES = ("UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Kiritimati")
KINDS = {
    "login_failed": 1, "login_success": 2, "command": 3, "download": 6, "download_failed": 7, "upload": 8,
    "tcpip_request": 9, "client_fingerprint": 11,
}  # fmt: skip
MATCHES = {"full_delimited": 1, "session_id_only": 2, "event_session": 3}
Told = dict[tuple[Any, ...], tuple[int, ...]]


def told(connection: apsw.Connection, days: Days) -> list[Told]:
    """What the three roll-ups hold of some days, by text; the days as those of the calendar."""
    asked = (
        "SELECT r.day, n.name, t.value, sum(r.events), min(r.first_us), max(r.last_us)"
        " FROM rollup_event AS r JOIN sensor AS n USING (sensor_id) JOIN text AS t ON t.text_id = r.eventid_id"
        " WHERE r.day >= ? AND r.day < ? GROUP BY 1, 2, 3",
        "SELECT r.day, n.name, r.match, t.value, sum(r.sessions), sum(r.duration_ms), sum(r.events)"
        " FROM rollup_session AS r JOIN sensor AS n USING (sensor_id) LEFT JOIN text AS t ON t.text_id = r.protocol_id"
        " WHERE r.day >= ? AND r.day < ? GROUP BY 1, 2, 3, 4",
        "SELECT r.day, n.name, r.kind, iif(r.kind = 104, r.a, a.value), b.value, sum(r.seen)"
        " FROM rollup_value AS r JOIN sensor AS n USING (sensor_id) LEFT JOIN text AS a ON a.text_id = r.a"
        " LEFT JOIN text AS b ON b.text_id = r.b WHERE r.day >= ? AND r.day < ? GROUP BY 1, 2, 3, 4, 5",
    )
    return [
        {
            (row[0] - days.shift, *row[1:width]): row[width:]
            for row in connection.execute(statement, (days.first_day, days.end_day))
        }
        for statement, width in zip(asked, (3, 4, 5), strict=True)
    ]


def of_logs(logs: Logs, since_us: int | None, until_us: int | None, tz: str) -> list[Told]:
    """The same by a plain count of what the logs hold."""
    events: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    sessions: dict[tuple[Any, ...], list[Session]] = defaultdict(list)
    values: Counter[tuple[Any, ...]] = Counter()
    chosen = Selection(logs, since_us, until_us, tz=tz)
    for event in chosen.stretch.events:
        events[chosen.day(event.at_us), event.sensor, event.eventid].append(event.at_us)
    for session in chosen.stretch.sessions:
        place = chosen.day(session.started_us), session.sensor
        sessions[(*place, MATCHES[session.match_type], session.protocol)].append(session)
        values.update((*place, kind, value, None) for kind, value in _of_session(session))
    for session in logs.sessions:
        for one in session.activities:
            if one.kind in KINDS and chosen.holds(one.at_us):
                a, b = (one.username, one.password) if KINDS[one.kind] <= 2 else (one.value, one.shasum)
                values[chosen.day(one.at_us), session.sensor, KINDS[one.kind], a, b] += 1
    return [
        {key: (len(times), min(times), max(times)) for key, times in events.items()},
        {key: (len(all_), _sum(all_, "duration_ms"), _sum(all_, "event_count")) for key, all_ in sessions.items()},
        {key: (seen,) for key, seen in values.items()},
    ]


def _of_session(session: Session) -> Iterator[tuple[int, Any]]:
    yield 104, session.command_count
    found = ((101, session.src_ip), (102, session.client_version), (103, session.hassh))
    yield from ((kind, value) for kind, value in found if value is not None)


def _sum(sessions: list[Session], column: str) -> int:
    return sum(getattr(session, column) for session in sessions)


def compared(folder: Path, paths: list[Path], zones: tuple[str, ...]) -> None:
    """Compare the roll-ups of all periods, and what lies before each, with the logs."""
    logs = read_logs(paths)
    with open_for_reading(ingested(folder, logs)) as database:
        connection = database.connection
        for (name, since_us, until_us), tz in itertools.product(periods(logs), zones):
            if name == "no time":
                continue
            with one_state(connection):
                period = Period(since_us, until_us, tz)
                days = Rollups(connection, period).days
                assert told(connection, days) == of_logs(logs, since_us, until_us, tz), (name, tz)
                earlier = sum(event.at_us < since_us for event in logs.events) if since_us is not None else 0
                known = connection.execute("SELECT sum(events) FROM rollup_event WHERE day < ?", (days.first_day,)).get
                assert (known or 0) == earlier, (name, tz)


@pytest.mark.parametrize("name", MADE)
def test_made_logs(tmp_path: Path, name: str) -> None:
    compared(tmp_path, made_logs(tmp_path / "logs")[name], ZONES)


@pytest.mark.parametrize("name", REAL)
def test_real_logs(tmp_path: Path, name: str) -> None:
    compared(tmp_path, real_logs(name), ("UTC", "America/St_Johns"))


def test_what_lies_elsewhere_is_that_period(tmp_path: Path) -> None:
    logs = read_logs(made_logs(tmp_path / "logs")["many days"])
    named = {name: (since, until) for name, since, until in periods(logs)}
    names = "all", "a day in the middle", "from noon to noon", "within a day", "until an event"
    with open_for_reading(ingested(tmp_path, logs)) as database:
        connection = database.connection
        for first, second, tz in itertools.product(names, names, ("UTC", "Asia/Kolkata")):
            with one_state(connection):
                rollups = Rollups(connection, Period(*named[first], tz))
                other = rollups.elsewhere(Period(*named[second], tz))
                again = rollups.elsewhere(Period(*named[first], tz))
                assert told(connection, rollups.days) == of_logs(logs, *named[first], tz), (first, second, tz)
                assert told(connection, other) == of_logs(logs, *named[second], tz), (first, second, tz)
                assert told(connection, again) == of_logs(logs, *named[first], tz), (first, second, tz)


@pytest.mark.parametrize("name", ["borders", "twisted 5"])
def test_the_summary(tmp_path: Path, name: str) -> None:
    logs = read_logs(made_logs(tmp_path / "logs")[name])
    with open_for_reading(ingested(tmp_path, logs)) as database:
        for (_, since_us, until_us), sensor in asked(logs):
            found = document(database.connection, "summary", since_us, until_us, sensor=sensor)
            same(found, expected("summary", logs, since_us, until_us, sensor), ignored=("first_event", "last_event"))


def test_days_of_the_logs_are_those_of_a_calendar(tmp_path: Path) -> None:
    """So that the zones above are a test at all: days differ from those of UTC."""
    logs = read_logs(made_logs(tmp_path / "logs")["borders"])
    for tz in ZONES[1:]:
        assert any(day_of(event.at_us, tz) != event.at_us // DAY_US for event in logs.events)
