"""Opening a database: what is refused leaves no trace, what is made is private, one writer at a time."""

import contextlib
import fcntl
import hashlib
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import apsw
import pytest

from sesscore import locking, sqlite_errors, store
from sesscore.errors import DatabaseInUse, NothingToRead, SchemaMismatch, SesscoreError, StorageError
from sesscore.migrations import APPLICATION_ID, SCHEMA_VERSION, run_migrations, schema_version
from sesscore.store import open_for_reading, open_for_writing

BOTH = pytest.mark.parametrize("opener", [open_for_writing, open_for_reading])


@pytest.fixture
def path(tmp_path):
    return tmp_path / "s.db"


@pytest.fixture
def database(path):
    open_for_writing(path).close()
    return path


def stdlib(path, script):
    """Run SQL with Python's own SQLite, in a process of its own."""
    code = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.close()"
    subprocess.run([sys.executable, "-c", code, str(path), script], check=True)


def traces(folder):
    """Every file of a folder with a hash of its bytes. Only for databases that nobody has open."""
    return {entry.name: hashlib.sha256(entry.read_bytes()).hexdigest() for entry in folder.iterdir()}


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def insert(database, name="a"):
    database.connection.execute("INSERT INTO sensor (name) VALUES (?)", (name,))


def count(database):
    return database.connection.execute("SELECT count(*) FROM sensor").get


# Making one


