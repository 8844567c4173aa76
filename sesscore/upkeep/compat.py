"""`sesscore db compat`: views with the older tools' names, made or taken away in one transaction."""

from dataclasses import asdict, dataclass
from typing import Any

from sesscore.compat import add, remove, standing_set
from sesscore.migrations import all_or_nothing
from sesscore.queries import names
from sesscore.sqlite_errors import sqlite_errors
from sesscore.store import open_for_reading, open_for_writing

SCHEMA = "sesscore.db.compat/1"


@dataclass(frozen=True)
class Compat:
    """Which set of views is there, if any, and the names of the views."""

    path: str
    set: str | None
    views: list[str]

    def as_dict(self) -> dict[str, Any]:
        """The JSON document."""
        return {"schema": SCHEMA, **asdict(self)}


def look(db: str) -> Compat:
    """What is there. Raises NothingToRead, SchemaMismatch."""
    with open_for_reading(db) as database, sqlite_errors(database.path):
        return _told(database.path, standing_set(database.connection))


def change(db: str, name: str | None) -> Compat:
    """Have the views of a set, in place of another; None: of no set.

    Raises NothingToRead, SchemaMismatch, DatabaseInUse, StorageError, and SesscoreError if a name is taken.
    """
    with open_for_writing(db, create=False) as database, sqlite_errors(database.path):
        with all_or_nothing(database.connection):
            if name is None:
                remove(database.connection)
            else:
                add(database.connection, name)
        return _told(database.path, name)


def _told(path: str, name: str | None) -> Compat:
    return Compat(path, name, [] if name is None else names(f"compat/{name}"))
