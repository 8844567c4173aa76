"""What storing costs at the least: the rows of a finished database, put into an empty one by SQLite itself.

One statement a table, `INSERT … SELECT`, in the order in which the rows lie: no program stores them with less work,
as nothing is parsed, bound or looked up. Reading them is in the time.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import apsw
from clock import Clock

COMMIT = "commit"
CHECKPOINT = "checkpoint and close"
WRITE = "write"
SYNC = "fsync"
SETTINGS = (  # those of sesscore/pragmas.py that matter
    "PRAGMA page_size = {page_size}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA cache_size = -65536",
    "PRAGMA wal_autocheckpoint = 8192",
)


def time_tables(finished: Path, empty: Path, clock: Clock) -> dict[str, int]:
    """Stores the rows of a database in another. Returns the number of rows of each table; the clock has its time."""
    connection = apsw.Connection(str(empty))
    connection.execute("ATTACH ? AS finished", (str(finished),))
    for setting in SETTINGS:
        connection.execute(setting.format(page_size=connection.pragma("page_size", schema="finished")))
    tables = list(_make_schema(connection))
    rows = {table: connection.execute(f'SELECT count(*) FROM finished."{table}"').get for table in tables}
    connection.execute("BEGIN IMMEDIATE")
    for table in tables:
        statement = _copy(connection, table)
        with clock(table):
            connection.execute(statement)
    with clock(COMMIT):
        connection.execute("COMMIT")
    with clock(CHECKPOINT):
        connection.close()
    return rows


def _make_schema(connection: apsw.Connection) -> Iterator[str]:
    """The tables and indexes of the finished database, empty. Gives the names of the tables."""
    schema = "SELECT type, name, sql FROM finished.sqlite_schema WHERE sql IS NOT NULL ORDER BY type = 'index'"
    for kind, name, sql in (map(str, row) for row in connection.execute(schema).fetchall()):
        if kind in ("table", "index") and not name.startswith("sqlite_"):
            connection.execute(sql)
            if kind == "table":
                yield name


def _copy(connection: apsw.Connection, table: str) -> str:
    """The plus signs keep SQLite from its shortcut, which copies rows as they are without looking into them."""
    names = [f'"{name}"' for (name,) in connection.execute("SELECT name FROM pragma_table_info(?, 'main')", (table,))]
    values = ", ".join(f"+{name}" for name in names)
    return f'INSERT INTO main."{table}" ({", ".join(names)}) SELECT {values} FROM finished."{table}"'


def time_sync(path: Path, size: int, clock: Clock) -> None:
    """Writes a file of that size, and waits until it is on disk."""
    block = os.urandom(1 << 20)
    with path.open("wb", buffering=0) as file:
        with clock(WRITE):
            for at in range(0, size, len(block)):
                file.write(block[: size - at])
        with clock(SYNC):
            os.fsync(file.fileno())
