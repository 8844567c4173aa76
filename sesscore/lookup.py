"""From what was typed to sessions: an id means all its sessions, `#17` the one with that key."""

import os
import re
import shlex

import apsw

from sesscore.errors import UnknownSession
from sesscore.queries import Row, rows

_KEY = re.compile(r"#([0-9]{1,18})")


def find_sessions(connection: apsw.Connection, wanted: str, sensor: str | None) -> list[Row]:
    """The rows of `session_metrics` that are meant, by sensor and start. Raises UnknownSession."""
    found = [
        row
        for key in _keys(connection, stored_id(wanted), sensor)
        for row in rows(connection, "session/metrics", session_key=key, sensor=sensor)
    ]
    if not found:
        raise _unknown(wanted, sensor)
    return sorted(found, key=lambda row: (row["sensor"], row["started_us"]))


def stored_id(wanted: str) -> str:
    """An id from the command line as ingest stores it: what is no UTF-8 is U+FFFD."""
    return os.fsencode(wanted).decode("utf-8", "replace")


def _keys(connection: apsw.Connection, wanted: str, sensor: str | None) -> list[int]:
    if key := _KEY.fullmatch(wanted):
        return [int(key[1])]
    return [row["session_key"] for row in rows(connection, "session/by_id", session_id=wanted, sensor=sensor)]


def _unknown(wanted: str, sensor: str | None) -> UnknownSession:
    if sensor is not None:
        hint = f"sesscore show {shlex.quote(wanted)}, without --sensor"
    else:
        hint = "sesscore ingest PATH, with the log that it is in"
    of = "" if sensor is None else f" of sensor {sensor}"
    return UnknownSession(f"there is no session {wanted}{of}", hint=hint)
