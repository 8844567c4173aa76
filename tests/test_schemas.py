"""Every JSON document that the program prints has a schema, is what it says, and would not be if it were otherwise."""

import ast
import copy
import json
import re
from pathlib import Path

import pytest
from ingested import HOSTILE, answer, changing, database, did, outcome, visit, write
from jsonschema import Draft202012Validator

import sesscore
from sesscore import schemas
from sesscore.errors import StorageError
from sesscore.ingest import ingest
from sesscore.report.document import Records
from sesscore.report.period import Period
from sesscore.report.registry import report, shipped
from sesscore.report.snapshot import Snapshot, made
from sesscore.snapshot import one_state
from sesscore.store import open_for_reading, open_for_writing
from sesscore.telemetry.run import trouble

PACKAGE = Path(sesscore.__file__).parent
REPORTS = [f"report.{name}" for name in shipped()]
NEEDED = {"diff": ("--since", "2024-05-01")}  # options without which a report cannot be asked


def validator(name):
    schema = schemas.schema_of(name)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("schemas") / "logs"
    a = [*visit("aa"), *visit("bb", 100), did("aa", 7, "log.closed", ttylog="x"), {"eventid": HOSTILE, "session": "aa"}]
    return write(folder, a=a, b=visit("aa", 90_000, HOSTILE), c=b"no log\n")


@pytest.fixture(scope="module")
def db(tmp_path_factory, logs):
    folder = tmp_path_factory.mktemp("schemas")
    events = [json.loads(line) for path in logs[:2] for line in Path(path).read_bytes().splitlines()]
    # So many addresses on one day that there is an alert.
    events += [event for i in range(9) for event in visit(f"ip{i}", 3 * 86_400, src_ip=f"198.51.100.{i}")]
    return database(folder, a=events, c=b"no log\n")


def documents(capsys, folder, logs, db):
    """The documents of all commands, by the name of their schema."""
    own, other = str(folder / "own.db"), str(folder / "other.db")
    yield "ingest", answer_of(capsys, "ingest", *logs, "/nowhere.json", "--db", own)
    yield "ingest", answer_of(capsys, "ingest", *logs[:1], "--db", other)
    yield "merge", answer_of(capsys, "merge", other, "--db", own)
    yield "verify", answer_of(capsys, "verify", "--db", own)
    yield "verify", answer_of(capsys, "verify", *logs, "--db", own)
    yield "show", answer_of(capsys, "show", "aa", "--db", own)
    yield "why", answer_of(capsys, "why", "aa", "--records", "--db", own)
    yield "why", answer_of(capsys, "why", "bb", "--db", own)
    yield "matchers", answer_of(capsys, "matchers", "--db", own)
    yield "quarantine", answer_of(capsys, "quarantine", "list", "--db", own)
    yield "db.info", answer_of(capsys, "db", "info", "--db", own)
    yield "db.check", answer_of(capsys, "db", "check", "--db", own)
    yield "db.migrate", answer_of(capsys, "db", "rollback", "--dry-run", "--db", own)
    yield "db.migrate", answer_of(capsys, "db", "rollback", "--db", other)
    yield "db.migrate", answer_of(capsys, "db", "migrate", "--db", other)
    yield "db.backup", answer_of(capsys, "db", "backup", str(folder / "b.db"), "--full", "--db", own)
    yield "db.restore", answer_of(capsys, "db", "restore", str(folder / "b.db"), "--db", own)
    yield "db.optimize", answer_of(capsys, "db", "optimize", "--vacuum", "--db", own)
    yield "db.compat", answer_of(capsys, "db", "compat", "jslagrew", "--db", own)
    yield "db.compat", answer_of(capsys, "db", "compat", "--remove", "--db", own)
    yield from told(logs, str(folder / "told.db"))
    truth = folder / "truth.json"
    assert outcome(capsys, "synth", "-n", "500", "-o", str(folder / "s.json"), "--truth", str(truth))[0] == 0
    yield "synth", json.loads(truth.read_bytes())
    yield "doctor", answer_of(capsys, "doctor", "--check", "--db", own)
    yield "status.list", answer_of(capsys, "status", "--db", own)
    yield "status.list", answer_of(capsys, "status", "--db", str(folder / "none.db"))
    log = ("--log-file", str(folder / "log"), "--log-format", "json", "--log-level", "debug")
    assert outcome(capsys, "ingest", *logs, "/nowhere.json", "--db", str(folder / "logged.db"), *log)[0] == 0
    for line in (folder / "log").read_bytes().splitlines():
        yield "log", json.loads(line)
    with changing(own) as connection:
        connection.execute("UPDATE ledger SET lines = lines + 1")
    yield "verify", answer_of(capsys, "verify", "--db", own)
    yield "db.check", answer_of(capsys, "db", "check", "--db", own)
    for name in shipped():
        yield f"report.{name}", answer_of(capsys, "report", name, *NEEDED.get(name, ()), "--db", db)


