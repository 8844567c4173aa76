"""Sections as rows of plain or shown values, for the formats that are made of rows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sesscore.report.document import Column, Document, Figures, Records, Section, Sum, Table
from sesscore.report.values import Kind, Value


def sections_of_rows(document: Document) -> list[Section]:
    """The sections but those that stand aside."""
    return [section for section in document.sections if not (isinstance(section, Records) and section.aside)]


def for_people(document: Document) -> list[Section]:
    """The sections, of which the headings of moments say UTC, if the days and the title are by other clocks."""
    if document.period.zone == "UTC":
        return list(document.sections)
    return [section if isinstance(section, Sum) else _of_utc(section) for section in document.sections]


def _of_utc(section: Figures | Table | Records) -> Section:
    columns = [
        replace(column, label=f"{column.heading} UTC") if column.kind is Kind.MOMENT else column
        for column in section.columns
    ]
    return replace(section, columns=columns)


def seen(section: Section) -> tuple[Sequence[Column], Iterator[Sequence[Value]]]:
    """Columns and rows for people, who do not want all of them."""
    columns, rows = columns_of(section), rows_of(section)
    places = [i for i, column in enumerate(columns) if not column.unseen]
    if len(places) == len(columns):
        return columns, rows
    return [columns[i] for i in places], ([row[i] for i in places] for row in rows)


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
