"""Migrations: each whole or not at all, once, with its record; and back."""

from dataclasses import replace

import apsw
import pytest

from sesscore import migrations
from sesscore.errors import SchemaMismatch, SesscoreError
from sesscore.migrations import (
    APPLICATION_ID,
    MIGRATIONS,
    SCHEMA_VERSION,
    Migration,
    roll_back,
    run_migrations,
    schema_version,
)

NEXT = SCHEMA_VERSION + 1
GOOD = Migration(NEXT, "extra", "CREATE TABLE extra (a INTEGER) STRICT; INSERT INTO extra VALUES (1);")
FAILING = replace(GOOD, script=f"{GOOD.script} INSERT INTO no_such_table VALUES (1);")


@pytest.fixture
def connection(tmp_path):
    connection = apsw.Connection(str(tmp_path / "test.db"))
    yield connection
    connection.close()


def content(connection):
    return connection.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY name").fetchall()


def history(connection):
    return connection.execute("SELECT version, name FROM schema_history ORDER BY version").fetchall()


def test_files_are_numbered_from_one_without_a_gap():
    assert [migration.version for migration in MIGRATIONS] == list(range(1, SCHEMA_VERSION + 1))


def test_all_are_applied_with_their_records(connection):
    assert schema_version(connection) == 0
    assert run_migrations(connection) == list(range(1, SCHEMA_VERSION + 1))
    assert schema_version(connection) == SCHEMA_VERSION
    assert connection.pragma("application_id") == APPLICATION_ID
    assert history(connection) == [(migration.version, migration.name) for migration in MIGRATIONS]
    assert not connection.in_transaction


def test_a_second_run_changes_nothing(connection):
    run_migrations(connection)
    before, written = content(connection), connection.total_changes()
    assert run_migrations(connection) == []
    assert content(connection) == before
    assert connection.total_changes() == written


def test_a_failure_half_way_leaves_the_version_before_and_can_be_repeated(connection, monkeypatch):
    run_migrations(connection)
    before = content(connection)
    monkeypatch.setattr(migrations, "MIGRATIONS", (*MIGRATIONS, FAILING))
    with pytest.raises(apsw.SQLError, match="no_such_table"):
        run_migrations(connection)
    assert not connection.in_transaction
    assert content(connection) == before
    assert schema_version(connection) == SCHEMA_VERSION
    assert NEXT not in dict(history(connection))

    monkeypatch.setattr(migrations, "MIGRATIONS", (*MIGRATIONS, GOOD))
    assert run_migrations(connection) == [NEXT]
    assert connection.execute("SELECT a FROM extra").get == 1
    assert dict(history(connection))[NEXT] == "extra"


def test_the_first_one_failing_leaves_an_empty_file(connection, monkeypatch):
    broken = replace(MIGRATIONS[0], script=f"{MIGRATIONS[0].script}; NO SQL;")
    monkeypatch.setattr(migrations, "MIGRATIONS", (broken,))
    with pytest.raises(apsw.SQLError):
        run_migrations(connection)
    assert content(connection) == []
    assert connection.pragma("application_id") == 0


def test_a_statement_that_returns_rows_does_not_stop_the_script(connection, monkeypatch):
    rows = replace(GOOD, script=f"SELECT 1 UNION SELECT 2; {GOOD.script}")
    monkeypatch.setattr(migrations, "MIGRATIONS", (*MIGRATIONS, rows))
    run_migrations(connection)
    assert connection.execute("SELECT count(*) FROM extra").get == 1


def test_a_newer_database_is_refused(connection):
    run_migrations(connection)
    connection.pragma("user_version", NEXT)
    with pytest.raises(SchemaMismatch):
        run_migrations(connection)
    assert schema_version(connection) == NEXT


# Who can read what a migration leaves


def test_each_says_who_can_read_what_it_leaves_and_has_a_way_back():
    for migration in MIGRATIONS[1:]:
        assert migration.readable_from <= migration.version
        assert migration.down, f"{migration}: sql/migrations/down/{migration}.sql"


