"""`sesscore db check`: whether the file is whole, and whether its ledgers balance. `verify` looks at every figure."""

import shlex
from typing import Any

import apsw

from sesscore.checks import QUICK, ask
from sesscore.errors import ConditionFailed, SesscoreError
from sesscore.identity import COPYING, MIGRATING, READING, standing_of
from sesscore.legacy.forms import form_of
from sesscore.migrations import schema_version
from sesscore.shape import deviations
from sesscore.snapshot import one_state
from sesscore.sqlite_errors import damaged, sqlite_errors
from sesscore.store import open_for_reading
from sesscore.structure import damage, dangling
from sesscore.telemetry.pages import pages_read
from sesscore.telemetry.run import Run

SCHEMA = "sesscore.db.check/1"


def check(db: str, run: Run | None = None) -> dict[str, Any]:
    """What was found, as a JSON document: `damage` of the file, rows that are `dangling`, `differences` of figures.

    Figures of an older schema are not compared. run: says how far it is. Raises NothingToRead, SchemaMismatch, or
    SesscoreError if the file is so damaged that it cannot be opened.
    """
    with open_for_reading(db, accept=COPYING) as database, sqlite_errors(database.path):
        connection = database.connection
        with one_state(connection):
            return _document(connection, database.path, run or Run())


def _document(connection: apsw.Connection, path: str, run: Run) -> dict[str, Any]:
    with pages_read(connection, run, "checking"):
        problems = _damage(connection)
    standing = standing_of(connection)
    if not problems and standing in MIGRATING and not form_of(connection):
        problems = deviations(connection)
    comparable = not problems and standing in READING
    broken = [] if problems else dangling(connection)
    differences = []
    run.enter("comparing", "statements", len(QUICK))
    for name, statement in QUICK.items() if comparable else ():
        differences += ask(connection, statement).listed(name)
        run.current += 1
    return {
        "schema": SCHEMA,
        "path": path,
        "schema_version": schema_version(connection),
        "whole": not problems and not broken,
        "balanced": not differences if comparable else None,
        "damage": problems,
        "dangling": broken,
        "differences": differences,
    }


def _damage(connection: apsw.Connection) -> list[str]:
    try:
        return damage(connection)
    except apsw.CorruptError as error:  # so much that even the check does not get through
        return [str(error)]


def verdict(told: dict[str, Any]) -> SesscoreError | None:
    """The error that what was found ends with; None if nothing was."""
    path = told["path"]
    problems = [*told["damage"], *told["dangling"]]
    if problems:
        return damaged("; ".join(problems), path)
    if told["differences"]:
        names = sorted({difference["check"] for difference in told["differences"]})
        return ConditionFailed(
            f"the figures do not agree: {', '.join(names)}",
            where=path,
            hint=f"sesscore verify --db {shlex.quote(path)}",
        )
    return None
