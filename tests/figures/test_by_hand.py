"""The oracle on a log that can be counted by hand.

2026-12-31 is a Thursday, of ISO week 2026-W53; 2027-01-04 is the Monday of 2027-W01.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from figures import expected
from figures.counting import NOTHING
from sesscore.recount_events import timestamp_us

EMPTY = sorted(NOTHING)[0]
S1 = "51" * 32


def us(time: str) -> int:
    found = timestamp_us(f"{time}Z")
    assert found is not None
    return found


def events(sensor: str, session: str, *told: tuple[str, str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"sensor": sensor, "session": session, "timestamp": f"{time}Z", "eventid": f"cowrie.{eventid}", **fields}
        for time, eventid, fields in told
    ]


A1 = events(
    "alpha",
    "a1",
    ("2026-12-31T23:59:58", "session.connect", {"src_ip": "1.1.1.1", "src_port": 9, "protocol": "ssh"}),
    ("2026-12-31T23:59:58.5", "client.version", {"version": "go"}),
    ("2026-12-31T23:59:58.6", "client.kex", {"hassh": "h1"}),
    ("2026-12-31T23:59:59.999999", "login.failed", {"username": "root", "password": ""}),
    ("2027-01-01T00:00:00", "login.success", {"username": "root", "password": "x"}),
    ("2027-01-01T00:00:01", "command.input", {"input": "id"}),
    ("2027-01-01T00:00:02", "command.input", {"input": "id"}),
    ("2027-01-01T00:00:03", "session.file_download", {"url": "http://u.2/", "shasum": S1}),
    ("2027-01-01T00:00:04", "session.file_download", {"url": "http://u.1/", "shasum": S1}),
    ("2027-01-01T00:00:05", "session.closed", {"duration": "7.25"}),
)
A2 = events(
    "alpha",
    "a2",
    ("2027-01-01T10:00:00", "session.connect", {"src_ip": "1.1.1.1", "protocol": "ssh"}),
    ("2027-01-01T10:00:00.1", "client.version", {"version": "go"}),
    ("2027-01-01T10:00:00.2", "login.failed", {"username": "admin"}),
    ("2027-01-01T10:00:00.3", "session.file_download.failed", {"url": "http://f/"}),
    ("2027-01-01T10:00:00.4", "session.file_upload", {"filename": "n", "shasum": EMPTY}),
    ("2027-01-01T10:00:01", "session.closed", {"duration": 1.0}),
)
B1 = events(
    "beta",
    "b1",
    ("2027-01-04T00:00:00", "session.connect", {"src_ip": "2.2.2.2", "protocol": "telnet"}),
    ("2027-01-04T00:00:00.1", "client.fingerprint", {"username": "root", "fingerprint": "k1"}),
    ("2027-01-04T00:00:01", "login.failed", {"username": "root", "password": ""}),
    ("2027-01-04T00:00:01.5", "command.input", {"input": "w"}),
    ("2027-01-04T00:00:02", "session.closed", {}),
)
B2 = events("beta", "b2", ("2027-01-04T12:00:00", "command.input", {}))

NEW_YEAR = {"since_us": us("2027-01-01T00:00:00"), "until_us": us("2027-01-02T00:00:00")}
MONDAY = us("2027-01-04T00:00:00")


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two logs, of which the second repeats an event of the first."""
    folder = tmp_path_factory.mktemp("by-hand")
    paths = [folder / "one.json", folder / "two.json"]
    for path, told in zip(paths, ([*A1, *B1], [A1[4], *A2, *B2]), strict=True):
        path.write_text("".join(json.dumps(event) + "\n" for event in told))
    return paths


def days(first: str, last: str, number: int) -> dict[str, Any]:
    return {"first_day": first, "last_day": last, "days": number}


NEW_YEARS_DAY = days("2027-01-01", "2027-01-01", 1)
THAT_MONDAY = days("2027-01-04", "2027-01-04", 1)


# --- what attackers sent -------------------------------------------------------------------------------------------


def test_commands(logs: list[Path]) -> None:
    assert expected("commands", logs) == {
        "totals": {"commands": 4, "unique_commands": 2},
        "commands": [{"command": "id", "seen": 2, **NEW_YEARS_DAY}, {"command": "w", "seen": 1, **THAT_MONDAY}],
    }
    assert expected("commands", logs, limit=1)["commands"] == [{"command": "id", "seen": 2, **NEW_YEARS_DAY}]
    assert expected("commands", logs, limit=1)["totals"] == {"commands": 4, "unique_commands": 2}
    assert expected("commands", logs, sensor="beta")["totals"] == {"commands": 2, "unique_commands": 1}
    assert expected("commands", logs, sensor="bet")["commands"] == []


