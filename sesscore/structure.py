"""Whether a database is whole, as SQLite sees it: pages and indexes, and rows that others refer to."""

import apsw

from sesscore.queries import sql


def damage(connection: apsw.Connection) -> list[str]:
    """What is wrong with pages, tables and indexes; empty if nothing. Reads the whole file."""
    found = [str(problem) for (problem,) in connection.execute(sql("verify/integrity"))]
    return [] if found == ["ok"] else found


def dangling(connection: apsw.Connection, limit: int = 5) -> list[str]:
    """Rows that refer to a row that is not there."""
    found = []
    for place, _, parent, _ in connection.execute(sql("verify/references")):
        found.append(f"{place} refers to a row of {parent} that is not there")
        if len(found) == limit:
            break
    return found
