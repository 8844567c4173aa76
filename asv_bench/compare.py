"""Puts `sesscore ingest` beside other ways to read the same log, in one run.

    python asv_bench/compare.py [--events N | --log FILE] [--runs N] [--cores N] [--only A,B] [--markdown] [--json FILE]

Each contender is a whole program with a fresh database. They take turns (A B C A B C …) after one run each that does
not count. Figures are medians: machines are noisy, and ratios of one run are what can be compared between machines.
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from contenders import CONTENDERS, SESSCORE, Contender, sesscore
from machine import describe, load
from processes import Failed, Run, available_cores, run
from tables import Row, as_markdown, as_text

SCHEMA = "sesscore.compare/1"
COLUMNS = ("", "wall s", "min–max", "cpu s", "wall ×", "cpu ×", "peak MB", "db MB", "found")


@dataclass
class Result:
    """The runs of one contender. found: sessions or lines, as it says itself."""

    contender: Contender
    runs: list[Run] = field(default_factory=list)
    database_bytes: int = 0
    found: int = 0

    def median(self, figure: Callable[[Run], float]) -> float:
        return statistics.median(map(figure, self.runs))

    @property
    def wall(self) -> float:
        return self.median(lambda one: one.wall_seconds)

    @property
    def cpu(self) -> float:
        return self.median(lambda one: one.cpu_seconds)


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 1 if a contender failed."""
    options = parse(arguments)
    with tempfile.TemporaryDirectory(prefix="sesscore-compare-", dir=options.folder) as name:
        folder = Path(name)
        log = Path(options.log).resolve() if options.log else make_log(folder / "log.json", options.events)
        present, notes = choose(options.only, options.cores)
        before = describe()
        results, failures = take_turns(present, str(log), folder, options.runs, options.cores)
        about = {
            **before,
            "log": f"{log.stat().st_size / 1e6:,.0f} MB",
            "runs": f"{options.runs}, alternating, after one that does not count",
            "cores": options.cores,
            "load after": load(),
        }
    show(results, about, notes + failures, markdown=options.markdown)
    if options.json:
        Path(options.json).write_text(json.dumps(document(results, about, notes + failures), indent=2) + "\n")
    return 1 if failures else 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--events", type=int, default=1_000_000, help="of a log made here (default: %(default)s)")
    source.add_argument("--log", metavar="FILE", help="a log that is there already")
    parser.add_argument("--runs", type=int, default=5, help="of each contender (default: %(default)s)")
    parser.add_argument("--cores", type=int, default=available_cores(), help="for each contender (default: all)")
    names = ",".join(contender.name for contender in CONTENDERS)
    parser.add_argument("--only", metavar="A,B", type=known_names, default=names, help=f"some of {names}")
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


def make_log(path: Path, events: int) -> Path:
    """In a process of its own, so that this one stays small (see `processes.run`)."""
    run(sesscore("synth", "--events", str(events), "--seed", "1", "-o", str(path)))
    return path


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


def take_turns(
    contenders: Sequence[Contender], log: str, folder: Path, runs: int, cores: int
) -> tuple[list[Result], list[str]]:
    """Runs all in turn. Who fails once is out: its results are left out, and the reason is returned."""
    results = {contender.name: Result(contender) for contender in contenders}
    failures = []
    for turn in range(runs + 1):
        for name, result in list(results.items()):
            tell(f"{'warming up' if turn == 0 else f'turn {turn} of {runs}'}: {name}")
            try:
                take_turn(result, log, folder, cores, counts=turn > 0)
            except Failed as error:
                failures.append(f"{name}: failed, {error}")
                del results[name]
    tell("")
    return list(results.values()), failures


def tell(what: str) -> None:
    """Shows what goes on, on a terminal."""
    if sys.stderr.isatty():
        print(f"\r{what:<40}", end="" if what else "\r", file=sys.stderr, flush=True)


def take_turn(result: Result, log: str, folder: Path, cores: int, *, counts: bool) -> None:
    """One run of one contender, with a database that does not exist yet and is gone afterwards."""
    database = folder / "contest.db"
    one = run(result.contender.command(log, str(database), cores), cores=cores, folder=folder)
    result.found = found(result.contender, one.output)
    files = list(folder.glob("contest.db*"))
    result.database_bytes = sum(file.stat().st_size for file in files)
    for file in files:
        file.unlink()
    if counts:
        result.runs.append(one)


def found(contender: Contender, output: str) -> int:
    """What a contender says that it found; so that nobody is fast because it did nothing."""
    if contender is SESSCORE:
        return int(json.loads(output)["sessions"]["total"])
    return int(output.split()[0])


def show(results: Sequence[Result], about: dict[str, object], notes: Sequence[str], *, markdown: bool) -> None:
    base = next((result for result in results if result.contender is SESSCORE), None)
    rows = [row(result, base, markdown=markdown) for result in results]
    print("\n".join(as_markdown(about, COLUMNS, rows, notes) if markdown else as_text(about, COLUMNS, rows, notes)))


def row(result: Result, base: Result | None, *, markdown: bool) -> Row:
    walls = [one.wall_seconds for one in result.runs]
    return (
        result.contender.does if markdown else result.contender.name,
        f"{result.wall:.2f}",
        f"{min(walls):.2f}–{max(walls):.2f}",
        f"{result.cpu:.2f}",
        f"{result.wall / base.wall:.2f}" if base else "–",
        f"{result.cpu / base.cpu:.2f}" if base else "–",
        f"{result.median(lambda one: one.peak_bytes) / 1e6:,.0f}",
        f"{result.database_bytes / 1e6:,.0f}" if result.contender.stores else "–",
        f"{result.found:,}",
    )


def document(results: Sequence[Result], about: dict[str, object], notes: Sequence[str]) -> dict[str, object]:
    """Every run, for whoever wants to look closer."""
    contenders = [
        {
            "name": result.contender.name,
            "found": result.found,
            "database_bytes": result.database_bytes,
            "runs": [{key: value for key, value in asdict(one).items() if key != "output"} for one in result.runs],
        }
        for result in results
    ]
    return {"schema": SCHEMA, "about": about, "contenders": contenders, "notes": list(notes)}


if __name__ == "__main__":
    sys.exit(main())