def test_a_period_is_half_open(logs: list[Path]) -> None:
    second = us("2027-01-01T00:00:01")
    for since, until, seen in ((second, second + 1, 1), (second + 1, None, 3), (None, second, 0), (second, second, 0)):
        assert expected("commands", logs, since, until)["totals"]["commands"] == seen


def test_credentials(logs: list[Path]) -> None:
    both = days("2026-12-31", "2027-01-04", 2)
    assert expected("credentials", logs) == {
        "totals": {
            "tries": 4,
            "failed": 3,
            "succeeded": 1,
            "unique_pairs": 2,
            "unique_usernames": 2,
            "unique_passwords": 2,
        },
        "pairs": [
            {"username": "root", "password": "", "failed": 2, "succeeded": 0, **both},
            {"username": "admin", "password": None, "failed": 1, "succeeded": 0, **NEW_YEARS_DAY},
            {"username": "root", "password": "x", "failed": 0, "succeeded": 1, **NEW_YEARS_DAY},
        ],
        "usernames": [
            {"username": "root", "failed": 2, "succeeded": 1, "passwords": 2},
            {"username": "admin", "failed": 1, "succeeded": 0, "passwords": 0},
        ],
        "passwords": [
            {"password": "", "failed": 2, "succeeded": 0, "usernames": 1},
            {"password": "x", "failed": 0, "succeeded": 1, "usernames": 1},
        ],
    }
    assert expected("credentials", logs, **NEW_YEAR)["totals"]["tries"] == 2


def test_files(logs: list[Path]) -> None:
    assert expected("files", logs) == {
        "totals": {"downloads": 2, "uploads": 1, "unique_hashes": 1},
        "files": [{"shasum": S1, "downloads": 2, "uploads": 0, "url": "http://u.1/", "urls": 2, **NEW_YEARS_DAY}],
        "empty": {"downloads": 0, "uploads": 1},
        "failed": [{"url": "http://f/", "seen": 1}],
    }


# --- who came ------------------------------------------------------------------------------------------------------


def test_sources(logs: list[Path]) -> None:
    assert expected("sources", logs) == {
        "totals": {"sessions": 4, "unique_sources": 2},
        "sources": [
            {
                "src_ip": "1.1.1.1",
                "sessions": 2,
                "login_failed": 2,
                "login_success": 1,
                "commands": 2,
                "downloads": 2,
                "uploads": 1,
                "first": "2026-12-31T23:59:58.000000Z",
                "last": "2027-01-01T10:00:01.000000Z",
                "days": 2,
            },
            {
                "src_ip": "2.2.2.2",
                "sessions": 1,
                "login_failed": 1,
                "login_success": 0,
                "commands": 1,
                "downloads": 0,
                "uploads": 0,
                "first": "2027-01-04T00:00:00.000000Z",
                "last": "2027-01-04T00:00:02.000000Z",
                "days": 1,
            },
        ],
    }


def test_a_session_counts_whole_where_it_began(logs: list[Path]) -> None:
    eve = expected("sources", logs, until_us=NEW_YEAR["since_us"])
    assert eve["totals"] == {"sessions": 1, "unique_sources": 1}
    assert eve["sources"][0]["commands"] == 2
    assert eve["sources"][0]["last"] == "2027-01-01T00:00:05.000000Z"
    assert expected("sources", logs, **NEW_YEAR)["sources"][0]["commands"] == 0


def test_clients(logs: list[Path]) -> None:
    assert expected("clients", logs) == {
        "totals": {"unique_client_versions": 1, "unique_hassh": 1},
        "client_versions": [{"client_version": "go", "sessions": 2, **days("2026-12-31", "2027-01-01", 2)}],
        "hassh": [{"hassh": "h1", "sessions": 1, **days("2026-12-31", "2026-12-31", 1)}],
    }
    assert expected("clients", logs, **NEW_YEAR)["hassh"] == []


