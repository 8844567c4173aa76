"""Databases of earlier forms of schema 1, as the programs of their day made them: `tests/earlier/`.

Each was made by `sesscore ingest first.json second.json` there, of a program that packed four events a part in place of
1,024, and written down as SQL. Those that are not in FORM_NAMES are not brought up.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import apsw
from hashes import SESSION

from sesscore.legacy.forms import FORMS

FOLDER = Path(__file__).parent / "earlier"
LOGS = ("first.json", "second.json")
FORM_NAMES = [form.name for form in FORMS]


def load(name: str, db: Path | str) -> str:
    """The database at a path."""
    connection = apsw.Connection(str(db))
    connection.pragma("journal_mode", "wal")
    with connection:
        connection.execute((FOLDER / f"{name}.sql").read_text("utf-8"))
    connection.close()
    return str(db)


def hash_by_views(connection: apsw.Connection) -> str:
    """The content hash by what the public views say, which every form has; as sesscore/contenthash.py has it."""
    rows = []
    for key, *columns in connection.execute(
        f"SELECT session_key, {', '.join(SESSION)} FROM session_metrics ORDER BY sensor, session_id, started_us"
    ):
        rows.append(columns)
        rows += connection.execute(
            "SELECT at_us, kind, value, username, password, shasum FROM session_activity WHERE session_key = ?"
            " ORDER BY at_us, kind, seq",
            (key,),
        )
    text = "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
    return hashlib.sha256(text.encode()).hexdigest()
