"""JSON Schema of what a report says to programs: taken from the document that it makes of an empty database."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from sesscore.report.document import TOP, Column, Document, Figures, Records, Section, Sum, Table
from sesscore.report.period import Period
from sesscore.report.registry import Report
from sesscore.report.snapshot import Snapshot, made
from sesscore.report.values import Kind
from sesscore.report.zones import DAY_US

DIALECT = "https://json-schema.org/draft/2020-12/schema"

# A day, an ISO week and a month: what stands at the top of a document may depend on whether it is of just one of them.
_PERIODS = (Period(0, DAY_US), Period(4 * DAY_US, 11 * DAY_US), Period(0, 31 * DAY_US))

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


def schema(report: Report) -> dict[str, Any]:
    """The schema of its JSON document. Within a version fields are only added, so more than it names is allowed."""
    import apsw

    from sesscore.extension import functions
    from sesscore.migrations import run_migrations

    connection = apsw.Connection(":memory:")
    try:
        run_migrations(connection)
        functions(connection)
        forms = product(report.variants, _PERIODS)
        return _document([made(Snapshot(connection, report, period, None, options)) for options, period in forms])
    finally:
        connection.close()


def _document(documents: Sequence[Document]) -> dict[str, Any]:
    document = documents[0]
    heads = {name: _like(value) for one in documents for name, value in one.head.items()}
    sometimes = {name for name in heads if not all(name in one.head for one in documents)} - set(TOP)
    top: dict[str, Any] = {
        "schema": {"const": document.schema},
        "report": {"const": document.name},
        "sensor": {"type": ["string", "null"]},
        "since": _MOMENT,
        "until": _MOMENT,
        "tz": {"type": "string"},
        **heads,
    }
    sections = {section.name: _section(documents, section.name) for section in document.sections}
    found = _object({**top, **sections})
    found["required"] = [name for name in found["required"] if name not in sometimes]
    return {"$schema": DIALECT, "$id": document.schema, **found}


def _section(documents: Sequence[Document], name: str) -> Mapping[str, Any]:
    """The section of that name, which may have several forms."""
    forms: list[Mapping[str, Any]] = []
    for document in documents:
        form = next(_form(section) for section in document.sections if section.name == name)
        if form not in forms:
            forms.append(form)
    return forms[0] if len(forms) == 1 else {"anyOf": forms}


def _form(section: Section) -> Mapping[str, Any]:
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


def _like(value: Any) -> Mapping[str, Any]:
    """What stands at the top of a document. Of what an empty database has none of, it can be a text."""
    match value:
        case Mapping():
            return _object({name: _like(below) for name, below in value.items()})
        case bool():
            return {"type": "boolean"}
        case int() | float():
            return {"type": "number"}
    return {"type": ["string", "null"]}


def _row(columns: Sequence[Column]) -> dict[str, Any]:
    return _object({column.name: _TYPES[column.kind] for column in columns})


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": dict(properties)}
