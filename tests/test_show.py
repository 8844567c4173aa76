"""`sesscore show`: the timeline of a session."""

import re

import pytest
from cases import event, us
from compare import METRICS, reading
from ingested import HOSTILE, answer, changing, database, did, outcome, visit

from sesscore.queries import sql
from sesscore.render import moment
from sesscore.safetext import width
from sesscore.timeline import MOST_LINES, TEXT_WIDTH

DAY = 86_400
NUL = "\0"


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    return database(
        tmp_path_factory.mktemp("show"),
        a=[*visit("aa"), *visit("bb", 100), *visit("aa", 5 * DAY)],
        b=[*visit("aa", 10, "beta"), event(17, 20, sensor="beta"), event("\udcff", 30), event("#1", 40)],
    )


def shown(capsys, db, *arguments):
    return answer(capsys, "show", *arguments, "--db", db)["sessions"]


def test_an_id_means_all_its_sessions(capsys, db):
    document = answer(capsys, "show", "aa", "--db", db)
    assert document["schema"] == "sesscore.show/1"
    found = [(session["sensor"], session["started_us"]) for session in document["sessions"]]
    assert found == [("alpha", us(0)), ("alpha", us(5 * DAY)), ("beta", us(10))]
    assert [session["sensor"] for session in shown(capsys, db, "aa", "--sensor", "beta")] == ["beta"]


def test_a_key_means_one(capsys, db):
    for session in shown(capsys, db, "aa"):
        assert shown(capsys, db, f"#{session['session_key']}") == [session]


def test_ids_as_they_are_stored(capsys, db):
    assert shown(capsys, db, "17")[0]["session_id"] == "17"
    assert shown(capsys, db, "\udcff")[0]["session_id"] == "\ufffd"


def test_all_public_columns_and_activities(capsys, db):
    for session in (*shown(capsys, db, "aa"), *shown(capsys, db, "bb")):
        activities = session.pop("activities")
        with reading(db) as connection:
            key = (session["session_key"],)
            cursor = connection.execute("SELECT * FROM session_metrics WHERE session_key = ?", key)
            assert list(session) == [column[0] for column in cursor.get_description()]
            assert tuple(session.values()) == cursor.get
            told = connection.execute(
                "SELECT seq, at_us, kind, value, username, password, shasum FROM session_activity"
                " WHERE session_key = ? ORDER BY seq", key
            ).fetchall()  # fmt: skip
        assert set(METRICS) < set(session)
        assert [tuple(value for name, value in one.items() if name != "at") for one in activities] == told
        assert len(told) == 5
        assert [one["at"] for one in activities] == [moment(one["at_us"]) for one in activities]


def test_the_page(capsys, db):
    code, out, err = outcome(capsys, "show", "bb", "--db", db)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert re.fullmatch("session bb  sensor alpha, #[1-3]", lines[0])
    assert "  source          192.0.2.7 port 40000" in lines
    assert "  duration        5.250 s" in lines
    assert '  1    1.000    login_failed    root / ""' in lines
    assert "  2    2.000    login_success   root / 123456" in lines
    assert any(line.endswith("curl x\\x1b[2J\\u202e\\x00|sh") for line in lines)
    assert all(line.isprintable() and width(line) <= 100 for line in lines)


def test_long_texts_go_on_below_and_have_an_end(capsys, tmp_path):
    command = "x" * 100 + "\u202e漢字" * 30
    long = "y" * 100_000
    events = [did("a", 1, "command.input", input=command), did("a", 2, "command.input", input=long)]
    out = outcome(capsys, "show", "a", "--db", database(tmp_path, a=events))[1]
    assert all(line.isprintable() and width(line) <= 100 for line in out.splitlines())
    pieces = [line[-TEXT_WIDTH:].strip() for line in out.split("  1    ")[1].split("  2    ")[0].splitlines()]
    assert "".join(pieces).endswith(command.replace("\u202e", "\\u202e")[-20:])
    assert out.split("Activities")[1].count("y") == MOST_LINES * TEXT_WIDTH - 1
    assert out.rstrip().endswith("…")


def test_long_sessions_fit_too(capsys, tmp_path):
    events = [did("a", 20 * n, "client.fingerprint", fingerprint="f" * 62, username="u") for n in range(1200)]
    out = outcome(capsys, "show", "a", "--db", database(tmp_path, a=events))[1]
    assert all(width(line) <= 100 for line in out.splitlines())
    assert out.split("Activities")[1].count("f") - 1200 == 1200 * 62
    assert "…" not in out


def test_a_session_without_activities(capsys, db):
    assert "none" in outcome(capsys, "show", "17", "--db", db)[1]


@pytest.mark.parametrize("wanted", ["nobody", "#999", "#" + "9" * 30, "#", "#x", "", f"a{NUL}b", "aa' OR 1", "\x1b[2J"])
def test_unknown_is_1_with_a_hint(capsys, db, wanted):
    code, out, err = outcome(capsys, "show", wanted, "--db", db)
    assert (code, out) == (1, "")
    assert "there is no session" in err
    assert "try: sesscore" in err
    assert "\x1b" not in err


def test_unknown_on_that_sensor(capsys, db):
    key = next(str(session["session_key"]) for session in shown(capsys, db, "bb"))
    for wanted in ("bb", f"#{key}"):
        code, _, err = outcome(capsys, "show", wanted, "--db", db, "--sensor", "beta")
        assert code == 1
        assert "without --sensor" in err


def test_an_id_is_found_without_reading_all_sessions(db):
    with reading(db) as connection:
        parameters = {"session_id": "aa", "sensor": None}
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql('session/by_id')}", parameters)]
    tables = [step for step in plan if "session_day" in step or " d USING " in step]
    assert len(tables) >= 4
    assert all(step.startswith("SEARCH") for step in tables), plan
    assert "SEARCH d USING PRIMARY KEY (day=? AND sensor_id=? AND session_id=?)" in plan


def test_a_damaged_row_is_said(capsys, tmp_path):
    path = database(tmp_path, a=visit("a"))
    for broken in ("[[99,0]]", "[[3]]", "[3]", "{}x", "17"):
        with changing(path) as connection:
            connection.execute("UPDATE session SET activities = ?", (broken,))
        code, _, err = outcome(capsys, "show", "a", "--db", path)
        assert code == 1, broken
        assert "damaged" in err


def test_hostile_text_stays_whole_in_json(capsys, db):
    code, out, _ = outcome(capsys, "show", "bb", "--db", db, "--format", "json")
    assert code == 0
    assert all(line.isprintable() for line in out.splitlines())
    assert HOSTILE in [one["value"] for one in shown(capsys, db, "bb")[0]["activities"]]


def test_into_a_file(capsys, db, tmp_path):
    code, out, _ = outcome(capsys, "show", "aa", "--db", db, "--format", "json")
    assert outcome(capsys, "show", "aa", "--db", db, "--format", "json", "-o", str(tmp_path / "aa.json"))[:2] == (
        code,
        "",
    )
    assert (tmp_path / "aa.json").read_text("utf-8") == out
