"""Database → report."""

from pathlib import Path

from sesscore.formats import Look, pieces
from sesscore.ingest import ingest
from sesscore.report.period import Period
from sesscore.report.registry import report, shipped
from sesscore.report.snapshot import Snapshot, made
from sesscore.snapshot import one_state
from sesscore.store import open_for_reading

from .logs import EVENTS, Logs, write_logs

DAY_US = 86_400_000_000
FIRST_US = 1_767_225_600_000_000  # 2026-01-01, with which the logs begin
PERIODS = {"diff": Period(FIRST_US + 2 * DAY_US, FIRST_US + 4 * DAY_US)}  # it compares with the two days before
BY_HOUR = "timeline by hour"
REPORTS = (*shipped(), BY_HOUR)


class Report:
    """From opening the database to the last byte of JSON, without the start of Python."""

    params = (EVENTS, REPORTS)
    param_names = ("events", "report")

    def setup_cache(self) -> dict[int, str]:
        return write_databases(Path.cwd())

    def time_report(self, databases: dict[int, str], events: int, name: str) -> None:
        with open_for_reading(databases[events]) as database, one_state(database.connection):
            asked, options = ("timeline", {"by": "hour"}) if name == BY_HOUR else (name, {})
            period = PERIODS.get(name, Period(0))
            document = made(Snapshot(database.connection, report(asked), period, options=options))
            sum(map(len, pieces(document, "json", Look())))


Report.setup_cache.timeout = 300


def write_databases(folder: Path) -> dict[int, str]:
    """A database for each number of events, holding the logs of all generations. Returns their paths."""
    logs: Logs = write_logs(folder)
    databases = {}
    for events in EVENTS:
        databases[events] = str(folder / f"{events}.db")
        ingest([path for (count, _), path in logs.items() if count == events], db=databases[events])
    return databases
