"""How far a run is, on a terminal and where there is none."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyte
import pytest
from telemetry_made import EVIL, document, event, unknown
from terminal import seen

from sesscore.telemetry import terminal

ROOT = Path(__file__).parents[1]


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(terminal.time, "monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_lines_come_seldom_and_say_something_new(clock: Clock) -> None:
    said: list[str] = []
    lines = terminal.Lines(10.0, said.append)
    for second in range(100):
        clock.now = 1000.0 + second
        lines.beat(document(counters__events=min(second, 35)))
        lines.milestone(event())
    lines.close()
    assert [line.split(", ")[4] for line in said] == ["10 events", "20 events", "30 events", "35 events"]
    assert said[0] == (
        "sesscore: reading, 43 %, 35.2 MB/s, 1:02 left, 10 events, 12 sessions, 3 quarantined, cowrie.json"
    )


def test_a_run_that_is_over_soon_has_no_line_and_the_last_document_none(clock: Clock) -> None:
    said: list[str] = []
    lines = terminal.Lines(10.0, said.append)
    lines.beat(document())
    clock.now += 9.9
    lines.beat(document())
    clock.now += 99
    for state in ("complete", "stopped", "failed"):
        lines.beat(document(state=state, phase=state))
    assert said == []
    lines.beat(unknown())
    assert said == ["sesscore: reading"]


@pytest.mark.parametrize(
    "changes", [{"phase": EVIL}, {"sources__current__path": f"/x/{EVIL}"}, {"progress__unit": EVIL}]
)
def test_nothing_in_a_line_acts(changes: dict[str, Any]) -> None:
    line = terminal.line_of(document(**changes))
    assert "EVIL" in line
    assert line.isprintable()
    assert seen(line) == line


@pytest.mark.parametrize(
    ("follow", "on_terminal", "kind", "seconds"),
    [
        (False, True, terminal.Bar, 0.25),
        (False, False, terminal.Lines, 10),
        (True, True, terminal.Lines, 600),
        (True, False, terminal.Lines, 600),
    ],
)
def test_what_fits_standard_error(
    monkeypatch: pytest.MonkeyPatch, follow: bool, on_terminal: bool, kind: type, seconds: float
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: on_terminal, raising=False)
    found = terminal.shown(follow=follow)
    assert type(found) is kind
    assert getattr(found, "seconds", found.interval) == seconds


DRAWS = """
import sys
sys.path[:0] = [TESTS]
from telemetry_made import EVIL, document, unknown
from sesscore.telemetry.terminal import shown
bar = shown()
bar.beat(unknown())
print("rich" in sys.modules)
bar.beat(document(sources__current__path="/x/[red]a\\x1b[2J.json"))
print("to standard output", flush=True)
sys.stderr.write("a problem\\n")
bar.beat(document(progress__percent=None))
bar.beat(document(phase="joining", progress__percent=87.0))
sys.stderr.write("MARK\\n")
bar.beat(document(phase="complete", state="complete", progress__percent=100.0))
bar.close(); bar.close()
sys.stderr.write("the end\\n")
"""


def test_a_bar_on_a_real_terminal() -> None:
    """It stands in one line, messages stand above it, a name of a file is no markup, and nothing of it remains."""
    ours, theirs = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SESSCORE_")}
    environment |= {"TERM": "xterm", "COLUMNS": "140", "LINES": "24"}
    code = DRAWS.replace("TESTS", repr(str(ROOT / "tests")))
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=theirs, cwd="/", env=environment, text=True, check=True
    )
    os.close(theirs)
    drawn = b""
    while True:
        try:
            more = os.read(ours, 1 << 16)
        except OSError:
            break
        if not more:
            break
        drawn += more
    os.close(ours)
    assert done.stdout == "False\nto standard output\n"

    def screen(data: bytes) -> list[str]:
        shown = pyte.Screen(140, 24)
        pyte.ByteStream(shown).feed(data)
        return [line.rstrip() for line in shown.display if line.strip()]

    before, _, _ = drawn.partition(b"MARK")
    during = screen(before)
    assert during[0] == "a problem"
    assert sum("joining" in line for line in during) <= 1
    text = drawn.decode()
    assert "[red]a\\x1b[2J.json" in text
    assert "43 %  35.2 MB/s  1:02 left  1,000 events, 12 sessions, 3 quarantined" in text
    assert "87 %" in text
    assert screen(drawn) == ["a problem", "MARK", "the end"]
