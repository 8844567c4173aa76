"""Asks the statements of a report, all of one state of the database, with its bounds and options."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from itertools import count
from typing import Any, cast

import apsw

from sesscore.errors import SesscoreError, UsageError
from sesscore.queries import sql
from sesscore.report.days import EARLIEST_US, LATEST_US, Days, days_of
from sesscore.report.document import Column, Document, Figures, Section, Table, named
from sesscore.report.edges import Rollups
from sesscore.report.period import Period
from sesscore.report.registry import Report
from sesscore.report.statement import Statement
from sesscore.report.values import Kind, Value
from sesscore.report.zones import DAY_US, zone
from sesscore.telemetry.run import Run

NO_SENSOR = -1  # the number of a sensor that is not in the database
# What SQLite calls a statement that cannot be, or cannot be run to its end; the database has no part in it.
_MISTAKES = (apsw.SQLError, apsw.AuthError, apsw.MismatchError, apsw.TooBigError, apsw.RangeError)


class Snapshot:
    """Within a transaction of the caller. connection: for queries only.

    options: values of parameters that were given; the others have their defaults. compat: with the names that the older
    tools had, where they differ. run: its work is the statements.
    """

    def __init__(
        self,
        connection: apsw.Connection,
        report: Report,
        period: Period,
        sensor: str | None = None,
        options: Mapping[str, Value] | None = None,
        *,
        compat: bool = False,
        run: Run | None = None,
    ) -> None:
        self._run = run or Run()
        self.connection = connection
        self.report = report
        self.period = period
        self.sensor = sensor
        self.compat = compat
        self.options = {name: one.default for name, one in report.parameters.items()} | dict(options or {})
        if report.own:
            connection.limit(apsw.SQLITE_LIMIT_ATTACHED, 0)  # nor can it look at, or make, another file
        self._rollups: Rollups | None = None
        self._bound = bindings(connection, period, sensor)
        self._columns = {statement.name: self._prepared(statement) for statement in report.statements}

    @property
    def first_day(self) -> int:
        """The first UTC day of which something lies in the period."""
        return cast("int", self._bound["first_day"])

    @property
    def end_day(self) -> int:
        """The first UTC day after it."""
        return cast("int", self._bound["end_day"])

    @property
    def sensor_id(self) -> int | None:
        """The number of the sensor; None: all."""
        return cast("int | None", self._bound["sensor_id"])

    def whose(self, sensor_id: int | None) -> int | None:
        """None for the only sensor of the database, too: what it saw is what all saw, and need not be asked twice."""
        return None if self._one_sensor else sensor_id

    @cached_property
    def _one_sensor(self) -> bool:
        return len(self.connection.execute(sql("store/sensors")).fetchall()) == 1

    def section(self, name: str, **values: Value) -> Section:
        """A section of what a statement answers. values: of its parameters, before those of the options."""
        return self.figures(name, **values) if self.report.statement(name).figures else self.table(name, **values)

    def table(self, name: str, **values: Value) -> Table:
        """All its rows, asked for when they are taken."""
        statement = self.report.statement(name)
        return Table(name, statement.title, self._columns[name], self.rows(name, **values), half=statement.half)

    def figures(self, name: str, **values: Value) -> Figures:
        """Its one row; without one, all values are absent."""
        statement, columns = self.report.statement(name), self._columns[name]
        row = next(self.rows(name, **values), [None] * len(columns))
        return Figures(name, statement.title, columns, row, half=statement.half)

    def rows(self, name: str, **values: Value) -> Iterator[Sequence[Value]]:
        """The rows of a statement, asked for when they are taken."""
        statement = self.report.statement(name)
        if statement.reads_rollups:
            self._fitted()
        return self._asked(statement, self._bindings(statement, values))

    def _asked(self, statement: Statement, bound: Mapping[str, Value]) -> Iterator[Sequence[Value]]:
        try:
            with self._mistakes(statement):
                yield from self.connection.cursor().execute(statement.sql, bound)
        finally:  # of some only the first row is wanted
            self._run.current += 1

    def objects(self, name: str, **values: Value) -> Iterator[dict[str, Any]]:
        """The same, each by the names of its columns."""
        return named(self._columns[name], self.rows(name, **values))

    def elsewhere(self, period: Period) -> Days:
        """The days on which the roll-ups hold another period; `shift` days earlier they are those of the calendar."""
        return self._fitted().elsewhere(period)

    def whole_days(self, first: int, end: int) -> Days:
        """The days on which the roll-ups hold all of some days of the calendar, whether the period has them or not."""
        return self.elsewhere(replace(self.period, since_us=self.begins(first), until_us=self.begins(end)))

    def begins(self, day: int) -> int:
        """The moment at which a day of the calendar begins, in microseconds."""
        return zone(self.period.zone).instant(day * DAY_US)

    def bindings(self, period: Period, sensor: str | None) -> dict[str, Value]:
        """What statements are bound to for another period, which the roll-ups hold elsewhere, and another sensor."""
        days = self.elsewhere(period)
        bound = bindings(self.connection, period, sensor)
        return {**bound, "first_day": days.first_day, "end_day": days.end_day}

    def document(self, sections: Sequence[Section], **more: Any) -> Document:
        """A document of the report."""
        title = "" if self.report.bare else f"sesscore {self.report.name}"
        return Document(self.report.name, title, self.period, self.sensor, sections, **more)

    def _fitted(self) -> Rollups:
        """The roll-ups of the period and its zone. They are made when a statement first wants them: it takes time."""
        if self._rollups is None:
            self._rollups = Rollups(self.connection, self.period)
        return self._rollups

    def _bindings(self, statement: Statement, values: Mapping[str, Value]) -> dict[str, Value]:
        own = {one.name: self.options[one.name] for one in statement.parameters}
        given = {one.name: one.default for one in statement.given}
        return {**self._bound, **own, **given, **values}

    def _prepared(self, statement: Statement) -> Sequence[Column]:
        """Has SQLite compile the statement, so that a mistake shows before anything is printed; its columns."""
        found: list[str] = []
        cursor = self.connection.cursor()

        def look(cursor: apsw.Cursor, text: str, bindings: Any) -> bool:
            if found:
                raise UsageError("a report file holds one statement", where=statement.where)
            if not cursor.is_readonly:
                raise UsageError("only questions can be asked, this statement changes things", where=statement.where)
            if not text.strip():
                return False
            found.extend(column[0] for column in cursor.get_description())
            _refuse_more(statement, text)
            return False  # not run

        cursor.exec_trace = look
        with self._mistakes(statement), suppress(apsw.ExecTraceAbort):
            cursor.execute(statement.sql, self._bindings(statement, {}))
        if not found:
            raise UsageError("there is no question in it", where=statement.where)
        return _columns(statement, found)

    @contextmanager
    def _mistakes(self, statement: Statement) -> Iterator[None]:
        """What is wrong with a statement of the user's is no damage of the database, and no mistake of the program."""
        try:
            yield
        except KeyError as error:
            raise UsageError(f"the parameter :{error.args[0]} is not declared", where=statement.where) from error
        except _MISTAKES as error:
            if not self.report.own:
                raise
            raise UsageError(f"SQLite refuses the statement: {error}", where=statement.where) from error
        except UnicodeDecodeError as error:
            if not self.report.own:
                raise
            what = f"it answers with a text that is no UTF-8: {error.reason}"
            raise UsageError(what, where=statement.where, hint="hex(…) of it, or CAST(… AS BLOB)") from error


