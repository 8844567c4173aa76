"""`sesscore db backup` and `restore`: whole or not at all, private, and the same content."""

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from ingested import changing, damaged_index, database, did, outcome, visit, write

from sesscore.contenthash import content_hash
from sesscore.identity import ANY
from sesscore.ingest import ingest
from sesscore.locking import WriterLock
from sesscore.migrations import SCHEMA_VERSION
from sesscore.store import open_for_reading, open_for_writing
from sesscore.upkeep import copies
from sesscore.upkeep.backup import backup


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    return database(tmp_path_factory.mktemp("filled"), a=[*visit("aa"), *visit("bb", 90_000), b"no json"])


@pytest.fixture(scope="module")
def another(tmp_path_factory):
    return database(tmp_path_factory.mktemp("another"), a=visit("zz"))


@pytest.fixture
def db(filled, tmp_path):
    (tmp_path / "db").mkdir()
    return shutil.copy(filled, str(tmp_path / "db" / "s.db"))


def hash_of(db):
    with open_for_reading(db, accept=ANY) as opened:
        return content_hash(opened.connection)


def names(folder):
    return sorted(one.name for one in Path(folder).iterdir())


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def killed_writer(db):
    """What a writer leaves that was killed: its last change stands in the log only."""
    code = (
        "import apsw, os, sys; c = apsw.Connection(sys.argv[1]); c.pragma('wal_autocheckpoint', 0)\n"
        "c.execute(\"UPDATE session SET session_id = 'log'; UPDATE session_day SET session_id = 'log'\"); os._exit(0)"
    )
    subprocess.run([sys.executable, "-P", "-c", code, str(db)], check=True)
    assert Path(f"{db}-wal").stat().st_size


# Backup


@pytest.mark.parametrize("full", [[], ["--full"]])
def test_a_backup_is_one_private_file_with_the_same_content(capsys, db, tmp_path, full):
    target = tmp_path / "b" / "s.backup"
    target.parent.mkdir()
    killed_writer(db)
    mask = os.umask(0)
    try:
        code, out, err = outcome(capsys, "db", "backup", str(target), "--db", db, "--format", "json", *full)
    finally:
        os.umask(mask)
    assert code == 0, err
    document = json.loads(out)
    assert document == {
        "schema": "sesscore.db.backup/1",
        "path": str(target),
        "bytes": target.stat().st_size,
        "schema_version": SCHEMA_VERSION,
        "sessions": 2,
        "content_hash": hash_of(db) if full else None,
    }
    assert names(target.parent) == ["s.backup"]
    assert mode(target) == 0o600
    assert hash_of(target) == hash_of(db)
    assert names(target.parent) == ["s.backup"], "reading it makes nothing beside it"


def test_a_file_that_is_there_is_kept_unless_it_is_said(capsys, db, tmp_path):
    target = tmp_path / "b.db"
    target.write_text("mine")
    code, _, err = outcome(capsys, "db", "backup", str(target), "--db", db)
    assert code == 2
    assert "--force" in err
    assert target.read_text() == "mine"
    assert outcome(capsys, "db", "backup", str(target), "--db", db, "--force")[0] == 0
    assert hash_of(target) == hash_of(db)
    assert names(tmp_path) == ["b.db", "db"]


def test_the_database_itself_is_never_the_target(capsys, db, tmp_path):
    before = Path(db).read_bytes()
    link = tmp_path / "hard.db"
    os.link(db, link)
    for target in (db, f"{db}-wal", f"{db}.lock", str(link)):
        code, _, _ = outcome(capsys, "db", "backup", target, "--db", db, "--force")
        assert code == 2
    assert Path(db).read_bytes() == before
    assert link.samefile(db)


def test_a_database_in_use_is_not_replaced_by_a_backup(capsys, db, another, tmp_path):
    target = shutil.copy(another, str(tmp_path / "b.db"))
    killed_writer(target)
    code, _, err = outcome(capsys, "db", "backup", target, "--db", db, "--force")
    assert code == 2
    assert "in use" in err


