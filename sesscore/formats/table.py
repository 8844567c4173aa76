"""A page for people: headings, aligned tables, bars; colour only where the terminal wants it."""

from collections.abc import Iterator, Sequence
from itertools import islice, zip_longest
from typing import TYPE_CHECKING

from sesscore.formats.grid import grid
from sesscore.formats.rows import for_people, seen
from sesscore.render import BAD, DIM, GOOD, HEADING, Line, Span, bare, cell_text, written
from sesscore.report.document import Column, Document, Figures, Records, Section, Sum, Table
from sesscore.report.values import Value, shown
from sesscore.safetext import safe, shortened, width

if TYPE_CHECKING:
    from sesscore.formats import Look

GAP = 4  # between two sections that stand beside each other


def pieces(document: Document, look: "Look") -> Iterator[bytes]:
    """Line by line."""
    return written(page(document, look.columns), colour=look.colour, encoding=look.encoding)


def page(document: Document, limit: int, *, drawn: bool = True) -> Iterator[Line]:
    """The lines, of at most `limit` columns where the content allows. drawn: with bars."""
    if document.title:
        yield from _title(document, limit)
    for sections in _side_by_side([section for section in for_people(document) if not section.unseen]):
        if document.title:
            yield []
        if len(sections) == 1:
            yield from _section(sections[0], limit, drawn)
        else:
            yield from _beside(sections, limit, drawn)


def _title(document: Document, limit: int) -> Iterator[Line]:
    """What it is and what it covers: on one line if there is room, else on lines below."""
    title, covers = shortened(document.title, limit), safe(document.covers)
    if width(title) + 2 + width(covers) <= limit:
        yield [Span(title, HEADING), Span("  " + covers, DIM)]
        return
    yield [Span(title, HEADING)]
    yield from ([Span("  " + shortened(part, limit - 2), DIM)] for part in document.parts)


def _side_by_side(sections: Sequence[Section]) -> Iterator[Sequence[Section]]:
    """Two halves that follow each other stand beside each other."""
    waiting = list(sections)
    while waiting:
        together = 2 if len(waiting) > 1 and waiting[0].half and waiting[1].half else 1
        yield waiting[:together]
        del waiting[:together]


def _beside(sections: Sequence[Section], limit: int, drawn: bool) -> Iterator[Line]:
    room = (limit - GAP) // 2
    left_lines, right_lines = (_section(section, room, drawn) for section in sections)
    empty: Line = []
    for left, right in zip_longest(left_lines, right_lines, fillvalue=empty):
        gap = limit - room - width(bare(left))
        yield [*left, Span(" " * gap), *right] if right else left


def _section(section: Section, limit: int, drawn: bool) -> Iterator[Line]:
    match section:
        case Sum():
            yield from _sum(section)
        case Figures(listed=(named, valued)):
            yield [Span(safe(section.title), HEADING)]
            yield from _listed(section, named, valued, limit, drawn)
        case Figures():
            yield from _figures(section, limit)
        case Table() | Records():
            yield from _rows(section, limit, drawn)


def _sum(section: Sum) -> Iterator[Line]:
    """The sum as it must be, and whether it is."""
    (_, total), parts = section.total, section.parts
    missing = total - sum(number for _, number in parts)
    verdict = "✓ balanced" if missing == 0 else f"✗ {missing:,} unaccounted for"
    yield [Span(safe(section.title), HEADING)]
    said = " + ".join(f"{number:,} {name}" for name, number in parts)
    yield [Span(f"  {total:,} = {safe(said)}  "), Span(verdict, BAD if missing else GOOD)]


def _figures(section: Figures, limit: int) -> Iterator[Line]:
    """Names and values, some below each other, then the next to their right, if there is room."""
    cells = [
        (shortened(column.heading, limit // 2 - 3), shortened(cell_text(shown(column.kind, value)), limit // 2 - 3))
        for column, value in zip(section.columns, section.values, strict=True)
    ]
    for down in range(min(section.down, len(cells)), len(cells) + 1):
        columns = [cells[i : i + down] for i in range(0, len(cells), down)]
        widths = [tuple(max(width(cell[i]) for cell in column) for i in (0, 1)) for column in columns]
        if sum(map(sum, widths)) + 6 * len(widths) - 2 <= limit:
            break
    for row in zip_longest(*columns, fillvalue=("", "")):
        line: Line = []
        for (name, value), (name_width, value_width) in zip(row, widths, strict=True):
            line += [
                Span(f"  {name}{' ' * (name_width - width(name))}", DIM),
                Span(f"  {' ' * (value_width - width(value))}{value}  "),
            ]
        yield line


def _listed(section: Figures, named: str, valued: str, limit: int, drawn: bool) -> Iterator[Line]:
    """A line for each value."""
    first = section.columns[0]
    columns = (Column(named), Column(valued, first.kind, drawn=first.drawn))
    names = [column.heading for column in section.columns]
    return grid(columns, list(zip(names, section.values, strict=True)), limit, drawn=drawn)


def _rows(section: Table | Records, limit: int, drawn: bool) -> Iterator[Line]:
    columns, rows = seen(section)
    title = section.title
    if isinstance(section, Table) and section.most is not None:
        title, rows = _first(title, list(rows), section.most)
    if title:
        yield [Span(safe(title), HEADING)]
    yield from grid(columns, rows, limit, drawn=drawn)


def _first(title: str, rows: list[Sequence[Value]], most: int) -> tuple[str, Iterator[Sequence[Value]]]:
    cut = f"{title} ({most:,} of {len(rows):,})" if len(rows) > most else title
    return cut, islice(rows, most)
