"""Migrations: each whole or not at all, once, with its record."""

from dataclasses import replace

import apsw
import pytest

from sesscore import migrations
from sesscore.errors import SchemaMismatch
from sesscore.migrations import APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION, Migration, run_migrations, schema_version

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
