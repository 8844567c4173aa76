"""What a run says of itself: one document, and one that replaces the status file. A run makes one each second."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from sesscore.telemetry.document import Documents
from sesscore.telemetry.run import Checkpoint, Counters, Run, SourceNow
from sesscore.telemetry.statusfile import StatusFile


class Telling:
    """Of a run in the midst of a large log, whose figures change from document to document."""

    params = ((1_000,), ("on", "off"))
    param_names = ("updates", "older_keys")

    def setup(self, updates: int, older_keys: str) -> None:
        self.folder = TemporaryDirectory()
        self.database = str(Path(self.folder.name, "bench.db"))
        Path(self.database).touch()
        self.run = Run("ingest", db=self.database, sensor="bench", sensors=("bench", "other"))
        self.run.enter("reading", "bytes", updates << 20)
        self.run.position = lambda: (self.run.current, 0)
        self.run.source_now = lambda: SourceNow("cowrie.json", self.run.current, updates << 20, self.run.current)
        self.run.read_ahead = self.run.storing = lambda: (1, 1)
        self.run.reasons = {"json": 3, "no_time": 2}
        self.documents = Documents(self.run, compat=older_keys == "on")
        self.file = StatusFile(f"{self.database}.status.json", 1.0, _fail)

    def teardown(self, updates: int, older_keys: str) -> None:
        self.folder.cleanup()

    def time_documents(self, updates: int, older_keys: str) -> None:
        for number in range(updates):
            self._move_on(number)
            self.documents.make()

    def time_status_files(self, updates: int, older_keys: str) -> None:
        for number in range(updates):
            self._move_on(number)
            self.file.beat(self.documents.make())

    def _move_on(self, number: int) -> None:
        run = self.run
        run.current = number << 20
        run.written = run.committed = Counters(3000 * number, 2990 * number, 5 * number, 0, 5 * number, 0, 300 * number)
        run.transactions.add(0.3)
        run.checkpoint = Checkpoint(time.time(), time.monotonic(), "cowrie.json", run.current, 2990 * number)


def _fail(where: str, what: str, hint: str) -> None:
    raise AssertionError(f"{where}: {what}")
