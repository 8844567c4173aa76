"""Structured logs: a line for each milestone, safe to look at, whatever becomes of the file."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from ingested import outcome, visit, write
from jsonschema import Draft202012Validator
from telemetry_made import EVIL, event, moment, telling
from terminal import seen

from sesscore import schemas
from sesscore.errors import StorageError
from sesscore.telemetry import log

EVENTS = [
    event("started"),
    event("phase", phase="reading"),
    event("checkpoint", transactions=1, events=2, seconds=0.5),
    event("quarantined", source=EVIL, records=3, reasons={"torn": 3}),
    event("problem", what=EVIL, where=EVIL, hint=EVIL),
    event("degraded", error={"what": EVIL}),
    event("recovered"),
    event("source_finished", source=EVIL, state="read"),
    event("failed", error={"what": EVIL}, exit_code=7),
]
OF_LEVEL = {
    "debug": [one["event"] for one in EVENTS],
    "info": ["started", "quarantined", "problem", "degraded", "recovered", "source_finished", "failed"],
    "warning": ["quarantined", "problem", "degraded", "failed"],
    "error": ["failed"],
}


class Lines:
    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, line: str) -> None:
        assert line.endswith("\n")
        assert line.count("\n") == 1
        self.written.append(line)

    def close(self) -> None:
        self.written.append("closed\n")


def written(form: log.Format, level: str = "debug") -> list[str]:
    to = Lines()
    sink = log.Log(form, level, to)
    for one in EVENTS:
        sink.milestone(one)
    sink.close()
    assert to.written.pop() == "closed\n"
    return to.written


@pytest.mark.parametrize("level", log.LEVELS)
def test_each_line_is_an_object_of_its_schema(level: str) -> None:
    schema = schemas.schema_of("log")
    Draft202012Validator.check_schema(schema)
    told = [json.loads(line) for line in written("json", level)]
    for one in told:
        Draft202012Validator(schema).validate(one)
    assert [one["event"] for one in told] == OF_LEVEL[level]
    assert all(log.LEVELS.index(one["level"]) >= log.LEVELS.index(level) for one in told)
    by_event = {one["event"]: one["fields"] for one in told}
    assert by_event["failed"]["exit_code"] == 7
    assert by_event["failed"]["run_id"] == "ab" * 16
    assert by_event["failed"]["error"] == {"what": EVIL}


def test_text_says_the_same_in_short() -> None:
    lines = written("text")
    assert [line.split()[1] for line in lines] == [log.level_of(one).upper() for one in EVENTS]
    assert lines[1] == f'{moment()} DEBUG   phase: phase="reading"\n'
    assert lines[6] == f"{moment()} INFO    recovered\n"
    assert 'db="/s.db"' in lines[0]


@pytest.mark.parametrize("form", ["text", "json"])
def test_nothing_acts_on_a_terminal(form: log.Format) -> None:
    for line in written(form):
        assert seen(line.removesuffix("\n")) == line.removesuffix("\n")
        assert line.removesuffix("\n").isprintable()


def test_a_file_is_private_is_added_to_and_may_be_rotated(tmp_path: Path) -> None:
    """Moved, removed and cut: nothing is written to a file that lost its name."""
    path, said = tmp_path / "s.log", []
    for line in ("a\n", "b\n"):
        to = log.LogFile(str(path), telling(said))
        to.write(line)
        to.close()
        to.close()
    assert path.read_text() == "a\nb\n"
    assert path.stat().st_mode & 0o777 == 0o600
    to = log.LogFile(str(path), telling(said))
    path.rename(tmp_path / "s.log.1")
    to.write("c\n")
    assert (tmp_path / "s.log.1").read_text() == "a\nb\n"
    path.unlink()
    to.write("d\n")
    to.write("e\n")
    assert path.read_text() == "d\ne\n"
    os.truncate(path, 0)
    to.write("f\n")
    assert path.read_text() == "f\n"
    assert said == []


def test_a_line_that_cannot_be_written_is_said_once_and_the_next_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, said = tmp_path / "s.log", []
    to = log.LogFile(str(path), telling(said))
    real = os.write

    def full(descriptor: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, data[:3]))
    to.write("whole\n")
    monkeypatch.setattr(os, "write", full)
    to.write("lost\n")
    to.write("lost\n")
    monkeypatch.setattr(os, "write", real)
    to.write("next\n")
    assert path.read_text() == "who\nnext\n"
    assert said == [f"lines of the log are lost: No space left on device ({path})"]


@pytest.mark.parametrize("kind", ["no folder", "a folder", "a FIFO without a reader"])
def test_a_log_that_cannot_be_opened_ends_the_command(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "s.log"
    if kind == "no folder":
        path = tmp_path / "none" / "s.log"
    elif kind == "a folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    with pytest.raises(StorageError) as caught:
        log.LogFile(str(path), telling([]))
    assert caught.value.exit_code == 7


def test_a_log_on_standard_error_stands_there_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No closing line, no text of problems, and how the command ended is a line, too."""
    [good] = write(tmp_path / "logs", a=[*visit("aa"), {"eventid": "no time"}])
    none = str(tmp_path / "none")
    for more, code in (((good, none), 0), ((good, "--strict"), 0), ((none,), 6), (("--follow", "-"), 2)):
        db = str(tmp_path / "s.db")
        found, out, err = outcome(capsys, "ingest", *more, "--db", db, "--log-format", "json", "--no-progress")
        assert (found, out) == (code, ""), err
        if code == 2:
            continue  # nothing was begun yet
        told = [json.loads(line) for line in err.splitlines()]
        assert told[0]["event"] == "started"
        assert (told[-1]["event"], told[-1]["fields"].get("exit_code")) == (
            ("error", code) if code else ("finished", None)
        )
        assert ("problem" in [one["event"] for one in told]) == (none in more)
    code, _, err = outcome(capsys, "ingest", good, "--strict", "--db", str(tmp_path / "t.db"), "--log-level", "error")
    assert code == 3
    assert [line.split()[1:3] for line in err.splitlines()] == [["ERROR", "error:"]]
