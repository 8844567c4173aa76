"""Adds up the time of steps that take turns in one process."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """The time of each step, by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, tuple[float, float]] = {}  # processor, wall

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        began = time.process_time(), time.perf_counter()
        yield
        cpu, wall = self.seconds.get(step, (0.0, 0.0))
        self.seconds[step] = cpu + time.process_time() - began[0], wall + time.perf_counter() - began[1]

    def total(self) -> tuple[float, float]:
        cpu, wall = zip(*self.seconds.values(), strict=True)
        return sum(cpu), sum(wall)
