"""Files → database, everything stored."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from sesscore.ingest import ingest

from .logs import Logs, OnLogs

MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024  # the unit of ru_maxrss


class Ingest(OnLogs):
    """A log into a database that does not exist."""

    def time_run(self, logs: Logs, events: int, generation: str) -> None:
        with TemporaryDirectory() as folder:
            ingest([logs[events, generation]], db=str(Path(folder, "bench.db")))

    def track_peak_memory(self, logs: Logs, events: int, generation: str) -> int:
        """Of the whole program: asv's own peakmem_ has asv and all that it imported in it."""
        with TemporaryDirectory() as folder:
            return _peak_bytes("ingest", logs[events, generation], "--db", str(Path(folder, "bench.db")))

    def track_database_size(self, logs: Logs, events: int, generation: str) -> float:
        """In bytes for each byte of log."""
        log = logs[events, generation]
        with TemporaryDirectory() as folder:
            database = Path(folder, "bench.db")
            ingest([log], db=str(database))
            return database.stat().st_size / Path(log).stat().st_size

    track_peak_memory.unit = "bytes"
    track_database_size.unit = "byte/byte"


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


def _peak_bytes(*arguments: str) -> int:
    """The peak of a run of sesscore, as the kernel counted it."""
    command = [sys.executable, "-m", "sesscore", *arguments]
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise AssertionError(f"sesscore {arguments[0]}: status {child.returncode}")
    return usage.ru_maxrss * MAXRSS_BYTES
