"""Names of sources that a rotation made: which source follows which, as docs/design.md, "Halves" tells."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

_COMPRESSED = re.compile(r"\.(?:gz|bz2|xz)\Z")
_DATE = re.compile(
    r"[._-]?(?<![0-9])"
    r"(?:([0-9]{4})-([0-9]{2})-([0-9]{2})|([0-9]{4})([0-9]{2})([0-9]{2})|([0-9]{4})_([0-9]{1,2})_([0-9]{1,2}))"
    r"(?![0-9])"
)
_NUMBER = re.compile(r"\.([0-9]{1,4})\Z")

Stem = tuple[str, str]  # folder, and the name without all that a rotation adds


class Place(NamedTuple):
    """Where a name stands among those of its stem; the bare stem has neither date nor number."""

    stem: Stem
    dated: date | None
    number: int | None


def place(name: str) -> Place:
    """Read the name of a source."""
    folder, base = os.path.split(name)
    folder, base = os.path.realpath(folder), _COMPRESSED.sub("", base)
    for match in reversed(list(_DATE.finditer(base))):
        dated = _possible(match)
        if dated:
            return Place((folder, base[: match.start()] + base[match.end() :]), dated, None)
    number = _NUMBER.search(base)
    if number:
        return Place((folder, base[: number.start()]), None, int(number[1]))
    return Place((folder, base), None, None)


def _possible(match: re.Match[str]) -> date | None:
    year, month, day = (int(digits) for digits in match.groups() if digits)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def neighbours(names: Iterable[str]) -> list[tuple[list[str], list[str]]]:
    """Give the names of each place and those of the place that follows it; along each stem, what is earlier first."""
    stems: dict[Stem, dict[Place, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name in sorted(names):
        where = place(name)
        stems[where.stem][where].append(name)
    found = []
    for places in stems.values():
        dated = sorted((one for one in places if one.dated), key=lambda one: one.dated or date.min)
        numbered = sorted((one for one in places if one.number is not None), key=lambda one: -(one.number or 0))
        bare = [one for one in places if not one.dated and one.number is None]
        found += [*_pairs(places, [*dated, *bare]), *_pairs(places, [*numbered, *bare])]
    return found


def _pairs(places: dict[Place, list[str]], row: Sequence[Place]) -> list[tuple[list[str], list[str]]]:
    return [(places[one], places[other]) for one, other in pairwise(row)]
