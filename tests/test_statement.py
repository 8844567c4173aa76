"""The header of a statement of a report, and the user's own reports."""

import contextlib
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from filled import fill
from hypothesis import given
from hypothesis import strategies as st

from sesscore.cli import main
from sesscore.errors import UsageError
from sesscore.report.document import Column
from sesscore.report.registry import own, report, shipped
from sesscore.report.statement import Parameter, parse
from sesscore.report.values import Kind

COMMANDS = """\
-- The commands that
-- attackers typed.
-- title: Commands typed
-- half: yes
-- parameters:
--   top integer = 3: rows
--   least real = 0.5: of all
--   word text = NULL: in it
--   way text = 'down': or up
-- columns:
--   command text whole as What was typed: as it is
--   seen count bar
--   part share share
SELECT 1
"""


def test_a_header_says_all_of_it():
    found = parse("commands", COMMANDS, "x.sql")
    assert (found.answers, found.title, found.half) == ("The commands that attackers typed.", "Commands typed", True)
    assert not found.figures
    assert found.parameters == (
        Parameter("top", int, 3, "rows"),
        Parameter("least", float, 0.5, "of all"),
        Parameter("word", str, None, "in it"),
        Parameter("way", str, "down", "or up"),
    )
    assert found.columns == (
        Column("command", Kind.TEXT, "What was typed", whole=True),
        Column("seen", Kind.COUNT, drawn="bar"),
        Column("part", Kind.SHARE, drawn="share"),
    )


def test_a_parameter_says_what_is_allowed():
    header = """\
-- Something.
-- parameters:
--   limit integer from 1 = 50: rows
--   step text of day|hour = day: how long
-- given:
--   before_first_day integer = 0: bound by a module
SELECT 1"""
    found = parse("x", header, "x.sql")
    limit, step = found.parameters
    assert (limit.least, step.allowed) == (1, ("day", "hour"))
    assert found.given == (Parameter("before_first_day", int, 0, "bound by a module"),)
    assert (limit.value("1"), limit.value(str(2**63 - 1)), step.value("hour")) == (1, 2**63 - 1, "hour")
    for text in ("0", "-1", "x", "1.5", str(2**63), ""):
        with pytest.raises(UsageError, match="--limit must be a whole number, 1 or more"):
            limit.value(text)
    with pytest.raises(UsageError, match="--step must be one of day, hour: 'days'"):
        step.value("days")
    for text in ("nan", "inf", "1e999"):
        with pytest.raises(UsageError, match="--part must be a number"):
            Parameter("part", float, 0.5, "of all").value(text)


def test_typed_text_is_what_ingest_would_store():
    assert Parameter("word", str, None, "in it").value("a\udcff") == "a\ufffd"


def test_what_is_left_out_has_defaults():
    found = parse("my_list", "SELECT 1", "x.sql")
    assert (found.answers, found.title, found.parameters, found.columns) == ("", "My list", (), ())


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("-- parameters:\n--   limit = 5: rows", "a parameter cannot be understood: 'limit = 5: rows'"),
        ("-- parameters:\n--   limit integer = x: rows", "the default is no integer"),
        ("-- parameters:\n--   sensor text = NULL: name", "the parameter sensor has its value from"),
        ("-- columns:\n--   seen", "a column cannot be understood: 'seen'"),
        ("-- columns:\n--   seen lots", "a column cannot be understood: 'seen lots'"),
    ],
)
def test_what_cannot_be_understood_is_said(header, words):
    with pytest.raises(UsageError, match=words) as caught:
        parse("x", f"-- Answers.\n{header}\nSELECT 1", "own/x.sql")
    assert caught.value.where == "own/x.sql"


@given(st.text())
def test_any_text_is_a_statement_or_a_usage_error(text):
    with contextlib.suppress(UsageError):
        assert parse("x", text, "x.sql").sql == text


