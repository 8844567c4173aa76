"""Figures as text for a terminal and as Markdown for docs/performance.md."""

from collections.abc import Mapping, Sequence

Row = tuple[str, ...]


def as_text(about: Mapping[str, object], columns: Row, rows: Sequence[Row], notes: Sequence[str]) -> list[str]:
    """The first column to the left, figures to the right."""
    widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
    table = [_aligned(cells, widths) for cells in (columns, *rows)]
    return [*(f"{name}: {value}" for name, value in about.items()), "", *table, *_and(notes)]


def as_markdown(about: Mapping[str, object], columns: Row, rows: Sequence[Row], notes: Sequence[str]) -> list[str]:
    """A list of what the figures depend on, and a table."""
    head = [_line(columns), _line(("---", *("---:" for _ in columns[1:])))]
    return [*(f"* {name}: {value}" for name, value in about.items()), "", *head, *map(_line, rows), *_and(notes)]


def _aligned(cells: Row, widths: Sequence[int]) -> str:
    first, *rest = zip(cells, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _and(notes: Sequence[str]) -> list[str]:
    return ["", *notes] if notes else []
