"""`report sessions`: filters, orders and pages, beside the oracle."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from figures import FRAME, expected, read_logs, same
from figures.logs import Logs
from figures.material import MADE, REAL, asked, ingested, made_logs, real_logs
from ingested import answer, outcome

from sesscore.errors import UsageError
from sesscore.formats import Look, pieces
from sesscore.queries import sql
from sesscore.report.period import Period
from sesscore.report.registry import report
from sesscore.report.sessions import SORTS
from sesscore.report.snapshot import Snapshot, bindings, made
from sesscore.snapshot import one_state
from sesscore.store import open_for_reading, open_for_writing

# What the oracle calls otherwise.
NAMES = {"src": "source", "hash": "shasum", "tty_log": "ttylog"}
PAGED = (*FRAME, "page")


def listed(connection: Any, *bounds: int | None, sensor: str | None = None, **options: Any) -> Any:
    with one_state(connection):
        document = made(Snapshot(connection, report("sessions"), Period(*bounds), sensor, options))
        return json.loads(b"".join(pieces(document, "json", Look())))


def wanted(logs: Logs, *bounds: int | None, sensor: str | None = None, sort: str = "started", **options: Any) -> Any:
    options = {NAMES.get(name, name): value for name, value in options.items()}
    descending, sort = sort.startswith("-"), sort.removeprefix("-")
    return expected("sessions", logs, *bounds, sensor, sort=sort, descending=descending, **options)


def compared(db: Any, logs: Logs, *bounds: int | None, **more: Any) -> int:
    """How many rows it has."""
    found = listed(db, *bounds, **more)
    same(found, wanted(logs, *bounds, **more), frame=PAGED, ignored=("session_key",))
    return len(found["sessions"])


@pytest.fixture(scope="module", params=MADE)
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("made")
    logs = read_logs(made_logs(folder / "logs")[request.param])
    return str(ingested(folder, logs)), logs


@pytest.fixture
def opened(filled: Any) -> Any:
    with open_for_reading(filled[0]) as database:
        yield database.connection, filled[1]


def values(logs: Logs) -> dict[str, set[Any]]:
    """For each filter some values, of which the last finds nothing."""
    activities = [activity for session in logs.sessions for activity in session.activities]

    def some(texts: Any) -> set[Any]:
        return {*sorted({text for text in texts if text is not None})[:6], "no such thing"}

    return {
        "src": some(session.src_ip for session in logs.sessions)
        | {"0.0.0.0/0", "192.0.2.0/31", "192.0.2.1/24", "2001:db8::/32", "2001:0db8::1", "::/0"},
        "protocol": some(session.protocol for session in logs.sessions),
        "command": some(a.value for a in activities if a.kind == "command") | {"a", "na"},
        "username": some(a.username for a in activities if a.kind.startswith("login")),
        "password": some(a.password for a in activities if a.kind.startswith("login")),
        "hash": some(a.shasum for a in activities),
        "tty": {"yes", "no"},
        "tty_log": some(a.value for a in activities if a.kind == "tty") | some(a.shasum for a in activities),
        "hassh": some(session.hassh for session in logs.sessions),
        "client_version": some(session.client_version for session in logs.sessions),
        "match_type": {"full_delimited", "session_id_only", "event_session"},
        **{f"min_{name}": {1, 2, 5} for name in ("events", "commands", "logins", "downloads", "uploads")},
    }


def test_filters(opened: Any) -> None:
    connection, logs = opened
    for name, some in values(logs).items():
        for value in some:
            found = compared(connection, logs, **{name: value})
            assert found == compared(connection, logs, **{name: value}, sort="-events")
            assert not found or value != "no such thing"


def test_filters_together(opened: Any) -> None:
    connection, logs = opened
    logins = [a for s in logs.sessions for a in s.activities if a.kind.startswith("login")]
    stated = sorted({(a.username, a.password) for a in logins if None not in (a.username, a.password)})[:5]
    for username, password in stated:
        assert compared(connection, logs, username=username, password=password, min_events=2) >= 0
    for first, second in pairwise(stated):
        compared(connection, logs, username=first[0], password=second[1])


def test_orders(opened: Any) -> None:
    connection, logs = opened
    for sort in SORTS:
        for direction in ("", "-"):
            compared(connection, logs, sort=direction + sort)
            compared(connection, logs, sort=direction + sort, limit=3)


def test_periods_and_sensors(opened: Any) -> None:
    connection, logs = opened
    for (_, since_us, until_us), sensor in asked(logs):
        compared(connection, logs, since_us, until_us, sensor=sensor)
        compared(connection, logs, since_us, until_us, sensor=sensor, sort="-commands", min_events=2)


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{name}" for name in SORTS)])
@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_pages_together_are_the_whole(opened: Any, sort: str, limit: int) -> None:
    connection, _ = opened
    whole = listed(connection, sort=sort)["sessions"][: 40 * limit]
    rows: list[Any] = []
    after = None
    while len(rows) < len(whole):
        page = listed(connection, sort=sort, limit=limit, after=after)
        assert 0 < len(page["sessions"]) <= limit
        rows += page["sessions"]
        after = page["page"]["next"]
        if after is None:
            break
    assert rows == whole


@pytest.mark.parametrize("name", REAL)
def test_real_logs(name: str, tmp_path: Path) -> None:
    logs = read_logs(real_logs(name))
    with open_for_reading(str(ingested(tmp_path, logs))) as database:
        for sort in ("started", "-duration"):
            compared(database.connection, logs, sort=sort)
        for command in ("uname", "http"):
            compared(database.connection, logs, command=command)
        compared(database.connection, logs, src="0.0.0.0/1")


def test_an_empty_database(tmp_path: Path) -> None:
    open_for_writing(tmp_path / "s.db").close()
    with open_for_reading(tmp_path / "s.db") as database:
        assert listed(database.connection, limit=3)["page"] == {"next": None}
        assert listed(database.connection, src="10.0.0.0/8")["sessions"] == []


@pytest.mark.parametrize(
    "options",
    [
        {"sort": "size"},
        {"sort": "--started"},
        {"limit": 0},
        {"match_type": "best"},
        {"src": "10.0.0.0/33"},
        {"after": "x"},
        {"after": "WzFd"},
        {"after": "WyItZXZlbnRzIiwxLDEsImEiLCJiIl0"},  # of another order
    ],
)
def test_what_can_never_be_found_is_refused(tmp_path: Path, options: dict[str, Any]) -> None:
    open_for_writing(tmp_path / "s.db").close()
    with open_for_reading(tmp_path / "s.db") as database, pytest.raises(UsageError):
        listed(database.connection, **options)


def test_rows_come_as_they_are_asked_for(opened: Any) -> None:
    """By start nothing is sorted but what began in the same microsecond."""
    connection, _ = opened
    statement = report("sessions").statement("sessions")
    bound = {**bindings(connection, Period(), None), **{one.name: one.default for one in statement.parameters}}
    bound |= {one.name: one.default for one in statement.given}
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql('reports/sessions/sessions')}", bound)]
    assert any("s USING INDEX session_time" in step for step in plan), plan
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan, plan


def test_both_statements_have_the_same_filters() -> None:
    def filters(name: str) -> str:
        text = sql(f"reports/sessions/{name}")
        return text[text.index("    AND (:sensor IS NULL") : text.index("ORDER BY")]

    assert filters("sessions") == filters("sorted")


def test_the_command_is_the_report(filled: Any, capsys: pytest.CaptureFixture[str]) -> None:
    db, _ = filled
    options = ("--db", db, "--sort=-events", "--limit", "5", "--min-events", "2")
    assert answer(capsys, "sessions", *options) == answer(capsys, "report", "sessions", *options)
    code, out, _ = outcome(capsys, "sessions", "--db", db, "--limit", "2", "--format", "csv")
    assert (code, out.count("\n")) == (0, 3)
