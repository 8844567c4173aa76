"""sesscore: every session of a Cowrie honeypot's JSON logs, counted once, in one SQLite file.

`__all__` is what programs can rely on (docs/python.md); it is loaded when it is first asked for. All other modules are
private.
"""

import sys

__version__ = "0.1.0"

_ERRORS = "errors"
_PUBLIC = {
    "Activity": "api.things",
    "Batches": "api.batches",
    "Column": "api.sections",
    "ConditionFailed": _ERRORS,
    "Database": "api.database",
    "DatabaseInUse": _ERRORS,
    "DiskFull": _ERRORS,
    "IngestResult": "api.reading",
    "Ledger": "ledger",
    "MergeResult": "api.merging",
    "Merged": "api.merging",
    "NothingToRead": _ERRORS,
    "Problem": "met",
    "Report": "api.sections",
    "SchemaMismatch": _ERRORS,
    "Section": "api.sections",
    "Sensor": "sensors",
    "SesscoreError": _ERRORS,
    "Session": "api.things",
    "SessionCounts": "api.reading",
    "SnapshotExpired": _ERRORS,
    "SourceCounts": "api.reading",
    "Stop": "signals",
    "StorageError": _ERRORS,
    "UnknownSession": _ERRORS,
    "UsageError": _ERRORS,
    "Verification": "api.verifying",
    "ingest": "api.reading",
    "matcher": "matchers",
    "merge": "api.merging",
    "open": "api.database",
    "reports": "api.reports",
}

__all__ = [*sorted(_PUBLIC), "__version__"]


class _Package(type(sys)):  # type: ignore[misc]
    """`sesscore.ingest` is the function, also after the module of that name was imported."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _PUBLIC and isinstance(value, type(sys))):
            super().__setattr__(name, value)


def __getattr__(name: str) -> object:
    """A public name, when it is first asked for."""
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found = getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


sys.modules[__name__].__class__ = _Package
