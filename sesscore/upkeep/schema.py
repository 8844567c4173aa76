"""`sesscore db migrate` and `rollback`: the schema of a database brought up or back, after a backup."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

import apsw

from sesscore.errors import SchemaMismatch, SesscoreError
from sesscore.identity import MIGRATING
from sesscore.legacy.forms import form_of, refuse_additions
from sesscore.legacy.settling import settle
from sesscore.migrations import Migration, last_applied, missing, roll_back, run_migrations, schema_version
from sesscore.shape import deviations
from sesscore.sqlite_errors import sqlite_errors
from sesscore.store import open_for_reading, open_for_writing
from sesscore.telemetry.run import Run
from sesscore.upkeep.backup import backup_of
from sesscore.upkeep.naming import stamped
from sesscore.upkeep.space import bytes_of, require

SCHEMA = "sesscore.db.migrate/1"
# For the time that is told before: what a slow disk reads or writes in a second. A backup is written and then checked,
# a step goes over the database once for its statements and once for the check before its commit: two passes each, and
# two more for a form of before, of which all is read, written, checked and compared.
BYTES_A_SECOND = 50_000_000
PASSES = 2

Tell = Callable[[str], None]
ChangeIt = Callable[[apsw.Connection], object]


@dataclass(frozen=True)
class Step:
    """A migration to be applied or taken back. statements: one after the other, in one transaction."""

    name: str
    statements: Sequence[str]


@dataclass(frozen=True)
class Change:
    """What is to be done to a schema, or was. backup: its file, None if there is none."""

    path: str
    before: int
    after: int
    steps: Sequence[Step]
    estimated_seconds: float
    done: bool = False
    backup: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The JSON document."""
        return {
            "schema": SCHEMA,
            "path": self.path,
            "schema_before": self.before,
            "schema_after": self.after,
            "steps": [{"name": step.name, "statements": list(step.statements)} for step in self.steps],
            "estimated_seconds": self.estimated_seconds,
            "done": self.done,
            "backup": self.backup,
        }


# What would be done


class Plan(Protocol):
    """`plan_up` or `plan_back`."""

    def __call__(self, connection: apsw.Connection, path: str, *, backup: bool) -> Change:
        """What is to be done to the database. backup: whether one is made first, which takes its time."""


def plan_up(connection: apsw.Connection, path: str, *, backup: bool) -> Change:
    """What `migrate` would do."""
    steps = [_step(migration, migration.script) for migration in missing(connection)]
    before = schema_version(connection)
    after = before + len(steps)
    if form := form_of(connection):
        refuse_additions(connection)
        steps.insert(0, Step(str(form), statements(form.script)))
    return _plan(connection, path, steps, after, backup=backup)


def plan_back(connection: apsw.Connection, path: str, *, backup: bool) -> Change:
    """What `rollback` would do. Raises SesscoreError if there is no way back."""
    migration = last_applied(connection)
    return _plan(connection, path, [_step(migration, migration.way_back())], migration.version - 1, backup=backup)


def dry_run(db: str, plan: Plan, *, backup: bool) -> Change:
    """A plan for a database that is not touched."""
    with open_for_reading(db, accept=MIGRATING, touch=False) as database, _errors(database.path):
        return plan(database.connection, database.path, backup=backup)


def _plan(connection: apsw.Connection, path: str, steps: Sequence[Step], after: int, *, backup: bool) -> Change:
    form = form_of(connection)
    if not form and (found := deviations(connection)):
        raise SchemaMismatch(
            f"the schema was changed, or is of a version that was never released: {'; '.join(found)}",
            hint="read the logs into a new file: sesscore ingest PATH --db FILE",
        )
    passes = PASSES * (len(steps) + backup + (form is not None)) if steps else 0
    seconds = round(passes * bytes_of(connection) / BYTES_A_SECOND, 1)
    return Change(path, schema_version(connection), after, steps, seconds)


def _step(migration: Migration, script: str) -> Step:
    return Step(str(migration), statements(script))


def statements(script: str) -> list[str]:
    """The statements of a script, each with the comments before it."""
    found, open_ = [], ""
    for piece in script.split(";")[:-1]:
        open_ += f"{piece};"
        if apsw.complete(open_):
            found.append(open_.strip())
            open_ = ""
    return found


# Doing it


def migrate(db: str, *, backup: bool = True, tell: Tell, run: Run | None = None) -> Change:
    """Bring a database to the schema of this program; nothing is done if it is there.

    tell: is called with the name of the backup as soon as it is made. run: says how far it is. Raises NothingToRead if
    there is no database, SchemaMismatch if it is newer, DatabaseInUse if somebody writes it, SesscoreError if it is
    damaged, StorageError.
    """
    return _change(db, plan_up, _up, backup=backup, tell=tell, run=run or Run())


def rollback(db: str, *, backup: bool = True, tell: Tell, run: Run | None = None) -> Change:
    """Take back the last migration; what the database says is kept.

    Raises as `migrate`, and SesscoreError if there is no way back.
    """
    return _change(db, plan_back, roll_back, backup=backup, tell=tell, run=run or Run())


def _up(connection: apsw.Connection) -> None:
    settle(connection)
    run_migrations(connection)


def _change(db: str, plan: Plan, change_it: ChangeIt, *, backup: bool, tell: Tell, run: Run) -> Change:
    with open_for_writing(db, create=False, accept=MIGRATING) as database, _errors(database.path):
        connection, path = database.connection, database.path
        change = plan(connection, path, backup=backup)
        if change.steps:
            # The log can grow as large as the database before a commit; rows that are written anew take as much again.
            times = 1 + backup + (form_of(connection) is not None)
            require(path, bytes_of(connection) * times, "to change the schema")
            if backup:
                target = stamped(path, f"schema{change.before}")
                kept = backup_of(connection, path, target, draft_of=f"{path}.schema", run=run).path
                tell(kept)
                change = replace(change, backup=kept)
            with _statements(connection, run, sum(len(step.statements) for step in change.steps)):
                change_it(connection)
    return replace(change, done=True)


@contextmanager
def _statements(connection: apsw.Connection, run: Run, total: int) -> Iterator[None]:
    """Within the block the run's work is statements.

    What is checked after them is none of these, and takes its time.
    """
    run.enter("migrating", "statements", total)

    def begins(cursor: apsw.Cursor, text: str, bindings: object) -> bool:
        run.current = min(run.current + 1, total - 1)
        return True

    connection.exec_trace = begins
    try:
        yield
    finally:
        connection.exec_trace = None
    run.current = total


@contextmanager
def _errors(path: str) -> Iterator[None]:
    """Errors inside the block are ours, and say which database they speak of."""
    try:
        with sqlite_errors(path):
            yield
    except SesscoreError as error:
        error.where = error.where or path
        raise
