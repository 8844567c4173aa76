"""DuckDB storing what orjson_sqlite3.py stores. Arguments: the log, the database, the number of threads."""

import sys

import duckdb

COLUMNS = {
    "session": "VARCHAR", "eventid": "VARCHAR", "timestamp": "TIMESTAMP", "sensor": "VARCHAR", "src_ip": "VARCHAR",
    "src_port": "VARCHAR", "dst_ip": "VARCHAR", "dst_port": "VARCHAR", "protocol": "VARCHAR", "username": "VARCHAR",
    "password": "VARCHAR", "input": "VARCHAR", "url": "VARCHAR", "shasum": "VARCHAR", "version": "VARCHAR",
    "hassh": "VARCHAR", "duration": "VARCHAR",
}  # fmt: skip

SESSIONS = """
CREATE TABLE sessions AS
SELECT session, sensor, min(timestamp) AS started, max(timestamp) AS ended, count(*) AS events,
       max(src_ip) AS src_ip, max(protocol) AS protocol, max(version) AS client_version, max(hassh) AS hassh,
       count(*) FILTER (eventid = 'cowrie.command.input') AS commands,
       count(*) FILTER (eventid = 'cowrie.login.failed') AS login_failed,
       count(*) FILTER (eventid = 'cowrie.login.success') AS login_success,
       count(*) FILTER (eventid = 'cowrie.session.file_download') AS downloads,
       count(*) FILTER (eventid = 'cowrie.session.file_upload') AS uploads
FROM events GROUP BY session, sensor
"""


def main(log: str, path: str, threads: str) -> None:
    """Prints the number of sessions."""
    connection = duckdb.connect(path, config={"threads": int(threads)})
    columns = ", ".join(f"{name}: '{kind}'" for name, kind in COLUMNS.items())
    connection.execute(f"CREATE TABLE events AS SELECT * FROM read_ndjson(?, columns = {{{columns}}})", [log])
    connection.execute(SESSIONS)
    print(connection.execute("SELECT count(*) FROM sessions").fetchone()[0])
    connection.close()


main(*sys.argv[1:])
