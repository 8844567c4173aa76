"""JSON Schema of what a report says to programs: taken from the document that it makes of an empty database."""

from collections.abc import Mapping, Sequence
from typing import Any

from sesscore.report.document import Column, Document, Figures, Records, Section, Sum, Table
from sesscore.report.period import Period
from sesscore.report.registry import Report
from sesscore.report.snapshot import Snapshot, made
from sesscore.report.values import Kind
from sesscore.report.zones import DAY_US

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_MOMENT = {"type": ["string", "null"], "pattern": r"^-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$"}
_DAY = {"type": ["string", "null"], "pattern": r"^-?\d{4,}-\d\d-\d\d$"}
_TYPES: dict[Kind, Mapping[str, Any]] = {
    Kind.TEXT: {"type": ["string", "null"]},
    Kind.COUNT: {"type": ["integer", "null"]},
    Kind.NUMBER: {"type": ["number", "null"]},
    Kind.SHARE: {"type": ["number", "null"]},
    Kind.MOMENT: _MOMENT,
    Kind.DAY: _DAY,
    Kind.MILLISECONDS: {"type": ["number", "null"]},
}
_BOUND = {"type": ["string", "null"]}


def schema(report: Report) -> dict[str, Any]:
    """The schema of its JSON document. Within a version fields are only added, so more than it names is allowed."""
    import apsw

    from sesscore.extension import functions
    from sesscore.migrations import run_migrations

    connection = apsw.Connection(":memory:")
    try:
        run_migrations(connection)
        functions(connection)
        return _document(made(Snapshot(connection, report, Period(0, DAY_US))))
    finally:
        connection.close()


def _document(document: Document) -> dict[str, Any]:
    top: dict[str, Any] = {
        "schema": {"const": document.schema},
        "report": {"const": document.name},
        "sensor": {"type": ["string", "null"]},
        "since": _BOUND,
        "until": _BOUND,
        "tz": {"type": "string"},
        **{name: {} for name in document.head},
    }
    sections = {section.name: _section(section) for section in document.sections}
    return {"$schema": DIALECT, "$id": document.schema, **_object({**top, **sections})}


def _section(section: Section) -> Mapping[str, Any]:
    match section:
        case Figures():
            return {**_row(section.columns), "title": section.title}
        case Sum():
            return {**_object({name: {"type": "integer"} for name, _ in (section.total, *section.parts)})}
        case Table():
            return {"title": section.title, "type": "array", "items": _row(section.columns)}
        case Records():
            if section.single:
                return {"title": section.title, **section.schema}
            return {"title": section.title, "type": "array", "items": section.schema}


def _row(columns: Sequence[Column]) -> dict[str, Any]:
    return _object({column.name: _TYPES[column.kind] for column in columns})


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": dict(properties)}
