"""Who names the session of an event: the registry, and matchers of a user's own."""

from __future__ import annotations

import json
import random

import pytest
from cases import CLOSED, CONNECT, at, event, lines
from ingested import answer, database, outcome

from sesscore import matchers
from sesscore._scan import EventBatch
from sesscore.errors import UsageError
from sesscore.ingest import ingest
from sesscore.matchers import BUILT_IN, MatcherFailed, Registry, UserMatcher, load, matcher, usable


def bare(seconds=0, eventid="cowrie.x", **fields):
    """An event that names no session."""
    return {"timestamp": at(seconds), "eventid": eventid, **fields}


@matcher("conn", priority=100)
def conn(event):
    return event.get("conn", {}).get("ref")


@matcher("ref", priority=101)
def ref(event):
    return event.get("ref")


NAMED = {
    "session": bare(session="a"),
    "session_id": bare(session_id="a"),
    "sessionid": bare(sessionid="a"),
    "sid": bare(sid="a"),
    "message": bare(message="closed [session: a]"),
}
FILE = """
from sesscore.matchers import matcher

@matcher("ref", priority=101)
def find(event):
    return event["ref"]

@matcher("late", priority=9 + 100)
def broken(event):
    return event["nothing of this name"]

def no_matcher(event):
    return "a"
"""


def sessions(capsys, db):
    """(id, match type, matcher) of every session, by `why`."""
    told = []
    assert answer(capsys, "verify", "--db", db)["checks"]
    for one in ("a", "b", "c"):
        code, out, _ = outcome(capsys, "why", one, "--db", db, "--format", "json")
        if code == 0:
            told += [(one, s["match_type"], s["matcher"]) for s in json.loads(out)["sessions"]]
    return told


# The registry


def test_the_kernel_and_the_registry_number_alike():
    """Each built-in matcher names an event that only it can name, by its number; the smallest number wins."""
    found = {}
    for name, fields in NAMED.items():
        for fast in (True, False):
            batch = EventBatch(lines(fields), "s", fast=fast)
            batch.scan(0) if fast else batch.add(fields)
            found[name] = batch.dump()[0][6]
    batch = EventBatch(b"", "s")
    batch.add(bare(), "abcdef01")
    found["enclosing_key"] = batch.dump()[0][6]
    assert found == {one.name: one.priority for one in BUILT_IN}


@pytest.mark.parametrize("better", range(len(BUILT_IN) - 1))
def test_the_smaller_priority_names_the_event(better):
    """All places from one on hold an id each, and the first of them counts."""
    order = [one.name for one in BUILT_IN]
    fields = bare()
    enclosing = "abcdef01" if order.index("enclosing_key") >= better else None
    for name in order[better:]:
        if name == "message":
            fields["message"] = "[session: message]"
        elif name != "enclosing_key":
            fields[name] = name
    batch = EventBatch(b"", "s")
    assert batch.add(fields, enclosing) is None
    _, session_id, *_, number = batch.dump()[0]
    assert number == BUILT_IN[better].priority
    assert session_id == ("abcdef01" if BUILT_IN[better].name == "enclosing_key" else BUILT_IN[better].name)


def test_two_of_one_priority_or_name_are_refused():
    with pytest.raises(UsageError, match="same priority 100"):
        Registry([conn, UserMatcher(100, "other", conn.find)])
    with pytest.raises(UsageError, match="same name"):
        Registry([conn, UserMatcher(102, "conn", conn.find)])


@pytest.mark.parametrize(("name", "priority"), [("x", 99), ("x", 256), ("x", 1), ("", 100), ("session", 100)])
def test_names_and_priorities_that_are_refused(name, priority):
    with pytest.raises(UsageError):
        matcher(name, priority=priority)


@pytest.mark.parametrize(
    ("found", "session_id"),
    [("a", "a"), (7, "7"), (-(10**30), str(-(10**30))), (None, None), ("", None), (True, None), (1.5, None),
     (["a"], None), (b"a", None), ({}, None)],
)  # fmt: skip
def test_what_is_usable(found, session_id):
    assert usable(found) == session_id


def test_asked_by_priority_until_one_finds_an_id():
    registry = Registry([ref, conn])
    assert [one.name for one in registry.users] == ["conn", "ref"]
    assert registry.ask({"conn": {"ref": "c"}, "ref": "r"}) == (100, "c")
    assert registry.ask({"conn": {"ref": ""}, "ref": "r"}) == (101, "r")
    assert registry.ask({}) is None


def test_a_priority_that_no_matcher_can_have():
    batch = EventBatch(b"", "s", ask=lambda fields: (7, "a"))
    with pytest.raises(ValueError, match="100 to 255"):
        batch.add(bare())


# In a database


def test_only_events_without_a_name_are_asked_for(tmp_path, capsys):
    """The winner is recorded, whatever way and in whatever order the events came; counts include all of them."""
    asked = []

    @matcher("seen", priority=200)
    def seen(event):
        asked.append(event)
        return event.get("ref")

    logs = {
        "one": [bare(0, CONNECT, ref="a"), bare(1, ref="b"), bare(2)],
        "two": [event("a", 3, CLOSED), bare(4, sid="b"), bare(5, ref="c"), bare(6, sid="c", ref="x")],
    }
    told = []
    for seed in range(4):
        folder = tmp_path / str(seed)
        folder.mkdir()
        names = list(logs)
        random.Random(seed).shuffle(names)
        for name in names:
            (folder / f"{name}.json").write_bytes(lines(*logs[name]))
            result = ingest([str(folder / f"{name}.json")], db=str(folder / "s.db"), fast=seed % 2 == 0,
                            matchers=Registry([seen]))  # fmt: skip
            assert result.ledger.sessionless == (name == "one")
        assert sorted(json.dumps(one) for one in asked) == sorted(
            json.dumps(one) for one in [*logs["one"], logs["two"][2]]
        )
        asked.clear()
        told.append(sessions(capsys, str(folder / "s.db")))
    assert (
        told == [[("a", "full_delimited", "session"), ("b", "event_session", "sid"), ("c", "event_session", "sid")]] * 4
    )


