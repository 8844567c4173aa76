"""The only reader of `sql/`: every statement has a file, and its header comment says what it answers."""

import re
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import apsw

_ROOT = files("sesscore.sql")
_VALUES = re.compile(r"VALUES \(([^)]*)\)")
_PARAMETER = re.compile(r":[a-z]\w*")

Value = int | str | None  # what the statements of reports answer with
Row = dict[str, Any]


@cache
def sql(name: str) -> str:
    """The text of `sql/<name>.sql`, e.g. `sql("reports/summary/events")`."""
    return _ROOT.joinpath(f"{name}.sql").read_text("utf-8")


@cache
def terse(name: str) -> str:
    """The same without comments and indentation, for statements that run once a row.

    apsw finds a prepared statement by all the bytes of its text, anew for each row of `executemany`: a tenth of the
    time of an ingest went into reading comments. One statement for many rows (`repeated`) saves most of the rest.
    """
    lines = (line.strip() for line in sql(name).splitlines())
    return " ".join(line for line in lines if line and not line.startswith("--"))


def names(folder: str) -> list[str]:
    """The names, without `.sql`, of the statements in a folder of `sql/`, sorted."""
    entries = (entry.name for entry in _ROOT.joinpath(folder).iterdir())
    return sorted(name.removesuffix(".sql") for name in entries if name.endswith(".sql"))


@cache
def width(name: str) -> int:
    """How many values a row of an INSERT has, or how many parameters another statement."""
    statement = terse(name)
    values = _VALUES.search(statement)
    return len(_PARAMETER.findall(values[1] if values else statement))


@cache
def repeated(name: str, count: int) -> str:
    """An INSERT for `count` rows at once, with their values one after the other."""
    row = f"({', '.join('?' * width(name))})"
    return _VALUES.sub(f"VALUES {', '.join([row] * count)}", terse(name), count=1)


@dataclass(frozen=True)
class Bounds:
    """What a report covers; None sets no bound. The times are borders of UTC days."""

    since_us: int | None = None
    until_us: int | None = None
    sensor: str | None = None


def rows(connection: apsw.Connection, name: str, bounds: Bounds, **parameters: Value) -> list[Row]:
    """What a statement of `sql/` answers, each row by the names of its columns."""
    cursor = connection.cursor()
    cursor.row_trace = _by_name
    found: list[Any] = cursor.execute(sql(name), {**asdict(bounds), **parameters}).fetchall()
    return found


def _by_name(cursor: apsw.Cursor, values: tuple[Any, ...]) -> Row:
    return {column[0]: value for column, value in zip(cursor.get_description(), values, strict=True)}