@pytest.mark.parametrize("target", ["no/b.db", "db"])
def test_where_no_backup_can_be(capsys, db, tmp_path, target):
    code, _, _ = outcome(capsys, "db", "backup", str(tmp_path / target), "--db", db, "--force")
    assert code in (1, 7)
    assert names(tmp_path) == ["db"]


def test_the_folder_of_a_backup_is_for_its_owner_alone(capsys, db, tmp_path):
    _, _, err = outcome(capsys, "db", "backup", str(tmp_path / "no" / "b.db"), "--db", db)
    assert f"install -d -m 0700 {tmp_path}/no\n" in err


def test_a_copy_that_is_not_the_same_gets_no_name(capsys, db, tmp_path, monkeypatch):
    real = copies._copy

    def lossy(source, draft, run):
        real(source, draft, run)
        with changing(draft) as connection:
            connection.execute("UPDATE ledger SET lines = lines + 1")

    monkeypatch.setattr(copies, "_copy", lossy)
    code, _, err = outcome(capsys, "db", "backup", str(tmp_path / "b.db"), "--db", db)
    assert code == 1
    assert "not what was copied" in err
    assert names(tmp_path) == ["db"]


def test_full_finds_what_no_count_shows(capsys, db, tmp_path, monkeypatch):
    real = copies._copy

    def lossy(source, draft, run):
        real(source, draft, run)
        with changing(draft) as connection:
            connection.execute("UPDATE text SET value = 'uname -r' WHERE value = 'uname -a'")

    monkeypatch.setattr(copies, "_copy", lossy)
    assert outcome(capsys, "db", "backup", str(tmp_path / "b.db"), "--db", db, "--full")[0] == 1
    assert names(tmp_path) == ["db"]


def test_a_damaged_database_gets_no_backup(capsys, db, tmp_path):
    damaged_index(db)
    code, _, err = outcome(capsys, "db", "backup", str(tmp_path / "b.db"), "--db", db)
    assert code == 1
    assert "damaged" in err
    assert names(tmp_path) == ["db"]


def test_two_backups_to_one_file_do_not_mix(capsys, db, tmp_path, monkeypatch):
    target = str(tmp_path / "b.db")
    real = copies._copy

    def meanwhile(source, draft, run):
        monkeypatch.setattr(copies, "_copy", real)
        assert outcome(capsys, "db", "backup", target, "--db", db)[0] == 5
        real(source, draft, run)

    monkeypatch.setattr(copies, "_copy", meanwhile)
    assert outcome(capsys, "db", "backup", target, "--db", db)[0] == 0
    assert hash_of(target) == hash_of(db)


def test_what_a_killed_one_left_goes(capsys, db, tmp_path):
    for side in ("", "-journal"):
        (tmp_path / f".b.db.draft{side}").write_text("half of it")
    assert outcome(capsys, "db", "backup", str(tmp_path / "b.db"), "--db", db)[0] == 0
    assert names(tmp_path) == ["b.db", "db"]


def test_while_ingest_writes_each_backup_is_of_one_commit(capsys, tmp_path):
    """Each file is a transaction, with a session more; a backup holds all of the first n, and its figures agree."""
    logs = write(tmp_path / "logs", **{f"a{number}": visit(f"a{number}", number) for number in range(60)})
    db = str(tmp_path / "s.db")
    ingest(logs[:1], db=db)
    code = "import sys; from sesscore.ingest import ingest\nfor log in sys.argv[2:]: ingest([log], db=sys.argv[1])"
    made = []
    with subprocess.Popen([sys.executable, "-P", "-c", code, db, *logs]) as writer:
        while writer.poll() is None:
            made.append(backup(db, str(tmp_path / f"b{len(made)}.db"), full=True))
    assert writer.returncode == 0
    assert made
    for one in made:
        assert outcome(capsys, "verify", "--db", one.path)[0] == 0
    assert [one.sessions for one in made] == sorted(one.sessions for one in made)
    assert backup(db, str(tmp_path / "last.db"), full=True).sessions == 60


