"""Database → report."""

from pathlib import Path

from sesscore.ingest import ingest
from sesscore.queries import Bounds
from sesscore.render import to_json
from sesscore.reports import report
from sesscore.store import open_for_reading

from .logs import EVENTS, Logs, write_logs


class Report:
    """From opening the database to the last byte of JSON, without the start of Python."""

    params = (EVENTS,)
    param_names = ("events",)

    def setup_cache(self) -> dict[int, str]:
        return write_databases(Path.cwd())

    def time_summary(self, databases: dict[int, str], events: int) -> None:
        with open_for_reading(databases[events]) as database:
            to_json(report("summary").document(database.connection, Bounds()))


Report.setup_cache.timeout = 300


def write_databases(folder: Path) -> dict[int, str]:
    """A database for each number of events, holding the logs of all generations. Returns their paths."""
    logs: Logs = write_logs(folder)
    databases = {}
    for events in EVENTS:
        databases[events] = str(folder / f"{events}.db")
        ingest([path for (count, _), path in logs.items() if count == events], db=databases[events])
    return databases
