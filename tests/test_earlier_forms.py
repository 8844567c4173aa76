"""Databases of before schema 1 was settled: `db migrate` makes of them what the logs make today, or leaves them."""

import json
import os
import shutil
from pathlib import Path

import apsw
import pytest
from cases import lines
from earlier_forms import FOLDER, FORM_NAMES, LOGS, hash_by_views, load
from ingested import changing, did, outcome, visit

from sesscore.contenthash import content_hash
from sesscore.identity import ANY
from sesscore.ingest import ingest
from sesscore.legacy.evidence import in_bits
from sesscore.legacy.forms import FORMS, form_of
from sesscore.matchers import Registry, matcher
from sesscore.migrations import SCHEMA_VERSION
from sesscore.parts import PartDamaged
from sesscore.shape import deviations, shape_of
from sesscore.store import open_for_reading
from sesscore.upkeep import schema

SAID = {
    "sessions": "SELECT m.*, s.delimiters, d.day FROM session_metrics AS m JOIN session AS s USING (session_key)"
    " JOIN session_day AS d USING (session_key)",
    "origins": "SELECT session_id, started_us, path, first_record, last_record, events FROM session_origin"
    " JOIN session_metrics USING (session_key) JOIN source USING (source_id)",
    "sources": "SELECT path, sensor, offset, hex(tail_hash), records, line_open, lead_bytes, half_bytes, pending_bytes,"
    " state, ledger.* FROM source JOIN ledger USING (source_id)",
    "quarantine": "SELECT * FROM quarantine",
    "events": "SELECT day, name, value, events, first_us, last_us FROM rollup_event JOIN sensor USING (sensor_id)"
    " JOIN text ON text_id = eventid_id",
    "values": "SELECT day, kind, x.value, y.value, seen FROM rollup_value"
    " LEFT JOIN text AS x ON x.text_id = a LEFT JOIN text AS y ON y.text_id = b",
    "matchers": "SELECT * FROM matcher",
}


@matcher("fork", priority=100)
def fork(event):
    """What the programs of then were given, too."""
    conn = event.get("conn")
    return conn.get("ref") if isinstance(conn, dict) else None


@pytest.fixture(params=FORM_NAMES)
def old(request, tmp_path, monkeypatch):
    """A database of each form, with its logs beside it, in the working directory, as when they were read."""
    for log in LOGS:
        shutil.copy(FOLDER / log, tmp_path)
    monkeypatch.chdir(tmp_path)
    return load(request.param, tmp_path / "s.db")


@pytest.fixture
def fresh(tmp_path):
    """What today's program makes of the same logs."""
    (tmp_path / "fresh").mkdir()
    return lambda *logs: made(tmp_path / "fresh" / f"{len(logs)}.db", *LOGS, *logs)


def made(db, *logs):
    ingest(logs, db=str(db), matchers=Registry([fork]))
    return str(db)


def migrate(capsys, db, *more):
    code, out, err = outcome(capsys, "db", "migrate", "--db", db, *more)
    assert code == 0, err
    return out, err


def hash_of(db):
    with open_for_reading(db, accept=ANY) as opened:
        return content_hash(opened.connection)


def said(db):
    with open_for_reading(db) as opened:
        return {name: sorted(map(repr, opened.connection.execute(query))) for name, query in SAID.items()}


def dump(db):
    """All that a database is, row by row."""
    connection = apsw.Connection(db)
    tables = [name for kind, name in shape_of(connection) if kind == "table"]
    rows = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in tables}
    told = shape_of(connection), rows, connection.pragma("user_version")
    connection.close()
    return told


def test_there_is_a_database_of_each_form():
    for form in FORMS:
        connection = apsw.Connection(":memory:")
        connection.execute((FOLDER / f"{form.name}.sql").read_text("utf-8"))
        assert form_of(connection) == form


def test_they_hold_what_can_go_wrong(old):
    connection = apsw.Connection(old)
    parts = connection.execute("SELECT count(*) FROM session_part").get
    sources = "SELECT count(*) FROM (SELECT 1 FROM session_source GROUP BY session_key HAVING count(*) > 1)"
    matchers = connection.execute("SELECT count(DISTINCT matcher) FROM session").get
    assert parts > connection.execute("SELECT count(*) FROM session").get
    assert (connection.execute(sources).get, matchers) == (2, 3)
    connection.close()


