"""A log that is followed: how soon an event can be asked for, what a quiet log costs, how soon a signal ends it.

    python asv_bench/following.py [--events N] [--quiet SECONDS] [--files N] [--inside] [--markdown] [--json FILE]

The program follows a folder of rotated logs and a live one. One event after the other is appended, at random moments;
another process asks the database until it has it. Then nothing is written for a while. At last SIGTERM. With --inside
the database, and so the status file that is replaced each second, lies in the folder that is followed.
Processor time is the kernel's for all threads; without /proc it is left out.
"""

import argparse
import json
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
from contenders import sesscore
from logs import cut, make_log
from machine import describe, load
from processes import run
from tables import show, write_json

from sesscore.ownfiles import STATUS_SUFFIX
from sesscore.telemetry.vitals import Vitals, looking

SCHEMA = "sesscore.following/1"
COLUMNS = ("figure", "median", "99 %", "max")
ASK_SECONDS = 0.002
PATIENCE = 60


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 1 if an event never came."""
    options = parse(arguments)
    chance = random.Random(1)
    about = describe()
    vitals = Vitals()
    with (
        tempfile.TemporaryDirectory(prefix="sesscore-following-") as name,
        following(Path(name), options.files, inside=options.inside) as (process, live, db),
    ):
        with looking(vitals, f"{db}{STATUS_SUFFIX}"):
            waits = [wait_of(live, db, number, chance) for number in range(options.events)]
        before = cpu_seconds(process.pid)
        time.sleep(options.quiet)
        quiet = (cpu_seconds(process.pid) - before) / options.quiet
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        code = process.wait(PATIENCE)
        ended = time.monotonic() - began
    where = "in the folder that is followed" if options.inside else "elsewhere"
    about |= {"events": options.events, "files": options.files, "database": where, "load after": load()}
    rows = [("seconds until an event can be asked for", *(f"{figure:.2f}" for figure in spread(waits)))]
    notes = [
        f"a quiet log takes {quiet:.3%} of a core, over {options.quiet:g} s",
        f"after SIGTERM it ended in {ended:.2f} s, with exit code {code}",
        str(vitals),
    ]
    show(about, COLUMNS, rows, notes, markdown=options.markdown)
    document = {"about": about, "waits": waits, "quiet_cpu": quiet, "end_seconds": ended, "vitals": asdict(vitals)}
    write_json(options.json, {"schema": SCHEMA, **document})
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--events", type=int, default=100, help="one after the other (default: %(default)s)")
    parser.add_argument("--quiet", type=float, default=60, help="seconds (default: %(default)s)")
    parser.add_argument("--files", type=int, default=180, help="rotated logs in the folder (default: %(default)s)")
    parser.add_argument("--inside", action="store_true", help="put the database into the folder")
    parser.add_argument("--markdown", action="store_true", help="print what docs/performance.md holds")
    parser.add_argument("--json", metavar="FILE", help="write every figure")
    return parser.parse_args(arguments)


@contextmanager
def following(folder: Path, files: int, *, inside: bool) -> Iterator[tuple[subprocess.Popen[bytes], Path, str]]:
    """The program at work, the live log, and the database."""
    cut(make_log(folder / "log.json", files * 100), folder / "logs", files)
    live, db = folder / "logs" / "cowrie.json", str((folder / "logs" if inside else folder) / "s.db")
    live.touch()
    run(sesscore("ingest", str(folder / "logs"), "--db", db))
    with subprocess.Popen(sesscore("ingest", "--follow", str(folder / "logs"), "--db", db)) as process:
        try:
            time.sleep(3)  # until it has looked at everything
            yield process, live, db
        finally:
            if process.poll() is None:
                process.kill()


def wait_of(live: Path, db: str, number: int, chance: random.Random) -> float:
    """Seconds from the moment at which an event is written to that at which the database has it."""
    time.sleep(chance.uniform(0.2, 1.2))
    at = datetime(2030, 1, 1, tzinfo=UTC) + timedelta(seconds=number)  # later than all that is there
    line = {"eventid": "cowrie.session.connect", "timestamp": at.isoformat(), "session": f"f{number:07x}"}
    at_us = round(at.timestamp() * 1e6)
    connection = apsw.Connection(db, flags=apsw.SQLITE_OPEN_READONLY)
    try:
        began = time.monotonic()
        with live.open("a") as file:
            file.write(json.dumps(line) + "\n")
        while connection.execute("SELECT max(started_us) FROM session").get < at_us:
            if time.monotonic() - began > PATIENCE:
                raise SystemExit("an event never came")
            time.sleep(ASK_SECONDS)
        return time.monotonic() - began
    finally:
        connection.close()


def cpu_seconds(pid: int) -> float:
    """Of all threads of a process that runs, in nanoseconds' steps."""
    tasks = Path(f"/proc/{pid}/task")
    if not tasks.is_dir():
        return float("nan")
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()) / 1e9


def spread(figures: Sequence[float]) -> tuple[float, float, float]:
    """Median, 99 % and maximum."""
    ordered = sorted(figures)
    return statistics.median(ordered), ordered[int(0.99 * (len(ordered) - 1))], ordered[-1]


if __name__ == "__main__":
    sys.exit(main())
