"""The logs that commands make for themselves. What is large is written by other processes or in small pieces: the
size of the calling process counts in the peaks that it measures (see `processes.run`).
"""

import gzip
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from contenders import sesscore
from processes import run

BLOCK_BYTES = 4 << 20  # as ingest reads them
FIRST_DAY = date(2026, 1, 1)


def make_log(path: Path, events: int, *, days: int = 1, first: date = FIRST_DAY, seed: int = 1) -> Path:
    """A log of `sesscore synth`."""
    settings = {"--events": events, "--days": days, "--start": first, "--seed": seed, "-o": path}
    run(sesscore("synth", *(str(word) for setting in settings.items() for word in setting)))
    return path


def make_day(folder: Path, number: int, events: int) -> Path:
    """The log of day 0, 1, 2 …, named as Cowrie names it; other attackers each day."""
    day = FIRST_DAY + timedelta(days=number)
    return make_log(folder / f"cowrie.json.{day}", events, first=day, seed=number + 1)


def compress(log: Path, path: Path) -> Path:
    """A copy of a log, compressed as logrotate does it."""
    with log.open("rb") as plain, gzip.open(path, "wb", compresslevel=6) as packed:
        while block := plain.read(1 << 20):
            packed.write(block)
    return path


def cut(log: Path, folder: Path, files: int, *, compressed: bool = False) -> list[Path]:
    """A log in so many files of about as many lines each, named by consecutive days."""
    folder.mkdir()
    with log.open("rb") as lines:
        lines_in_all = sum(1 for _ in lines)
        lines.seek(0)
        return [
            _write_lines(lines, lines_in_all * (number + 1) // files - lines_in_all * number // files, path)
            for number, path in enumerate(_names(folder, files, ".gz" if compressed else ""))
        ]


def _names(folder: Path, files: int, suffix: str) -> Iterator[Path]:
    for number in range(files):
        yield folder / f"cowrie.json.{FIRST_DAY + timedelta(days=number)}{suffix}"


def _write_lines(lines: BinaryIO, count: int, path: Path) -> Path:
    with gzip.open(path, "wb", compresslevel=6) if path.suffix == ".gz" else path.open("wb") as file:
        file.writelines(islice(lines, count))
    return path
