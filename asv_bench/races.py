"""sesscore against itself: the same work given in different ways, by whole programs that take turns.

    python asv_bench/races.py [NAME,NAME] [--events N | --log FILE] [--runs N] [--markdown] [--json FILE]

compressed: a log, the same log by gzip, and in 32 files by gzip; on one core and on two.
start-up: what a run costs that finds nothing new in 180 files, beside a program that only says its version.
shards: a log into one database; half of it, as each of two machines would; and the merge of the two halves.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from logs import make_log
from machine import describe, load
from racers import RACES, Race
from tables import Row, show, write_json
from turns import Result, take_turns

SCHEMA = "sesscore.races/1"
COLUMNS = ("", "cores", "wall s", "min–max", "cpu s", "wall ×", "cpu ×", "peak MB", "found")


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 1 if a program failed."""
    options = parse(arguments)
    documents: list[dict[str, object]] = []
    failed = False
    for race in options.races:
        about, results, failures = hold(race, options)
        notes = [*differences(race, results), *failures]
        print(end="\n" if documents else "")
        show(about, COLUMNS, [row(result, results[0]) for result in results], notes, markdown=options.markdown)
        entrants = [result.document() for result in results]
        documents.append({"name": race.name, "about": about, "entrants": entrants, "notes": notes})
        failed = failed or bool(failures)
    write_json(options.json, {"schema": SCHEMA, "races": documents})
    return 1 if failed else 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("races", nargs="?", type=known_races, default=list(RACES.values()), help=" or ".join(RACES))
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--events", type=int, help="of a log made here (default: as the race needs)")
    source.add_argument("--log", metavar="FILE", help="a log that is there already")
    parser.add_argument("--runs", type=int, help="of each program (default: as the race needs)")
    parser.add_argument("--folder", help="for logs and databases (default: the system's for temporary files)")
    parser.add_argument("--markdown", action="store_true", help="print what docs/performance.md holds")
    parser.add_argument("--json", metavar="FILE", help="write every run")
    return parser.parse_args(arguments)


def known_races(text: str) -> list[Race]:
    names = text.split(",")
    unknown = set(names) - set(RACES)
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
    return [RACES[name] for name in names]


def hold(race: Race, options: argparse.Namespace) -> tuple[dict[str, object], list[Result], list[str]]:
    """What the figures depend on, the results, and who failed."""
    runs = options.runs or race.runs
    with tempfile.TemporaryDirectory(prefix="sesscore-race-", dir=options.folder) as name:
        folder = Path(name)
        events = options.events or race.events
        log = Path(options.log).resolve() if options.log else make_log(folder / "log.json", events)
        about = {"race": f"{race.name}: {race.does}", **describe(), "log": f"{log.stat().st_size / 1e6:,.0f} MB"}
        (folder / "inputs").mkdir()
        results, failures = take_turns(race.entrants(log, folder / "inputs"), folder, runs)
    about |= {"runs": f"{runs}, alternating, after one that does not count", "load after": load()}
    return about, results, failures


def differences(race: Race, results: Sequence[Result]) -> list[str]:
    """What one takes more than another, of those that did not fail."""
    named = {result.entrant.name: result for result in results}
    return [
        f"{named[more].entrant.does}, beyond {named[less].entrant.does}: "
        f"{(named[more].wall - named[less].wall) * 1000:.0f} ms wall, "
        f"{(named[more].cpu - named[less].cpu) * 1000:.0f} ms cpu"
        for more, less in race.differences
        if {more, less} <= set(named)
    ]


def row(result: Result, base: Result) -> Row:
    return (
        result.entrant.does,
        str(result.entrant.cores),
        f"{result.wall:.3f}",
        result.range(3),
        f"{result.cpu:.3f}",
        f"{result.wall / base.wall:.2f}",
        f"{result.cpu / base.cpu:.2f}",
        f"{result.peak / 1e6:,.0f}",
        f"{result.found:,}",
    )


if __name__ == "__main__":
    sys.exit(main())
