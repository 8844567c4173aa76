"""Figures as text for a terminal, as Markdown for docs/performance.md, and as JSON."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

Row = tuple[str, ...]


def show(
    about: Mapping[str, object], columns: Row, rows: Sequence[Row], notes: Sequence[str] = (), *, markdown: bool
) -> None:
    """Prints what the figures depend on, a table, and what is to be said about it."""
    bullet = "* " if markdown else ""
    head = [f"{bullet}{name}: {value}" for name, value in about.items()]
    table = as_markdown(columns, rows) if markdown else as_text(columns, rows)
    print("\n".join(_parted(head, table, [f"{bullet}{note}" for note in notes])))


def as_text(columns: Row, rows: Sequence[Row]) -> list[str]:
    """The first column to the left, figures to the right."""
    widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
    return [_aligned(cells, widths) for cells in (columns, *rows)]


def as_markdown(columns: Row, rows: Sequence[Row]) -> list[str]:
    """A table of Markdown."""
    return [_line(columns), _line(("---", *("---:" for _ in columns[1:]))), *map(_line, rows)]


def write_json(path: str | None, document: Mapping[str, object]) -> None:
    """Writes a document, if someone wants it."""
    if path:
        Path(path).write_text(json.dumps(document, indent=2) + "\n")


def _parted(*parts: Sequence[str]) -> list[str]:
    """All lines of the parts that have some, an empty one between parts."""
    lines: list[str] = []
    for part in filter(None, parts):
        lines += ["", *part] if lines else part
    return lines


def _aligned(cells: Row, widths: Sequence[int]) -> str:
    first, *rest = zip(cells, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
