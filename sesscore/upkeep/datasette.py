"""`sesscore db datasette`: what Datasette shows beside tables, from what the database says of them."""

from pathlib import Path
from typing import Any

import apsw

from sesscore.queries import names, sql
from sesscore.sqlite_errors import sqlite_errors
from sesscore.store import open_for_reading

_QUERIES = "datasette/queries"
_NEWEST_FIRST = "started_us"  # which has an index


def metadata(db: str) -> dict[str, Any]:
    """Datasette's metadata, to be written to a file for its option -m. Raises NothingToRead, SchemaMismatch."""
    with open_for_reading(db) as database, sqlite_errors(database.path):
        tables = _tables(database.connection)
    # Datasette knows a database by the name of its file.
    return {"databases": {Path(db).stem: {"tables": tables, "queries": _queries()}}}


def _tables(connection: apsw.Connection) -> dict[str, Any]:
    tables: dict[str, Any] = {}
    for table, column, unit, description in connection.execute(sql("datasette/described")):
        about = tables.setdefault(table, {"columns": {}})
        if column:
            about["columns"][column] = f"{description} ({unit})" if unit else description
        else:
            about["description"] = description
    for name in ("session_list", "session_metrics"):
        tables[name]["sort_desc"] = _NEWEST_FIRST
    return tables


def _queries() -> dict[str, Any]:
    found = {}
    for name in names(_QUERIES):
        header, _, statement = sql(f"{_QUERIES}/{name}").partition("\n")
        found[name] = {"title": header.removeprefix("-- "), "sql": statement.strip()}
    return found
