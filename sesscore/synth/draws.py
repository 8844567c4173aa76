"""How texts and numbers are drawn, the same on every machine and Python.

Only `random.Random.random` is drawn from, and only + - * / and sqrt are applied to it: their results are the same
everywhere, which holds neither for the other methods nor for exp and log.
"""

import json
from bisect import bisect
from collections.abc import Sequence
from hashlib import sha256
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


def cut(text: str, at: str | None = None) -> list[str]:
    """A list of words, written as a text because it reads better than a line a word."""
    return text.split(at)


def escaped(text: str) -> str:
    """Text as it stands between the quotes of a JSON string, ASCII only, as Cowrie writes it."""
    return json.dumps(text)[1:-1]


class Ranked(Generic[T]):
    """Things drawn by rank: the r-th has weight 1 / (r + shift), the head that all such lists have."""

    def __init__(self, things: Sequence[T], shift: float) -> None:
        """Take the things in order of rank."""
        self.things = things
        self._sums: list[float] = []
        total = 0.0
        for rank in range(len(things)):
            total += 1 / (rank + shift)
            self._sums.append(total)
        self._total = total

    def pick(self, draw: float) -> T:
        """The thing at a draw from [0, 1)."""
        return self.things[bisect(self._sums, draw * self._total, 0, len(self.things) - 1)]


class Drawn:
    """What is made up once for a seed, before the first line."""

    def __init__(self, seed: int, name: str) -> None:
        """Draw from a source of its own, so that what one class makes up does not move the other's."""
        self.seed = seed
        self.random = Random(f"{seed}/{name}").random  # noqa: S311 (made-up data, no secret)

    def digest(self, name: str) -> str:
        """A SHA-256 that belongs to this seed."""
        return sha256(f"{self.seed}/{name}".encode()).hexdigest()

    def any_of(self, things: Sequence[T]) -> T:
        """One of the things, each as likely."""
        return things[int(self.random() * len(things))]

    def some_of(self, things: Sequence[T]) -> list[T]:
        """Most of the things, in their order."""
        return [thing for thing in things if self.random() < 0.65] or [things[0]]

    def shuffled(self, texts: Sequence[str]) -> list[str]:
        """The texts in another order."""
        return [text for _, text in sorted((self.random(), text) for text in texts)]
