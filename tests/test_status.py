"""`sesscore status`: what it says of runs that live, hang, died, failed or never were, whatever is in their files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ingested import outcome
from jsonschema import Draft202012Validator
from telemetry_made import DOCUMENT, EVIL, document, moment, unknown
from terminal import seen

from sesscore import schemas
from sesscore.telemetry import page, reading
from sesscore.telemetry.machine import process_started
from sesscore.telemetry.standing import ORDER, as_dict, standing


def fresh(ago: float = 0.0, **changes: Any) -> dict[str, Any]:
    """A document of this process, written just now."""
    own = {"pid": os.getpid(), "process_started": process_started(os.getpid())}
    return document(**{**own, "updated": moment(ago, datetime.now(UTC)), **changes})


def put(folder: Path, told: object, name: str = "s.db.status.json") -> str:
    path = folder / name
    path.write_bytes(told if isinstance(told, bytes) else json.dumps(told).encode())
    return str(path)


def ended() -> dict[str, Any]:
    """A process that is no more."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    told = {"pid": child.pid, "process_started": process_started(child.pid)}
    child.communicate(b"\n")
    return told


TROUBLE = {"at": moment(), "what": "the disk is full", "where": "/s.db", "hint": "", "exit_code": 7}
DONE = {"state": "complete", "phase": "complete"}
FAILED = {"state": "failed", "phase": "failed", "last_error": TROUBLE}
WAITS = {"state": "degraded", "phase": "following", "last_error": TROUBLE}
STOPPED = {"state": "stopped", "phase": "stopped"}
ELSEWHERE = {"hostname": "another.example"}

VERDICTS = [
    # what the file says, since when, --max-age, verdict, words
    ({}, 0, None, "running", ""),
    ({}, 5, None, "running", ""),
    ({}, 5, 2, "stale", "more than 2.0 s"),
    ({}, 60, None, "stale", "more than 10 s"),
    ({"interval_seconds": 30}, 60, None, "running", ""),
    ({}, -3600, None, "stale", "ahead of this clock"),
    (WAITS, 0, None, "degraded", "the disk is full"),
    (WAITS, 60, None, "stale", "more than"),
    (FAILED, 0, None, "failed", "the disk is full"),
    (FAILED, 9999, 300, "failed", "the disk is full"),
    (STOPPED, 0, None, "stopped", "ago"),
    (DONE, 9999, None, "complete", ""),
    (DONE, 200, 300, "complete", ""),
    (DONE, 400, 300, "stale", "more than 5:00"),
    (ELSEWHERE, 0, None, "running", ""),
    (ELSEWHERE, 60, None, "stale", "more than"),
    ({"process_started": None}, 0, None, "running", ""),
    ({"process_started": "nonsense"}, 0, None, "running", ""),
    ({"pid": "x"}, 0, None, "running", ""),
]


@pytest.mark.parametrize(("told", "ago", "max_age", "verdict", "why"), VERDICTS)
def test_a_verdict(tmp_path: Path, told: dict[str, Any], ago: float, max_age: float, verdict: str, why: str) -> None:
    found = standing(put(tmp_path, fresh(ago, **told)), max_age=max_age)
    assert found.verdict == verdict, found
    assert why in found.why
    assert found.well == (verdict in ("running", "complete"))


def test_a_killed_run_is_told_at_once(tmp_path: Path) -> None:
    """Also if its number is another's by now; of one that is over nobody asks for the process."""
    gone = ended()
    for told in (gone, {"pid": gone["pid"], "process_started": None}, {**gone, "pid": os.getpid()}):
        found = standing(put(tmp_path, fresh(**told)))
        assert (found.verdict, found.why.partition(":")[0]) == ("stale", "killed"), told
    assert standing(put(tmp_path, fresh(**gone, **DONE))).verdict == "complete"


