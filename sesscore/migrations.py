"""Brings a database to the schema of this program: numbered files of `sql/migrations/`, append only."""

import time
from dataclasses import dataclass

import apsw

from sesscore.errors import SchemaMismatch
from sesscore.queries import names, sql

APPLICATION_ID = 0x53455353  # "SESS", by which file(1) and other programs can know the database
_FOLDER = "migrations"


@dataclass(frozen=True)
class Migration:
    """One numbered file: `0001_sessions.sql` has version 1 and name `sessions`."""

    version: int
    name: str
    script: str


def _shipped() -> tuple[Migration, ...]:
    """The migrations that come with this program, in order."""
    found = []
    for file_name in names(_FOLDER):
        number, _, name = file_name.partition("_")
        found.append(Migration(int(number), name, sql(f"{_FOLDER}/{file_name}")))
    return tuple(found)


MIGRATIONS = _shipped()
SCHEMA_VERSION = MIGRATIONS[-1].version


def schema_version(connection: apsw.Connection) -> int:
    """The version of the schema that the database has; 0 before the first migration."""
    return int(connection.pragma("user_version"))


def foreign_step(connection: apsw.Connection) -> str | None:
    """A step that made the database and is none of this program's: that of a version that was never released."""
    known = {migration.version: migration.name for migration in MIGRATIONS}
    for version, name in connection.execute(sql("store/schema_history")):
        if known.get(version, name) != name:
            return f"{version:04}_{name}"
    return None


def run_migrations(connection: apsw.Connection) -> list[int]:
    """Apply what is missing, and return the versions that were applied.

    Each migration is one transaction with its record and its version: one that fails leaves the database as the one
    before it made it, and can be run again.
    """
    applied = []
    for migration in MIGRATIONS:
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Asked inside the transaction, so that of two programs that migrate at once each file runs once.
            if schema_version(connection) < migration.version:
                _apply(connection, migration)
                applied.append(migration.version)
            connection.execute("COMMIT")
        except BaseException:
            # A full disk makes SQLite roll back by itself, and then there is nothing left to roll back.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    _refuse_newer(connection)
    return applied


def _apply(connection: apsw.Connection, migration: Migration) -> None:
    """Run the statements of one migration and record it; the caller holds the transaction."""
    for _ in connection.execute(migration.script):
        pass  # a statement that returns rows would hold up the statements after it
    connection.execute(
        sql("store/record_migration"),
        {"version": migration.version, "name": migration.name, "applied_us": time.time_ns() // 1000},
    )
    connection.pragma("application_id", APPLICATION_ID)
    connection.pragma("user_version", migration.version)


def _refuse_newer(connection: apsw.Connection) -> None:
    """A database of a later program has nothing missing, and is still not ours to write."""
    version = schema_version(connection)
    if version > MIGRATIONS[-1].version:
        raise SchemaMismatch(f"the database is newer than this program: schema {version}, known up to {SCHEMA_VERSION}")
