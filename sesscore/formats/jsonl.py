"""JSON lines: an object for each row. A report of several sections says on each line of which it is."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sesscore.formats.json import objects, streamed
from sesscore.formats.rows import sections_of_rows
from sesscore.report.document import Document

if TYPE_CHECKING:
    from sesscore.formats import Look


def pieces(document: Document, look: "Look") -> Iterator[bytes]:
    """A line for each row, in the order of the sections."""
    sections = sections_of_rows(document)
    for section in sections:
        for row in objects(section):
            yield from streamed({"section": section.name, **row} if len(sections) > 1 else row)
            yield b"\n"
