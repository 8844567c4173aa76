"""Views with the names of the older tools' tables, which `sesscore db compat` makes and takes away.

Each carries the name of its set in a comment of its statement, so that what somebody made himself under such a name is
never taken for one. They use nothing but `session_metrics`, `session_activity`, `session_origin`, `source` and
`quarantine`, which every schema has.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import apsw

from sesscore.errors import SesscoreError
from sesscore.queries import names, sql

SETS = ("datagen24", "jslagrew")  # both have a table `files`, so there is one set at a time
_MARK = re.compile(r"CREATE VIEW (\w+) /\* sesscore compat: (\w+) \*/")


def standing_set(connection: apsw.Connection) -> str | None:
    """The set that is there; None if there is none that this program knows."""
    found = {name for _, name in _marked(connection)}
    return next((name for name in SETS if name in found), None)


def add(connection: apsw.Connection, name: str) -> None:
    """Makes a set, in place of another; the caller holds the transaction.

    Raises SesscoreError if one of its names is taken by something else.
    """
    remove(connection)
    taken = {one.lower() for one, _ in connection.execute(sql("compat/objects"))}.intersection(names(f"compat/{name}"))
    if taken:
        raise SesscoreError(
            f"the names are taken, by tables or views that are not sesscore's: {', '.join(sorted(taken))}",
            hint="rename them, or take them away",
        )
    for view in names(f"compat/{name}"):
        connection.execute(sql(f"compat/{name}/{view}"))


def remove(connection: apsw.Connection) -> None:
    """Takes away what `add` made, and nothing else; the caller holds the transaction."""
    for view, _ in _marked(connection):
        connection.execute(sql(f"compat/drop/{view}"))


@contextmanager
def set_aside(connection: apsw.Connection) -> Iterator[None]:
    """Within the block the views are not there, so that a migration can change what they name.

    After it come those of this program. The caller holds the transaction.
    """
    name = standing_set(connection)
    remove(connection)
    yield
    if name is not None:
        add(connection, name)


def _marked(connection: apsw.Connection) -> list[tuple[str, str]]:
    """Views and their sets, as far as this program knows them."""
    found = []
    for view, statement in connection.execute(sql("compat/objects")):
        match = _MARK.match(statement or "")
        if match and match[2] in SETS and view in names("compat/drop"):
            found.append((view, match[2]))
    return found
