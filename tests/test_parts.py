"""Which part of a session covers a moment: found at once, however many parts there are."""

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sesscore.migrations import run_migrations
from sesscore.queries import sql

KEY, OTHER = 1, 2
STATEMENTS = {
    "part_at": {"day": 0, "sensor": "s", "session_id": "a", "at_us": 505},
    "parts_between": {"session_key": KEY, "begin_us": 505, "end_us": 515},
    "next_part": {"session_key": KEY},
}


def session(own: int, further: list[int]) -> apsw.Connection:
    """A database with a session whose first part begins at one time, and further ones at others; and a like one."""
    connection = apsw.Connection(":memory:")
    run_migrations(connection)
    connection.execute("INSERT INTO sensor VALUES (1, 's')")
    columns = [row[1] for row in connection.execute("PRAGMA table_info (session)")]
    values = dict.fromkeys(columns, 0) | {
        "sensor_id": 1, "matcher": 1, "source_id": None, "activities": "[]", "evidence": b"", "events": b"",
    }  # fmt: skip
    for key, name in ((KEY, "a"), (OTHER, "b")):
        of_key = values | {"session_key": key, "session_id": name, "part_us": own}
        connection.execute(f"INSERT INTO session VALUES ({','.join('?' * len(columns))})", list(of_key.values()))
        connection.execute("INSERT INTO session_day VALUES (0, 1, ?, ?)", (name, key))
        rows = [(key, part, first_us) for part, first_us in enumerate(further, 1)]
        connection.executemany("INSERT INTO session_part VALUES (?, ?, ?, 0, '[]', x'')", rows)
    return connection


TIMES = st.lists(st.integers(0, 30), min_size=1, max_size=8, unique=True)


@given(TIMES, st.integers(-2, 32), st.integers(0, 8))
def test_the_parts_that_a_stretch_of_time_belongs_to(times, begin, length):
    connection = session(times[0], times[1:])
    values = {"session_key": KEY, "begin_us": begin, "end_us": begin + length}
    numbers = dict(enumerate(times))
    floor = max((at for at in times if at <= begin), default=min(times))
    expected = [(part, at) for part, at in sorted(numbers.items(), key=lambda one: one[1]) if floor <= at]
    expected = [(part, at) for part, at in expected if at <= max(floor, begin + length)]
    assert [row[:2] for row in connection.execute(sql("store/parts_between"), values)] == expected


@given(TIMES, st.integers(-2, 32))
def test_the_part_that_holds_an_event(times, at_us):
    found = session(times[0], times[1:]).execute(sql("store/part_at"), STATEMENTS["part_at"] | {"at_us": at_us})
    expected = max((at for at in times if at <= at_us), default=None)
    assert next((row[0] for row in found), None) == expected


@pytest.mark.parametrize("name", STATEMENTS)
def test_the_cost_does_not_depend_on_the_number_of_parts(name):
    """A session of millions of events has thousands, and each batch asks."""
    assert steps(name, 1000) <= steps(name, 60) + 10


def steps(name: str, parts: int) -> int:
    """Of SQLite's machine, for one statement."""
    connection = session(0, [10 * part for part in range(1, parts)])
    count = 0

    def counted() -> bool:
        nonlocal count
        count += 1
        return False

    connection.set_progress_handler(counted, 1)
    connection.execute(sql(f"store/{name}"), STATEMENTS[name]).fetchall()
    return count
