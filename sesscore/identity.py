"""What a database is to this program: whose it is, and whether its schema can be read, written or brought up."""

import shlex
from enum import Enum

import apsw

from sesscore.errors import SchemaMismatch, SesscoreError
from sesscore.migrations import APPLICATION_ID, SCHEMA_VERSION, foreign_step, readable_from, schema_version
from sesscore.snapshot import one_state


class Standing(Enum):
    """The schema of a database beside that of this program; the value says it."""

    CURRENT = "current"
    OLDER = "older"
    READABLE = "newer, and can be read"
    NEWER = "newer"


# What a command can deal with.
WRITING = frozenset({Standing.CURRENT})
READING = WRITING | {Standing.READABLE}
MIGRATING = WRITING | {Standing.OLDER}
COPYING = READING | MIGRATING
ANY = frozenset(Standing)


def standing_of(connection: apsw.Connection) -> Standing:
    """Where a database of ours stands. A newer one can be read if it says that a program like this can."""
    version = schema_version(connection)
    if version == SCHEMA_VERSION:
        return Standing.CURRENT
    if version < SCHEMA_VERSION:
        return Standing.OLDER
    oldest = readable_from(connection)
    return Standing.READABLE if oldest is not None and oldest <= SCHEMA_VERSION else Standing.NEWER


def identify(connection: apsw.Connection, path: str, accept: frozenset[Standing]) -> Standing | None:
    """Where the database stands, None if it has no schema yet; an error if it is not ours or not one of `accept`."""
    # All from one state: between two questions another program may make the database.
    with one_state(connection):
        return _identified(connection, path, accept)


def _identified(connection: apsw.Connection, path: str, accept: frozenset[Standing]) -> Standing | None:
    application = connection.pragma("application_id")
    version = schema_version(connection)
    if application == 0 and version == 0 and not connection.execute("SELECT count(*) FROM sqlite_schema").get:
        return None
    if application != APPLICATION_ID:
        raise SesscoreError("the database belongs to another program", where=path, hint="name another file with --db")
    standing = standing_of(connection)
    if standing not in accept:
        raise _refusal(standing, version, path)
    _refuse_foreign_steps(connection, path)
    return standing


def _refusal(standing: Standing, version: int, path: str) -> SchemaMismatch:
    if standing is Standing.OLDER:
        return SchemaMismatch(
            f"the database is older than this program: schema {version}, needed {SCHEMA_VERSION}",
            where=path,
            hint=f"sesscore db migrate --db {shlex.quote(path)}",
        )
    but = "; it can be read, and is not written" if standing is Standing.READABLE else ""
    return SchemaMismatch(
        f"the database is newer than this program: schema {version}, known up to {SCHEMA_VERSION}{but}",
        where=path,
        hint="pip install --upgrade sesscore",
    )


def _refuse_foreign_steps(connection: apsw.Connection, path: str) -> None:
    try:
        step = foreign_step(connection)
    except apsw.SQLError as error:
        raise SesscoreError(f"the database has no record of its migrations: {error}", where=path) from error
    if step:
        raise SchemaMismatch(
            f"the database is of a version that was never released: {step} made it",
            where=path,
            hint="read the logs into a new file: sesscore ingest PATH --db FILE",
        )
