"""Where the time of an ingest goes: each step on its own, one after the other, in one thread.

    python asv_bench/steps.py LOG [--markdown]

The whole program (`compare.py`) reads and scans in a thread of its own, so it takes less time than the sum where a
second core is free. What each step could take at the least: `floors.py`.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from clock import Clock
from machine import describe
from tables import Row, show

from sesscore._fold import Folder
from sesscore.recognise import recognise
from sesscore.records import RecordReader
from sesscore.store import open_for_reading, open_for_writing
from sesscore.storing import Storing
from sesscore.writer import Writer

COLUMNS = ("step", "cpu s", "wall s", "share of cpu", "MB/s")


class TimedFolder:
    """A Folder whose two long steps are timed."""

    def __init__(self, folder: Folder, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    def __getattr__(self, name: str) -> Any:
        return getattr(self._folder, name)

    def plan(self, *arguments: Any) -> Any:
        with self._clock("sort and cut"):
            return self._folder.plan(*arguments)

    def fold_new(self, *arguments: Any) -> Any:
        with self._clock("fold to rows"):
            return self._folder.fold_new(*arguments)


class TimedStoring(Storing):
    """Runs statements where they are asked for, not in another thread, and times them by name."""

    clock: Clock

    def start(self, *, commit: bool) -> None:
        self.rows()
        self.settle()
        if commit:
            with self.clock("commit"):
                self._connection.execute("COMMIT")
                self._connection.execute("BEGIN IMMEDIATE")

    def put(self, name: str, values: Sequence[Any] = ()) -> None:
        with self.clock(f"store {name}"):
            super().put(name, values)


class TimedWriter(Writer):
    """A Writer whose steps are timed."""

    def __init__(self, connection: Any, clock: Clock) -> None:
        super().__init__(connection)
        self._storing = TimedStoring(connection, self.folder.tables)
        self._storing.clock = clock
        self.folder = TimedFolder(self.folder, clock)  # type: ignore[assignment] - stands in for it, by __getattr__


def main(arguments: Sequence[str] | None = None) -> None:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("log")
    parser.add_argument("--folder", help="for the database (default: the system's for temporary files)")
    parser.add_argument("--markdown", action="store_true", help="print what docs/performance.md holds")
    options = parser.parse_args(arguments)
    log = Path(options.log)
    steps = Clock()
    with tempfile.TemporaryDirectory(prefix="sesscore-steps-", dir=options.folder) as folder:
        ingest_in_steps(str(log), str(Path(folder, "steps.db")), steps)
    rows = table(steps, log.stat().st_size)
    show(describe(), COLUMNS, rows, markdown=options.markdown)


def ingest_in_steps(log: str, path: str, clock: Clock) -> None:
    """An ingest of one log into a new database, without threads."""
    with open_for_writing(path) as database:
        writer = TimedWriter(database.connection, clock)
        with open_for_reading(path) as lookups:
            recognised = recognise(log, lookups.connection, "unknown")
        row = recognised.row
        with recognised.source as source:
            reader = RecordReader(source, row.position, sensor=row.sensor)
            batches = reader.batches()
            while True:
                with clock("read and scan"):
                    scanned = next(batches, None)
                if scanned is None:
                    break
                write(writer, scanned, row, clock)
            writer.finish(row, reader.pending, source.damage)
            writer.commit()
        with clock("close and checkpoint"):
            database.close()


def write(writer: TimedWriter, scanned: Any, row: Any, clock: Clock) -> None:
    """One batch; what its timed parts leave over are look-ups in the database."""
    before = clock.total()
    began = time.process_time(), time.perf_counter()
    writer.write(scanned, row)
    cpu, wall = time.process_time() - began[0], time.perf_counter() - began[1]
    after = clock.total()
    known = clock.seconds.get("look-ups", (0.0, 0.0))
    rest = known[0] + cpu - (after[0] - before[0]), known[1] + wall - (after[1] - before[1])
    clock.seconds["look-ups"] = rest


def table(steps: Clock, size: int) -> list[Row]:
    """The steps of the ingest that matter, and their sum."""
    whole_cpu, whole_wall = steps.total()
    small = [step for step, (_, wall) in steps.seconds.items() if wall < whole_wall / 200]
    rest = [steps.seconds.pop(step) for step in small]
    shown = {
        **steps.seconds,
        "everything else": (sum(cpu for cpu, _ in rest), sum(wall for _, wall in rest)),
        "all": (whole_cpu, whole_wall),
    }
    return [line(step, cpu, wall, whole_cpu, size) for step, (cpu, wall) in shown.items()]


def line(name: str, cpu: float, wall: float, whole: float, size: int) -> Row:
    return name, f"{cpu:.2f}", f"{wall:.2f}", f"{cpu / whole:.1%}", f"{size / 1e6 / max(wall, 1e-9):,.0f}"


if __name__ == "__main__":
    sys.exit(main())
