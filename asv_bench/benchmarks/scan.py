"""Bytes → events, in C."""

from pathlib import Path

from sesscore._scan import EventBatch

from .logs import GENERATIONS, Logs, OnLogs


class Scan(OnLogs):
    """One block, as the reader thread hands it to the kernel."""

    params = ((20_000,), GENERATIONS)

    def setup(self, logs: Logs, events: int, generation: str) -> None:
        self.block = Path(logs[events, generation]).read_bytes()
        if EventBatch(self.block, "bench").scan(0) != len(self.block):
            raise AssertionError("the fast path did not take the whole block")

    def time_events(self, logs: Logs, events: int, generation: str) -> None:
        EventBatch(self.block, "bench").scan(0)
