"""Counts of values: how often, on which days, in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from figures.times import day_text

Text: TypeAlias = "str | None"
Row: TypeAlias = "dict[str, Any]"

EMPTY = 100  # days, hours, weeks or months without anything in a row, at the most, that reports tell of

NOTHING = frozenset(
    {
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    }
)


@dataclass
class Tally:
    """How often a value was seen, by kind, and on which days."""

    kinds: Counter[str] = field(default_factory=Counter)
    days: set[int] = field(default_factory=set)

    def add(self, day: int, kind: str = "") -> None:
        """Count it once more."""
        self.kinds[kind] += 1
        self.days.add(day)

    @property
    def seen(self) -> int:
        """How often in all."""
        return self.kinds.total()

    @property
    def span(self) -> Row:
        """The first and the last day, and the number of days on which it was seen."""
        return {"first_day": day_text(min(self.days)), "last_day": day_text(max(self.days)), "days": len(self.days)}


def text_order(text: Text) -> tuple[bool, str]:
    """By code points; what is absent comes first, before what is empty."""
    return text is not None, text or ""


def most(rows: Iterable[tuple[int, tuple[Text, ...], Row]], limit: int | None) -> list[Row]:
    """Rows by falling count, then by their texts; `limit` of them, or all."""
    ordered = sorted(rows, key=lambda row: (-row[0], *map(text_order, row[1])))
    return [row for _, _, row in ordered][:limit]


def distinct(texts: Iterable[Text]) -> int:
    """How many texts; what is absent is none."""
    return len(set(texts) - {None})


def artifact(shasum: Text) -> Text:
    """A hash if it names an artifact: that of nothing names none."""
    return None if shasum in NOTHING else shasum
