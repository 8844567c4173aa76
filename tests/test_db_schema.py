"""`sesscore db migrate` and `rollback`: after a backup, one step at a time, with the content kept."""

import json
import os
import shutil
import stat
from pathlib import Path

import pytest
from ingested import changing, database, outcome, visit, write

from sesscore.contenthash import content_hash
from sesscore.identity import ANY
from sesscore.locking import WriterLock
from sesscore.migrations import MIGRATIONS, SCHEMA_VERSION
from sesscore.store import open_for_reading
from sesscore.upkeep import schema, space
from sesscore.upkeep.schema import statements


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    return database(tmp_path_factory.mktemp("filled"), a=[*visit("aa"), *visit("bb", 90_000), b"no json"])


@pytest.fixture
def db(filled, tmp_path):
    """A copy in a folder of its own."""
    (tmp_path / "db").mkdir()
    return shutil.copy(filled, str(tmp_path / "db" / "s.db"))


@pytest.fixture
def old(db, capsys):
    """The same, a version back."""
    assert outcome(capsys, "db", "rollback", "--no-backup", "--db", db)[0] == 0
    return db


def told(db):
    """Version and content hash."""
    with open_for_reading(db, accept=ANY) as opened:
        return opened.connection.pragma("user_version"), content_hash(opened.connection)


def files(db):
    return {one.name: (one.stat().st_mtime_ns, one.read_bytes()) for one in Path(db).parent.iterdir()}


def named(db, what):
    return sorted(Path(db).parent.glob(f"s.db.{what}*"))


def test_back_and_up_keeps_the_content(capsys, db):
    before = told(db)
    code, out, err = outcome(capsys, "db", "rollback", "--db", db)
    assert (code, out) == (0, "")
    assert f"schema {SCHEMA_VERSION} is now {SCHEMA_VERSION - 1}" in err
    assert told(db) == (SCHEMA_VERSION - 1, before[1])

    code, out, err = outcome(capsys, "db", "migrate", "--db", db)
    assert (code, out) == (0, "")
    assert f"schema {SCHEMA_VERSION - 1} is now {SCHEMA_VERSION}" in err
    assert told(db) == before
    assert outcome(capsys, "verify", "--db", db)[0] == 0


@pytest.mark.parametrize("command", ["migrate", "rollback"])
def test_the_backup_is_what_was_before_and_the_message_says_how_to_get_it_back(capsys, db, old, command):
    if command == "rollback":
        assert outcome(capsys, "db", "migrate", "--no-backup", "--db", db)[0] == 0
    before = told(db)
    mask = os.umask(0)
    try:
        code, _, err = outcome(capsys, "db", command, "--db", db)
    finally:
        os.umask(mask)
    assert code == 0
    [backup] = named(db, "schema")
    assert backup.name.startswith(f"s.db.schema{before[0]}-")
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert told(backup) == before
    assert f"backup: {backup}" in err
    [line] = [line for line in err.splitlines() if "sesscore db restore" in line]
    arguments = line.partition("sesscore ")[2].split()
    assert outcome(capsys, *arguments)[0] == 0
    assert told(db) == before


def test_no_backup(capsys, old):
    assert outcome(capsys, "db", "migrate", "--no-backup", "--db", old)[0] == 0
    assert named(old, "schema") == []


@pytest.mark.parametrize("more", [[], ["--format", "json"]])
@pytest.mark.parametrize("command", ["migrate", "rollback"])
def test_a_dry_run_shows_all_statements_and_touches_nothing(capsys, db, old, command, more):
    if command == "rollback":
        assert outcome(capsys, "db", "migrate", "--no-backup", "--db", db)[0] == 0
    Path(f"{db}.lock").unlink()
    before = files(db)
    code, out, err = outcome(capsys, "db", command, "--dry-run", "--db", db, *more)
    assert code == 0
    assert files(db) == before
    last = MIGRATIONS[-1]
    script = last.script if command == "migrate" else last.down
    if more:
        document = json.loads(out)
        assert (document["schema"], document["done"], document["backup"]) == ("sesscore.db.migrate/1", False, None)
        assert [step["name"] for step in document["steps"]] == [str(last)]
        assert document["steps"][0]["statements"] == statements(script)
    else:
        assert all(statement in out for statement in statements(script))
        assert "would become" in err


