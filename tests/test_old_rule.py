"""Before and after: how many sessions the old rule saw, how many there are, and that docs/sessions.md says both."""

from pathlib import Path

import pytest
from ingested import visit
from old_rule import old_sessions

from sesscore import synth
from sesscore.discover import discover
from sesscore.ingest import ingest
from sesscore.recount import read_source

ROOT = Path(__file__).parents[1]
REAL = ROOT.parent / "shared" / "data" / "cowrie"
DOCUMENT = (ROOT / "docs" / "sessions.md").read_text("utf-8")


def said(log, before, after):
    """Whether the table of the document has a row with these figures."""
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in DOCUMENT.splitlines() if line.startswith("| ")]
    return any(log in row[0] and row[1:3] == [f"{before:,}", f"{after:,}"] for row in rows if len(row) >= 3)


def test_the_old_rule():
    whole, connect_only = visit("a"), visit("b")[:1]
    moved = [{**event, "session": "c"} for event in whole if "shasum" in event]
    hidden = [{"session": "d", "shasum": "x"}, {"session": "e", "src_ip": "192.0.2.1", "ttylog": "x"}]
    lines = [str(event).replace("'", '"').encode() for event in (*whole[:7], *connect_only, *moved, *hidden)]
    assert old_sessions([*lines, b'"shasum"', b"not shasum", b'["shasum"]', b""]) == {"e"}
    assert old_sessions([b'{"session": "a", "src_ip": "x", "shasum": ""}']) == {"a"}


def test_figures_of_a_made_up_log(tmp_path):
    path = tmp_path / "log.json"
    path.write_bytes(b"".join(synth.generate(100_000, days=180)))
    before = len(old_sessions(path.read_bytes().splitlines()))
    after = ingest([str(path)], db=str(tmp_path / "s.db")).sessions["total"]
    assert before < after / 5
    assert said("synth", before, after), (before, after)


@pytest.mark.skipif(not REAL.is_dir(), reason=f"the real logs are not at {REAL.relative_to(ROOT.parent)}")
def test_figures_of_real_logs(tmp_path):
    found = set()
    for candidate in discover([str(REAL)]):
        found |= old_sessions(read_source(candidate.path).data.splitlines())
    after = ingest([str(REAL)], db=str(tmp_path / "s.db")).sessions["total"]
    assert len(found) < after / 5
    assert said("real logs", len(found), after), (len(found), after)