@pytest.fixture
def database(tmp_path):
    return str(fill(tmp_path / "s.db"))


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


def outcome(capsys, *arguments):
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def ask(capsys, database, folder):
    """Runs a report of the folder."""

    def asked(*words):
        return outcome(capsys, "report", "--db", database, "--reports", str(folder), *words)

    return asked


def test_a_file_of_the_user_is_a_report(ask, folder):
    (folder / "mine.sql").write_text(
        "-- Sources.\n-- parameters:\n--   least integer = 1: times\n-- columns:\n--   n count\n"
        "SELECT count(*) AS n FROM source WHERE source_id >= :least AND :sensor IS NULL AND :first_day < :end_day"
    )
    code, out, _ = ask("mine", "--format", "json", "--least", "2")
    assert code == 0
    document = json.loads(out)
    assert document["schema"] == "sesscore.report.mine/1"
    assert document["mine"] == [{"n": 2}]


def test_a_folder_of_the_user_is_a_report_of_several_sections(ask, folder):
    (folder / "both").mkdir()
    (folder / "both" / "20_second.sql").write_text("SELECT 2 AS two")
    (folder / "both" / "10_first.sql").write_text("-- One.\n-- shape: figures\nSELECT 1 AS one, NULL AS none")
    code, out, _ = ask("both", "--format", "json")
    assert code == 0
    document = json.loads(out)
    assert list(document)[-2:] == ["first", "second"]
    assert (document["first"], document["second"]) == ({"one": 1, "none": None}, [{"two": 2}])


def test_columns_that_no_header_names_have_the_kinds_that_their_names_say(ask, folder):
    (folder / "t.sql").write_text("SELECT 0 AS first_us, 1 AS day, 1500 AS duration_ms, x'00ff' AS raw, 7 AS n")
    assert json.loads(ask("t", "--format", "jsonl")[1]) == {
        "first_us": "1970-01-01T00:00:00.000000Z", "day": "1970-01-02", "duration_ms": 1500, "raw": "00ff", "n": 7,
    }  # fmt: skip
    assert "1970-01-01 00:00:00  1970-01-02      1.500 s  00ff  7" in ask("t")[1]


def test_the_reports_of_the_program_come_first(ask, folder):
    (folder / "summary.sql").write_text("SELECT 1")
    (folder / "..sql").write_text("SELECT 1")
    (folder / "a b.sql").write_text("SELECT 1")
    (folder / "mine.sql").write_text("SELECT 1")
    assert own(folder) == ["mine"]
    assert report("summary", folder) == report("summary")
    assert own(folder / "none") == []
    assert "summary" in shipped()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("SELEC 1", "SQLite refuses the statement: near"),
        ("SELECT * FROM nowhere", "no such table"),
        ("SELECT :what", ":what is not declared"),
        ("SELECT 1; SELECT 2", "one statement"),
        ("DELETE FROM session", "only questions"),
        ("DROP TABLE session", "only questions"),
        ("CREATE TEMP TABLE x (a)", "only questions"),
        ("PRAGMA journal_mode = DELETE", "only questions"),
        ("VACUUM INTO 'x.db'", "only questions"),
        ("ATTACH 'x.db' AS x", "no question"),
        ("SELECT abs(-9223372036854775807 - 1)", "SQLite refuses the statement: integer overflow"),
        ("-- A.\n-- columns:\n--   a text\nSELECT 1 AS b", "names the columns a, it has b"),
        ("SELECT load_extension('x')", "not authorized"),
        ("", "no question"),
        ("-- nothing", "no question"),
    ],
)
def test_a_mistake_in_it_is_the_users_and_changes_nothing(ask, folder, tmp_path, monkeypatch, text, words):
    monkeypatch.chdir(tmp_path)
    (folder / "bad.sql").write_text(text)
    before = sorted(entry.name for entry in tmp_path.iterdir())
    code, out, err = ask("bad", "--format", "json")
    assert (code, out) == (2, "")
    assert words in err
    assert "bad.sql" in err
    assert [name for name in before if "-" not in name] == [
        name for name in sorted(entry.name for entry in tmp_path.iterdir()) if "-" not in name
    ]


