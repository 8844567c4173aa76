"""Commands, credentials, sources, files, clients, timeline, novelty and diff, and the oracle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from figures import FRAME, expected, read_logs, same
from figures.documents import document
from figures.logs import Logs
from figures.material import MADE, REAL, Period, ingested, made_logs, periods, real_logs, sensors
from figures.times import moment
from sesscore.store import open_for_reading

STEP = 7
LISTS = ("commands", "credentials", "sources", "files", "clients", "timeline", "novelty")


@pytest.fixture(scope="module", params=[*MADE, *REAL])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Logs]:
    """A database of a set of logs, and the logs."""
    folder = tmp_path_factory.mktemp("lists")
    real = request.param in REAL
    logs = read_logs(real_logs(request.param) if real else made_logs(folder / "logs")[request.param])
    return ingested(folder, logs), logs


def asked(logs: Logs) -> Iterator[tuple[Period, list[str | None]]]:
    """Every period, with all sensors together and one of several."""
    names = sensors(logs)
    for number, period in enumerate(periods(logs)):
        yield period, list(dict.fromkeys((None, names[number % len(names)])))


@pytest.mark.parametrize("name", LISTS)
def test_lists(filled: tuple[str, Logs], name: str) -> None:
    """With lists that hold all there is, most of them, and such as are cut."""
    db, logs = filled
    cut = {"average": 2} if name == "timeline" else {"limit": 3}
    with open_for_reading(db) as opened:
        for period, some in asked(logs):
            for sensor in some:
                found = document(opened.connection, name, *period[1:], sensor=sensor)
                same(found, expected(name, logs, *period[1:], sensor))
            found = document(opened.connection, name, *period[1:], **cut)
            same(found, expected(name, logs, *period[1:], **cut))


ZONES = ("UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns")


def test_hours(filled: tuple[str, Logs]) -> None:
    """Of every period, by other clocks each."""
    db, logs = filled
    with open_for_reading(db) as opened:
        for number, (period, some) in enumerate(asked(logs)):
            tz, sensor = ZONES[number % len(ZONES)], some[-1]
            options = {"by": "hour", "average": (None, 3)[number % 2]}
            found = document(opened.connection, "timeline", *period[1:], sensor=sensor, tz=tz, **options)
            same(found, expected("timeline", logs, *period[1:], sensor, tz=tz, **options))


def test_diff(filled: tuple[str, Logs]) -> None:
    """Each period beside the one before it and beside another, and sensors beside each other."""
    db, logs = filled
    with open_for_reading(db) as opened:
        # A few of the periods, others for each log: a diff asks twice as much as the lists, and the oracle is slow.
        for period, some in list(asked(logs))[len(logs.sources) % STEP :: STEP]:
            for sensor in some:
                for against, before in others(logs, period):
                    found = document(opened.connection, "diff", *period[1:], sensor=sensor, limit=40, **against)
                    wanted = expected("diff", logs, *period[1:], sensor, before=before, limit=40)
                    same(found, wanted, frame=(*FRAME, "against"))


def others(logs: Logs, period: Period) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    """What to compare with, for the report and for the oracle."""
    if period.since_us is not None and period.until_us is not None and period.name != "no time":
        length = period.until_us - period.since_us
        yield {}, {"since_us": period.since_us - length, "until_us": period.since_us}
    all_periods = [one for one in periods(logs) if one.name != "no time"]
    other = all_periods[len(period.name) % len(all_periods)]
    bounds = {"since": moment(other.since_us), "until": moment(other.until_us)}
    if stated := {f"against_{name}": text for name, text in bounds.items() if text is not None}:
        yield stated, {"since_us": other.since_us, "until_us": other.until_us}
    for name in sensors(logs)[-2:]:
        if name is not None:
            yield {"against_sensor": name}, {"sensor": name}
