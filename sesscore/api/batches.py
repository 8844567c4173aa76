"""Sessions and activities as arrays of numpy, which is imported here only.

Rows come as numbers, texts as their ids; a text is looked up once, however many rows have it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any, Self

import orjson

from sesscore.api.state import State
from sesscore.errors import UsageError
from sesscore.parts import PartDamaged, Texts, unpacked
from sesscore.queries import sql
from sesscore.report.period import Period
from sesscore.report.snapshot import bindings

if TYPE_CHECKING:
    import apsw
    import numpy as np

    Array = np.ndarray[Any, Any]

Batch = dict[str, "Array"]

TABLES = ("sessions", "activities")
_LARGEST = 1 << 20  # rows of a batch
_SESSIONS_AT_ONCE = 2048
_MATCH_TYPES = {1: "full_delimited", 2: "session_id_only", 3: "event_session"}

# Columns of `sql/api/sessions.sql` by what they hold, in their order: an id of something, a number, or text as it is.
_ROW = {
    "session_key": "number", "sensor": "sensor", "session_id": "text", "match_type": "match_type", "src_ip": "id",
    "src_port": "maybe", "dst_ip": "id", "dst_port": "maybe", "protocol": "id", "started_us": "number",
    "span_us": "number", "duration_ms": "number", "event_count": "number", "command_count": "number",
    "command_failed_count": "number", "command_success_count": "number", "login_failed_count": "number",
    "login_success_count": "number", "download_count": "number", "download_failed_count": "number",
    "upload_count": "number", "tcpip_request_count": "number", "client_version": "id", "hassh": "id",
    "matcher": "matcher", "vt_flagged": "flag", "dshield_flagged": "flag",
}  # fmt: skip
_PLACES = {name: place for place, name in enumerate(_ROW)}
_STARTED, _SPAN, _KEY = _PLACES["started_us"], _PLACES["span_us"], _PLACES["session_key"]

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "sessions": (*(name for name in _ROW if name != "span_us"), "ended_us", "started", "ended"),
    "activities": ("session_key", "at_us", "at", "kind", "value", "username", "password", "shasum"),
}
_LOGINS = 2  # kinds up to it


class Batches:
    """An iterator over batches. A batch is a dictionary: name of a column → array; all are of one length.

    columns: what a batch has. texts: what codes stand for, `texts[code]`; it grows as batches come.
    """

    def __init__(
        self,
        state: State,
        table: str,
        columns: Sequence[str] | None,
        size: int,
        text: str,
        period: Period,
        sensor: str | None,
    ) -> None:
        """`Database.batches` makes it. Raises UsageError."""
        self._np = _numpy()
        if table not in TABLES:
            raise UsageError(f"there are no batches of {table!r}", hint=f"one of: {', '.join(TABLES)}")
        if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= _LARGEST:
            raise UsageError(f"size must be a number of rows, 1 to {_LARGEST}: {size!r}")
        if text not in ("object", "codes"):
            raise UsageError(f"text {text!r} is none", hint="object or codes")
        self.columns = tuple(COLUMNS[table] if columns is None else columns)
        if unknown := [name for name in self.columns if name not in COLUMNS[table]]:
            raise UsageError(f"{table} have no column {unknown[0]!r}", hint=f"one of: {', '.join(COLUMNS[table])}")
        self.texts: list[str] = []
        self._state = state
        self._size = size
        self._coded = text == "codes"
        self._sensor = sensor
        self._period = period
        with state.one() as connection:
            self._names = _Names(connection)
            self._bound = bindings(connection, period, sensor)
        self._codes = _Codes(self.texts)
        self._after = self._bound["since_us"], -1, 0
        self._batches = self._sessions() if table == "sessions" else self._activities()

    def __iter__(self) -> Self:
        """Itself: batches come once."""
        return self

    def __next__(self) -> Batch:
        """The next batch. Raises SesscoreError."""
        return next(self._batches)

    # Sessions

    def _sessions(self) -> Iterator[Batch]:
        while True:
            with self._state.one() as connection:
                rows = self._page(connection, "api/sessions", self._size)
                if not rows:
                    return
                self._after = rows[-1][_STARTED], rows[-1][_SPAN], rows[-1][_KEY]
                batch = self._of_rows(rows)
            full = len(rows) == self._size
            del rows
            yield batch
            if not full:
                return

    def _of_rows(self, rows: Sequence[tuple[Any, ...]]) -> Batch:
        values = list(zip(*rows, strict=True))
        found: Batch = {}
        for name in self.columns:
            if name in ("started", "started_us"):
                found[name] = self._numbers(values[_STARTED])
            elif name in ("ended", "ended_us"):
                found[name] = self._numbers(values[_STARTED]) + self._numbers(values[_SPAN])
            else:
                found[name] = self._column(_ROW[name], values[_PLACES[name]])
            if name in ("started", "ended"):
                found[name] = found[name].view("datetime64[us]")
        return found

    def _column(self, holds: str, values: Sequence[Any]) -> "Array":
        match holds:
            case "number":
                return self._numbers(values)
            case "maybe":
                return self._maybe(values, "int64")
            case "flag":
                return self._maybe(values, "bool")
            case "text":
                return self._objects(values)
            case "id":
                return self._texts(values)
        return self._named(self._names.of[holds], values)

    # Activities

    def _activities(self) -> Iterator[Batch]:
        waiting: list[tuple[int, int, str]] = []  # session, first moment, activities of parts
        rows = 0
        while sessions := self._parts():
            for part in sessions:
                waiting.append(part)
                rows += part[2].count("[") - 1  # each is a list of numbers
                if rows >= self._size:
                    yield self._of_parts(waiting)
                    waiting, rows = [], 0
        if rows:
            yield self._of_parts(waiting)

    def _parts(self) -> list[tuple[int, int, str]]:
        """The parts of some sessions; none at the end."""
        with self._state.one() as connection:
            found: list[tuple[int, int, str]] = []
            while not found:
                page = self._page(connection, "api/activities", _SESSIONS_AT_ONCE)
                if not page:
                    return []
                self._after = page[-1][:3]
                for _, _, key, first_us, activities, more in page:
                    if more:
                        parts = connection.execute(sql("session/parts"), {"session_key": key})
                        found += [(key, first_us, activities) for first_us, activities, _ in parts]
                    elif activities != "[]":
                        found.append((key, first_us, activities))
        return found

    def _of_parts(self, parts: Sequence[tuple[int, int, str]]) -> Batch:
        np = self._np
        keys, firsts, _ = zip(*parts, strict=True)
        lengths, kinds, steps, a, b, c = self._unpacked([activities for _, _, activities in parts])
        at_us = np.repeat(self._numbers(firsts), lengths) + steps
        logins = kinds <= _LOGINS
        columns: dict[str, Callable[[], Array]] = {
            "session_key": lambda: np.repeat(self._numbers(keys), lengths),
            "at_us": lambda: at_us,
            "at": lambda: at_us.view("datetime64[us]"),
            "kind": lambda: self._named(self._names.of["kind"], kinds.tolist()),
            "value": lambda: self._texts(np.where(logins, c, a).tolist()),
            "username": lambda: self._texts(np.where(logins, a, c).tolist()),
            "password": lambda: self._texts(np.where(logins, b, 0).tolist()),
            "shasum": lambda: self._texts(np.where(logins, 0, b).tolist()),
        }
        with self._state.one() as connection:
            self._names.ask(connection)
            return {name: columns[name]() for name in self.columns}

    def _unpacked(self, parts: Sequence[str]) -> "list[Array]":
        """The length of each part; then of all activities kind, step and three ids. Raises PartDamaged."""
        try:
            read: list[list[list[int]]] = orjson.loads(f"[{','.join(parts)}]")
            fields = list(zip_longest(*chain.from_iterable(read), fillvalue=0))
            if len(read) == len(parts) and len(fields) <= 5:
                fields += [(0,) * len(fields[0])] * (5 - len(fields))
                return [self._numbers(list(map(len, read))), *map(self._numbers, fields)]
        except (orjson.JSONDecodeError, TypeError, ValueError, OverflowError):
            pass
        for part in parts:
            unpacked(part)
        raise PartDamaged("has other things than activities")

    # Arrays

    def _page(self, connection: "apsw.Connection", name: str, size: int) -> list[Any]:
        after_us, after_span, after_key = self._after
        bound = {"after_us": after_us, "after_span": after_span, "after_key": after_key, "size": size}
        bound |= {"until_us": self._bound["until_us"], "sensor_id": self._bound["sensor_id"]}
        self._names.ask(connection)
        found: list[Any] = connection.execute(sql(name), bound).fetchall()
        return found

    def _numbers(self, values: Sequence[int]) -> "Array":
        found: Array = self._np.array(values, dtype="int64")
        return found

    def _maybe(self, values: Sequence[int | None], dtype: str) -> "Array":
        """A masked array, also if nothing is absent. Small numbers only: they are told as doubles."""
        stated = self._np.array(values, dtype="float64")
        absent = self._np.isnan(stated)
        stated[absent] = 0
        found: Array = self._np.ma.MaskedArray(stated.astype(dtype), mask=absent)
        return found

    def _objects(self, values: Sequence[Any]) -> "Array":
        found: Array = self._np.fromiter(values, dtype=object, count=len(values))
        return found

    def _texts(self, ids: Sequence[int]) -> "Array":
        return self._named(self._names.texts, ids)

    def _named(self, names: Mapping[int, str | None], ids: Sequence[int]) -> "Array":
        """Texts by their ids; as codes if that is wanted, -1 for none."""
        named: Iterable[object] = map(names.__getitem__, ids)
        if self._coded:
            named = map(self._codes.__getitem__, named)  # type: ignore[arg-type]
        found: Array = self._np.fromiter(named, dtype="int32" if self._coded else object, count=len(ids))
        return found


class _Names:
    """What ids stand for. Of few things all are known; sensors and matchers may be added, texts are asked for."""

    def __init__(self, connection: "apsw.Connection") -> None:
        self.texts = Texts(connection, ahead=False)
        self.of: dict[str, dict[int, str]] = {"match_type": _MATCH_TYPES}
        self.ask(connection)

    def ask(self, connection: "apsw.Connection") -> None:
        """As they are in this state."""
        self.of["sensor"] = {number: name for name, number in connection.execute(sql("store/sensors"))}
        self.of["matcher"] = dict(connection.execute(sql("store/matchers")))
        self.of["kind"] = dict(connection.execute(sql("content/kinds")))


class _Codes(dict[str | None, int]):
    """text → its code; None is -1."""

    def __init__(self, texts: list[str]) -> None:
        super().__init__({None: -1})
        self._known = texts

    def __missing__(self, text: str | None) -> int:
        """The next one."""
        assert text is not None  # noqa: S101 - it is known from the beginning
        self[text] = code = len(self._known)
        self._known.append(text)
        return code


def _numpy() -> Any:
    try:
        import numpy
    except ImportError as error:
        raise UsageError("batches need numpy, which is not installed", hint="pip install 'sesscore[numpy]'") from error
    return numpy
