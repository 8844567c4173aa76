"""`merge` for programs."""

import os
from collections.abc import Iterable

from sesscore.api.paths import paths_of
from sesscore.merge import Merged, MergeResult

__all__ = ["MergeResult", "Merged", "merge"]


def merge(
    others: str | os.PathLike[str] | Iterable[str | os.PathLike[str]], *, db: str | os.PathLike[str]
) -> MergeResult:
    """Adds what other databases hold to a database, which is made if it does not exist; they are only read.

    Each is one transaction: after an error, or Ctrl-C, those that were merged before stay. What is there already adds
    nothing. Raises SesscoreError.
    """
    from sesscore.merge import merge as run

    return run(paths_of(others), db=os.fsdecode(db))
