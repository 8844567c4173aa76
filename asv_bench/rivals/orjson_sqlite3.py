"""What one writes in an evening: orjson, the standard library's sqlite3, GROUP BY. Arguments: the log, the database.

It stores each event with the fields that sessions and reports need, and a table of sessions. It knows no copies, no
roll-ups, no damaged lines, no sessions that share an id, and forgets where it stopped.
"""

import sqlite3
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import orjson

COLUMNS = (
    "session", "eventid", "timestamp", "sensor", "src_ip", "src_port", "dst_ip", "dst_port", "protocol",
    "username", "password", "input", "url", "shasum", "version", "hassh", "duration",
)  # fmt: skip
ROWS_AT_ONCE = 10_000

SESSIONS = """
CREATE TABLE sessions AS
SELECT session, sensor, min(timestamp) AS started, max(timestamp) AS ended, count(*) AS events,
       max(src_ip) AS src_ip, max(protocol) AS protocol, max(version) AS client_version, max(hassh) AS hassh,
       sum(eventid = 'cowrie.command.input') AS commands,
       sum(eventid = 'cowrie.login.failed') AS login_failed,
       sum(eventid = 'cowrie.login.success') AS login_success,
       sum(eventid = 'cowrie.session.file_download') AS downloads,
       sum(eventid = 'cowrie.session.file_upload') AS uploads
FROM events GROUP BY session, sensor
"""


def rows(log: str) -> Iterator[tuple[object, ...]]:
    """The fields of each event, NULL where it has none."""
    with Path(log).open("rb") as lines:
        for line in lines:
            get = orjson.loads(line).get
            yield tuple([get(column) for column in COLUMNS])


def main(log: str, path: str) -> None:
    """Prints the number of sessions."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("BEGIN")
    connection.execute(f"CREATE TABLE events ({', '.join(COLUMNS)})")
    statement = f"INSERT INTO events VALUES ({', '.join('?' * len(COLUMNS))})"
    events = rows(log)
    while batch := list(islice(events, ROWS_AT_ONCE)):
        connection.executemany(statement, batch)
    connection.execute(SESSIONS)
    connection.execute("COMMIT")
    print(connection.execute("SELECT count(*) FROM sessions").fetchone()[0])
    connection.close()


main(*sys.argv[1:])
