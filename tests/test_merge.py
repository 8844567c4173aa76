"""Databases of several sensors, or of parts of one log, become one: the same content as if all had been read by it."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import pytest
from cases import CLOSED, CONNECT, at, event, lines, unnamed
from compare import dump
from hashes import hashed
from hypothesis import given, settings
from hypothesis import strategies as st
from ingested import answer, changing, outcome, visit
from real import DATA, small_enough
from strategies import lines as lines_of
from strategies import worlds

from sesscore.errors import SesscoreError
from sesscore.ingest import ingest
from sesscore.matchers import Registry, UserMatcher
from sesscore.merge import merge
from sesscore.merge_credit import Credits
from sesscore.merge_sources import Incoming

HOUR = 3600


def database(folder, name, *logs, **options):
    """A database of logs, each the bytes of a file."""
    db = str(folder / f"{name}.db")
    for number, data in enumerate(logs):
        path = folder / f"{name}-{number}.json"
        path.write_bytes(data if isinstance(data, bytes) else lines(*data))
        ingest([str(path)], db=db, **options)
    return db


def assert_sound(capsys, db):
    told = answer(capsys, "verify", "--db", db)
    assert [check for check in told["checks"] if check["differences"]] == []
    return told


# The same content, whatever was where


PARTS = {
    "other sessions": ([event("a", 0)], [event("b", 1)]),
    "the same events": ([event("a", 0), event("b", 1)], [event("b", 1), event("a", 0)]),
    "a session in two": ([event("a", 0, CONNECT), event("a", 1)], [event("a", 2), event("a", 3, CLOSED, duration=9)]),
    "copies in a session": ([event("a", 0, CONNECT), event("a", 1)], [event("a", 1), event("a", 2)]),
    "a silence of 24 h is bridged": ([event("a", 0), event("a", 40 * HOUR)], [event("a", 20 * HOUR)]),
    "more than 24 h": ([event("a", 0)], [event("a", 24 * HOUR + 1)]),
    "exactly 24 h": ([event("a", 0)], [event("a", 24 * HOUR)]),
    "two there, one here": ([event("a", 0), event("a", 40 * HOUR)], [event("a", 15 * HOUR), event("a", 30 * HOUR)]),
    "an earlier start": ([event("a", 30 * HOUR)], [event("a", 10 * HOUR), event("a", 31 * HOUR)]),
    "two sensors": ([event("a", 0, sensor="s")], [event("a", 0, sensor="t")]),
    "the better name": ([unnamed(0, "cowrie.x", sid="a")], [event("a", 0, "cowrie.x", sid="a")]),
    "connects of both": ([event("a", 5, CONNECT, src_ip="10.0.0.5")], [event("a", 4, CONNECT, src_ip="10.0.0.4")]),
    "a connect replaces": ([event("a", 1, src_ip="10.0.0.1")], [event("a", 2, CONNECT, src_ip="10.0.0.2")]),
    "two closes": ([event("a", 5, CLOSED, duration=1)], [event("a", 6, CLOSED, duration=2)]),
    "all kinds": (visit("a"), visit("a", 20) + visit("b")),
    "an event id of its own": ([event("a", 0, "fork.one"), event("a", 1, "fork.two")], [event("a", 2, "fork.two")]),
}  # fmt: skip


@pytest.mark.parametrize("parts", PARTS.values(), ids=PARTS)
def test_merged_is_as_if_read(parts, tmp_path, capsys):
    """In both orders, into an empty database and into one of them; twice changes no row."""
    expected = hashed(database(tmp_path, "all", *parts))
    one, two = (database(tmp_path, name, part) for name, part in zip("ab", parts, strict=True))
    for name, order in (("ab", [one, two]), ("ba", [two, one])):
        db = str(tmp_path / f"{name}.db")
        merge(order, db=db)
        assert hashed(db) == expected
        assert_sound(capsys, db)
        before = dump(db)
        result = merge(order[::-1], db=db)
        assert dump(db) == before
        assert [(merged.sources, merged.events) for merged in result.databases] == [(0, 0), (0, 0)]
    merge([two], db=one)
    assert hashed(one) == expected
    assert_sound(capsys, one)


@settings(max_examples=60, deadline=None)
@given(worlds, st.integers(0, 2**32))
def test_any_world_in_any_number_of_databases(world, seed):
    """Events spread with copies over databases, which are merged in any order, some twice and over each other."""
    import tempfile

    chance = random.Random(seed)
    written = lines_of(world)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        expected = hashed(database(folder, "all", b"".join(line + b"\n" for line in written)))
        parts = [[] for _ in range(chance.randint(1, 4))]
        for line in written:
            for part in chance.sample(parts, chance.randint(1, len(parts))):
                part.append(line + b"\n")
        dbs = [database(folder, f"p{number}", b"".join(part)) for number, part in enumerate(parts)]
        target = chance.choice([str(folder / "target.db"), dbs[0]])
        for other in chance.sample(dbs * 2, 2 * len(dbs)):
            if other != target and Path(other).exists():
                merge([other], db=target)
        if Path(target).exists():
            assert hashed(target) == expected


def test_a_database_that_went_on_is_merged_again(tmp_path, capsys):
    """What is new comes, what is known does not; the ledger is that of the logs."""
    log = tmp_path / "one.json"
    theirs, mine = str(tmp_path / "theirs.db"), str(tmp_path / "mine.db")
    events = [event("ab"[number % 2], number, "cowrie.command.input", input=str(number)) for number in range(40)]
    for size in (10, 11, 25, 40):
        log.write_bytes(lines(*events[:size]))
        ingest([str(log)], db=theirs)
        result = merge([theirs], db=mine)
        assert hashed(mine) == hashed(theirs)
        assert_sound(capsys, mine)
    assert result.databases[0].events == 15
    with changing(mine) as connection:
        assert connection.execute("SELECT lines, events, duplicates FROM ledger").fetchall() == [(40, 40, 0)]


def test_ledgers_and_quarantine_come_along(tmp_path, capsys):
    """Lines stay those of the log; events that both have are events of one source and duplicates of the other."""
    shared = [event("a", 0), event("a", 1)]
    one = database(tmp_path, "one", lines(*shared, event("b", 2)) + b"bad\n\n")
    two = database(tmp_path, "two", lines(*shared, unnamed(3)) + b"{}\n")
    merge([two], db=one)
    with changing(one) as connection:
        ledger = connection.execute(
            "SELECT lines, events, duplicates, sessionless, quarantined, blank FROM ledger ORDER BY source_id"
        ).fetchall()
        assert ledger == [(5, 3, 0, 0, 1, 1), (4, 0, 2, 1, 1, 0)]
        assert [row[0] for row in connection.execute("SELECT reason FROM quarantine ORDER BY source_id")] == [
            "json", "no_time"
        ]  # fmt: skip
    assert_sound(capsys, one)


def test_a_log_is_read_on_after_a_merge(tmp_path, capsys):
    """The source is known by its content; what the other database read of it is not read again."""
    log = tmp_path / "log.json"
    log.write_bytes(lines(event("a", 0), event("a", 1)))
    theirs, mine = str(tmp_path / "theirs.db"), str(tmp_path / "mine.db")
    ingest([str(log)], db=theirs)
    merge([theirs], db=mine)
    log.write_bytes(lines(event("a", 0), event("a", 1), event("a", 2)))
    result = ingest([str(log)], db=mine)
    assert (result.ledger.lines, result.ledger.events) == (1, 1)
    merge([theirs], db=mine)
    ingest([str(log)], db=theirs)
    assert merge([theirs], db=mine).databases[0].sources == 0
    assert hashed(mine) == hashed(theirs)
    assert_sound(capsys, mine)


def test_flags_are_kept(tmp_path):
    one, two = (database(tmp_path, name, [event("a", 0), event("b", 1)]) for name in "ab")
    with changing(two) as connection:
        connection.execute("UPDATE session SET vt_flagged = 1, dshield_flagged = 0 WHERE session_id = 'a'")
    merge([two], db=one)
    with changing(one) as connection:
        flags = connection.execute("SELECT session_id, vt_flagged, dshield_flagged FROM session ORDER BY 1").fetchall()
    assert flags == [("a", 1, 0), ("b", None, None)]


def test_long_sessions_of_many_parts(tmp_path, capsys):
    events = [event("a", number % 9000, "cowrie.command.input", input=f"{number}") for number in range(5000)]
    one, two = database(tmp_path, "one", events[::2]), database(tmp_path, "two", events[1::2])
    merge([two], db=one)
    assert hashed(one) == hashed(database(tmp_path, "all", events))
    assert_sound(capsys, one)


@pytest.mark.skipif(not DATA.is_dir(), reason="the real logs are not beside the checkout")
def test_real_logs(tmp_path, capsys):
    """Every other file in a database of its own."""
    paths = [str(path) for path in sorted(DATA.rglob("*")) if path.is_file() and small_enough(path)]
    dbs = [str(tmp_path / f"{number}.db") for number in range(3)]
    for number, db in enumerate(dbs):
        ingest(paths[number::3], db=db)
    ingest(paths, db=str(tmp_path / "all.db"))
    merge(dbs, db=str(tmp_path / "merged.db"))
    assert hashed(str(tmp_path / "merged.db")) == hashed(str(tmp_path / "all.db"))
    assert_sound(capsys, str(tmp_path / "merged.db"))


# Who is credited


def test_credit_is_found_where_the_first_choice_was_wrong():
    """Two sessions, two sources that grew by one event each: the first session must not take what the second needs."""
    from sesscore.known import SourceRow
    from sesscore.ledger import Ledger

    def source(number):
        row = SourceRow(number, bytes(16), "log", 0, 0, 0, 0, "none", "unknown")
        return Incoming(number, row, Ledger(lines=6, events=6), brought=5)

    sources = {1: source(1), 2: source(2), 3: source(3)}
    told = Credits(sources)
    assert told.of(7, [(1, 1, 6, 3), (2, 1, 6, 3)], 1) == []
    assert told.of(8, [(1, 1, 6, 3), (3, 1, 6, 0)], 1) == []
    assert list(told.rest()) == [(7, 2, 1, 6, 1), (8, 1, 1, 6, 1)]
    assert [one.room for one in sources.values()] == [0, 0, 1]


# At the command line, and what is refused


def test_the_command(tmp_path, capsys):
    one, two = (database(tmp_path, name, [event(name, 0)]) for name in "ab")
    code, out, err = outcome(capsys, "merge", one, two, "--db", str(tmp_path / "m.db"))
    assert (code, out) == (0, "")
    assert f"{one}: 1 event of 1 source, 0 known; 1 session new, 0 updated" in err
    assert "2 sessions in" in err
    code, out, _ = outcome(capsys, "merge", one, "--db", str(tmp_path / "m.db"), "--format", "json")
    told = json.loads(out)
    assert (code, told["schema"], told["sessions"]) == (0, "sesscore.merge/1", 2)
    assert told["databases"][0]["sources"] == 0


@pytest.mark.parametrize(
    ("make", "code"),
    [(None, 6), (b"no database at all, but long enough to look at it" * 100, 1)],
    ids=["missing", "no database"],
)
def test_what_is_no_database_is_refused_before_anything_is_done(make, code, tmp_path, capsys):
    good = database(tmp_path, "good", [event("a")])
    bad = tmp_path / "bad.db"
    if make is not None:
        bad.write_bytes(make)
    told = outcome(capsys, "merge", good, str(bad), "--db", str(tmp_path / "m.db"))
    assert told[0] == code
    assert not (tmp_path / "m.db").exists()


def test_into_itself_is_2(tmp_path, capsys):
    one = database(tmp_path, "one", [event("a")])
    (tmp_path / "link.db").symlink_to(one)
    for other in (one, str(tmp_path / "link.db")):
        assert outcome(capsys, "merge", other, "--db", one)[0] == 2


def test_matchers_that_do_not_agree(tmp_path):
    def named(name, priority):
        return Registry([UserMatcher(priority, name, lambda fields: fields.get("ref"))])

    bare = {"timestamp": at(0), "eventid": "cowrie.x", "ref": "a"}
    one = database(tmp_path, "one", [bare], matchers=named("mine", 100))
    for other in (named("other", 100), named("mine", 101)):
        two = database(tmp_path, f"two{other.users[0].priority}", [bare], matchers=other)
        before = dump(one)
        with pytest.raises(SesscoreError, match="another one there than here"):
            merge([two], db=one)
        assert dump(one) == before
    merge([database(tmp_path, "three", [bare | {"ref": "b"}], matchers=named("mine", 100))], db=one)


def test_an_error_on_the_way_leaves_nothing(tmp_path, monkeypatch):
    """One database is one transaction."""
    module = sys.modules["sesscore.merge"]

    one = database(tmp_path, "one", [event("a")])
    two = database(tmp_path, "two", [event("a", 1), event("b", 2)])
    before = dump(one)

    def fails(*arguments):
        raise RuntimeError

    monkeypatch.setattr(module, "settle", fails)
    with pytest.raises(RuntimeError):
        merge([two], db=one)
    assert dump(one) == before


def test_damage_there_is_said(tmp_path, capsys):
    one, two = (database(tmp_path, name, visit(name)) for name in "ab")
    with changing(two) as connection:
        connection.execute("DELETE FROM text WHERE value = 'uname -a'")
    before = dump(one)
    code, _, err = outcome(capsys, "merge", two, "--db", one)
    assert (code, "is missing" in err, dump(one) == before) == (1, True, True)


@pytest.mark.parametrize(
    "change",
    [
        "activities = '[]', activity_count = 0, events = x''",
        "activities = '[[]]'",
        "activities = '[[3]]'",
        "activities = '[[12, 0]]'",
        "activities = '[[3, -1]]'",
        "activities = '[[3, 4611686018427387904]]'",
        "events = zeroblob(5)",
        "events = CAST(events || x'ffffffffffffffffff0101' || zeroblob(6) AS BLOB)",
        "evidence = x'010001ff'",
        "span_us = 1152921504606846976",
        "span_us = -1",
        "started_us = 4611686018427387904",
    ],
)
def test_a_session_that_is_damaged_there_is_said(change, tmp_path, capsys):
    """SQLite finds nothing wrong with it; nor does it end the process, or ask for all memory that there is."""
    one, two = (database(tmp_path, name, visit(name)) for name in "ab")
    with changing(two) as connection:
        connection.execute(f"UPDATE session SET {change}")
    before = dump(one)
    code, _, err = outcome(capsys, "merge", two, "--db", one)
    assert (code, "the database is damaged" in err, dump(one) == before) == (1, True, True), err
