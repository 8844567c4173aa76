"""Roll-ups at bounds that are no midnights, and by the days of other zones (figures: tests/figures/test_edges.py)."""

import json
from itertools import pairwise

import apsw
import pytest
from figures.material import made_logs
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ingested import changing, database, did, visit

from sesscore.cli import main
from sesscore.extension import functions
from sesscore.formats import Look
from sesscore.formats import pieces as written
from sesscore.ingest import ingest
from sesscore.queries import names, sql
from sesscore.report import snapshot
from sesscore.report.days import day_of, days_of, pieces
from sesscore.report.edges import Rollups
from sesscore.report.period import Period, read_period
from sesscore.report.registry import report
from sesscore.report.snapshot import Snapshot, made
from sesscore.report.zones import DAY_US, HOUR_US, zone
from sesscore.snapshot import one_state
from sesscore.store import open_for_reading

TABLES = ("rollup_event", "rollup_session", "rollup_value")
ZONES = (
    "UTC",
    "+05:30",
    "-09:30",
    "Europe/Berlin",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Asia/Beirut",
    "Pacific/Apia",
)
FIRST, LAST = 1_766_000_000_000_000, 1_768_500_000_000_000  # about those of the made logs
MIDDLE = (FIRST + LAST) // 2 + 1


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("edges")
    ingest(made_logs(folder / "logs")["many days"], db=str(folder / "s.db"))
    return folder / "s.db"


@pytest.fixture(scope="module")
def connection(path):
    with open_for_reading(path) as opened:
        yield opened.connection


def totals(connection, period):
    """What adds up when periods meet."""
    with one_state(connection):
        days = Rollups(connection, period).days
        asked = (
            "SELECT sum(events) FROM rollup_event WHERE day >= ? AND day < ?",
            "SELECT sum(sessions) FROM rollup_session WHERE day >= ? AND day < ?",
            "SELECT sum(duration_ms) FROM rollup_session WHERE day >= ? AND day < ?",
            "SELECT sum(seen) FROM value_totals(1, 99, ?, ?)",
            "SELECT sum(seen) FROM value_totals(101, 104, ?, ?)",
        )
        return [connection.execute(one, (days.first_day, days.end_day)).get or 0 for one in asked]


def rows(connection, table):
    return sorted(connection.execute(f"SELECT * FROM {table}"))


# Days


@settings(deadline=None)
@given(st.integers(0, 2_000_000_000_000_000), st.integers(1, 40 * DAY_US), st.sampled_from(ZONES))
def test_pieces_meet_and_each_lies_in_its_day(since_us, length_us, name):
    clocks = zone(name)
    found = list(pieces(since_us, since_us + length_us, clocks))
    assert found[0].since_us == since_us
    assert found[-1].until_us == since_us + length_us
    for one, other in pairwise(found):
        assert one.until_us == other.since_us
        assert one.day < other.day
    for one in found:
        assert day_of(one.since_us, clocks) == day_of(one.until_us - 1, clocks) == one.day
    days = days_of(Period(since_us, since_us + length_us, name), clocks)
    assert (days.first_day, days.end_day) == (found[0].day, found[-1].day + 1)


@pytest.mark.parametrize(
    ("name", "date", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Asia/Beirut", "2022-10-29", 25),  # clocks go back to 23:00 at midnight,
        ("America/St_Johns", "2010-11-06", 24),  # and here a minute after it: what shows the day before again
        ("America/St_Johns", "2010-11-07", 25),  # is of the day that has begun
        ("UTC", "2026-03-29", 24),
    ],
)
def test_a_day_is_the_one_that_is_meant_by_during(name, date, hours):
    period = read_period(during=date, tz=name, now_us=0)
    clocks = zone(name)
    before, day, after = pieces(period.since_us - 1, period.until_us + 1, clocks)
    assert (day.since_us, day.until_us) == (period.since_us, period.until_us)
    assert (before.day, after.day) == (day.day - 1, day.day + 1)
    assert {day_of(us, clocks) for us in range(day.since_us, day.until_us, HOUR_US // 4)} == {day.day}
    assert (period.until_us - period.since_us) / HOUR_US == hours


# Periods


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(FIRST, LAST), min_size=3, max_size=3, unique=True).map(sorted), st.sampled_from(ZONES))
def test_periods_that_meet_add_up(connection, bounds, name):
    first, middle, last = bounds
    whole, one, other = (
        totals(connection, Period(*pair, name)) for pair in ((first, last), (first, middle), (middle, last))
    )
    assert whole == [a + b for a, b in zip(one, other, strict=True)]