def test_a_session_of_a_user_alone(tmp_path, capsys):
    (tmp_path / "log.json").write_bytes(lines(bare(0, CONNECT, conn={"ref": 77}), bare(9, CLOSED, conn={"ref": 77})))
    db = str(tmp_path / "s.db")
    (tmp_path / "mine.py").write_text(FILE.replace('event["ref"]', 'event["conn"]["ref"]'))
    mine = f"{tmp_path / 'mine.py'}:find"
    code, _, err = outcome(capsys, "ingest", str(tmp_path / "log.json"), "--db", db, "--matcher", mine, "--no-progress")
    assert code == 0, err
    told = answer(capsys, "why", "77", "--db", db, "--records", "--matcher", mine)["sessions"]
    assert [(one["match_type"], one["matcher"], one["events"]) for one in told] == [("event_session", "ref", 2)]
    assert "a matcher of your own" in told[0]["because"]
    assert [record["matcher"] for record in told[0]["records"]] == ["ref", "ref"]
    log = str(tmp_path / "log.json")
    assert outcome(capsys, "verify", log, "--db", db, "--matcher", mine)[0] == 0
    assert outcome(capsys, "verify", log, "--db", db)[0] == 3
    listed = answer(capsys, "matchers", "--db", db)["matchers"]
    assert listed[-1] == {"priority": 101, "matcher": "ref", "looks_at": "a function of your own", "sessions": 1}
    code, out, _ = outcome(capsys, "matchers", "--db", db)
    assert code == 0
    shown = [line.split() for line in out.splitlines() if line.split()[:1] and line.split()[0].isdigit()]
    assert [(line[0], line[1], line[-1]) for line in shown][-2:] == [("6", "message", "0"), ("101", "ref", "1")]


def test_a_number_belongs_to_one_name(tmp_path):
    (tmp_path / "a.json").write_bytes(lines(bare(ref="a")))
    (tmp_path / "b.json").write_bytes(lines(bare(ref="b")))
    db = str(tmp_path / "s.db")
    ingest([str(tmp_path / "a.json")], db=db, matchers=Registry([ref]))
    for other in (UserMatcher(101, "other", ref.find), UserMatcher(150, "ref", ref.find)):
        with pytest.raises(UsageError, match="not the one that this database knows"):
            ingest([str(tmp_path / "b.json")], db=db, matchers=Registry([other]))
    assert ingest([str(tmp_path / "b.json")], db=db, matchers=Registry([ref])).ledger.events == 1


def test_one_that_fails_ends_the_run_and_loses_nothing(tmp_path):
    """What it saw is read again by the next run."""
    log = tmp_path / "log.json"
    log.write_bytes(lines(event("a"), bare(1, ref="b")))
    db = str(tmp_path / "s.db")

    @matcher("ref", priority=101)
    def broken(fields):
        return 1 // 0

    with pytest.raises(MatcherFailed, match="'ref' failed, ZeroDivisionError") as failed:
        ingest([str(log)], db=db, matchers=Registry([broken]))
    assert str(log) in failed.value.where
    assert ingest([str(log)], db=db, matchers=Registry([ref])).ledger.events == 2


# Loading


def test_load_from_file_and_module(tmp_path, monkeypatch):
    (tmp_path / "own_matchers_of_a_test.py").write_text(FILE)
    monkeypatch.syspath_prepend(str(tmp_path))
    for place in (str(tmp_path / "own_matchers_of_a_test.py"), "own_matchers_of_a_test"):
        found = load(f"{place}:find")
        assert (found.priority, found.name, found({"ref": 5})) == (101, "ref", 5)


@pytest.mark.parametrize(
    "reference", ["", "x", ":x", "no_such_module_at_all:x", "/no/such.py:x", "{}:none", "{}:no_matcher", "json:loads"]
)
def test_what_cannot_be_loaded_is_2(tmp_path, capsys, reference):
    (tmp_path / "mine.py").write_text(FILE)
    code, out, err = outcome(
        capsys, "matchers", "--db", str(tmp_path / "x.db"), "--matcher", reference.format(tmp_path / "mine.py")
    )
    assert (code, out) == (2, "")
    assert "Traceback" not in err


def test_the_pipeline_without_a_database(capsys, tmp_path):
    listed = answer(capsys, "matchers", "--db", str(tmp_path / "none.db"))["matchers"]
    assert [(one["priority"], one["matcher"]) for one in listed] == [(one.priority, one.name) for one in BUILT_IN]
    assert not (tmp_path / "none.db").exists()


def test_sessions_by_matcher(capsys, tmp_path):
    db = database(tmp_path, a=[event("a"), bare(1, sid="b"), bare(2, sid="c"), bare(3, session_id="c")])
    counted = {one["matcher"]: one["sessions"] for one in answer(capsys, "matchers", "--db", db)["matchers"]}
    assert counted == {**dict.fromkeys(counted, 0), "session": 1, "sid": 1, "session_id": 1}
    assert matchers.LAST == 255