@pytest.mark.parametrize("umask", [0, 0o022, 0o777])
def test_files_are_private_whatever_the_umask(path, umask):
    before = os.umask(umask)
    try:
        with open_for_writing(path) as database:
            insert(database)
            made = {entry.name: mode(entry) for entry in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert made == dict.fromkeys(["s.db", "s.db-wal", "s.db-shm", "s.db.lock"], 0o600)


def test_a_new_database_has_the_schema(path):
    with open_for_writing(path) as database:
        assert database.connection.pragma("user_version") == SCHEMA_VERSION
        assert database.connection.pragma("application_id") == APPLICATION_ID


def test_one_file_is_left_after_closing(database):
    assert {entry.name for entry in database.parent.iterdir()} == {"s.db", "s.db.lock"}


@pytest.mark.parametrize("make", [lambda path: path.touch(), lambda path: stdlib(path, "PRAGMA journal_mode=WAL")])
def test_a_file_without_content_is_brought_up(path, make):
    make(path)
    with open_for_writing(path) as database:
        insert(database)
        assert mode(path) == 0o600


JOURNAL = bytes.fromhex("d9d505f920a163d7 00000000 27acf40c")  # no pages in it; then how many the database had


def test_the_power_failed_while_it_was_made(path):
    """The first page is half there, and the journal says that there was none before."""
    path.write_bytes(bytes(7680))
    journal = path.with_name("s.db-journal")
    journal.write_bytes((JOURNAL + bytes(4) + (512).to_bytes(4, "big") + (8192).to_bytes(4, "big")).ljust(512, b"\0"))
    with pytest.raises(NothingToRead):
        open_for_reading(path)
    with open_for_writing(path) as database:
        insert(database)
    with open_for_reading(path) as database:
        assert count(database) == 1


def test_a_journal_of_what_was_there_before_is_no_leave_to_write(path):
    path.write_bytes(bytes(7680))
    path.with_name("s.db-journal").write_bytes((JOURNAL + (1).to_bytes(4, "big")).ljust(512, b"\0"))
    before = traces(path.parent)
    with pytest.raises(SesscoreError, match="no SQLite database"):
        open_for_writing(path)
    assert traces(path.parent) == before


def test_nothing_is_made_if_that_is_not_wanted(path):
    with pytest.raises(NothingToRead):
        open_for_writing(path, create=False)
    assert list(path.parent.iterdir()) == []


def test_a_link_is_followed_and_guarded_by_the_same_lock(database, tmp_path):
    link = tmp_path / "link.db"
    link.symlink_to(database)
    with open_for_writing(database), pytest.raises(DatabaseInUse):
        open_for_writing(link)


def test_names_with_odd_characters(tmp_path):
    for name in ("a?mode=memory", "b#c", "d%41", "e f", "g\n", "ü", os.fsdecode(b"\xff")):
        with open_for_writing(tmp_path / name) as database:
            insert(database)
        with open_for_reading(tmp_path / name) as database:
            assert count(database) == 1
        assert (tmp_path / name).stat().st_size > 0


@pytest.mark.parametrize(("durability", "value"), [("normal", 1), ("full", 2)])
def test_policy(path, durability, value):
    with open_for_writing(path, durability=durability) as database:
        pragma = database.connection.pragma
        assert pragma("synchronous") == value
        assert pragma("journal_mode") == "wal"
        assert pragma("temp_store") == 2
        assert pragma("cell_size_check") == 1
        assert pragma("foreign_keys") == 0
        with pytest.raises(apsw.Error):
            database.connection.execute('SELECT "no_such_column" FROM sensor')


# What is refused


def not_sqlite(path):
    path.write_bytes(b"version https://git-lfs.github.com/spec/v1\n" * 100)


def short(path):
    path.write_bytes(b"SQLite format 3\0")


def foreign(path):
    stdlib(path, "CREATE TABLE t (a); INSERT INTO t VALUES (1);")


def foreign_wal(path):
    stdlib(path, "PRAGMA journal_mode=WAL; CREATE TABLE t (a);")


def foreign_id(path):
    stdlib(path, "CREATE TABLE t (a); PRAGMA application_id=1196444487; PRAGMA user_version=1;")


def newer(path):
    open_for_writing(path).close()
    stdlib(path, f"PRAGMA user_version={SCHEMA_VERSION + 1}")


def older(path):
    stdlib(
        path, f"CREATE TABLE t (a); PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={SCHEMA_VERSION - 1}"
    )


def cut(path):
    open_for_writing(path).close()
    with open(path, "r+b") as file:
        file.truncate(8192)


def folder(path):
    path.mkdir()


REFUSED = [
    (not_sqlite, SesscoreError, 1, "no SQLite database"),
    (short, SesscoreError, 1, "no SQLite database"),
    (foreign, SesscoreError, 1, "another program"),
    (foreign_wal, SesscoreError, 1, "another program"),
    (foreign_id, SesscoreError, 1, "another program"),
    (newer, SchemaMismatch, 4, "newer"),
    (older, SchemaMismatch, 4, "older"),
    (cut, SesscoreError, 1, "damaged"),
    (folder, SesscoreError, 1, "no SQLite database"),
]


@BOTH
@pytest.mark.parametrize(("make", "kind", "code", "words"), REFUSED, ids=lambda value: getattr(value, "__name__", None))
def test_what_is_not_ours_is_refused_and_left_as_it_is(path, opener, make, kind, code, words):
    make(path)
    before = traces(path.parent) if path.is_file() else None
    with pytest.raises(kind, match=words) as caught:
        opener(path)
    assert caught.value.exit_code == code
    assert caught.value.where == str(path)
    assert caught.value.hint
    assert before is None or traces(path.parent) == before


def test_an_older_one_names_the_command(path):
    older(path)
    with pytest.raises(SchemaMismatch) as caught:
        open_for_writing(path)
    assert caught.value.hint == f"sesscore db migrate --db {path}"


# Newer ones


LATER = SCHEMA_VERSION + 1


def later(readable_from):
    """What a later program leaves, which says from which schema on its database can be read."""
    return (
        f"PRAGMA user_version={LATER}; CREATE TABLE later (a INTEGER) STRICT;"
        " INSERT INTO schema_history (version, name, applied_us, readable_from)"
        f" VALUES ({LATER}, 'x', 0, {readable_from})"
    )


def test_a_newer_one_that_says_so_is_read_and_never_written(database):
    with open_for_writing(database) as opened:
        insert(opened)
    stdlib(database, later(SCHEMA_VERSION))
    before = traces(database.parent)
    with pytest.raises(SchemaMismatch, match="it can be read, and is not written") as caught:
        open_for_writing(database)
    assert caught.value.exit_code == 4
    assert traces(database.parent) == before
    with open_for_reading(database) as opened:
        assert count(opened) == 1
    assert hashlib.sha256(database.read_bytes()).hexdigest() == before["s.db"]


@pytest.mark.parametrize(
    "script",
    [
        later(LATER),
        f"{later(1)}; DELETE FROM schema_history WHERE version = {LATER}",
        f"{later(1)}; UPDATE schema_history SET readable_from = {LATER} WHERE version = 1",
        f"{later(1)}; ALTER TABLE schema_history DROP COLUMN readable_from",
        f"{later(1)}; DROP TABLE schema_history; CREATE TABLE schema_history (version, readable_from);"
        f" INSERT INTO schema_history VALUES ({LATER}, '1')",
    ],
    ids=["it says no", "no record", "an earlier step says no", "no such column", "no number"],
)
def test_a_newer_one_that_does_not_say_so_is_refused(database, script):
    stdlib(database, script)
    before = traces(database.parent)
    for opener in (open_for_writing, open_for_reading):
        with pytest.raises(SchemaMismatch, match="newer") as caught:
            opener(database)
        assert caught.value.exit_code == 4
    assert traces(database.parent) == before


def test_a_newer_one_whose_writer_was_killed_is_refused_by_what_stands_in_its_log(database):
    """The index of a log (-shm) is SQLite's to make anew; database and log are not touched."""
    code = (
        "import apsw, os, sys; c = apsw.Connection(sys.argv[1]); c.pragma('wal_autocheckpoint', 0)\n"
        "c.execute(sys.argv[2]); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code, str(database), later(LATER)], check=True)
    before = traces(database.parent)
    for opener in (open_for_writing, open_for_reading):
        with pytest.raises(SchemaMismatch, match="newer"):
            opener(database)
    assert traces(database.parent) | {"s.db-shm": ""} == before | {"s.db-shm": ""}
    assert (database.parent / "s.db-wal").stat().st_size


def test_one_of_ours_without_a_history_is_refused(database):
    stdlib(database, "DROP TABLE schema_history")
    with pytest.raises(SesscoreError, match="no record of its migrations"):
        open_for_writing(database)


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.touch()])
def test_reading_what_is_not_there(path, make):
    make(path)
    before = traces(path.parent)
    with pytest.raises(NothingToRead, match="no database") as caught:
        open_for_reading(path)
    assert caught.value.exit_code == 6
    assert "sesscore ingest" in caught.value.hint
    assert traces(path.parent) == before


