"""Views with the older tools' names: what they say, and that nothing else changes by them."""

import json
from datetime import datetime
from pathlib import Path

import apsw
import pytest
from ingested import answer, changing, database, did, outcome, visit
from real import DATA

from sesscore import migrations
from sesscore.compat import SETS, standing_set
from sesscore.contenthash import content_hash
from sesscore.ingest import ingest
from sesscore.migrations import MIGRATIONS, SCHEMA_VERSION, Migration, roll_back, run_migrations
from sesscore.queries import names, sql
from sesscore.store import open_for_reading, open_for_writing

LOG = DATA.parent / "reference" / "samples" / "input_2000.json"


@pytest.fixture
def db(tmp_path):
    def more(seconds, eventid, **fields):
        return did("aa", seconds, eventid, sensor="alpha", **fields)

    events = [
        *visit("aa"),
        more(2.5, "login.success", username="later", password="later"),
        more(4.5, "session.file_download", url="http://[2001:db8::1]:80/x", shasum="ef" * 32),
        more(4.6, "session.file_download", url="http://evil.example:8080/x", shasum="cd" * 32),
        more(4.7, "session.file_upload", filename="x.sh", shasum="01" * 32),
        did("bb", 50, "session.connect"),
    ]
    return database(tmp_path, a=[*events, b"no \xff json"])


def made(capsys, db, name):
    return answer(capsys, "db", "compat", name, "--db", db)


def asked(db, statement):
    with open_for_reading(db) as opened:
        return opened.connection.execute(statement).fetchall()


def state(db):
    """What must not depend on views."""
    with open_for_reading(db) as opened:
        connection = opened.connection
        return content_hash(connection), connection.execute("SELECT * FROM ledger").fetchall()


# What they say


def test_the_columns_are_those_of_the_older_tables(capsys, db):
    spur = {"asn", "asn_organization", "organization", "infrastructure", "client_behaviors", "client_proxies"}
    spur |= {
        "client_types",
        "client_count",
        "client_concentration",
        "client_countries",
        "geospread",
        "risks",
        "services",
    }
    spur |= {"location", "tunnel_anonymous", "tunnel_entries", "tunnel_operator", "tunnel_type"}
    others = {"urlhaus_tag", "asname", "ascountry", "added", "hostname"} | {f"spur_{name}" for name in spur}
    wanted = {
        "sessions": {"session", "session_duration", "protocol", "username", "password", "timestamp", "source_ip"}
        | {"total_commands"}
        | others,
        "commands": {"session", "command", "timestamp", "added", "hostname"},
        "files": {"session", "download_url", "hash", "file_path", "src_ip", "transfer_method", "vt_description"}
        | {"vt_threat_classification", "vt_first_submission", "vt_hits"}
        | others,
    }
    assert made(capsys, db, "jslagrew")["views"] == sorted(wanted)
    for view, columns in wanted.items():
        assert {name for (name,) in asked(db, f"SELECT name FROM pragma_table_info('{view}')")} == columns


def test_by_hand(capsys, db):
    made(capsys, db, "jslagrew")
    started = asked(db, "SELECT started_us FROM session_metrics WHERE session_id = 'aa'")[0][0] / 1e6
    assert asked(
        db, "SELECT session, username, password, timestamp, total_commands, hostname, added FROM sessions ORDER BY 1"
    ) == [("aa", "root", "123456", started + 2, 2, "alpha", None), ("bb", None, None, None, 0, "unknown", None)]
    assert asked(
        db, "SELECT download_url, src_ip, file_path, transfer_method FROM files ORDER BY transfer_method, 1"
    ) == [
        ("http[://][2001:db8::1]:80/x", "[2001:db8::1]", None, "DOWNLOAD"),
        ("http[://]evil/a", "evil", None, "DOWNLOAD"),
        ("http[://]evil[.]example:8080/x", "evil.example", None, "DOWNLOAD"),
        (None, None, "x.sh", "UPLOAD"),
    ]
    made(capsys, db, "datagen24")
    assert asked(db, "SELECT session_id, shasum, download_url FROM files ORDER BY 2") == [
        ("aa", "cd" * 32, "http://evil.example:8080/x"),
        ("aa", "ef" * 32, "http://[2001:db8::1]:80/x"),
    ]
    assert asked(db, "SELECT reason, payload, source_offset, resolved FROM dead_letter_events") == [
        ("json", b"no \xff json", 14, 0)
    ]
    [(files,)] = asked(db, "SELECT source_files FROM session_summaries WHERE session_id = 'aa'")
    assert json.loads(files) == [path for (path,) in asked(db, "SELECT path FROM source")]


