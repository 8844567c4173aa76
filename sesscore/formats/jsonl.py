"""JSON lines: an object for each row. A report of several sections says on each line of which it is."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sesscore.formats.json import objects, streamed
from sesscore.report.document import Document

if TYPE_CHECKING:
    from sesscore.formats import Look


def pieces(document: Document, look: "Look") -> Iterator[bytes]:
    """A line for each row, in the order of the sections."""
    several = len(document.sections) > 1
    for section in document.sections:
        for row in objects(section):
            yield from streamed({"section": section.name, **row} if several else row)
            yield b"\n"
