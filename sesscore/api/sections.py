"""What a report is given as: sections of rows that were read to their end, in memory or, if they are many, in a file.

So a report is one state of the database, and whoever takes an hour to look at it holds up nothing. The file has no
name and is gone with the report.
"""

import threading
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import IO, Any, NamedTuple

import orjson

from sesscore.errors import StorageError, UsageError
from sesscore.formats.json import objects, text
from sesscore.report import document as made
from sesscore.report.document import Listed, value_at
from sesscore.report.values import Kind

IN_MEMORY = 4 << 20  # bytes of a report
_AT_ONCE = 500  # rows

Row = dict[str, Any]
"""A row by the names of its columns, its values as in the JSON that `sesscore report` prints."""


class Column(NamedTuple):
    """A column of a section. kind: text, count, number, share, moment, day, milliseconds. heading: for people."""

    name: str
    kind: str
    heading: str


class Section:
    """Rows under a title. It can be iterated over any number of times, from any thread.

    single: there is one row, which `figures` gives.
    """

    def __init__(self, section: made.Section, spool: "Spool") -> None:
        self.name = section.name
        self.title = section.title
        self._nested = isinstance(section, made.Records)
        self.single = (
            section.single if isinstance(section, made.Records) else isinstance(section, made.Figures | made.Sum)
        )
        self.columns: tuple[Column, ...] = tuple(_columns(section))
        self._spool = spool
        self._chunks: list[tuple[int, int]] = []  # where they lie
        self._rows = 0
        rows = iter(objects(section))
        while some := [_whole(row) for row in islice(rows, _AT_ONCE)]:
            self._chunks.append(spool.put(text(some)))
            self._rows += len(some)

    def __len__(self) -> int:
        """How many rows it has."""
        return self._rows

    def __iter__(self) -> Iterator[Row]:
        """Its rows, each by the names of its columns. Those of nested reports hold objects and lists."""
        for place in self._chunks:
            yield from orjson.loads(self._spool.get(*place))

    def tuples(self) -> Iterator[tuple[Any, ...]]:
        """Its rows as values in the order of `columns`; what is an object or a list in a row is left out."""
        names = [column.name for column in self.columns]
        for row in self:
            yield tuple(value_at(row, name) if self._nested else row[name] for name in names)

    @property
    def figures(self) -> Row:
        """The one row of a section that is `single`. Raises UsageError for others."""
        if not self.single:
            raise UsageError(f"the section {self.name} has rows", hint="for row in section")
        return next(iter(self))


class Report:
    """A report that was run. Iterating gives its sections, `report["name"]` one of them.

    schema: the name of its form. head: what stands before the sections: period, sensor, and what the report says
    of itself.
    """

    def __init__(self, document: made.Document, head: Row) -> None:
        """Asks all its questions. Raises SesscoreError."""
        self.name = document.name
        self.head = head
        self._spool = Spool()
        try:
            self.sections = tuple(Section(section, self._spool) for section in document.sections)
        except BaseException:
            self._spool.close()
            raise

    @property
    def schema(self) -> str:
        """As `sesscore schema` knows it: sesscore.report.NAME/VERSION."""
        return str(self.head["schema"])

    def __iter__(self) -> Iterator[Section]:
        """Its sections."""
        return iter(self.sections)

    def __getitem__(self, name: str) -> Section:
        """The section of that name. Raises KeyError."""
        for section in self.sections:
            if section.name == name:
                return section
        raise KeyError(name)

    def document(self) -> dict[str, Any]:
        """All of it, equal to the JSON that `sesscore report NAME --format json` prints."""
        return {**self.head, **{one.name: one.figures if one.single else list(one) for one in self.sections}}


class Spool:
    """Bytes in memory; in a file without a name when they are many."""

    def __init__(self) -> None:
        import tempfile

        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - it lives as long as this
        self._turn = threading.Lock()
        self._end = 0

    def put(self, data: bytes) -> tuple[int, int]:
        """Keeps bytes, and says where. Raises StorageError."""
        try:
            self._file.write(data)
        except OSError as error:
            import tempfile

            raise StorageError(
                f"the rows of a report cannot be kept: {error.strerror}",
                where=tempfile.tempdir or "",
                hint="set TMPDIR to a folder with room",
            ) from error
        self._end += len(data)
        return self._end - len(data), len(data)

    def get(self, begin: int, length: int) -> bytes:
        """What was put there."""
        with self._turn:
            self._file.seek(begin)
            return self._file.read(length)

    def close(self) -> None:
        """Lets go of it."""
        self._file.close()

    def __del__(self) -> None:
        """With the report."""
        self._file.close()


def _columns(section: made.Section) -> Iterator[Column]:
    if isinstance(section, made.Sum):
        yield from (Column(name, str(Kind.COUNT), name) for name, _ in (section.total, *section.parts))
    else:
        yield from (Column(column.name, str(column.kind), column.heading) for column in section.columns)


def _whole(row: Mapping[str, Any]) -> Row:
    """A row with its long lists read to their ends."""
    return {name: list(value) if isinstance(value, Listed) else value for name, value in row.items()}


def head_of(values: Mapping[str, Any]) -> Row:
    """What stands before the sections, as JSON has it."""
    head: Row = orjson.loads(text(values))
    return head
