"""Whether a database has the tables, indexes and views that the version of its schema stands for."""

from contextlib import closing

import apsw

from sesscore.migrations import MIGRATIONS, schema_version
from sesscore.queries import sql

Shape = dict[tuple[str, str], str | None]  # type and name: its statement


def deviations(connection: apsw.Connection) -> list[str]:
    """What is missing or other than the migrations make it. What somebody added is no deviation.

    For a version that this program knows. Not so shaped are databases of versions that were never released.
    """
    version = schema_version(connection)
    there = shape_of(connection)
    found = []
    for (kind, name), statement in expected(version).items():
        if (kind, name) not in there:
            found.append(f"{kind} {name} of schema {version} is missing")
        elif there[kind, name] != statement:
            found.append(f"{kind} {name} is not that of schema {version}")
    return found


def expected(version: int) -> Shape:
    """What the migrations up to a version make."""
    with closing(apsw.Connection(":memory:")) as connection:
        for migration in MIGRATIONS[:version]:
            for _ in connection.execute(migration.script):
                pass
        return shape_of(connection)


def shape_of(connection: apsw.Connection) -> Shape:
    """What there is."""
    return {(kind, name): statement for kind, name, statement in connection.execute(sql("upkeep/shape"))}
