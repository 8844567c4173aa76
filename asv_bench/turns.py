"""Programs that take turns: A B C A B C …, after one turn that does not count. So what disturbs one disturbs all."""

import json
import statistics
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from processes import Failed, Run, run

from sesscore.ownfiles import STATUS_SUFFIX
from sesscore.telemetry.vitals import Vitals, looking


def first_number(output: str) -> int:
    """What most programs say that they found."""
    return int(output.split()[0])


def sessions_of(output: str) -> int:
    """What `sesscore ingest --format json` says that its database holds."""
    return int(json.loads(output)["sessions"]["total"])


def nothing(database: str) -> None:
    """Leaves the database for the program to make."""


@dataclass(frozen=True)
class Entrant:
    """One of those that take turns.

    command: of the path of a database, which is gone after each run. prepare: puts one there first, which is not
    timed. found: what the program says that it found, so that nobody is fast because it did nothing.
    most_runs: no more than these, and no turn that does not count, for who is very slow.
    """

    name: str
    does: str
    command: Callable[[str], Sequence[str]]
    found: Callable[[str], int] = first_number
    cores: int | None = None
    stores: bool = False
    prepare: Callable[[str], object] = nothing
    most_runs: int | None = None


@dataclass
class Result:
    """The runs of one entrant. vitals: what those said of themselves that write a status file."""

    entrant: Entrant
    runs: list[Run] = field(default_factory=list)
    database_bytes: int = 0
    found: int = 0
    vitals: Vitals = field(default_factory=Vitals)

    def median(self, figure: Callable[[Run], float]) -> float:
        return statistics.median(map(figure, self.runs))

    @property
    def wall(self) -> float:
        return self.median(lambda one: one.wall_seconds)

    @property
    def cpu(self) -> float:
        return self.median(lambda one: one.cpu_seconds)

    @property
    def peak(self) -> float:
        """In bytes."""
        return self.median(lambda one: one.peak_bytes)

    def range(self, digits: int) -> str:
        """The shortest and the longest wall clock."""
        walls = [one.wall_seconds for one in self.runs]
        return f"{min(walls):.{digits}f}–{max(walls):.{digits}f}"

    def document(self) -> dict[str, object]:
        """Every run, for whoever wants to look closer."""
        return {
            "name": self.entrant.name,
            "found": self.found,
            "database_bytes": self.database_bytes,
            "vitals": asdict(self.vitals) if self.vitals.looks else None,
            "runs": [{key: value for key, value in asdict(one).items() if key != "output"} for one in self.runs],
        }


def take_turns(entrants: Iterable[Entrant], folder: Path, runs: int) -> tuple[list[Result], list[str]]:
    """Runs all in turn. Who fails once is out: its results are left out, and the reason is returned."""
    results = {entrant.name: Result(entrant) for entrant in entrants}
    failures = []
    for turn in range(runs + 1):
        for name, result in list(results.items()):
            if not _is_due(result.entrant, turn):
                continue
            tell(f"{'warming up' if turn == 0 else f'turn {turn} of {runs}'}: {name}")
            try:
                _take_turn(result, folder, counts=turn > 0)
            except Failed as error:
                failures.append(f"{name}: failed, {error}")
                del results[name]
    tell("")
    return list(results.values()), failures


def _is_due(entrant: Entrant, turn: int) -> bool:
    return entrant.most_runs is None or 0 < turn <= entrant.most_runs


def _take_turn(result: Result, folder: Path, *, counts: bool) -> None:
    """One run of one entrant."""
    entrant = result.entrant
    database = folder / "turn.db"
    entrant.prepare(str(database))
    told = looking(result.vitals, f"{database}{STATUS_SUFFIX}")
    one = run(entrant.command(str(database)), cores=entrant.cores, folder=folder, meanwhile=told)
    result.found = entrant.found(one.output)
    files = list(folder.glob("turn.db*"))
    result.database_bytes = sum(file.stat().st_size for file in files)
    for file in files:
        file.unlink()
    if counts:
        result.runs.append(one)


def tell(what: str) -> None:
    """Shows what goes on, on a terminal."""
    if sys.stderr.isatty():
        print(f"\r{what:<60}", end="" if what else "\r", file=sys.stderr, flush=True)