def test_what_comes_out_is_what_the_logs_make_today(capsys, old, fresh):
    connection = apsw.Connection(old)
    before = hash_by_views(connection)
    connection.close()
    migrate(capsys, old)
    assert hash_of(old) == before == hash_of(fresh())
    assert said(old) == said(fresh())
    with open_for_reading(old) as opened:
        assert deviations(opened.connection) == []
        assert opened.connection.pragma("user_version") == SCHEMA_VERSION
        assert not [name for _, name in shape_of(opened.connection) if name.startswith("was_")]
    assert outcome(capsys, "verify", "--db", old)[0] == 0
    assert outcome(capsys, "db", "check", "--db", old)[0] == 0


def test_reading_goes_on_where_it_stood(capsys, old, fresh):
    migrate(capsys, old)
    with Path("first.json").open("ab") as log:
        log.write(b'sion.closed", "session": "a2", "timestamp": "2024-05-02T02:00:00Z", "duration": 5}\n')
    late = [
        did("a1", 0.2, "session.connect", sensor="alpha", src_ip="198.51.100.9", src_port=7, protocol="telnet"),
        did("a1", -0.0, "client.version", sensor="alpha", version="SSH-2.0-earlier"),
        did("joined", 50_000, "session.closed", duration=1),
        *visit("new", 7),
    ]
    Path("third.json").write_bytes(lines(*late))
    again = ingest([*LOGS, "third.json"], db=old)
    assert again.ledger.lines == 1 + len(late)
    assert again.ledger.duplicates == 0
    assert hash_of(old) == hash_of(fresh("third.json"))
    assert outcome(capsys, "verify", "--db", old)[0] == 0


def test_it_can_be_merged(capsys, old, fresh, tmp_path):
    migrate(capsys, old)
    target = str(tmp_path / "target.db")
    assert outcome(capsys, "merge", old, "--db", target)[0] == 0
    assert hash_of(target) == hash_of(fresh())


def test_a_dry_run_shows_every_statement_and_touches_nothing(capsys, old):
    before = Path(old).read_bytes()
    out, _ = migrate(capsys, old, "--dry-run", "--format", "json")
    plan = json.loads(out)
    connection = apsw.Connection(old)
    form = form_of(connection)
    connection.close()
    assert [step["name"] for step in plan["steps"]][:2] == [str(form), "0002_readable_from"]
    assert "".join("".join(plan["steps"][0]["statements"]).split()) == "".join(form.script.split())
    assert (plan["schema_before"], plan["schema_after"], plan["done"]) == (1, SCHEMA_VERSION, False)
    assert Path(old).read_bytes() == before


def test_the_backup_brings_it_back_as_it_was(capsys, old):
    before = dump(old)
    _, err = migrate(capsys, old)
    [line] = [line for line in err.splitlines() if "sesscore db restore" in line]
    assert outcome(capsys, *line.partition("sesscore ")[2].split())[0] == 0
    assert dump(old) == before
    migrate(capsys, old, "--no-backup")


def test_rolled_back_it_says_the_same_and_where_there_is_no_way_back(capsys, old, fresh):
    migrate(capsys, old, "--no-backup")
    for _ in range(SCHEMA_VERSION - 1):
        assert outcome(capsys, "db", "rollback", "--no-backup", "--db", old)[0] == 0
    assert hash_of(old) == hash_of(fresh())
    code, _, err = outcome(capsys, "db", "rollback", "--db", old)
    assert code == 1
    assert "nothing to go back to" in err
    assert "sesscore db restore" in err


def test_before_it_is_migrated_it_is_whole_and_nothing_else_touches_it(capsys, old):
    before = Path(old).read_bytes()
    assert outcome(capsys, "db", "check", "--db", old)[0] == 0
    for arguments in (["ingest", *LOGS], ["report", "summary"], ["verify"], ["db", "optimize"]):
        code, _, err = outcome(capsys, *arguments, "--db", old)
        assert code == 4
        assert "sesscore db migrate" in err
    code, _, err = outcome(capsys, "db", "rollback", "--db", old)
    assert (code, "nothing to go back to" in err) == (1, True)
    assert Path(old).read_bytes() == before


