"""The reports by name: the one way in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from figures.aggregates import daily, monthly, weekly
from figures.attacks import abnormal, attacks
from figures.changes import diff, novelty
from figures.counting import Row
from figures.events import commands, credentials, files
from figures.logs import Logs, read_logs
from figures.selection import Selection
from figures.starts import clients, sessions, sources
from figures.summary import summary
from figures.timeline import timeline
from figures.times import moment

REPORTS: dict[str, Callable[..., Row]] = {
    "abnormal": abnormal,
    "attacks": attacks,
    "clients": clients,
    "commands": commands,
    "credentials": credentials,
    "daily": daily,
    "diff": diff,
    "files": files,
    "monthly": monthly,
    "novelty": novelty,
    "sessions": sessions,
    "sources": sources,
    "summary": summary,
    "timeline": timeline,
    "weekly": weekly,
}


def expected(
    report: str,
    logs: Logs | Iterable[str | os.PathLike[str]],
    since_us: int | None = None,
    until_us: int | None = None,
    sensor: str | None = None,
    *,
    tz: str = "UTC",
    **options: Any,
) -> Row:
    """The sections of a report's JSON document.

    logs: paths, or what `read_logs` made of them. since_us, until_us: the period, half open; None sets no bound.
    sensor: None for all. tz: whose days. options: of the report, as its function names them.
    """
    if not isinstance(logs, Logs):
        logs = read_logs(logs)
    return REPORTS[report](Selection(logs, since_us, until_us, sensor, tz), **options)


def frame(
    report: str, since_us: int | None = None, until_us: int | None = None, sensor: str | None = None, tz: str = "UTC"
) -> Row:
    """Give what stands above the sections."""
    return {
        "schema": f"sesscore.report.{report}/1",
        "report": report,
        "sensor": sensor,
        "since": moment(since_us),
        "until": moment(until_us),
        "tz": tz,
    }
