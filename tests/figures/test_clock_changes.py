"""Days and hours where clocks are put forward or back, also across midnight: the program, the oracle, and by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import apsw
import pytest

from figures import expected, read_logs, same
from figures.documents import document
from figures.logs import Logs
from figures.material import ingested
from figures.times import DAY_US, HOUR_US, SECOND_US, moment
from sesscore.recount_events import timestamp_us
from sesscore.store import open_for_reading


class Change(NamedTuple):
    """A zone, and the moment at which its clocks are changed."""

    tz: str
    at: str


CHANGES = (
    Change("America/Sao_Paulo", "2018-02-18T02:00:00"),  # at midnight back to 23:00
    Change("America/Sao_Paulo", "2017-10-15T03:00:00"),  # there is no midnight
    Change("Asia/Beirut", "2022-10-29T21:00:00"),  # at midnight back to 23:00
    Change("Asia/Beirut", "2022-03-26T22:00:00"),  # there is no midnight
    Change("America/Havana", "2025-11-02T05:00:00"),  # at 1:00 back to midnight, which comes twice
    Change("America/Havana", "2025-03-09T05:00:00"),  # there is no midnight
    Change("Africa/Cairo", "2024-10-31T21:00:00"),  # at midnight back to 23:00
    Change("America/Asuncion", "2023-03-26T03:00:00"),  # at midnight back to 23:00
    Change("America/St_Johns", "2010-11-07T02:31:00"),  # a minute after midnight back to 23:01
    Change("America/St_Johns", "2010-03-14T03:31:00"),  # a minute after midnight forward
    Change("Australia/Lord_Howe", "2026-04-04T15:00:00"),  # at 2:00 back by half an hour
    Change("Australia/Lord_Howe", "2026-10-03T15:30:00"),  # at 2:00 forward by half an hour
    Change("Europe/Berlin", "2026-10-25T01:00:00"),
    Change("Europe/Berlin", "2026-03-29T01:00:00"),
    Change("Pacific/Apia", "2011-12-30T10:00:00"),  # a day is skipped
    Change("Asia/Kathmandu", "1985-12-31T18:30:00"),  # forward by a quarter of an hour
)


def us(text: str) -> int:
    found = timestamp_us(text, 0)
    assert found is not None
    return found


def bounds(change: Change) -> tuple[int, int]:
    return us(change.at) - 30 * HOUR_US, us(change.at) + 30 * HOUR_US


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Logs]:
    """Events every twenty minutes around each change, at it and right before it; a session that goes on over it."""
    folder = tmp_path_factory.mktemp("changes")
    with (folder / "log.json").open("w") as log:
        for number, change in enumerate(CHANGES):
            first, end = bounds(change)
            times = {*range(first, end, 1200 * SECOND_US), us(change.at) - 1, us(change.at)}
            for at_us in sorted(times):
                long = (at_us - first) // (9 * HOUR_US)
                session = f"{number:02x}{long:04x}" if at_us % 7 else f"{number:02x}{at_us // SECOND_US:x}"
                event = {"eventid": "cowrie.command.input", "session": session, "input": f"c{at_us % 3}"}
                log.write(json.dumps({**event, "timestamp": moment(at_us)}) + "\n")
    logs = read_logs([folder / "log.json"])
    return ingested(folder, logs), logs


@pytest.mark.parametrize("change", CHANGES, ids="-".join)
def test_days_and_hours(filled: tuple[str, Logs], change: Change) -> None:
    db, logs = filled
    first, end = bounds(change)
    with open_for_reading(db) as opened:
        asked: list[tuple[str, dict[str, str]]] = [("timeline", {"by": "hour"}), ("timeline", {}), ("commands", {})]
        for name, options in asked:
            found = document(opened.connection, name, first, end, tz=change.tz, **options)
            same(found, expected(name, logs, first, end, tz=change.tz, **options))
        for since_us, until_us in ((us(change.at), end), (first, us(change.at))):
            found = document(opened.connection, "timeline", since_us, until_us, tz=change.tz, by="hour")
            same(found, expected("timeline", logs, since_us, until_us, tz=change.tz, by="hour"))
        found = document(opened.connection, "daily", first, end, tz=change.tz)
        same(found, expected("daily", logs, first, end, tz=change.tz, all_sensors=True))


def shown(connection: apsw.Connection, change: Change, hours: int = 2) -> list[str]:
    """What clocks show at the beginning of the hours about a change."""
    near = us(change.at) - hours * HOUR_US, us(change.at) + hours * HOUR_US
    return [step["clock"] for step in document(connection, "timeline", *near, tz=change.tz, by="hour")["steps"]]


def test_hours_by_hand(filled: tuple[str, Logs]) -> None:
    with open_for_reading(filled[0]) as opened:
        hours = {f"{one.tz} {one.at[:10]}": shown(opened.connection, one) for one in CHANGES}
    assert hours["Asia/Beirut 2022-03-26"] == [
        "2022-03-26 22:00+02:00",
        "2022-03-26 23:00+02:00",
        "2022-03-27 01:00+03:00",
        "2022-03-27 02:00+03:00",
    ]
    assert hours["Africa/Cairo 2024-10-31"] == [
        "2024-10-31 22:00+03:00",
        "2024-10-31 23:00+03:00",
        "2024-10-31 23:00+02:00",
        "2024-11-01 00:00+02:00",
    ]
    assert shown_of(hours["America/St_Johns 2010-03-14"]) == ["22:00", "23:00", "00:00", "01:01", "02:00"]
    assert shown_of(hours["America/St_Johns 2010-11-07"]) == ["22:00", "23:00", "00:00", "23:01", "00:00"]
    assert shown_of(hours["Australia/Lord_Howe 2026-04-04"]) == ["00:00", "01:00", "01:30", "02:00", "03:00"]
    assert shown_of(hours["Australia/Lord_Howe 2026-10-03"]) == ["00:00", "01:00", "02:30", "03:00", "04:00"]


def shown_of(texts: list[str]) -> list[str]:
    return [text.split(" ")[1][:5] for text in texts]


@pytest.mark.parametrize(
    ("tz", "at", "date"),
    [
        ("America/Sao_Paulo", "2018-02-18T01:59:59.999999", "2018-02-17"),
        ("America/Sao_Paulo", "2018-02-18T02:00:00", "2018-02-17"),  # 23:00 once more: midnight was not shown yet
        ("America/Sao_Paulo", "2018-02-18T03:00:00", "2018-02-18"),
        ("Asia/Beirut", "2022-10-29T21:30:00", "2022-10-29"),
        ("Asia/Beirut", "2022-10-29T22:00:00", "2022-10-30"),
        ("America/Havana", "2025-11-02T04:30:00", "2025-11-02"),
        ("America/Havana", "2025-11-02T05:30:00", "2025-11-02"),
        ("America/Havana", "2025-03-09T05:00:00", "2025-03-09"),
        ("America/St_Johns", "2010-11-07T02:30:30", "2010-11-07"),  # midnight was shown,
        ("America/St_Johns", "2010-11-07T03:00:00", "2010-11-07"),  # so 23:30 once more is of the day that has begun
        ("Pacific/Apia", "2011-12-30T09:59:59.999999", "2011-12-29"),
        ("Pacific/Apia", "2011-12-30T10:00:00", "2011-12-31"),
    ],
)
def test_a_day_begins_where_the_one_before_ends(tmp_path: Path, tz: str, at: str, date: str) -> None:
    (tmp_path / "log.json").write_text(json.dumps({"eventid": "e", "session": "s", "timestamp": f"{at}Z"}))
    assert [step["start"] for step in expected("timeline", [tmp_path / "log.json"], tz=tz)["steps"]] == [date]


def test_days_of_the_program_are_those_of_the_oracle() -> None:
    from figures.times import day_of as told
    from sesscore.report.days import day_of
    from sesscore.report.zones import zone

    for tz, at in CHANGES:
        for at_us in range(us(at) - DAY_US, us(at) + DAY_US, HOUR_US // 4):
            assert day_of(at_us, zone(tz)) == told(at_us, tz), (tz, moment(at_us))
