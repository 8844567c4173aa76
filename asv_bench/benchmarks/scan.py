"""Bytes → events, in C."""

from pathlib import Path

from .kernel import scan
from .logs import GENERATIONS, Logs, OnLogs


class Scan(OnLogs):
    """One block, as the reader thread hands it to the kernel."""

    params = ((20_000,), GENERATIONS)

    def setup(self, logs: Logs, events: int, generation: str) -> None:
        self.block = Path(logs[events, generation]).read_bytes()

    def time_events(self, logs: Logs, events: int, generation: str) -> None:
        scan(self.block)
