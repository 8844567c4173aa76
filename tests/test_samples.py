"""What the older tools printed of a log beside what we print: block by block, to the byte but for what is said here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from real import DATA
from test_older import printed

from sesscore.ingest import ingest
from sesscore.store import open_for_reading

SAMPLES = DATA.parent / "reference" / "samples"
DOCS = Path(__file__).parents[1] / "docs"
TOOLS = ("d411", "jslagrew")
SESSION = re.compile(r"(?m)^(?= {23}Session  )")
SUMMARY = " " * 16 + "Total Number of Attacks:"
COUNT = re.compile(r"(?m)^ {12}Total Commands Run  \d+ +\n")  # the older tools had it with a key for DShield only
RULE = re.compile(r"(?m)^X+\n(X+\n)?")  # of 96, or of 72 and 30 on two lines
DURATION = re.compile(r"(?m)^( {14}Session Duration  )(\S+)( seconds +)$")

pytestmark = pytest.mark.skipif(not SAMPLES.exists(), reason="the samples are not beside the project")


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = str(tmp_path_factory.mktemp("samples") / "s.db")
    ingest([str(SAMPLES / "input_2000.json")], db=path)
    return path


def sample(tool: str, report: str) -> str:
    return (SAMPLES / f"{tool}_2000_{report}_report.txt").read_text("utf-8")


def text(db: str, report: str, selection: str = "older") -> str:
    with open_for_reading(db) as opened:
        return printed(opened.connection, report, format_="text", selection=selection).decode()


def parts(report: str) -> tuple[str, dict[str, str]]:
    """The summary block, and those of the sessions by id."""
    start = report.index(SUMMARY)
    first = SESSION.search(report, start)
    end = first.start() if first else len(report)
    rest = report[:start] + report[end:]
    blocks = [block for block in SESSION.split(rest) if block]
    return report[start:end], {block[32:44]: block for block in blocks}


def alike(block: str) -> str:
    """A block without what differs on purpose."""
    return RULE.sub("X\n", COUNT.sub("", DURATION.sub(r"\1?\3", block)))


def duration(block: str) -> int:
    """In units of its last digit; all have five characters."""
    found = DURATION.search(block)
    assert found is not None
    assert len(found[2]) == 5
    return int(found[2].replace(".", ""))


@pytest.mark.parametrize("tool", TOOLS)
def test_session_blocks(db: str, tool: str) -> None:
    _, theirs = parts(sample(tool, "day"))
    _, ours = parts(text(db, "attacks"))
    assert ours.keys() == theirs.keys()
    for session_id, block in theirs.items():
        assert alike(ours[session_id]) == alike(block)
        # A duration of 9.488701 s is cut to 9.488 by them; we keep 9,489 ms.
        assert 0 <= duration(ours[session_id]) - duration(block) <= 1
    assert len(theirs) == 78


def test_all_sessions_have_blocks_of_the_same_form(db: str) -> None:
    _, every = parts(text(db, "attacks", "sessions"))
    _, older = parts(text(db, "attacks"))
    assert len(every) == 213
    assert older.items() <= every.items()


@pytest.mark.parametrize("tool", TOOLS)
def test_the_summary_block(db: str, tool: str) -> None:
    """Their figures count commands that failed twice, and their lists are in no order; the form is the same."""
    theirs, _ = parts(sample(tool, "day"))
    ours, _ = parts(text(db, "attacks"))
    assert ours.splitlines()[0] == theirs.splitlines()[0]  # so many attacks
    assert form(ours) == form(theirs)


def form(summary: str) -> list[str]:
    """Its lines with what varies left out, each once in a row."""
    lines = [re.sub(r"(?m)^ {42}[0-9a-f]{12}$", "an id", line) for line in summary.split("\n")]
    lines = ["a count" if re.fullmatch(r" {37,39}\d+  \d+ +", line) and len(line) >= 52 else line for line in lines]
    lines = [re.sub(r"(Commands:  )\d+ +$", r"\1n", line) for line in lines]
    return [line for i, line in enumerate(lines) if i == 0 or line != lines[i - 1] or not line]


@pytest.mark.parametrize("tool", TOOLS)
def test_the_order_of_blocks(db: str, tool: str) -> None:
    for report, name in (("day", "attacks"), ("abnormal", "abnormal")):
        theirs, ours = sample(tool, report), text(db, name)
        for printed_text in (theirs, ours):
            first = SESSION.search(printed_text)
            assert first is not None
            assert (printed_text.index(SUMMARY) < first.start()) is (report == "abnormal")
        assert theirs.endswith("\n\n\n") is ours.endswith("\n\n\n")


def test_the_worked_example_of_the_page(db: str) -> None:
    """docs/migrating.md, "Why counts differ": what the older tools showed of the sample, and what is there."""
    page = (DOCS / "migrating.md").read_text("utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("| ")]
    said = {row[0]: row[1:] for row in rows if len(row) == 3}
    with open_for_reading(db) as opened:
        question = (
            "SELECT count(*), sum(login_success_count = 0), sum(command_count), sum(command_failed_count),"
            " sum(event_count) FROM session_metrics"
        )
        every, outside, typed, failed, events = opened.connection.execute(question).get
    listed = {tool: len(parts(sample(tool, "day"))[1]) for tool in TOOLS}
    _, ours = parts(text(db, "attacks"))
    assert set(listed.values()) == {len(ours)}
    assert said["got in, with a file or a recording"] == [str(len(ours))] * 2
    assert said["got in, with neither"] == ["0", str(every - outside - len(ours))]
    assert said["did not get in"] == ["0", str(outside)]
    assert said["all"] == [str(len(ours)), str(every)]
    assert said["events, of which a session holds each"][1] == f"{events:,}"
    assert said["commands that were typed"][1] == str(typed)
    assert said["what failed of these, which older tools count once more"][1] == str(failed)