def test_without_a_word_only_its_own_programs_can():
    assert GOOD.readable_from == NEXT
    assert replace(GOOD, script=f"-- 0009: x\n-- readable_from: 3\n{GOOD.script}").readable_from == 3


def test_a_step_that_shuts_old_programs_out_does_so_for_good(connection, monkeypatch):
    breaking = replace(GOOD, script=f"-- readable_from: {NEXT}\n{GOOD.script}")
    after = Migration(NEXT + 1, "after", "-- readable_from: 1\nCREATE TABLE after (a INTEGER) STRICT;")
    run_migrations(connection)
    assert migrations.readable_from(connection) == max(one.readable_from for one in MIGRATIONS[1:]) < NEXT
    monkeypatch.setattr(migrations, "MIGRATIONS", (*MIGRATIONS, breaking, after))
    run_migrations(connection)
    assert migrations.readable_from(connection) == NEXT


def test_a_version_without_its_record_says_nothing(connection):
    run_migrations(connection)
    connection.pragma("user_version", NEXT)
    assert migrations.readable_from(connection) is None


# Back


def test_all_the_way_back_and_up_again(connection):
    run_migrations(connection)
    schemas = {SCHEMA_VERSION: content(connection)}
    for version in range(SCHEMA_VERSION, 1, -1):
        assert roll_back(connection).version == version
        schemas[version - 1] = content(connection)
        assert schema_version(connection) == version - 1
        assert history(connection) == [(one.version, one.name) for one in MIGRATIONS[: version - 1]]
    with pytest.raises(SesscoreError, match="nothing to go back to"):
        roll_back(connection)
    assert not connection.in_transaction

    alone = apsw.Connection(":memory:")
    alone.execute(MIGRATIONS[0].script)
    assert schemas[1] == content(alone), "what the first one made"
    assert run_migrations(connection) == list(range(2, SCHEMA_VERSION + 1))
    assert content(connection) == schemas[SCHEMA_VERSION]


def with_next(monkeypatch, **more):
    monkeypatch.setattr(migrations, "MIGRATIONS", (*MIGRATIONS, replace(GOOD, **more)))


def test_a_step_without_a_way_back_says_so(connection, monkeypatch):
    with_next(monkeypatch)
    run_migrations(connection)
    with pytest.raises(SesscoreError, match="cannot be taken back") as caught:
        roll_back(connection)
    assert caught.value.exit_code == 1
    assert "restore" in caught.value.hint
    assert schema_version(connection) == NEXT


def test_a_way_back_that_the_data_bars_changes_nothing(connection, monkeypatch):
    with_next(monkeypatch, down="DROP TABLE extra; INSERT INTO sensor (name) VALUES ('a'), ('a');")
    run_migrations(connection)
    with pytest.raises(SesscoreError, match="UNIQUE"):
        roll_back(connection)
    assert schema_version(connection) == NEXT
    assert connection.execute("SELECT a FROM extra").get == 1


def test_a_newer_database_is_not_rolled_back(connection):
    run_migrations(connection)
    connection.pragma("user_version", NEXT)
    with pytest.raises(SchemaMismatch):
        roll_back(connection)
    assert schema_version(connection) == NEXT


# Damage


DANGLING = "INSERT INTO ledger VALUES (7, 0, 0, 0, 0, 0, 0);"  # of a source that is not there


@pytest.mark.parametrize("way", ["script", "down"])
def test_what_breaks_a_reference_is_not_committed(connection, monkeypatch, way):
    run_migrations(connection)
    with_next(monkeypatch, **{"down": "DROP TABLE extra;", way: f"{GOOD.script if way == 'script' else ''} {DANGLING}"})
    if way == "down":
        run_migrations(connection)
    before = content(connection), schema_version(connection)
    with pytest.raises(SesscoreError, match="ledger row 7 refers to a row of source"):
        (run_migrations if way == "script" else roll_back)(connection)
    assert (content(connection), schema_version(connection)) == before
    assert not connection.in_transaction
