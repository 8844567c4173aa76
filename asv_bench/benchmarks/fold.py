"""Events → rows of sessions, in C."""

from pathlib import Path

from sesscore._fold import Folder, RowTables
from sesscore._scan import EventBatch

from .logs import GENERATIONS, Logs, OnLogs


class Fold(OnLogs):
    """One batch of sessions that the database does not know."""

    params = ((20_000,), GENERATIONS)

    def setup(self, logs: Logs, events: int, generation: str) -> None:
        self.batch = EventBatch(Path(logs[events, generation]).read_bytes(), "bench")
        self.batch.scan(0)
        self.sensor_ids = list(range(1, len(self.batch.sensors) + 1))

    def time_rows(self, logs: Logs, events: int, generation: str) -> None:
        folder = Folder(0, 0, RowTables())
        folder.plan(self.batch.capsule, self.sensor_ids)
        folder.fold_batch({}, _nothing_stored, 1, 1)


def _nothing_stored(keys: list[int], first_us: int, last_us: int) -> tuple[list[tuple[int, int, str, bytes]], int]:
    return [], 0
