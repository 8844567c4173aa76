"""Brings a database to the schema of this program, and back: numbered files of `sql/migrations/`, append only.

Each migration may have a way back, `sql/migrations/down/` with the same name, and says in a line of its header,
`-- readable_from: N`, that programs of schema N and later can read what it leaves. Without that line only its own can.
"""

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import apsw

from sesscore.compat import set_aside
from sesscore.errors import SchemaMismatch, SesscoreError
from sesscore.queries import names, sql
from sesscore.structure import damage, dangling

APPLICATION_ID = 0x53455353  # "SESS", by which file(1) and other programs can know the database
_FOLDER = "migrations"
_DOWN = f"{_FOLDER}/down"
_READABLE_FROM = re.compile(r"^-- readable_from: (\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Migration:
    """One numbered file: `0001_sessions.sql` has version 1 and name `sessions`. down: the script that takes it back."""

    version: int
    name: str
    script: str
    down: str | None = None

    def __str__(self) -> str:
        """The name of the file."""
        return f"{self.version:04}_{self.name}"

    @property
    def readable_from(self) -> int:
        """The oldest schema whose programs can read the database after it."""
        stated = _READABLE_FROM.search(self.script)
        return int(stated[1]) if stated else self.version

    def way_back(self) -> str:
        """The script that takes it back, or an error that says why there is none."""
        if self.version == 1:
            raise SesscoreError(
                "there is nothing to go back to: schema 1 is the first",
                hint="sesscore db restore FILE, with a backup of before",
            )
        if self.down is None:
            raise SesscoreError(
                f"migration {self} cannot be taken back: what it leaves does not tell what was before",
                hint="sesscore db restore FILE, with the backup that was made before it",
            )
        return self.down


def _shipped() -> tuple[Migration, ...]:
    """The migrations that come with this program, in order."""
    ways_back = names(_DOWN)
    found = []
    for file_name in names(_FOLDER):
        number, _, name = file_name.partition("_")
        down = sql(f"{_DOWN}/{file_name}") if file_name in ways_back else None
        found.append(Migration(int(number), name, sql(f"{_FOLDER}/{file_name}"), down))
    return tuple(found)


MIGRATIONS = _shipped()
SCHEMA_VERSION = MIGRATIONS[-1].version


def schema_version(connection: apsw.Connection) -> int:
    """The version of the schema that the database has; 0 before the first migration."""
    return int(connection.pragma("user_version"))


def readable_from(connection: apsw.Connection) -> int | None:
    """The oldest schema whose programs can read the database; None if it does not say so."""
    try:
        told = connection.execute(sql("store/readable_from"), {"version": schema_version(connection)}).get
    except apsw.SQLError:  # schema 1 has no such column
        return None
    return told if isinstance(told, int) else None


def foreign_step(connection: apsw.Connection) -> str | None:
    """A step that made the database and is none of this program's: that of a version that was never released."""
    known = {migration.version: migration.name for migration in MIGRATIONS}
    for version, name in connection.execute(sql("store/schema_history")):
        if known.get(version, name) != name:
            return f"{version:04}_{name}"
    return None


# Up


def run_migrations(connection: apsw.Connection) -> list[int]:
    """Apply what is missing, and return the versions that were applied.

    Each migration is one transaction with its record and its version: one that fails leaves the database as the one
    before it made it, and can be run again. Those of a new database are one transaction.
    """
    applied = []
    # A new database has all of them or none: one that was left at an early step would be taken for an old one.
    steps = [MIGRATIONS] if schema_version(connection) == 0 else [(migration,) for migration in MIGRATIONS]
    for together in steps:
        with all_or_nothing(connection):
            applied += bring_up(connection, together)
    _refuse_newer(connection)
    return applied


def bring_up(connection: apsw.Connection, steps: Sequence[Migration] = MIGRATIONS) -> list[int]:
    """Apply what is missing of some steps, in the transaction of the caller, and return the versions."""
    # Asked inside the transaction, so that of two programs that migrate at once each file runs once.
    version = schema_version(connection)
    wanted = [migration for migration in steps if version < migration.version]
    for migration in wanted:
        _apply(connection, migration)
    return [migration.version for migration in wanted]


def missing(connection: apsw.Connection) -> list[Migration]:
    """The migrations that `run_migrations` would apply."""
    version = schema_version(connection)
    return [migration for migration in MIGRATIONS if migration.version > version]


def _apply(connection: apsw.Connection, migration: Migration) -> None:
    """Run the statements of one migration and record it; the caller holds the transaction."""
    with set_aside(connection):
        run_script(connection, migration.script)
    version = migration.version
    connection.execute(
        sql("store/record_migration"),
        {"version": version, "name": migration.name, "applied_us": time.time_ns() // 1000},
    )
    if version > 1:  # the first one has no place for it
        connection.execute(
            sql("store/record_readable_from"), {"version": version, "readable_from": migration.readable_from}
        )
    connection.pragma("application_id", APPLICATION_ID)
    connection.pragma("user_version", version)
    refuse_damage(connection, f"after migration {migration}")


# Down


def last_applied(connection: apsw.Connection) -> Migration:
    """The migration that `roll_back` would take back. Raises SchemaMismatch for a newer database."""
    _refuse_newer(connection)
    version = schema_version(connection)
    return next(migration for migration in MIGRATIONS if migration.version == version)


def roll_back(connection: apsw.Connection) -> Migration:
    """Take back the last migration, in one transaction, and return it; what the database says stays."""
    with all_or_nothing(connection):
        migration = last_applied(connection)
        script = migration.way_back()
        try:
            with set_aside(connection):
                run_script(connection, script)
        except (apsw.ConstraintError, apsw.SQLError) as error:
            raise SesscoreError(
                f"migration {migration} cannot be taken back with what the database holds: {error}",
                hint="sesscore db restore FILE, with the backup that was made before it",
            ) from error
        connection.execute(sql("store/forget_migration"), {"version": migration.version})
        connection.pragma("user_version", migration.version - 1)
        refuse_damage(connection, f"without migration {migration}")
    return migration


# Both


@contextmanager
def all_or_nothing(connection: apsw.Connection) -> Iterator[None]:
    """The block is one transaction, rolled back if it fails."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # A full disk makes SQLite roll back by itself, and then there is nothing left to roll back.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def run_script(connection: apsw.Connection, script: str) -> None:
    """Runs all statements of a script; the caller holds the transaction."""
    for _ in connection.execute(script):
        pass  # a statement that returns rows would hold up the statements after it


def refuse_damage(connection: apsw.Connection, when: str) -> None:
    """Asked before the commit, so that what a migration breaks, or finds broken, is not made to last."""
    if found := damage(connection) or dangling(connection):
        raise SesscoreError(
            f"the database would be damaged {when}: {'; '.join(found)}",
            hint="sesscore db check, which says whether it is damaged already",
        )


def _refuse_newer(connection: apsw.Connection) -> None:
    """A database of a later program has nothing missing, and is still not ours to write."""
    version = schema_version(connection)
    if version > MIGRATIONS[-1].version:
        raise SchemaMismatch(f"the database is newer than this program: schema {version}, known up to {SCHEMA_VERSION}")
