"""`sesscore why`: where a session comes from, checked against the logs themselves."""

import gzip
import json
import os
from functools import partial

import pytest
from cases import CLOSED, CONNECT, OTHER, at, event, lines, unnamed, us
from compare import reading, scan
from ingested import answer, changing, database, did, outcome, visit

from sesscore import synth
from sesscore.evidence import COLUMNS, read_evidence
from sesscore.ingest import ingest
from sesscore.parts import PartDamaged, moments, unpacked
from sesscore.records import RecordReader


def why(capsys, db, wanted, *arguments):
    document = answer(capsys, "why", wanted, "--db", db, *arguments)
    assert document["schema"] == "sesscore.why/1"
    return document["sessions"]


def single(capsys, folder, *events, arguments=()):
    """What is told of the one session `a` of some events."""
    (told,) = why(capsys, database(folder, a=list(events)), "a", *arguments)
    return told


# What was found, and what was missing

FULL = (event("a", 0, CONNECT), event("a", 9, CLOSED))


@pytest.mark.parametrize(
    ("events", "match_type", "named", "missing"),
    [
        (FULL, "full_delimited", True, []),
        (FULL[:1], "session_id_only", True, [CLOSED]),
        (FULL[1:], "session_id_only", True, [CONNECT]),
        ([event("a")], "session_id_only", True, [CONNECT, CLOSED]),
        ([unnamed(0, CONNECT, sid="a"), unnamed(1, CLOSED, sid="a")], "event_session", False, []),
        ([unnamed(0, OTHER, session_id="a")], "event_session", False, [CONNECT, CLOSED]),
        ([unnamed(0, OTHER, sid="a"), event("a", 1)], "session_id_only", True, [CONNECT, CLOSED]),
    ],
)
def test_the_matcher_and_what_was_missing(capsys, tmp_path, events, match_type, named, missing):
    told = single(capsys, tmp_path, *events)
    assert (told["match_type"], told["named_by_session"], told["missing"]) == (match_type, named, missing)
    assert told["has_connect"] == (CONNECT not in missing)
    assert told["has_close"] == (CLOSED not in missing)
    assert all(eventid in told["because"] for eventid in missing) or not named
    assert told["because"].startswith("no event") != named


@pytest.mark.parametrize(
    ("closes", "ms", "origin", "because"),
    [
        ([{"duration": 1.5}], 1500, "closed", f"stated by the close of {at(1)}"),
        ([{"duration": 1.5}, {"duration": "2"}], 2000, "closed", f"stated by the close of {at(2)}"),
        ([{"duration": 1.5}, {"duration": -2}], 1500, "closed", f"stated by the close of {at(1)}"),
        ([{"duration": "soon"}], 1000, "computed", "no close states a usable one"),
        ([], 0, "computed", "there is no close"),
    ],
)
def test_the_duration(capsys, tmp_path, closes, ms, origin, because):
    events = [event("a", number, CLOSED, **close) for number, close in enumerate(closes, 1)]
    told = single(capsys, tmp_path, event("a"), *events)
    assert (told["duration"]["ms"], told["duration"]["from"]) == (ms, origin)
    assert because in told["duration"]["because"]


def test_start_end_and_size(capsys, tmp_path):
    told = single(capsys, tmp_path, *visit("a", 100))
    assert told["started"] == {"at": at(100), "at_us": us(100)}
    assert told["ended"] == {"at": at(105), "at_us": us(105)}
    assert (told["events"], told["activities"], told["parts"], told["fingerprints"]) == (9, 5, 1, 9)


def test_the_event_of_each_column(capsys, tmp_path):
    told = single(capsys, tmp_path, *visit("a"))
    seconds = {"client_version": 500_000, "hassh": 600_000, "duration_ms": 5_000_000}
    connect = ["src_ip", "src_port", "dst_ip", "dst_port", "protocol"]
    assert [one["column"] for one in told["evidence"]] == [*connect, *seconds] == list(COLUMNS)
    assert {one["at_us"] - us(0) for one in told["evidence"] if one["column"] in connect} == {0}
    assert {one["column"]: one["at_us"] - us(0) for one in told["evidence"] if one["column"] in seconds} == seconds
    assert [one["eventid"] for one in told["evidence"]][-4:] == [
        CONNECT, "cowrie.client.version", "cowrie.client.kex", CLOSED
    ]  # fmt: skip
    assert told["evidence"][-1]["value"] == 5250


