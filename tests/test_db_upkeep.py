"""`sesscore db info`, `check` and `optimize`."""

import json
import os
import shutil
from pathlib import Path

import pytest
from ingested import changing, damaged_index, database, did, outcome, visit, write

from sesscore.contenthash import content_hash
from sesscore.ingest import ingest
from sesscore.locking import WriterLock, holder
from sesscore.migrations import MIGRATIONS, SCHEMA_VERSION
from sesscore.store import open_for_reading


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    return database(tmp_path_factory.mktemp("filled"), a=[*visit("aa"), *visit("bb", 90_000), b"no json"])


@pytest.fixture
def db(filled, tmp_path):
    (tmp_path / "db").mkdir()
    return shutil.copy(filled, str(tmp_path / "db" / "s.db"))


def asked(capsys, *arguments, code=0):
    ended, out, err = outcome(capsys, "db", *arguments, "--format", "json")
    assert ended == code, (out, err)
    return json.loads(out)


# Info


def test_info(capsys, db, filled):
    told = asked(capsys, "info", "--db", db)
    assert told["schema"] == "sesscore.db.info/1"
    assert told["path"] == db
    assert told["bytes"] == os.path.getsize(filled) == told["pages"] * told["page_bytes"]
    assert (told["log_bytes"], told["free_pages"], told["writer"]) == (0, 0, None)
    assert (told["schema_version"], told["standing"]) == (SCHEMA_VERSION, "current")
    assert [step["name"] for step in told["history"]] == [migration.name for migration in MIGRATIONS]
    assert [step["readable_from"] for step in told["history"]] == [step.readable_from for step in MIGRATIONS]
    assert told["counts"] == {"sources": 1, "sessions": 2, "records": 19, "events": 18}
    assert told["last_run"]["source"].endswith("a.json")
    assert told["last_run"]["commits"] >= 1


def test_info_for_people(capsys, db):
    code, out, _ = outcome(capsys, "db", "info", "--db", db)
    assert code == 0
    for words in (f"{SCHEMA_VERSION} (current", "2 sessions", "1 source,", "none", "readable_from"):
        assert words in out


def test_info_of_an_empty_one(capsys, tmp_path):
    db = database(tmp_path, a=b"")
    with changing(db) as connection:
        connection.execute("DELETE FROM checkpoint")
    told = asked(capsys, "info", "--db", db)
    assert told["last_run"] is None
    assert told["counts"]["events"] == 0


def test_info_of_an_older_one(capsys, db):
    for _ in range(SCHEMA_VERSION - 1):
        assert outcome(capsys, "db", "rollback", "--no-backup", "--db", db)[0] == 0
    told = asked(capsys, "info", "--db", db)
    assert (told["schema_version"], told["standing"], told["readable_from"]) == (1, "older", None)
    assert told["counts"]["sessions"] == 2


def test_info_of_a_newer_one_touches_nothing(capsys, db):
    with changing(db) as connection:
        connection.pragma("user_version", SCHEMA_VERSION + 1)
    before = {one.name: one.read_bytes() for one in Path(db).parent.iterdir()}
    told = asked(capsys, "info", "--db", db)
    assert (told["standing"], told["counts"], told["last_run"]) == ("newer", None, None)
    assert {one.name: one.read_bytes() for one in Path(db).parent.iterdir()} == before
    code, out, _ = outcome(capsys, "db", "info", "--db", db)
    assert code == 0
    assert f"{SCHEMA_VERSION + 1} (newer; this program: {SCHEMA_VERSION})" in out


def test_info_of_a_hostile_one(capsys, db):
    with changing(db) as connection:
        connection.execute("UPDATE source SET path = ?", ("a\x1b[2J\u202e",))
        connection.execute(
            "UPDATE schema_history SET name = ?, applied_us = ? WHERE version > 1", ("\x1b]0;x", 1 << 62)
        )
        connection.execute("UPDATE schema_history SET name = 'first' WHERE version = 1")
    code, out, err = outcome(capsys, "db", "info", "--db", db)
    assert "\x1b" not in out + err
    assert code == 4, "a step that is none of ours"
    with changing(db) as connection:
        connection.executemany(
            "UPDATE schema_history SET name = ? WHERE version = ?", [(m.name, m.version) for m in MIGRATIONS]
        )
    code, out, err = outcome(capsys, "db", "info", "--db", db)
    assert code == 0
    assert "\x1b" not in out + err
    assert "\u202e" not in out