@pytest.mark.skipif(not LOG.exists(), reason="the samples are not beside the project")
def test_a_log_by_the_definitions_of_the_older_tools(capsys, tmp_path):
    """Counted here in plain Python, as those tools do it, from the log of which there are samples of their reports."""
    db = str(tmp_path / "s.db")
    ingest([str(LOG)], db=db)
    sessions = {}
    for line in LOG.read_bytes().splitlines():
        event = json.loads(line)
        sessions.setdefault(event["session"], []).append(event)

    def time(event):
        return datetime.fromisoformat(event["timestamp"])

    def of(events, *ids):
        return [event for event in events if event["eventid"] in ids]

    made(capsys, db, "jslagrew")
    theirs = set()
    for session_id, events in sessions.items():
        login = of(events, "cowrie.login.success")[:1]
        commands = [event for event in events if "cowrie.command." in event["eventid"]]
        protocol = (of(events, "cowrie.session.connect") or [{}])[0].get("protocol")
        who = (login[0]["username"], login[0]["password"], time(login[0]).timestamp()) if login else (None, None, None)
        theirs.add((session_id, protocol, *who, len(commands)))
    ours = asked(db, "SELECT session, protocol, username, password, timestamp, total_commands FROM sessions")
    assert len(ours) == len(theirs) == 213
    assert set(ours) == theirs
    for session_id, seconds in asked(db, "SELECT session, session_duration FROM sessions"):
        if closed := of(sessions[session_id], "cowrie.session.closed"):
            assert abs(seconds - float(closed[-1]["duration"])) <= 0.0005
    every = [event for events in sessions.values() for event in events]
    assert sorted(asked(db, "SELECT session, command, timestamp FROM commands")) == sorted(
        (event["session"], event["input"], time(event).timestamp()) for event in of(every, "cowrie.command.input")
    )
    transfers = of(every, "cowrie.session.file_download", "cowrie.session.file_upload")
    assert sorted(asked(db, "SELECT session, hash, transfer_method FROM files")) == sorted(
        (event["session"], event["shasum"], event["eventid"].rpartition("_")[2].upper()) for event in transfers
    )

    made(capsys, db, "datagen24")
    summary = "session_id, event_count, command_count, file_downloads, login_attempts, first_event_at, last_event_at"
    assert set(asked(db, f"SELECT {summary} FROM session_summaries")) == {
        (
            session_id,
            len(events),
            sum("command" in event["eventid"] for event in events),
            sum("file_download" in event["eventid"] or "cowrie.session.file" in event["eventid"] for event in events),
            sum(event["eventid"].startswith("cowrie.login") for event in events),
            f"{min(map(time, events)):%Y-%m-%d %H:%M:%S.%f}",
            f"{max(map(time, events)):%Y-%m-%d %H:%M:%S.%f}",
        )
        for session_id, events in sessions.items()
    }


@pytest.mark.skipif(not LOG.exists(), reason="the samples are not beside the project")
def test_the_sessions_that_the_older_tool_printed(capsys, tmp_path):
    db = str(tmp_path / "s.db")
    ingest([str(LOG)], db=db)
    made(capsys, db, "jslagrew")
    text = (LOG.parent / "jslagrew_2000_day_report.txt").read_text("utf-8")
    labels = {"Session": "session", "Username": "username", "Password": "password", "Source IP Address": "source_ip"}
    printed, block = [], {}
    for line in text.splitlines():
        for label, column in labels.items():
            if line.strip().startswith(f"{label}  "):
                block[column] = line.strip()[len(label) + 2 :]
        if "source_ip" in block:
            printed.append(tuple(block[column] for column in labels.values()))
            block = {}
    assert len(printed) == 78
    assert set(printed) <= set(asked(db, "SELECT session, username, password, source_ip FROM sessions"))
    urls = {line.strip()[14:].strip() for line in text.splitlines() if line.strip().startswith("Download URL  ")}
    assert urls
    assert urls <= {url for (url,) in asked(db, "SELECT download_url FROM files")}


# And nothing else


def test_made_replaced_and_taken_away(capsys, db):
    before, schema = state(db), asked(db, "SELECT * FROM sqlite_schema")
    assert answer(capsys, "db", "compat", "--db", db)["set"] is None
    for name in (*SETS, *SETS):
        assert made(capsys, db, name)["set"] == name
        assert answer(capsys, "db", "compat", "--db", db)["set"] == name
        assert state(db) == before
        assert outcome(capsys, "verify", "--db", db)[0] == 0
        assert outcome(capsys, "db", "check", "--db", db)[0] == 0
    assert outcome(capsys, "db", "compat", "--remove", "--db", db)[0] == 0
    assert asked(db, "SELECT * FROM sqlite_schema") == schema
    assert outcome(capsys, "db", "compat", "--remove", "jslagrew", "--db", db)[0] == 2


