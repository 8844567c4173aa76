"""The oracle of target `fold`: the events of an input as a log, by the modules of the package and by the recount."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

import apsw
import orjson
from compare import Log
from fuzz.target import Wrong

from sesscore._fold import Folder
from sesscore.extension import packed_event, row_tables
from sesscore.records import Position, RecordReader
from sesscore.recount import SourceBytes, recount

EVENT_BYTES, MOST_EVENTS = 3, 24
DAY_US = 86_400_000_000
STEPS = (0, 1, 999_500, 5_000_000, 25_200_000_000, DAY_US - 1, DAY_US, DAY_US + 1)
EVENTIDS = (
    *("other", "cowrie.session.connect", "cowrie.session.closed", "cowrie.login.failed", "cowrie.login.success"),
    *("cowrie.command.input", "cowrie.command.failed", "cowrie.command.success", "cowrie.session.file_download"),
    *("cowrie.session.file_download.failed", "cowrie.session.file_upload", "cowrie.direct-tcpip.request"),
    *("cowrie.direct-tcpip.data", "cowrie.client.version", "cowrie.client.kex", "cowrie.log.closed"),
    "cowrie.client.fingerprint",
)
COUNTS = (
    *("command_count", "command_failed_count", "command_success_count", "login_failed_count", "login_success_count"),
    *("download_count", "download_failed_count", "upload_count", "tcpip_request_count"),
)
TEXTS = ("src_ip", "dst_ip", "protocol", "client_version", "hassh")
START = datetime(2023, 11, 14)


def log_of(data: bytes) -> bytes:
    """The events of an input, as tests/fuzz/kernel/folds.pxd reads it, a line each."""
    lines, at_us = [], 0
    for i in range(min(len(data) // EVENT_BYTES, MOST_EVENTS)):
        whose, when, what = data[EVENT_BYTES * i : EVENT_BYTES * i + EVENT_BYTES]
        at_us += STEPS[when % len(STEPS)] * (-1 if when & 8 else 1)
        lines.append(orjson.dumps(_event(whose, at_us, what)))
    return b"\n".join([*lines, b""])


def _event(whose: int, at_us: int, what: int) -> dict[str, Any]:
    variant = what // len(EVENTIDS)
    texts = ("", "a", "ab", "unknown", None, "10.0.0.1", "ssh", 7)
    names = ("username", "password", "input", "url", "shasum", "filename", "ttylog", "fingerprint", "version", "hassh")
    return {
        "eventid": EVENTIDS[what % len(EVENTIDS)],
        "timestamp": f"{START + timedelta(microseconds=at_us):%Y-%m-%dT%H:%M:%S.%f}Z",
        ("session_id" if whose & 4 else "session"): "ab"[whose >> 1 & 1],
        "sensor": "st"[whose & 1],
        "src_ip": texts[variant & 7],
        "protocol": texts[variant * 3 & 7],
        "dst_ip": texts[variant + 5 & 7],
        "src_port": variant - 1,
        "dst_port": 22 if variant & 2 else None,
        "duration": variant / 4 if variant & 1 else "-",
        **{name: texts[variant + at & 7] for at, name in enumerate(names)},
    }


@cache
def _opened() -> tuple[apsw.Connection, Any]:
    connection = apsw.Connection(":memory:")
    packed_event(connection)
    return connection, row_tables(connection)


def judge_log(data: bytes) -> int:
    """Sessions with all that is told of them."""
    log = log_of(data)
    expected = sorted(map(_expected, recount([SourceBytes("log", log, growable=True)]).sessions))
    if _folded(log) != expected:
        raise Wrong("events make other sessions for the recount")
    return len(expected)


def _expected(session: Any) -> tuple[Any, ...]:
    counts = [getattr(session, name) for name in COUNTS]
    texts = [getattr(session, name) or "" for name in TEXTS]
    ports = [-1 if port is None else port for port in (session.src_port, session.dst_port)]
    activities = [(one.at_us, one.value or one.username or "") for one in session.activities]
    span = (session.started_us, session.ended_us, session.event_count)
    return session.sensor, session.session_id, *span, *counts, *texts, *ports, len(activities), activities[:1]


def _folded(log: bytes) -> list[tuple[Any, ...]]:
    connection, tables = _opened()
    folder = Folder(0, 0, tables)
    reader = RecordReader(Log(log), Position(), sensor="unknown")
    rows: list[tuple[Any, ...]] = []
    for scanned in reader.batches():
        sensors = scanned.batch.sensors
        folder.plan(scanned.batch.capsule, [ord(name) for name in sensors])
        folder.fold_new(1, 1)
        folder.flip()
        rows += _rows(connection)
        tables.clear()
    return sorted(rows)


def _rows(connection: apsw.Connection) -> list[tuple[Any, ...]]:
    texts = {0: "", **dict(connection.execute("SELECT text_id, value FROM folded_text"))}
    columns = ("src_ip_id", "dst_ip_id", "protocol_id", "client_version_id", "hassh_id")
    told = connection.execute(
        f"SELECT sensor_id, session_id, started_us, span_us, event_count, {', '.join(COUNTS)}, {', '.join(columns)},"
        " ifnull(src_port, -1), ifnull(dst_port, -1), activity_count, activities, events, part_us FROM folded_session"
    ).fetchall()
    rows = []
    for sensor, name, start, span, count, *figures, activity_count, activities, events, part_us in told:
        counts, ids, ports = figures[:9], figures[9:14], figures[14:]
        part = connection.execute(
            "SELECT at_us, kind, a, b, c FROM packed_event(?, ?, ?)", (activities, events, start + part_us)
        ).fetchall()
        if len(part) != count or [row[0] for row in part] != sorted(row[0] for row in part):
            raise Wrong("what was packed is not what comes out")
        first = [(at_us, _value(texts, kind, a, c)) for at_us, kind, a, _, c in part if kind is not None][:1]
        told_texts = [texts[number] for number in ids]
        rows.append(
            (chr(sensor), name, start, start + span, count, *counts, *told_texts, *ports, activity_count, first)
        )
    return rows


def _value(texts: dict[int, str], kind: int, a: int, c: int) -> str:
    """What an activity names first: a fingerprint, else a user name, is that of a login."""
    if kind in (1, 2):
        return texts[c] or texts[a]
    return texts[a] or (texts[c] if kind == 11 else "")
