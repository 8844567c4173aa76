"""`value_totals`: what values add up to, by text, against a plain count of the rows."""

import threading
from collections import defaultdict

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sesscore.extension import MOST_TOTALS, value_totals
from sesscore.migrations import run_migrations

TEXTS = {
    100: "root", 101: "admin", 102: "", 103: "root", 104: "123", 105: "a\0b", 106: "a\0c", 140: "123", 9000: "root",
    9001: "\U0001f600", 1 << 40: "admin", (1 << 40) + 1: "far", (1 << 62): "farther",
}  # fmt: skip
COLUMNS = "kind, a, b, a_key, b_key, seen, seen_low, first_day, last_day, days"
TEXT_IDS = st.sampled_from([0, *TEXTS])
ROWS = st.dictionaries(
    st.tuples(
        st.integers(-2, 3),  # day
        st.integers(1, 2),  # sensor
        st.sampled_from([1, 2, 3, 6, 7, 8, 101, 104]),
        TEXT_IDS,
        st.one_of(st.just(0), TEXT_IDS),
    ),
    st.integers(0, 5),
    max_size=60,
)


def filled(rows, most=MOST_TOTALS):
    """A database in memory with these counts, and the function on its connection."""
    connection = apsw.Connection(":memory:")
    run_migrations(connection)
    connection.executemany("INSERT INTO text VALUES (?, ?)", list(TEXTS.items()))
    connection.executemany("INSERT INTO rollup_value VALUES (?, ?, ?, ?, ?, ?)", [(*key, n) for key, n in rows.items()])
    days = {key[0] for key in rows}
    connection.executemany("INSERT INTO rollup_event VALUES (?, 1, 1, 1, 0, 0)", [(day,) for day in days])
    value_totals(connection, most)
    return connection


def asked(connection, *arguments):
    places = ", ".join("?" * len(arguments))
    return connection.execute(f"SELECT {COLUMNS} FROM value_totals({places})", arguments).fetchall()


def counted(rows, low, high, since, end, sensor=None, together=0):
    """By (kind, texts): ids, what was seen, and the days."""
    found = defaultdict(lambda: [set(), set(), 0, 0, set()])
    for (day, of_sensor, kind, a, b), seen in rows.items():
        if low <= kind <= high and since <= day < end and sensor in (None, of_sensor) and seen:
            text = a if kind == 104 else TEXTS.get(a)
            one = found[low if together else kind, text, TEXTS.get(b)]
            one[0].add(a)
            one[1].add(b)
            one[2] += seen
            one[3] += seen if kind == low else 0
            one[4].add(day)
    return {
        key: (min(a), min(b), seen, of_low, min(days), max(days), len(days))
        for key, (a, b, seen, of_low, days) in found.items()
    }


def by_text(told):
    """What the function told, by (kind, texts); each must stand once."""
    found = {}
    for kind, a, b, a_key, b_key, *figures in told:
        key = kind, a if kind == 104 else TEXTS.get(a), TEXTS.get(b)
        assert key not in found
        assert (a_key == 0) == (a == 0)
        assert (b_key == 0) == (b == 0)
        found[key] = (a, b, *figures)
    return found


@settings(deadline=None)
@given(
    rows=ROWS,
    low=st.sampled_from([1, 2, 6, 101, 104]),
    width=st.sampled_from([0, 1, 2, 200]),
    since=st.integers(-3, 4),
    length=st.integers(0, 7),
    sensor=st.sampled_from([None, 1, 2, -1]),
    together=st.sampled_from([None, 0, 1]),
    most=st.sampled_from([2, 3, 7, MOST_TOTALS]),
)
def test_as_a_plain_count(rows, low, width, since, length, sensor, together, most):
    arguments = low, low + width if low < 104 else 104, since, since + length, sensor, together
    if together and arguments[1] > 104:
        arguments = low, 103, *arguments[2:]  # numbers and texts have nothing in common
    connection = filled(rows, most)
    try:
        assert by_text(asked(connection, *arguments)) == counted(rows, *arguments)
    finally:
        connection.close()


@settings(deadline=None)
@given(ROWS, st.integers(1, 9), st.sampled_from([2, 5, MOST_TOTALS]))
def test_the_top_is_among_what_is_told(rows, top, most):
    everything = 1, 200, -9, 9, None, 0
    connection = filled(rows, most)
    try:
        told = by_text(asked(connection, *everything, top))
        expected = counted(rows, *everything)
    finally:
        connection.close()
    assert told.items() <= expected.items()
    assert largest(expected, top) <= told.keys()
    if most > len(expected):
        assert all(row[2] >= least_of(stated(expected) or expected, top) for row in told.values())