def test_a_folder_that_does_not_exist(tmp_path):
    """The command that is told makes one for its owner alone, whose name may be anything."""
    folder = tmp_path / "no" / "such folder"
    with pytest.raises(StorageError, match="folder") as caught:
        open_for_writing(folder / "s.db")
    assert caught.value.exit_code == 7
    subprocess.run(["sh", "-c", caught.value.hint], check=True)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    open_for_writing(folder / "s.db").close()


def test_a_name_that_is_none():
    with pytest.raises(SesscoreError, match="file name"):
        open_for_reading("a\0b")


def test_an_old_library_is_refused(path, monkeypatch):
    monkeypatch.setattr(sqlite_errors.apsw, "sqlite_lib_version", lambda: "3.51.2")
    with pytest.raises(SesscoreError, match=r"3\.51\.2"):
        open_for_writing(path)
    assert not path.exists()


def test_damage_found_later_is_named(database):
    with open_for_writing(database) as opened:
        opened.connection.executemany("INSERT INTO text (value) VALUES (?)", [("x" * 500,)] * 2000)
    size = database.stat().st_size
    with open(database, "r+b") as file:
        file.seek(size // 2)
        file.write(b"\xff" * (size // 4))
    with (
        pytest.raises(SesscoreError, match="damaged") as caught,
        open_for_reading(database) as opened,
        sqlite_errors.sqlite_errors(opened.path),
    ):
        opened.connection.execute("SELECT sum(length(value)) FROM text").fetchall()
    assert caught.value.exit_code == 1


def test_what_looks_like_a_mistake_of_the_program_is_damage_if_there_is_any(database):
    with pytest.raises(TypeError), sqlite_errors.sqlite_errors(str(database)):
        raise TypeError("of a sound database")
    with open_for_writing(database) as opened:
        opened.connection.executemany("INSERT INTO text (value) VALUES (?)", [("x" * 500,)] * 2000)
    with open(database, "r+b") as file:
        file.seek(database.stat().st_size // 2)
        file.write(bytes(8192))
    for error in (TypeError, KeyError, ValueError, AttributeError, OverflowError, apsw.ConstraintError):
        with pytest.raises(SesscoreError, match="damaged") as caught, sqlite_errors.sqlite_errors(str(database)):
            raise error("of a damaged one")
        assert caught.value.exit_code == 1
    with pytest.raises(BrokenPipeError), sqlite_errors.sqlite_errors(str(database)):
        raise BrokenPipeError("which has nothing to do with it")


def test_text_that_is_no_text(database):
    with open_for_writing(database) as opened:
        opened.connection.execute("INSERT INTO text (value) VALUES (CAST(x'ff' AS TEXT))")
    with (
        pytest.raises(SesscoreError, match="no UTF-8"),
        open_for_reading(database) as opened,
        sqlite_errors.sqlite_errors(opened.path),
    ):
        opened.connection.execute("SELECT value FROM text").fetchall()


def test_a_table_that_is_gone(database):
    stdlib(database, "PRAGMA foreign_keys=OFF; DROP TABLE ledger")
    with (
        pytest.raises(SesscoreError, match="damaged: no such table"),
        open_for_reading(database) as opened,
        sqlite_errors.sqlite_errors(opened.path),
    ):
        opened.connection.execute("SELECT * FROM ledger").fetchall()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (apsw.FullError, 7),
        (apsw.IOError, 7),
        (apsw.CantOpenError, 7),
        (apsw.ReadOnlyError, 7),
        (apsw.BusyError, 5),
        (apsw.CorruptError, 1),
        (apsw.NotADBError, 1),
    ],
)
def test_errors_of_sqlite_have_exit_codes(error, code):
    with pytest.raises(SesscoreError) as caught, sqlite_errors.sqlite_errors("x.db"):
        raise error("said so")
    assert caught.value.exit_code == code
    assert caught.value.hint


def test_mistakes_of_the_program_stay_what_they_are():
    with pytest.raises(apsw.SQLError), sqlite_errors.sqlite_errors("x.db"):
        raise apsw.SQLError("near SELEKT")


# Writers and readers


def test_a_second_writer_is_told_who_holds_it(database):
    with open_for_writing(database):
        with pytest.raises(DatabaseInUse) as caught:
            open_for_writing(database)
        assert caught.value.exit_code == 5
        assert f"process {os.getpid()} on " in caught.value.what
    open_for_writing(database).close()


def test_the_lock_goes_with_an_error_in_the_block_and_with_one_at_opening(database):
    with pytest.raises(ZeroDivisionError), open_for_writing(database):
        raise ZeroDivisionError
    with pytest.raises(apsw.Error), open_for_writing(database, durability="nonsense") as opened:
        opened.connection.execute("NO SQL")
    open_for_writing(database).close()


def test_closing_twice_does_not_harm_the_next_writer(database):
    first = open_for_writing(database)
    first.close()
    with open_for_writing(database):
        first.close()
        with pytest.raises(DatabaseInUse):
            open_for_writing(database)


def test_a_killed_writer_leaves_neither_lock_nor_loss(database):
    code = (
        "import sys; from sesscore.store import open_for_writing\n"
        "d = open_for_writing(sys.argv[1])\n"
        "d.connection.execute(\"INSERT INTO sensor (name) VALUES ('kept')\")\n"
        "d.connection.execute(\"BEGIN; INSERT INTO sensor (name) VALUES ('open')\")\n"
        "print('ready', flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/"
    )
    with child:
        assert child.stdout.readline() == "ready\n"
        with pytest.raises(DatabaseInUse, match=f"process {child.pid} on"):
            open_for_writing(database)
        child.send_signal(signal.SIGKILL)
    with open_for_reading(database) as reader:
        assert count(reader) == 1
    with open_for_writing(database) as writer:
        assert count(writer) == 1


def test_who_holds_it_is_not_the_one_that_was_killed_before(database, monkeypatch):
    """Between the lock and the name of its holder, the name that is there is of a process that is no more."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    lock = database.with_name("s.db.lock")
    lock.write_text(f"process {gone.pid} on {os.uname().nodename} since 2026-01-01T00:00:00Z\n")
    mine = f"process {os.getpid()} on {os.uname().nodename} since 2026-01-02T00:00:00Z"
    slept = []

    def sleep(seconds):
        slept.append(seconds)
        if len(slept) > 1:  # the first is before the lock is tried once more
            lock.write_text(mine)

    monkeypatch.setattr(locking.time, "sleep", sleep)
    with open(lock) as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(DatabaseInUse, match=mine):
            open_for_writing(database)


def test_reading_beside_a_writer_sees_what_is_committed_and_keeps_its_locks(database):
    with open_for_writing(database) as writer:
        insert(writer)
        with open_for_reading(database) as reader:
            assert count(reader) == 1
            insert(writer, "b")
            assert count(reader) == 2
        writer.connection.execute("BEGIN IMMEDIATE")
        open_for_reading(database).close()
        other = apsw.Connection(str(database))  # would get in, had a probe dropped the writer's lock
        with pytest.raises(apsw.BusyError):
            other.execute("BEGIN IMMEDIATE")
        other.close()
        writer.connection.execute("ROLLBACK")


@pytest.mark.parametrize("question", range(5))
@pytest.mark.parametrize("beside", [True, False], ids=["its log is there", "no log yet"])
def test_a_database_that_is_made_between_two_questions_of_whose_it_is(path, monkeypatch, question, beside):
    """It is not there yet, or ours: never that of another program."""
    stdlib(path, "PRAGMA journal_mode=WAL")  # so far its maker has come
    with contextlib.ExitStack() as stack:
        maker = apsw.Connection(str(path))
        stack.callback(maker.close)
        if beside:
            assert maker.pragma("user_version") == 0
        asked = []

        def ask(cursor, statement, values):
            asked.append(statement)
            if len(asked) == question + 1:
                run_migrations(maker)
            return True

        peek = store.peek

        def watched(real):
            connection = peek(real)
            connection.exec_trace = ask
            return connection

        monkeypatch.setattr(store, "peek", watched)
        with contextlib.suppress(NothingToRead):
            open_for_reading(path).close()
        assert len(asked) > question, asked
        assert schema_version(maker) == SCHEMA_VERSION
    open_for_reading(path).close()


def test_a_reader_cannot_write(database):
    with open_for_reading(database) as reader, pytest.raises(apsw.ReadOnlyError):
        insert(reader)


# Where nothing can be written


@contextlib.contextmanager
def as_nobody():
    """Root may write everywhere, so it becomes another user meanwhile; everyone else is nobody enough."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def refusal(opener, path):
    """Exit code and message of an opening that fails."""
    with as_nobody(), pytest.raises(SesscoreError) as caught:
        opener(path)
    return caught.value.exit_code, caught.value.what


@pytest.fixture
def open_folder(tmp_path):
    """A folder that others may look into; pytest's own are closed to them."""
    closed = [parent for parent in (tmp_path, *tmp_path.parents) if parent.stat().st_uid == os.geteuid()]
    before = {parent: mode(parent) for parent in closed if parent != Path("/") and not mode(parent) & 0o001}
    for parent in before:
        parent.chmod(before[parent] | 0o055)
    yield tmp_path
    for parent, bits in before.items():
        parent.chmod(bits)


def closed(folder, bits=0o444):
    for entry in folder.iterdir():
        entry.chmod(bits)
    folder.chmod(0o555)


def test_reading_in_a_folder_that_cannot_be_written(open_folder):
    path = open_folder / "s.db"
    with open_for_writing(path) as database:
        insert(database)
    closed(open_folder)
    try:
        with as_nobody(), open_for_reading(path) as database:
            assert count(database) == 1
        for name in ("s.db", "new.db"):
            code, what = refusal(open_for_writing, open_folder / name)
            assert code == 7
            assert "lock file" in what
    finally:
        open_folder.chmod(0o755)
    assert {entry.name for entry in open_folder.iterdir()} == {"s.db", "s.db.lock"}


def test_a_log_that_cannot_be_read_there_is_not_passed_over(open_folder):
    path = open_folder / "s.db"
    copy = open_folder / "copy"
    copy.mkdir()
    with open_for_writing(path) as database:
        insert(database)
        for suffix in ("", "-wal"):
            subprocess.run(["cp", f"{path}{suffix}", copy], check=True)
    closed(copy)
    try:
        code, what = refusal(open_for_reading, copy / "s.db")
        assert code == 7
        assert "the log beside it" in what
    finally:
        copy.chmod(0o755)


def test_a_file_that_may_not_be_read(open_folder):
    path = open_folder / "s.db"
    open_for_writing(path).close()
    closed(open_folder, 0)
    assert refusal(open_for_reading, path)[0] == 7


def test_a_folder_that_may_not_be_entered(open_folder):
    inside = open_folder / "closed"
    inside.mkdir(mode=0o700)
    open_for_writing(inside / "s.db").close()
    inside.chmod(0o000)
    try:
        assert refusal(open_for_reading, inside / "s.db")[0] == 7
        assert refusal(open_for_writing, inside / "s.db")[0] == 7
    finally:
        inside.chmod(0o700)
