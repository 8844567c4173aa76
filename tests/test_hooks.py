"""Hooks: what they get, and that nothing of what they do reaches the work."""

from __future__ import annotations

import copy
import json
import os
import shlex
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from ingested import outcome, visit, write
from telemetry_made import EVIL, event, telling

from sesscore.errors import UsageError
from sesscore.ingest import ingest
from sesscore.met import Problem
from sesscore.telemetry import hooks


class Trial:
    """A hook, and what it said."""

    def __init__(self, line: str, seconds: float = 20.0, last: float = 10.0) -> None:
        self.said: list[str] = []
        run = hooks.Command(hooks.words_of(line), seconds)
        self.hook = hooks.Hook(run, name="it", tell=telling(self.said), abandon=run.abandon, last_seconds=last)

    def run(self, milestones: int = 1) -> tuple[int, int, int]:
        for number in range(milestones):
            self.hook.milestone(event("started", number=number, text=EVIL))
        self.hook.close()
        return self.hook.delivered, self.hook.failed, self.hook.dropped


def writer(path: Path, more: str = "") -> str:
    """A command that adds what it is given to a file."""
    return shlex.join(["sh", "-c", f"cat >> {shlex.quote(str(path))}; {more or 'true'}"])


def test_a_command_gets_one_object_for_each_milestone(tmp_path: Path) -> None:
    trial = Trial(writer(tmp_path / "out"))
    assert trial.run(5) == (5, 0, 0)
    data = (tmp_path / "out").read_bytes()
    told = [json.loads(line) for line in data.splitlines()]
    assert [one["number"] for one in told] == [0, 1, 2, 3, 4]
    assert told[0] == event("started", number=0, text=EVIL)
    assert data.isascii() or b"\x1b" not in data
    assert trial.said == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("false", "exit code 1"),
        ("/nowhere/hook", "it cannot be run: No such file or directory"),
        ("sh -c 'kill -9 $$'", "ended by signal 9"),
        ("sh -c 'exec <&-; exit 3'", "exit code 3"),
    ],
)
def test_a_command_that_fails_is_said_once_and_counted(line: str, why: str) -> None:
    trial = Trial(line)
    assert trial.run(3) == (0, 3, 0)
    assert trial.said == [f"the hook failed at `started`: {why} (it)", "2 more milestones did not arrive (it)"]