def test_not_in_another_schema_and_not_beside_an_ingest(capsys, db):
    with open_for_writing(db):
        assert outcome(capsys, "db", "compat", "jslagrew", "--db", db)[0] == 5
        assert outcome(capsys, "db", "compat", "--db", db)[0] == 0
    assert outcome(capsys, "db", "rollback", "--no-backup", "--db", db)[0] == 0
    assert outcome(capsys, "db", "compat", "jslagrew", "--db", db)[0] == 4
    assert outcome(capsys, "db", "compat", "jslagrew", "--db", f"{db}.none")[0] == 6


def test_what_somebody_else_made_is_kept(capsys, db):
    with changing(db) as connection:
        connection.execute("CREATE VIEW Files AS SELECT 1 AS mine; CREATE TABLE commands (mine)")
    schema = asked(db, "SELECT * FROM sqlite_schema")
    code, _, err = outcome(capsys, "db", "compat", "jslagrew", "--db", db)
    assert code == 1
    assert "commands, files" in err
    assert outcome(capsys, "db", "compat", "--remove", "--db", db)[0] == 0
    assert asked(db, "SELECT * FROM sqlite_schema") == schema


def test_ingest_backup_and_merge_go_on(capsys, db, tmp_path):
    alone = str(tmp_path / "alone.db")
    log = tmp_path / "more.json"
    log.write_text("".join(json.dumps(event) + "\n" for event in visit("cc", 400)), "utf-8")
    assert outcome(capsys, "db", "backup", alone, "--db", db)[0] == 0
    made(capsys, db, "jslagrew")
    for path in (alone, db):
        assert outcome(capsys, "ingest", str(log), "--db", path)[0] == 0
    assert state(db) == state(alone)
    assert len(asked(db, "SELECT * FROM sessions")) == 3
    copy, merged = str(tmp_path / "copy.db"), str(tmp_path / "merged.db")
    assert outcome(capsys, "db", "backup", copy, "--full", "--db", db)[0] == 0
    assert len(asked(copy, "SELECT * FROM sessions")) == 3
    assert outcome(capsys, "merge", copy, "--db", merged)[0] == 0
    assert state(merged)[0] == state(db)[0]
    assert asked(merged, "SELECT count(*) FROM sqlite_schema WHERE name = 'sessions'") == [(0,)]


@pytest.mark.parametrize("name", SETS)
def test_migrations_cope_with_them(name, monkeypatch):
    connection = apsw.Connection(":memory:")
    run_migrations(connection)
    for view in names(f"compat/{name}"):
        connection.execute(sql(f"compat/{name}/{view}"))
    while migrations.schema_version(connection) > 1:
        roll_back(connection)
        assert standing_set(connection) == name
    run_migrations(connection)
    # One that takes away for a while what the views stand on, as a migration that changes a view must.
    below = {
        view: connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (view,)).get
        for view in ("session_activity", "session_origin")
    }
    script = "".join(f"DROP VIEW {view};" for view in below)
    script += "ALTER TABLE quarantine RENAME COLUMN bytes TO b; ALTER TABLE quarantine RENAME COLUMN b TO bytes;"
    script += ";".join(below.values())
    later = Migration(SCHEMA_VERSION + 1, "later", script)
    monkeypatch.setattr(migrations, "MIGRATIONS", (*MIGRATIONS, later))
    run_migrations(connection)
    assert standing_set(connection) == name
    for view in names(f"compat/{name}"):
        connection.execute(f"SELECT * FROM {view}")


def test_each_view_has_its_way_back_and_its_mark():
    views = {view for name in SETS for view in names(f"compat/{name}")}
    assert views == set(names("compat/drop"))
    for name in SETS:
        for view in names(f"compat/{name}"):
            assert f"CREATE VIEW {view} /* sesscore compat: {name} */" in sql(f"compat/{name}/{view}")
            assert f"'{view}'" in sql("compat/objects")
    choices = Path(__file__).parents[1].joinpath("sesscore", "commands", "db.py").read_text("utf-8")
    assert f"click.Choice({json.dumps(list(SETS))[1:-1]}" in choices.replace("((", "(")
