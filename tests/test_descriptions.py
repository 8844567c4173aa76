"""What the database says of itself, and its views for programs that have nothing of ours."""

import datetime as dt
import json
import os
import re
import shutil
from pathlib import Path

import apsw
import pytest
from ingested import answer, database, did, outcome, visit

from sesscore.contenthash import content_hash
from sesscore.identity import ANY
from sesscore.migrations import MIGRATIONS, run_migrations
from sesscore.store import open_for_reading

PARTS = [did("many", 5000 + i / 10, "command.input", input=f"c{i % 7}") for i in range(1300)]
EARLY = [{**one, "timestamp": one["timestamp"].replace("2024-", "1969-")} for one in visit("early")]
OLDEST = {"eventid": "cowrie.session.connect", "session": "old", "timestamp": "1969-12-31T23:59:59.999999Z"}


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    events = [
        *visit("aa"),
        *visit("bb", 90_000, "beta"),
        *PARTS,
        *EARLY,
        OLDEST,
        did("bb", 90_003, "direct-tcpip.request"),
    ]
    return database(tmp_path_factory.mktemp("described"), a=events)


@pytest.fixture
def plain(db):
    """A connection without functions of ours."""
    connection = apsw.Connection(db, flags=apsw.SQLITE_OPEN_READONLY)
    yield connection
    connection.close()


def described(connection):
    return connection.execute("SELECT * FROM column_description").fetchall()


def columns(connection):
    """Each table and view, and each of its columns."""
    found = set()
    for kind, name in connection.execute(
        "SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'view')"
    ).fetchall():
        found.add((name, "", kind))
        found |= {(name, row[0], None) for row in connection.execute("SELECT name FROM pragma_table_info(?)", (name,))}
    return found


def test_all_that_there_is_is_described_and_nothing_else(plain):
    told = {(table, column, None if column else kind) for table, column, kind, *_ in described(plain)}
    assert told == columns(plain)
    for _, column, kind, unit, description in described(plain):
        assert kind in (("INTEGER", "REAL", "TEXT", "BLOB") if column else ("table", "view"))
        assert description
        assert ("since 1970" in unit) == (column.endswith(("_us", "_ns")) and column not in ("span_us", "part_us")) or (
            unit == "days since 1970-01-01 UTC" and column in ("day", "day_number")
        )


def test_values_are_of_the_type_that_is_said(plain):
    for table, column, kind, *_ in described(plain):
        if column:
            types = {type_ for (type_,) in plain.execute(f'SELECT DISTINCT typeof("{column}") FROM "{table}"')}
            assert types <= {kind.lower(), "null"}, (table, column)


def test_a_database_that_was_migrated_says_the_same(plain):
    older = apsw.Connection(":memory:")
    for migration in MIGRATIONS[:5]:
        older.execute(migration.script)
    older.pragma("user_version", 5)
    run_migrations(older)
    assert described(older) == described(plain)


def test_the_migration_and_its_way_back_keep_the_content(capsys, db, tmp_path):
    own = shutil.copy(db, tmp_path / "s.db")

    def content():
        with open_for_reading(own, accept=ANY) as opened:
            rows = opened.connection.execute("SELECT * FROM session_activity ORDER BY session_key, seq").fetchall()
            return content_hash(opened.connection), rows

    before = content()
    while True:
        assert outcome(capsys, "db", "rollback", "--no-backup", "--db", str(own))[0] == 0
        assert content() == before
        with open_for_reading(own, accept=ANY) as opened:
            if opened.connection.pragma("user_version") == 5:
                break
    assert outcome(capsys, "db", "migrate", "--no-backup", "--db", str(own))[0] == 0
    assert content() == before
    assert outcome(capsys, "verify", "--db", str(own))[0] == 0


PAGE = Path(__file__).parents[1] / "docs" / "interop.md"
COLUMNS = re.compile(r"(?<=<!-- columns -->\n).*?(?=<!-- end -->)", re.DOTALL)


def test_the_documents_show_what_the_database_says(plain):
    """SESSCORE_UPDATE_DOCS=1 writes it there, as for examples."""
    views, tables = [], []
    for table, column, kind, unit, description in described(plain):
        if kind == "view":
            views.append(f"\n**`{table}`**: {description}.\n\n| column | type | unit | |\n|---|---|---|---|\n")
        elif kind == "table":
            tables.append(f"| `{table}` | {description} |\n")
        elif views and views[-1].startswith(f"\n**`{table}`"):
            views[-1] += f"| `{column}` | {kind} | {unit} | {description} |\n"
    head = "\nTables, whose columns `column_description` describes too:\n\n| table | |\n|---|---|\n"
    now = "".join([*views, head, *tables, "\n"])
    text = PAGE.read_text("utf-8")
    if os.environ.get("SESSCORE_UPDATE_DOCS") == "1":
        PAGE.write_text(COLUMNS.sub(lambda _: now, text), "utf-8")
        return
    assert COLUMNS.findall(text) == [now]


