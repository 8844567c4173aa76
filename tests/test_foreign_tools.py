"""Other programs read the database, and logs, as docs/interop.md says: each in a process of its own, as users do.

What is not installed is skipped. SESSCORE_INTEROP names a Python that has Datasette and DuckDB, if this one has not.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import apsw
import pytest
from ingested import database, outcome, visit

from sesscore.store import open_for_reading, open_for_writing

ROOT = Path(__file__).parents[1]
CONTRIB = ROOT / "contrib"
PYTHON = os.environ.get("SESSCORE_INTEROP", sys.executable)
SHELL = shutil.which("sqlite3")
LNAV = shutil.which("lnav")
# What reads our views needs json_each as of 3.38.
SHELL_VERSION = (
    tuple(
        map(
            int,
            subprocess.run([SHELL, "--version"], capture_output=True, text=True, check=True)
            .stdout.split()[0]
            .split("."),
        )
    )
    if SHELL
    else ()
)

shell = pytest.mark.skipif(SHELL_VERSION < (3, 38), reason="no sqlite3 shell of 3.38 or later")


def has(module):
    done = subprocess.run([PYTHON, "-c", f"import {module}"], capture_output=True, check=False)
    return pytest.mark.skipif(done.returncode != 0, reason=f"no {module} (pip install --group interop)")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tools")


@pytest.fixture(scope="module")
def db(folder):
    """With a writer that has it open, as an ingest that follows logs."""
    path = database(folder, a=[*visit("aa"), *visit("bb", 90_000, "beta"), b"no json"])
    with open_for_writing(path):
        yield path


@pytest.fixture(scope="module")
def expected(db):
    """The number of rows of each table and view."""
    with open_for_reading(db) as opened:
        names = [
            name
            for (name,) in opened.connection.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")
        ]
        return {name: opened.connection.execute(f'SELECT count(*) FROM "{name}"').get for name in names}


def blocks(language):
    """Of docs/interop.md."""
    text = (ROOT / "docs" / "interop.md").read_text("utf-8")
    return [body for found, body in re.findall(r"^```(\w+)\n(.*?)^```$", text, re.M | re.S) if found == language]


def run(*command, **more):
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout


# SQLite's shell


@shell
def test_the_shell_reads_all_and_changes_nothing(db, expected):
    script = "".join(f"SELECT '{name}', count(*) FROM (SELECT * FROM \"{name}\");\n" for name in expected)
    rows = run(SHELL, "-readonly", "-separator", " ", db, input=script).split("\n")[:-1]
    assert {name: int(number) for name, number in (row.split() for row in rows)} == expected
    done = subprocess.run(
        [SHELL, "-readonly", db, "DELETE FROM session"], capture_output=True, text=True, check=False, timeout=60
    )
    assert "readonly" in done.stderr


@shell
def test_a_backup_is_read_where_nothing_can_be_written(capsys, db, expected, folder):
    copy = folder / "copy.db"
    assert outcome(capsys, "db", "backup", str(copy), "--db", db)[0] == 0
    assert run(SHELL, f"file:{copy}?immutable=1", "SELECT count(*) FROM session_list") == f"{expected['session']}\n"
    assert not Path(f"{copy}-shm").exists()


@shell
def test_commands_of_the_documents(db):
    commands = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("sqlite3 ")]
    assert len(commands) == 2
    for command in commands:
        words = shlex.split(command)
        folder, name = Path(db).parent, Path(db).name
        assert name == "s.db"
        assert run(SHELL, *words[1:], cwd=folder)


# Grafana


def test_queries_of_the_dashboard(db):
    """By SQLite, with the plugin's variables replaced as it does; Grafana itself is not tried."""
    board = json.loads((CONTRIB / "grafana" / "sessions.json").read_text("utf-8"))
    connection = apsw.Connection(db, flags=apsw.SQLITE_OPEN_READONLY)
    with open_for_reading(db) as opened:
        first, last = opened.connection.execute("SELECT min(started_us), max(started_us) FROM session").fetchall()[0]
    for panel in board["panels"]:
        [target] = panel["targets"]
        assert target["queryText"] == target["rawQueryText"]
        found = []
        for start, end in ((first // 1000, last // 1000 + 1), (0, 1)):
            statement = target["rawQueryText"].replace("$__from", str(start)).replace("$__to", str(end))
            cursor = connection.execute(statement)
            found.append(cursor.fetchall())
            if "time" in target["timeColumns"]:
                assert all(row[0] % 86400 == 0 and start // 86_400_000 <= row[0] // 86400 for row in found[-1])
        assert found[0], panel["title"]
        assert not found[1], panel["title"]
    connection.close()


# lnav


@pytest.mark.skipif(LNAV is None, reason="no lnav")
def test_lnav_knows_both_logs(capsys, folder):
    formats = folder / "lnav" / "formats" / "sesscore"
    shutil.copytree(CONTRIB / "lnav", formats)
    environment = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config")}
    quiet = (LNAV, "-I", str(folder / "lnav"))
    assert run(*quiet, "-C", env=environment) == ""
    log = folder / "cowrie.json"
    log.write_text("".join(json.dumps(event) + "\n" for event in visit("aa")), "utf-8")
    fields = "session || ' ' || eventid || ' ' || log_level"
    told = folder / "told.log"
    options = ("--log-file", str(told), "--log-format", "json", "--log-level", "debug")
    assert outcome(capsys, "ingest", str(log), "--db", str(folder / "own.db"), *options)[0] == 0
    for path, table, row, wanted in (
        (log, "cowrie_log", fields, "aa cowrie.command.failed error"),
        (told, "sesscore_log", "event || ' ' || log_level", "started info"),
    ):
        ask = (f";SELECT {row} AS line FROM {table}", ":write-csv-to -")
        rows = run(*quiet, "-n", "-c", ask[0], "-c", ask[1], str(path), env=environment).splitlines()[1:]
        assert len(rows) == len(path.read_text("utf-8").splitlines())
        assert wanted in rows
    page = run(*quiet, "-n", str(log), env=environment).splitlines()
    assert len(page) == len(visit("aa")), "a line each"
    assert all(" aa " in line for line in page)


def test_formats_for_lnav_name_what_there_is():
    """Without lnav too."""
    schema = json.loads((ROOT / "sesscore" / "schemas" / "log.json").read_text("utf-8"))
    told = json.loads((CONTRIB / "lnav" / "sesscore.json").read_text("utf-8"))["sesscore_log"]
    named = {name.partition("/")[0] for name in told["value"]} | {told["timestamp-field"], told["level-field"]}
    assert named | {told["body-field"]} == set(schema["properties"])
    cowrie = json.loads((CONTRIB / "lnav" / "cowrie.json").read_text("utf-8"))["cowrie_log"]
    pattern = re.compile(cowrie["file-pattern"])
    assert all(pattern.search(name) for name in ("cowrie.json", "cowrie.json.2026-01-01", "cowrie.json.1.gz"))


# Datasette


@has("datasette")
def test_datasette_shows_all(capsys, db, expected, folder):
    metadata = folder / "metadata.json"
    metadata.write_text(outcome(capsys, "db", "datasette", "--db", db)[1], "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [PYTHON, "-m", "datasette", "serve", db, "-m", str(metadata), "-h", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            base = f"http://127.0.0.1:{port}/{Path(db).stem}"
            wait_for(f"{base}.json", server)
            for name, number in expected.items():
                assert get(f"{base}/{name}.json?_size=max&_shape=array", many=True) == number, name
            for name, query in json.loads(metadata.read_text("utf-8"))["databases"][Path(db).stem]["queries"].items():
                asked = "&session_id=aa" if ":session_id" in query["sql"] else ""
                assert get(f"{base}/{name}.json?_shape=array{asked}", many=True) > 0
            page = urllib.request.urlopen(f"{base}/session_list", timeout=30).read().decode()
            assert "Sessions with times as text, to look at" in page
            assert "Fingerprint of the SSH client" in page
        finally:
            server.terminate()


def get(url, many=False):
    with urllib.request.urlopen(url, timeout=30) as answer:
        told = json.load(answer)
    return len(told) if many else told


def wait_for(url, server):
    for _ in range(300):
        try:
            return get(url)
        except (urllib.error.URLError, ConnectionError):
            assert server.poll() is None, "it has ended"
            time.sleep(0.1)
    raise AssertionError("it does not answer")


# DuckDB

DUCKDB = """
import glob, json, sys, duckdb, duckdb_extension_sqlite_scanner as scanner
[extension] = glob.glob(f"{scanner.__path__[0]}/extensions/*/*.duckdb_extension")
connection = duckdb.connect()
connection.load_extension(extension)
connection.execute(f"ATTACH '{sys.argv[1]}' AS honeypot (TYPE sqlite, READ_ONLY)")
rows = {}
connection.execute("SHOW ALL TABLES").fetchall()
for name in sys.argv[2:]:
    rows[name] = len(connection.execute(f'SELECT * FROM honeypot."{name}"').fetchall())
try:
    connection.execute("DELETE FROM honeypot.sensor")
except duckdb.Error as error:
    rows["refused"] = "read-only" in str(error)
rows["summed"] = connection.execute(
    "SELECT sum(CAST(command_count AS BIGINT)) FROM honeypot.session_list"
).fetchall()[0][0] == connection.execute("SELECT sum(command_count) FROM honeypot.session_metrics").fetchall()[0][0]
rows["passed"] = connection.execute(
    "SELECT * FROM sqlite_query('honeypot', 'SELECT count(*) FROM activity_list')"
).fetchall()[0][0]
print(json.dumps(rows, default=str))
"""


@has("duckdb_extension_sqlite_scanner")
@pytest.mark.parametrize("views", [None, "jslagrew", "datagen24"])
def test_duckdb_reads_all(capsys, db, expected, folder, views):
    """It parses the views of a file when it lists them: one that it cannot parse would hide all."""
    copy = str(folder / f"{views}.db")
    assert outcome(capsys, "db", "backup", copy, "--db", db)[0] == 0
    if views:
        assert outcome(capsys, "db", "compat", views, "--db", copy)[0] == 0
    with open_for_reading(copy) as opened:
        there = {name for (name,) in opened.connection.execute("SELECT name FROM sqlite_schema WHERE type <> 'index'")}
    rows = json.loads(run(PYTHON, "-c", DUCKDB, copy, *there))
    assert rows.pop("refused")
    assert rows.pop("summed")
    assert int(rows.pop("passed")) == rows["session_activity"]
    assert expected.items() <= rows.items()
    assert len(rows) == len(expected) + (3 if views else 0)


@has("duckdb_extension_sqlite_scanner")
def test_the_program_of_the_documents(db):
    [program] = blocks("python")
    local = DUCKDB.split("connection = ")[0] + program.replace(
        'connection.execute("INSTALL sqlite; LOAD sqlite")', "connection.load_extension(extension)"
    )
    assert "load_extension" in local
    assert "alpha" in run(PYTHON, "-c", local, cwd=Path(db).parent)
