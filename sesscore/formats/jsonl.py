"""JSON lines: an object for each row. A report of several sections says on each line of which it is.

A column that is called `section` is `section:1` then, as SQLite tells columns of one name apart.
"""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import TYPE_CHECKING, Any

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
            yield from streamed(_told(section.name, row) if len(sections) > 1 else row)
            yield b"\n"


def _told(section: str, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row with its section, each name once."""
    if "section" not in row:
        return {"section": section, **row}
    other = next(name for number in count(1) if (name := f"section:{number}") not in row)
    return {"section": section, **{other if name == "section" else name: value for name, value in row.items()}}