def test_the_estimate_grows_with_the_database_and_the_steps(db, old):
    def seconds(**more):
        return schema.dry_run(db, schema.plan_up, **more).estimated_seconds

    real, schema.BYTES_A_SECOND = schema.BYTES_A_SECOND, 1
    try:
        with open_for_reading(db, accept=ANY) as opened:
            size = space.bytes_of(opened.connection)
        assert seconds(backup=False) == 2 * size
        assert seconds(backup=True) == 4 * size
    finally:
        schema.BYTES_A_SECOND = real


def test_statements_are_cut_where_they_end():
    assert statements("-- a;\nCREATE TABLE t (a TEXT DEFAULT ';');\n-- b\nDROP TABLE t;\n") == [
        "-- a;\nCREATE TABLE t (a TEXT DEFAULT ';');",
        "-- b\nDROP TABLE t;",
    ]
    for migration in MIGRATIONS:
        assert "".join("".join(statements(migration.script)).split()) == "".join(migration.script.split())


def test_nothing_to_do(capsys, db):
    before = Path(db).read_bytes()
    code, _, err = outcome(capsys, "db", "migrate", "--db", db)
    assert code == 0
    assert "nothing to do" in err
    assert Path(db).read_bytes() == before
    assert named(db, "schema") == []


def test_nothing_migrates_by_itself(capsys, old, tmp_path):
    [log] = write(tmp_path / "logs", a=visit("new"))
    before = files(old)
    for arguments in (["ingest", log], ["report", "summary"], ["verify"], ["db", "optimize"]):
        code, _, err = outcome(capsys, *arguments, "--db", old)
        assert code == 4
        assert f"sesscore db migrate --db {old}" in err
    Path(f"{old}.status.json").unlink()  # it says that the ingest failed
    assert files(old) == before


def test_the_first_schema_has_nothing_before_it(capsys, db):
    for _ in range(SCHEMA_VERSION - 1):
        assert outcome(capsys, "db", "rollback", "--no-backup", "--db", db)[0] == 0
    before = Path(db).read_bytes()
    for more in ([], ["--dry-run"]):
        code, _, err = outcome(capsys, "db", "rollback", "--db", db, *more)
        assert code == 1
        assert "nothing to go back to" in err
        assert db in err
    assert Path(db).read_bytes() == before
    assert named(db, "schema") == []


@pytest.mark.parametrize("command", ["migrate", "rollback"])
def test_a_newer_one_is_refused_before_anything_is_touched(capsys, db, command):
    with changing(db) as connection:
        connection.pragma("user_version", SCHEMA_VERSION + 1)
    before = files(db)
    for more in ([], ["--dry-run"]):
        code, _, err = outcome(capsys, "db", command, "--db", db, *more)
        assert code == 4
        assert "newer" in err
    assert files(db) == before


@pytest.mark.parametrize("command", ["migrate", "rollback"])
def test_not_beside_an_ingest(capsys, old, command):
    lock = WriterLock(old)
    try:
        code, _, err = outcome(capsys, "db", command, "--db", old)
    finally:
        lock.release()
    assert code == 5
    assert f"process {os.getpid()}" in err
    assert told(old)[0] == SCHEMA_VERSION - 1


@pytest.mark.parametrize("command", ["migrate", "rollback", "info", "check", "optimize", "backup b.db"])
def test_no_database(capsys, tmp_path, command):
    code, _, _ = outcome(capsys, "db", *command.split(), "--db", str(tmp_path / "no.db"))
    assert code == 6
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_seen_before_the_work(capsys, old, monkeypatch):
    real = os.statvfs
    monkeypatch.setattr(os, "statvfs", lambda path: os.statvfs_result((4096, 4096, 9, 9, 1, *list(real(path))[5:])))
    before = Path(old).read_bytes()
    code, _, err = outcome(capsys, "db", "migrate", "--db", old)
    assert code == 7
    assert "not enough free space" in err
    assert Path(old).read_bytes() == before


def test_a_damaged_database_gets_no_backup_and_is_not_migrated(capsys, old):
    with changing(old) as connection:
        connection.execute("INSERT INTO ledger VALUES (77, 0, 0, 0, 0, 0, 0)")
    for more in ([], ["--no-backup"]):
        code, _, err = outcome(capsys, "db", "migrate", "--db", old, *more)
        assert code == 1
        assert "damaged" in err
        assert old in err
    assert told(old)[0] == SCHEMA_VERSION - 1
    assert named(old, "schema") == []
