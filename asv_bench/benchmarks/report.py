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

# But `diff`, which needs a period that has another before it.
REPORTS = tuple(name for name in shipped() if name != "diff")


class Report:
    """From opening the database to the last byte of JSON, without the start of Python."""

    params = (EVENTS, REPORTS)
    param_names = ("events", "report")

    def setup_cache(self) -> dict[int, str]:
        return write_databases(Path.cwd())

    def time_report(self, databases: dict[int, str], events: int, name: str) -> None:
        with open_for_reading(databases[events]) as database, one_state(database.connection):
            document = made(Snapshot(database.connection, report(name), Period(0)))
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
