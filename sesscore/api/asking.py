"""Sessions and activities, by the statements of `report sessions` and `show`; and what is asked for, checked."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from operator import itemgetter
from typing import Any

from sesscore.api.state import State
from sesscore.api.things import Activity, Session
from sesscore.errors import UsageError
from sesscore.lookup import find_sessions
from sesscore.parts import ActivityReader
from sesscore.queries import Row, sql
from sesscore.report.document import Records, Table
from sesscore.report.period import Period, read_period
from sesscore.report.registry import Report, report
from sesscore.report.snapshot import Snapshot, made
from sesscore.report.statement import Parameter
from sesscore.report.values import Value

Time = str | date
"""What `--since` takes, or a date or datetime of Python; one without an offset is by the clocks of tz."""

FIRST_PAGE, LARGEST_PAGE = 256, 8192  # rows
_FIELDS = [field.name for field in fields(Session)]
_FLAGS = 2  # that stand at the end


# Sessions


def sessions(state: State, period: Period, sensor: str | None, options: Mapping[str, Value]) -> Iterator[Session]:
    """Those that pass the filters, by their start. The first page is asked for at once, so that mistakes show.

    No page waits for its reader: what is asked for is read to its end before the first row is given.
    """
    found = report("sessions")
    after: Value = None

    def page(size: int) -> list[Session]:
        nonlocal after
        asked = {**options, "limit": size, "after": after}
        with state.one() as connection:
            table, end = made(Snapshot(connection, found, period, sensor, asked)).sections
            assert isinstance(table, Table)  # noqa: S101 - for mypy: it is what that report makes
            assert isinstance(end, Records)  # noqa: S101
            rows = _of_rows(table)
            [after] = (record["next"] for record in end.records)
        return rows

    first = page(FIRST_PAGE)

    def rest() -> Iterator[Session]:
        size = FIRST_PAGE
        yield from first
        first.clear()
        while after is not None:
            size = min(2 * size, LARGEST_PAGE)
            yield from page(size)

    return rest()


def _of_rows(table: Table) -> list[Session]:
    names = [column.name for column in table.columns]
    values = itemgetter(*(names.index(name) for name in _FIELDS))
    return [_session(values(row)) for row in table.rows]


def _session(values: Sequence[Any]) -> Session:
    *others, vt, dshield = values
    flags = (None if flag is None else bool(flag) for flag in (vt, dshield))
    return Session(*(*others, *flags))


def find(state: State, wanted: str, sensor: str | None) -> list[Session]:
    """The sessions of an id, or the one of `#session_key`. Raises UnknownSession."""
    with state.one() as connection:
        rows: list[Row] = find_sessions(connection, stored_text(wanted, "session"), sensor)
    return [_session([row[name] for name in _FIELDS]) for row in rows]


# Activities


class Activities:
    """Reads what sessions did. The texts that it meets are kept, up to a bound."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._reader: ActivityReader | None = None

    def of(self, session_key: int, kinds: Sequence[str]) -> Iterator[Activity]:
        """Those of a session, in order of time, of one state of it. kinds: only these; none: all. Raises UsageError."""
        with self._state.one() as connection:
            if self._reader is None:
                self._reader = ActivityReader(connection, ahead=False)
            reader = self._reader
            if unknown := set(kinds) - set(reader.kinds):
                hint = f"one of: {', '.join(reader.kinds)}"
                raise UsageError(f"there is no activity of kind {unknown.pop()!r}", hint=hint)
            parts: list[Any] = connection.execute(sql("session/parts"), {"session_key": session_key}).fetchall()
        return self._told(reader, parts, frozenset(kinds))

    def _told(self, reader: ActivityReader, parts: Sequence[Any], kinds: frozenset[str]) -> Iterator[Activity]:
        seq = 0
        for first_us, activities, _ in parts:
            with self._state.one():  # texts are looked up; they never change
                told = list(reader.read(first_us, activities))
            for one in told:
                seq += 1
                if not kinds or one.kind in kinds:
                    yield Activity(seq, *one)


# What is asked for


def period_of(since: Time | None, until: Time | None, during: Time | None, tz: str) -> Period:
    """The time that is meant now. Raises UsageError."""
    texts = (_time("since", since), _time("until", until), _time("during", during))
    return read_period(*texts, tz=tz, now_us=time.time_ns() // 1000, prefix="")


def _time(name: str, value: Time | None) -> str | None:
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str):
        return value
    raise UsageError(f"{name} must be text, a date or a datetime: {value!r}")


def values_of(report: Report, given: Mapping[str, object]) -> dict[str, Value]:
    """The options of a report that are given, checked as on a command line; None stands for the default.

    Raises UsageError.
    """
    for name in given:
        if name not in report.parameters:
            known = ", ".join(report.parameters) or "none"
            raise UsageError(f"report {report.name} has no option {name!r}", hint=f"one of: {known}")
    return {name: _value(report.parameters[name], value) for name, value in given.items() if value is not None}


def session_filters(given: Mapping[str, object]) -> dict[str, Value]:
    """The same of `report sessions`."""
    return values_of(report("sessions"), given)


def _value(parameter: Parameter, value: object) -> Value:
    if parameter.type is str:
        if isinstance(value, date):  # of `diff`
            value = value.isoformat()
        return parameter.value(stored_text(value, parameter.name))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UsageError(f"{parameter.name} must be a number: {value!r}")
    return parameter.value(repr(value))


def stored_text(text: object, name: str) -> str:
    """A text as ingest stores it: a lone surrogate is U+FFFD. name: of the argument. Raises UsageError."""
    if not isinstance(text, str):
        raise UsageError(f"{name} must be text: {text!r}")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def stored_sensor(sensor: str | None) -> str | None:
    """The same of the name of a sensor; None: all."""
    return None if sensor is None else stored_text(sensor, "sensor")
