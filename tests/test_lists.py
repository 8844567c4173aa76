"""Reports of lists beside the oracle: commands, credentials, sources, files, clients, timeline, novelty, diff."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from figures import FRAME, expected, read_logs, same
from figures.logs import Logs
from figures.material import REAL, made_logs, periods, real_logs, sensors
from figures.material import Period as Asked
from figures.times import DAY_US

from sesscore.formats import Look, pieces
from sesscore.ingest import ingest
from sesscore.report.period import Period
from sesscore.report.registry import report
from sesscore.report.snapshot import Snapshot, made
from sesscore.snapshot import one_state
from sesscore.store import open_for_reading

LISTS = ("commands", "credentials", "sources", "files", "clients", "timeline", "novelty")
MADE = ("borders", "many days", "mixed", "twisted 5", "twisted 12", "twisted 31")


def asked(connection: Any, name: str, *bounds: int | None, sensor: str | None = None, **options: Any) -> Any:
    """The JSON document of a report."""
    with one_state(connection):
        document = made(Snapshot(connection, report(name), Period(*bounds), sensor, options))
        return json.loads(b"".join(pieces(document, "json", Look())))


def database(folder: Path, paths: list[Path]) -> str:
    """A database of some logs."""
    db = str(folder / "s.db")
    for source in read_logs(paths).sources:  # without copies
        ingest([source.name], db=db)
    return db


def whole_days(logs: Logs) -> list[Asked]:
    """Periods of whole UTC days."""
    return [one for one in periods(logs) if all(bound is None or bound % DAY_US == 0 for bound in one[1:])]


def compared(db: str, logs: Logs, name: str) -> None:
    """A report beside the oracle, for all periods and sensors, with long lists and short ones."""
    with open_for_reading(db) as opened:
        for period in whole_days(logs):
            for sensor in sensors(logs):
                for options in ({},) if name == "timeline" else ({}, {"limit": 3}, {"limit": 100_000}):
                    document = asked(opened.connection, name, *period[1:], sensor=sensor, **options)
                    same(document, expected(name, logs, *period[1:], sensor, **options))


@pytest.fixture(scope="module", params=MADE)
def made_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Logs]:
    folder = tmp_path_factory.mktemp("made")
    paths = made_logs(folder / "logs")[request.param]
    return database(folder, paths), read_logs(paths)


@pytest.fixture(scope="module", params=REAL)
def real_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Logs]:
    paths = real_logs(request.param)
    return database(tmp_path_factory.mktemp("real"), paths), read_logs(paths)


@pytest.mark.parametrize("name", LISTS)
def test_made_logs(made_database: tuple[str, Logs], name: str) -> None:
    compared(*made_database, name)


@pytest.mark.parametrize("name", LISTS)
def test_real_logs(real_database: tuple[str, Logs], name: str) -> None:
    compared(*real_database, name)


# diff


def diffs(db: str, logs: Logs) -> None:
    """Each period beside the one before it, beside others, and sensors beside each other."""
    days = whole_days(logs)
    with open_for_reading(db) as opened:
        for sensor in sensors(logs):
            for period in days:
                for against, before in others(logs, period, days):
                    document = asked(opened.connection, "diff", *period[1:], sensor=sensor, limit=40, **against)
                    wanted = expected("diff", logs, *period[1:], sensor, before=before, limit=40)
                    same(document, wanted, frame=(*FRAME, "against"))


def others(logs: Logs, period: Asked, days: list[Asked]) -> list[tuple[dict[str, str], dict[str, Any]]]:
    """What to compare with: options of the report, and of the oracle."""
    found: list[tuple[dict[str, str], dict[str, Any]]] = []
    if period.since_us is not None and period.until_us is not None:
        length = period.until_us - period.since_us
        found.append(({}, {"since_us": period.since_us - length, "until_us": period.since_us}))
    other = days[(days.index(period) + 2) % len(days)]
    texts = {name: text(us) for name, us in (("since", other.since_us), ("until", other.until_us)) if us is not None}
    if texts:
        bounds = {"since_us": other.since_us, "until_us": other.until_us}
        found.append(({f"against_{name}": value for name, value in texts.items()}, bounds))
    found.extend(({"against_sensor": name}, {"sensor": name}) for name in sensors(logs) if name is not None)
    return found


def text(us: int) -> str:
    stated = Period(us).since
    assert stated is not None
    return stated


def test_diff_of_made_logs(made_database: tuple[str, Logs]) -> None:
    diffs(*made_database)


def test_diff_of_real_logs(real_database: tuple[str, Logs]) -> None:
    diffs(*real_database)
