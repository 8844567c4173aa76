"""Puts `sesscore ingest` beside other ways to read the same log, in one run.

    python asv_bench/compare.py [--events N | --log FILE] [--runs N] [--cores N] [--only A,B | --without A,B]
                                [--slow-runs N] [--markdown] [--json FILE]

Each contender is a whole program with a fresh database. They take turns (A B C A B C …) after one run each that does
not count. Figures are medians: machines are noisy, and ratios of one run are what can be compared between machines.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from contenders import CONTENDERS, RIVAL_PACKAGES, SESSCORE, Contender
from logs import make_log
from machine import describe, load
from processes import available_cores
from tables import Row, show, write_json
from turns import Result, take_turns

SCHEMA = "sesscore.compare/2"
COLUMNS = ("", "runs", "wall s", "min–max", "cpu s", "wall ×", "cpu ×", "peak MB", "db MB", "found")


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 1 if a contender failed."""
    options = parse(arguments)
    with tempfile.TemporaryDirectory(prefix="sesscore-compare-", dir=options.folder) as name:
        folder = Path(name)
        log = Path(options.log).resolve() if options.log else make_log(folder / "log.json", options.events)
        present, notes = choose([name for name in options.only if name not in options.without], options.cores)
        about = describe(*RIVAL_PACKAGES)
        entrants = [contender.entrant(str(log), options.cores, options.slow_runs) for contender in present]
        results, failures = take_turns(entrants, folder, options.runs)
        about |= {
            "log": f"{log.stat().st_size / 1e6:,.0f} MB",
            "runs": f"{options.runs}, alternating, after one that does not count",
            "cores": options.cores,
            "load after": load(),
        }
    notes += failures
    show(about, COLUMNS, table(results, markdown=options.markdown), notes, markdown=options.markdown)
    contenders = [result.document() for result in results]
    write_json(options.json, {"schema": SCHEMA, "about": about, "contenders": contenders, "notes": notes})
    return 1 if failures else 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--events", type=int, default=1_000_000, help="of a log made here (default: %(default)s)")
    source.add_argument("--log", metavar="FILE", help="a log that is there already")
    parser.add_argument("--runs", type=int, default=5, help="of each contender (default: %(default)s)")
    slow = ", ".join(contender.name for contender in CONTENDERS if contender.slow)
    parser.add_argument("--slow-runs", type=int, default=1, help=f"of {slow}, at the most (default: %(default)s)")
    parser.add_argument("--cores", type=int, default=available_cores(), help="for each contender (default: all)")
    names = ",".join(contender.name for contender in CONTENDERS)
    parser.add_argument("--only", metavar="A,B", type=known_names, default=names, help=f"some of {names}")
    parser.add_argument("--without", metavar="A,B", type=known_names, default=[], help="all but these")
    parser.add_argument("--folder", help="for the log and the databases (default: the system's for temporary files)")
    parser.add_argument("--markdown", action="store_true", help="print what docs/performance.md holds")
    parser.add_argument("--json", metavar="FILE", help="write every run")
    return parser.parse_args(arguments)


def known_names(text: str) -> list[str]:
    names = text.split(",")
    unknown = set(names) - {contender.name for contender in CONTENDERS}
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
    return names


def choose(names: Sequence[str], cores: int) -> tuple[list[Contender], list[str]]:
    """Who takes part, and why the others do not."""
    present = []
    notes = []
    for contender in CONTENDERS:
        if contender.name not in names:
            continue
        if contender.missing:
            notes.append(f"{contender.name}: skipped, {contender.needs} is not installed")
        elif not (contender.name == "duckdb-group-1" and cores == 1):  # duckdb-group is that already
            present.append(contender)
    return present, notes


def table(results: Sequence[Result], *, markdown: bool) -> list[Row]:
    base = next((result for result in results if result.entrant.name == SESSCORE.name), None)
    return [row(result, base, markdown=markdown) for result in results]


def row(result: Result, base: Result | None, *, markdown: bool) -> Row:
    return (
        result.entrant.does if markdown else result.entrant.name,
        str(len(result.runs)),
        f"{result.wall:.2f}",
        result.range(2),
        f"{result.cpu:.2f}",
        f"{result.wall / base.wall:.2f}" if base else "–",
        f"{result.cpu / base.cpu:.2f}" if base else "–",
        f"{result.peak / 1e6:,.0f}",
        f"{result.database_bytes / 1e6:,.0f}" if result.entrant.stores else "–",
        f"{result.found:,}",
    )


if __name__ == "__main__":
    sys.exit(main())