def test_sessions(logs: list[Path]) -> None:
    rows = expected("sessions", logs)["sessions"]
    assert [row["session_id"] for row in rows] == ["a1", "a2", "b1", "b2"]
    assert rows[0] == {
        "sensor": "alpha",
        "session_id": "a1",
        "match_type": "full_delimited",
        "matcher": "session",
        "src_ip": "1.1.1.1",
        "src_port": 9,
        "dst_ip": None,
        "dst_port": None,
        "protocol": "ssh",
        "started_us": us("2026-12-31T23:59:58"),
        "started": "2026-12-31T23:59:58.000000Z",
        "ended_us": us("2027-01-01T00:00:05"),
        "ended": "2027-01-01T00:00:05.000000Z",
        "duration_ms": 7250,
        "event_count": 10,
        "command_count": 2,
        "command_failed_count": 0,
        "command_success_count": 0,
        "login_failed_count": 1,
        "login_success_count": 1,
        "download_count": 2,
        "download_failed_count": 0,
        "upload_count": 0,
        "tcpip_request_count": 0,
        "client_version": "go",
        "hassh": "h1",
        "vt_flagged": None,
        "dshield_flagged": None,
    }
    assert rows[3]["match_type"] == "session_id_only"


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"source": "1.1.1.1"}, ["a1", "a2"]),
        ({"source": "1.1.0.0/16"}, ["a1", "a2"]),
        ({"source": "2.2.2.2/31"}, ["b1"]),
        ({"source": "::/0"}, []),
        ({"protocol": "telnet"}, ["b1"]),
        ({"command": "id"}, ["a1"]),
        ({"command": "i"}, ["a1"]),
        ({"username": "root"}, ["a1", "b1"]),
        ({"username": "root", "password": "x"}, ["a1"]),
        ({"username": "admin", "password": "x"}, []),
        ({"shasum": EMPTY}, ["a2"]),
        ({"hassh": "h1"}, ["a1"]),
        ({"match_type": "session_id_only"}, ["b2"]),
        ({"min_commands": 1}, ["a1", "b1", "b2"]),
        ({"min_logins": 2, "min_downloads": 2}, ["a1"]),
        ({"sort": "commands", "descending": True}, ["a1", "b1", "b2", "a2"]),
        ({"sort": "started", "descending": True, "limit": 2}, ["b2", "b1"]),
    ],
)
def test_filters_of_sessions(logs: list[Path], options: dict[str, Any], found: list[str]) -> None:
    assert [row["session_id"] for row in expected("sessions", logs, **options)["sessions"]] == found


# --- when ----------------------------------------------------------------------------------------------------------


def step(start: str, *figures: float) -> dict[str, Any]:
    names = ("sessions", "events", "login_failed", "login_success", "commands", "downloads", "uploads")
    return {
        "start": start,
        **dict(zip((*names, "sessions_running", "sessions_average"), figures, strict=True)),
    }


def test_timeline_by_day(logs: list[Path]) -> None:
    assert expected("timeline", logs)["steps"] == [
        step("2026-12-31", 1, 4, 1, 0, 0, 0, 0, 1, 1.0),
        step("2027-01-01", 1, 12, 1, 1, 2, 2, 1, 2, 1.0),
        step("2027-01-02", 0, 0, 0, 0, 0, 0, 0, 2, 0.67),
        step("2027-01-03", 0, 0, 0, 0, 0, 0, 0, 2, 0.5),
        step("2027-01-04", 2, 6, 1, 0, 2, 0, 0, 4, 0.8),
    ]


def test_timeline_by_hour(logs: list[Path]) -> None:
    steps = expected("timeline", logs, **NEW_YEAR, by="hour")["steps"]
    assert [row["start"][11:13] for row in steps] == [f"{hour:02}" for hour in range(11)]
    assert steps[0] == step("2027-01-01T00:00:00.000000Z", 0, 6, 0, 1, 2, 2, 0, 0, 0.0) | {"clock": "2027-01-01 00:00"}
    assert steps[10] == step("2027-01-01T10:00:00.000000Z", 1, 6, 1, 0, 0, 0, 1, 1, 0.09) | {
        "clock": "2027-01-01 10:00"
    }


def test_days_are_those_of_the_zone(logs: list[Path]) -> None:
    east = expected("timeline", logs, tz="Asia/Kathmandu")["steps"]  # 5:45 ahead
    assert (east[0]["start"], east[0]["sessions"]) == ("2027-01-01", 2)
    west = expected("commands", logs, tz="America/New_York")["commands"]
    assert [row["first_day"] for row in west] == ["2026-12-31", "2027-01-03"]
    hours = expected("timeline", logs, tz="Asia/Kathmandu", by="hour")["steps"]
    assert (hours[0]["start"], hours[0]["clock"]) == ("2026-12-31T23:15:00.000000Z", "2027-01-01 05:00+05:45")


# --- what is other than before -------------------------------------------------------------------------------------


