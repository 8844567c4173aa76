"""What a database holds, and whether it is sound: what campaigns compare."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from harness import environment, program
from logs import Logs

from sesscore.errors import NothingToRead
from sesscore.sqlite_errors import sqlite_errors
from sesscore.store import open_for_reading
from sesscore.verify import document

SOURCES = (
    "SELECT s.path, s.state, s.offset, s.records, s.pending_bytes, l.lines, l.events, l.duplicates, l.sessionless,"
    " l.quarantined, l.blank, (SELECT group_concat(q.reason || ':' || q.record || ':' || q.records, ' ')"
    " FROM (SELECT * FROM quarantine ORDER BY record) AS q WHERE q.source_id = s.source_id)"
    " FROM source AS s JOIN ledger AS l USING (source_id) ORDER BY s.path"
)
NOTHING = "no database"


@dataclass(frozen=True)
class Content:
    """hash: of sessions and activities. records: that were read. sources: what is known of each. wrong: see `look`."""

    hash: str
    records: int
    sources: tuple[tuple[object, ...], ...]
    wrong: str = ""


def look(db: Path | str) -> Content:
    """What a database holds. wrong: what `sesscore verify` finds in it. Raises SesscoreError."""
    try:
        opened = open_for_reading(db)
    except NothingToRead:
        return Content(NOTHING, 0, ())
    with opened, sqlite_errors(opened.path):
        told = document(opened.connection, opened.path)
        sources = tuple(opened.connection.execute(SOURCES))
    differences = [check["name"] for check in told["checks"] if check["differences"]]
    balanced = [] if told["balanced"] else ["balance"]
    return Content(told["content_hash"] or "", told["ledger"]["lines"], sources, ", ".join(balanced + differences))


def undisturbed(logs: Logs, folder: Path) -> Content:
    """What the logs make of a new database when nothing happens, which must be right by itself."""
    folder.mkdir(exist_ok=True)
    db = folder / "undisturbed.db"
    command = program("ingest", *logs.options, "--db", db)
    subprocess.run(command, env=environment(), check=True, capture_output=True)
    command = program("verify", logs.folder, "--db", db)
    subprocess.run(command, env=environment(), check=True, capture_output=True)
    made = look(db)
    if made.wrong:
        raise AssertionError(f"without any fault: {made.wrong}")
    return made


def difference(made: Content, expected: Content) -> str:
    """What is not as it should be in a database that was read to the end, empty if nothing."""
    if made.wrong:
        return f"verify finds {made.wrong}"
    if made.hash != expected.hash:
        return f"content hash {made.hash[:12]} instead of {expected.hash[:12]}, {made.records} records"
    if made.sources != expected.sources:
        ours, theirs = next((a, b) for a, b in zip(made.sources, expected.sources, strict=False) if a != b)
        return f"sources differ: {ours} instead of {theirs}"
    return ""
