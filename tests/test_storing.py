"""Statements run in the order in which they were given, in whichever thread, and what goes wrong there is not lost."""

import apsw
import pytest

from sesscore import storing
from sesscore.extension import row_tables
from sesscore.store import open_for_writing
from sesscore.storing import Storing


@pytest.fixture
def connection(tmp_path):
    with open_for_writing(str(tmp_path / "s.db")) as database:
        yield database.connection


def names(connection):
    return [name for (name,) in connection.execute("SELECT name FROM sensor ORDER BY sensor_id")]


def test_what_is_given_runs_when_it_is_asked_for(connection):
    made = Storing(connection, row_tables(connection))
    for number, name in enumerate("abc", 1):
        made.later("sensor", (number, name))
    assert names(connection) == []
    made.settle()
    assert names(connection) == ["a", "b", "c"]


def test_what_waits_is_bounded(connection, monkeypatch):
    monkeypatch.setattr(storing, "MOST_WAITING", 3)
    made = Storing(connection, row_tables(connection))
    for number, name in enumerate("abcd", 1):
        made.later("sensor", (number, name))
    assert names(connection) == ["a", "b", "c"]


def test_an_error_in_the_other_thread_comes_out(connection):
    made = Storing(connection, row_tables(connection))
    made.later("sensor", (1, "a"))
    made.later("sensor", (1, "again"))
    connection.execute("BEGIN IMMEDIATE")
    made.start(commit=True)
    with pytest.raises(apsw.ConstraintError):
        made.settle()
    assert connection.in_transaction, "nothing was committed"
    connection.execute("ROLLBACK")
    made.close()
    assert names(connection) == []


def test_a_commit_begins_the_next_transaction(connection):
    made = Storing(connection, row_tables(connection))
    made.later("sensor", (1, "a"))
    connection.execute("BEGIN IMMEDIATE")
    made.start(commit=True)
    made.settle()
    assert connection.in_transaction
    connection.execute("ROLLBACK")
    made.close()
    assert names(connection) == ["a"]
