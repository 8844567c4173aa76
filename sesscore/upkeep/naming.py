"""Names of files that are kept beside a database: what they are, and when they were made."""

import glob
import time
from pathlib import Path


def beside(path: str, what: str) -> list[str]:
    """The files of that kind that are there."""
    return sorted(str(one) for one in Path(path).parent.glob(f"{glob.escape(Path(path).name)}.{what}-*"))


def stamped(path: str, what: str) -> str:
    """A name that is free, such as `s.db.replaced-20260101T120000Z`, for a file and for what SQLite has beside it."""
    first = f"{path}.{what}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
    name, number = first, 1
    there = beside(path, what)
    while any(one.startswith(name) for one in there):
        number += 1
        name = f"{first}-{number}"
    return name
