"""What holds for reports of lists whatever the logs: see tests/figures/test_lists.py for their figures."""

import re
from fractions import Fraction

import pytest
from figures.documents import document
from figures.material import made_logs
from filled import DAY_US, EMPTY_SHA1, EMPTY_SHA256, HOSTILE, fill
from hypothesis import given
from hypothesis import strategies as st
from ingested import database

from sesscore.cli import main
from sesscore.errors import UsageError
from sesscore.formats import FORMATS, Look, pieces
from sesscore.ingest import ingest
from sesscore.report.diff import _Side
from sesscore.report.period import Period
from sesscore.report.registry import report
from sesscore.report.snapshot import Snapshot, bindings, made
from sesscore.snapshot import one_state
from sesscore.store import open_for_reading, open_for_writing

LISTS = ("commands", "credentials", "sources", "files", "clients", "timeline", "novelty", "diff")
DAY = 20_454  # 2026-01-01


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    return fill(tmp_path_factory.mktemp("filled") / "s.db")


@pytest.fixture(scope="module")
def many_days(tmp_path_factory):
    folder = tmp_path_factory.mktemp("days")
    ingest(made_logs(folder / "logs")["many days"], db=str(folder / "s.db"))
    return folder / "s.db"


@pytest.fixture
def by_hand(filled):
    with open_for_reading(filled) as database:
        yield database.connection


@pytest.fixture
def days(many_days):
    with open_for_reading(many_days) as database:
        yield database.connection


def key(row):
    """The value of a row without its figures."""
    figures = (
        "seen",
        "sessions",
        "failed",
        "succeeded",
        "first_day",
        "last_day",
        "days",
        "before",
        "after",
        "change",
        "status",
    )
    return tuple(value for name, value in row.items() if name not in figures and not name.endswith("_per_day"))


def test_values_are_told_apart_by_text_not_by_id(by_hand):
    found = document(by_hand, "commands")
    assert found["totals"] == {"commands": 5, "unique_commands": 2}
    assert found["commands"] == [
        {"command": "uname -a", "seen": 3, "first_day": "1970-01-01", "last_day": "1970-01-02", "days": 2},
        {"command": HOSTILE, "seen": 2, "first_day": "1970-01-01", "last_day": "1970-01-01", "days": 1},
    ]
    credentials = document(by_hand, "credentials")
    assert credentials["totals"]["unique_usernames"] == 2
    assert credentials["usernames"][0] == {"username": "root", "failed": 4, "succeeded": 2, "passwords": 1}
    assert document(by_hand, "sources")["totals"]["unique_sources"] == 2


def test_what_has_no_content_is_no_artifact(by_hand):
    found = document(by_hand, "files")
    assert found["totals"] == {"downloads": 5, "uploads": 4, "unique_hashes": 2}
    assert found["empty"] == {"downloads": 1, "uploads": 2}
    first = found["files"][0]
    assert (first["shasum"], first["downloads"], first["uploads"]) == ("aa" * 32, 3, 1)
    assert (first["url"], first["urls"]) == ("http://evil/b", 2)
    lists = str((found["files"], document(by_hand, "novelty"), compared(by_hand, 0, DAY_US)))
    assert EMPTY_SHA1 not in lists
    assert EMPTY_SHA256 not in lists


@pytest.mark.parametrize(
    ("text", "commands"), [("uname", 1), ("U", 0), ("%", 0), ("_", 0), ("\0|", 1), ("", 2), ("uname -a", 1)]
)
def test_contains_is_no_pattern(by_hand, text, commands):
    found = document(by_hand, "commands", contains=text)
    assert len(found["commands"]) == found["totals"]["unique_commands"] == commands
    assert sum(row["seen"] for row in found["commands"]) == found["totals"]["commands"]


@pytest.mark.parametrize("name", [name for name in LISTS if name not in ("timeline", "diff")])
def test_a_short_list_is_the_beginning_of_a_long_one(days, name):
    for limit in (1, 2, 7):
        whole, cut = document(days, name, limit=2**63 - 1), document(days, name, limit=limit)
        for section, rows in whole.items():
            assert cut[section] == (rows[:limit] if isinstance(rows, list) else rows)


def test_steps_add_up(days):
    totals = document(days, "summary")["totals"]
    steps = document(days, "timeline")["steps"]
    for name in ("sessions", "events", "login_failed", "login_success", "commands", "downloads", "uploads"):
        assert sum(step[name] for step in steps) == totals[name]
    assert steps[-1]["sessions_running"] == totals["sessions"]
    assert all(step["sessions_average"] == step["sessions"] for step in document(days, "timeline", average=1)["steps"])
    mean = Fraction(totals["sessions"], len(steps))
    assert abs(document(days, "timeline", average=2**63 - 1)["steps"][-1]["sessions_average"] - mean) <= 0.005


