"""`ingest --retry-quarantine`: what an older version could not read becomes what it would be if it were read now."""

from __future__ import annotations

from pathlib import Path

import pytest
from cases import CASES, HALVES, Case
from compare import dump
from desk import Desk, desks
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import logs

from sesscore.ingest import IngestResult, ingest


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def retry(desk: Desk, **options: object) -> IngestResult:
    result = ingest([], db=desk.db, retry_quarantine=True, **options)
    assert result.ledger.balanced
    told = result.retried
    assert told.rows == told.read + told.kept + told.not_there
    return result


def assert_same(desk: Desk, **options: object) -> IngestResult:
    """Reading the quarantine again changes no row."""
    before = dump(desk.db)
    result = retry(desk, **options)
    assert dump(desk.db) == before
    assert result.retried.read == result.retried.records == result.ledger.lines == 0
    return result


# --- the same version ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", [*CASES, *HALVES], ids=lambda case: case.name)
def test_the_same_version_changes_no_row(case: Case, desk: Desk) -> None:
    options = {"sensor": case.sensor, "assume_utc_offset_minutes": case.assume_utc_offset_minutes}
    paths = [desk.put(name, data, "plain" if growable else "gz") for name, data, growable in case.sources]
    desk.ingest(*paths, **options)
    assert_same(desk, assume_utc_offset_minutes=case.assume_utc_offset_minutes)
    for path in paths:
        Path(path).unlink()
    assert_same(desk, assume_utc_offset_minutes=case.assume_utc_offset_minutes)


@settings(max_examples=60, deadline=None)
@given(st.lists(logs(), min_size=1, max_size=2), st.sampled_from((64, 1 << 20)), st.data())
def test_the_same_version_changes_no_row_of_any_log(data: list[bytes], block_bytes: int, draw: st.DataObject) -> None:
    """Of logs that grew, too: those that were none at first, and those that are read in small batches."""
    with desks() as desk:
        for i, log in enumerate(data):
            cuts = draw.draw(st.lists(st.integers(0, len(log)), max_size=3)) if i % 2 == 0 else []
            for cut in [*sorted(cuts), len(log)]:
                desk.ingest(desk.put(f"log.{i}", log[:cut], "plain" if i % 2 == 0 else "gz"), block_bytes=block_bytes)
        assert_same(desk)
        for i, _ in enumerate(data):
            (desk.folder / f"log.{i}").unlink()
        assert_same(desk)
