"""Know the limit first: what each step of an ingest costs at the least here, and where sesscore's own step stands.

    python asv_bench/floors.py [--events N | --log FILE] [--markdown] [--json FILE]

Everything runs on one core, in turns, in one run. The log is held in memory only block by block.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import floor_bytes
import floor_store
from clock import Clock
from contenders import ingest
from logs import make_log
from machine import describe, load
from processes import Run, pin_to_one_core, run
from tables import Row, show, write_json

SCHEMA = "sesscore.floors/1"
COLUMNS = ("step", "cpu s", "wall s", "MB/s", "rows/s", "× floor")


@dataclass(frozen=True)
class Step:
    """floor: the processor time that this step is held against, if there is one. amount: of bytes, or of rows."""

    name: str
    cpu: float
    wall: float
    amount: int
    unit: str = "bytes"
    floor: float | None = None


def main(arguments: Sequence[str] | None = None) -> int:
    """Always 0: it measures and judges nothing."""
    options = parse(arguments)
    pin_to_one_core()
    with tempfile.TemporaryDirectory(prefix="sesscore-floors-", dir=options.folder) as name:
        folder = Path(name)
        log = Path(options.log).resolve() if options.log else make_log(folder / "log.json", options.events)
        about = describe("numpy", "pysimdjson")
        steps, notes = measure(log, folder)
        about |= {"log": f"{log.stat().st_size / 1e6:,.0f} MB", "cores": 1, "load after": load()}
    show(about, COLUMNS, [row(step) for step in steps], notes, markdown=options.markdown)
    write_json(options.json, {"schema": SCHEMA, "about": about, "steps": list(map(asdict, steps)), "notes": notes})
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--events", type=int, default=1_000_000, help="of a log made here (default: %(default)s)")
    source.add_argument("--log", metavar="FILE", help="a log of whole lines that is there already")
    parser.add_argument("--folder", help="for log and databases (default: the system's for temporary files)")
    parser.add_argument("--markdown", action="store_true", help="print what docs/performance.md holds")
    parser.add_argument("--json", metavar="FILE", help="write all figures")
    return parser.parse_args(arguments)


def measure(log: Path, folder: Path) -> tuple[list[Step], list[str]]:
    """All steps, in the order of an ingest, and what there is to say about them."""
    size = log.stat().st_size
    whole = whole_program(log, folder / "finished.db")  # first, while this process is small
    reading, notes = reading_steps(log, size)
    unpacking, more_notes = unpacking_steps(log, folder, size)
    storing = storing_steps(folder)
    named = {step.name: step for step in (*reading, *storing)}
    together = together_steps(named, whole, size)
    return [*reading, *unpacking, *storing, *together], [*notes, *more_notes]


def together_steps(named: dict[str, Step], whole: Run, size: int) -> list[Step]:
    """The whole program against the least that it must do: read, find the structure, store."""
    read, find, store = named[floor_bytes.READ], named[structure(named)], named[STORED]
    least = Step("floors of reading, structure and rows", 0, 0, size)
    for step in (read, find, store):
        least = replace(least, cpu=least.cpu + step.cpu, wall=least.wall + step.wall)
    kernel = named[own(floor_bytes.SCAN_AND_FOLD)]
    rest = whole.cpu_seconds - kernel.cpu, whole.wall_seconds - kernel.wall
    return [
        least,
        Step("sesscore: what is not scan and fold", *rest, size, floor=read.cpu + store.cpu),
        Step("sesscore: ingest, the whole program", whole.cpu_seconds, whole.wall_seconds, size, floor=least.cpu),
    ]


def whole_program(log: Path, database: Path) -> Run:
    """An ingest as users run it: of three, the one in the middle. Its database stays."""
    runs = []
    for _ in range(3):
        for file in database.parent.glob(f"{database.name}*"):
            file.unlink()
        runs.append(run(ingest(str(database), str(log)), cores=1))
    return sorted(runs, key=lambda one: one.cpu_seconds)[1]


def own(name: str) -> str:
    return f"sesscore: {name}"


def structure(named: dict[str, Step]) -> str:
    """What stands for the least work that finds the structure of JSON."""
    return floor_bytes.SIMDJSON if floor_bytes.SIMDJSON in named else floor_bytes.ORJSON


def reading_steps(log: Path, size: int) -> tuple[list[Step], list[str]]:
    """Bytes → events."""
    clock = Clock()
    notes = floor_bytes.time_passes(log, clock)
    scan = clock.seconds.pop(floor_bytes.SCAN)
    fold = clock.seconds.pop("fold")
    floors = {name: Step(name, *seconds, size) for name, seconds in clock.seconds.items()}
    least = floors[structure(floors)].cpu
    both = scan[0] + fold[0], scan[1] + fold[1]
    return [
        *floors.values(),
        Step(own(floor_bytes.SCAN), *scan, size, floor=least),
        Step(own(floor_bytes.SCAN_AND_FOLD), *both, size, floor=least),
    ], notes


def unpacking_steps(log: Path, folder: Path, size: int) -> tuple[list[Step], list[str]]:
    """Gzip → bytes. MB are of the log."""
    clock = Clock()
    packed, notes = floor_bytes.time_gunzip(log, folder, clock)
    members = clock.seconds.pop(floor_bytes.MEMBERS)
    floors = [Step(f"gunzip: {name}", *seconds, size) for name, seconds in clock.seconds.items()]
    least = min(step.cpu for step in floors)
    notes.append(f"gzip: {packed / 1e6:,.1f} MB, {packed / size:.1%} of the log")
    return [*floors, Step(f"gunzip: {floor_bytes.MEMBERS}", *members, size, floor=least)], notes


STORED = "store all rows, commit, checkpoint"


def storing_steps(folder: Path) -> list[Step]:
    """Rows → database: the tables that matter, all of them, and what the disk says."""
    finished = folder / "finished.db"
    clock = Clock()
    rows = floor_store.time_tables(finished, folder / "floor.db", clock)
    cpu, wall = clock.total()
    all_rows = sum(rows.values())
    large = [table for table in rows if rows[table] * 100 >= all_rows]
    others = [clock.seconds[table] for table in rows if table not in large]
    sync = Clock()
    size = finished.stat().st_size
    floor_store.time_sync(folder / "sync", size, sync)
    return [
        *(Step(f"store {table}", *clock.seconds[table], rows[table], "rows") for table in large),
        Step(
            "store other tables",
            sum(one[0] for one in others),
            sum(one[1] for one in others),
            all_rows - sum(rows[table] for table in large),
            "rows",
        ),
        *(Step(name, *clock.seconds[name], size) for name in (floor_store.COMMIT, floor_store.CHECKPOINT)),
        Step(STORED, cpu, wall, all_rows, "rows"),
        *(Step(f"a file of the database's size: {name}", *seconds, size) for name, seconds in sync.seconds.items()),
    ]


def row(step: Step) -> Row:
    rate = step.amount / max(step.wall, 1e-9)
    return (
        step.name,
        f"{step.cpu:.3f}",
        f"{step.wall:.3f}",
        f"{rate / 1e6:,.0f}" if step.unit == "bytes" else "–",
        f"{rate:,.0f}" if step.unit == "rows" else "–",
        f"{step.cpu / step.floor:.2f}" if step.floor else "–",
    )


if __name__ == "__main__":
    sys.exit(main())