def test_a_day_without_anything_has_a_step(by_hand, tmp_path):
    with open_for_writing(fill(tmp_path / "s.db")) as database:
        database.connection.execute("UPDATE rollup_event SET day = 4 WHERE day = 1")
        steps = document(database.connection, "timeline")["steps"]
    assert [step["start"] for step in steps] == [f"1970-01-0{day}" for day in range(1, 6)]
    assert [step["events"] for step in steps] == [18, 0, 0, 0, 12]


DAYS = (20_454, 20_454 + 101, 20_454 + 202 + 1)  # of the last two one day more is between than is printed
WILD = ("0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2106-02-07T06:28:15Z", "9999-12-31T23:59:59.999999Z")


def test_long_breaks_and_clocks_that_are_wrong_make_no_steps(tmp_path):
    """A hundred empty ones in a row are there, in all forms of time; more are not, whatever the zone."""
    times = [*WILD, *(Period(day * DAY_US).since for day in DAYS)]
    near = [Period(DAYS[0] * DAY_US + hours * 3_600_000_000).since for hours in (101, 203)]
    path = database(tmp_path, log=[{"eventid": "e", "session": time, "timestamp": time} for time in [*times, *near]])
    with open_for_reading(path) as opened:
        for tz in ("UTC", "Europe/Berlin"):

            def found(name, tz=tz, **options):
                (steps,) = (
                    rows
                    for rows in document(opened.connection, name, tz=tz, **options).values()
                    if isinstance(rows, list)
                )
                return steps

            steps = found("timeline")
            assert len(steps) == len(WILD) + 1 + 100 + 1 + 1
            assert [step["sessions_average"] for step in steps[-2:]] == [0.14, 0.14]
            assert steps[-1]["sessions_running"] == len(times) + len(near)
            assert len(found("timeline", by="hour")) == len(times) + 100 + 2
            assert len(found("daily")) == len(steps)
            assert len(found("weekly")) < 40
            assert len(found("monthly")) < 20


@pytest.mark.parametrize("since", [0, 3, 9, 30])
def test_what_is_new_and_what_was_known_is_all(days, since):
    since_us, until_us = (_first_day(days) + since) * DAY_US, (_first_day(days) + since + 4) * DAY_US
    novel = document(days, "novelty", since_us, until_us, limit=10**6)
    for name, section, whole in (
        ("commands",) * 3,
        ("clients", "hassh", "hassh"),
        ("credentials", "credentials", "pairs"),
    ):
        known, found = (
            {
                key(row)[:2] if whole == "pairs" else key(row)[:1]
                for row in document(days, name, *bounds, limit=10**6)[whole]
            }
            for bounds in ((None, since_us), (None, until_us))
        )
        new = {key(row) for row in novel[section]}
        assert new | known == found
        assert not new & known


def _first_day(connection):
    return connection.execute("SELECT min(day) FROM rollup_event").get


def compared(connection, since_us, until_us, **against):
    return document(connection, "diff", since_us, until_us, limit=10**6, **(against or {"against_since": "1970-01-02"}))


def test_nothing_is_new_beside_itself(days):
    first = _first_day(days)
    bounds = (first + 2) * DAY_US, (first + 5) * DAY_US
    texts = {"against_since": Period(*bounds).since, "against_until": Period(*bounds).until}
    found = compared(days, *bounds, **texts)
    rows = [row for rows in found.values() if isinstance(rows, list) for row in rows]
    assert rows
    for row in rows:
        assert (row["change"], row["status"]) == (0, "same")
        assert row["before"] == row["after"] > 0
        assert row["before_per_day"] == row["after_per_day"]


def test_two_that_change_places(days):
    first = _first_day(days)
    a, b = [((first + day) * DAY_US, (first + day + 3) * DAY_US) for day in (1, 4)]
    there, back = compared(days, *b), compared(days, *a, against_since=Period(*b).since, against_until=Period(*b).until)
    there = document(days, "diff", *b, limit=10**6)  # against the three days before
    assert there["against"]["since"] == Period(*a).since
    turned = {"new": "gone", "gone": "new"}
    for name in ("commands", "credentials", "sources", "hashes", "hassh", "client_versions"):
        assert there[name]
        for one, other in zip(there[name], back[name], strict=True):
            assert key(one) == key(other)
            assert (one["before"], one["after"], one["change"]) == (other["after"], other["before"], -other["change"])
            assert turned.get(one["status"], one["status"]) == other["status"]


def test_without_an_end_the_last_day_ends_it(days):
    last = days.execute("SELECT max(day) FROM rollup_event").get
    against = document(days, "diff", (last - 1) * DAY_US)["against"]
    assert against == {
        "since": Period((last - 3) * DAY_US).since,
        "until": Period((last - 1) * DAY_US).since,
        "sensor": None,
    }
    future = document(days, "diff", (last + 9) * DAY_US)["against"]
    assert future["since"] == Period((last + 8) * DAY_US).since


