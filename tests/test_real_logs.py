"""Logs that attackers produced, if they lie beside the project: every file against an independent count of it."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from compare import Scan, dump, reading, scan
from real import DATA, files, truths

from sesscore.ingest import ingest
from sesscore.recount import read_source
from sesscore.recount_events import timestamp_us
from sesscore.result import IngestResult

pytestmark = pytest.mark.skipif(not (DATA / "truth.jsonl").exists(), reason="the real logs are not beside the project")

# The events that stand behind 540,597 NULs were not in the independent count of event ids.
BEHIND_NUL = Counter({"cowrie.session.connect": 1})


TRUTHS = truths()


def assert_true(made: Scan, truth: dict[str, Any]) -> None:
    """Events are counted with their copies here."""
    array = truth["events_after_nul_strip"] == 0  # of the array on one line only this was counted
    events = truth["events_plain" if array else "events_after_nul_strip"]
    behind_nul = BEHIND_NUL if events > truth["events_plain"] else Counter()
    assert len(made.events) + made.sessionless == events
    assert len({told[1] for told in made.events}) == truth["sessions"]
    assert Counter(told[4] for told in made.events) == Counter(truth["eventids"]) + behind_nul
    if made.events and not behind_nul:
        assert min(told[2] for told in made.events) == timestamp_us(truth["tmin"])
        assert max(told[2] for told in made.events) == timestamp_us(truth["tmax"])


@pytest.mark.parametrize("path", files(), ids=lambda path: "/".join(path.parts[-3:]))
def test_file(path: Path) -> None:
    """The fast way and the slow way see the same, and it is true."""
    source = read_source(path)
    made = scan(source.data, source.growable)
    assert scan(source.data, source.growable, fast=False, block_bytes=1 << 20) == made
    if truth := TRUTHS.get(hashlib.sha256(path.read_bytes()).hexdigest()):
        assert_true(made, truth)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, IngestResult]:
    """A database of all files."""
    db = str(tmp_path_factory.mktemp("real") / "sesscore.db")
    return db, ingest([str(DATA / "cowrie")], db=db)


def test_all_files_together(whole: tuple[str, IngestResult]) -> None:
    """Copies counted once, over all files."""
    db, result = whole
    assert result.ledger.balanced
    assert result.ledger.events == 535_624
    assert result.ledger.duplicates == 12_735
    assert result.sessions["total"] == result.sessions["new"] == 84_228
    assert result.sources["alien"] > 0
    with reading(db) as connection:
        matches = dict(connection.execute("SELECT match_type, count(*) FROM session_metrics GROUP BY 1"))
        sums = connection.execute(
            "SELECT sum(event_count), sum(command_count), sum(login_failed_count), sum(login_success_count),"
            " sum(download_count), sum(upload_count) FROM session_metrics"
        ).fetchall()
        rolled_up = connection.execute("SELECT sum(events) FROM rollup_event").get
    assert matches == {"full_delimited": 83_805, "session_id_only": 423}
    assert sums == [(535_624, 20_956, 55_126, 29_748, 1_279, 388)]
    assert rolled_up == 535_624


def test_reading_all_files_again_changes_no_row(whole: tuple[str, IngestResult]) -> None:
    db, first = whole
    before = dump(db)
    again = ingest([str(DATA / "cowrie")], db=db)
    assert dump(db) == before
    assert again.ledger.lines == 0
    assert again.sources["unchanged"] == first.sources["read"]
