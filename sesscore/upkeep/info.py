"""`sesscore db info`: what a database is and how it stands, without a walk through it."""

from typing import Any

import apsw

from sesscore.connections import size_of
from sesscore.identity import ANY, Standing, standing_of
from sesscore.locking import holder
from sesscore.migrations import SCHEMA_VERSION, readable_from, schema_version
from sesscore.queries import Row, rows
from sesscore.render import Block, Listing, Title, moment
from sesscore.snapshot import one_state
from sesscore.sqlite_errors import sqlite_errors
from sesscore.store import open_for_reading
from sesscore.upkeep.space import log_bytes
from sesscore.wording import counted, readable

SCHEMA = "sesscore.db.info/1"


def document(db: str) -> dict[str, Any]:
    """All that is told, also of an older or newer database. Raises NothingToRead, SesscoreError."""
    with open_for_reading(db, accept=ANY) as database, sqlite_errors(database.path):
        connection = database.connection
        with one_state(connection):
            return of(connection, database.path)


def of(connection: apsw.Connection, path: str) -> dict[str, Any]:
    """The same by a connection, which sees one state."""
    standing = standing_of(connection)
    known = standing is not Standing.NEWER
    return {
        "schema": SCHEMA,
        "path": path,
        "bytes": size_of(path),
        "log_bytes": log_bytes(path),
        "page_bytes": int(connection.pragma("page_size")),
        "pages": int(connection.pragma("page_count")),
        "free_pages": int(connection.pragma("freelist_count")),
        "sqlite": apsw.sqlite_lib_version(),
        "schema_version": schema_version(connection),
        "program_schema_version": SCHEMA_VERSION,
        "standing": standing.name.lower(),
        "readable_from": readable_from(connection),
        "history": [_step(row) for row in rows(connection, "upkeep/history")],
        "writer": holder(path),
        "last_run": _last_run(connection) if known else None,
        "counts": rows(connection, "upkeep/counts")[0] if known else None,
    }


def _step(row: Row) -> dict[str, Any]:
    return {
        "version": row["version"],
        "name": row["name"],
        "applied_at": moment(row["applied_us"]),
        "readable_from": row.get("readable_from"),
    }


def _last_run(connection: apsw.Connection) -> dict[str, Any] | None:
    found = rows(connection, "upkeep/last_run")
    if not found:
        return None
    run = found[0]
    return {
        "run_id": run["run_id"],
        "started_at": moment(run["started_us"]),
        "committed_at": moment(run["committed_us"]),
        "commits": run["commits"],
        "source": run["source"],
        "source_offset": run["source_offset"],
        "session_key": run["session_key"],
    }


def page(told: dict[str, Any]) -> list[Block]:
    """The same for people."""
    standing = Standing[told["standing"].upper()]
    free = told["free_pages"] * told["page_bytes"]
    about: list[tuple[str, str]] = [
        ("size", f"{readable(told['bytes'])}, {readable(free)} of it free"),
        ("log", readable(told["log_bytes"])),
        ("pages", f"{told['pages']:,} of {told['page_bytes']:,} bytes"),
        ("schema", f"{told['schema_version']} ({standing.value}; this program: {told['program_schema_version']})"),
        ("sqlite", told["sqlite"]),
        ("writer", told["writer"] or "none"),
    ]
    if counts := told["counts"]:
        about.append(("holds", ", ".join(counted(counts[name], name.removesuffix("s")) for name in counts)))
    if run := told["last_run"]:
        about.append(("last commit", f"{run['committed_at']}, {run['source']} up to byte {run['source_offset']:,}"))
    history = [(step["version"], step["name"], step["applied_at"], step["readable_from"]) for step in told["history"]]
    return [
        Title("sesscore db info", told["path"]),
        Listing("Database", ("what", "is"), about, whole="is"),
        Listing("Schema", ("version", "name", "applied", "readable from"), history),
    ]
