"""One JSON document: an object for figures, an array for rows, a line for each row."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from sesscore.render import json_text
from sesscore.report.document import Document, Figures, Listed, Records, Section, Sum, Table
from sesscore.report.values import plain

if TYPE_CHECKING:
    from sesscore.formats import Look


_AT_ONCE = 64  # values of a long list: one by one takes several times as long


def pieces(document: Document, look: "Look") -> Iterator[bytes]:
    """The same bytes for the same figures; safe to look at, for its strings hold no raw controls."""
    yield b"{"
    comma = b"\n"
    for name, value in top(document).items():
        yield comma + _member(name) + text(value)
        comma = b",\n"
    for section in document.sections:
        yield comma + _member(section.name)
        comma = b",\n"
        yield from _section(section)
    yield b"\n}\n"


def top(document: Document) -> dict[str, Any]:
    """What stands before the sections: the form of the document, and what it covers."""
    period = document.period
    return {
        "schema": document.schema,
        "report": document.name,
        "sensor": document.sensor,
        "since": period.since,
        "until": period.until,
        "tz": period.zone,
        **document.head,
    }


def text(value: Any) -> bytes:
    """A value on one line."""
    return json_text(value).encode()


def streamed(row: Mapping[str, Any]) -> Iterator[bytes]:
    """An object on one line, in pieces: its long lists are never held."""
    if Listed not in map(type, row.values()):
        yield text(row)
        return
    before = b"{"
    for name, value in row.items():
        yield before + text(name) + b":"
        before = b","
        yield from _list(value) if isinstance(value, Listed) else (text(value),)
    yield b"}"


def _list(values: Iterable[Any]) -> Iterator[bytes]:
    before, rest = b"[", iter(values)
    while some := list(islice(rest, _AT_ONCE)):
        yield before + text(some)[1:-1]
        before = b","
    yield b"[]" if before == b"[" else b"]"


def objects(section: Section) -> Iterator[Mapping[str, Any]]:
    """Each row of a section by the names of its columns; figures are one row."""
    match section:
        case Figures():
            yield _object(section, section.values)
        case Sum():
            yield dict((section.total, *section.parts))
        case Table():
            yield from (_object(section, row) for row in section.rows)
        case Records():
            yield from section.records


def _object(section: Figures | Table, row: Iterable[Any]) -> dict[str, Any]:
    return {column.name: plain(column.kind, value) for column, value in zip(section.columns, row, strict=True)}


def _member(name: str) -> bytes:
    return b"  " + text(name) + b": "


def _section(section: Section) -> Iterator[bytes]:
    if isinstance(section, Figures | Sum) or (isinstance(section, Records) and section.single):
        yield from streamed(next(iter(objects(section))))
        return
    before = b"[\n    "
    for row in objects(section):
        yield before
        yield from streamed(row)
        before = b",\n    "
    yield b"[]" if before.startswith(b"[") else b"\n  ]"
