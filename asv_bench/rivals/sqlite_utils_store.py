"""sqlite-utils in its usual way: every line with all its fields into a table, then GROUP BY.

Arguments: the log, the database. Columns are added as events bring them (`alter`), which is why it is slow.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import sqlite_utils

SESSIONS = """
CREATE TABLE sessions AS
SELECT session, sensor, min(timestamp) AS started, max(timestamp) AS ended, count(*) AS events
FROM events GROUP BY session, sensor
"""


def events(log: str) -> Iterator[dict[str, object]]:
    """Each line as a row."""
    with Path(log).open("rb") as lines:
        for line in lines:
            yield json.loads(line)


def main(log: str, path: str) -> None:
    """Prints the number of sessions."""
    database = sqlite_utils.Database(path)
    database["events"].insert_all(events(log), alter=True)
    database.execute(SESSIONS)
    print(database["sessions"].count)
    database.close()


main(*sys.argv[1:])