def test_all_time_has_nothing_before_it(by_hand):
    with pytest.raises(UsageError, match="before the beginning"):
        document(by_hand, "diff")
    assert document(by_hand, "diff", against_sensor="beta", sensor="alpha")["against"]["sensor"] == "beta"


@given(st.integers(1, 10**12), st.integers(1, 10**17))
def test_rates_are_rounded_once(seen, length_us):
    exact = Fraction(seen * DAY_US, length_us)
    assert abs(Fraction(_Side(length_us).per_day(seen)) - exact) <= Fraction(51, 10**4) + exact / 10**15


@pytest.mark.parametrize("name", LISTS)
def test_an_empty_database_and_an_unknown_sensor(tmp_path, many_days, name):
    open_for_writing(tmp_path / "s.db").close()
    for path, sensor in ((tmp_path / "s.db", None), (many_days, "nobody's")):
        with open_for_reading(path) as database:
            found = document(database.connection, name, 0, 10**17, sensor=sensor)
            assert found["sensor"] == sensor
            for rows in found.values():
                assert not isinstance(rows, list) or rows == []
            for totals in (found.get("totals"), found.get("empty")):
                assert totals is None or set(totals.values()) == {0}


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("name", LISTS)
def test_hostile_texts_harm_no_output(by_hand, name, format_):
    with one_state(by_hand):
        asked = made(Snapshot(by_hand, report(name), Period(0, 2 * DAY_US)))
        written = b"".join(pieces(asked, format_, Look()))
    assert all(line.isprintable() for line in written.decode().replace("\r\n", "\n").split("\n"))


PLANS = [(name, statement.name) for name in LISTS for statement in report(name).statements]


@pytest.mark.parametrize(("name", "section"), PLANS)
def test_plans_look_at_no_more_than_the_period(days, name, section):
    """Roll-ups and sessions by key or index, never whole, but for the list of days that each first asks for."""
    statement = report(name).statement(section)
    bound = bindings(days, Period(DAY * DAY_US, (DAY + 7) * DAY_US), None)
    own = {one.name: one.default for one in statement.parameters}
    before = dict.fromkeys((one.name for one in statement.given), 0)
    plan = days.execute(f"EXPLAIN QUERY PLAN {statement.sql}", {**bound, **own, **before}).fetchall()
    looked = [row[3] for row in plan if "VIRTUAL TABLE" not in row[3]]
    tables = re.findall(r"(?:FROM|JOIN) (rollup_value|rollup_session|session|text)(?: AS (\w+))?", statement.sql)
    for table, alias in tables:
        assert not any(re.match(rf"SCAN {alias or table}\b", line) for line in looked), looked


def test_sessions_are_found_by_their_start(days):
    statement = report("sources").statement("sources")
    bound = bindings(days, Period(DAY * DAY_US, (DAY + 7) * DAY_US), None) | {"limit": 5}
    plan = days.execute(f"EXPLAIN QUERY PLAN {statement.sql}", bound).fetchall()
    assert any(row[3].startswith("SEARCH s USING INDEX session_") for row in plan)


# On the command line


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["commands", "--limit", "0"], "--limit must be a whole number, 1 or more: '0'"),
        (["files", "--limit=-3"], "--limit must be a whole number, 1 or more: '-3'"),
        (["sources", "--limit", "many"], "--limit must be a whole number, 1 or more: 'many'"),
        (["novelty", "--limit", "9" * 30], "--limit must be a whole number, 1 or more"),
        (["timeline", "--average", "0"], "--average must be a whole number, 1 or more: '0'"),
        (["diff", "--against-since", "once"], '--against-since "once" is no time'),
        (["diff", "--against-during", "12h"], '--against-during "12h" names a moment'),
        (["diff", "--against-since", "2026-02", "--against-until", "2026-01"], "--against-since and --against-until"),
        (["diff", "--against-during", "2026", "--against-since", "2026"], "--against-during says what"),
        (["diff"], "--since 7d"),
        (["clients", "--contains", "x"], "report clients has no option --contains"),
    ],
)
def test_wrong_values_are_refused_by_the_name_of_the_option(filled, capsys, words, said):
    assert main(["report", *words, "--db", str(filled)]) == 2
    assert said in capsys.readouterr().err


def test_diff_says_with_what_it_compares(filled, capsys):
    words = ["--during", "1970-01-02", "--against-sensor", "beta", "--sensor", "alpha"]
    assert main(["report", "diff", *words, "--db", str(filled)]) == 0
    title = capsys.readouterr().out.splitlines()[0]
    assert "sensor alpha" in title
    assert "against sensor beta" in title