# Views


def iso(us):
    moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=us)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06}Z"


def test_session_list_is_session_metrics_with_times_to_read(plain):
    def rows(view):
        return plain.execute(f"SELECT {', '.join(shared)} FROM {view} ORDER BY session_key").fetchall()

    times = {"started_at", "ended_at", "duration_seconds"}
    shared = [
        column for table, column, *_ in described(plain) if table == "session_list" and column and column not in times
    ]
    assert len(shared) == 16
    assert rows("session_list") == rows("session_metrics")
    times = plain.execute(
        "SELECT started_at, l.started_us, ended_at, ended_us, duration_seconds, duration_ms"
        " FROM session_list AS l JOIN session_metrics AS m ON m.session_key = l.session_key"
    ).fetchall()
    assert any(us == -1 for _, us, *_ in times)
    for started_at, started_us, ended_at, ended_us, seconds, ms in times:
        assert (started_at, ended_at, seconds) == (iso(started_us), iso(ended_us), ms / 1000)


def test_activity_list_is_session_activity_with_its_session(plain):
    shared = "session_key, at_us, kind, value, username, password, shasum, sensor, session_id, src_ip, started_us"
    ours = plain.execute(f"SELECT {shared} FROM session_activity JOIN session_metrics USING (session_key)").fetchall()
    listed = plain.execute(f"SELECT {shared} FROM activity_list").fetchall()
    assert len(ours) > 1300
    assert sorted(map(repr, listed)) == sorted(map(repr, ours))
    assert all(at == iso(us) for at, us in plain.execute("SELECT at, at_us FROM activity_list"))


def test_a_stretch_of_time_is_found_by_the_index(plain):
    for question in ("started_us BETWEEN 1 AND 2", "session_key = 1"):
        plan = plain.execute(f"EXPLAIN QUERY PLAN SELECT * FROM activity_list WHERE {question}").fetchall()
        assert not [step for *_, step in plan if step.startswith(("SCAN session", "SCAN s", "SCAN q"))]


def test_days_are_those_of_the_sessions_and_activities(plain):
    def day(us):
        return iso(us)[:10]

    def counted(rows):
        found = {}
        for *key, number in rows:
            found[tuple(key)] = found.get(tuple(key), 0) + number
        return found

    sessions = plain.execute("SELECT started_us, sensor, match_type, protocol, 1 FROM session_metrics").fetchall()
    assert counted((day(us), *rest) for us, *rest in sessions) == counted(
        plain.execute("SELECT day, sensor, match_type, protocol, sessions FROM session_by_day")
    )
    acts = plain.execute(
        "SELECT at_us, sensor, kind, CASE WHEN kind LIKE 'login%' THEN NULL ELSE value END,"
        " username, password, shasum, 1"
        " FROM activity_list WHERE kind NOT IN ('command_failed', 'command_success', 'tty')"
    ).fetchall()
    started = [
        (us, sensor, kind, value, None, None, None, 1)
        for us, sensor, src, version, hassh, commands in plain.execute(
            "SELECT started_us, sensor, src_ip, client_version, hassh, command_count FROM session_metrics"
        )
        for kind, value in (
            ("src_ip", src),
            ("client_version", version),
            ("hassh", hassh),
            ("command_count", str(commands)),
        )
        if value is not None
    ]
    assert counted((day(us), *rest) for us, *rest in [*acts, *started]) == counted(
        plain.execute("SELECT day, sensor, kind, value, username, password, shasum, seen FROM value_by_day")
    )
    [(events,)] = plain.execute("SELECT sum(event_count) FROM session_metrics").fetchall()
    assert sum(number for (number,) in plain.execute("SELECT events FROM event_by_day")) == events
    for view in ("event_by_day", "session_by_day", "value_by_day"):
        assert all(day(n * 86_400_000_000) == text for text, n in plain.execute(f"SELECT day, day_number FROM {view}"))


# Datasette


def test_the_metadata_is_what_the_database_says(capsys, db, plain):
    code, out, _ = outcome(capsys, "db", "datasette", "--db", db)
    assert code == 0
    [(name, told)] = json.loads(out)["databases"].items()
    assert f"{name}.db" == db.rpartition("/")[2]
    for table, column, _, unit, description in described(plain):
        about = told["tables"][table]
        text = about["columns"][column] if column else about["description"]
        assert text == (f"{description} ({unit})" if unit else description)
    for query in told["queries"].values():
        assert query["title"]
        parameters = {"session_id": "aa"} if ":session_id" in query["sql"] else {}
        assert plain.execute(query["sql"], parameters).fetchall()


def test_everybody_can_ask(capsys, db):
    rows = answer(capsys, "sql", "SELECT description FROM column_description WHERE column_name = 'hassh'", "--db", db)
    assert rows
