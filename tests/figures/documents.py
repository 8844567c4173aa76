"""What the program says: the JSON document of a report."""

from __future__ import annotations

import json
from typing import Any

import apsw

from sesscore.formats import Look, pieces
from sesscore.report.period import Period
from sesscore.report.registry import report
from sesscore.report.snapshot import Snapshot, made
from sesscore.snapshot import one_state


def document(
    connection: apsw.Connection,
    name: str,
    *bounds: int | None,
    sensor: str | None = None,
    tz: str = "UTC",
    **options: Any,
) -> dict[str, Any]:
    """Of one state of the database. bounds: since_us and until_us."""
    since_us, until_us = (*bounds, None, None)[:2]
    with one_state(connection):
        asked = made(Snapshot(connection, report(name), Period(since_us, until_us, tz), sensor, options))
        found: dict[str, Any] = json.loads(b"".join(pieces(asked, "json", Look())))
    return found