@settings(deadline=None, max_examples=30)
@given(st.integers(FIRST // DAY_US, LAST // DAY_US), st.integers(1, 20), st.booleans(), st.booleans())
def test_at_midnights_they_are_the_tables(connection, day, length, since, until):
    assume(since or until)
    period = Period(day * DAY_US if since else None, (day + length) * DAY_US if until else None)
    stored = {table: rows(connection, table) for table in TABLES}
    with one_state(connection):
        days = Rollups(connection, period, forced=True).days
        for table in TABLES:
            kept = [row for row in stored[table] if row[0] < days.end_day]
            assert rows(connection, table) == kept


def test_forced_or_not_a_report_has_the_same_bytes(connection, monkeypatch):
    def printed(period):
        with one_state(connection):
            return b"".join(written(made(Snapshot(connection, report("summary"), period)), "json", Look()))

    middle = (FIRST + LAST) // 2 // DAY_US * DAY_US
    periods = [Period(), Period(middle, None), Period(None, middle), Period(middle - 3 * DAY_US, middle)]
    plain = [printed(period) for period in periods]
    monkeypatch.setattr(snapshot, "Rollups", lambda connection, period: Rollups(connection, period, forced=True))
    assert [printed(period) for period in periods] == plain


def test_a_zone_of_no_offset_is_utc(connection):
    with one_state(connection):
        Rollups(connection, Period(zone="+00:00"))
        assert not connection.table_exists("temp", "kept")


def test_what_reads_no_roll_ups_does_not_wait_for_them(connection):
    for name, options in (("timeline", {"by": "hour"}), ("sessions", {}), ("timeline", {})):
        with one_state(connection):
            asked = made(Snapshot(connection, report(name), Period(zone="Europe/Berlin"), None, options))
            assert b"".join(written(asked, "csv", Look())).count(b"\n") > 10
            assert connection.table_exists("temp", "kept") == ((name, options) == ("timeline", {}))


def test_a_session_over_days_with_further_parts(tmp_path):
    """Its parts are looked at once, whatever days it touches and pieces there are."""
    events = [did("long", 61 * number, "command.input", input=f"c{number % 7}", sensor="a") for number in range(4000)]
    path = database(tmp_path, log=events, late=visit("long", 5000) + visit("other", 90_000))
    with open_for_reading(path) as opened:
        connection = opened.connection
        assert connection.execute("SELECT count(*) FROM session_part").get > 1
        stored = [rows(connection, table) for table in TABLES]
        first_us, last_us = connection.execute("SELECT min(first_us), max(last_us) FROM rollup_event").fetchone()
        assert last_us - first_us > 2 * DAY_US
        with one_state(connection):
            Rollups(connection, Period(first_us, last_us + 1))
            shifted = [rows(connection, table) for table in TABLES]
        assert shifted == stored
        for name in ZONES:
            assert totals(connection, Period(zone=name)) == totals(connection, Period())
            for bound in range(first_us, last_us, (last_us - first_us) // 9):
                halves = totals(connection, Period(None, bound, name)), totals(connection, Period(bound, None, name))
                assert [a + b for a, b in zip(*halves, strict=True)] == totals(connection, Period())


# The database


def test_nothing_is_written_and_nothing_stays(path):
    before = path.read_bytes()
    still = apsw.Connection(f"file:{path}?immutable=1", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
    functions(still)
    with open_for_reading(path) as opened:
        for one in (still, opened.connection):
            stored = {table: rows(one, table) for table in TABLES}
            with one_state(one):
                Rollups(one, Period(MIDDLE, LAST))
                assert rows(one, "rollup_event") != stored["rollup_event"]
            assert {table: rows(one, table) for table in TABLES} == stored
            assert not one.table_exists("temp", "kept")
            assert one.pragma("temp_store") == 1  # a file: what is large stays out of memory
    still.close()
    assert path.read_bytes() == before


def test_two_periods_at_once_are_refused(connection):
    with one_state(connection):
        Rollups(connection, Period(FIRST + 1, None))
        with pytest.raises(RuntimeError):
            Rollups(connection, Period())


def test_sessions_are_found_by_their_days(connection):
    """No statement goes through all sessions, or all roll-ups."""

    def plan(statement, *values):
        return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values or {})]

    with one_state(connection):
        Rollups(connection, Period(FIRST + 1, None))
        filled = [step for name in names("edges") if name.startswith("fill_") for step in plan(sql(f"edges/{name}"))]
        assert {step for step in filled if step.startswith("SCAN")} <= {
            "SCAN p", "SCAN seen", "SCAN e VIRTUAL TABLE INDEX 0:", "SCAN packed_event VIRTUAL TABLE INDEX 0:",
            "SCAN 4-ROW VALUES CLAUSE",
        }  # fmt: skip
        values = plan(sql("totals/values"), *[None] * 4)
        assert "SEARCH r USING PRIMARY KEY (day=? AND kind>? AND kind<?)" in values
        assert any(step.startswith("SEARCH") and "edge_value" in step and "(day=? AND kind>" in step for step in values)


@pytest.mark.parametrize(
    "damage",
    [
        "events = substr(events, 1, length(events) - 1)",
        "events = x''",
        "activities = '[[3,0]'",
        "activities = '[[99,0]]'",
    ],
)
def test_a_damaged_session_is_an_error(tmp_path, capsys, damage):
    path = database(tmp_path, log=visit("one") + visit("two", 40))
    with changing(path) as writing:
        writing.execute(f"UPDATE session SET {damage}")
    words = ["report", "summary", "--db", str(path), "--format", "json"]
    assert main(words) == 0  # the roll-ups are as they were
    capsys.readouterr()
    assert main([*words, "--tz", "+05:30"]) == 1
    said = capsys.readouterr()
    assert not said.out
    assert "the database is damaged" in said.err


def test_a_report_by_the_clocks_of_a_place(path, capsys):
    words = ["report", "summary", "--db", str(path), "--format", "json"]
    assert main(words) == 0
    plain = json.loads(capsys.readouterr().out)
    assert main([*words, "--tz", "Asia/Kolkata"]) == 0
    there = json.loads(capsys.readouterr().out)
    assert there | {"tz": "UTC"} == plain
