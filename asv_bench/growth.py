"""What grows with the number of events, and what does not: peak memory, speed, size, and the time of one more day.

    python asv_bench/growth.py [--days 1,30] [--events-a-day N] [--runs N] [--gzip] [--markdown] [--json FILE]

Logs of a day each are made first. Then one run reads the first of them, and one the first thirty; at last a day that
is new goes into an empty database and into a copy of the one of thirty days, in turns. Thirty days of a million events
need 18 GB of disk, or 6 GB with --gzip, and some ten minutes; what is needed is said at the start.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from contenders import ingest
from logs import compress, make_day
from machine import describe, load
from processes import available_cores, run
from tables import Row, show, write_json
from turns import Entrant, Result, sessions_of, take_turns, tell

from sesscore.ownfiles import STATUS_SUFFIX
from sesscore.telemetry.vitals import Vitals, looking

SCHEMA = "sesscore.growth/1"
SIZES = ("events", "days", "log MB", "peak MB", "× first", "wall s", "cpu s", "events/s", "db MB", "db / log")
LATE = ("a day's log into", "runs", "wall s", "min–max", "cpu s", "wall ×", "cpu ×", "peak MB", "db MB")
LINE_BYTES, PACKED, STORED = 450, 0.09, 0.13  # of an event about; of a log by gzip and as a database, with a margin


@dataclass(frozen=True)
class Day:
    """A log. log_bytes: decompressed."""

    path: Path
    log_bytes: int


@dataclass(frozen=True)
class Size:
    """An ingest of so many days into an empty database."""

    days: int
    events: int
    log_bytes: int
    database_bytes: int
    peak_bytes: int
    wall_seconds: float
    cpu_seconds: float
    vitals: Vitals = field(default_factory=Vitals)


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 1 if memory is above the limit or grows, or a program failed; 2 if the disk is too small."""
    options = parse(arguments)
    with tempfile.TemporaryDirectory(prefix="sesscore-growth-", dir=options.folder) as name:
        folder = Path(name)
        if not fits(options, folder):
            return 2
        about = describe()
        *days, late = make_days(folder, max(options.days) + 1, options.events_a_day, packed=options.gzip)
        sizes = [ingest_days(days[:count], folder / f"{count}.db") for count in options.days]
        results, failures = take_turns(entrants(late, folder / f"{max(options.days)}.db"), folder, options.runs)
    about |= {"logs": "one a day, by gzip" if options.gzip else "one a day", "load after": load()}
    failures += check(sizes, options.limit * 1e6, options.within / 100)
    notes = [f"{size.days} days: {size.vitals}" for size in sizes]
    show(about, SIZES, [size_row(size, sizes[0]) for size in sizes], notes, markdown=options.markdown)
    print()
    show({}, LATE, [late_row(result, results[0]) for result in results], failures, markdown=options.markdown)
    late_day = [result.document() for result in results]
    document = {"about": about, "sizes": list(map(asdict, sizes)), "late_day": late_day, "failures": failures}
    write_json(options.json, {"schema": SCHEMA, **document})
    return 1 if failures else 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--days", type=numbers, default="1,30", help="of each ingest (default: %(default)s)")
    parser.add_argument("--events-a-day", type=int, default=1_000_000, help="(default: %(default)s)")
    parser.add_argument("--runs", type=int, default=5, help="of one more day (default: %(default)s)")
    parser.add_argument("--gzip", action="store_true", help="compress each log: takes less disk")
    parser.add_argument("--folder", help="for logs and databases (default: the system's for temporary files)")
    parser.add_argument("--limit", type=float, default=200, help="MB that no peak may pass (default: %(default)s)")
    parser.add_argument("--within", type=float, default=10, help="percent that peaks may differ (default: %(default)s)")
    parser.add_argument("--markdown", action="store_true", help="print what docs/performance.md holds")
    parser.add_argument("--json", metavar="FILE", help="write every run")
    return parser.parse_args(arguments)


def numbers(text: str) -> list[int]:
    return [int(word) for word in text.split(",")]


