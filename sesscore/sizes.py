"""How much there is to read, before it is read: the sizes of the files that arguments name.

A folder is gone through as it lies, without the order and the candidates that reading needs: of a million small files
that is a fifth of the work.
"""

import contextlib
import os
from collections.abc import Collection, Iterable, Iterator, Sequence

from sesscore.discover import Candidate, Search, places
from sesscore.sources import STDIN


def sizes(arguments: Sequence[str], *, exclude: Collection[str] = ()) -> Iterator[int | None]:
    """Bytes as stored of each file that `discover` gives, in any order; see `size_of`."""
    search = Search(exclude)
    for argument in places(arguments):
        if os.path.isdir(argument):  # noqa: PTH112 - pathlib's raises on NUL
            yield from _below(argument, search)
        else:
            yield from map(size_of, search.of(argument))


def sizes_of(candidates: Iterable[Candidate]) -> Iterator[int | None]:
    """The same of candidates."""
    return map(size_of, candidates)


def size_of(candidate: Candidate) -> int | None:
    """Bytes as stored: 0 of what cannot be read, None of what comes through a pipe."""
    if candidate.problem is not None:
        return 0
    try:
        info = os.fstat(0) if candidate.path == STDIN else os.stat(candidate.path)  # noqa: PTH116
    except OSError:
        return None if candidate.path == STDIN else 0
    return info.st_size or (None if candidate.path == STDIN else 0)


def _below(top: str, search: Search) -> Iterator[int]:
    """Of each file in a folder and below. What cannot be looked at is told by whoever reads."""
    waiting = [top]
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False):
                    info = entry.stat(follow_symlinks=False)
                    if not search.is_own(entry.path, info) and search.is_new(info):
                        yield info.st_size
                elif entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