def test_what_is_no_file_of_ours(tmp_path: Path) -> None:
    assert standing(str(tmp_path / "none")).verdict == "never run"
    assert standing(str(tmp_path / "none" / "none")).verdict == "never run"
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path / "folder", tmp_path / "fifo", "/dev/zero", "/dev/null", "a\0b"):
        assert standing(str(path)).verdict == "unreadable"
    for told in (
        b"",
        b"\0" * 100,
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"[" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b" " * (reading.LONGEST + 1),
        {"state": "running"},
        {"state": "complete", "version": 2, "sensor": "hp"},  # an older tool's
        fresh(schema="sesscore.status/2"),
        fresh(schema=None),
        fresh(state="fine"),
        fresh(state=["running"]),
        fresh(updated="now"),
        fresh(updated=5),
        fresh(updated="2026-01-01T00:00:00"),
        fresh(updated="0001-01-01T00:00:00+23:59"),
    ):
        found = standing(put(tmp_path, told))
        assert (found.verdict, found.document) == ("unreadable", None), told


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([EVIL, 1e308, -1, 2**70]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["path", "total", "what"]), inner),
    max_leaves=4,
)


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(set(DOCUMENT) - {"schema", "state", "updated"})), anything))
def test_whatever_a_file_says_it_is_shown_and_nothing_acts(told: dict[str, Any]) -> None:
    from sesscore.telemetry import standing as module

    def read(path: str) -> dict[str, Any]:
        return {**fresh(), **told}

    before, reading.read_status = reading.read_status, read
    try:
        found = module.standing(EVIL)
    finally:
        reading.read_status = before
    shown = page.page([found])
    check = page.check_line([found, found])
    for line in (*shown, check):
        assert line.isprintable()
        assert seen(line) == line
        assert len(line) < 1_500
    assert "|" not in check
    Draft202012Validator(schemas.schema_of("status.list")["properties"]["runs"]["items"]).validate(as_dict(found))
    assert len(shown) < 20


def test_the_page_of_a_run(tmp_path: Path) -> None:
    path = put(tmp_path, fresh(**WAITS))
    text = "\n".join(page.page([standing(path), standing(str(tmp_path / "none"))]))
    for words in ("/var/lib/sesscore/s.db", "degraded", "the disk is full (/s.db)", "sensor alpha", "1,000 events"):
        assert words in text
    text = "\n".join(page.page([standing(put(tmp_path, fresh()))]))
    for words in (
        "reading, 1:00 so far, 43 %, 35.2 MB/s, 1:02 left",
        "3 of 180 done",
        "cowrie.json at 2.0 MB of 3.0 MB",
    ):
        assert words in text
    for words in ("3 quarantined", "12 new sessions, 99 in all", "7 transactions, median 0.2 s", "memory 160.0 MB"):
        assert words in text
    text = "\n".join(page.page([standing(put(tmp_path, {**unknown(), "state": "complete"}))]))
    assert "complete" in text
    assert "None" not in text


def test_of_a_killed_run_the_database_knows_better(tmp_path: Path) -> None:
    """Its last commit is not in the file, or what is in the file was not committed; the page names who can be asked."""

    def said(**changes: Any) -> str:
        return "\n".join(page.page([standing(put(tmp_path, fresh(**changes)))])).partition("  database    ")[2]

    gone = ended()
    words = "may hold more than is told here, or less; ask it: sesscore db info --db"
    assert said(**gone) == f"{words} /var/lib/sesscore/s.db"
    assert said(**gone, db="my db") == f"{words} 'my db'"
    for db in (None, EVIL[:-1], "x" * 100, "", 5):
        assert said(**gone, db=db) == f"{words} FILE", ascii(db)
    for other in ({}, {**gone, **DONE}, {**gone, **FAILED}, {**gone, "command": "verify"}, ELSEWHERE):
        assert said(**other) == ""


def test_a_check_names_the_worst_first_and_all_in_one_line(tmp_path: Path) -> None:
    told = {"a|b": fresh(), "c": fresh(**DONE), "d": fresh(**STOPPED), "e": fresh(**FAILED), "f": b"{"}
    found = [standing(put(tmp_path, one, name)) for name, one in told.items()]
    line = page.check_line(found)
    assert line.startswith(f"sesscore failed (3 of 5) - {tmp_path}/e: failed: the disk is full; ")
    assert line.index("/f: unreadable") < line.index("/d: stopped") < line.index("/a/b: running")
    assert page.check_line(found[:2]).startswith("sesscore ok - ")
    assert "2 more" in page.check_line([*found, *found[:2]])
    assert page.check_line(found[3:4]) == f"sesscore failed - {tmp_path}/e: the disk is full", "the verdict once"
    assert set(ORDER) >= {one.verdict for one in found}


