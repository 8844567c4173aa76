"""Events → rows of sessions, in C."""

from pathlib import Path

from .kernel import fold, new_folder, scan
from .logs import GENERATIONS, Logs, OnLogs


class Fold(OnLogs):
    """One batch of sessions that the database does not know."""

    params = ((20_000,), GENERATIONS)

    def setup(self, logs: Logs, events: int, generation: str) -> None:
        self.batch = scan(Path(logs[events, generation]).read_bytes())

    def time_rows(self, logs: Logs, events: int, generation: str) -> None:
        fold(new_folder(), self.batch)
