"""Files → database, everything stored."""

from pathlib import Path
from tempfile import TemporaryDirectory

from sesscore.ingest import ingest

from .logs import Logs, OnLogs


class Ingest(OnLogs):
    """A log into a database that does not exist."""

    def time_run(self, logs: Logs, events: int, generation: str) -> None:
        self._database_bytes(logs[events, generation])

    def peakmem_run(self, logs: Logs, events: int, generation: str) -> None:
        self._database_bytes(logs[events, generation])

    def track_database_bytes_per_log_byte(self, logs: Logs, events: int, generation: str) -> float:
        log = logs[events, generation]
        return self._database_bytes(log) / Path(log).stat().st_size

    track_database_bytes_per_log_byte.unit = "byte/byte"

    def _database_bytes(self, log: str) -> int:
        with TemporaryDirectory() as folder:
            database = Path(folder, "bench.db")
            ingest([log], db=str(database))
            return database.stat().st_size


class IngestAgain(OnLogs):
    """A log that the database knows already."""

    params = ((20_000,), ("2026",))

    def setup(self, logs: Logs, events: int, generation: str) -> None:
        self.folder = TemporaryDirectory()
        self.database = str(Path(self.folder.name, "bench.db"))
        ingest([logs[events, generation]], db=self.database)

    def teardown(self, logs: Logs, events: int, generation: str) -> None:
        self.folder.cleanup()

    def time_run(self, logs: Logs, events: int, generation: str) -> None:
        ingest([logs[events, generation]], db=self.database)
