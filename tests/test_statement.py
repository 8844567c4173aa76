"""The header of a statement of a report, and the user's own reports."""

import contextlib
import json
import signal
import subprocess
import sys

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


# sesscore sql


def test_sql_prints_what_it_is_asked(capsys, database):
    code, out, _ = outcome(capsys, "sql", "SELECT name, sensor_id AS n FROM sensor ORDER BY 2", "--db", database)
    assert code == 0
    assert out.splitlines()[:2] == ["  name            n", "  alpha           1"]
    assert outcome(capsys, "sql", "SELECT 1 AS a, NULL AS b", "--db", database, "--format", "csv")[1] == "a,b\r\n1,\r\n"


def test_sql_of_standard_input(capsys, database, monkeypatch):
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("SELECT 5 AS five;\n"))
    assert outcome(capsys, "sql", "-", "--db", database, "--format", "jsonl")[1] == '{"five":5}\n'


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
