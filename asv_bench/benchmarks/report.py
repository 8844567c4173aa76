"""Database → report."""

from pathlib import Path

from sesscore.formats import Look, pieces
from sesscore.ingest import ingest
from sesscore.report.period import Period
from sesscore.report.registry import report
from sesscore.report.snapshot import Snapshot, made
from sesscore.snapshot import one_state
from sesscore.store import open_for_reading

from .logs import EVENTS, Logs, write_logs


class Report:
    """From opening the database to the last byte of JSON, without the start of Python."""

    params = (EVENTS,)
    param_names = ("events",)

    def setup_cache(self) -> dict[int, str]:
        return write_databases(Path.cwd())

    def time_summary(self, databases: dict[int, str], events: int) -> None:
        with open_for_reading(databases[events]) as database, one_state(database.connection):
            b"".join(pieces(made(Snapshot(database.connection, report("summary"), Period())), "json", Look()))


Report.setup_cache.timeout = 300


def write_databases(folder: Path) -> dict[int, str]:
    """A database for each number of events, holding the logs of all generations. Returns their paths."""
    logs: Logs = write_logs(folder)
    databases = {}
    for events in EVENTS:
        databases[events] = str(folder / f"{events}.db")
        ingest([path for (count, _), path in logs.items() if count == events], db=databases[events])
    return databases
