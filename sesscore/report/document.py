"""What a report is when it is done: sections under a title. Reports make it, renderers write it.

Rows are iterators that ask the database as they go: a renderer takes them once, in order, and keeps none that it does
not need.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from sesscore.report.period import Period
from sesscore.report.values import Kind, Value


@dataclass(frozen=True)
class Column:
    """One column of a section.

    label: its heading for people. drawn: "bar", also as a bar beside the largest; "share", as a part of the sum, too.
    whole: never cut. unseen: for programs only.
    """

    name: str
    kind: Kind = Kind.TEXT
    label: str = ""
    drawn: str = ""
    whole: bool = False
    unseen: bool = False

    @property
    def heading(self) -> str:
        """What stands above it."""
        return self.label or self.name.replace("_", " ")


@dataclass(frozen=True)
class Figures:
    """One row of named values; for programs an object.

    down: how many stand below each other on a page. listed: one a line instead, under these two headings. half, unseen:
    as of a Table.
    """

    name: str
    title: str
    columns: Sequence[Column]
    values: Sequence[Value]
    down: int = 3
    listed: tuple[str, str] | None = None
    half: bool = False
    unseen: bool = False


@dataclass(frozen=True)
class Table:
    """Rows; for programs an array of objects.

    most: how many people are shown. half: may stand beside another that says so too. unseen: for programs only.
    """

    name: str
    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Value]]
    most: int | None = None
    half: bool = False
    unseen: bool = False


@dataclass(frozen=True)
class Sum:
    """A sum that must be right, for people: `total` is that of `parts`. For programs an object of all of them."""

    name: str
    title: str
    total: tuple[str, int]
    parts: Sequence[tuple[str, int]]
    half: bool = False
    unseen: bool = False


# A record as the older reports print it, line by line. There are hundreds of thousands, so they are tuples.


class Labelled(NamedTuple):
    """A label, ending in the column `width`, and a value."""

    label: str
    value: str
    width: int = 30
    padded: int = 50  # the least width of the value


class Line(NamedTuple):
    """A line of text, as it is but for what is not safe to show. indent: blanks before it."""

    text: str = ""
    indent: int = 0


Sheet = Iterable[Labelled | Line]


@dataclass(frozen=True)
class Listed:
    """A list in a record that may be long: it is asked for each time that it is taken, and never held."""

    ask: Callable[[], Iterator[Any]]

    def __iter__(self) -> Iterator[Any]:
        """Its values, from the beginning."""
        return self.ask()


@dataclass(frozen=True)
class Records:
    """Things with parts: for programs an array of nested objects, of which `columns` are those that fit a table.

    A column's name is the way to its value, with a dot for each step down. Values may be objects, lists and `Listed`.
    schema: JSON Schema of a record. sheet: a record as lines of text; None: like a row. single: there is one record;
    for programs it is the object itself. aside: left out of formats that are nothing but rows.
    """

    name: str
    title: str
    columns: Sequence[Column]
    records: Iterable[Mapping[str, Any]]
    half: bool = False
    unseen: bool = False
    schema: Mapping[str, Any] = field(default_factory=dict)
    sheet: Callable[[Mapping[str, Any]], Sheet] | None = None
    single: bool = False
    aside: bool = False

    def row(self, record: Mapping[str, Any]) -> list[Value]:
        """The values of its columns."""
        return [value_at(record, column.name) for column in self.columns]


def value_at(record: Any, path: str) -> Value:
    """What a record holds at the end of a way; None: nothing that fits a table."""
    for step in path.split("."):
        if not isinstance(record, Mapping):
            return None
        record = record.get(step)
    return record if isinstance(record, int | float | str | bytes) else None


Section = Figures | Table | Sum | Records

# What stands at the top of every document for programs, before its sections, whose names are others.
TOP = ("schema", "report", "sensor", "since", "until", "tz")


@dataclass(frozen=True)
class Document:
    """name: of the report. head: what else stands at the top for programs. note: what it covers, beside its title."""

    name: str
    title: str
    period: Period
    sensor: str | None
    sections: Sequence[Section]
    head: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    version: int = 1

    @property
    def schema(self) -> str:
        """The name of its form, by which programs know what to expect."""
        return f"sesscore.report.{self.name}/{self.version}"

    @property
    def covers(self) -> str:
        """What it covers, in words."""
        return ", ".join(self.parts)

    @property
    def parts(self) -> Sequence[str]:
        """The same, each for itself: sensor, period, and what the report notes."""
        of = "all sensors" if self.sensor is None else f"sensor {self.sensor}"
        return [part for part in (of, self.period.text(), self.note) if part]

    def changed(self, change: Callable[[str], str]) -> "Document":
        """The same with every text of its values changed."""
        sections = [_changed(section, change) for section in self.sections]
        return replace(self, sections=sections, head=_deep(self.head, change))


def _changed(section: Section, change: Callable[[str], str]) -> Section:
    match section:
        case Figures():
            return replace(section, values=_texts(section.columns, section.values, change))
        case Table():
            return replace(section, rows=(_texts(section.columns, row, change) for row in section.rows))
        case Records():
            return replace(section, records=(_deep(record, change) for record in section.records))
    return section


def _texts(columns: Sequence[Column], row: Sequence[Value], change: Callable[[str], str]) -> list[Value]:
    return [
        change(value) if column.kind is Kind.TEXT and isinstance(value, str) else value
        for column, value in zip(columns, row, strict=True)
    ]


def _deep(value: Any, change: Callable[[str], str]) -> Any:
    match value:
        case str():
            return change(value)
        case Mapping():
            return {change(key): _deep(below, change) for key, below in value.items()}  # protocols are names, too
        case list() | tuple():
            return [_deep(below, change) for below in value]
        case Listed():
            return Listed(lambda: (_deep(below, change) for below in value))
    return value


def named(columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> Iterator[dict[str, Value]]:
    """Each row by the names of its columns."""
    names = [column.name for column in columns]
    return (dict(zip(names, row, strict=True)) for row in rows)
