"""chDB, which is ClickHouse as a library: what duckdb_group.py finds, straight from the log; nothing is stored.

Arguments: the log, the number of threads. The columns are named; all others are skipped.
"""

import sys

import chdb

SESSIONS = """
SELECT count(), sum(events), min(started), max(ended)
FROM (SELECT session, count() AS events, min(timestamp) AS started, max(timestamp) AS ended
      FROM file({log:String}, 'JSONEachRow', 'session String, timestamp String')
      GROUP BY session)
SETTINGS input_format_skip_unknown_fields = 1, max_threads = %d
"""


def main(log: str, threads: str) -> None:
    """Prints the number of sessions."""
    found = chdb.query(SESSIONS % int(threads), "CSV", params={"log": log})
    print(str(found).partition(",")[0])


main(*sys.argv[1:])