def test_who_writes(capsys, db):
    lock = WriterLock(db)
    assert f"process {os.getpid()} on" in asked(capsys, "info", "--db", db)["writer"]
    with pytest.raises(Exception, match="another ingest"):
        WriterLock(db)
    lock.release()
    assert holder(db) is None


def test_one_that_was_killed_writes_no_more(db):
    Path(f"{db}.lock").write_text("process 1 on a since b\n")
    assert holder(db) is None
    WriterLock(db).release()


# Check


def test_a_sound_one(capsys, db):
    told = asked(capsys, "check", "--db", db)
    assert told == {
        "schema": "sesscore.db.check/1",
        "path": db,
        "schema_version": SCHEMA_VERSION,
        "whole": True,
        "balanced": True,
        "damage": [],
        "dangling": [],
        "differences": [],
    }
    code, out, err = outcome(capsys, "db", "check", "--db", db)
    assert (code, out) == (0, "")
    assert "whole, and its figures agree" in err


def test_a_damaged_one(capsys, db):
    damaged_index(db)
    told = asked(capsys, "check", "--db", db, code=1)
    assert told["damage"]
    assert (told["whole"], told["balanced"]) == (False, None)
    code, out, err = outcome(capsys, "db", "check", "--db", db)
    assert (code, out) == (1, "")
    assert "sesscore db restore BACKUP" in err


