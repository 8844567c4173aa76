"""The files of a folder and of all below it, in the order of their names, however many there are."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from typing import Any, Final

_NUMBER: Final = re.compile(r"([0-9]+)")
_LAST: Final = "\U0010ffff"
_RUN: Final = 10_000  # names that are sorted together
_END: Final = "\0"  # no name holds it


def natural_key(name: str) -> tuple[list[str | int], str]:
    """Sort key of a file name: numbers by value, and a name after those that it begins (`a.json.1` < `a.json`)."""
    parts: list[str | int] = list(_NUMBER.split(name + _LAST))
    parts[1::2] = [int(number) for number in parts[1::2]]
    return parts, name


class Ordered:
    """Names that are given in any order and come out in that of a key: of many, each waits as its bare characters.

    A sort of all of them would hold a key for each, of a kilobyte.
    """

    def __init__(self, key: Callable[[str], Any]) -> None:
        self._key = key
        self._last: list[str] = []
        self._runs: list[str] = []

    def add(self, name: str) -> None:
        """Adds a name."""
        self._last.append(name)
        if len(self._last) == _RUN:
            self._runs.append(_END.join(sorted(self._last, key=self._key)))
            self._last.clear()

    def __iter__(self) -> Iterator[str]:
        """All of them, once. None must be added meanwhile."""
        last = sorted(self._last, key=self._key)
        return merge(*map(_unpacked, self._runs), last, key=self._key) if self._runs else iter(last)


def _unpacked(run: str) -> Iterator[str]:
    begin = 0
    while (end := run.find(_END, begin)) >= 0:
        yield run[begin:end]
        begin = end + 1
    yield run[begin:]


def walk(top: str, failed: Callable[[str, OSError], None]) -> Iterator[str]:
    """Goes through a folder and all below it: the regular files of each in order, then its folders.

    Links are passed over. failed: is told which folder cannot be listed.
    """
    waiting: list[Iterator[str]] = [iter((top,))]
    while waiting:
        folder = next(waiting[-1], None)
        if folder is None:
            waiting.pop()
            continue
        try:
            files, folders = _listed(folder)
        except OSError as error:
            failed(folder, error)
            continue
        yield from _below(folder, files)
        waiting.append(_below(folder, folders))


def _listed(folder: str) -> tuple[Ordered, Ordered]:
    """The names of its regular files and of its folders."""
    files, folders = Ordered(natural_key), Ordered(natural_key)
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_file(follow_symlinks=False):
                files.add(entry.name)
            elif entry.is_dir(follow_symlinks=False):
                folders.add(entry.name)
    return files, folders


def _below(folder: str, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield os.path.join(folder, name)  # noqa: PTH118 - a million times