@pytest.mark.parametrize(
    "line", ["true", "sh -c 'exec <&-; exit 0'", "sh -c 'head -c 3000000 /dev/zero; cat >/dev/null'"]
)
def test_a_command_may_ignore_what_it_is_given_and_print_what_it_likes(
    line: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert Trial(line).run(2) == (2, 0, 0)
    assert capfdbinary.readouterr() == (b"", b"")


def test_a_command_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    """Here because its time is over, below because the run is."""
    pid = tmp_path / "pid"
    hanging = shlex.join(["sh", "-c", f"sleep 600 & echo $! >> {shlex.quote(str(pid))}; wait"])
    trial = Trial(hanging, seconds=0.5)
    assert trial.run(1) == (0, 1, 0)
    assert trial.said == ["the hook failed at `started`: it did not end within 0.5 s (it)"]
    trial = Trial(hanging, last=0.3)
    delivered, failed, dropped = trial.run(4)
    assert (delivered, failed >= 1, failed + dropped) == (0, True, 4)
    for child in pid.read_text().split():
        assert is_gone(int(child))


def is_gone(pid: int) -> bool:
    """Waits for the end of a process that nobody here is the parent of."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_one_command_at_a_time_and_the_work_never_waits(tmp_path: Path) -> None:
    """Each looks whether the one before still lives. What finds no room is dropped, the oldest first."""
    one, two, out = shlex.quote(str(tmp_path / "one")), tmp_path / "two", tmp_path / "out"
    look = f"[ -e {one} ] && kill -0 $(cat {one}) 2>/dev/null && touch {two}; echo $$ > {one}; sleep 0.05; rm {one}"
    trial = Trial(writer(out, look), last=0.5)
    began = threading.Event()
    put = threading.Thread(target=lambda: ([trial.hook.milestone(event(number=n)) for n in range(500)], began.set()))
    put.start()
    assert began.wait(30)
    trial.hook.close()
    numbers = [json.loads(line)["number"] for line in out.read_bytes().splitlines()]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == 499, "how it ended must arrive"
    assert not two.exists(), "two at a time"
    assert trial.hook.failed <= 1, "only the one that the end met"
    assert trial.hook.delivered + trial.hook.dropped + trial.hook.failed == 500
    assert trial.said[-1] == f"{trial.hook.dropped} more milestones did not arrive (it)"


def test_a_hook_inherits_nothing_that_would_start_it_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SESSCORE_INGEST_ON_EVENT", "x")
    monkeypatch.setenv("SESSCORE_DB", "/s.db")
    trial = Trial(shlex.join(["sh", "-c", f"env > {shlex.quote(str(tmp_path / 'env'))}"]))
    trial.run()
    names = {line.partition("=")[0] for line in (tmp_path / "env").read_text().splitlines()}
    assert "SESSCORE_DB" in names
    assert "SESSCORE_INGEST_ON_EVENT" not in names
    assert names - set(os.environ) <= {"PWD", "SHLVL", "_", "OLDPWD"}


def test_a_callback_may_do_what_it_likes() -> None:
    said: list[str] = []
    got: list[dict[str, Any]] = []

    def function(told: dict[str, Any]) -> None:
        got.append(copy.deepcopy(told))
        told["sources"].clear()
        raise SystemExit(3)

    hook = hooks.callback(function, tell=telling(said))
    given = event("finished", sources=["a"])
    hook.milestone(given)
    hook.milestone(given)
    hook.close()
    hook.milestone(given)
    assert got == [event("finished", sources=["a"])] * 2
    assert given == event("finished", sources=["a"])
    assert said[0] == "the hook failed at `finished`: SystemExit: 3 (on_event)"


def test_a_callback_that_hangs_is_left_behind() -> None:
    forever, said = threading.Event(), []
    hook = hooks.Hook(lambda told: forever.wait(), name="it", tell=telling(said), last_seconds=0.1)
    for _ in range(3):
        hook.milestone(event())
    hook.close()
    assert hook.dropped == 3
    assert said == ["3 more milestones did not arrive (it)"]
    forever.set()


def test_words_are_cut_as_a_shell_does_and_nothing_else() -> None:
    assert hooks.words_of("a 'b c' $HOME;*") == ["a", "b c", "$HOME;*"]
    for line in ("", "  ", "'a"):
        with pytest.raises(UsageError):
            hooks.words_of(line)


def test_ingest_calls_a_function_of_python(tmp_path: Path) -> None:
    """What it does changes nothing of what was read."""
    [log] = write(tmp_path / "logs", a=[*visit("aa"), {"eventid": "no time"}])
    got: list[dict[str, Any]] = []
    problems: list[Problem] = []

    def function(told: dict[str, Any]) -> None:
        got.append(told)
        raise RuntimeError("EVIL")

    result = ingest([log, "/nowhere"], db=str(tmp_path / "s.db"), on_event=function, problem=problems.append)
    plain = ingest([log, "/nowhere"], db=str(tmp_path / "t.db"))
    assert (result.ledger, result.sources, result.problems) == (plain.ledger, plain.sources, plain.problems)
    names = [one["event"] for one in got]
    assert (names[0], names[-1], len(set(names) & {"source_finished", "checkpoint", "quarantined", "problem"})) == (
        "started",
        "finished",
        4,
    )
    assert got[-1]["ledger"] == result.ledger.as_dict()
    assert {one["schema"] for one in got} == {"sesscore.milestone/1"}
    assert problems[0].problem == "the hook failed at `started`: RuntimeError: EVIL"
    assert f"{len(got) - 1} more milestones did not arrive" in {one.problem for one in problems}


def test_the_result_of_the_program_is_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Document and exit code, with a hook that fails, one that is not there and none."""
    [log] = write(tmp_path / "logs", a=[*visit("aa"), {"eventid": "no time"}])
    told = []
    for number, more in enumerate(((), ("--on-event", "false"), ("--on-event", "/nowhere/hook"))):
        db = str(tmp_path / f"{number}.db")
        code, out, err = outcome(capsys, "ingest", log, "--db", db, "--strict", "--format", "json", *more)
        told.append((code, json.loads(out) | {"elapsed_seconds": 0}))
        assert ("the hook failed at `started`" in err) == bool(more)
    assert told[0][0] == 3
    assert told == told[:1] * 3
