"""DuckDB, bare: sessions with their number of events, first and last, straight from the log; nothing is stored.

Arguments: the log, the number of threads. The columns are named, which spares DuckDB from guessing all the others.
"""

import sys

import duckdb

SESSIONS = """
SELECT count(*), sum(events), min(started), max(ended)
FROM (SELECT session, count(*) AS events, min(timestamp) AS started, max(timestamp) AS ended
      FROM read_ndjson(?, columns = {session: 'VARCHAR', timestamp: 'VARCHAR'})
      GROUP BY session)
"""


def main(log: str, threads: str) -> None:
    """Prints the number of sessions."""
    connection = duckdb.connect(config={"threads": int(threads)})
    print(connection.execute(SESSIONS, [log]).fetchone()[0])


main(*sys.argv[1:])