# The command


def test_what_it_prints_and_how_it_ends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = put(tmp_path, fresh(), "good"), put(tmp_path, fresh(**FAILED), "bad")
    none = str(tmp_path / "none")
    one, both = ("--status-file", good), ("--status-file", good, "--status-file", bad)
    for arguments, code, first in (
        (one, 0, "/var/lib"),
        (both, 0, "/var/lib"),
        (("--status-file", none), 6, none),
        ((*one, "--check"), 0, "sesscore ok - "),
        ((*one, "--check", "--max-age", "300"), 0, "sesscore ok - "),
        ((*both, "--check"), 3, "sesscore failed (1 of 2) - "),
        (("--status-file", none, "--check"), 3, "sesscore never run - "),
        ((*one, "--max-age", "300"), 2, ""),
        ((*one, "--check", "--max-age", "0"), 2, ""),
        ((*one, "--check", "--watch"), 2, ""),
    ):
        found, out, err = outcome(capsys, "status", *arguments)
        assert (found, out[: len(first)]) == (code, first), arguments
        assert bool(err) == (code in (2, 6))
        assert "--check" not in arguments or code == 2 or out.count("\n") == 1
    code, out, _ = outcome(capsys, "status", *both, "--format", "json")
    told = json.loads(out)
    assert (code, told["well"], [run["verdict"] for run in told["runs"]]) == (0, False, ["running", "failed"])
    assert told["runs"][0]["counters"]["events"] == 1_000


def test_which_file_is_meant(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that ingest writes with the same variables and configuration, unless another is named."""
    for name in ("a.db.status.json", "b.db.status.json", "c.status"):
        put(tmp_path, fresh(db=name), name)
    config = tmp_path / "c.toml"

    def shown(*arguments: str) -> str:
        return outcome(capsys, "--config", str(config), "status", *arguments)[1].partition(" ")[0]

    config.write_text('db = "a.db"\n')
    assert shown() == "a.db.status.json"
    config.write_text('db = "a.db"\n[ingest]\ndb = "b.db"\n')
    assert shown() == "b.db.status.json"
    config.write_text('db = "a.db"\n[status]\nstatus-file = ["c.status"]\n')
    assert shown() == "c.status"
    config.write_text("")
    monkeypatch.setenv("SESSCORE_DB", str(tmp_path / "b.db"))
    assert shown() == "b.db.status.json"
    assert shown("--db", str(tmp_path / "a.db")) == "a.db.status.json"
    monkeypatch.setenv("SESSCORE_INGEST_STATUS_FILE", str(tmp_path / "c.status"))
    assert shown() == "c.status"
    assert shown("--db", str(tmp_path / "a.db")) == "a.db.status.json"
    monkeypatch.setenv("SESSCORE_INGEST_STATUS_FILE", "off")
    assert outcome(capsys, "--config", str(config), "status")[0] == 6


def test_watching_ends_when_all_are_over(tmp_path: Path) -> None:
    """And says so; one that is stopped by Ctrl-C says nothing."""
    path = put(tmp_path, fresh())
    command = [sys.executable, "-m", "sesscore", "status", "--watch", "--status-file", path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        assert watching.stdout.readline().startswith("sesscore ok")
        path = put(tmp_path, fresh(**FAILED))
        out, err = watching.communicate(timeout=60)
    assert (watching.returncode, err) == (0, "")
    assert out.startswith("sesscore failed")
    put(tmp_path, fresh())
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as watching:
        assert watching.stdout is not None
        watching.stdout.readline()
        watching.send_signal(2)
        assert watching.communicate(timeout=60) == ("", "")
    assert watching.returncode == 130


def test_time_is_told_as_people_do() -> None:
    from sesscore.telemetry.words import span

    told = [0.04, 9.94, 9.99, 59.4, 59.6, 3599.6, 3600, 259_199, 259_200]
    assert [span(one) for one in told] == [
        "0.0 s", "9.9 s", "10.0 s", "59 s", "1:00", "1:00:00", "1:00:00", "71:59:59", "3 days",
    ]  # fmt: skip