def largest(expected, top):
    """The `top` largest, and those of them that have all texts."""
    found = set()
    for rows in (expected, stated(expected)):
        least = least_of(rows, top)
        found |= {key for key, row in rows.items() if row[2] >= least}
    return found


def is_stated(kind, a, b):
    """Whether it has all texts that its kind has: only logins and files have two."""
    return a not in (None, 0) and (b is not None or kind not in (1, 2, 6, 8))


def least_of(rows, top):
    """What a row must have been seen to be among the most frequent."""
    ranked = sorted((row[2] for row in rows.values()), reverse=True)
    return ranked[top - 1] if len(ranked) > top else 0


def test_a_day_counts_once():
    """However many sensors and ids have the value on it."""
    connection = filled({(0, 1, 3, 100, 0): 1, (0, 2, 3, 100, 0): 1, (0, 2, 3, 103, 0): 1, (2, 1, 3, 9000, 0): 1})
    [told] = asked(connection, 3, 3, 0, 9)
    assert told[-5:] == (4, 4, 0, 2, 2)


def test_keys_are_those_of_texts():
    """Also beyond a day, a kind and a statement: reports compare periods by them."""
    connection = filled({(0, 1, 3, 100, 0): 1, (1, 1, 3, 103, 0): 1, (1, 1, 1, 101, 9000): 1, (1, 1, 3, 104, 0): 1})
    [first], second = asked(connection, 3, 3, 0, 1), asked(connection, 3, 3, 1, 2)
    [pair] = asked(connection, 1, 1, 0, 2)
    assert {row[3] for row in second} > {first[3]} == {pair[4]}
    assert len({row[3] for row in (*second, pair)}) == 3
    other = filled({(0, 1, 3, 9000, 0): 1})
    assert asked(other, 3, 3, 0, 1)[0][3] == first[3]


def test_more_rows_and_texts_than_are_held_at_once():
    """Days of more rows than a buffer, ids without neighbours, and several passes."""
    connection = filled({}, most=50_000)
    connection.execute(
        "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 149999)"
        " INSERT INTO text SELECT 20000 + i * 40, 't' || (i % 100000) FROM n"
    )
    connection.execute(
        "INSERT INTO rollup_value SELECT 0, 1, 3, text_id, 0, 1 FROM text WHERE text_id BETWEEN 20000 AND 1 << 39"
    )
    connection.execute(
        "INSERT INTO rollup_value SELECT 1, 1, 3, text_id, 0, 2 FROM text WHERE text_id BETWEEN 20000 AND 30000"
    )
    connection.execute("INSERT INTO rollup_event VALUES (0, 1, 1, 1, 0, 0), (1, 1, 1, 1, 0, 0)")
    told = connection.execute(
        "SELECT count(*), sum(seen), sum(days), count(DISTINCT a_key) FROM value_totals(3, 3, 0, 2)"
    ).get
    twice = connection.execute("SELECT count(*) FROM rollup_value WHERE day = 1").get
    assert told == (100_000, 150_000 + 2 * twice, 100_000 + twice, 100_000)


def test_a_temp_view_takes_the_place_of_the_table():
    connection = filled({(0, 1, 3, 100, 0): 5, (1, 1, 3, 101, 0): 2})
    assert len(asked(connection, 3, 3, 0, 9)) == 2
    connection.execute(
        "CREATE TEMP VIEW rollup_value AS"
        " SELECT day, sensor_id, kind, a, b, 1 AS seen FROM main.rollup_value WHERE day = 0"
    )
    assert by_text(asked(connection, 3, 3, 0, 9)) == {(3, "root", None): (100, 0, 1, 1, 0, 0, 1)}
    connection.execute("DROP VIEW temp.rollup_value")
    assert len(asked(connection, 3, 3, 0, 9)) == 2


@pytest.mark.parametrize("arguments", ["", "1", "1, 2, 3"])
def test_without_its_arguments(arguments):
    with pytest.raises(apsw.SQLError, match="value_totals needs kind_low"):
        filled({}).execute(f"SELECT * FROM value_totals({arguments})")


