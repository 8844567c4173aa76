"""`sesscore verify`: quiet on what ingest makes, and each check finds what it is for."""

import json
import shutil
from pathlib import Path

import pytest
from cases import CASES, event, lines
from compare import reading
from ingested import changing, database, did, outcome, visit, write

from sesscore import synth, verify
from sesscore.commands.verify import verify as command
from sesscore.contenthash import content_hash
from sesscore.differences import LISTED
from sesscore.ingest import ingest
from sesscore.sources import STDIN

DAY = 86_400
NAMES = [check.name for check in verify.CHECKS]


def verified(capsys, db, *arguments, code=0):
    ended, out, err = outcome(capsys, "verify", *arguments, "--db", str(db), "--format", "json")
    assert ended == code, (out, err)
    document = json.loads(out)
    assert document["schema"] == "sesscore.verify/1"
    assert document["agrees"] == (code == 0) == (not document["differences"])
    return document


def failing(document):
    names = [check["name"] for check in document["checks"] if check["differences"]]
    assert list(dict.fromkeys(difference["check"] for difference in document["differences"])) == names
    return names


LOGS = {
    "a": [*visit("aa"), *visit("bb", DAY - 2), b"not json", did("cc", 5, "login.failed", username="x"), b""],
    "b": [*visit("aa", sensor="beta"), *visit("aa"), *visit("aa", 9 * DAY), *(event("dd", n) for n in range(1500))],
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return Path(database(tmp_path_factory.mktemp("sound"), **LOGS))


@pytest.fixture
def db(sound, tmp_path):
    """A copy to harm."""
    return Path(shutil.copy(sound, tmp_path / "s.db"))


# What holds


def test_what_ingest_made_agrees(capsys, sound):
    document = verified(capsys, sound)
    assert document["balanced"] is True
    assert [check["name"] for check in document["checks"]] == NAMES
    assert all(check["says"] for check in document["checks"])
    assert document["recount"] is None
    with reading(sound) as connection:
        assert document["content_hash"] == content_hash(connection)
        assert document["sessions"] == connection.execute("SELECT count(*) FROM session").get == 6


def test_names_are_different_and_sentences_fit():
    assert len(set(NAMES)) == len(NAMES)
    assert all(len(check.says) <= 64 for check in verify.CHECKS)


@pytest.mark.parametrize("case", CASES[3::7], ids=lambda case: case.name)
def test_corners_agree_with_their_recount(case, tmp_path, capsys):
    folder = tmp_path / "logs"
    folder.mkdir()
    for name, data, growable in case.sources:
        if growable:
            (folder / name).write_bytes(data)
    if not any(folder.iterdir()):
        pytest.skip("only sources that cannot grow")
    minutes = case.assume_utc_offset_minutes
    zone = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    options = {"sensor": case.sensor, "assume_utc_offset_minutes": minutes}
    ingest([str(folder)], db=str(tmp_path / "s.db"), **options)
    verified(capsys, tmp_path / "s.db", str(folder), "--sensor", case.sensor, "--assume-tz", zone)


def test_made_up_logs_agree_with_their_recount(capsys, tmp_path):
    log = list(synth.generate(3000, days=6, seed=3, sensors=3))
    db = database(tmp_path, a=b"".join(log[::2]), b=b"".join(log[1::2] + log[:500]))
    document = verified(capsys, db, str(tmp_path / "logs"))
    assert document["recount"] == {
        "sources": 2, "sessions": document["sessions"], "extra": 0, "missing": 0, "differing": 0, "problems": []
    }  # fmt: skip
    assert [check["name"] for check in document["checks"]] == [*NAMES, "recount"]


def test_an_event_in_two_files_is_one(capsys, tmp_path):
    """The names of the logs are paths, so the recount knows which follows which."""
    log = lines(*visit("a"), *visit("b", 60))
    db = database(tmp_path, a=log)
    folder = tmp_path / "rotated"
    folder.mkdir()
    (folder / "cowrie.json.2024-05-01").write_bytes(log[:700])
    (folder / "cowrie.json").write_bytes(log[700:])
    assert len(log) > 700
    assert b"\n" not in log[699:701]
    document = verified(capsys, db, str(folder))
    assert document["recount"] == {
        "sources": 2, "sessions": 2, "extra": 0, "missing": 0, "differing": 0, "problems": []
    }  # fmt: skip


def test_nothing_agrees_with_nothing(capsys, tmp_path):
    document = verified(capsys, database(tmp_path, a=b""))
    assert (document["sessions"], document["ledger"]["lines"]) == (0, 0)


def test_alien_sources_and_pending_ends_agree(capsys, tmp_path):
    verified(capsys, database(tmp_path, a=b"x\n" * 100 + b"1 2 3\n" * 5, b=lines(*visit("a")) + b'{"half', c=b"\n\n"))


# What does not


def blob(text):
    return f"CAST({text} AS BLOB)"


HARM = {
    "ledger": "UPDATE ledger SET blank = blank + 1",
    "records": "UPDATE source SET records = records + 1 WHERE source_id = 1",
    "quarantine": "UPDATE quarantine SET records = 2",
    "origins": "UPDATE session SET source_events = source_events + 1 WHERE session_key = 1",
    "session_events": "UPDATE session SET event_count = event_count + 1 WHERE session_key = 1",
    "totals": "UPDATE rollup_event SET events = events + 1",
    "references": "UPDATE session SET source_id = 9 WHERE session_key = 1 AND source_id = 1",
    "texts": "UPDATE session SET hassh_id = 999 WHERE session_key = 1",
    "days": "DELETE FROM session_day WHERE session_key = 1",
    "rollup_session": "UPDATE session SET delimiters = 1 WHERE session_key = 1",
    "rollup_session_value": "UPDATE rollup_value SET seen = seen + 1 WHERE kind = 102",
    "parts": "UPDATE session SET activities = '[[3,x' WHERE session_key = 1",
    "fingerprints": f"UPDATE session SET events = {blob('events || zeroblob(7)')} WHERE session_key = 1",
    "counts": "UPDATE session SET command_count = command_count + 1 WHERE session_key = 1",
    "times": "UPDATE session SET span_us = span_us - 1 WHERE session_key = 1",
    "evidence": f"UPDATE session SET evidence = {blob('evidence || zeroblob(1)')} WHERE session_key = 1",
    "rollup_event": "UPDATE rollup_event SET last_us = last_us + 1",
    "rollup_eventid": "UPDATE rollup_event SET eventid_id = (SELECT text_id FROM text WHERE value = 'uname -a')"
    " WHERE eventid_id = (SELECT text_id FROM text WHERE value = 'cowrie.command.input')",
    "rollup_value": "UPDATE rollup_value SET b = 0 WHERE kind = 1",
    "activity_texts": "DELETE FROM text WHERE value = '123456'",
}


def test_every_check_has_its_harm():
    assert list(HARM) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_check_finds_what_it_is_for(capsys, db, name):
    with changing(str(db)) as connection:
        connection.execute(HARM[name])
    document = verified(capsys, db, code=3)
    assert name in failing(document)
    assert document["balanced"] == (name != "ledger")
    first = next(difference for difference in document["differences"] if difference["check"] == name)
    assert first["place"]
    assert first["stated"] != first["found"]


MORE = [
    ("parts", "UPDATE session SET activity_count = activity_count + 1"),
    ("parts", "UPDATE session SET activity_count = 0, activities = '[]', events = x'' WHERE session_key = 1"),
    ("parts", "INSERT INTO session_part SELECT 1, 1, started_us, 0, '[]', x'' FROM session WHERE session_key = 1"),
    ("parts", "INSERT INTO session_part SELECT 999, 1, started_us, 0, '[]', x'' FROM session WHERE session_key = 1"),
    ("references", "DELETE FROM session WHERE session_key = 1"),
    ("days", "DELETE FROM session WHERE session_key = (SELECT max(session_key) FROM session)"),
    ("times", "UPDATE session SET part_us = part_us + 1"),
    ("parts", f"UPDATE session SET events = {blob('substr(events, 1, length(events) - 1)')}"),
    ("parts", "UPDATE session SET activities = '[[99,0]]' WHERE session_key = 1"),
    ("fingerprints", "UPDATE session SET event_count = event_count - 1"),
    ("times", "UPDATE session SET started_us = started_us - 1"),
    ("evidence", "UPDATE session SET closed_ms = NULL"),
    ("evidence", "UPDATE session SET src_port = NULL WHERE session_key = 1"),
    ("evidence", "UPDATE session SET delimiters = delimiters & 1"),
    ("days", "INSERT INTO session_day SELECT day + 3, sensor_id, session_id, session_key FROM session_day"),
    ("days", "UPDATE session SET session_id = 'other' WHERE session_key = 1"),
    ("rollup_session", "DELETE FROM rollup_session"),
    ("rollup_session", "UPDATE rollup_session SET duration_ms = duration_ms + 1"),
    ("rollup_session", "UPDATE rollup_session SET events = events - 1"),
    ("rollup_session_value", "UPDATE rollup_value SET a = a + 1 WHERE kind = 104"),
    ("rollup_session_value", "UPDATE rollup_value SET b = 1 WHERE kind = 101"),
    ("rollup_session_value", "DELETE FROM rollup_value WHERE kind = 101"),
    ("rollup_value", "INSERT INTO rollup_value VALUES (1, 1, 3, 1, 0, 1)"),
    ("rollup_event", "DELETE FROM rollup_event WHERE sensor_id = 2"),
    ("origins", "UPDATE session SET record_span = 99999"),
    ("quarantine", "DELETE FROM quarantine"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "harm"), MORE)
def test_other_harm(capsys, db, name, harm):
    with changing(str(db)) as connection:
        connection.execute(harm)
    assert name in failing(verified(capsys, db, code=3))


def test_one_kind_of_activity_for_another(capsys, db):
    with changing(str(db)) as connection:
        connection.execute("UPDATE session SET activities = replace(activities, '[3,', '[4,')")
    assert {"counts", "rollup_eventid", "rollup_value"} <= set(failing(verified(capsys, db, code=3)))


def test_two_events_become_equal(capsys, db):
    with changing(str(db)) as connection:
        connection.execute(
            "UPDATE session SET activities = json_set(activities, '$[1][1]', json_extract(activities, '$[0][1]')),"
            " events = CAST(substr(events, 1, 6) || substr(events, 1, 6) || substr(events, 13) AS BLOB)"
            " WHERE activity_count = 5"
        )
    assert "fingerprints" in failing(verified(capsys, db, code=3))


def test_differences_are_counted_beyond_those_that_are_listed(capsys, tmp_path):
    db = database(tmp_path, a=[event(f"s{n}", n) for n in range(3 * LISTED)])
    with changing(db) as connection:
        connection.execute("UPDATE session SET command_failed_count = 1")
    document = verified(capsys, db, code=3)
    assert failing(document) == ["counts"]
    assert len(document["differences"]) == LISTED
    assert [check["differences"] for check in document["checks"] if check["name"] == "counts"] == [3 * LISTED]
    assert f"Differences ({LISTED} of {3 * LISTED})" in outcome(capsys, "verify", "--db", db)[1]


def test_a_part_that_cannot_be_read_has_no_hash(capsys, db):
    with changing(str(db)) as connection:
        connection.execute(HARM["parts"])
    assert verified(capsys, db, code=3)["content_hash"] is None


def test_a_damaged_file_is_1(capsys, db):
    data = bytearray(db.read_bytes())
    for at in range(len(data) // 2, len(data), 4096):
        data[at : at + 64] = b"\xff" * 64
    db.write_bytes(data)
    code, out, err = outcome(capsys, "verify", "--db", str(db))
    assert (code, out) == (1, "")
    assert "damaged" in err
    assert "try: sesscore" in err


def test_an_index_that_lost_a_row_is_1(capsys, db):
    with changing(str(db)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_schema SET sql = replace(sql, '(started_us, span_us)', '(span_us, started_us)')"
        )
    code, _, err = outcome(capsys, "verify", "--db", str(db))
    assert code == 1
    assert "damaged" in err


def test_text_that_is_no_text_is_1(capsys, db):
    with changing(str(db)) as connection:
        connection.execute("UPDATE session SET session_id = CAST(x'ff61' AS TEXT) WHERE session_key = 1")
    code, _, err = outcome(capsys, "verify", "--db", str(db))
    assert code == 1
    assert "damaged" in err


# Against the logs


def test_more_in_the_logs(capsys, sound, tmp_path):
    logs = write(tmp_path / "logs", **LOGS, c=visit("new"))
    document = verified(capsys, sound, *logs, code=3)
    assert failing(document) == ["recount"]
    assert document["recount"]["missing"] == 1
    assert document["differences"][0]["found"] == "in the logs"


def test_less_in_the_logs(capsys, sound, tmp_path):
    (log, _) = write(tmp_path / "logs", **LOGS)
    document = verified(capsys, sound, log, code=3)
    assert document["recount"] == {
        "sources": 1, "sessions": 3, "extra": 3, "missing": 0, "differing": 0, "problems": []
    }  # fmt: skip


@pytest.mark.parametrize(
    ("harm", "what"),
    [
        ("UPDATE text SET value = 'other' WHERE value = 'root'", "activity 1"),
        ("UPDATE session SET dst_port = 1 WHERE dst_port IS NOT NULL", "dst_port"),
        ("UPDATE session SET src_port = 1 WHERE src_port IS NOT NULL", "src_port"),
    ],
)
def test_what_only_the_logs_know(capsys, db, sound, tmp_path, harm, what):
    logs = write(tmp_path / "logs", **LOGS)
    verified(capsys, sound, *logs)
    with changing(str(db)) as connection:
        connection.execute(harm)
    verified(capsys, db)
    document = verified(capsys, db, *logs, code=3)
    assert document["recount"]["differing"] == 4
    assert {difference["what"] for difference in document["differences"]} == {what}


def test_logs_that_cannot_be_read(capsys, sound, tmp_path):
    logs = write(tmp_path / "logs", **LOGS)
    code, out, err = outcome(capsys, "verify", *logs, "/no/such", "--db", str(sound), "--format", "json")
    assert code == 0
    assert "/no/such" in err
    assert json.loads(out)["recount"]["problems"] == [{"source": "/no/such", "problem": "does not exist"}]
    code, out, err = outcome(capsys, "verify", "/no/such", "--db", str(sound))
    assert (code, out) == (6, "")
    assert outcome(capsys, "verify", STDIN, "--db", str(sound))[0] == 2


def test_no_database_is_6(capsys, tmp_path):
    assert outcome(capsys, "verify", "--db", str(tmp_path / "none.db"))[0] == 6


# The page


def test_the_page(capsys, sound, tmp_path):
    code, out, err = outcome(capsys, "verify", *write(tmp_path / "logs", **LOGS), "--db", str(sound))
    assert (code, err) == (0, "")
    assert "✓ everything agrees" in out
    assert "Recount of the logs" in out
    assert all(line.isprintable() and len(line) <= 100 for line in out.splitlines())


def test_the_page_says_what_differs(capsys, db):
    with changing(str(db)) as connection:
        connection.execute("UPDATE session SET command_failed_count = 9 WHERE session_key = 1")
    code, out, err = outcome(capsys, "verify", "--db", str(db))
    assert code == 3
    assert "✗ 1 difference" in out
    assert "command_failed_count" in out
    assert "counts" in err
    assert "try: sesscore verify" in err


def test_help_says_what_it_costs():
    assert "Exit code 3" in command.help
