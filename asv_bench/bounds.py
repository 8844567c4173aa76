"""What bounds memory: logs that are made to fill it, each read by a run of its own whose peak must stay below a limit.

    python asv_bench/bounds.py [INPUT…] [--scale 0.01] [--folder FOLDER] [--markdown] [--json FILE]

A line of a gigabyte, ten gigabytes in a file of some megabytes, ten million sessions, a million files: each is made,
read, looked at by a report, read again, and removed before the next. What was found must be what was made, and nothing
the second time. All of them need some quarter of an hour, 10 GB of disk and a million inodes.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from contenders import ingest, sesscore
from hostile import INPUTS, Input
from machine import describe, load
from processes import Failed, run
from tables import Row, show, write_json
from turns import tell

from sesscore.ownfiles import STATUS_SUFFIX
from sesscore.telemetry.vitals import Vitals, looking

SCHEMA = "sesscore.bounds/1"
COLUMNS = ("input", "size", "on disk MB", "peak MB", "again MB", "report MB", "limit MB", "db MB")


@dataclass(frozen=True)
class Figures:
    """What reading an input took. peak_bytes: of ingest, again_bytes: of one more; report_bytes: of a report."""

    name: str
    does: str
    size: str
    stored_bytes: int
    database_bytes: int
    peak_bytes: int
    again_bytes: int
    report_bytes: int
    limit_bytes: float
    ledger: dict[str, int]
    vitals: Vitals = field(default_factory=Vitals)


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 1 if a peak is above its limit, a program failed, or found something else than there is."""
    options = parse(arguments)
    about = describe()
    figures: list[Figures] = []
    failures: list[str] = []
    for one in [made for made in INPUTS if not options.inputs or made.name in options.inputs]:
        with tempfile.TemporaryDirectory(prefix="sesscore-bounds-", dir=options.folder) as name:
            try:
                figures.append(measure(one, Path(name), options.scale, failures))
            except Failed as failed:
                failures.append(f"{one.name}: {failed}")
    about |= {"scale": options.scale, "load after": load()}
    notes = [f"{one.does}: {one.vitals}" for one in figures]
    show(about, COLUMNS, [row(one) for one in figures], notes + failures, markdown=options.markdown)
    document = {"about": about, "inputs": list(map(asdict, figures)), "failures": failures}
    write_json(options.json, {"schema": SCHEMA, **document})
    return 1 if failures else 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    names = [one.name for one in INPUTS]
    parser.add_argument("inputs", nargs="*", metavar="INPUT", choices=[[], *names], help=f"of {', '.join(names)} [all]")
    parser.add_argument("--scale", type=float, default=1.0, help="make them smaller, or larger (default: %(default)s)")
    parser.add_argument("--folder", help="for logs and databases (default: the system's for temporary files)")
    parser.add_argument("--markdown", action="store_true", help="print what docs/reliability.md holds")
    parser.add_argument("--json", metavar="FILE", help="write every figure")
    return parser.parse_args(arguments)


def measure(one: Input, folder: Path, scale: float, failures: list[str]) -> Figures:
    """Makes an input, reads it, and says in `failures` what is wrong. Raises Failed."""
    tell(f"making {one.name}")
    logs, database = folder / "logs", folder / "s.db"
    logs.mkdir()
    made = one.make(logs, scale)
    tell(f"reading {one.name}")
    vitals = Vitals()
    read = run(ingest(str(database), str(logs)), meanwhile=looking(vitals, f"{database}{STATUS_SUFFIX}"))
    told = run(sesscore("report", "summary", "--format", "json", "--db", str(database)))
    again = run(ingest(str(database), str(logs)))
    ledger = json.loads(read.output)["ledger"]
    if wrong := {name: (ledger[name], count) for name, count in made.ledger.items() if ledger[name] != count}:
        failures.append(f"{one.name}: found and made differ: {wrong}")
    if lines := json.loads(again.output)["ledger"]["lines"]:
        failures.append(f"{one.name}: {lines} records were read a second time")
    peaks = {"ingest": read.peak_bytes, "the second one": again.peak_bytes, "the report": told.peak_bytes}
    for who, peak in peaks.items():
        if peak > made.limit_bytes:
            failures.append(f"{one.name}: {who} took {peak / 1e6:.0f} MB, more than {made.limit_bytes / 1e6:.0f} MB")
    return Figures(
        name=one.name,
        does=one.does,
        size=made.size,
        stored_bytes=sum(path.stat().st_size for path in logs.rglob("*") if path.is_file()),
        database_bytes=database.stat().st_size,
        peak_bytes=read.peak_bytes,
        again_bytes=again.peak_bytes,
        report_bytes=told.peak_bytes,
        limit_bytes=made.limit_bytes,
        ledger=ledger,
        vitals=vitals,
    )


def row(one: Figures) -> Row:
    peaks = (one.peak_bytes, one.again_bytes, one.report_bytes, one.limit_bytes)
    sizes = (one.stored_bytes, *peaks, one.database_bytes)
    return (one.does, one.size, *(f"{size / 1e6:,.0f}" for size in sizes))


if __name__ == "__main__":
    sys.exit(main())