def test_one_whose_pages_are_overwritten(capsys, db):
    data = bytearray(Path(db).read_bytes())
    for page in range(2, len(data) // 8192):
        data[page * 8192 : page * 8192 + 100] = b"\xff" * 100
    Path(db).write_bytes(data)
    code, out, err = outcome(capsys, "db", "check", "--db", db)
    assert (code, out) == (1, "")
    assert "damaged" in err


def test_a_reference_to_nothing(capsys, db):
    with changing(db) as connection:
        connection.execute("DELETE FROM sensor")
    told = asked(capsys, "check", "--db", db, code=1)
    assert told["dangling"]
    assert not told["whole"]


@pytest.mark.parametrize(
    "harm",
    [
        "DROP INDEX session_time",
        "ALTER TABLE sensor ADD COLUMN more TEXT",
        "DROP VIEW part; CREATE VIEW part AS SELECT 1",
    ],
)
def test_a_schema_that_is_not_what_it_says(capsys, db, harm):
    with changing(db) as connection:
        connection.execute(harm)
    assert "schema" in asked(capsys, "check", "--db", db, code=1)["damage"][0]
    for more in ([], ["--dry-run"]):
        code, _, err = outcome(capsys, "db", "rollback", "--db", db, *more)
        assert code == 4
        assert "never released" in err


def test_what_somebody_added_is_no_damage(capsys, db):
    with changing(db) as connection:
        connection.execute("CREATE TABLE mine (a); CREATE INDEX mine_too ON session (src_port); ANALYZE")
    assert asked(capsys, "check", "--db", db)["whole"]
    for command in ("rollback", "migrate"):
        assert outcome(capsys, "db", command, "--no-backup", "--db", db)[0] == 0


@pytest.mark.parametrize(
    ("harm", "name"),
    [
        ("UPDATE ledger SET blank = blank + 1", "ledger"),
        ("UPDATE source SET records = records + 1", "records"),
        ("DELETE FROM quarantine", "quarantine"),
        ("UPDATE session SET event_count = event_count + 1", "totals"),
    ],
)
def test_figures_that_do_not_agree(capsys, db, harm, name):
    with changing(db) as connection:
        connection.execute(harm)
    told = asked(capsys, "check", "--db", db, code=3)
    assert name in {difference["check"] for difference in told["differences"]}
    assert (told["whole"], told["balanced"]) == (True, False)
    assert "sesscore verify" in outcome(capsys, "db", "check", "--db", db)[2]


def test_an_older_one_is_checked_for_damage(capsys, db):
    assert outcome(capsys, "db", "rollback", "--no-backup", "--db", db)[0] == 0
    told = asked(capsys, "check", "--db", db)
    assert (told["whole"], told["balanced"]) == (True, None)


def test_what_is_none_of_ours(capsys, tmp_path):
    path = tmp_path / "f.db"
    with changing(str(path)) as connection:
        connection.execute("CREATE TABLE t (a)")
    for command in ("check", "info", "optimize", "migrate", "rollback"):
        assert outcome(capsys, "db", command, "--db", str(path))[0] == 1
    path.write_text("x" * 5000)
    for command in ("check", "info", "optimize", "migrate", "rollback"):
        assert outcome(capsys, "db", command, "--db", str(path))[0] == 1


# Optimize


def test_optimize_folds_in_the_log_and_changes_no_content(capsys, db, tmp_path):
    with open_for_reading(db) as opened:
        before = content_hash(opened.connection)
        told = asked(capsys, "optimize", "--db", db)
    assert told["schema"] == "sesscore.db.optimize/1"
    assert (told["log_bytes_after"], told["log_kept"], told["vacuumed"]) == (0, False, False)
    with open_for_reading(db) as opened:
        assert content_hash(opened.connection) == before
    assert outcome(capsys, "verify", "--db", db)[0] == 0
    ingest(write(tmp_path / "logs", b=[*visit("aa"), did("aa", 7, "command.input", input="id")]), db=db)
    assert outcome(capsys, "verify", "--db", db)[0] == 0


def test_no_figures_of_one_day_choose_the_plans(capsys, db):
    figures = "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'sqlite_stat%'"
    for statements in ("SELECT 1", "ANALYZE"):
        with changing(db) as connection:
            connection.execute(statements)
        assert outcome(capsys, "db", "optimize", "--vacuum", "--db", db)[0] == 0
        with changing(db) as connection:
            assert connection.execute(figures).get == 0


def test_vacuum_gives_free_pages_back(capsys, db):
    with changing(db) as connection:
        connection.execute("CREATE TABLE filler (a BLOB) STRICT; INSERT INTO filler VALUES (zeroblob(3000000))")
        connection.execute("DROP TABLE filler")
    assert asked(capsys, "optimize", "--db", db)["bytes_after"] > 3_000_000
    told = asked(capsys, "optimize", "--vacuum", "--db", db)
    assert told["vacuumed"]
    assert told["bytes_after"] < 1_000_000 < told["bytes_before"]
    assert Path(db).stat().st_size == told["bytes_after"]
    assert outcome(capsys, "verify", "--db", db)[0] == 0


def test_a_report_that_reads_does_not_stop_it(capsys, db, monkeypatch):
    monkeypatch.setattr("sesscore.connections.busy_timeout", lambda connection: None)
    with open_for_reading(db) as reader:
        reader.connection.execute("BEGIN; SELECT count(*) FROM session")
        told = asked(capsys, "optimize", "--vacuum", "--db", db)
    assert told["log_kept"]
    assert told["log_bytes_after"] > 0


def test_optimize_not_beside_an_ingest_and_not_on_a_full_disk(capsys, db, monkeypatch):
    lock = WriterLock(db)
    assert outcome(capsys, "db", "optimize", "--db", db)[0] == 5
    lock.release()
    real = os.statvfs
    monkeypatch.setattr(os, "statvfs", lambda path: os.statvfs_result((4096, 4096, 9, 9, 1, *list(real(path))[5:])))
    assert outcome(capsys, "db", "optimize", "--vacuum", "--db", db)[0] == 7
    assert outcome(capsys, "db", "optimize", "--db", db)[0] == 0