def test_commits_between_two_steps_are_not_in_the_copy(db, tmp_path, monkeypatch):
    monkeypatch.setattr(copies, "_STEP", 1)
    before = hash_of(db)
    real = copies._copy

    def written_to(source, draft, run):
        with open_for_writing(db) as opened:
            opened.connection.execute("UPDATE session SET session_id = 'later'")
        real(source, draft, run)

    monkeypatch.setattr(copies, "_copy", written_to)
    assert backup(db, str(tmp_path / "b.db"), full=True).content_hash == before
    assert hash_of(db) != before == hash_of(tmp_path / "b.db")


# Restore


@pytest.fixture
def saved(another, tmp_path):
    """A backup of another database."""
    return backup(another, str(tmp_path / "b.db")).path


def test_a_backup_takes_the_place_and_what_was_there_is_kept(capsys, db, saved, another):
    killed_writer(db)
    before = hash_of(db)
    mask = os.umask(0)
    try:
        code, out, err = outcome(capsys, "db", "restore", saved, "--db", db, "--full", "--format", "json")
    finally:
        os.umask(mask)
    assert code == 0, err
    document = json.loads(out)
    assert document["schema"] == "sesscore.db.restore/1"
    assert names(Path(db).parent) == ["s.db", "s.db.lock", Path(document["replaced"]).name]
    assert {mode(one) for one in Path(db).parent.iterdir()} == {0o600}
    assert hash_of(db) == hash_of(another) == document["content_hash"]
    assert hash_of(document["replaced"]) == before
    assert not Path(db).samefile(document["replaced"])
    with open_for_reading(db) as opened:
        assert opened.connection.pragma("journal_mode") == "wal"


def test_it_goes_on_where_the_backup_stood(capsys, tmp_path):
    log = tmp_path / "a.json"
    db = database(tmp_path, a=visit("aa"))
    saved = backup(db, str(tmp_path / "b.db")).path
    log = tmp_path / "logs" / "a.json"
    with open(log, "ab") as file:
        for one in [did("aa", 6, "command.input", input="id", sensor="alpha")]:
            file.write(json.dumps(one).encode() + b"\n")
    ingest([str(log)], db=db)
    after = hash_of(db)
    assert outcome(capsys, "db", "restore", saved, "--db", db)[0] == 0
    assert hash_of(db) != after
    ingest([str(log)], db=db)
    assert hash_of(db) == after
    assert outcome(capsys, "verify", "--db", db)[0] == 0


def test_where_nothing_was_and_twice(capsys, saved, another, tmp_path):
    db = tmp_path / "new" / "s.db"
    db.parent.mkdir()
    for kept in (0, 1, 2):
        assert outcome(capsys, "db", "restore", saved, "--db", str(db))[0] == 0
        assert hash_of(db) == hash_of(another)
        assert len(list(db.parent.glob("s.db.replaced-*"))) == kept


def test_a_log_without_its_database_does_not_get_the_new_one(capsys, db, saved, another):
    killed_writer(db)
    Path(db).unlink()
    assert outcome(capsys, "db", "restore", saved, "--db", db)[0] == 0
    assert not Path(f"{db}-wal").exists()
    assert hash_of(db) == hash_of(another)


def test_a_database_that_is_ruined_is_kept_with_its_log(capsys, db, saved, another):
    killed_writer(db)
    ruin = b"\0" * 100 + Path(db).read_bytes()[100:]
    Path(db).write_bytes(ruin)
    log = Path(f"{db}-wal").read_bytes()
    code, out, err = outcome(capsys, "db", "restore", saved, "--db", db, "--format", "json")
    assert code == 0, err
    assert hash_of(db) == hash_of(another)
    replaced = json.loads(out)["replaced"]
    assert Path(replaced).read_bytes() == ruin
    assert Path(f"{replaced}-wal").read_bytes() == log


