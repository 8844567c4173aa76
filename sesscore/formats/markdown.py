"""Markdown with tables as GitHub and others read them. Nothing that a log says becomes markup."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sesscore.formats.rows import for_people, seen
from sesscore.report.document import Column, Document
from sesscore.report.values import Value, shown
from sesscore.safecells import markdown_cell

if TYPE_CHECKING:
    from sesscore.formats import Look

# Words, days and times, in which nobody sees markup: no address, reference to an issue or commit, or `:smile:`.
_WORD = r"(?:[A-Za-z]+|[0-9]{1,4}(?:-[0-9]{2}){0,2}|[0-9]{2}(?::[0-9]{2}){2}|–),?"
_WORDS = re.compile(rf"{_WORD}(?: {_WORD})*")


def pieces(document: Document, look: "Look") -> Iterator[bytes]:
    """A heading, then a table for each section. A value that is absent is a dash, an empty text nothing."""
    if document.title:
        yield f"# {_said(document.title)}\n\n{_said(document.covers)}\n\n".encode()
    for number, section in enumerate(for_people(document)):
        columns, rows = seen(section)
        if number:
            yield b"\n"
        if section.title:
            yield f"## {_said(section.title)}\n\n".encode()
        yield _line([_said(column.heading) for column in columns])
        yield _line(["---:" if column.kind.stands_right else "---" for column in columns])
        for row in rows:
            yield _line(_cells(columns, row))


def _said(text: str) -> str:
    """Words of ours as they are; they can hold the name of a sensor, or the user's."""
    return text if _WORDS.fullmatch(text) else markdown_cell(text)


def _cells(columns: Sequence[Column], row: Sequence[Value]) -> list[str]:
    return [_cell(shown(column.kind, value), value) for column, value in zip(columns, row, strict=True)]


def _cell(text: str | None, value: Value) -> str:
    if text is None:
        return "–"
    return markdown_cell(text) if isinstance(value, str) else text


def _line(cells: Sequence[str]) -> bytes:
    return f"| {' | '.join(cells)} |\n".encode()
