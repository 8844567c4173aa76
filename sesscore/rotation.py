"""Which log follows which: what the names of rotated files say (docs/design.md, "Halves")."""

import calendar
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_COMPRESSION = re.compile(r"\.(?:gz|bz2|xz)\Z")
_DATE = re.compile(
    r"[._-]?(?<![0-9])(?:([0-9]{4})-([0-9]{2})-([0-9]{2})|([0-9]{4})([0-9]{2})([0-9]{2})"
    r"|([0-9]{4})_([0-9]{1,2})_([0-9]{1,2}))(?![0-9])"
)
_MOST_KEPT = 16  # of folders, of which each can hold a million names
_NUMBER = re.compile(r"\.([0-9]{1,4})\Z")


@dataclass(frozen=True)
class Place:
    """Where a file stands among those of its stem. At most one of date and number; neither: the live log."""

    stem: str
    date: tuple[int, int, int] | None = None
    number: int | None = None


def unpacked_name(name: str) -> str:
    """What a file, or its path, is called without its compression."""
    return _COMPRESSION.sub("", name)


def place(name: str) -> Place:
    """What a file name says; copies that differ in compression only have one place."""
    name = unpacked_name(name)
    for found in reversed(list(_DATE.finditer(name))):
        year, month, day = (int(digits) for digits in found.groups() if digits is not None)
        if year >= 1 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]:
            return Place(name[: found.start()] + name[found.end() :], date=(year, month, day))
    if numbered := _NUMBER.search(name):
        return Place(name[: numbered.start()], number=int(numbered[1]))
    return Place(name)


@dataclass
class _Stem:
    """The files of one stem."""

    dated: dict[tuple[int, int, int], list[str]] = field(default_factory=dict)
    numbered: dict[int, list[str]] = field(default_factory=dict)
    live: list[str] = field(default_factory=list)


class Folder:
    """The files of a folder by stem and place."""

    def __init__(self, names: Iterable[str]) -> None:
        self._stems: dict[str, _Stem] = {}
        for name in sorted(names):
            at = place(name)
            stem = self._stems.setdefault(at.stem, _Stem())
            if at.date is not None:
                stem.dated.setdefault(at.date, []).append(name)
            elif at.number is not None:
                stem.numbered.setdefault(at.number, []).append(name)
            else:
                stem.live.append(name)

    def after(self, name: str) -> list[str]:
        """The files in the next place: more than one if there are compressed copies."""
        at = place(name)
        stem = self._stems.get(at.stem, _Stem())
        if at.date is not None:
            later = min((date for date in stem.dated if date > at.date), default=None)
            return stem.live if later is None else stem.dated[later]
        if at.number is not None:
            lower = max((number for number in stem.numbered if number < at.number), default=None)
            return stem.live if lower is None else stem.numbered[lower]
        return []


class Folders:
    """Folders as they are on disk; who asks folder by folder has each looked at once."""

    def __init__(self) -> None:
        self._folders: dict[str, Folder] = {}

    def after(self, path: str) -> Iterator[str]:
        """Paths of the files that follow one by name."""
        parent, name = os.path.split(path)
        if parent not in self._folders:
            if len(self._folders) == _MOST_KEPT:
                self._folders.clear()
            try:
                self._folders[parent] = Folder(os.listdir(parent or "."))  # noqa: PTH208 - names alone
            except OSError:
                self._folders[parent] = Folder(())
        for found in self._folders[parent].after(name):
            yield os.path.join(parent, found)  # noqa: PTH118 - as the path is stored
