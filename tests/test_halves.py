"""Events that a rotation cut in two: what is stored of them. The rules have their cases in cases.py, `HALVES`."""

from __future__ import annotations

import gzip
import os
import shutil
from pathlib import Path

import pytest
from cases import CLOSED, CONNECT, event, lines
from compare import dump
from hashes import hashed
from ingested import answer, outcome

from sesscore import halves
from sesscore.ingest import ingest
from sesscore.rotation import Folder, Place, place

LOG = lines(event("a", 0, CONNECT), event("a", 1), event("b", 2), event("a", 3, CLOSED, duration=3))
CUT = LOG.index(b"\n") + 40  # in the second event
FIRST, SECOND, LIVE = "cowrie.json.2024-05-01", "cowrie.json.2024-05-02", "cowrie.json"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("cowrie.json", Place("cowrie.json")),
        ("cowrie.json.2024-05-01", Place("cowrie.json", date=(2024, 5, 1))),
        ("cowrie.json.2024-05-01.gz", Place("cowrie.json", date=(2024, 5, 1))),
        ("cowrie.json-20240501.xz", Place("cowrie.json", date=(2024, 5, 1))),
        ("cowrie.json.2017_5_9", Place("cowrie.json", date=(2017, 5, 9))),
        ("cowrie.2024-05-01.json", Place("cowrie.json", date=(2024, 5, 1))),
        ("cowrie.json.3.bz2", Place("cowrie.json", number=3)),
        ("cowrie.json.12345", Place("cowrie.json.12345")),
        ("cowrie.json.1714521600", Place("cowrie.json.1714521600")),
        ("cowrie.json.2024-13-01", Place("cowrie.json.2024-13-01")),
        ("cowrie.json.20240230", Place("cowrie.json.20240230")),
    ],
)
def test_places(name: str, meant: Place) -> None:
    assert place(name) == meant


def test_what_follows_what() -> None:
    """Copies in one place; two orders of rotation that both end in the live log; other stems do not mix."""
    folder = Folder(
        [LIVE, FIRST, SECOND, f"{SECOND}.gz", f"{LIVE}.1", f"{LIVE}.3.gz", "other.json.2024-05-03", "other.json"]
    )
    assert folder.after(FIRST) == [SECOND, f"{SECOND}.gz"]
    assert folder.after(SECOND) == folder.after(f"{LIVE}.1") == [LIVE]
    assert folder.after(f"{LIVE}.3.gz") == [f"{LIVE}.1"]
    assert folder.after(LIVE) == []
    assert folder.after("cowrie.json.2024-05-09") == [LIVE]
    assert folder.after("unheard of.2024-05-01") == []


def cut(folder: Path, first: str = FIRST, second: str = SECOND) -> tuple[str, str]:
    """The log in two files."""
    paths = str(folder / first), str(folder / second)
    for path, data in zip(paths, (LOG[:CUT], LOG[CUT:]), strict=True):
        Path(path).write_bytes(gzip.compress(data) if path.endswith(".gz") else data)
    return paths


