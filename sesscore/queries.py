"""The only reader of `sql/`: every statement has a file, and its header comment says what it answers."""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import apsw

# Not importlib.resources, which takes longer to import than half of this package.
_ROOT = Path(import_module("sesscore.sql").__path__[0])

Value = int | str | None  # what the statements answer with
Row = dict[str, Any]


@cache
def sql(name: str) -> str:
    """The text of `sql/<name>.sql`, e.g. `sql("reports/summary/events")`."""
    return _ROOT.joinpath(f"{name}.sql").read_text("utf-8")


def names(folder: str) -> list[str]:
    """The names, without `.sql`, of the statements in a folder of `sql/`, sorted."""
    return [
        name.removesuffix(".sql") for name, is_folder in _entries(folder) if name.endswith(".sql") and not is_folder
    ]


def folders(folder: str) -> list[str]:
    """The names of the folders in a folder of `sql/`, sorted."""
    return [name for name, is_folder in _entries(folder) if is_folder]


@cache
def _entries(folder: str) -> tuple[tuple[str, bool], ...]:
    """What lies there, by name, and whether it is a folder."""
    return tuple(sorted((entry.name, entry.is_dir()) for entry in _ROOT.joinpath(folder).iterdir()))


def rows(connection: "apsw.Connection", name: str, **parameters: Value) -> list[Row]:
    """What a statement of `sql/` answers, each row by the names of its columns."""
    cursor = connection.cursor()
    cursor.row_trace = _by_name
    found: list[Any] = cursor.execute(sql(name), parameters).fetchall()
    return found


def _by_name(cursor: "apsw.Cursor", values: tuple[Any, ...]) -> Row:
    return {column[0]: value for column, value in zip(cursor.get_description(), values, strict=True)}
