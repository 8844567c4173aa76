"""`sesscore quarantine`: what could not be an event is shown with its place, its reason and its bytes."""

import base64
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from cases import lines
from ingested import answer, changing, database, outcome, visit, write

from sesscore.ingest import ingest
from sesscore.outlet import outlet
from sesscore.quarantined import Wanted

EVIL = b'{"x": "\x1b[2J\xe2\x80\xae\xff\x00'
LOG = lines(*visit("a")[:2]) + EVIL + b"\n" + lines({"eventid": "x"}, {"timestamp": "2024-05-01T00:00:00"}, *visit("a"))


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    return database(tmp_path_factory.mktemp("quarantine"), first=LOG, second=b"no log\n" * 7, third=b"1 2\n" + LOG)


def listed(capsys, db, *arguments):
    return answer(capsys, "quarantine", "list", "--db", db, *arguments)


def test_places_reasons_and_bytes(capsys, db):
    document = listed(capsys, db, "--source", "first.json")
    assert document["schema"] == "sesscore.quarantine/1"
    assert document["reasons"] == [
        {"reason": reason, "records": 1, "rows": 1} for reason in ("json", "no_eventid", "no_time")
    ]
    assert (document["records"], document["rows"]) == (3, 3)
    for row in document["listed"]:
        raw = base64.b64decode(row["base64"])
        assert LOG[row["byte_offset"] :][: row["byte_length"]] == raw
        assert row["text"] == raw.decode("utf-8", "backslashreplace")
    assert [row["record"] for row in document["listed"]] == [3, 4, 5]
    assert base64.b64decode(document["listed"][0]["base64"]) == EVIL


def test_blocks_do_not_matter(capsys, db, tmp_path):
    (path,) = write(tmp_path, first=LOG)
    ingest([path], db=str(tmp_path / "s.db"), block_bytes=100)
    told = [{**row, "source": ""} for row in listed(capsys, tmp_path / "s.db")["listed"]]
    assert told == [{**row, "source": ""} for row in listed(capsys, db, "--source", "first.json")["listed"]]


def test_several_records_of_one_kind_share_a_row(capsys, db):
    (row,) = listed(capsys, db, "--source", "#2")["listed"]
    assert (row["record"], row["records"], row["byte_offset"], row["byte_length"]) == (1, 7, 0, 48)
    assert row["source"].endswith("/second.json")
    (row, *_) = listed(capsys, db, "--source", "third.json")["listed"]
    assert (row["record"], row["records"], row["reason"]) == (1, 2, "no_time")


def test_commands_that_ingest_tells_ask_the_database_that_it_wrote(capsys, tmp_path):
    """As they are copied, whatever that is called: of what is no Cowrie log, and of what --strict minds."""
    logs = write(tmp_path, text=b"no log\n", log=LOG)
    db = str(tmp_path / "my own.db")
    code, _, err = outcome(capsys, "ingest", *logs, "--db", db, "--strict")
    told = re.findall(r"try: sesscore (.+)", err)
    assert (code, len(told)) == (3, 2)
    for command in told:
        code, out, _ = outcome(capsys, *shlex.split(command))
        assert code == 0
        assert all(shown in out for shown in ("no log", "no_eventid", "no_time")), out


def test_what_to_list(capsys, db):
    whole = listed(capsys, db)
    assert [row["source_id"] for row in whole["listed"]] == [1, 1, 1, 2, 3, 3, 3, 3]
    assert whole["records"] == 3 + 7 + 5
    path = whole["listed"][0]["source"]
    for source in (path, "first.json", "logs/first.json", "#1"):
        assert listed(capsys, db, "--source", source)["listed"] == whole["listed"][:3], source
    for source in ("irst.json", "", "1", "%", "nobody"):
        assert listed(capsys, db, "--source", source)["listed"] == [], source
    assert {row["reason"] for row in listed(capsys, db, "--reason", "no_time")["listed"]} == {"no_time"}
    assert listed(capsys, db, "--reason", "nonsense")["records"] == 0


def test_limits(capsys, db):
    whole = listed(capsys, db)["listed"]
    some = listed(capsys, db, "--limit", "2")
    assert (some["listed"], some["rows"]) == (whole[:2], len(whole))
    assert listed(capsys, db, "--limit", "0")["listed"] == whole
    code, out, _ = outcome(capsys, "quarantine", "list", "--db", db, "--limit", "2", "--format", "jsonl")
    assert (code, [json.loads(line) for line in out.splitlines()]) == (0, whole[:2])


