"""Instructions per event of the steps in C, counted by valgrind: the same on a busy machine as on a quiet one.

    python asv_bench/instructions.py [--events N | --log FILE] [--keep FILE] [--markdown] [--json FILE]

Each step runs on a half and on the whole of the log, and the difference is divided by the events between them. So the
start of Python cancels out. `callgrind_annotate FILE` shows where the instructions of `--keep FILE` were spent.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from logs import make_log
from machine import describe
from processes import available_cores
from tables import Row, show, write_json

SCHEMA = "sesscore.instructions/1"
COLUMNS = ("step", "instructions an event", "a byte")
PROGRAM = Path(__file__).resolve().parent / "kernel_run.py"
COLLECTED = re.compile(r"Collected : (\d+)")
STEPS = ("read", "scan", "fold")  # each includes those before it


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 2 if there is no valgrind."""
    options = parse(arguments)
    if shutil.which("valgrind") is None:
        print("instructions.py: skipped, valgrind is not installed", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="sesscore-instructions-") as name:
        folder = Path(name)
        log = Path(options.log).resolve() if options.log else make_log(folder / "log.json", options.events)
        half, whole = sizes(log)
        read, scan, fold = count_all(log, (half[0], whole[0]), folder)
        if options.keep:
            shutil.copyfile(folder / f"fold-{whole[0]}", options.keep)
    lines, size = whole[0] - half[0], whole[1] - half[1]
    steps = {"scan": scan - read, "fold": fold - scan, "scan and fold": fold - read}
    about = {**describe(), "valgrind": version(), "between": f"{half[0]:,} and {whole[0]:,} events"}
    rows: list[Row] = [(step, f"{number / lines:,.0f}", f"{number / size:.2f}") for step, number in steps.items()]
    show(about, COLUMNS, rows, markdown=options.markdown)
    each = {step: number / lines for step, number in steps.items()}
    write_json(options.json, {"schema": SCHEMA, "about": about, "instructions_per_event": each})
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--events", type=int, default=20_000, help="of a log made here (default: %(default)s)")
    source.add_argument("--log", metavar="FILE", help="a log of whole lines, not too long: it runs fifty times slower")
    parser.add_argument("--keep", metavar="FILE", help="the profile of the last step on the whole log")
    parser.add_argument("--markdown", action="store_true", help="print what docs/performance.md holds")
    parser.add_argument("--json", metavar="FILE", help="write all figures")
    return parser.parse_args(arguments)


def sizes(log: Path) -> tuple[tuple[int, int], tuple[int, int]]:
    """Lines and bytes of the first half of a log, and of all of it."""
    with log.open("rb") as file:
        lengths = list(map(len, file))
    half = len(lengths) // 2
    return (half, sum(lengths[:half])), (len(lengths), sum(lengths))


def count_all(log: Path, lines: tuple[int, int], folder: Path) -> list[int]:
    """What each step takes for the lines between the two numbers. Counts do not mind company: all cores are used."""
    with ThreadPoolExecutor(available_cores()) as threads:
        counts = {
            (step, number): threads.submit(count, log, number, step, folder / f"{step}-{number}")
            for step in STEPS
            for number in lines
        }
    few, many = lines
    return [counts[step, many].result() - counts[step, few].result() for step in STEPS]


def count(log: Path, lines: int, step: str, profile: Path) -> int:
    """The instructions of one run."""
    program = [sys.executable, str(PROGRAM), str(log), str(lines), step]
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}", *program],
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    found = COLLECTED.search(done.stderr)
    if done.returncode or not found:
        raise SystemExit(f"instructions.py: {step} failed: {done.stderr.strip().splitlines()[-1]}")
    return int(found[1])


def version() -> str:
    return subprocess.run(["valgrind", "--version"], capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
