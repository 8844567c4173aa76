"""The command line as users meet it: exit codes, messages, what goes to which stream."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import types

import pytest
from filled import fill

from sesscore import __version__, cli
from sesscore.commands.ingest import closing_line
from sesscore.counts import Retried
from sesscore.errors import DatabaseInUse, SesscoreError, StorageError
from sesscore.ledger import Ledger
from sesscore.store import open_for_writing

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("SESSCORE_")}
ENVIRONMENT["SESSCORE_CONFIG"] = os.devnull


@pytest.fixture
def database(tmp_path):
    return str(fill(tmp_path / "s.db"))


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Nobody's own database is touched."""
    for name in set(os.environ) - set(ENVIRONMENT):
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))


def run(*arguments, **options):
    """The program in a process of its own."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    command = [sys.executable, "-m", "sesscore", *arguments]
    return subprocess.run(command, text=True, cwd="/", check=False, timeout=300, **options)


def outcome(capsys, *arguments):
    """Exit code, standard output and standard error, in this process."""
    code = cli.main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


# Every command


def test_without_arguments_it_shows_what_to_type(capsys):
    code, out, err = outcome(capsys)
    assert (code, out) == (2, "")
    assert err.count("\n  sesscore ") == 2


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["ingest", "--help"], ["report", "-h"], ["synth", "--help"]])
def test_help(capsys, arguments):
    code, out, err = outcome(capsys, *arguments)
    assert (code, err) == (0, "")
    assert out.startswith("Usage: sesscore")


def test_version(capsys):
    assert outcome(capsys, "--version") == (0, f"sesscore {__version__}\n", "")


def test_the_module_is_the_program(database):
    done = run("report", "summary", "--db", database, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["totals"]["sessions"] == 8


def test_help_starts_without_what_only_work_needs():
    code = (
        "import sys; from sesscore.cli import main; main(['--help'])\n"
        "late = {'apsw', 'orjson', 'rich', 'numpy', 'platformdirs', 'sesscore.ingest', 'sqlite3'}\n"
        "assert not late & set(sys.modules), late & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd="/", stdout=subprocess.DEVNULL)


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["--nonsense"],
        ["report"],
        ["report", "summary", "--format", "yaml"],
        ["report", "nonsense"],
        ["ingest", "--assume-tz", "Berlin"],
        ["ingest", "--assume-tz", "+24:00"],
        ["ingest", "--durability", "none"],
        ["synth", "-n", "many"],
        ["synth", "-n", "-1"],
    ],
)
def test_wrong_usage_is_2_with_a_hint(capsys, arguments):
    code, out, err = outcome(capsys, *arguments)
    assert (code, out) == (2, "")
    assert re.fullmatch(r"sesscore: .+\n  try: sesscore.+\n", err)


def test_an_unknown_report_lists_the_known_ones(capsys):
    _, _, err = outcome(capsys, "report", "sumary")
    assert "no report 'sumary'" in err
    assert "summary" in err.splitlines()[1]


def test_messages_are_safe_for_the_terminal(capsys):
    code, _, err = outcome(capsys, "report", "summary", "--db", "/no\x1b[2J\u202e/s.db")
    assert code == 6
    assert "/no\\x1b[2J\\u202e/s.db" in err
    _, _, err = outcome(capsys, "report", "a\x1b[2Jb\r\n")
    assert "\x1b" not in err


# Errors


@pytest.fixture
def failing(monkeypatch):
    """Lets a report fail with an error when it is made."""

    def fail(error):
        def made(snapshot):
            raise error

        monkeypatch.setattr("sesscore.report.snapshot.made", made)

    return fail


def test_an_error_is_what_where_and_what_to_try(capsys, failing, database):
    error = DatabaseInUse("Another one writes.", where="x.db", hint="later")
    failing(error)
    assert outcome(capsys, "report", "summary", "--db", database) == (
        5,
        "",
        "sesscore: Another one writes (x.db)\n  try: later\n",
    )


@pytest.mark.parametrize("error", [SesscoreError("said"), ZeroDivisionError("said")])
def test_a_traceback_only_with_debug(capsys, monkeypatch, failing, database, error):
    failing(error)
    arguments = ["report", "summary", "--db", database]
    code, _, err = outcome(capsys, *arguments)
    assert code == 1
    assert "said" in err
    assert "Traceback" not in err
    for asked in ([*arguments, "--debug"], ["--debug", *arguments]):
        assert "Traceback" in outcome(capsys, *asked)[2]
    monkeypatch.setenv("SESSCORE_DEBUG", "1")
    assert "Traceback" in outcome(capsys, *arguments)[2]
    monkeypatch.setenv("SESSCORE_DEBUG", "0")
    assert "Traceback" not in outcome(capsys, *arguments)[2]


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt(), 130), (cli.Terminated(), 143)])
def test_signals(capsys, failing, database, error, code):
    failing(error)
    before = signal.getsignal(signal.SIGTERM)
    ended, _, err = outcome(capsys, "report", "summary", "--db", database)
    assert ended == code
    assert "stopped" in err
    assert "Traceback" not in err
    assert signal.getsignal(signal.SIGTERM) is before


# report


def test_a_report_on_no_database_is_6(capsys, tmp_path):
    for arguments in ([], ["--db", str(tmp_path / "none.db")]):
        code, out, err = outcome(capsys, "report", "summary", *arguments)
        assert (code, out) == (6, "")
        assert "try: sesscore ingest" in err
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_1(capsys, tmp_path):
    path = tmp_path / "log.json"
    path.write_text('{"eventid": "x"}\n' * 100)
    code, _, err = outcome(capsys, "report", "summary", "--db", str(path))
    assert code == 1
    assert "no SQLite database" in err


def test_a_report_runs_beside_a_writer(capsys, database):
    with open_for_writing(database):
        assert outcome(capsys, "report", "summary", "--db", database)[0] == 0


def test_the_database_and_others_from_variables(database):
    environment = {**ENVIRONMENT, "SESSCORE_DB": database, "SESSCORE_REPORT_FORMAT": "json", "SESSCORE_SENSOR": "beta"}
    done = run("report", "summary", env=environment)
    assert json.loads(done.stdout)["sensor"] == "beta"


def test_the_default_database_is_in_the_data_folder(capsys, tmp_path):
    folder = tmp_path / "data" / "sesscore"
    folder.mkdir(parents=True)
    fill(folder / "sesscore.db")
    code, out, _ = outcome(capsys, "report", "summary")
    assert code == 0
    assert out.startswith("sesscore summary")


def test_a_report_into_a_file(capsys, database, tmp_path):
    for form in ("json", "table"):
        target = tmp_path / form
        target.write_text("old")
        assert outcome(capsys, "report", "summary", "--db", database, "--format", form, "-o", str(target)) == (
            0,
            "",
            "",
        )
        assert target.read_text() == outcome(capsys, "report", "summary", "--db", database, "--format", form)[1]
    assert {entry.name for entry in tmp_path.iterdir() if not entry.name.startswith("s.db")} == {"json", "table"}


@pytest.mark.parametrize("target", ["/no/such/folder/x", "/dev/full"])
def test_a_file_that_cannot_be_written_is_7(capsys, database, target):
    code, _, err = outcome(capsys, "report", "summary", "--db", database, "-o", target)
    assert code == 7
    assert target in err


def test_standard_output_that_is_full_is_7(database):
    with open("/dev/full", "w") as full:
        done = run("report", "summary", "--db", database, stdout=full)
    assert done.returncode == 7
    assert done.stderr.startswith("sesscore: standard output cannot be written")


@pytest.mark.parametrize("command", ["report summary --db {}", "synth -n 20000"])
def test_a_closed_pipe_is_no_error(database, command):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = run(*command.format(database).split(), stdout=writing)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_colour_on_a_terminal_unless_it_is_not_wanted(database):
    def shown(**more):
        ours, theirs = pty.openpty()
        environment = {name: value for name, value in {**ENVIRONMENT, "TERM": "xterm", **more}.items() if value}
        environment.pop("NO_COLOR", None) if "NO_COLOR" not in more else None
        run("report", "summary", "--db", database, stdout=theirs, env=environment)
        os.close(theirs)
        text = os.read(ours, 1 << 16)
        os.close(ours)
        return text

    assert b"\x1b[1m" in shown()
    assert b"\x1b" not in shown(NO_COLOR="1")
    assert b"\x1b" not in shown(TERM="dumb")


# ingest, with the work itself replaced


def result(**changes):
    """What ingest answers."""
    fields = {
        "ledger": Ledger(1012, 1000, 1, 2, 3, 6),
        "sources": {"read": 2, "unchanged": 0, "alien": 1, "unreadable": 1, "pending": 0},
        "sessions": {"total": 1, "new": 1, "updated": 0},
        "elapsed_seconds": 1.23456,
        "retried": Retried(),
        "quarantined": 3,
        "problems": [("/a\x1b", "it may not be read", "chmod +r /a")],
        "readable": 2,
        "did_something": True,
        "stopped_by": 0,
    }
    return types.SimpleNamespace(**{**fields, **changes})


@pytest.fixture
def ingested(monkeypatch, tmp_path):
    """What the command gave to ingest; what ingest answers is in `answer`."""
    monkeypatch.chdir(tmp_path)
    calls = types.SimpleNamespace(answer=result())

    def ingest(paths, **options):
        calls.paths, calls.options = paths, options
        return calls.answer

    monkeypatch.setitem(sys.modules, "sesscore.ingest", types.SimpleNamespace(ingest=ingest))
    return calls


def test_ingest_says_how_it_went_on_one_line(capsys, ingested):
    code, out, err = outcome(capsys, "ingest", "a", "b", "--db", "x.db")
    assert (code, out) == (0, "")
    assert err.splitlines() == [
        "sesscore: it may not be read (/a\\x1b); try: chmod +r /a",
        "1,012 records: 1,000 events in 1 session (1 new), 1 duplicate, 2 sessionless, 3 quarantined, 6 blank, "
        "1 source alien, 1 source unreadable in 1.2 s",
    ]
    assert ingested.paths == ("a", "b")
    run = ingested.options.pop("run")
    assert (run.command, run.db, run.sensor, run.sensors, run.state) == ("ingest", "x.db", None, (), "complete")
    assert ingested.options.pop("matchers").users == ()
    assert callable(ingested.options.pop("problem"))
    assert callable(ingested.options.pop("degraded"))
    assert ingested.options == {
        "db": "x.db",
        "sensor": None,
        "sensors": (),
        "assume_utc_offset_minutes": 0,
        "durability": "normal",
        "block_bytes": None,
        "commit_bytes": None,
        "retry_quarantine": False,
        "follow": False,
        "own_files": ["x.db.status.json", ".x.db.status.json.tmp"],
    }


def test_what_a_follower_meets_is_told_as_it_comes_up(capsys, ingested):
    assert outcome(capsys, "ingest", "a", "--db", "x.db", "--follow")[0] == 0
    ingested.options["problem"](("/a\x1b", "may not be read", ""))
    ingested.options["degraded"](StorageError("the disk is full\n", where="/x.db"))
    ingested.options["degraded"](None)
    assert capsys.readouterr().err.splitlines() == [
        "sesscore: may not be read (/a\\x1b)",
        "sesscore: degraded, waiting: the disk is full\\x0a (/x.db)",
        "sesscore: going on: the database can be written again",
    ]


@pytest.mark.parametrize("more", ["-", "--retry-quarantine"])
def test_only_logs_are_followed(capsys, ingested, more):
    code, _, err = outcome(capsys, "ingest", "a", "--follow", more)
    assert code == 2
    assert "only logs are followed" in err


def test_the_closing_line_leaves_out_what_is_nothing():
    sources = {"read": 0, "unchanged": 10, "alien": 0, "unreadable": 0, "pending": 0}
    sessions = {"total": 84228, "new": 0, "updated": 0}
    line = closing_line(
        result(ledger=Ledger(), sources=sources, sessions=sessions, quarantined=0, elapsed_seconds=0.04)
    )
    assert line == "0 records: 0 events in 84,228 sessions (0 new), 10 sources unchanged in 0.0 s"


def test_ingest_as_json(capsys, ingested):
    code, out, _ = outcome(capsys, "ingest", "a", "--db", "x.db", "--format", "json")
    document = json.loads(out)
    assert code == 0
    assert document["schema"] == "sesscore.ingest/1"
    assert document["ledger"] == ingested.answer.ledger.as_dict()
    assert document["sources"] == ingested.answer.sources
    assert document["sessions"] == ingested.answer.sessions
    assert document["elapsed_seconds"] == 1.235
    assert document["problems"] == [{"source": "/a\x1b", "problem": "it may not be read", "hint": "chmod +r /a"}]


@pytest.mark.parametrize(
    ("given", "minutes"),
    [("UTC", 0), ("Z", 0), ("utc", 0), ("+02:00", 120), ("-0530", -330), ("+00:00", 0), ("+23:59", 1439)],
)
def test_offsets(ingested, given, minutes):
    assert cli.main(["ingest", "a", "--db", "x.db", "--assume-tz", given]) == 0
    assert ingested.options["assume_utc_offset_minutes"] == minutes


def test_strict_is_3_after_the_result_is_told(capsys, ingested):
    code, out, err = outcome(capsys, "ingest", "a", "--db", "x.db", "--strict", "--format", "json")
    assert code == 3
    assert json.loads(out)["ledger"]["quarantined"] == 3
    assert "3 records were quarantined" in err
    ingested.answer.quarantined = 0
    assert outcome(capsys, "ingest", "a", "--db", "x.db", "--strict")[0] == 0


@pytest.mark.parametrize(("number", "expected"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_that_a_signal_ended_tells_its_result_first(capsys, ingested, number, expected):
    ingested.answer.stopped_by = number
    code, _, err = outcome(capsys, "ingest", "a", "--db", "x.db")
    assert code == expected
    assert "1,000 events" in err
    assert "sesscore: stopped" in err


def test_nothing_readable_is_6(capsys, ingested):
    ingested.answer.readable = 0
    ingested.answer.did_something = False
    code, out, err = outcome(capsys, "ingest", "a", "--db", "x.db", "--format", "json")
    assert code == 6
    assert json.loads(out)["sources"]["alien"] == 1
    assert "no source could be read" in err
    ingested.answer.readable = 1
    ingested.answer.did_something = True
    assert outcome(capsys, "ingest", "a", "--db", "x.db")[0] == 0


def test_the_folder_of_the_default_database_is_made(capsys, ingested, tmp_path):
    assert outcome(capsys, "ingest", "a")[0] == 0
    assert ingested.options["db"] == str(tmp_path / "data" / "sesscore" / "sesscore.db")
    assert (tmp_path / "data" / "sesscore").stat().st_mode & 0o777 == 0o700


def test_the_folder_of_the_default_database_cannot_be_made(capsys, ingested, tmp_path):
    (tmp_path / "data").write_text("a file")
    assert outcome(capsys, "ingest", "a")[0] == 7


# synth


def test_synth_passes_its_options_on(tmp_path, capsys):
    log, truth = tmp_path / "log.json", tmp_path / "truth.json"
    code, out, err = outcome(
        capsys, "synth", "-n", "200", "--days", "2", "--seed", "3", "-o", str(log), "--truth", str(truth)
    )
    assert (code, out, err) == (0, "", "")
    assert len(log.read_text().splitlines()) == 200
    json.loads(truth.read_text())
    assert outcome(capsys, "synth", "-n", "200", "--days", "2", "--seed", "3")[1:] == (log.read_text(), "")
    assert outcome(capsys, "synth", "-n", "1", "--start", "never")[0] == 2


def test_a_sensor_that_is_no_utf_8_is_named_as_it_is_stored(tmp_path):
    log, db = tmp_path / "a.json", str(tmp_path / "s.db")
    log.write_text('{"eventid":"x","session":"a","timestamp":"2024-05-01T00:00:00Z"}\n')
    named = (b"--sensor", b"b\xff")
    assert run(b"ingest", str(log), "--db", db, *named).returncode == 0
    for question in (("show", "a"), ("report", "summary"), ("verify", str(log))):
        done = run(*question, "--db", db, *named)
        assert (done.returncode, done.stderr) == (0, "")
    assert "b\ufffd" in run("show", "a", "--db", db).stdout


def test_who_may_not_read_a_file_used_nothing_wrongly(tmp_path, monkeypatch, capsys):
    """That is an unreadable source or database, and has their exit codes."""
    log = tmp_path / "log"
    log.write_bytes(b"")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert cli.main(["ingest", str(log), "--db", str(tmp_path / "s.db")]) == 0
    assert cli.main(["verify", "--db", str(tmp_path / "s.db")]) == 0