def test_without_a_connect_nobody_knows_which_kind_of_event_it_was(capsys, tmp_path):
    told = single(capsys, tmp_path, event("a", 3, src_ip="192.0.2.1"), event("a", 1, src_ip="192.0.2.2"))
    assert [(one["value"], one["at_us"], one["eventid"]) for one in told["evidence"]] == [("192.0.2.2", us(1), None)]


def row(evidence, started_us, part_us, activity_count, events):
    """What of a session's row tells the events of its evidence."""
    return {
        "evidence": evidence,
        "started_us": started_us,
        "part_us": part_us,
        "activity_count": activity_count,
        "events": events,
    }


def test_evidence_of_everything_is_among_the_events(tmp_path):
    log = b"".join(synth.generate(2000, days=3, seed=8))
    db = database(tmp_path, a=log)
    told = {(made[0], made[1], made[2], made[3]) for made in scan(log).events}
    seen = set()
    with reading(db) as connection:
        rows = connection.execute(
            "SELECT n.name, session_id, started_us, evidence, part_us, activity_count, activities, events FROM session"
            " JOIN sensor AS n USING (sensor_id)"
        ).fetchall()
    for sensor, session_id, started_us, evidence, part_us, count, activities, events in rows:
        found = moments(started_us + part_us, unpacked(activities), events)
        assert {(sensor, session_id, at_us, int.from_bytes(known, "little")) for at_us, known in found} <= told
        seen.update((sensor, session_id, *moment) for moment in found)
        assert {moment for _, moment in read_evidence(row(evidence, started_us, part_us, count, events))} <= set(found)
    assert len(seen) == 2000


@pytest.mark.parametrize(
    "damage", [b"", b"\0\0", b"\0" * 4, b"\1\1\0", b"\1\0\0\7", b"\0\1\0", b"\0\0\1", b"\1\0\1\0", b"\1\0\1", b"\7" * 8]
)
def test_damaged_evidence_is_said(damage):
    with pytest.raises(PartDamaged):
        read_evidence(row(damage, 0, 0, 0, b""))


@pytest.mark.parametrize("damage", [b"\x00" * 5, b"\x00" * 7, b"\x00" * 6 + b"\x80" * 11])
def test_damaged_parts_are_said(damage):
    with pytest.raises(PartDamaged):
        moments(0, [[3, 0, 1, 0, 0]], damage)


# Sources and records


def test_sources(capsys, tmp_path):
    first, second = visit("a")[:5], visit("a")[5:]
    db = database(tmp_path, x=[event("b"), *first, event("b", 1)], y=[b"", *second])
    (told,) = why(capsys, db, "a")
    shown = [(source["path"], *(source[name] for name in ("first_record", "last_record", "events"))) for source in told["sources"]]  # fmt: skip # noqa: E501
    assert shown == [(str(tmp_path / "logs" / "x.json"), 2, 6, 5), (str(tmp_path / "logs" / "y.json"), 2, 5, 4)]
    assert "records" not in told


def test_single_records_are_where_they_are_said_to_be(capsys, tmp_path):
    padding = b"\r\n\x00\xef\xbb\xbf , "
    x = lines(event("b"), *visit("a")[:3], b"not json a", padding + lines(visit("a")[3]).strip(), *visit("ab"))
    y = lines(*visit("a")[2:6], visit("a", 2 * 86_400)[0], *visit("a", sensor="beta"), *visit("a")[5:])
    db = database(tmp_path, x=x, y=y)
    (told, later, other) = why(capsys, db, "a", "--records")
    data = {told["sources"][0]["source_id"]: x, told["sources"][1]["source_id"]: y}
    assert [len(one["records"]) for one in (told, later, other)] == [9 + 3, 1, 9]
    assert [record["copy"] for record in told["records"]].count(True) == 3
    for session in (told, later, other):
        assert {source["problem"] for source in session["sources"]} == {None}
        for record in session["records"]:
            value = data[record["source_id"]][record["byte_offset"] :]
            stated, _ = json.JSONDecoder().raw_decode(value.decode("utf-8", "replace"))
            assert (stated["session"], stated["sensor"]) == ("a", session["sensor"])
            assert stated["eventid"] == record["eventid"]
            assert record["named_by_session"]
    assert [record["record"] for record in told["records"] if record["source_id"] == 1] == [2, 3, 4, 7]
    assert outcome(capsys, "why", "a", "--db", db, "--records")[1].count(", a copy") == 3