@pytest.mark.parametrize("name", ["schema", "sensor", "until", "tz"])
def test_a_section_has_a_name_of_its_own(ask, folder, name):
    (folder / f"{name}.sql").write_text("SELECT 1")
    (folder / "two").mkdir()
    for number in (1, 2):
        (folder / "two" / f"{number}_same.sql").write_text("SELECT 1")
    code, out, err = ask(name)
    assert (code, out) == (2, "")
    assert f"another part of the document is called {name}" in err
    assert "is called same" in ask("two")[2]


def test_columns_of_one_name_are_told_apart(ask, folder):
    (folder / "mine.sql").write_text('SELECT 1 AS a, 2 AS a, 3 AS "a:1", 4 AS day, 5 AS day')
    told = json.loads(ask("mine", "--format", "json")[1])["mine"]
    assert told == [{"a": 1, "a:1": 2, "a:1:1": 3, "day": "1970-01-05", "day:1": "1970-01-06"}]
    (folder / "mine.sql").write_text("-- columns:\n--   a text\n--   a text\nSELECT 1 AS a, 2 AS a")
    code, _, err = ask("mine")
    assert (code, "the same name" in err) == (2, True)


@pytest.mark.parametrize("closed", ["is_dir", "iterdir", "read_text"])
def test_a_folder_that_may_not_be_read_is_said(ask, folder, monkeypatch, closed):
    (folder / "mine.sql").write_text("SELECT 1")
    real = getattr(Path, closed)

    def refuse(path, *arguments):
        if folder in (path, path.parent):
            raise PermissionError(13, "Permission denied")
        return real(path, *arguments)

    monkeypatch.setattr(Path, closed, refuse)
    code, out, err = ask("mine")
    if closed == "is_dir":  # nothing asks
        assert code == 0
    else:
        assert (code, out) == (7, "")
        assert str(folder) in err
        assert "check the permissions" in err


def test_a_column_that_is_called_as_jsonl_calls_the_section(ask, folder):
    """It has a number then, as columns of one name have; alone in its report it has its name."""
    (folder / "two").mkdir()
    for file in ("two/1_one.sql", "alone.sql"):
        (folder / file).write_text("SELECT 'a' AS section, 2 AS \"section:1\"")
    (folder / "two/2_other.sql").write_text("SELECT 'b' AS section, 3 AS x")
    assert ask("two", "--format", "jsonl")[1].splitlines() == [
        '{"section":"one","section:2":"a","section:1":2}',
        '{"section":"other","section:1":"b","x":3}',
    ]
    assert json.loads(ask("two", "--format", "json")[1])["other"] == [{"section": "b", "x": 3}]
    assert ask("alone", "--format", "jsonl")[1] == '{"section":"a","section:1":2}\n'


def test_help_lists_them_also_beside_broken_ones(capsys, folder, monkeypatch):
    (folder / "mine.sql").write_text(
        "-- Mine, \x1b[2J.\n-- parameters:\n--   least integer = 1: of them\nSELECT :least"
    )
    (folder / "summary.sql").write_text("-- Never asked.\nSELECT 1")
    (folder / "broken.sql").write_text("-- parameters:\n--   least\nSELECT 1")
    (folder / "bytes.sql").write_bytes(b"\xff")
    (folder / "empty").mkdir()
    code, out, _ = outcome(capsys, "report", "--reports", str(folder), "--help")
    lines = " ".join(out.split())
    assert code == 0
    assert "Reports of your own: broken Not to be used: a parameter cannot be understood: 'least'" in lines
    assert "bytes Not to be used: the report is no UTF-8" in lines
    assert "mine Mine, \\x1b[2J. Options of" in lines
    assert "Options of mine: --least NUMBER of them [default: 1]" in lines
    assert "Never asked" not in out
    assert "Options of weekly" in out
    monkeypatch.setenv("SESSCORE_REPORT_REPORTS", str(folder))
    assert outcome(capsys, "report", "--help")[1] == out

    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    code, out, _ = outcome(capsys, "report", "--help")
    assert (code, "Permission denied" in out, "Options of weekly" in out) == (0, True, True)


