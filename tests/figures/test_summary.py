"""`report summary` and the oracle."""

from __future__ import annotations

from pathlib import Path

import pytest

from figures import expected, read_logs, same
from figures.documents import document
from figures.material import MADE, REAL, asked, ingested, made_logs, real_logs
from figures.times import DAY_US
from sesscore.store import open_for_reading


def compared(folder: Path, paths: list[Path]) -> None:
    """Compare the summary of a database of some logs with the oracle, for whole days and all sensors."""
    logs = read_logs(paths)
    with open_for_reading(ingested(folder, logs)) as database:
        for (_, since_us, until_us), sensor in asked(logs):
            if not any(bound is not None and bound % DAY_US for bound in (since_us, until_us)):
                found = document(database.connection, "summary", since_us, until_us, sensor=sensor)
                same(found, expected("summary", logs, since_us, until_us, sensor))


@pytest.mark.parametrize("name", MADE)
def test_made_logs(tmp_path: Path, name: str) -> None:
    compared(tmp_path, made_logs(tmp_path / "logs")[name])


@pytest.mark.parametrize("name", REAL)
def test_real_logs(tmp_path: Path, name: str) -> None:
    compared(tmp_path, real_logs(name))
