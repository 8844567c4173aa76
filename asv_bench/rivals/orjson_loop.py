"""orjson.loads for each line, and nothing else: the floor of every reader in Python. Argument: the log."""

import sys
from pathlib import Path

import orjson


def main(log: str) -> None:
    """Prints the number of lines that are JSON."""
    count = 0
    with Path(log).open("rb") as lines:
        for line in lines:
            orjson.loads(line)
            count += 1
    print(count)


main(sys.argv[1])