def unjoined(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[tuple[str, str], str]:
    """The two files, and a database of a run that read both and ended before it joined anything."""
    paths, db = cut(folder), str(folder / "s.db")
    with monkeypatch.context() as patched:
        patched.setattr("sesscore.halves.joins", lambda *arguments: iter(()))
        ingest(paths, db=db)
    return paths, db


def test_why_names_the_file_in_which_it_begins(tmp_path, capsys):
    """The joined record is the last of the first source; it is found again from both files."""
    paths = cut(tmp_path)
    db = str(tmp_path / "s.db")
    ingest(paths, db=db)
    [told] = answer(capsys, "why", "a", "--db", db, "--records")["sessions"]
    assert [(one["path"], one["first_record"], one["last_record"], one["events"]) for one in told["sources"]] == [
        (paths[0], 1, 2, 2), (paths[1], 3, 3, 1)
    ]  # fmt: skip
    assert [(one["source_id"], one["record"], one["byte_offset"]) for one in told["records"]] == [
        (1, 1, 0), (1, 2, LOG.index(b"\n") + 1), (2, 3, LOG[CUT:].rindex(b"{"))
    ]  # fmt: skip
    Path(paths[1]).unlink()
    [told] = answer(capsys, "why", "a", "--db", db, "--records")["sessions"]
    assert [one["record"] for one in told["records"]] == [1]
    assert outcome(capsys, "verify", "--db", db)[0] == 0


@pytest.mark.parametrize("names", [(FIRST, SECOND), (FIRST + ".gz", SECOND), (f"{LIVE}.1", LIVE)], ids=str)
def test_the_recount_of_the_files_agrees(names, tmp_path, capsys):
    paths = cut(tmp_path, *names)
    db = str(tmp_path / "s.db")
    for path in reversed(paths):
        ingest([path], db=db)
    assert outcome(capsys, "verify", *paths, "--db", db)[0] == 0


def test_a_source_that_was_alien_before(tmp_path):
    """A file of a tail alone is no log by itself; what was said of it in the same run is taken back."""
    paths = str(tmp_path / FIRST), str(tmp_path / SECOND)
    Path(paths[0]).write_bytes(LOG[:-20])
    Path(paths[1]).write_bytes(LOG[-20:])
    both = ingest(paths, db=str(tmp_path / "both.db"))
    assert (both.sources["read"], both.sources["alien"], both.sources["pending"], both.problems) == (2, 0, 0, [])
    db = str(tmp_path / "one.db")
    alone = ingest(paths[1:], db=db)
    assert (alone.sources["alien"], alone.ledger.quarantined) == (1, 1)
    later = ingest(paths[:1], db=db)
    assert (later.ledger.events, later.ledger.quarantined, later.ledger.lines) == (4, -1, 3)
    assert hashed(db) == hashed(str(tmp_path / "both.db"))


def test_a_log_that_is_compressed_after_the_join(tmp_path, capsys):
    """It is the source that it was; so is the event that it only begins."""
    paths = cut(tmp_path)
    db = str(tmp_path / "s.db")
    ingest(paths, db=db)
    before = hashed(db)
    for path in map(Path, paths):
        Path(f"{path}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    result = ingest([f"{path}.gz" for path in paths], db=db)
    assert (result.ledger.lines, result.sources["unchanged"]) == (0, 2)
    assert hashed(db) == before
    assert outcome(capsys, "verify", *(f"{path}.gz" for path in paths), "--db", db)[0] == 0


def test_a_live_log_goes_on_after_the_join(tmp_path):
    paths = cut(tmp_path, FIRST, LIVE)
    db = str(tmp_path / "s.db")
    ingest(paths, db=db)
    with Path(paths[1]).open("ab") as live:
        live.write(lines(event("c", 9)))
    assert ingest(paths, db=db).ledger.events == 1


def test_a_half_that_grows_is_read_on(tmp_path):
    """The end of a log that still grows is no first half of anything, as long as nothing follows."""
    path = tmp_path / LIVE
    db = str(tmp_path / "s.db")
    path.write_bytes(LOG[:CUT])
    assert ingest([str(path)], db=db).sources["pending"] == 1
    path.write_bytes(LOG)
    assert ingest([str(path)], db=db).ledger.events == 3


def test_a_run_that_ended_before_the_join(tmp_path, monkeypatch):
    """The next run finds the halves, though it reads nothing."""
    paths, db = unjoined(tmp_path, monkeypatch)
    result = ingest(paths, db=db)
    assert (result.ledger.events, result.ledger.quarantined, result.ledger.lines) == (1, -1, 0)
    whole = tmp_path / "whole.json"
    whole.write_bytes(LOG)
    ingest([str(whole)], db=str(tmp_path / "whole.db"))
    assert hashed(db) == hashed(str(tmp_path / "whole.db"))


def test_an_error_in_a_join_leaves_nothing_half_done(tmp_path, monkeypatch):
    """Ledger, quarantine, sources and session change together."""
    from sesscore.writer import Writer

    paths, db = unjoined(tmp_path, monkeypatch)
    before = dump(db)
    write = Writer.write
    with monkeypatch.context() as patched:
        patched.setattr(Writer, "write", lambda *arguments: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            ingest(paths, db=db)
    assert Writer.write is write
    assert dump(db) == before


def test_files_that_changed_are_not_joined(tmp_path, monkeypatch):
    """What is joined is what was read: a file that is another one now says nothing of it."""
    paths, db = unjoined(tmp_path, monkeypatch)
    before = dump(db)
    other = tmp_path / "elsewhere"
    other.mkdir()
    for path in paths:
        shutil.move(path, other)
    extra = tmp_path / "extra.json"
    extra.write_bytes(b"")
    ingest([str(extra)], db=db)
    assert dump(db) == before
    for path in paths:  # other logs under the old names, which the run is not given
        Path(path).write_bytes(LOG)
    ingest([str(extra)], db=db)
    assert dump(db) == before


def test_a_great_half(tmp_path):
    """The object is longer than the steps in which its end is looked for, and within the limit of an object."""
    great = lines(event("a", 0, input="x" * 3_000_000), event("a", 1))
    for name, data in ((FIRST, great[:1000]), (SECOND, great[1000:])):
        (tmp_path / name).write_bytes(data)
    result = ingest([str(tmp_path / FIRST), str(tmp_path / SECOND)], db=str(tmp_path / "s.db"))
    assert (result.ledger.events, result.ledger.quarantined) == (2, 0)


def test_what_is_longer_than_an_object_is_not_joined(tmp_path, monkeypatch):
    monkeypatch.setattr(halves, "MAX_OBJECT", 60)
    paths = cut(tmp_path)
    Path(paths[0]).write_bytes(LOG[: CUT + 50])
    Path(paths[1]).write_bytes(LOG[CUT + 50 :])
    result = ingest(paths, db=str(tmp_path / "s.db"))
    assert (result.ledger.events, result.sources["pending"]) == (3, 1)


def test_a_hole_of_a_terabyte(tmp_path):
    """A crash left it in a sparse file: NULs between records are nothing, and are not read."""
    path = tmp_path / "cowrie.json"
    with path.open("wb") as file:
        file.write(LOG[:CUT] + b"\n")
        file.truncate(1 << 40)
        file.seek(0, os.SEEK_END)
        file.write(LOG)
    if path.stat().st_blocks * 512 > 1 << 30:
        pytest.skip("the file system has no holes")
    db = str(tmp_path / "s.db")
    result = ingest([str(path)], db=db)
    assert (result.ledger.lines, result.ledger.events, result.ledger.duplicates) == (6, 4, 1)
    again = ingest([str(path)], db=db)
    assert (again.sources["unchanged"], again.ledger.lines) == (1, 0)
    with path.open("ab") as file:
        file.write(lines(event("z")))
    assert ingest([str(path)], db=db).ledger.events == 1
