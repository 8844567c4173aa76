"""Paths as programs give them."""

import os
from collections.abc import Iterable

from sesscore.errors import UsageError

Path = str | os.PathLike[str]


def paths_of(given: Path | Iterable[Path]) -> list[str]:
    """One path, or several, as text. Raises UsageError for anything else, and if there is none."""
    some = [given] if isinstance(given, str | os.PathLike) else given
    try:
        paths = [os.fsdecode(one) for one in some]
    except TypeError as error:
        raise UsageError(f"paths must be text or pathlib.Path: {given!r}") from error
    if not paths:
        raise UsageError("no path was given", hint="name files or folders; nothing is looked for unasked")
    return paths