def fits(options: argparse.Namespace, folder: Path) -> bool:
    """Whether the disk has room for all logs, the databases and a copy of the largest with its write-ahead log."""
    days = max(options.days) + 1
    log = days * options.events_a_day * LINE_BYTES
    workers = available_cores() * options.events_a_day * LINE_BYTES  # not yet compressed
    need = (log * PACKED + workers if options.gzip else log) + 2.2 * STORED * log
    free = shutil.disk_usage(folder).free
    print(f"growth.py: needs {need / 1e9:.1f} GB, {free / 1e9:.1f} GB are free", file=sys.stderr)
    return bool(need < free)


def make_days(folder: Path, count: int, events: int, *, packed: bool) -> list[Day]:
    """One log for each day, on all cores."""

    def make(number: int) -> Day:
        log = make_day(folder, number, events)
        size = log.stat().st_size
        if packed:
            log = compress(log, log.with_name(f"{log.name}.gz"))
            log.with_suffix("").unlink()
        tell(f"made day {number + 1} of {count}")
        return Day(log, size)

    with ThreadPoolExecutor(available_cores()) as threads:
        return list(threads.map(make, range(count)))


def ingest_days(days: Sequence[Day], database: Path) -> Size:
    """One run over logs of consecutive days, into a database that stays."""
    tell(f"ingest of {len(days)} days")
    vitals = Vitals()
    told = looking(vitals, f"{database}{STATUS_SUFFIX}")
    one = run(ingest(str(database), *(str(day.path) for day in days)), meanwhile=told)
    return Size(
        days=len(days),
        events=int(json.loads(one.output)["ledger"]["events"]),
        log_bytes=sum(day.log_bytes for day in days),
        database_bytes=database.stat().st_size,
        peak_bytes=one.peak_bytes,
        wall_seconds=one.wall_seconds,
        cpu_seconds=one.cpu_seconds,
        vitals=vitals,
    )


def entrants(late: Day, old: Path) -> list[Entrant]:
    """A day's log into an empty database, and into a copy of an old one."""

    empty = Entrant("empty", "an empty database", lambda db: ingest(db, str(late.path)), found=sessions_of, stores=True)
    return [
        empty,
        replace(
            empty, name="old", does="the largest of these", prepare=lambda database: shutil.copyfile(old, database)
        ),
    ]


def check(sizes: Sequence[Size], limit: float, within: float) -> list[str]:
    """What does not hold."""
    peaks = [size.peak_bytes for size in sizes]
    failures = []
    if max(peaks) > limit:
        failures.append(f"the highest peak is {max(peaks) / 1e6:.0f} MB, above {limit / 1e6:.0f} MB")
    if max(peaks) > min(peaks) * (1 + within):
        failures.append(f"peaks differ by {max(peaks) / min(peaks) - 1:.0%}, more than {within:.0%}")
    return failures


def size_row(size: Size, first: Size) -> Row:
    return (
        f"{size.events:,}",
        f"{size.days:,}",
        f"{size.log_bytes / 1e6:,.0f}",
        f"{size.peak_bytes / 1e6:.0f}",
        f"{size.peak_bytes / first.peak_bytes:.3f}",
        f"{size.wall_seconds:.1f}",
        f"{size.cpu_seconds:.1f}",
        f"{size.events / size.wall_seconds:,.0f}",
        f"{size.database_bytes / 1e6:,.0f}",
        f"{size.database_bytes / size.log_bytes:.3f}",
    )


def late_row(result: Result, base: Result) -> Row:
    return (
        result.entrant.does,
        str(len(result.runs)),
        f"{result.wall:.2f}",
        result.range(2),
        f"{result.cpu:.2f}",
        f"{result.wall / base.wall:.2f}",
        f"{result.cpu / base.cpu:.2f}",
        f"{result.peak / 1e6:,.0f}",
        f"{result.database_bytes / 1e6:,.0f}",
    )


if __name__ == "__main__":
    sys.exit(main())
