"""The program that `instructions.py` counts: the first lines of a log through the steps in C, block by block.

Arguments: the log, the number of lines, `read`, `scan` or `fold` (each includes those before it). Nothing else is
imported, and the start of Python falls out because two runs are compared.
"""

import sys
from itertools import islice
from pathlib import Path

from benchmarks.kernel import fold, new_folder, scan

LINES_IN_BLOCK = 10_000


def main(log: str, lines: str, step: str) -> None:
    """Does the work and says nothing."""
    folder = new_folder()
    with Path(log).open("rb") as file:
        wanted = islice(file, int(lines))
        while block := b"".join(islice(wanted, LINES_IN_BLOCK)):
            if step == "read":
                continue
            batch = scan(block)
            if step == "fold":
                fold(folder, batch)


main(*sys.argv[1:])
