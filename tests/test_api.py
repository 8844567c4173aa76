"""`import sesscore`: its figures are those of the logs, and it writes, locks and holds up nothing."""

from __future__ import annotations

import ast
import json
import pickle
import re
import subprocess
import sys
import threading
import traceback
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import apsw
import numpy as np
import pytest
from figures import read_logs
from figures.material import ingested, made_logs, real_logs
from ingested import HOSTILE, answer, changing, database, visit, write

import sesscore
from sesscore.recount_sessions import Session as Recounted
from sesscore.safetext import safe

PACKAGE = Path(sesscore.__file__).parent
ROOT = Path(__file__).parents[1]
FIELDS = tuple(name for name in Recounted.__slots__ if name != "activities")
TEXTS = ("sensor", "session_id", "match_type", "src_ip", "dst_ip", "protocol", "client_version", "hassh", "matcher")


def fields(session: object) -> tuple[Any, ...]:
    return tuple(getattr(session, name) for name in FIELDS)


def told(db: sesscore.Database, session: sesscore.Session) -> list[tuple[Any, ...]]:
    return [(a.at_us, a.kind, a.value, a.username, a.password, a.shasum) for a in db.activities(session)]


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A database of made-up logs, and the logs."""
    folder = tmp_path_factory.mktemp("api")
    read = read_logs(made_logs(folder / "logs")["borders"])
    return str(ingested(folder, read)), read


@pytest.fixture
def db(logs: Any) -> Any:
    with sesscore.open(logs[0]) as opened:
        yield opened


@pytest.fixture
def small(tmp_path: Path) -> str:
    """A database of two sessions."""
    return database(tmp_path, a=[*visit("aa"), *visit("bb", 60)])


# Names


def test_the_names_are_those_of_the_stub_and_of_the_document() -> None:
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text("utf-8"))
    typed = {name.asname for node in stub.body if isinstance(node, ast.ImportFrom) for name in node.names}
    assert typed | {"__version__"} == set(sesscore.__all__)
    assert [name for name in sesscore.__all__ if getattr(sesscore, name).__doc__ is None] == []
    assert set(sesscore.__all__) <= set(dir(sesscore))
    page = (ROOT / "docs" / "python.md").read_text("utf-8")
    named = {name for row in re.findall(r"^\| (`.+?) \|", page, re.M) for name in re.findall(r"`(\w+)`", row)}
    assert named >= set(sesscore.__all__) - {"__version__"}
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        sesscore.nothing  # type: ignore[attr-defined]  # noqa: B018


def test_a_function_stays_one_when_the_module_of_its_name_is_imported() -> None:
    for name in ("ingest", "merge"):
        module = import_module(f"sesscore.{name}")
        assert getattr(sesscore, name) is not module
        setattr(sesscore, name, module)  # as the import of a module does
        assert callable(getattr(sesscore, name))


def test_importing_and_forking_in_a_process_of_their_own(small: str) -> None:
    """Nothing is loaded before it is asked for; a child may not use what its parent has open, and harms nothing."""
    code = """if True:
        import os, sys
        import sesscore
        assert not {name for name in sys.modules if name.startswith("sesscore.")}, sys.modules
        assert not {"apsw", "orjson", "numpy", "click", "typing"} & set(sys.modules) - before
        assert sesscore.ingest is not None and "numpy" not in sys.modules
        db = sesscore.open(sys.argv[1])
        with db.snapshot(None):
            first = [one.session_id for one in db.sessions()]
            child = os.fork()
            if not child:
                try:
                    list(db.sessions())
                except sesscore.UsageError as error:
                    assert "another process" in error.what
                    db.close()
                    with sesscore.open(sys.argv[1]) as own:
                        os._exit(0 if [one.session_id for one in own.sessions()] == first else 1)
                os._exit(2)
            assert os.waitpid(child, 0)[1] == 0
            assert [one.session_id for one in db.sessions()] == first
        assert "numpy" not in sys.modules
    """
    code = "import sys\nbefore = set(sys.modules)\n" + code
    done = subprocess.run([sys.executable, "-P", "-c", code, small], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# Figures


def test_sessions_and_activities_are_those_of_the_logs(logs: Any, db: sesscore.Database, monkeypatch: Any) -> None:
    monkeypatch.setattr("sesscore.api.asking.FIRST_PAGE", 3)  # then there are pages
    monkeypatch.setattr("sesscore.api.asking.LARGEST_PAGE", 5)
    wanted = logs[1].sessions
    found = list(db.sessions())
    assert list(map(fields, found)) == list(map(fields, wanted))
    assert len(found) > 20
    for session, other in zip(found, wanted, strict=True):
        assert told(db, session) == other.activities
        assert db.find(f"#{session.session_key}") == [session]
        commands = [a.value for a in db.activities(session.session_key, "command", "login_failed")]
        assert commands == [a.value for a in other.activities if a.kind in ("command", "login_failed")]
        assert [a.seq for a in db.activities(session)] == list(range(1, len(other.activities) + 1))


@pytest.mark.parametrize("name", ["keys", "two sensors"])
def test_real_logs(name: str, tmp_path: Path) -> None:
    """One pass by each way in, beside a plain count of the logs."""
    read = read_logs(real_logs(name))
    with sesscore.open(ingested(tmp_path, read)) as db:
        assert list(map(fields, db.sessions())) == list(map(fields, read.sessions))
        assert db.report("summary")["totals"].figures["sessions"] == len(read.sessions)
        arrays = [batch["kind"] for batch in db.batches("activities", columns=["kind"], size=1000)]
        kinds = [kind for array in arrays for kind in array]
        assert sorted(kinds) == sorted(a.kind for session in read.sessions for a in session.activities)


def test_filters_are_those_of_the_logs(logs: Any, db: sesscore.Database) -> None:
    all_of_them = logs[1].sessions
    noon = datetime(2026, 11, 16, 0, 0, 20, tzinfo=UTC)
    us = round(noon.timestamp()) * 1_000_000
    rules: list[tuple[dict[str, Any], Any]] = [
        ({"sensor": "gämma"}, lambda s: s.sensor == "gämma"),
        ({"since": noon}, lambda s: s.started_us >= us),
        ({"until": noon.astimezone().isoformat()}, lambda s: s.started_us < us),
        ({"since": date(2026, 11, 16)}, lambda s: s.started_us >= us - 20_000_000),
        ({"during": "2026-11-16"}, lambda s: us - 20_000_000 <= s.started_us < us + 86_380_000_000),
        ({"src": "192.0.2.0/31"}, lambda s: s.src_ip == "192.0.2.1"),
        ({"protocol": "telnet"}, lambda s: s.protocol == "telnet"),
        ({"command": "una"}, lambda s: any(a.kind == "command" and "una" in (a.value or "") for a in s.activities)),
        ({"tty": True}, lambda s: any(a.kind == "tty" for a in s.activities)),
        ({"tty": False}, lambda s: not any(a.kind == "tty" for a in s.activities)),
        ({"username": "\ud800"}, lambda s: any(a.username == "\ufffd" for a in s.activities if "login" in a.kind)),
        ({"match_type": "full_delimited"}, lambda s: s.match_type == "full_delimited"),
        ({"min_events": 6, "min_commands": 1}, lambda s: s.event_count >= 6 and s.command_count >= 1),
        ({"sensor": "nobody"}, lambda s: False),
    ]
    for given, rule in rules:
        wanted = [fields(session) for session in all_of_them if rule(session)]
        assert [fields(session) for session in db.sessions(**given)] == wanted, given
        assert (0 < len(wanted) < len(all_of_them)) == (given.get("sensor") != "nobody"), given


def test_hostile_texts_stay_what_they_are(tmp_path: Path) -> None:
    path = database(tmp_path, a=[one | {"session": "\x1b]0;\0"} for one in visit("aa")])
    with sesscore.open(path) as db:
        session = db.session("\x1b]0;\0")
        assert [a.value for a in db.activities(session, "command_failed")] == [HOSTILE]
        assert HOSTILE in next(db.batches("activities", columns=["value"]))["value"].tolist()
        assert next(iter(db.report("sessions")["sessions"]))["session_id"] == "\x1b]0;\0"
        assert list(db.sessions(command="'; DROP TABLE session; --")) == []
        assert list(db.sessions(src="\0")) == []


# Things


def test_a_session_never_changes(small: str) -> None:
    with sesscore.open(small) as db:
        session = db.session("aa")
        [login] = db.activities(session, "login_success")
    with pytest.raises(AttributeError):
        session.sensor = "other"  # type: ignore[misc]
    assert session.started == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=session.started_us)
    assert (session.ended - session.started, session.vt_flagged) == (timedelta(seconds=5), None)
    assert login.at - session.started == timedelta(seconds=2)
    assert session.as_dict()["session_id"] == "aa"
    assert len({session, session}) == 1


def test_flags_are_truth_values(small: str) -> None:
    with changing(small) as connection:
        connection.execute("UPDATE session SET vt_flagged = 1, dshield_flagged = 0 WHERE session_id = 'aa'")
    with sesscore.open(small) as db:
        assert [(s.vt_flagged, s.dshield_flagged) for s in db.sessions()] == [(True, False), (None, None)]
        [batch] = db.batches("sessions")
    assert batch["vt_flagged"].tolist() == [True, None]
    assert batch["dshield_flagged"].tolist() == [False, None]


def test_an_id_of_several_sessions(tmp_path: Path) -> None:
    path = database(tmp_path, a=[*visit("aa"), *visit("aa", sensor="beta"), *visit("aa", 400_000)])
    with sesscore.open(path) as db:
        assert [s.sensor for s in db.find("aa")] == ["alpha", "alpha", "beta"]
        assert db.session("aa", sensor="beta").sensor == "beta"
        with pytest.raises(sesscore.UsageError, match="3 sessions have the id aa"):
            db.session("aa")
        with pytest.raises(sesscore.UnknownSession, match="there is no session zz"):
            db.session("zz")
        with pytest.raises(LookupError):
            db.find("#99")
        assert list(db.activities(99)) == []


# Reports

OPTIONS: dict[str, dict[str, Any]] = {
    "diff": {"since": "2026-11-16", "against_during": date(2026, 12, 28)},
    "timeline": {"by": "hour", "average": 3, "tz": "Europe/Berlin"},
    "commands": {"limit": 3, "since": "2025-01-01T01:00", "until": "2026-12-28"},
    "sessions": {"limit": 7, "sort": "-events"},
    "attacks": {"selection": "older", "compat": True},
    "sources": {"defang": True, "sensor": "alpha"},
}


def typed(name: str, value: Any) -> list[str]:
    option = f"--{name.replace('_', '-')}"
    return [option] if value is True else [option, str(value)]


@pytest.mark.parametrize("name", sesscore.reports())
def test_a_report_is_what_the_command_prints(logs: Any, db: sesscore.Database, capsys: Any, name: str) -> None:
    options = OPTIONS.get(name, {})
    words = [word for option, value in options.items() for word in typed(option, value)]
    printed = answer(capsys, "report", name, *words, "--db", logs[0])
    report = db.report(name, **options)
    assert report.document() == printed
    assert report.document() == printed, "a second time"
    assert report.schema == printed["schema"]
    with db.snapshot():
        assert db.report(name, **options).document() == db.report(name, **options).document() == printed
    for section in report:
        shown = printed[section.name]
        rows = [shown] if section.single else shown
        assert (list(section), len(section)) == (rows, len(rows))
        names = [column.name for column in section.columns]
        for row, values in zip(rows, section.tuples(), strict=True):
            assert all(row[name] == value for name, value in zip(names, values, strict=True) if name in row)
        assert report[section.name] is section
        assert not section.single or section.figures == shown


def test_a_report_that_is_large_is_kept_in_a_file(db: sesscore.Database, monkeypatch: Any) -> None:
    whole = db.report("sessions").document()
    monkeypatch.setattr("sesscore.api.sections.IN_MEMORY", 100)
    monkeypatch.setattr("sesscore.api.sections._AT_ONCE", 7)
    report = db.report("sessions")
    db.close()
    assert report.document() == whole
    first, second = iter(report["sessions"]), iter(report["sessions"])
    assert [next(first) for _ in range(9)] == [next(second) for _ in range(9)] == whole["sessions"][:9]


def test_reports_of_ones_own(db: sesscore.Database, tmp_path: Path) -> None:
    (tmp_path / "mine.sql").write_text(
        "-- Mine.\n-- parameters:\n--   least integer = 1: it\nSELECT :least AS n, x'00ff' AS b"
    )
    assert set(sesscore.reports(tmp_path)) == {*sesscore.reports(), "mine"}
    [section] = db.report("mine", reports=tmp_path, least=3)
    assert list(section) == [{"n": 3, "b": "00ff"}]
    (tmp_path / "mine.sql").write_text("DELETE FROM session")
    with pytest.raises(sesscore.UsageError, match="this statement changes things"):
        db.report("mine", reports=tmp_path)


# What is refused


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        (lambda db: db.report("nothing"), "there is no report 'nothing'"),
        (lambda db: db.report(3), "must be text: 3"),
        (lambda db: db.report("../sql"), "there is no report"),
        (lambda db: db.report("commands", limit=0), "must be a whole number, 1 or more"),
        (lambda db: db.report("commands", limit="3"), "limit must be a number"),
        (lambda db: db.report("commands", limit=True), "limit must be a number"),
        (lambda db: db.report("commands", limit=2.5), "whole number"),
        (lambda db: db.report("commands", limt=3), "has no option 'limt'"),
        (lambda db: db.report("summary")["sensors"].figures, "has rows"),
        (lambda db: db.sessions(since="soon"), "since \"soon\" is no time"),
        (lambda db: db.sessions(since=3), "since must be text, a date or a datetime"),
        (lambda db: db.sessions(since="2026-11-03", until="2026-11-01"), "no time lies between"),
        (lambda db: db.sessions(during="2026-11", since="2026-11-01"), "stands alone"),
        (lambda db: db.sessions(tz="Mars/Base"), "Mars/Base"),
        (lambda db: db.sessions(sensor=3), "sensor must be text"),
        (lambda db: db.sessions(src="10.0.0.0/33"), "is no network"),
        (lambda db: db.sessions(command=b"id"), "command must be text"),
        (lambda db: db.sessions(match_type="best"), "'best' is none"),
        (lambda db: db.sessions(tty="maybe"), "--tty must be one of yes, no"),
        (lambda db: db.snapshot(0), "seconds must be a number above 0"),
        (lambda db: db.snapshot("60"), "seconds must be a number above 0"),
        (lambda db: db.sessions(min_events="many"), "min_events must be a number"),
        (lambda db: db.sessions(min_events=1 << 70), "whole number"),
        (lambda db: db.activities(1, "cmd"), "no activity of kind 'cmd'"),
        (lambda db: db.activities("aa"), "a session is meant"),
        (lambda db: db.find(17), "session must be text"),
        (lambda db: db.batches("events"), "no batches of 'events'"),
        (lambda db: db.batches("sessions", columns=["ip"]), "sessions have no column 'ip'"),
        (lambda db: db.batches("sessions", size=0), "size must be a number of rows"),
        (lambda db: db.batches("sessions", text="ids"), "'ids' is none"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_wrong_usage(db: sesscore.Database, ask: Any, text: str) -> None:
    """At the call, before anything is iterated over."""
    with pytest.raises(sesscore.UsageError, match=re.escape(text)) as raised:
        ask(db)
    assert (raised.value.exit_code, isinstance(raised.value, ValueError)) == (2, True)


def test_a_database_that_cannot_be_opened(small: str, tmp_path: Path) -> None:
    def code(path: str | Path) -> int:
        with pytest.raises(sesscore.SesscoreError) as raised:
            sesscore.open(path)
        return raised.value.exit_code

    (tmp_path / "text").write_text("no database at all")
    apsw.Connection(str(tmp_path / "other.db")).execute("CREATE TABLE t (x)")
    with changing(small) as connection:
        connection.pragma("user_version", 1)
    assert [code(path) for path in (tmp_path / "none.db", tmp_path / "text", tmp_path / "other.db", small)] == [
        6,
        1,
        1,
        4,
    ]
    with changing(small) as connection:
        connection.pragma("user_version", 99)
    assert code(small) == 4
    assert not (tmp_path / "none.db").exists()


def test_an_error_as_text_says_what_and_where_and_its_note_what_to_do(tmp_path: Path) -> None:
    """Also one that went through pickle, as from a process of a pool."""
    missing = tmp_path / "none.db"
    with pytest.raises(sesscore.NothingToRead) as raised:
        sesscore.open(missing)
    for error in (raised.value, pickle.loads(pickle.dumps(raised.value))):
        assert str(error) == f"there is no database yet ({missing})"
        assert error.__notes__ == [f"try: sesscore ingest PATH --db {missing}"]
        assert (error.what, error.where) == ("there is no database yet", str(missing))
    shown = "".join(traceback.format_exception(raised.value))
    assert shown.endswith(f"yet ({missing})\ntry: sesscore ingest PATH --db {missing}\n")


def test_an_error_as_text_is_safe_to_show() -> None:
    """Of every kind. The parts are as they are; without a place and advice there is neither."""
    for name in sesscore.__all__:
        kind = getattr(sesscore, name)
        if isinstance(kind, type) and issubclass(kind, sesscore.SesscoreError):
            error = kind(HOSTILE, where=HOSTILE, hint=HOSTILE)
            assert (error.what, error.where, error.hint) == (HOSTILE, HOSTILE, HOSTILE)
            assert str(error) == f"{safe(HOSTILE)} ({safe(HOSTILE)})"
            assert error.__notes__ == [f"try: {safe(HOSTILE)}"]
            assert (str(kind("no")), hasattr(kind("no"), "__notes__")) == ("no", False)


def test_a_closed_database(small: str) -> None:
    db = sesscore.open(small)
    rows, activities = db.sessions(), db.activities(1)
    report = db.report("summary")
    db.close()
    db.close()
    assert len(list(rows)) == 2, "they were asked for"
    assert report["totals"].figures["sessions"] == 2
    for ask in (db.sessions, db.verify, lambda: db.find("aa"), lambda: list(activities), lambda: db.report("summary")):
        with pytest.raises(sesscore.UsageError, match="the database is closed"):
            ask()
    with pytest.raises(sesscore.UsageError, match="closed"), db.snapshot():
        pass


def test_nothing_is_written(small: str, tmp_path: Path) -> None:
    before = Path(small).read_bytes()
    (tmp_path / "write.sql").write_text("UPDATE session SET vt_flagged = 1")
    with sesscore.open(small) as db:
        list(db.sessions())
        db.verify()
        db.report("daily", tz="+01:00")
        with pytest.raises(sesscore.UsageError):
            db.report("write", reports=tmp_path)
    assert Path(small).read_bytes() == before


def test_batches_without_numpy(small: str, monkeypatch: Any) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    with sesscore.open(small) as db, pytest.raises(sesscore.UsageError) as raised:
        db.batches("sessions")
    assert raised.value.hint == "pip install 'sesscore[numpy]'"


# Beside a writer


def is_busy(path: str) -> bool:
    """Whether somebody keeps the log of a database from being emptied."""
    connection = apsw.Connection(path)
    try:
        return bool(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").get[0])
    finally:
        connection.close()


def test_a_slow_reader_holds_nothing_up_and_a_snapshot_does(tmp_path: Path) -> None:
    """Until its time is over, also if nobody asks anything."""
    path = database(tmp_path, a=[*visit("aa"), *visit("bb", 60)])
    [more] = write(tmp_path / "more", c=visit("cc", 120))
    with sesscore.open(path) as db:
        rows, report, batches = db.sessions(), db.report("sessions"), db.batches("sessions", size=1)
        next(rows), next(batches), next(iter(report["sessions"]))
        assert sesscore.ingest(more, db=path).sessions == (3, 1, 0)
        assert not is_busy(path)
        assert len(list(db.sessions())) == 3
        with db.snapshot():
            assert [s.session_id for s in db.sessions()] == ["aa", "bb", "cc"]
            [more] = write(tmp_path / "more", d=visit("dd", 180))
            sesscore.ingest(more, db=path)
            assert len(list(db.sessions())) == db.report("summary")["totals"].figures["sessions"] == 3
            assert is_busy(path)
            with pytest.raises(sesscore.UsageError, match="open already"), db.snapshot():
                pass
        assert (len(list(db.sessions())), is_busy(path)) == (4, False)
        gone = threading.Event()
        with db.snapshot(seconds=0.01):
            [more] = write(tmp_path / "more", e=visit("ee", 240))
            sesscore.ingest(more, db=path)
            for _ in range(1000):
                if not is_busy(path):
                    break
                gone.wait(0.01)
            assert not is_busy(path)
            with pytest.raises(sesscore.SnapshotExpired):
                db.sessions()
        assert len(list(db.sessions())) == 5


def test_many_threads_ask_one_database_while_another_writes(tmp_path: Path) -> None:
    paths = write(tmp_path / "logs", **{f"l{n}": visit(f"{n:02}", 60 * n) for n in range(12)})
    db_path = str(tmp_path / "s.db")
    sesscore.ingest(paths[0], db=db_path)
    over, wrong = threading.Event(), []

    def ask(db: sesscore.Database) -> None:
        while not over.is_set():
            try:
                found = list(db.sessions())
                report = db.report("summary")
                totals = report["totals"].figures
                ids = [session.session_id for session in found]
                assert ids == sorted(ids)
                assert totals["events"] == 9 * totals["sessions"] == report["ledger"].figures["events"]
                assert all(len(list(db.activities(session))) == 5 for session in found)
                assert sum(len(batch["at"]) for batch in db.batches("activities")) % 5 == 0
            except BaseException as error:
                wrong.append(error)
                return

    with sesscore.open(db_path) as db:
        threads = [threading.Thread(target=ask, args=[db]) for _ in range(3)]
        for thread in threads:
            thread.start()
        for path in paths[1:]:
            sesscore.ingest(path, db=db_path)
        over.set()
        for thread in threads:
            thread.join(60)
        assert wrong == []
        assert len(list(db.sessions())) == 12


# Batches


def joined(batches: Any) -> dict[str, list[Any]]:
    """The columns of all batches, as lists of Python."""
    found: dict[str, list[Any]] = {}
    for batch in batches:
        assert len({len(array) for array in batch.values()}) == 1
        for name, array in batch.items():
            found.setdefault(name, []).extend(array.tolist())
    return found


def test_batches_are_the_same_sessions(db: sesscore.Database) -> None:
    sessions = sorted(db.sessions(), key=lambda s: (s.started_us, s.ended_us - s.started_us, s.session_key))
    for size in (1, 7, 65_536):
        found = joined(db.batches("sessions", size=size))
        for name in FIELDS:
            assert found[name] == [getattr(session, name) for session in sessions], name
        assert found["started"] == [session.started.replace(tzinfo=None) for session in sessions]
        assert found["ended"] == [session.ended.replace(tzinfo=None) for session in sessions]
    batches = db.batches("sessions", text="codes", size=9)
    coded = joined(batches)
    assert len(set(batches.texts)) == len(batches.texts)
    for name in set(TEXTS) - {"session_id"}:
        texts = [None if code < 0 else batches.texts[code] for code in coded[name]]
        assert texts == found[name], name
    some = db.batches("sessions", columns=["src_port", "started"], sensor="beta", since="2026-01-01")
    wanted = list(db.sessions(sensor="beta", since="2026-01-01"))
    assert sorted(joined(some)["started"]) == [session.started.replace(tzinfo=None) for session in wanted]
    assert joined(db.batches("sessions", sensor="nobody")) == {}


def test_batches_of_what_they_did(db: sesscore.Database) -> None:
    wanted = [(s.session_key, *activity) for s in db.sessions() for activity in told(db, s)]
    by_session: dict[str, Any] = {}
    for size in (1, 13, 65_536):
        found = joined(db.batches("activities", size=size))
        names = ("session_key", "at_us", "kind", "value", "username", "password", "shasum")
        rows = list(zip(*(found[name] for name in names), strict=True))
        assert sorted(rows, key=repr) == sorted(wanted, key=repr)
        by_session = found
    batches = db.batches("activities", text="codes", columns=["value", "at"])
    coded = joined(batches)
    assert [None if code < 0 else batches.texts[code] for code in coded["value"]] == by_session["value"]
    assert coded["at"][0].tzinfo is None


def test_the_types_of_arrays(small: str) -> None:
    with sesscore.open(small) as db:
        [batch] = db.batches("sessions")
        [coded] = db.batches("sessions", text="codes")
        [acts] = db.batches("activities")
    assert {name: str(array.dtype) for name, array in batch.items() if "count" in name or "_us" in name} == {
        name: "int64" for name in batch if "count" in name or "_us" in name
    }
    assert [str(batch[name].dtype) for name in ("started", "vt_flagged", "src_port", "src_ip")] == [
        "datetime64[us]", "bool", "int64", "object",
    ]  # fmt: skip
    assert isinstance(batch["src_port"], np.ma.MaskedArray)
    assert isinstance(batch["vt_flagged"], np.ma.MaskedArray)
    assert (str(coded["src_ip"].dtype), str(coded["session_id"].dtype)) == ("int32", "object")
    assert str(acts["at"].dtype) == "datetime64[us]"


def test_a_long_session_comes_in_several_parts(tmp_path: Path) -> None:
    from ingested import did

    events = [did("aa", second, "command.input", input=f"c{second % 50}") for second in range(9000)]
    with sesscore.open(database(tmp_path, a=events)) as db:
        found = joined(db.batches("activities", size=1000))
        assert found["value"] == [f"c{second % 50}" for second in range(9000)]
        assert [a.value for a in db.activities(1)] == found["value"]
        assert len(list(db.batches("activities", size=1000))) > 1


def test_damage_is_said(small: str) -> None:
    with changing(small) as connection:
        connection.execute("UPDATE session SET activities = '[[99,0,1,2,3,4,5,6]]' WHERE session_key = 1")
    with sesscore.open(small) as db:
        for ask in (lambda: list(db.activities(1)), lambda: list(db.batches("activities"))):
            with pytest.raises(sesscore.SesscoreError, match="damaged"):
                ask()


# Verification, and merging


def test_verify_and_merge(tmp_path: Path) -> None:
    one, two = database(tmp_path / "one", a=visit("aa")), database(tmp_path / "two", b=visit("bb"))
    whole = database(tmp_path / "both", a=visit("aa"), b=visit("bb"))
    result = sesscore.merge([one, Path(two)], db=tmp_path / "merged.db")
    assert (result.sessions, [merged.events for merged in result.databases]) == (2, [9, 9])
    with sesscore.open(tmp_path / "merged.db") as merged, sesscore.open(whole) as db:
        found = merged.verify()
        assert (found.agrees, found.balanced, found.sessions, found.differences) == (True, True, 2, ())
        assert found.content_hash == db.verify([tmp_path / "both" / "logs"]).content_hash
        assert found.document()["schema"] == "sesscore.verify/1"
        with pytest.raises(sesscore.NothingToRead):
            db.verify(["/nowhere"])
    with changing(whole) as connection:
        connection.execute("UPDATE session SET command_count = 5 WHERE session_key = 1")
    with sesscore.open(whole) as db:
        assert not db.verify().agrees
    with pytest.raises(sesscore.UsageError, match="into itself"):
        sesscore.merge(one, db=one)


def test_json_documents_are_whole(small: str, capsys: Any) -> None:
    with sesscore.open(small) as db:
        assert db.verify().document() == answer(capsys, "verify", "--db", small)
    assert json.loads(json.dumps(sesscore.ingest(db=small, retry_quarantine=True).document()))


def test_what_an_interrupted_question_left_is_no_hindrance(small: str) -> None:
    """KeyboardInterrupt can come right after a transaction was begun."""
    with sesscore.open(small) as db:
        db._state._opened.connection.execute("BEGIN")
        assert len(list(db.sessions())) == 2
        with db.snapshot():
            assert len(list(db.sessions())) == 2
