r"""The content hash: one SHA-256 for what a database says, however it came to say it.

It covers sessions and their activities, and nothing that depends on the way: no keys, text ids, sources, ledger, times
of runs. Two databases with the same hash answer every question about attackers alike.

What is hashed is text in UTF-8, one JSON array a line, each line ended by ``\n``:

* for each session, in order of (sensor, session_id, started_us), a line of twenty values:
  sensor, session_id, match_type, src_ip, src_port, dst_ip, dst_port, protocol, started_us, ended_us, duration_ms,
  event_count, command_count, command_failed_count, login_failed_count, login_success_count, download_count,
  upload_count, client_version, hassh;
* after it, for each of its activities, in order of (at_us, kind, fingerprint), a line of six values:
  at_us, kind, value, username, password, shasum.

Names and meanings are those of the views `session_metrics` and `session_activity`; text is ordered by code points, the
kind by its name. Absent is ``null``. The bytes of a line are those of Python's
``json.dumps(values, ensure_ascii=False, separators=(",", ":"))``, so anyone can compute the hash without this program.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any

import apsw
import orjson

from sesscore.parts import Activity, ActivityReader
from sesscore.queries import sql
from sesscore.telemetry.run import Run

Values = tuple[Any, ...]

_PIECE = 1 << 16
_ORDER = itemgetter(0, 1)  # of activities: at_us, kind
_SESSION = itemgetter(0)
_COLUMNS_FROM = 3


def sort_on_disk(connection: apsw.Connection) -> None:
    """Lets the sort, which is as large as the sessions, use files. Not within a transaction: SQLite refuses."""
    connection.pragma("temp_store", "file")


def content_hash(connection: apsw.Connection, run: Run | None = None) -> str:
    """The hash in hexadecimal, of one state of the database. run: its work is the sessions. Raises PartDamaged."""
    return hash_of(content(connection, run))


def hash_of(rows: Iterable[Values]) -> str:
    """The hash of sessions and activities that stand in canonical order."""
    hashed = sha256()
    piece: list[bytes] = []
    size = 0
    for row in rows:
        # orjson writes a NamedTuple as what it is only if told that it is a tuple
        line = orjson.dumps(tuple(row), option=orjson.OPT_APPEND_NEWLINE)
        piece.append(line)
        size += len(line)
        if size > _PIECE:
            hashed.update(b"".join(piece))
            piece.clear()
            size = 0
    hashed.update(b"".join(piece))
    return hashed.hexdigest()


def content(connection: apsw.Connection, run: Run | None = None) -> Iterator[Values]:
    """Sessions, each followed by its activities, in canonical order.

    After `sort_on_disk` memory stays the same, whatever their number. run: its work is the sessions.
    """
    run = run or Run()
    reader = ActivityReader(connection)
    for _, parts in groupby(connection.execute(sql("content/sessions")), _SESSION):
        for number, (_, first_us, activities, *columns) in enumerate(parts):
            if number == 0:
                run.current += 1
                yield tuple(columns)
            if activities is not None:
                yield from in_order(reader.read(first_us, activities))


def in_order(activities: Iterable[Activity]) -> list[Activity]:
    """Activities of one part, which stand in order of time and fingerprint. No microsecond is in two parts."""
    return sorted(activities, key=_ORDER)
