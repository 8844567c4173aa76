"""Commands, credentials, sources, files, clients, timeline, novelty and diff, and the oracle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from figures import FRAME, expected, read_logs, same
from figures.documents import document
from figures.logs import Logs
from figures.material import MADE, REAL, Period, ingested, made_logs, periods, real_logs, sensors
from figures.times import DAY_US, moment
from sesscore.store import open_for_reading

LISTS = ("commands", "credentials", "sources", "files", "clients", "timeline", "novelty")


@pytest.fixture(scope="module", params=[*MADE, *REAL])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Logs]:
    """A database of a set of logs, and the logs."""
    folder = tmp_path_factory.mktemp("lists")
    real = request.param in REAL
    logs = read_logs(real_logs(request.param) if real else made_logs(folder / "logs")[request.param])
    return ingested(folder, logs), logs


def whole_days(logs: Logs) -> list[Period]:
    """Periods of whole UTC days."""
    return [one for one in periods(logs) if all(bound is None or bound % DAY_US == 0 for bound in one[1:])]


@pytest.mark.parametrize("name", LISTS)
def test_lists(filled: tuple[str, Logs], name: str) -> None:
    """All periods and sensors, with lists that are long enough for all and such as are cut."""
    db, logs = filled
    cut = {"average": 2} if name == "timeline" else {"limit": 3}
    with open_for_reading(db) as opened:
        for period in whole_days(logs):
            for sensor in sensors(logs):
                found = document(opened.connection, name, *period[1:], sensor=sensor)
                same(found, expected(name, logs, *period[1:], sensor))
            found = document(opened.connection, name, *period[1:], **cut)
            same(found, expected(name, logs, *period[1:], **cut))


def test_diff(filled: tuple[str, Logs]) -> None:
    """Each period beside the one before it and beside another, and sensors beside each other."""
    db, logs = filled
    with open_for_reading(db) as opened:
        for period in whole_days(logs):
            for sensor in sensors(logs)[:2]:
                for against, before in others(logs, period):
                    found = document(opened.connection, "diff", *period[1:], sensor=sensor, limit=40, **against)
                    wanted = expected("diff", logs, *period[1:], sensor, before=before, limit=40)
                    same(found, wanted, frame=(*FRAME, "against"))


def others(logs: Logs, period: Period) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    """What to compare with, for the report and for the oracle."""
    if period.since_us is not None and period.until_us is not None:
        length = period.until_us - period.since_us
        yield {}, {"since_us": period.since_us - length, "until_us": period.since_us}
    periods_there = whole_days(logs)
    other = periods_there[(periods_there.index(period) + 2) % len(periods_there)]
    bounds = {"since": moment(other.since_us), "until": moment(other.until_us)}
    if stated := {f"against_{name}": text for name, text in bounds.items() if text is not None}:
        yield stated, {"since_us": other.since_us, "until_us": other.until_us}
    for name in sensors(logs)[-2:]:
        if name is not None:
            yield {"against_sensor": name}, {"sensor": name}