def test_statistics_of_others_are_no_addition(capsys, old):
    with changing(old) as connection:
        connection.execute("ANALYZE")
    migrate(capsys, old)


# What is refused


def refused(capsys, db, code, *words):
    before = dump(db)
    ended, _, err = outcome(capsys, "db", "migrate", "--no-backup", "--db", db)
    assert ended == code, err
    for word in words:
        assert word in err
    assert dump(db) == before


@pytest.mark.parametrize(
    "addition",
    [
        pytest.param("CREATE TABLE was_text (a)", id="table"),
        pytest.param("CREATE INDEX mine ON session (src_port)", id="index"),
        pytest.param("CREATE VIEW mine AS SELECT * FROM session", id="view"),
    ],
)
def test_what_hangs_on_the_old_tables_is_not_lost(capsys, old, addition):
    with changing(old) as connection:
        connection.execute(addition)
    refused(capsys, old, 4, addition.split()[2], "was added")


def test_one_that_was_changed_is_none_of_them(capsys, old):
    with changing(old) as connection:
        connection.execute("DROP INDEX session_time")
    refused(capsys, old, 4, "never released")


DISAGREES = {
    "fingerprints": "UPDATE session SET event_count = event_count + 1 WHERE session_id = 'a2'",
    "counts": "UPDATE session SET command_count = 7 WHERE session_id = 'a2'",
    "rollup_eventid": "UPDATE rollup_event SET eventid_id = 6 WHERE eventid_id = 5",
    "origins": "DELETE FROM session_source WHERE source_id = 2",
    "evidence": "UPDATE session SET evidence = CAST(x'07' || evidence AS BLOB)",
}


@pytest.mark.parametrize("check", DISAGREES)
def test_what_does_not_agree_is_not_made_to_last(capsys, old, check):
    with changing(old) as connection:
        connection.execute(DISAGREES[check])
    refused(capsys, old, 1, check)


@pytest.mark.parametrize("name", ["before_matchers", "before_halves", "before_text_logs"])
def test_a_form_that_lacks_what_is_needed_stays_as_it_is(capsys, tmp_path, name):
    db = load(name, tmp_path / "s.db")
    before = dump(db)
    for more in ([], ["--dry-run"]):
        code, _, err = outcome(capsys, "db", "migrate", "--db", db, *more)
        assert code == 4
        assert "sesscore ingest PATH --db FILE" in err
    assert dump(db) == before


def test_rows_that_are_written_anew_need_room_and_time(capsys, old, monkeypatch):
    size = os.path.getsize(old)
    asked = []
    monkeypatch.setattr(schema, "BYTES_A_SECOND", 1000)
    monkeypatch.setattr(schema, "require", lambda path, needed, purpose: asked.append(needed))
    plan = schema.dry_run(old, schema.plan_up, backup=False)
    assert plan.estimated_seconds == round(2 * (len(plan.steps) + 1) * size / schema.BYTES_A_SECOND, 1)
    migrate(capsys, old, "--no-backup")
    assert asked == [2 * size]


# Evidence

MOMENT = bytes.fromhex("aabbccddeeff")


def test_evidence_keeps_its_events():
    own, same, none = b"\x01\xd4\x01" + MOMENT, b"\x02", b"\x00"
    assert in_bits(own + same * 4 + none + b"\x01\x00" + MOMENT + same) == (
        bytes((0b11011111, 0b10011110, 0)) + b"\xd4\x01" + MOMENT + b"\x00" + MOMENT
    )
    assert in_bits(none * 8) == bytes(3)


@pytest.mark.parametrize(
    "evidence",
    [b"", bytes(7), bytes(9), b"\x02" + bytes(7), b"\x03" + bytes(7), bytes(7) + b"\x01\x00" + MOMENT[:5], b"\x01\xff"],
)
def test_evidence_that_cannot_be_read(evidence):
    with pytest.raises(PartDamaged):
        in_bits(evidence)
