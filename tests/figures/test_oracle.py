"""The tools of the oracle: its calendar, its comparer, its material."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from figures import REPORTS, difference, expected, frame, read_logs, same
from figures.counting import NOTHING, most
from figures.logs import Logs
from figures.material import BORDERS, MADE, REAL, made_logs, needs_data, periods, real_logs, sensors
from figures.selection import Selection
from figures.times import (
    DAY_US,
    HOUR_US,
    average,
    day_of,
    day_text,
    hour_of,
    hundredths,
    moment,
    monday_of,
    month_before,
    month_end,
    month_of,
    offset_us,
    week_text,
)

EPOCH = date(1970, 1, 1)

# --- times ---------------------------------------------------------------------------------------------------------


def test_the_calendar() -> None:
    """Every day of 36 years, as datetime has it."""
    for day in range(10_500, 23_700):
        told = EPOCH + timedelta(days=day)
        year, week, weekday = told.isocalendar()
        assert day_text(day) == told.isoformat()
        assert (week_text(monday_of(day)), day - monday_of(day)) == (f"{year}-W{week:02}", weekday - 1)
        assert day - month_of(day) == told.day - 1
        assert month_of(month_end(month_of(day)) + 1) == month_end(month_of(day)) + 1
        assert day_text(month_before(month_of(day))) < day_text(month_of(day))


@pytest.mark.parametrize(
    ("us", "text"),
    [
        (0, "1970-01-01T00:00:00.000000Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (-719_162 * DAY_US - 1, "0000-12-31T23:59:59.999999Z"),
        (2_932_897 * DAY_US, "10000-01-01T00:00:00.000000Z"),
        (None, None),
    ],
)
def test_moments(us: int | None, text: str | None) -> None:
    assert moment(us) == text


@pytest.mark.parametrize("tz", ["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"])
def test_zones(tz: str) -> None:
    """Days and hours of a zone, around its changes too."""
    from zoneinfo import ZoneInfo

    for us in range(0, 400 * DAY_US, 7 * HOUR_US + 1):
        local = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)).astimezone(ZoneInfo(tz))
        at = us + (date(2026, 1, 1) - EPOCH).days * DAY_US
        assert day_of(at, tz) == (local.date() - EPOCH).days
        past = (local.minute * 60 + local.second) * 1_000_000 + local.microsecond
        changed = offset_us(at - past, tz) != offset_us(at, tz)  # within the hour
        assert hour_of(at, tz) == at - past or changed


def test_averages() -> None:
    assert [hundredths(*one) for one in ((1, 3), (2, 3), (1, 8), (-1, 8), (29, 200), (1, 200), (-7, 2))] == [
        0.33, 0.67, 0.13, -0.13, 0.15, 0.01, -3.5,
    ]  # fmt: skip
    assert average(0, 0) is None


# --- order ---------------------------------------------------------------------------------------------------------


def test_order_of_rows() -> None:
    texts = ["b", "a", None, "", "\U00010000", "\uffff"]
    rows = most(((1, (text,), {"text": text}) for text in texts), None)
    assert [row["text"] for row in rows] == [None, "", "a", "b", "\uffff", "\U00010000"]
    assert most([(1, ("a",), {"n": 1}), (2, ("b",), {"n": 2})], 1) == [{"n": 2}]


# --- the comparer --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"a": [{"n": 1}, {"n": 2}]}, None),
        ({"a": [{"n": 1}, {"n": 3}]}, "$.a[1].n: 3, expected 2"),
        ({"a": [{"n": 1}, {"n": 2.0}]}, "$.a[1].n: 2.0, expected 2"),
        ({"a": [{"n": True}, {"n": 2}]}, "$.a[0].n: True, expected 1"),
        ({"a": [{"n": 1}]}, "$.a[1]: missing, expected {'n': 2}"),
        ({"a": [{"n": 1}, {"n": 2}, {}]}, "$.a[2]: {}, expected 2 rows"),
        ({"a": [{"n": 1}, {"n": 2, "m": 0}]}, "$.a[1].m: 0, expected nothing of that name"),
        ({"a": [{"n": 1}, {}]}, "$.a[1].n: missing, expected 2"),
        ({"a": None}, "$.a: None, expected [{'n': 1}, {'n': 2}]"),
        ({}, "$.a: missing, expected [{'n': 1}, {'n': 2}]"),
    ],
)
def test_the_first_difference_is_named(document: dict[str, Any], path: str | None) -> None:
    assert difference(document, {"a": [{"n": 1}, {"n": 2}]}) == path


def test_a_document_has_a_frame() -> None:
    same({"schema": "x/1", "tz": "UTC", "a": 1}, {"a": 1})
    same({"a": [{"n": 1, "session_key": 7}]}, {"a": [{"n": 1}]}, ignored=("session_key",))
    assert frame("commands", 0, None, "s") == {
        "schema": "sesscore.report.commands/1",
        "report": "commands",
        "sensor": "s",
        "since": "1970-01-01T00:00:00.000000Z",
        "until": None,
        "tz": "UTC",
    }
    with pytest.raises(AssertionError, match=r"\$\.b: 2, expected nothing of that name"):
        same({"schema": "x/1", "a": 1, "b": 2}, {"a": 1})
    with pytest.raises(AssertionError, match=r"\$\.sensor: None, expected 's'"):
        same({"sensor": None}, {"sensor": "s"})


# --- the material --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    return made_logs(tmp_path_factory.mktemp("made"))


def test_made_logs_hold_what_they_are_for(made: dict[str, list[Path]]) -> None:
    logs = read_logs(made["borders"])
    activities = [activity for session in logs.sessions for activity in session.activities]
    assert len(sensors(logs)) == 4
    assert sum(ledger.duplicates for ledger in logs.ledgers) > 20
    assert all(ledger.balanced and not ledger.quarantined for ledger in logs.ledgers)
    for border in BORDERS:
        us = (date.fromisoformat(border) - EPOCH).days * DAY_US
        assert any(session.started_us < us <= session.ended_us for session in logs.sessions), border
        assert any(session.started_us == us for session in logs.sessions), border
    for kind in ("login_failed", "login_success", "command", "download", "download_failed", "upload", "tcpip_request",
                 "tty", "client_fingerprint"):  # fmt: skip
        assert any(activity.kind == kind for activity in activities), kind
    logins = [activity for activity in activities if activity.kind.startswith("login")]
    assert {None, "", "7", "1.5", "\ufffd"} <= {login.password for login in logins}
    assert any(login.username is None for login in logins)
    for kind in ("download", "upload"):
        assert {None, "", *NOTHING} <= {activity.shasum for activity in activities if activity.kind == kind}
    assert None in {session.src_ip for session in logs.sessions}


def test_the_same_events_dealt_otherwise_give_the_same(made: dict[str, list[Path]]) -> None:
    backwards = Logs(list(reversed(read_logs(made["borders"]).sources)))
    for report in REPORTS:
        if report not in ("summary", "diff"):
            assert expected(report, backwards) == expected(report, made["borders"])


@pytest.mark.parametrize("name", MADE)
def test_periods_add_up(made: dict[str, list[Path]], name: str) -> None:
    """What is counted is counted in exactly one of the parts of time, whatever the cut; of sensors too."""
    logs = read_logs(made[name])
    whole = expected("summary", logs)["totals"]
    names = ("events", "sessions", "login_failed", "login_success", "commands", "downloads", "uploads")
    for cut in {period.since_us for period in periods(logs)} - {None}:
        parts = [expected("summary", logs, *bounds)["totals"] for bounds in ((None, cut), (cut, None))]
        assert all(whole[name] == sum(part[name] for part in parts) for name in names)
    of_sensors = [
        expected("summary", logs, sensor=sensor)["totals"] for sensor in {event.sensor for event in logs.events}
    ]
    assert all(whole[name] == sum(one[name] for one in of_sensors) for name in names)


def test_periods_try_what_they_say(made: dict[str, list[Path]]) -> None:
    logs = read_logs(made["borders"])
    seen = {
        period.name: len(Selection(logs, period.since_us, period.until_us).stretch.events) for period in periods(logs)
    }
    assert seen["all"] == seen["just all"] == len(logs.events)
    assert seen["no time"] == seen["before all"] == seen["after all"] == 0
    assert seen["all but the last"] < seen["all"]
    assert 0 < seen["one microsecond"] == seen["since an event"] - seen["after an event"]
    assert seen["with an event at its end"] - seen["until an event"] == seen["one microsecond"]
    assert all(seen[name] for name in ("the first day", "a day in the middle", "an ISO week", "a month"))


def test_every_report_answers_every_period(made: dict[str, list[Path]]) -> None:
    logs = read_logs(made["borders"])
    for period in periods(logs):
        for sensor in sensors(logs)[::3]:
            for report in REPORTS:
                options = {"before": {"sensor": None}} if report == "diff" else {}
                assert expected(report, logs, period.since_us, period.until_us, sensor, **options)


# --- real logs -----------------------------------------------------------------------------------------------------


@needs_data
@pytest.mark.parametrize("name", REAL)
def test_real_logs_are_there(name: str) -> None:
    assert read_logs(real_logs(name)).sessions


# --- independence --------------------------------------------------------------------------------------------------


def test_the_oracle_shares_no_code_with_the_program() -> None:
    """But the recount; and nothing of the tests' own that does."""
    helpers = [
        path
        for path in Path(__file__).parent.glob("*.py")
        if not path.name.startswith(("test_", "material", "documents"))
    ]
    imports = {
        line.split()[1].split(".")[0] if "sesscore" not in line else line.split()[1]
        for path in helpers
        for line in path.read_text("utf-8").splitlines()
        if line.startswith(("from ", "import ")) and "__future__" not in line
    }
    ours = {name for name in imports if name.startswith("sesscore")}
    assert all(name.startswith("sesscore.recount") for name in ours)
    assert imports - ours - {"figures"} <= set(sys.stdlib_module_names)
