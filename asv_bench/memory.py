"""Peak memory of `sesscore ingest` on logs of several sizes: it should not depend on the size.

    python asv_bench/memory.py [--events N,N | --log FILE --log FILE] [--days N] [--limit MB] [--within PERCENT]

Logs are made one after the other and removed; ten million events need 4.5 GB, and their database 0.5 GB.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from contenders import sesscore
from machine import describe
from processes import Run, run
from tables import Row, show

COLUMNS = ("events", "log MB", "peak MB", "× first", "wall s", "events/s")
MILLION = 1_000_000


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 1 if memory is above the limit or grows."""
    options = parse(arguments)
    about = describe()
    peaks: list[int] = []
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="sesscore-memory-", dir=options.folder) as folder:
        for log in logs(options, Path(folder)):
            one = ingest(log, Path(folder))
            peaks.append(one.peak_bytes)
            rows.append(row(one, log, peaks[0]))
    show(about, COLUMNS, rows, markdown=options.markdown)
    failures = check(peaks, options.limit * 1e6, options.within / 100)
    print("\n".join(failures), end="\n" if failures else "", file=sys.stderr)
    return 1 if failures else 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--events", default=f"{MILLION},{10 * MILLION}", help="of each log (default: %(default)s)")
    source.add_argument("--log", action="append", metavar="FILE", help="a log that is there already")
    parser.add_argument("--days", type=int, help="that each log covers (default: one for each million events)")
    parser.add_argument("--folder", help="for logs and databases (default: the system's for temporary files)")
    parser.add_argument("--limit", type=float, default=300, help="MB that no peak may pass (default: %(default)s)")
    parser.add_argument("--within", type=float, default=10, help="percent that peaks may differ (default: %(default)s)")
    parser.add_argument("--markdown", action="store_true", help="print what docs/performance.md holds")
    return parser.parse_args(arguments)


def logs(options: argparse.Namespace, folder: Path) -> Iterator[Path]:
    """The logs, one after the other; one that was made here is gone when the next is asked for."""
    if options.log:
        yield from (Path(log).resolve() for log in options.log)
        return
    for events in map(int, options.events.split(",")):
        path = folder / "log.json"
        days = options.days or max(1, events // MILLION)
        run(sesscore("synth", "--events", str(events), "--days", str(days), "--seed", "1", "-o", str(path)))
        yield path
        path.unlink()


def ingest(log: Path, folder: Path) -> Run:
    """Into a database that does not exist yet and is gone afterwards."""
    database = str(folder / "m.db")
    one = run(sesscore("ingest", str(log), "--db", database, "--format", "json", "--no-progress"), folder=folder)
    for file in folder.glob("m.db*"):
        file.unlink()
    return one


def row(one: Run, log: Path, first_peak: int) -> Row:
    events = json.loads(one.output)["ledger"]["events"]
    return (
        f"{events:,}",
        f"{log.stat().st_size / 1e6:,.0f}",
        f"{one.peak_bytes / 1e6:.0f}",
        f"{one.peak_bytes / first_peak:.3f}",
        f"{one.wall_seconds:.1f}",
        f"{events / one.wall_seconds:,.0f}",
    )


def check(peaks: Sequence[int], limit: float, within: float) -> list[str]:
    """What does not hold."""
    failures = []
    if max(peaks) > limit:
        failures.append(f"the highest peak is {max(peaks) / 1e6:.0f} MB, above {limit / 1e6:.0f} MB")
    if max(peaks) > min(peaks) * (1 + within):
        failures.append(f"peaks differ by {max(peaks) / min(peaks) - 1:.0%}, more than {within:.0%}")
    return failures


if __name__ == "__main__":
    sys.exit(main())
