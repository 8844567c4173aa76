"""JSON Schemas of all documents: those of reports are made from the reports, the others are files of this folder."""

from importlib.resources import files
from typing import Any

from sesscore.errors import UsageError

_REPORT = "report."


def names() -> list[str]:
    """The names by which `schema_of` knows them, without the version."""
    from sesscore.report.registry import shipped

    return sorted([*_files(), *(_REPORT + name for name in shipped())])


def schema_of(name: str) -> dict[str, Any]:
    """The schema of a document, by what stands in its `schema`. Raises UsageError for one that there is not."""
    asked = name.removeprefix("sesscore.").partition("/")[0]
    if asked.startswith(_REPORT) and asked in names():
        from sesscore.report.registry import report
        from sesscore.report.schema import schema

        return schema(report(asked.removeprefix(_REPORT)))
    if asked in _files():
        import orjson

        found: dict[str, Any] = orjson.loads(files(__name__).joinpath(f"{asked}.json").read_bytes())
        return found
    raise UsageError(f"there is no document {name!r}", hint=f"sesscore schema, with one of: {', '.join(names())}")


def _files() -> list[str]:
    entries = (entry.name for entry in files(__name__).iterdir())
    return [name.removesuffix(".json") for name in entries if name.endswith(".json")]