@pytest.mark.parametrize(
    "arguments", ["NULL, 2, 3, 4", "1, 'x', 3, 4", "1, 2, 3, 4, 'alpha'", "1, 2, 3, 4, NULL, 0, 1.5"]
)
def test_what_is_no_number(arguments):
    with pytest.raises(apsw.SQLError, match="no integer"):
        filled({}).execute(f"SELECT * FROM value_totals({arguments})").fetchall()


def test_arguments_from_another_table():
    connection = filled({(0, 1, 3, 100, 0): 5, (1, 1, 1, 101, 0): 2})
    told = connection.execute(
        "SELECT k.kind, sum(v.seen) FROM activity_kind AS k JOIN value_totals(k.kind, k.kind, 0, 9) AS v GROUP BY 1"
    )
    assert told.fetchall() == [(1, 2), (3, 5)]


def test_a_text_that_is_missing_is_damage():
    connection = filled({(0, 1, 3, 100, 0): 5, (0, 1, 3, 555, 0): 2})
    with pytest.raises(apsw.CorruptError, match="missing"):
        asked(connection, 3, 3, 0, 9)
    connection.execute("DELETE FROM rollup_value WHERE a = 555")
    assert len(asked(connection, 3, 3, 0, 9)) == 1


def test_an_error_inside_is_one_outside():
    connection = filled({(0, 1, 3, 100, 0): 5})
    connection.execute("CREATE TEMP VIEW rollup_value AS SELECT no_such_column FROM main.rollup_value")
    with pytest.raises(apsw.SQLError, match="no_such_column"):
        asked(connection, 3, 3, 0, 9)
    connection.execute("DROP VIEW temp.rollup_value")
    connection.execute("CREATE TEMP VIEW rollup_value AS SELECT *, abs(-9223372036854775808) FROM main.rollup_value")
    assert len(asked(connection, 3, 3, 0, 9)) == 1
    connection.execute("DROP VIEW temp.rollup_value")
    connection.execute(
        "CREATE TEMP VIEW rollup_value AS"
        " SELECT day, sensor_id, kind, a, b, abs(-9223372036854775808) AS seen FROM main.rollup_value"
    )
    with pytest.raises(apsw.Error, match="overflow"):
        asked(connection, 3, 3, 0, 9)


def test_an_interrupt_ends_it():
    connection = filled({(0, 1, 3, 100, 0): 5})
    connection.execute(
        "CREATE TEMP VIEW rollup_value AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
        " SELECT 0 AS day, 1 AS sensor_id, 3 AS kind, 100 AS a, 0 AS b, 1 AS seen FROM n"
    )

    def stop():
        while not over.wait(0.01):
            connection.interrupt()

    over = threading.Event()
    thread = threading.Thread(target=stop)
    thread.start()
    try:
        with pytest.raises(apsw.InterruptError):
            asked(connection, 3, 3, 0, 9)
    finally:
        over.set()
        thread.join()


def test_its_parts_cannot_be_used_by_sql():
    connection = filled({(0, 1, 3, 100, 0): 5})
    for call in ("gather_value(1, 3, 100, 0, 5)", "gather_text(NULL, 100, 'root')"):
        with pytest.raises(apsw.SQLError):
            connection.execute(f"SELECT {call}").fetchall()
    connection.execute("CREATE VIEW v AS SELECT * FROM value_totals(3, 3, 0, 9)")
    with pytest.raises(apsw.SQLError, match="unsafe use"):
        connection.execute("SELECT * FROM v")


def test_a_connection_closes_in_the_middle():
    connection = filled({(0, 1, 3, 100, 0): 5, (0, 1, 3, 101, 0): 5})
    cursor = connection.execute("SELECT * FROM value_totals(3, 3, 0, 9)")
    assert next(cursor)
    connection.close(True)


# By one side


def by_side(rows, side, *wish):
    """What the totals of pairs say of one of their sides."""
    found = defaultdict(lambda: [set(), 0, 0, [], set()])
    for (kind, *texts), (*ids, seen, of_low, first, last, _) in counted(rows, *wish).items():
        one = found[kind, texts[side - 1]]
        one[0].add(ids[side - 1])
        one[1] += seen
        one[2] += of_low
        one[3] += [first, last]
        one[4].add(texts[2 - side])
    return {
        key: (min(ids), seen, of_low, min(days), max(days), len(others - {None}))
        for key, (ids, seen, of_low, days, others) in found.items()
    }