def bindings(connection: apsw.Connection, period: Period, sensor: str | None) -> dict[str, Value]:
    """What every statement is bound to."""
    days = days_of(period, zone(period.zone))
    return {
        "since_us": EARLIEST_US if period.since_us is None else period.since_us,
        "until_us": LATEST_US if period.until_us is None else period.until_us,
        "first_day": days.first_day,
        "end_day": days.end_day,
        "sensor": sensor,
        "sensor_id": None if sensor is None else _sensor_id(connection, sensor),
    }


def _sensor_id(connection: apsw.Connection, sensor: str) -> int:
    found = connection.execute(sql("report/sensor"), {"name": sensor}).get
    return NO_SENSOR if found is None else int(found)


def _refuse_more(statement: Statement, first: str) -> None:
    """SQLite runs statement after statement; a section is of one."""
    rest = statement.sql.partition(first.strip())[2]
    lines = (line.strip() for line in rest.replace(";", "").splitlines())
    if any(line and not line.startswith("--") for line in lines):
        raise UsageError("a report file holds one statement", where=statement.where)


def _columns(statement: Statement, found: Sequence[str]) -> Sequence[Column]:
    """The columns that the header names, which must be those of the statement; else those of the statement."""
    if not statement.columns:
        return [Column(name, _guessed(found[i])) for i, name in enumerate(_told_apart(found))]
    names = [column.name for column in statement.columns]
    if names != list(found):
        raise _mistake(statement, f"its header names the columns {', '.join(names)}, it has {', '.join(found)}")
    return statement.columns


def _told_apart(names: Sequence[str]) -> Iterator[str]:
    """Columns of one name as SQLite itself tells them apart: `a`, `a:1`."""
    taken: set[str] = set()
    for name in names:
        numbered = (f"{name}:{number}" if number else name for number in count())
        taken.add(one := next(one for one in numbered if one not in taken))
        yield one


def _guessed(name: str) -> Kind:
    """By the names that the tables use."""
    for end, kind in (("_us", Kind.MOMENT), ("day", Kind.DAY), ("_ms", Kind.MILLISECONDS), ("_count", Kind.COUNT)):
        if name.endswith(end):
            return kind
    return Kind.TEXT


def _mistake(statement: Statement, what: str) -> SesscoreError:
    return UsageError(f"the report {statement.name} cannot be run: {what}", where=statement.where)


def made(snapshot: Snapshot) -> Document:
    """The document of a report."""
    if not snapshot.report.composed:
        return snapshot.document([snapshot.section(statement.name) for statement in snapshot.report.statements])
    from importlib import import_module

    document: Document = import_module(f"sesscore.report.{snapshot.report.name}").compose(snapshot)
    return document