def test_an_older_backup_is_restored_and_the_next_command_named(capsys, db, tmp_path):
    assert outcome(capsys, "db", "rollback", "--no-backup", "--db", db)[0] == 0
    saved = backup(db, str(tmp_path / "b.db")).path
    code, _, err = outcome(capsys, "db", "restore", saved, "--db", str(tmp_path / "new.db"))
    assert code == 0
    assert f"sesscore db migrate --db {tmp_path / 'new.db'}" in err


def text(path):
    path.write_text("not a database at all, but long enough to be taken for one" * 100)


def foreign(path):
    with changing(str(path)) as connection:
        connection.execute("CREATE TABLE t (a)")


def newer(path):
    backup_to(path)
    with changing(str(path)) as connection:
        connection.pragma("user_version", SCHEMA_VERSION + 1)


def damaged(path):
    backup_to(path)
    with changing(str(path)) as connection:
        connection.execute("INSERT INTO ledger VALUES (7, 0, 0, 0, 0, 0, 0)")


def missing(path):
    pass


def backup_to(path):
    open_for_writing(path).close()
    Path(f"{path}.lock").unlink()


@pytest.mark.parametrize(
    ("make", "code"), [(text, 1), (foreign, 1), (newer, 4), (damaged, 1), (missing, 6), (Path.mkdir, 1)]
)
def test_what_is_no_sound_backup_of_ours_changes_nothing(capsys, db, tmp_path, make, code):
    make(tmp_path / "b.db")
    before = Path(db).read_bytes()
    assert outcome(capsys, "db", "restore", str(tmp_path / "b.db"), "--db", db)[0] == code
    assert Path(db).read_bytes() == before
    assert [name for name in names(Path(db).parent) if name not in ("s.db", "s.db.lock")] == []


def test_another_programs_database_is_not_replaced(capsys, saved, tmp_path):
    foreign(tmp_path / "f.db")
    before = (tmp_path / "f.db").read_bytes()
    assert outcome(capsys, "db", "restore", saved, "--db", str(tmp_path / "f.db"))[0] == 1
    assert (tmp_path / "f.db").read_bytes() == before
    assert names(tmp_path) == ["b.db", "f.db", "f.db.lock"]


def test_the_backup_is_not_the_database(capsys, db):
    assert outcome(capsys, "db", "restore", db, "--db", db)[0] == 2


def test_not_beside_an_ingest_or_a_report(capsys, db, saved, monkeypatch):
    before = hash_of(db)
    lock = WriterLock(db)
    assert outcome(capsys, "db", "restore", saved, "--db", db)[0] == 5
    lock.release()
    monkeypatch.setattr("sesscore.connections.busy_timeout", lambda connection: None)
    with open_for_reading(db) as reader:
        reader.connection.execute("BEGIN; SELECT 1 FROM session")
        assert outcome(capsys, "db", "restore", saved, "--db", db)[0] == 5
        assert hash_of(db) == before
    assert outcome(capsys, "db", "restore", saved, "--db", db)[0] == 0


def test_a_link_to_the_database_stays_one(capsys, db, saved, another, tmp_path):
    link = tmp_path / "link.db"
    link.symlink_to(db)
    assert outcome(capsys, "db", "restore", saved, "--db", str(link))[0] == 0
    assert link.is_symlink()
    assert hash_of(db) == hash_of(another)


def test_where_it_cannot_be_kept_it_is_not_replaced(capsys, db, saved, monkeypatch):
    before = hash_of(db)
    killed_writer(db)
    before = hash_of(db)

    def refused(*names):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    code, _, err = outcome(capsys, "db", "restore", saved, "--db", db)
    assert code == 7
    assert "cannot be kept" in err
    assert hash_of(db) == before