@settings(deadline=None)
@given(ROWS, st.sampled_from([1, 2]), st.sampled_from([0, 1]), st.sampled_from([MOST_TOTALS, 2, 3]))
def test_by_one_side(rows, side, together, most):
    """With the number of different others; in as many turns as the memory takes."""
    rows = {key: seen for key, seen in rows.items() if key[2] < 101}
    wish = (1, 8, -1, 3, None, together)
    told = filled(rows, most).execute(
        "SELECT kind, a, b, a_key, b_key, seen, seen_low, first_day, last_day, others, days"
        " FROM value_totals(?, ?, ?, ?, ?, ?, NULL, ?)",
        (*wish, side),
    )
    found = {}
    for kind, a, b, a_key, b_key, *figures, days in told:
        one, other = ((a, a_key), (b, b_key)) if side == 1 else ((b, b_key), (a, a_key))
        assert other == (0, 0)
        assert days is None
        assert (kind, TEXTS.get(one[0])) not in found
        found[kind, TEXTS.get(one[0])] = (one[0], *figures)
    assert found == by_side(rows, side, *wish)


def test_the_most_frequent_of_a_side():
    rows = {(0, 1, 1, 100, 104): 3, (0, 1, 1, 103, 105): 3, (1, 1, 2, 101, 104): 5, (1, 1, 2, 101, 0): 1}
    told = filled(rows).execute("SELECT a, seen, others FROM value_totals(1, 2, 0, 2, NULL, 1, 1, 1)").fetchall()
    assert sorted(told) == [(100, 6, 2), (101, 6, 1)]


# By day


@settings(deadline=None)
@given(
    rows=ROWS,
    kinds=st.sampled_from([(1, 2), (3, 3), (101, 101), (1, 103), (104, 104)]),
    since=st.integers(-3, 4),
    length=st.integers(0, 7),
    sensor=st.sampled_from([None, 1, -1]),
    together=st.sampled_from([0, 1]),
    most=st.sampled_from([2, 3, 7, MOST_TOTALS]),
)
def test_how_many_there_are_on_each_day(rows, kinds, since, length, sensor, together, most):
    """Also where they have their turn one after the other: what was begun with and then put off is counted once."""
    connection = filled(rows, most)
    try:
        told = connection.execute(
            "SELECT turn, stated, first_day, last_day, seen, kind, a, b, days, several"
            " FROM value_totals(?, ?, ?, ?, ?, ?, NULL, 4)",
            (*kinds, since, since + length, sensor, together),
        ).fetchall()
    finally:
        connection.close()
    found = defaultdict(int)
    for _, _, first, last, seen, *others in told:
        assert (last, *others) == (first, *[None] * 5)
        found[first] += seen
    for day in found:
        assert found[day] == len(stated(counted(rows, *kinds, day, day + 1, sensor, together)))
    assert found.keys() == {key[0] for key in rows if since <= key[0] < since + length}
    everything = counted(rows, *kinds, since, since + length, sensor, together)
    assert sum(dict(row[:2] for row in told).values()) == (len(stated(everything)) if found else 0)


def test_what_is_put_off_is_not_counted_twice():
    """More values come on the second day than have room: the first day's were counted already."""
    rows = {(day, 1, 3, text, 0): 1 for text in (100, 101, 104, 105, 106, 9001) for day in (0, 1)}
    told = filled(rows, 2).execute("SELECT first_day, seen FROM value_totals(3, 3, 0, 9, NULL, 0, NULL, 4)").fetchall()
    assert [sum(seen for day, seen in told if day == one) for one in (0, 1)] == [6, 6]


def test_what_states_no_text_is_on_no_day():
    rows = {(0, 1, 1, 100, 0): 1, (1, 1, 1, 100, 0): 1, (1, 1, 1, 100, 104): 1, (1, 1, 101, 0, 0): 1}
    told = filled(rows).execute("SELECT first_day, seen FROM value_totals(1, 101, 0, 9, NULL, 0, NULL, 4)").fetchall()
    assert told == [(0, 0), (1, 1)]


def stated(rows):
    """Those with all texts that their kind has."""
    return {key: row for key, row in rows.items() if is_stated(*key)}


@pytest.mark.parametrize("more", ["1", "NULL, 0, 1"])
def test_days_are_of_one_part(more):
    with pytest.raises(apsw.SQLError, match="by day can neither compare nor tell what is new"):
        filled({}).execute(f"SELECT * FROM value_totals(1, 2, 0, 9, NULL, 0, NULL, 4, {more})").fetchall()


# What is new, and what changed


