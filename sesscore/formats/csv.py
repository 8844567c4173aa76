"""CSV (RFC 4180): a header and the rows. A report of several sections has a row for each value of each of them.

Cells that a spreadsheet would take for a formula are defused.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from sesscore.formats.rows import columns_of, rows_of, sections_of_rows
from sesscore.report.document import Document, Section
from sesscore.report.values import plain
from sesscore.safecells import csv_cell

if TYPE_CHECKING:
    from sesscore.formats import Look

Cell = int | float | str | None


def pieces(document: Document, look: "Look") -> Iterator[bytes]:
    """A line for each row, UTF-8."""
    sections = sections_of_rows(document)
    cells = _one(sections[0]) if len(sections) == 1 else _all(sections)
    return _written(cells)


def _one(section: Section) -> Iterator[Sequence[Cell]]:
    columns = columns_of(section)
    yield [column.name for column in columns]
    for row in rows_of(section):
        yield [plain(column.kind, value) for column, value in zip(columns, row, strict=True)]


def _all(sections: Sequence[Section]) -> Iterator[Sequence[Cell]]:
    """Sections have different columns: each value stands in a row of its own."""
    yield ["section", "row", "column", "value"]
    for section in sections:
        columns = columns_of(section)
        for number, row in enumerate(rows_of(section), 1):
            for column, value in zip(columns, row, strict=True):
                yield [section.name, number, column.name, plain(column.kind, value)]


def _written(rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    line = io.StringIO()
    writer = csv.writer(line)
    for row in rows:
        writer.writerow([csv_cell(cell) if isinstance(cell, str) else cell for cell in row])
        yield line.getvalue().encode()
        line.seek(0)
        line.truncate()