def told(logs, db):
    """What a run says of itself, with the older keys and without, and what happened in it."""
    from told import Told

    from sesscore.telemetry.document import Documents

    run = Told(db=db, sensors=("alpha",))
    run.listening = True
    ingest(logs, db=db, run=run, block_bytes=2000)
    reading = [document for document in run.documents if document["sources"]["current"] is not None]
    yield "status", reading[-1]
    yield "status", run.documents[-1]
    run.last_error = trouble(StorageError("no", where="there", hint="wait"))
    yield "status", Documents(run, compat=False).make()
    for event in run.milestones:
        yield "milestone", Documents(run).milestone(event)


def answer_of(capsys, *arguments):
    _, out, _ = outcome(capsys, *arguments, "--format", "json")
    return json.loads(out)


def test_every_document_is_what_its_schema_says(capsys, tmp_path, logs, db):
    met = set()
    for name, document in documents(capsys, tmp_path, logs, db):
        check = validator(name)
        assert [f"{error.json_path}: {error.message[:200]}" for error in check.iter_errors(document)] == [], name
        assert document["schema"] == check.schema["$id"]
        met.add(name)
        assert [where for where, changed in spoilt(document) if check.is_valid(changed)] == [], name
    assert met == set(schemas.names())


def spoilt(document):
    """Copies of which each lacks a name, or has something else in its place; of alike rows the first is enough."""
    for path in sorted(set(places(document))):
        for harm in ("leave out", "put"):
            changed = copy.deepcopy(document)
            at = changed
            for step in path[:-1]:
                at = at[step]
            if harm == "put":
                at[path[-1]] = [[]] if not isinstance(at[path[-1]], list) else {}
            elif path[-1] in optional(path) or isinstance(at, list):
                continue
            else:
                del at[path[-1]]
            yield (harm, path), changed


def optional(path):
    """Names that a document may do without: of counts by a name that a log chose, and of what was not asked for."""
    if len(path) > 1 and path[-2] in ("eventids", "days", "sensors", "protocols", "alerts_summary", "reasons"):
        return (path[-1],)
    return ("records", "problem") if path[0] == "sessions" else ()


def places(value, path=()):
    """The ways to all names, and to the first of each list."""
    if isinstance(value, dict):
        for name, below in value.items():
            yield (*path, name)
            if name != "fields":  # of a line of a log: they are those of its milestone
                yield from places(below, (*path, name))
    elif isinstance(value, list) and value:
        yield (*path, 0)
        yield from places(value[0], (*path, 0))


# Names


def test_every_form_of_the_package_has_a_schema_and_no_other():
    written = set()
    for path in PACKAGE.rglob("*.py"):
        texts = [node.value for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.Constant)]
        written |= {text for text in texts if isinstance(text, str) and re.fullmatch(r"sesscore\.[a-z.]+/\d+", text)}
    files = {json.loads(path.read_bytes())["$id"]: path.stem for path in (PACKAGE / "schemas").glob("*.json")}
    assert written == set(files)
    assert all(form == f"sesscore.{name}/{form[-1]}" for form, name in files.items())
    assert schemas.names() == sorted([*files.values(), *REPORTS])


def test_the_command_lists_and_prints_them(capsys):
    code, out, _ = outcome(capsys, "schema")
    assert (code, out.split()) == (0, schemas.names())
    for name in out.split():
        first = outcome(capsys, "schema", name)
        assert first[0] == 0
        identity = json.loads(first[1])["$id"]
        assert first == outcome(capsys, "schema", identity) == outcome(capsys, "schema", f"sesscore.{name}")
    code, out, err = outcome(capsys, "schema", "nothing")
    assert (code, out, "report.summary" in err) == (2, "", True)


@pytest.mark.parametrize("name", shipped())
def test_nested_records_say_what_they_hold(tmp_path, name):
    """What columns do not say of a section of records, its schema does."""
    open_for_writing(tmp_path / "s.db").close()
    with open_for_reading(tmp_path / "s.db") as opened, one_state(opened.connection):
        document = made(Snapshot(opened.connection, report(name), Period(since_us=0)))
    for section in document.sections:
        if isinstance(section, Records):
            assert section.schema.get("properties"), section.name
            assert section.schema.get("required"), section.name
            Draft202012Validator.check_schema(section.schema)


def test_answers_of_own_questions_have_a_frame(capsys, db):
    told = answer(capsys, "sql", "SELECT 1 AS a", "--db", db)
    assert list(told)[:6] == ["schema", "report", "sensor", "since", "until", "tz"]
    assert told["schema"] == "sesscore.report.sql/1"
