"""Target `totals`: roll-ups that somebody damaged. `value_totals` counts, or says that there is damage.

An input is rows, a line each: a letter for the table and its cells, in JSON. Where all cells are numbers and every
text is there, the totals are those of a plain count.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from typing import Any

import apsw
from fuzz.target import Target, Wrong

from sesscore.extension import value_totals
from sesscore.migrations import run_migrations

KNOWN = {100: "root", 101: "admin", 102: "", 103: "root"}
MOST_ROWS = 12
BY_DAY = 4  # a side
WITH_TWO = (1, 2, 6, 8)  # kinds that have two texts
INT64 = range(-(1 << 63), 1 << 63)
SAFE = range(1 << 40)


@cache
def _opened() -> apsw.Connection:
    """A database whose roll-ups and texts take anything. Texts are asked of the table itself, never of a view."""
    connection = apsw.Connection(":memory:")
    run_migrations(connection)
    connection.execute(
        "DROP TABLE main.text; CREATE TABLE main.text (text_id, value);"
        "CREATE TEMP TABLE v (day, sensor_id, kind, a, b, seen); CREATE TEMP VIEW rollup_value AS SELECT * FROM v;"
        "CREATE TEMP VIEW rollup_event AS SELECT DISTINCT day FROM v"
    )
    value_totals(connection, 64)
    return connection


def _cell(value: Any) -> Any:
    """What SQLite can hold of it: a list is a blob."""
    if isinstance(value, list | dict):
        return json.dumps(value).encode()
    if isinstance(value, int) and value not in INT64:
        return float(min(max(value, -(10**300)), 10**300))
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _rows(data: bytes) -> tuple[list[list[Any]], list[list[Any]]]:
    values, texts = [], [[key, text] for key, text in KNOWN.items()]
    for line in data.decode("latin-1").split("\n")[:MOST_ROWS]:
        try:
            cells = json.loads(f"[{line[1:]}]")
        except (ValueError, RecursionError):
            continue
        rows, size = (texts, 2) if line[:1] == "t" else (values, 6)
        rows.append([*map(_cell, cells[:size]), *[None] * (size - len(cells))])
    return values, texts


def judge(data: bytes) -> Any:
    """Pairs, both sides, and by day; what comes out: how it ended."""
    values, texts = _rows(data)
    side = len(data) % 5
    connection = _opened()
    connection.execute("DELETE FROM v; DELETE FROM main.text")
    connection.executemany("INSERT INTO v VALUES (?, ?, ?, ?, ?, ?)", values)
    connection.executemany("INSERT INTO main.text VALUES (?, ?)", texts)
    try:
        told = connection.execute(
            "SELECT kind, a, b, seen, first_day FROM value_totals(1, 104, -4, 9, NULL, 0, ?, ?)",
            (len(data) % 3 or None, side),
        ).fetchall()
    except (apsw.CorruptError, apsw.SQLError, apsw.MismatchError, apsw.TooBigError, apsw.RangeError) as error:
        return type(error).__name__, str(error)[:40]
    if len(texts) == len(KNOWN) and all(map(_sane, values)):
        if side == 0 and not len(data) % 3:
            _compare(values, told)
        elif side == BY_DAY:
            _compare_days(values, told)
    return len(told)


def _sane(row: list[Any]) -> bool:
    return all(type(cell) is int and cell in SAFE for cell in row) and row[3] in KNOWN and row[4] in (0, *KNOWN)


def _compare(values: list[list[Any]], told: list[Any]) -> None:
    expected: Counter[Any] = Counter()
    for day, _, kind, a, b, seen in values:
        if 0 <= day < 9 and 1 <= kind <= 104 and kind != 104:
            expected[kind, KNOWN[a], KNOWN.get(b)] += seen
    found: Counter[Any] = Counter()
    for kind, a, b, seen, _ in told:
        if kind != 104:
            found[kind, KNOWN[a], KNOWN.get(b)] += seen
    if +found != +expected:
        raise Wrong("totals are others than a plain count")


def _compare_days(values: list[list[Any]], told: list[Any]) -> None:
    stated = {
        (day, kind, a if kind == 104 else KNOWN[a], KNOWN.get(b))
        for day, _, kind, a, b, seen in values
        if 0 <= day < 9 and 1 <= kind <= 104 and seen and (b or kind not in WITH_TWO)
    }
    expected = Counter(day for day, *_ in stated)
    if Counter({day: seen for *_, seen, day in told if seen}) != expected:
        raise Wrong("by day there are others than a plain count says")


WORDS = (
    *(
        b"\nv0,1,3,100,0,5",
        b"\nv1,1,1,100,101,2",
        b'\nt104,"x"',
        b"\n",
        b"v",
        b"t",
        b",",
        b"null",
        b'"x"',
        b"1.5",
        b"[1]",
    ),
    *(
        b"9223372036854775807",
        b"-9223372036854775808",
        b"-1",
        b"0",
        b"100",
        b"104",
        b"1e400",
        b"4611686018427387904",
        b"true",
    ),
)
TARGET = Target("totals", judge, WORDS)
