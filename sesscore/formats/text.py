"""Plain text: the sheets of the older reports where a report has them, else the page without colour and bars."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sesscore.formats.table import page
from sesscore.render import PAGE, written
from sesscore.report.document import Document, Labelled, Records, Sheet
from sesscore.safetext import safe, width

if TYPE_CHECKING:
    from sesscore.formats import Look

_AT_ONCE = 16 << 10  # characters: line by line takes longer, and a line can be of megabytes


def pieces(document: Document, look: "Look") -> Iterator[bytes]:
    """Some lines at a time."""
    if any(isinstance(section, Records) and section.sheet for section in document.sections):
        for some in _gathered(_sheets(document)):
            yield some.encode(look.encoding, "backslashreplace")
    else:
        yield from written(page(document, PAGE, drawn=False), encoding=look.encoding)


def _gathered(lines: Iterator[str]) -> Iterator[str]:
    """Some lines at a time, each with its end."""
    some: list[str] = []
    size = 0
    for line in lines:
        some.append(line)
        size += len(line)
        if size >= _AT_ONCE:
            yield "\n".join((*some, ""))
            some.clear()
            size = 0
    if some:
        yield "\n".join((*some, ""))


def _sheets(document: Document) -> Iterator[str]:
    """The records of the sections that have sheets; sections that have none are for other formats."""
    for section in document.sections:
        if isinstance(section, Records) and section.sheet:
            for record in section.records:
                yield from _lines(section.sheet(record))


def _lines(sheet: Sheet) -> Iterator[str]:
    for line in sheet:
        if isinstance(line, Labelled):
            label, value, columns, padded = line
            text = safe(value)
            yield f"{safe(label):>{columns}}  {text}{' ' * (padded - width(text))}"
        else:
            yield " " * line.indent + safe(line.text)
