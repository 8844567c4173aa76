"""The oracle in the corners: texts, ties, windows, borders to the microsecond; each on a log of a few events."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from figures import expected
from figures.test_by_hand import EMPTY, S1, events, us

NUMBERS = count()


@pytest.fixture
def log(tmp_path: Path) -> Any:
    """A function that writes events to a new log and asks for a report on it."""

    def ask(told: list[dict[str, Any]], report: str, *period: int | None, **options: Any) -> Any:
        path = tmp_path / f"{next(NUMBERS)}.json"
        path.write_text("".join(json.dumps(event) + "\n" for event in told))
        return expected(report, [path], *period, **options)

    return ask


def did(eventid: str, *each: dict[str, Any], session: str = "s", sensor: str = "alpha") -> list[dict[str, Any]]:
    """Events of one id, a second apart."""
    times = (f"2026-11-02T10:00:{second:02}" for second in range(60))
    return events(sensor, session, *((time, eventid, fields) for time, fields in zip(times, each, strict=False)))


# --- texts ---------------------------------------------------------------------------------------------------------


def test_a_number_is_its_text_and_a_lone_surrogate_is_replaced(log: Any) -> None:
    typed = did("command.input", *({"input": text} for text in (7, "7", 1.50, "\ud800", "\ufffd", True, None, [], "")))
    found = log(typed, "commands")
    assert [(row["command"], row["seen"]) for row in found["commands"]] == [
        ("7", 2),
        ("\ufffd", 2),
        ("", 1),
        ("1.5", 1),
    ]
    assert found["totals"] == {"commands": 9, "unique_commands": 4}


def test_a_text_is_one_whoever_sends_it(log: Any) -> None:
    typed = [{"input": "id"}]
    told = did("command.input", *typed) + did("command.input", *typed, session="t") + did(
        "command.input", *typed, sensor="beta"
    )  # fmt: skip
    assert [row["seen"] for row in log(told, "commands")["commands"]] == [3]
    assert [row["seen"] for row in log(told, "commands", sensor="beta")["commands"]] == [1]
    assert [row["seen"] for row in log(told + told, "commands")["commands"]] == [3]  # copies


def test_pairs_of_equal_count_go_by_user_name_then_password(log: Any) -> None:
    pairs = [("b", "a"), ("a", "z"), ("a", ""), ("a", None), (None, "a"), (None, None)]
    tries = did("login.failed", *({"username": user, "password": word} for user, word in pairs))
    found = log(tries, "credentials")
    assert [(row["username"], row["password"]) for row in found["pairs"]] == [
        (None, None),
        (None, "a"),
        ("a", None),
        ("a", ""),
        ("a", "z"),
        ("b", "a"),
    ]
    assert found["totals"]["unique_pairs"] == 3
    assert found["usernames"][0] == {"username": "a", "failed": 3, "succeeded": 0, "passwords": 2}
    assert found["passwords"][0] == {"password": "a", "failed": 2, "succeeded": 0, "usernames": 1}


# --- files ---------------------------------------------------------------------------------------------------------


def test_an_artifact_has_the_url_of_most_downloads(log: Any) -> None:
    brought = did(
        "session.file_download",
        {"url": "z", "shasum": S1},
        {"url": "z", "shasum": S1},
        {"url": "a", "shasum": S1},
        {"shasum": S1},
        {"shasum": S1},
        {"shasum": S1},
        {"url": "a", "shasum": EMPTY},
        {"url": "a"},
    ) + did("session.file_upload", {"filename": "f", "shasum": S1}, {"filename": "f", "shasum": "52" * 32}, {})
    found = log(brought, "files")
    assert found["totals"] == {"downloads": 8, "uploads": 3, "unique_hashes": 2}
    assert found["empty"] == {"downloads": 1, "uploads": 0}
    columns = ("shasum", "downloads", "uploads", "url", "urls")
    assert [tuple(row[column] for column in columns) for row in found["files"]] == [
        (S1, 6, 1, "z", 2),
        (None, 1, 1, "a", 1),
        ("52" * 32, 0, 1, None, 0),
    ]


# --- times ---------------------------------------------------------------------------------------------------------


def visits(*numbers: int) -> list[dict[str, Any]]:
    """So many sessions on each of some days in a row."""
    return [
        event
        for day, number in enumerate(numbers)
        for visit in range(number)
        for event in events("s", f"{day}-{visit}", (f"2026-11-{day + 2:02}T00:00:00", "session.connect", {}))
    ]


def test_an_average_is_of_seven_days(log: Any) -> None:
    steps = log(visits(8, 1, 1, 1, 1, 1, 1, 1), "timeline")["steps"]
    assert [step["sessions_average"] for step in steps] == [8.0, 4.5, 3.33, 2.75, 2.4, 2.17, 2.0, 1.0]
    assert [step["sessions_running"] for step in steps][-2:] == [14, 15]


def test_an_average_is_of_twenty_four_hours(log: Any) -> None:
    steps = log(visits(24, 24), "timeline", by="hour")["steps"]
    assert len(steps) == 25
    assert [steps[at]["sessions_average"] for at in (0, 1, 23, 24)] == [24.0, 12.0, 1.0, 1.0]


def test_what_is_known_was_there_a_microsecond_before(log: Any) -> None:
    typed = did("command.input", {"input": "id"}, {"input": "id"})
    second = us("2026-11-02T10:00:01")
    assert log(typed, "novelty", second)["commands"] == []
    typed[0]["timestamp"] = typed[1]["timestamp"]
    assert log(typed, "novelty", second)["commands"] == [{"command": "id", "seen": 1, "first_day": "2026-11-02"}]
    typed[0]["timestamp"] = "2026-11-02T10:00:00.999999Z"
    assert log(typed, "novelty", second)["commands"] == []


def test_rates_without_bounds_are_of_whole_days(log: Any) -> None:
    told = visits(1, 0, 2)
    for event in told:
        event |= {"eventid": "cowrie.command.input", "input": "id"}
    monday = us("2026-11-03T00:00:00")
    found = log(told, "diff", monday, None, before={"since_us": None, "until_us": monday})["commands"]
    assert found == [
        {
            "command": "id",
            "before": 1,
            "after": 2,
            "change": 1,
            "status": "changed",
            "before_per_day": 1.0,
            "after_per_day": 1.0,  # two days, though the first is empty
        }
    ]
    half = us("2026-11-04T00:00:00")
    found = log(told, "diff", half, half + 43_200_000_000, before={"since_us": None, "until_us": None})["commands"]
    assert (found[0]["before"], found[0]["before_per_day"], found[0]["after_per_day"]) == (3, 1.0, 4.0)


# --- sessions ------------------------------------------------------------------------------------------------------


def test_sorts_and_filters_of_sessions(log: Any) -> None:
    """A session that began first and ended last, beside one that did more."""
    told = events("s", "long", ("2026-11-02T09:00:00", "log.closed", {"ttylog": "tty/1"}),
                  ("2026-11-02T11:00:00", "session.file_upload", {"filename": "tty/2"}))  # fmt: skip
    told += did("login.failed", {}, {}, {}, session="busy", sensor="s")

    def ids(**options: Any) -> list[str]:
        return [row["session_id"] for row in log(told, "sessions", **options)["sessions"]]

    assert ids() == ids(sort="logins") == ids(sort="events") == ["long", "busy"]
    for sort in ("ended", "duration", "uploads"):
        assert ids(sort=sort) == ["busy", "long"]
        assert ids(sort=sort, descending=True) == ["long", "busy"]
    assert ids(sort="commands", descending=True) == ["long", "busy"]  # equal: by start all the same
    assert [ids(ttylog=name) for name in ("tty/1", "tty/2", "tty/3")] == [["long"], [], []]
    assert (ids(min_events=3), ids(min_uploads=1)) == (["busy"], ["long"])


# --- attacks -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("eventid", "fields", "seen"),
    [
        ("log.closed", {"ttylog": "tty/1"}, True),
        ("log.closed", {"shasum": S1}, True),
        ("log.closed", {}, False),
        ("session.file_download", {"shasum": EMPTY}, True),
        ("session.file_download.failed", {"shasum": S1}, True),
        ("session.file_download", {"url": "http://u/"}, False),
        ("command.input", {"input": S1}, False),
    ],
)
def test_what_older_tools_saw(log: Any, eventid: str, fields: dict[str, Any], seen: bool) -> None:
    did_it = did(eventid, {}, fields)
    assert log(did_it, "attacks", legacy=True)["attacks"] == []
    with_login = did_it + did("login.success", {"username": "u"})
    assert bool(log(with_login, "attacks", legacy=True)["attacks"]) is seen
    with_failure = did_it + did("login.failed", {"username": "u"})
    assert log(with_failure, "attacks", legacy=True)["attacks"] == []


def test_a_block_tells_the_first_login_that_succeeded(log: Any) -> None:
    tries = did("login.failed", {"username": "no"}) + did("login.success", {}, {"username": "a"}, {"username": "b"})[1:]
    block = log(tries, "attacks")["attacks"][0]
    assert (block["username"], block["password"], block["timestamp"]) == ("a", None, "2026-11-02T10:00:01.000000Z")


def test_blocks_go_by_start_then_sensor_then_id(log: Any) -> None:
    told = [
        one
        for sensor, session in (("b", "1"), ("a", "2"), ("a", "1"))
        for one in did("x", {}, session=session, sensor=sensor)
    ]
    told += events("z", "0", ("2026-11-02T09:00:00", "x", {}))
    blocks = log(told, "attacks")["attacks"]
    assert [(block["sensor"], block["session"]) for block in blocks] == [("z", "0"), ("a", "1"), ("a", "2"), ("b", "1")]


# --- days ----------------------------------------------------------------------------------------------------------


def test_tops_of_a_day(log: Any) -> None:
    tries = did("login.failed", *({"username": f"u{n:02}", "password": "p"} for n in range(12)), {"username": "n"})
    day = log(tries, "daily")["days"][0]["sessions"]
    assert [row["value"] for row in day["top_usernames"]] == ["n", *(f"u{n:02}" for n in range(9))]
    assert day["top_passwords"] == [{"value": "p", "count": 12}]
    assert day["top_combinations"][0] == {"value": "u00:p", "count": 1}
    assert day["unique_usernames"] == 13


def test_uncommon_sessions_of_a_day(log: Any) -> None:
    told = visits(4)
    for number, session in ((2, "0-0"), (1, "0-1"), (1, "0-2")):
        told += [one | {"session": session, "sensor": "s", "timestamp": f"2026-11-02T00:01:{at:02}Z"}
                 for at, one in enumerate(did("command.input", *[{"input": "w"}] * number))]  # fmt: skip
    day = log(told, "daily")["days"][0]
    assert day["abnormalities"]["uncommon_command_sessions"] == 2  # those of none and of two
    assert [day["sessions"][f"{name}_commands"] for name in ("avg", "max", "min")] == [1.0, 2, 0]


def test_trends(log: Any) -> None:
    november = visits(3)
    december = [event | {"timestamp": "2026-12-02T00:00:00Z"} for event in visits(2)]
    months = log(november + december, "monthly")["months"]
    assert [month["trends"]["sessions_change"] for month in months] == [None, -33.33]
    assert months[1]["trends"]["unique_ips_change"] is None
    january = [event | {"timestamp": "2027-01-02T00:00:00Z"} for event in december]
    months = log(november + january, "monthly")["months"]  # December is there, and empty
    assert [month["trends"]["sessions_change"] for month in months] == [None, -100.0, None]
