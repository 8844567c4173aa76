"""Target `stored`: a session as a database holds it, damaged, and merged. It is folded or refused.

An input is `started_us|span_us|part_us|activity_count|activities|evidence|events`; evidence in hexadecimal digits.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import Any

import apsw
import orjson
from fuzz.kernel_targets import PART_WORDS
from fuzz.target import Target, Wrong

from sesscore._fold import Folded, Folder
from sesscore.extension import row_tables

COLUMNS = 36
REFUSED = (ValueError, TypeError, OverflowError, IndexError)  # of Python values that are no rows


@cache
def _tables() -> Any:
    connection = apsw.Connection(":memory:")
    return connection, row_tables(connection)


def _number(text: bytes) -> int:
    digits = text[:18].decode("latin-1")
    return int(digits) if digits.removeprefix("-").isdecimal() and digits.isascii() else 0


def row_of(data: bytes) -> tuple[tuple[Any, ...], list[Any]]:
    """A row of sql/store/find_session.sql and its first part."""
    started, span, part_us, count, activities, evidence, events = [*data.split(b"|", 6), *[b""] * 7][:7]
    row: list[Any] = [0] * COLUMNS
    row[0], row[1], row[2], row[3], row[4] = 1, 1, "a", 1, 3
    row[6] = row[8] = row[12] = row[25] = row[26] = None
    row[10], row[11], row[28], row[29] = _number(started), _number(span), _number(part_us), _number(count)
    row[13] = 1 + len(events) // 6
    digits = bytes(c for c in evidence if c in b"0123456789abcdef")
    row[27] = bytes.fromhex(digits[: len(digits) & ~1].decode())
    row[30], row[31], row[32], row[33], row[34], row[35] = events, 1, 1, 0, 1, activities
    leaf = (0, row[10] + row[28], orjson.loads(activities), events)
    return tuple(row), [leaf]


def judge(data: bytes) -> Any:
    """Into an empty database, then once more: nothing is new then."""
    connection, tables = _tables()
    tables.clear()
    folder = Folder(0, 0, tables)
    try:
        row, leaves = row_of(data)
        ids: defaultdict[int, int] = defaultdict(int)
        folded, again = Folded(), Folded()
        key, events = folder.merge(1, "a", row, leaves, ids, [], None, folded)
        _, new = folder.merge(1, "a", row, leaves, ids, [(key, *row[1:])], lambda *_: (leaves, 1), again)
    except REFUSED as error:
        return type(error).__name__, re.sub("[0-9]+", "", str(error))[:40]
    if new or again.duplicates < events:
        raise Wrong("a session that is there is new")
    folder.flip()
    days = connection.execute("SELECT count(*) FROM folded_day").get
    tables.clear()
    return min(events, 4), min(days, 3)


WORDS = (*PART_WORDS, b"|00|", b"010000", b"07", b"ff", b"|0|0|1|[[3,0]]|", b"86400000000", b"-1")
TARGET = Target("stored", judge, WORDS)