def test_records_of_other_shapes(capsys, tmp_path):
    path, db = tmp_path / "log.gz", str(tmp_path / "s.db")
    array = json.dumps(visit("a")[:4]).encode() + b"\n"
    keyed = json.dumps({"0" * 8: [unnamed(7)]}).encode() + b"\n"
    path.write_bytes(gzip.compress(array + lines(*visit("a")[4:]) + keyed))
    ingest([str(path)], db=db)
    (told,) = why(capsys, db, "a", "--records")
    assert [record["record"] for record in told["records"]] == list(range(1, 10))
    assert [record["byte_offset"] is None for record in told["records"]] == [True] * 4 + [False] * 5
    (told,) = why(capsys, db, "0" * 8, "--records")
    (record,) = told["records"]
    assert (record["record"], record["named_by_session"], told["match_type"]) == (10, False, "event_session")


def test_blocks_do_not_matter(capsys, tmp_path, monkeypatch):
    db = database(tmp_path, a=[*visit("b"), *visit("a"), *visit("c")])
    (whole,) = why(capsys, db, "a", "--records")
    monkeypatch.setattr("sesscore.provenance.RecordReader", partial(RecordReader, block_bytes=300))
    (pieces,) = why(capsys, db, "a", "--records")
    assert pieces == whole
    assert len(whole["records"]) == 9


def test_a_log_that_grew_is_still_the_same(capsys, tmp_path):
    db = database(tmp_path, a=visit("a"))
    with (tmp_path / "logs" / "a.json").open("ab") as file:
        file.write(lines(*visit("a", 10)))
    (told,) = why(capsys, db, "a", "--records")
    assert len(told["records"]) == 9


def test_sources_that_are_gone_or_others_now(capsys, tmp_path):
    db = database(tmp_path, a=visit("a")[:3], b=visit("a")[3:6], c=visit("a")[6:8], d=visit("a")[8:])
    logs = tmp_path / "logs"
    (logs / "a.json").unlink()
    (logs / "b.json").write_bytes(lines(*visit("x")))
    os.truncate(logs / "c.json", 10)
    with changing(db) as connection:
        connection.execute("UPDATE source SET path = '-' WHERE source_id = 4")
    (told,) = why(capsys, db, "a", "--records")
    assert told["records"] == []
    assert [source["problem"] for source in told["sources"]] == [
        "does not exist", "holds something else now", "holds something else now", "was standard input"
    ]  # fmt: skip
    out = outcome(capsys, "why", "a", "--db", db, "--records")[1]
    assert "Sources that were not read again" in out


def test_naive_times_need_the_offset_that_ingest_had(capsys, tmp_path):
    path, db = tmp_path / "log", str(tmp_path / "s.db")
    path.write_bytes(lines(event("a") | {"timestamp": "2024-05-01T02:00:00"}))
    ingest([str(path)], db=db, assume_utc_offset_minutes=120)
    (told,) = why(capsys, db, "a", "--records")
    assert told["records"] == []
    assert "--assume-tz" in told["sources"][0]["problem"]
    (told,) = why(capsys, db, "a", "--records", "--assume-tz", "+02:00")
    assert [record["at"] for record in told["records"]] == [at(0)]


def test_a_session_that_fills_parts(capsys, tmp_path):
    told = single(capsys, tmp_path, *(did("a", n, "command.input", input=str(n)) for n in range(3000)))
    assert told["parts"] > 1
    assert told["fingerprints"] == told["events"] == told["activities"] == 3000


# The page


def test_the_page(capsys, tmp_path):
    db = database(tmp_path, a=visit("a"))
    code, out, err = outcome(capsys, "why", "a", "--db", db, "--records")
    assert (code, err) == (0, "")
    assert "  because     named by `session`, from connect to close" in out
    assert "  duration    5.250 s, stated by the close of 2024-05-01T00:00:05.000000Z" in out
    assert str(tmp_path / "logs" / "a.json") in out
    assert all(line.isprintable() for line in out.splitlines())


def test_unknown_is_1(capsys, tmp_path):
    db = database(tmp_path, a=visit("a"))
    code, out, err = outcome(capsys, "why", "b", "--db", db)
    assert (code, out) == (1, "")
    assert "there is no session b" in err
