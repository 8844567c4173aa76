"""Which numbers of commands are uncommon, and which is the most common."""

from collections.abc import Mapping


def rarest(seen: Mapping[int, int]) -> set[int]:
    """Of k different numbers the rarest two thirds, rounded down; of equally rare ones the smaller come first.

    seen: number of commands → sessions.
    """
    ordered = sorted(seen, key=lambda number: (seen[number], number))
    return set(ordered[: 2 * len(ordered) // 3])


def most_common(seen: Mapping[int, int]) -> int | None:
    """The number of the most sessions, the smallest of several; None of none."""
    return min(seen, key=lambda number: (-seen[number], number), default=None)