def test_novelty(logs: list[Path]) -> None:
    assert expected("novelty", logs, MONDAY) == {
        "commands": [{"command": "w", "seen": 1, "first_day": "2027-01-04"}],
        "hashes": [],
        "keys": [{"fingerprint": "k1", "seen": 1, "first_day": "2027-01-04"}],
        "credentials": [],
        "hassh": [],
        "client_versions": [],
    }
    new = expected("novelty", logs, **NEW_YEAR)
    assert new["credentials"] == [
        {"username": "admin", "password": None, "seen": 1, "first_day": "2027-01-01"},
        {"username": "root", "password": "x", "seen": 1, "first_day": "2027-01-01"},
    ]
    assert new["hashes"] == [{"shasum": S1, "seen": 2, "first_day": "2027-01-01"}]
    assert new["client_versions"] == []


def test_novelty_is_of_the_same_sensor(logs: list[Path]) -> None:
    assert expected("novelty", logs, MONDAY, sensor="beta")["credentials"] == [
        {"username": "root", "password": "", "seen": 1, "first_day": "2027-01-04"}
    ]


def test_without_a_beginning_all_is_new(logs: list[Path]) -> None:
    assert [row["seen"] for row in expected("novelty", logs)["commands"]] == [2, 1]


def change(before: int, after: int, status: str, *per_day: float) -> dict[str, Any]:
    rates = dict(zip(("before_per_day", "after_per_day"), per_day, strict=True))
    return {"before": before, "after": after, "change": after - before, "status": status, **rates}


def test_diff_of_two_periods(logs: list[Path]) -> None:
    two_days = {"since_us": us("2026-12-31T00:00:00"), "until_us": us("2027-01-02T00:00:00")}
    three_days = {"since_us": us("2027-01-02T00:00:00"), "until_us": us("2027-01-05T00:00:00")}
    found = expected("diff", logs, **three_days, before=two_days)
    assert found["commands"] == [
        {"command": "id", **change(2, 0, "gone", 1.0, 0.0)},
        {"command": "w", **change(0, 1, "new", 0.0, 0.33)},
    ]
    assert found["credentials"] == [
        {"username": "admin", "password": None, **change(1, 0, "gone", 0.5, 0.0)},
        {"username": "root", "password": "x", **change(1, 0, "gone", 0.5, 0.0)},
        {"username": "root", "password": "", **change(1, 1, "same", 0.5, 0.33)},
    ]
    assert found["sources"] == [
        {"src_ip": "1.1.1.1", **change(2, 0, "gone", 1.0, 0.0)},
        {"src_ip": "2.2.2.2", **change(0, 1, "new", 0.0, 0.33)},
    ]
    assert found["hashes"] == [{"shasum": S1, **change(2, 0, "gone", 1.0, 0.0)}]
    assert found["client_versions"] == [{"client_version": "go", **change(2, 0, "gone", 1.0, 0.0)}]


def test_diff_of_two_sensors(logs: list[Path]) -> None:
    found = expected("diff", logs, sensor="beta", before={"sensor": "alpha"})
    assert found["credentials"][-1] == {"username": "root", "password": "", **change(1, 1, "same", 0.5, 1.0)}
    assert found["hassh"] == [{"hassh": "h1", **change(1, 0, "gone", 0.5, 0.0)}]


# --- the whole -----------------------------------------------------------------------------------------------------


def test_summary(logs: list[Path]) -> None:
    found = expected("summary", logs, **NEW_YEAR)
    assert found["totals"] == {
        "events": 12,
        "sessions": 1,
        "sensors": 1,
        "sources": 2,
        "alien_sources": 0,
        "login_failed": 1,
        "login_success": 1,
        "commands": 2,
        "downloads": 2,
        "uploads": 1,
    }
    assert found["ledger"] == {
        "lines": 23,
        "events": 22,
        "duplicates": 1,
        "sessionless": 0,
        "quarantined": 0,
        "blank": 0,
    }
    assert found["first_event"] == "2027-01-01T00:00:00.000000Z"
    assert found["last_event"] == "2027-01-01T10:00:01.000000Z"
    assert found["protocols"] == [{"protocol": "ssh", "sessions": 1}]
    assert found["sensors"] == [{"sensor": "alpha", "sessions": 1, "events": 12}]
    assert found["events"][0] == {
        "eventid": "cowrie.command.input",
        "events": 2,
        "first_event": "2027-01-01T00:00:01.000000Z",
        "last_event": "2027-01-01T00:00:02.000000Z",
    }
    assert expected("summary", logs)["protocols"] == [
        {"protocol": "ssh", "sessions": 2},
        {"protocol": None, "sessions": 1},
        {"protocol": "telnet", "sessions": 1},
    ]
