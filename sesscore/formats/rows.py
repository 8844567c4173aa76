"""Sections as rows of plain or shown values, for the formats that are made of rows."""

from collections.abc import Iterator, Sequence

from sesscore.report.document import Column, Figures, Records, Section, Sum, Table
from sesscore.report.values import Kind, Value


def columns_of(section: Section) -> Sequence[Column]:
    """The columns of a section."""
    if isinstance(section, Sum):
        return [Column(name, Kind.COUNT) for name, _ in (section.total, *section.parts)]
    return section.columns


def rows_of(section: Section) -> Iterator[Sequence[Value]]:
    """Its rows, of as many values; figures are one row."""
    match section:
        case Figures():
            yield section.values
        case Sum():
            yield [number for _, number in (section.total, *section.parts)]
        case Table():
            yield from section.rows
        case Records():
            yield from map(section.row, section.records)
