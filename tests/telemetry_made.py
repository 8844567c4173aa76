"""Documents and milestones that no run wrote."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)
EVIL = "EVIL\x1b[2J\u202e|[red]\n\udc80"


def moment(ago: float = 0.0, now: datetime = NOW) -> str:
    return (now - timedelta(seconds=ago)).isoformat(timespec="microseconds").replace("+00:00", "Z")


DOCUMENT: dict[str, Any] = {
    "schema": "sesscore.status/1",
    "run_id": "ab" * 16,
    "command": "ingest",
    "pid": 4085,
    "hostname": os.uname().nodename,
    "process_started": None,
    "sensor": "alpha",
    "sensors": ["alpha"],
    "db": "/var/lib/sesscore/s.db",
    "state": "running",
    "interval_seconds": 1.0,
    "phase": "reading",
    "phase_started": moment(50),
    "started": moment(60),
    "updated": moment(),
    "elapsed": {"phase_seconds": 50.0, "total_seconds": 60.0},
    "progress": {
        "unit": "bytes",
        "current": 430_000_000,
        "total": 1_000_000_000,
        "percent": 43.0,
        "rate_per_sec": 35_200_000.0,
        "eta_seconds": 62.0,
    },
    "counters": {
        "lines": 1_010,
        "events": 1_000,
        "duplicates": 2,
        "sessionless": 1,
        "quarantined": 3,
        "blank": 4,
        "sessions_new": 12,
        "sessions_updated": 5,
    },
    "committed": {},
    "sessions": {"total": 99, "full_delimited": 10, "session_id_only": 1, "event_session": 1},
    "sources": {
        "total": 180,
        "done": 3,
        "read": 2,
        "unchanged": 1,
        "alien": 0,
        "unreadable": 0,
        "pending": 0,
        "current": {
            "path": "/var/log/cowrie/cowrie.json",
            "offset": 2_000_000,
            "size": 3_000_000,
            "stored_offset": 2_000_000,
        },
    },
    "checkpoint": {
        "at": moment(0.4),
        "transactions": 7,
        "source": "/var/log/cowrie/cowrie.json",
        "offset": 1_900_000,
        "events": 990,
        "seconds_ago": 0.4,
    },
    "queues": {"read_ahead": {"depth": 3, "limit": 8}, "storing": {"depth": 1, "limit": 2}},
    "transactions": {
        "count": 7,
        "last_seconds": 0.25,
        "median_seconds": 0.2,
        "p99_seconds": 0.5,
        "longest_seconds": 0.75,
    },
    "wal_bytes": 4_096,
    "db_bytes": 8_192,
    "memory": {"now_bytes": 160_000_000, "peak_bytes": 180_000_000},
    "cpu": {"user_seconds": 50.5, "system_seconds": 2.5, "percent": 88.0},
    "last_error": None,
    "problems": 1,
    "quarantine": {"records": 3, "reasons": {"json": 2, "torn": 1}},
    "writes": 61,
}


def document(**changes: Any) -> dict[str, Any]:
    """A document of a run that goes on; `a__b=1` changes what stands at `b` below `a`."""
    made = copy.deepcopy(DOCUMENT)
    for path, value in changes.items():
        *above, last = path.split("__")
        at = made
        for key in above:
            at = at[key]
        at[last] = value
    return made


def unknown() -> dict[str, Any]:
    """A document of a run that knows nothing yet: every figure is null."""

    def nothing(value: Any) -> Any:
        return {key: nothing(below) for key, below in value.items()} if isinstance(value, dict) else None

    kept = ("schema", "run_id", "command", "pid", "hostname", "sensors", "db", "state", "started", "updated", "phase")
    return {key: DOCUMENT[key] if key in kept else nothing(value) for key, value in DOCUMENT.items()}


def event(name: str = "started", **more: Any) -> dict[str, Any]:
    """A milestone."""
    frame = {"schema": "sesscore.milestone/1", "event": name, "at": moment(), "run_id": "ab" * 16}
    return {**frame, "command": "ingest", "pid": 4085, "db": "/s.db", "sensor": None, **more}


def telling(said: list[str]) -> Callable[[str, str, str], None]:
    """Notes what a sink tells."""
    return lambda where, what, hint: said.append(f"{what} ({where})")
