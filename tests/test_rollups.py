"""Roll-ups: that they follow what sessions become, and what a migration makes of them."""

import pytest
from compare import by_value, check_rollups
from ingested import answer, changing, database, did, outcome, visit, write

from sesscore.ingest import ingest
from sesscore.merge import merge
from sesscore.migrations import roll_back, run_migrations

DAY = 86_400

# Of every kind that is counted, on both sides of midnight.
EVENTS = [
    *visit("a1"),
    did("a1", 4.5, "session.file_download.failed", url="http://evil/gone"),
    *visit("b2", DAY - 4, sensor="beta"),
    did("b2", DAY - 1, "direct-tcpip.request", dst_ip="192.0.2.9", dst_port=25) | {"sensor": "beta"},
    did("b2", DAY + 1, "direct-tcpip.request", dst_ip="192.0.2.9", dst_port=25) | {"sensor": "beta"},
    did("c3", DAY + 5, "client.fingerprint", fingerprint="aa:bb", username="root"),
    did("c3", DAY + 6, "session.file_upload", filename="x", shasum="ef" * 32),
]


def rolled_up(db):
    """The rows of roll-ups by their texts, which have other ids in each database."""
    with changing(db) as connection:
        a = "CASE kind WHEN 104 THEN r.a ELSE a.value END"
        return [
            *(
                by_value(connection, "rollup_session", f"day, n.name, match, p.value, {sum_of}", protocol_id="p")
                for sum_of in ("sessions", "duration_ms", "events")
            ),
            by_value(connection, "rollup_value", f"day, kind, n.name, {a}, b.value, seen", a="a", b="b"),
            by_value(connection, "rollup_event", "day, n.name, e.value, first_us, last_us, events", eventid_id="e"),
        ]


@pytest.fixture
def db(tmp_path):
    return database(tmp_path, a=EVENTS)


def test_every_kind_is_counted(db):
    with changing(db) as connection:
        check_rollups(connection)
        kinds = connection.execute("SELECT DISTINCT kind FROM rollup_value ORDER BY kind").fetchall()
    assert [kind for (kind,) in kinds] == [1, 2, 3, 6, 7, 8, 9, 11, 101, 102, 103, 104]


def test_sums_follow_a_session_that_goes_on(tmp_path, capsys):
    """It stays where it was counted, and becomes longer."""
    log = tmp_path / "a.json"
    db = str(tmp_path / "s.db")
    for length in (1, 3, 8, 9):
        [log] = write(tmp_path, a=visit("a1")[:length])
        ingest([log], db=db)
        with changing(db) as connection:
            check_rollups(connection)
            assert connection.execute("SELECT sum(sessions), sum(events) FROM rollup_session").get == (1, length)
    assert answer(capsys, "verify", "--db", db)["agrees"]


def test_a_start_that_moves_to_an_earlier_day(tmp_path, capsys):
    """With all that went by the day: what was counted there is gone."""
    db = database(tmp_path, a=visit("a1", DAY), b=[did("a1", 5, "command.input", input="ls") | {"sensor": "alpha"}])
    with changing(db) as connection:
        check_rollups(connection)
        assert connection.execute("SELECT a, seen FROM rollup_value WHERE kind = 104").fetchall() == [(2, 1)]
    assert answer(capsys, "verify", "--db", db)["agrees"]


def test_absurd_durations_cannot_fill_a_sum(tmp_path, capsys):
    last = {"duration": 4.5e12, "sensor": "alpha"}
    absurd = [[*visit(f"s{n}", n)[:-1], did(f"s{n}", n + 6, "session.closed", **last)] for n in range(3)]
    db = database(tmp_path, a=[one for session in absurd for one in session])
    with changing(db) as connection:
        assert connection.execute("SELECT max(duration_ms) FROM session_metrics").get == 4_500_000_000_000_000
        assert connection.execute("SELECT sum(duration_ms) FROM rollup_session").get == 3 << 36
    assert answer(capsys, "verify", "--db", db)["agrees"]


@pytest.mark.parametrize("cut", [1, 5, 11, 14])
def test_databases_that_are_merged_have_those_of_one(tmp_path, db, cut):
    parts = [database(tmp_path / str(part), a=EVENTS[part::2] + EVENTS[:cut]) for part in (0, 1)]
    both = str(tmp_path / "both.db")
    merge(parts, db=both)
    assert rolled_up(both) == rolled_up(db)


def test_the_migration_makes_those_of_ingest(db):
    with changing(db) as connection:
        while connection.execute("SELECT 1 FROM schema_history WHERE name = 'rollups'").get:
            roll_back(connection)
        kinds = connection.execute("SELECT count(*) FROM rollup_value WHERE kind IN (7, 9, 11, 104)").get
        columns = [name for _, name, *_ in connection.execute("PRAGMA table_info(rollup_session)")]
    assert (kinds, columns) == (0, ["day", "sensor_id", "match", "protocol_id", "sessions"])
    with changing(db) as connection:
        run_migrations(connection)
        check_rollups(connection)


def test_a_text_of_several_ids_is_one_value(db, capsys):
    """As it is after many others: no report shows it."""
    before = answer(capsys, "report", "summary", "--db", db)
    with changing(db) as connection:
        last = connection.execute("SELECT max(text_id) FROM text").get
        connection.execute("INSERT INTO text SELECT text_id + ?, value FROM text WHERE text_id > 20", (last,))
        connection.execute("UPDATE rollup_value SET a = a + ? WHERE sensor_id = 2 AND kind <> 104", (last,))
        connection.execute("UPDATE rollup_value SET b = b + ? WHERE b > 0 AND kind IN (1, 6)", (last,))
        assert connection.execute("SELECT count(*) FROM rollup_value WHERE a > ?1 OR b > ?1", (last,)).get > 5
    assert answer(capsys, "report", "summary", "--db", db) == before


def test_a_sensor_that_is_not_there_has_nothing(db, capsys):
    figures = answer(capsys, "report", "summary", "--db", db, "--sensor", "nobody")
    for name in ("top_sources", "top_credentials", "top_commands", "client_versions", "downloads"):
        assert figures[name] == []


def test_damage_inside_is_said(db, capsys):
    with changing(db) as connection:
        connection.execute("DELETE FROM text WHERE value = 'root'")
    code, out, err = outcome(capsys, "report", "summary", "--db", db)
    assert (code, out) == (1, "")
    assert "a text of rollup_value is missing" in err
