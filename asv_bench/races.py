"""sesscore against itself: the same work given in two ways, by whole programs that take turns.

    python asv_bench/races.py [compressed,start-up] [--events N | --log FILE] [--runs N] [--markdown] [--json FILE]

compressed: a log, the same log by gzip, and in 32 files by gzip; on one core and on two.
start-up: what a run costs that finds nothing new in 180 files, beside a program that only says its version.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from contenders import ingest, sesscore
from logs import compress, cut, make_log
from machine import describe, load
from processes import available_cores, run
from tables import Row, show, write_json
from turns import Entrant, Result, sessions_of, take_turns

SCHEMA = "sesscore.races/1"
COLUMNS = ("", "cores", "wall s", "min–max", "cpu s", "wall ×", "cpu ×", "peak MB", "found")
PACKED_FILES = 32
KNOWN_FILES = 180


@dataclass(frozen=True)
class Race:
    """The first entrant is what the others are compared with. differences: what one takes more than another."""

    name: str
    does: str
    events: int  # of the log that is made if none is given
    runs: int
    entrants: Callable[[Path, Path], list[Entrant]]  # of a log and an empty folder
    differences: tuple[tuple[str, str], ...] = ()


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 1 if a program failed."""
    options = parse(arguments)
    documents = []
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


def compressed(log: Path, folder: Path) -> list[Entrant]:
    """A log plain, by gzip, and in many files by gzip, on as many cores as there are, up to two."""
    inputs = {
        "plain": ("the log as it is", log),
        "gzip": ("the same by gzip", compress(log, folder / "log.json.gz")),
        f"{PACKED_FILES}-gzip": (f"the same in {PACKED_FILES} files by gzip", folder / "packed"),
    }
    cut(log, folder / "packed", PACKED_FILES, compressed=True)
    return [
        _reads(f"{name}-{cores}", does, path, cores)
        for cores in range(1, min(available_cores(), 2) + 1)
        for name, (does, path) in inputs.items()
    ]


def _reads(name: str, does: str, path: Path, cores: int) -> Entrant:
    return Entrant(name, does, lambda db: ingest(db, str(path)), found=sessions_of, cores=cores, stores=True)


def start_up(log: Path, folder: Path) -> list[Entrant]:
    """Programs that have next to nothing to do. The database that knows all files is made here."""
    database, known = str(folder / "known.db"), str(folder / "known")
    first = str(cut(log, folder / "known", KNOWN_FILES)[0])
    run(ingest(database, known))
    return [
        _starts("version", "sesscore --version", sesscore("--version")),
        _starts("help", "sesscore --help", sesscore("--help")),
        _starts("python", "python -c pass", [sys.executable, "-c", "pass"]),
        _starts("again-one", "nothing new in one of these files", ingest(database, first), sessions_of),
        _starts("again", f"nothing new in {KNOWN_FILES} files", ingest(database, known), sessions_of),
    ]


def _starts(
    name: str, does: str, command: Sequence[str], found: Callable[[str], int] = lambda output: len(output.splitlines())
) -> Entrant:
    return Entrant(name, does, lambda database: command, found=found, cores=1)


RACES = {
    "compressed": Race("compressed", "the same log, plain and by gzip", 1_000_000, 5, compressed),
    "start-up": Race(
        "start-up",
        "programs with nothing to read",
        180_000,
        21,
        start_up,
        (("again", "version"), ("again", "again-one")),
    ),
}


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
