"""The two ways to read a honeypot: by runs, one after the other, and by following it."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from compare import reading
from honeypot import unusable
from rotated_logs import written
from visits import Activity

if TYPE_CHECKING:  # both need asyncssh; the tests that use them are skipped without
    from attack import Attack
    from siege import Siege

PYTHON = os.environ.get("SESSCORE_COWRIE", "")
SEED = int(os.environ.get("SESSCORE_COWRIE_SEED") or random.randrange(1_000_000))

Row = dict[str, Any]


@pytest.fixture(scope="session")
def by_runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attack]:
    from attack import attacked

    assert unusable(PYTHON) is None
    with attacked(PYTHON, tmp_path_factory.mktemp("cowrie")) as attack:
        yield attack


@pytest.fixture(scope="session")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:
    from siege import besieged

    assert unusable(PYTHON) is None
    print(f"SESSCORE_COWRIE_SEED={SEED}")
    with besieged(PYTHON, tmp_path_factory.mktemp("siege"), SEED) as siege:
        print(siege.figures())
        yield siege


@pytest.fixture(scope="session", params=["by_runs", "followed"])
def attack(request: pytest.FixtureRequest) -> Attack:
    """Each of them."""
    found: Attack = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="session")
def sessions(attack: Attack) -> dict[tuple[str, int], Row]:
    """Rows of session_metrics, by where the client came from, with what it did."""
    with reading(attack.db) as connection:
        cursor = connection.execute("SELECT * FROM session_metrics")
        names = [name for name, _ in cursor.getdescription()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor]
        for row in rows:
            row["did"] = [
                Activity(*activity)
                for activity in connection.execute(
                    "SELECT kind, value, username, password, shasum FROM session_activity WHERE session_key = ?"
                    " AND kind <> 'tty' ORDER BY seq",  # Cowrie's own note
                    (row["session_key"],),
                )
            ]
    return {(row["src_ip"], row["src_port"]): row for row in rows}


@pytest.fixture(scope="session")
def events(attack: Attack) -> list[Row]:
    """The log, counted by nobody yet."""
    return [json.loads(line) for line in written(*attack.all_logs)]
