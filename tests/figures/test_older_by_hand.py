"""The oracle of the older tools' reports, on the log of test_by_hand.py and on numbers alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from figures import expected
from figures.attacks import defanged, labels, seconds
from figures.rarest import most_common, rarest
from figures.test_by_hand import EMPTY, NEW_YEAR, S1, events, logs, us

__all__ = ["logs"]

# --- days ----------------------------------------------------------------------------------------------------------


def test_a_day(logs: list[Path]) -> None:
    days = expected("daily", logs)["days"]
    dates = ["2026-12-31", "2027-01-01", "2027-01-02", "2027-01-03", "2027-01-04"]
    assert [day["date"] for day in days] == dates
    assert days[1] == {
        "@timestamp": "2027-01-01T00:00:00.000000Z",
        "generated_at": None,
        "report_type": "daily",
        "sensor": "aggregate",
        "date": "2027-01-01",
        "sessions": {
            "total": 1,
            "unique_ips": 1,
            "unique_usernames": 2,
            "unique_passwords": 1,
            "avg_commands": 0.0,
            "max_commands": 0,
            "min_commands": 0,
            "avg_duration": 1.0,
            "protocols": {"ssh": 1},
            "top_usernames": [{"value": "admin", "count": 1}, {"value": "root", "count": 1}],
            "top_passwords": [{"value": "x", "count": 1}],
            "top_combinations": [{"value": "root:x", "count": 1}],
        },
        "commands": {"total": 2, "unique": 1, "top_commands": [{"value": "id", "count": 2}]},
        "files": {
            "downloads_total": 2,
            "uploads_total": 1,
            "unique_hashes": 1,
            "unique_vt_classifications": None,
            "vt_classifications_top": [],
            "top_hashes": [{"value": S1, "count": 2}],
            "recent_vt_submissions": None,
        },
        "enrichments": {
            "urlhaus_tags_top": [],
            "asn_top": [],
            "country_top": [],
            "spur_infrastructure_top": [],
            "spur_tunnels": {"total": None, "anonymous": None},
        },
        "abnormalities": {"uncommon_command_sessions": 0, "recent_vt_submission_sessions": None},
        "alerts": [],
    }
    assert days[4]["sessions"]["protocols"] == {"telnet": 1, "unknown": 1}
    assert days[4]["sessions"]["avg_commands"] == 1.0
    assert days[4]["sessions"]["avg_duration"] == 1.0  # two seconds and none
    assert (days[2]["sessions"]["total"], days[2]["sessions"]["avg_commands"], days[2]["alerts"]) == (0, None, [])
    assert days[4]["commands"] == {"total": 2, "unique": 1, "top_commands": [{"value": "w", "count": 1}]}
    assert days[0]["sessions"]["avg_commands"] == 2.0  # of the session that began, though it ran them the next day
    assert days[0]["commands"]["total"] == 0


def test_a_day_of_each_sensor(logs: list[Path]) -> None:
    only = expected("daily", logs, sensor="beta")["days"]
    assert [(day["date"], day["sensor"]) for day in only] == [("2027-01-04", "beta")]
    days = expected("daily", logs, all_sensors=True)["days"]
    assert [[one["sensor"] for one in day["sensors"]] for day in days] == [["alpha"], ["alpha"], [], [], ["beta"]]
    assert days[4]["sensors"] == only


def spike(folder: Path, *addresses: int) -> list[list[dict[str, Any]]]:
    """The alerts of days in a row, with so many addresses on each."""
    told = [
        event
        for day, number in enumerate(addresses)
        for host in range(number)
        for event in events(
            "s", f"{day}-{host}", (f"2026-11-{day + 1:02}T01:00:00", "session.connect", {"src_ip": f"10.0.0.{host}"})
        )
    ]
    path = folder / f"{'-'.join(map(str, addresses))}.json"
    path.write_text("".join(json.dumps(event) + "\n" for event in told))
    return [day["alerts"] for day in expected("daily", [path])["days"]]


def test_alerts(tmp_path: Path) -> None:
    assert spike(tmp_path, 9) == [[]]  # nothing before
    assert spike(tmp_path, 2, 3) == [[], []]  # 1.5 times is not more
    assert spike(tmp_path, 2, 2, 3, 4) == [
        [],
        [],
        [],
        [
            {
                "type": "ip_spike",
                "severity": "medium",
                "current": 4,
                "average": 2.33,
                "message": "4 source addresses, against 2.33 on average on the days before",
            }
        ],
    ]
    assert [bool(found) for found in spike(tmp_path, 9, 1, 0, 0, 0, 0, 0, 0, 5)] == [False] * 8 + [True]
    assert spike(tmp_path, 1, 0, 0, 0, 0, 0, 0, 0, 9)[-1] == []  # eight days before


def test_alerts_ask_for_days_before_the_period(tmp_path: Path) -> None:
    assert [len(alerts) for alerts in spike(tmp_path, 1, 2)] == [0, 1]
    path, since_us = tmp_path / "1-2.json", us("2026-11-02T00:00:00")
    assert [len(day["alerts"]) for day in expected("daily", [path], since_us)["days"]] == [1]
    assert [len(week["alerts_summary"]) for week in expected("weekly", [path], since_us)["weeks"]] == [1]


# --- weeks and months ----------------------------------------------------------------------------------------------


def test_weeks(logs: list[Path]) -> None:
    weeks = expected("weekly", logs)["weeks"]
    assert weeks[0] == {
        "@timestamp": "2026-12-28T00:00:00.000000Z",
        "generated_at": None,
        "report_type": "weekly",
        "sensor": "aggregate",
        "year_week": "2026-W53",
        "date_range": {"start": "2026-12-28", "end": "2027-01-03"},
        "days_included": 2,
        "sessions": {
            "total": 2,
            "unique_ips": 1,  # the same on both days
            "unique_usernames": 2,
            "unique_passwords": 2,
            "daily_average": 1.0,
        },
        "commands": {"total": 2, "unique": 1, "daily_average": 1.0},
        "files": {"downloads_total": 2, "uploads_total": 1, "unique_hashes": 1},
        "alerts_summary": [],
    }
    assert (weeks[1]["year_week"], weeks[1]["date_range"]["start"]) == ("2027-W01", "2027-01-04")
    assert weeks[1]["days_included"] == 1
    assert len(weeks) == 2
    part = expected("weekly", logs, **NEW_YEAR)["weeks"]
    assert [(week["days_included"], week["sessions"]["total"]) for week in part] == [(1, 1)]


def test_months(logs: list[Path]) -> None:
    december, january = expected("monthly", logs)["months"]
    assert january == {
        "@timestamp": "2027-01-01T00:00:00.000000Z",
        "generated_at": None,
        "report_type": "monthly",
        "sensor": "aggregate",
        "year_month": "2027-01",
        "date_range": {"start": "2027-01-01", "end": "2027-01-31"},
        "days_included": 2,
        "sessions": {
            "total": 3,
            "unique_ips": 2,
            "unique_usernames": 2,
            "unique_passwords": 2,
            "daily_average": 1.5,
        },
        "commands": {"total": 4, "unique": 2, "daily_average": 2.0},
        "files": {
            "downloads_total": 2,
            "uploads_total": 1,
            "unique_hashes": 1,
            "daily_average_downloads": 1.0,
            "recent_vt_submissions": None,
        },
        "enrichments": {
            "unique_vt_classifications": None,
            "unique_urlhaus_tags": None,
            "unique_countries": None,
            "unique_asns": None,
        },
        "alerts_summary": {},
        "trends": {"sessions_change": 200.0, "unique_ips_change": 100.0, "files_change": None},
    }
    assert december["trends"] == {"sessions_change": None, "unique_ips_change": None, "files_change": None}
    assert expected("monthly", logs, NEW_YEAR["since_us"])["months"] == [january]


# --- attacks -------------------------------------------------------------------------------------------------------


def test_attacks(logs: list[Path]) -> None:
    found = expected("attacks", logs)
    assert [block["session"] for block in found["attacks"]] == ["a1", "a2", "b1", "b2"]
    assert found["attacks"][0] == {
        "session": "a1",
        "sensor": "alpha",
        "started": "2026-12-31T23:59:58.000000Z",
        "duration_ms": 7250,
        "protocol": "ssh",
        "username": "root",
        "password": "x",
        "timestamp": "2027-01-01T00:00:00.000000Z",
        "src_ip": "1.1.1.1",
        "total_commands": 2,
        "downloads": [{"url": "http://u.2/", "shasum": S1}, {"url": "http://u.1/", "shasum": S1}],
        "uploads": [],
        "commands": ["id", "id"],
    }
    assert found["attacks"][1]["uploads"] == [{"filename": "n", "shasum": EMPTY}]
    assert (found["attacks"][1]["username"], found["attacks"][1]["timestamp"]) == (None, None)
    assert found["attacks"][3]["commands"] == [None]
    a1 = {"session": "a1", "sensor": "alpha", "started": "2026-12-31T23:59:58.000000Z"}
    a2 = {"session": "a2", "sensor": "alpha", "started": "2027-01-01T10:00:00.000000Z"}
    assert found["summary"] == {
        "total_attacks": 4,
        "most_common_commands": 1,
        "command_counts": [{"commands": 0, "seen": 1}, {"commands": 2, "seen": 1}, {"commands": 1, "seen": 2}],
        "vt_classifications": [],
        "uncommon_command_counts": [a1, a2],
        "recent_first_submissions": [],
        "abnormal": [a1, a2],
    }
    assert expected("abnormal", logs) == {"summary": found["summary"], "attacks": found["attacks"][:2]}


def test_attacks_as_the_older_tools_saw_them(logs: list[Path]) -> None:
    found = expected("attacks", logs, legacy=True)
    assert [block["session"] for block in found["attacks"]] == ["a1"]
    assert found["summary"]["total_attacks"] == 1
    assert found["summary"]["abnormal"] == []  # one count only


def test_labels(logs: list[Path]) -> None:
    a1, a2, *_ = expected("attacks", logs)["attacks"]
    assert labels(a1) == [
        ("Session", "a1"),
        ("Session Duration", "7.250 seconds"),
        ("Protocol", "ssh"),
        ("Username", "root"),
        ("Password", "x"),
        ("Timestamp", "2027-01-01T00:00:00.000000Z"),
        ("Source IP Address", "1.1.1.1"),
        ("Total Commands Run", "2"),
        ("Download URL", "http[://]u[.]2/"),
        ("Download SHA-256 Hash", S1),
        ("Destination File", ""),
        ("Download URL", "http[://]u[.]1/"),
        ("Download SHA-256 Hash", S1),
        ("Destination File", ""),
    ]
    assert labels(a2)[-3:] == [("Upload URL", ""), ("Upload SHA-256 Hash", EMPTY), ("Destination File", "n")]


@pytest.mark.parametrize(
    ("duration_ms", "text"),
    [
        (0, "0.000"),
        (9017, "9.017"),
        (17_829, "17.82"),
        (123_456, "123.4"),
        (1_234_560, "1234"),
        (12_345_678, "12345"),
        (123_456_789, "123456"),
    ],
)
def test_durations(duration_ms: int, text: str) -> None:
    assert seconds(duration_ms) == text


def test_defanged() -> None:
    assert defanged("http://a.b.c/d") == "http[://]a[.]b[.]c/d"


@pytest.mark.parametrize(
    ("counts", "rare"),
    [
        ([], set()),
        ([4, 4], set()),  # k = 1
        ([1, 2], {1}),  # k = 2, equally rare: the smaller
        ([1, 1, 2], {2}),
        ([1, 1, 2, 3], {2, 3}),  # k = 3
        ([5, 5, 7, 7, 0, 9], {0, 9}),  # k = 4
        ([1, 2, 3, 4, 5, 6], {1, 2, 3, 4}),  # k = 6
    ],
)
def test_rarest(counts: list[int], rare: set[int]) -> None:
    assert rarest(counts) == rare


def test_most_common() -> None:
    assert most_common([3, 3, 1, 1, 2]) == 1
    assert most_common([]) is None