def test_what_was_seen_on_a_day_before_is_not_new():
    """Under any of the ids of its text."""
    rows = {(0, 1, 3, 100, 0): 5, (1, 1, 3, 103, 0): 9, (1, 1, 3, 101, 0): 2}
    assert by_text(asked(filled(rows), 3, 3, -1, 9, None, 0, 1, None, 1)).keys() == {(3, "admin", None)}


def test_what_changed_most_is_not_what_was_seen_most():
    rows = {(0, 1, 3, 100, 0): 10, (1, 1, 3, 103, 0): 9, (0, 1, 3, 101, 0): 1, (1, 1, 3, 101, 0): 5}
    told = filled(rows).execute("SELECT a, before, seen FROM value_totals(3, 3, 1, 2, NULL, 0, 1, NULL, NULL, 0, 1)")
    assert told.fetchall() == [(101, 1, 5)]


@settings(deadline=None)
@given(ROWS, st.integers(-3, 4), st.integers(1, 9), st.sampled_from([2, 5, MOST_TOTALS]))
def test_only_what_was_never_seen_before(rows, new_day, top, most):
    """The most frequent are chosen of these."""
    everything = 1, 200, -9, 9, None, 0
    connection = filled(rows, most)
    try:
        told = by_text(asked(connection, *everything, None, None, new_day))
        some = by_text(asked(connection, *everything, top, None, new_day))
    finally:
        connection.close()
    expected = {key: row for key, row in counted(rows, *everything).items() if row[4] >= new_day}
    assert told == expected
    assert some.items() <= expected.items()
    assert largest(expected, top) <= some.keys()


@settings(deadline=None)
@given(
    rows=ROWS,
    since=st.integers(-3, 4),
    other_since=st.integers(-3, 4),
    sensors=st.tuples(st.sampled_from([None, 1, -1]), st.sampled_from([None, 2, -1])),
    top=st.sampled_from([None, 1, 3]),
    most=st.sampled_from([2, 5, MOST_TOTALS]),
)
def test_two_parts_are_compared(rows, since, other_since, sensors, top, most):
    """Days of one, days of the other, which may be the same; the largest are those that changed most."""
    wish = 1, 8, since, since + 3, sensors[0], 1
    other = other_since, other_since + 2, sensors[1]
    connection = filled(rows, most)
    try:
        told = connection.execute(
            "SELECT a, b, seen, before, seen_low, first_day, last_day, days"
            " FROM value_totals(?, ?, ?, ?, ?, ?, ?, NULL, NULL, ?, ?, ?)",
            (*wish, top, *other),
        ).fetchall()
    finally:
        connection.close()
    after, before = counted(rows, *wish), counted(rows, 1, 8, *other, 1)
    expected = {key: (after.get(key, [0] * 3)[2], before.get(key, [0] * 3)[2]) for key in after.keys() | before.keys()}
    found = {}
    for a, b, seen, was, *days in told:
        found[1, TEXTS.get(a), TEXTS.get(b)] = seen, was
        assert days == [None] * 4
    assert len(found) == len(told)
    assert found.items() <= expected.items()
    if top is None:
        assert found == expected
        return
    changes = {key: (0, 0, abs(now - was)) for key, (now, was) in expected.items()}
    assert largest(changes, top) <= found.keys()


def test_whether_a_text_has_several_ids():
    rows = {(0, 1, 3, 100, 0): 1, (0, 2, 3, 100, 0): 1, (0, 1, 3, 101, 0): 1, (1, 1, 3, 1 << 40, 0): 1}
    told = filled(rows).execute("SELECT a, several FROM value_totals(3, 3, 0, 2)").fetchall()
    assert sorted(told) == [(100, 0), (101, 1)]


def test_texts_that_have_changed_are_read_again(tmp_path):
    """Keys outlive a statement, but not what they are of; neither if another connection changed it."""
    file = str(tmp_path / "s.db")
    first, second = apsw.Connection(file), apsw.Connection(file)
    run_migrations(first)
    first.executemany("INSERT INTO text VALUES (?, ?)", [(100, "root"), (101, "admin")])
    first.execute("INSERT INTO rollup_value VALUES (0, 1, 3, 100, 0, 5), (0, 1, 3, 101, 0, 2)")
    first.execute("INSERT INTO rollup_event VALUES (0, 1, 1, 1, 0, 0)")
    value_totals(first)
    for connection, value, different in ((first, "root", 1), (second, "admin", 2), (second, "root", 1)):
        connection.execute("UPDATE text SET value = ? WHERE text_id = 101", (value,))
        assert len(asked(first, 3, 3, 0, 9)) == different
