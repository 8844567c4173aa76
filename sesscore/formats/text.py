"""Plain text: the sheets of the older reports where a report has them, else the page without colour and bars."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sesscore.formats.table import page
from sesscore.render import PAGE, written
from sesscore.report.document import Document, Labelled, Line, Records, Sheet
from sesscore.safetext import safe, width

if TYPE_CHECKING:
    from sesscore.formats import Look


def pieces(document: Document, look: "Look") -> Iterator[bytes]:
    """Line by line."""
    if any(isinstance(section, Records) and section.sheet for section in document.sections):
        for line in _sheets(document):
            yield f"{line}\n".encode(look.encoding, "backslashreplace")
    else:
        yield from written(page(document, PAGE, drawn=False), encoding=look.encoding)


def _sheets(document: Document) -> Iterator[str]:
    """The records of the sections that have sheets; sections that have none are for other formats."""
    for section in document.sections:
        if isinstance(section, Records) and section.sheet:
            for record in section.records:
                yield from _lines(section.sheet(record))


def _lines(sheet: Sheet) -> Iterator[str]:
    for line in sheet:
        match line:
            case Labelled(label, value, columns, padded):
                text = safe(value)
                yield f"{safe(label):>{columns}}  {text}{' ' * (padded - width(text))}"
            case Line(text, indent):
                yield " " * indent + safe(text)
