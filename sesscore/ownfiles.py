"""Which files are a database's own, so that none of them is read as a log."""

import os
from typing import Final

STATUS_SUFFIX: Final = ".status.json"
_SUFFIXES: Final = ("", "-wal", "-shm", "-journal", ".lock", STATUS_SUFFIX)


def own_files(db: str) -> list[str]:
    """The files of a database, and those that are written beside it."""
    return [*(f"{db}{suffix}" for suffix in _SUFFIXES), draft_of(f"{db}{STATUS_SUFFIX}")]


def draft_of(path: str) -> str:
    """Where a status file is written before it has its name."""
    folder, name = os.path.split(path)
    return os.path.join(folder, f".{name}.tmp")  # noqa: PTH118 - the folder is kept as it is written
