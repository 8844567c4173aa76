"""`report summary` and the oracle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from figures import read_logs, same
from figures.material import REAL, made_logs, periods, real_logs, sensors
from figures.oracle import expected
from figures.times import DAY_US
from sesscore.ingest import ingest
from sesscore.queries import Bounds
from sesscore.reports import report
from sesscore.store import open_for_reading


def compared(folder: Path, paths: list[Path], **but: Any) -> None:
    """Compare the summary of a database of some logs with the oracle, for whole days and all sensors."""
    logs = read_logs(paths)
    db = str(folder / "s.db")
    for source in logs.sources:  # without copies
        ingest([source.name], db=db)
    with open_for_reading(db) as database:
        for period in periods(logs):
            if any(bound is not None and bound % DAY_US for bound in period[1:]):
                continue
            for sensor in sensors(logs):
                document = report("summary").document(
                    database.connection, Bounds(period.since_us, period.until_us, sensor)
                )
                same(document, expected("summary", logs, *period[1:], sensor) | but)


@pytest.mark.parametrize("name", ["borders", "many days", "mixed", "twisted 5", "twisted 12", "twisted 31"])
def test_made_logs(tmp_path: Path, name: str) -> None:
    compared(tmp_path, made_logs(tmp_path / "logs")[name])


@pytest.mark.parametrize("name", REAL)
def test_real_logs(tmp_path: Path, name: str) -> None:
    compared(tmp_path, real_logs(name))