def test_hostile_bytes_are_shown_not_sent(capsys, db, tmp_path):
    for form in ("table", "json", "jsonl"):
        code, out, err = outcome(capsys, "quarantine", "list", "--db", db, "--format", form)
        assert (code, err) == (0, "")
        assert all(line.isprintable() for line in out.splitlines()), form
        assert "\\u202e" in out
    code, out, _ = outcome(capsys, "quarantine", "export", "--db", db)
    assert all(line.isprintable() for line in out.splitlines())


def test_the_page(capsys, db):
    lines_ = outcome(capsys, "quarantine", "list", "--db", db, "--limit", "5")[1].splitlines()
    assert lines_[0] == "sesscore quarantine  15 records"
    assert "Records (5 of 8 stretches)" in lines_
    assert any(line.split()[:4] == ["#2", "second.json", "1–7", "0"] for line in lines_)
    assert all(len(line) <= 100 for line in lines_)


def test_nothing(capsys, tmp_path):
    db = database(tmp_path, a=visit("a"))
    assert listed(capsys, db)["listed"] == []
    assert "none" in outcome(capsys, "quarantine", "list", "--db", db)[1]
    assert outcome(capsys, "quarantine", "export", "--db", db) == (0, "", "")


def test_export_is_all_of_it(capsys, db, tmp_path):
    whole = listed(capsys, db, "--limit", "0")["listed"]
    code, out, err = outcome(capsys, "quarantine", "export", "--db", db)
    assert (code, err) == (0, "")
    assert [json.loads(line) for line in out.splitlines()] == whole
    target = tmp_path / "out.jsonl"
    target.write_text("old")
    assert outcome(capsys, "quarantine", "export", "--db", db, "-o", str(target)) == (0, "", "")
    assert target.read_text() == out
    assert os.listdir(tmp_path) == ["out.jsonl"]
    some = outcome(capsys, "quarantine", "export", "--db", db, "--reason", "json", "--source", "#1")[1]
    assert [json.loads(line) for line in some.splitlines()] == whole[:1]


def test_export_of_much(capsys, tmp_path):
    bad = [b"x" * 3000 if number % 2 else b"{}" for number in range(200)]
    db = database(tmp_path, a=lines(*visit("a"), *bad))
    out = outcome(capsys, "quarantine", "export", "--db", db)[1]
    assert len(out.splitlines()) == 200
    assert outcome(capsys, "quarantine", "list", "--db", db)[1].count("#1 a.json") == 100


def test_where_it_cannot_be_written(capsys, db, tmp_path):
    code, _, err = outcome(capsys, "quarantine", "export", "--db", db, "-o", str(tmp_path / "no" / "such"))
    assert code == 7
    assert "try: name another file" in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_7(db):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "sesscore", "quarantine", "export", "--db", db],
            stdout=full, stderr=subprocess.PIPE, text=True, cwd="/", check=False,
        )  # fmt: skip
    assert done.returncode == 7
    assert done.stderr.startswith("sesscore: standard output cannot be written")


def test_a_draft_does_not_stay(tmp_path):
    def broken():
        yield b"x"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), outlet(str(tmp_path / "out")) as out:
        out.write(broken())
    assert os.listdir(tmp_path) == []


def test_a_device_is_written_not_replaced():
    with outlet(os.devnull) as out:
        out.write([b"x"])
    assert not Path(os.devnull).is_file()


def test_paths_are_compared_as_they_are_stored(tmp_path):
    (path,) = write(tmp_path, a=b"x\n")
    odd = os.fsdecode(os.fsencode(str(tmp_path)) + b"/\xff.log")
    os.rename(path, odd)
    ingest([odd], db=str(tmp_path / "s.db"))
    with changing(str(tmp_path / "s.db")) as connection:
        assert connection.execute("SELECT path FROM source").get == Wanted(source=odd).parameters()["source"]


def test_a_source_that_is_gone_from_the_database(capsys, db, tmp_path):
    copy = str(tmp_path / "copy.db")
    Path(copy).write_bytes(Path(db).read_bytes())
    with changing(copy) as connection:
        connection.execute("DELETE FROM source WHERE source_id = 1")
    assert [row["source"] for row in listed(capsys, copy)["listed"]][:3] == [None] * 3
    assert outcome(capsys, "quarantine", "list", "--db", copy)[0] == 0


def test_usage(capsys, tmp_path):
    assert outcome(capsys, "quarantine")[0] == 2
    assert outcome(capsys, "quarantine", "list", "--limit", "-1")[0] == 2
    assert outcome(capsys, "quarantine", "list", "--db", str(tmp_path / "none.db"))[0] == 6
