"""Who races: for each race the programs, the inputs that they share, and how often they run."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from contenders import ingest, sesscore
from logs import compress, cut
from processes import available_cores, run
from turns import Entrant, sessions_of

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
    untold = ("--status-file", "off")
    return [
        _starts("version", "sesscore --version", sesscore("--version")),
        _starts("help", "sesscore --help", sesscore("--help")),
        _starts("python", "python -c pass", [sys.executable, "-c", "pass"]),
        _starts("again-one", "nothing new in one of these files", ingest(database, first), sessions_of),
        _starts("again", f"nothing new in {KNOWN_FILES} files", ingest(database, known), sessions_of),
        _starts("untold", "the same without a status file", [*ingest(database, known), *untold], sessions_of),
    ]


def _starts(
    name: str, does: str, command: Sequence[str], found: Callable[[str], int] = lambda output: len(output.splitlines())
) -> Entrant:
    return Entrant(name, does, lambda database: command, found=found, cores=1)


def shards(log: Path, folder: Path) -> list[Entrant]:
    """One database at once, and the same by way of two."""
    halves = [str(half) for half in cut(log, folder / "halves", 2)]
    databases = [str(folder / f"{number}.db") for number in range(2)]
    for half, database in zip(halves, databases, strict=True):
        run(ingest(database, half))

    def merge(database: str) -> list[str]:
        return sesscore("merge", *databases, "--db", database, "--format", "json")

    cores = min(available_cores(), 2)
    whole = Entrant(
        "whole", "the log into one database", lambda db: ingest(db, *halves), sessions_of, cores, stores=True
    )
    return [
        whole,
        replace(whole, name="half", does="half of it", command=lambda db: ingest(db, halves[0])),
        replace(whole, name="merge", does="merge of both halves", command=merge, found=merged_sessions),
    ]


def merged_sessions(output: str) -> int:
    """What `sesscore merge --format json` says that its database holds."""
    return int(json.loads(output)["sessions"])


RACES = {
    "compressed": Race("compressed", "the same log, plain and by gzip", 1_000_000, 5, compressed),
    "start-up": Race(
        "start-up",
        "programs with nothing to read",
        180_000,
        21,
        start_up,
        (("again", "version"), ("again", "again-one"), ("again", "untold")),
    ),
    "shards": Race("shards", "one database, or two that are merged", 1_000_000, 5, shards),
}
