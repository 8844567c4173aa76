"""Which numbers of commands are uncommon."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


def rarest(counts: Iterable[int]) -> set[int]:
    """Of k different counts the rarest two thirds, cut to a whole number; of equally rare ones the smaller first."""
    seen = Counter(counts)
    ordered = sorted(seen, key=lambda count: (seen[count], count))
    return set(ordered[: 2 * len(ordered) // 3])


def most_common(counts: Iterable[int]) -> int | None:
    """The count of the most sessions, the smallest of several; None of none."""
    seen = Counter(counts)
    return min(seen, key=lambda count: (-seen[count], count), default=None)
