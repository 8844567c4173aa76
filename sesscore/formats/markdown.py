"""Markdown with tables as GitHub and others read them. Nothing that a log says becomes markup."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sesscore.formats.rows import columns_of, rows_of
from sesscore.report.document import Column, Document
from sesscore.report.values import Value, shown
from sesscore.safetext import markdown_cell

if TYPE_CHECKING:
    from sesscore.formats import Look


def pieces(document: Document, look: "Look") -> Iterator[bytes]:
    """A heading, then a table for each section."""
    yield f"# {markdown_cell(document.title)}\n\n{markdown_cell(document.covers)}\n".encode()
    for section in document.sections:
        columns = columns_of(section)
        yield f"\n## {markdown_cell(section.title)}\n\n".encode()
        yield _line([markdown_cell(column.heading) for column in columns])
        yield _line(["---:" if column.kind.stands_right else "---" for column in columns])
        for row in rows_of(section):
            yield _line(_cells(columns, row))


def _cells(columns: Sequence[Column], row: Sequence[Value]) -> list[str]:
    cells = (shown(column.kind, value) for column, value in zip(columns, row, strict=True))
    return ["–" if cell is None else markdown_cell(cell) for cell in cells]


def _line(cells: Sequence[str]) -> bytes:
    return f"| {' | '.join(cells)} |\n".encode()
