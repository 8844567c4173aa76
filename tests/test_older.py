"""The older tools' reports beside the oracle: daily, weekly, monthly, attacks, abnormal."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from figures import FRAME, expected, read_logs, same
from figures.attacks import labels
from figures.logs import Logs
from figures.material import MADE, REAL, asked, ingested, made_logs, real_logs
from figures.times import DAY_US, month_end, month_of

from sesscore.formats import Look, pieces
from sesscore.report.period import Period
from sesscore.report.registry import report
from sesscore.report.sheets import defanged, seconds
from sesscore.report.snapshot import Snapshot, made
from sesscore.safetext import safe
from sesscore.snapshot import one_state
from sesscore.store import open_for_reading, open_for_writing

AGGREGATES = {"daily": "days", "weekly": "weeks", "monthly": "months"}
MONDAY = 4  # 1970-01-05


def printed(
    connection: Any,
    name: str,
    *bounds: int | None,
    sensor: str | None = None,
    format_: str = "json",
    compat: bool = False,
    **options: Any,
) -> bytes:
    """The bytes of a report."""
    with one_state(connection):
        document = made(Snapshot(connection, report(name), Period(*bounds), sensor, options, compat=compat))
        return b"".join(pieces(document, format_, Look()))


def document(connection: Any, name: str, *bounds: int | None, **more: Any) -> Any:
    return json.loads(printed(connection, name, *bounds, **more))


def filled(folder: Path, paths: list[Path]) -> tuple[str, Logs]:
    logs = read_logs(paths)
    return str(ingested(folder, logs)), logs


@pytest.fixture(scope="module", params=MADE)
def made_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Logs]:
    folder = tmp_path_factory.mktemp("made")
    return filled(folder, made_logs(folder / "logs")[request.param])


@pytest.fixture(scope="module", params=REAL)
def real_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Logs]:
    return filled(tmp_path_factory.mktemp("real"), real_logs(request.param))


# days, weeks, months


def aggregates(db: str, logs: Logs, name: str) -> None:
    section = AGGREGATES[name]
    with open_for_reading(db) as opened:
        for (_, since_us, until_us), sensor in asked(logs):
            found = document(opened.connection, name, since_us, until_us, sensor=sensor)
            if single(name, since_us, until_us):
                (only,) = found[section]
                assert only == {field: found[field] for field in only}
                found = {field: found[field] for field in found if field not in only}
                if not only["sensors"]:
                    assert only["sessions"]["total"] == 0
                    found[section] = []  # the oracle tells of none
            same(found, expected(name, logs, since_us, until_us, sensor, all_sensors=True))


def single(name: str, since_us: int | None, until_us: int | None) -> bool:
    if since_us is None or until_us is None:
        return False
    first, end = since_us // DAY_US, -(-until_us // DAY_US)
    if name == "monthly":
        return first == month_of(first) and end == month_end(first) + 1
    return end == first + 1 if name == "daily" else end == first + 7 and first % 7 == MONDAY


@pytest.mark.parametrize("name", AGGREGATES)
def test_aggregates_of_made_logs(made_database: tuple[str, Logs], name: str) -> None:
    aggregates(*made_database, name)


@pytest.mark.parametrize("name", AGGREGATES)
def test_aggregates_of_real_logs(real_database: tuple[str, Logs], name: str) -> None:
    aggregates(*real_database, name)


@pytest.mark.parametrize("top", [0, 1, 3, 100_000])
def test_top_lists_of_any_length(made_database: tuple[str, Logs], top: int) -> None:
    db, logs = made_database
    with open_for_reading(db) as opened:
        same(document(opened.connection, "daily", top=top), expected("daily", logs, top=top, all_sensors=True))


def test_days_follow_each_other(made_database: tuple[str, Logs]) -> None:
    with open_for_reading(made_database[0]) as opened:
        days = document(opened.connection, "daily")["days"]
        weeks = document(opened.connection, "weekly")["weeks"]
        months = document(opened.connection, "monthly")["months"]
    starts = [Period(None, None), *days]
    assert len({day["date"] for day in days}) == len(starts) - 1
    for first, second in pairwise(weeks):
        assert first["date_range"]["end"] < second["date_range"]["start"]
    for field in ("sessions", "commands"):
        sums = {sum(one[field]["total"] for one in found) for found in (days, weeks, months)}
        assert len(sums) == 1, field


def test_compat_gives_the_older_names(made_database: tuple[str, Logs]) -> None:
    with open_for_reading(made_database[0]) as opened:
        new = document(opened.connection, "daily")["days"]
        old = document(opened.connection, "daily", compat=True)["days"]
    assert [day.pop("date") for day in new] == [day.pop("date_utc") for day in old]
    assert [{**day, "sensors": []} for day in new] == [{**day, "sensors": []} for day in old]


# attacks


@pytest.mark.parametrize("name", ["attacks", "abnormal"])
@pytest.mark.parametrize("selection", ["sessions", "older"])
def test_blocks_of_made_logs(made_database: tuple[str, Logs], name: str, selection: str) -> None:
    blocks(*made_database, name, selection)


@pytest.mark.parametrize("name", ["attacks", "abnormal"])
@pytest.mark.parametrize("selection", ["sessions", "older"])
def test_blocks_of_real_logs(real_database: tuple[str, Logs], name: str, selection: str) -> None:
    blocks(*real_database, name, selection)


def blocks(db: str, logs: Logs, name: str, selection: str) -> None:
    with open_for_reading(db) as opened:
        for (_, since_us, until_us), sensor in asked(logs):
            found = document(opened.connection, name, since_us, until_us, sensor=sensor, selection=selection)
            wanted = expected(name, logs, since_us, until_us, sensor, legacy=selection == "older")
            same(found, wanted, frame=FRAME)
            assert [key for key in found if key in wanted] == list(wanted)


def test_text_says_what_json_says(made_database: tuple[str, Logs]) -> None:
    with open_for_reading(made_database[0]) as opened:
        found = document(opened.connection, "attacks")
        lines = printed(opened.connection, "attacks", format_="text").decode().split("\n")
    told = [label for block in found["attacks"] for label in labels(block)]
    shown = [(line[:30].strip(), line[32:].rstrip()) for line in lines if line[30:32] == "  " and line[:2] == "  "]
    wanted = [(label, safe(value).rstrip()) for label, value in told]
    assert [pair for pair in shown if pair[0] in {label for label, _ in told}] == wanted
    commands = [f"# {safe(command or '')}" for block in found["attacks"] for command in block["commands"]]
    assert [line for line in lines if line.startswith("# ")] == commands


def test_a_session_of_many_parts(tmp_path: Path) -> None:
    """Its lists are asked for part by part, and are the same."""

    def did(second: int, eventid: str, **fields: Any) -> dict[str, Any]:
        stamp = f"2026-01-01T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"
        return {"eventid": f"cowrie.{eventid}", "session": "long", "sensor": "s", "timestamp": stamp, **fields}

    lines = [did(n, "command.input", input=f"c{n % 7}") for n in range(3000)]
    lines += [did(n, "session.file_download", url=f"http://u/{n}", shasum="ab" * 32) for n in range(0, 3000, 500)]
    lines += [did(2500, "login.success", username="root", password="x"), did(9, "session.file_upload", shasum="c")]
    log = tmp_path / "long.json"
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    db, logs = filled(tmp_path, [log])
    with open_for_reading(db) as opened:
        for name in ("attacks", "abnormal"):
            for options in ({}, {"selection": "older"}):
                legacy = bool(options)
                same(document(opened.connection, name, **options), expected(name, logs, legacy=legacy))
        text = printed(opened.connection, "attacks", format_="text").decode()
        lines_of_json = printed(opened.connection, "attacks", format_="jsonl").decode().splitlines()
    assert text.count("\n# c") == 3000
    assert text.count("DOWNLOAD DATA") == text.count("UPLOAD DATA") == 1
    assert len(json.loads(lines_of_json[0])["commands"]) == 3000


@pytest.mark.parametrize(
    ("duration_ms", "shown"),
    [(0, "0.000"), (9_017, "9.017"), (123_456, "123.4"), (1_234_560, "1234"), (123_456_789, "123456")],
)
def test_durations(duration_ms: int, shown: str) -> None:
    assert seconds(duration_ms) == shown


def test_urls_are_defanged_once() -> None:
    assert defanged("http://a.b.c/d") == defanged(defanged("http://a.b.c/d")) == "http[://]a[.]b[.]c/d"


@pytest.mark.parametrize("name", [*AGGREGATES, "attacks", "abnormal"])
def test_an_empty_database(tmp_path: Path, name: str) -> None:
    open_for_writing(tmp_path / "s.db").close()
    with open_for_reading(tmp_path / "s.db") as opened:
        found = document(opened.connection, name)
        for format_ in ("table", "text", "csv", "markdown", "jsonl"):
            printed(opened.connection, name, format_=format_)
        if name in AGGREGATES:
            assert found[AGGREGATES[name]] == []
            week = document(opened.connection, "weekly", MONDAY * DAY_US, (MONDAY + 7) * DAY_US)
            assert week["year_week"] == "1970-W02"
            assert week["sessions"]["total"] == week["days_included"] == 0
        else:
            assert found["attacks"] == []
            assert found["summary"]["most_common_commands"] is None


# Days of another zone


@pytest.mark.parametrize("tz", ["Asia/Kolkata", "America/New_York"])
@pytest.mark.parametrize("name", AGGREGATES)
@pytest.mark.parametrize("log", ["borders", "many days"])
def test_days_of_another_zone(tmp_path: Path, log: str, name: str, tz: str) -> None:
    """Alerts and trends, too, compare with days of that zone."""
    db, logs = filled(tmp_path, made_logs(tmp_path / "logs")[log])
    with open_for_reading(db) as opened:
        found = document(opened.connection, name, None, None, tz)
    same(found, expected(name, logs, tz=tz, all_sensors=True))