def test_a_text_that_is_no_utf_8_is_the_statements(ask, folder):
    (folder / "bad.sql").write_text("SELECT 'a' AS x UNION ALL SELECT CAST(x'ff' AS TEXT)")
    code, _, err = ask("bad", "--format", "jsonl")
    assert code == 2
    assert "no UTF-8" in err
    assert "bad.sql" in err
    assert "CAST(… AS BLOB)" in err


def test_a_file_that_is_no_text(ask, folder):
    (folder / "bad.sql").write_bytes(b"SELECT '\xff'")
    code, _, err = ask("bad")
    assert (code, "no UTF-8" in err) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--top"], "--top needs a value"),
        (["--top", "x"], "--top must be a whole number: 'x'"),
        (["--tops", "3"], "report summary has no option --tops"),
        (["3"], "report summary has no option 3"),
    ],
)
def test_options_of_a_report_are_checked(ask, words, said):
    code, out, err = ask("summary", *words)
    assert (code, out) == (2, "")
    assert said in err


def test_options_of_a_report_both_ways(ask):
    assert ask("summary", "--top", "1") == ask("summary", "--top=1") != ask("summary")


def test_options_of_a_report_by_variables(ask, monkeypatch):
    plain, one = ask("summary"), ask("summary", "--top", "1")
    monkeypatch.setenv("SESSCORE_REPORT_SUMMARY_TOP", "1")
    assert ask("summary") == one != plain
    assert ask("summary", "--top", "10") == plain
    monkeypatch.setenv("SESSCORE_REPORT_SUMMARY_TOP", "many")
    assert ask("summary")[0] == 2


# sesscore sql


def test_sql_prints_what_it_is_asked(capsys, database):
    code, out, _ = outcome(capsys, "sql", "SELECT name, sensor_id AS n FROM sensor ORDER BY 2", "--db", database)
    assert code == 0
    assert out.splitlines()[:2] == ["  name            n", "  alpha           1"]
    assert outcome(capsys, "sql", "SELECT 1 AS a, NULL AS b", "--db", database, "--format", "csv")[1] == "a,b\r\n1,\r\n"


def test_sql_of_standard_input(capsys, database, monkeypatch):
    import io

    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"SELECT 5 AS five;\n")))
    assert outcome(capsys, "sql", "-", "--db", database, "--format", "jsonl")[1] == '{"five":5}\n'


def test_a_question_that_is_no_text(capsys, database, monkeypatch):
    import io

    code, out, err = outcome(capsys, "sql", "SELECT '\udcff'", "--db", database)
    assert (code, out, "no UTF-8" in err) == (2, "", True)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"SELECT '\xff'")))
    assert outcome(capsys, "sql", "-", "--db", database)[0] == 2


def test_sql_without_a_database_is_6(capsys, tmp_path):
    assert outcome(capsys, "sql", "SELECT 1", "--db", str(tmp_path / "none.db"))[0] == 6


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_question_without_end_can_be_ended(database, number, code):
    endless = (
        "WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t)"
        " SELECT hex(zeroblob(100000)) AS zeros FROM t WHERE n = 1 OR n < 0"
    )
    command = [sys.executable, "-P", "-m", "sesscore", "sql", endless, "--db", database, "--format", "jsonl"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as run:
        assert run.stdout.read(1)  # the first row came, and no other will
        run.send_signal(number)
        assert run.wait(60) == code
        assert b"stopped" in run.stderr.read()
