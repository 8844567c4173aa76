"""The content hash of a database, and the same of a recount, by hand."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from compare import reading

from sesscore.contenthash import content_hash
from sesscore.recount import Recount

SESSION = (
    "sensor", "session_id", "match_type", "src_ip", "src_port", "dst_ip", "dst_port", "protocol", "started_us",
    "ended_us", "duration_ms", "event_count", "command_count", "command_failed_count", "login_failed_count",
    "login_success_count", "download_count", "upload_count", "client_version", "hassh",
)  # fmt: skip


def hashed(db: str | Path) -> str:
    """The content hash of a closed database."""
    with reading(db) as connection:
        return content_hash(connection)


def oracle_hash(recounted: Recount) -> str:
    """What the docstring of sesscore/contenthash.py says, with the standard library, from the recount."""
    rows: list[list[Any]] = []
    for session in sorted(recounted.sessions, key=lambda s: (s.sensor, s.session_id, s.started_us)):
        rows.append([getattr(session, name) for name in SESSION])
        rows += sorted(map(list, session.activities), key=lambda activity: activity[:2])
    text = "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
    return hashlib.sha256(text.encode()).hexdigest()
