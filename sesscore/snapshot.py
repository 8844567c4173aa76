"""One state of the database for all questions of a command, whoever writes meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

import apsw


@contextmanager
def one_state(connection: apsw.Connection) -> Iterator[None]:
    """Within the block every statement sees the same rows."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:  # an I/O error may have ended it
            connection.execute("ROLLBACK")


@contextmanager
def within_state(connection: apsw.Connection) -> Iterator[None]:
    """A question in a transaction of the caller; what it made for itself is gone after the block."""
    connection.execute("SAVEPOINT question")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK TO question")
            connection.execute("RELEASE question")
