"""What a run says of itself: true at every moment, and never in the way of the work."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from cases import event, lines
from desk import Desk
from hypothesis import given
from hypothesis import strategies as st
from ingested import outcome, visit, write
from told import Kept, Told, check, wrong

from sesscore import telling
from sesscore.errors import DiskFull, StorageError
from sesscore.ingest import ingest
from sesscore.ownfiles import draft_of
from sesscore.records import MAX_OBJECT
from sesscore.sources import Source
from sesscore.telemetry import beat, statusfile
from sesscore.telemetry.document import Documents
from sesscore.telemetry.liveness import standing
from sesscore.telemetry.machine import process_started
from sesscore.telemetry.rates import Progress, Rate
from sesscore.telemetry.run import MOST_MILESTONES, Counters, Run, trouble
from sesscore.telemetry.statusfile import StatusFile
from sesscore.telemetry.times import Times
from sesscore.telemetry.vitals import Vitals
from sesscore.telemetry.watched import watched

PATIENCE = 120  # seconds, for what must happen
INGEST = ["starting", "discovering", "reading", "retrying", "joining", "following", "finishing"]
ENDS = ["complete", "stopped", "failed"]
NAMELESS = {"eventid": "x", "timestamp": "2024-05-01T00:00:00Z"}
HALF = len(lines(event("cut in two"))) // 2


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def world(desk: Desk) -> list[str]:
    """Logs with everything in them that moves a counter: copies, bad lines, halves, an alien, one that is not there."""
    many = [one for number in range(40) for one in visit(f"s{number}", number * 50)]
    cut = lines(event("cut in two"))
    return [
        desk.put("a.json.2024-05-01.gz", lines(*many[:200], *many[:3]) + b"\nnot json\n{}\n" + cut[:HALF], "gz"),
        desk.put("a.json.2024-05-02", cut[HALF:] + lines(*many[150:], NAMELESS)),
        desk.put("alien", b"no log\n" * 5),
        str(desk.folder / "missing"),
    ]  # fmt: skip


# An ingest


def test_the_documents_of_an_ingest(desk: Desk) -> None:
    """Each of them holds, one follows from the other, and the last one is the ledger."""
    paths = world(desk)
    run, kept = Told(sensor="alpha"), Kept()
    run.listening = True
    result = ingest(paths, db=desk.db, run=run, block_bytes=4000, commit_bytes=20_000)
    check(run.documents, [*INGEST, *ENDS])
    last = run.documents[-1]
    assert (last["state"], last["phase"], last["progress"]["percent"]) == ("complete", "complete", 100)
    sessions = {"sessions_new": result.sessions["new"], "sessions_updated": result.sessions["updated"]}
    assert last["counters"] == last["committed"] == {**result.ledger.as_dict(), **sessions}
    assert last["sessions"]["total"] == result.sessions_total
    assert sum(list(last["sessions"].values())[1:]) == result.sessions_total
    assert {name: last["sources"][name] for name in result.sources} == result.sources
    assert last["sources"]["total"] == last["sources"]["done"] == 4
    assert last["checkpoint"]["events"] == result.ledger.events
    assert last["transactions"]["count"] == last["checkpoint"]["transactions"] > 3
    assert last["problems"] == len(result.problems) == 2
    phases = [document["phase"] for document in run.documents]
    assert [phase for phase in INGEST if phase not in phases] == ["retrying", "following"]
    assert phases.count("reading") > 10
    # Before the joins took anything out of the quarantine, its reasons were all that was in it.
    last_read = [document for document in run.documents if document["phase"] == "reading"][-1]["quarantine"]
    assert sum(last_read["reasons"].values()) == last_read["records"] > result.ledger.quarantined

    events = [Documents(run).milestone(event) for event in run.milestones]
    assert [wrong(event, "milestone") for event in events] == [[]] * len(events)
    told = [event["event"] for event in events]
    assert {"phase", "source_finished", "checkpoint", "quarantined", "problem", "finished"} == set(told)
    assert told.count("source_finished") == 3
    assert told.count("checkpoint") == last["transactions"]["count"]
    assert told.count("quarantined") <= told.count("source_finished") + told.count("checkpoint")
    assert {event["source"] for event in events if event["event"] == "quarantined"} <= set(paths)
    assert (events[-1]["event"], events[-1]["ledger"]) == ("finished", result.ledger.as_dict())
    assert kept.milestones == []


def test_what_was_known_takes_no_time(desk: Desk) -> None:
    """It counts as done, and not in the rate; what a log grew by does."""
    path = desk.put("log", lines(*visit("a")))
    copy = desk.put("other", lines(*visit("b")))
    ingest([path, copy], db=desk.db)
    with Path(path).open("ab") as file:
        file.write(lines(*visit("c", 3600)))
    run = Told()
    ingest([path, copy], db=desk.db, run=run)
    check(run.documents, [*INGEST, *ENDS])
    assert run.position is not None
    done, skipped = run.position()
    assert done == run.total == Path(path).stat().st_size + Path(copy).stat().st_size
    assert done - skipped == len(lines(*visit("c", 3600)))


def test_records_that_leave_the_quarantine(desk: Desk) -> None:
    """While they do nothing falls; the last document is the ledger that ingest prints."""
    path = desk.put("log.gz", lines(event("a")) + lines(event("b"))[:-9], "gz")
    ingest([path], db=desk.db)
    desk.put("log.gz", lines(event("a"), event("b"), event("c")), "gz")
    run = Told()
    result = ingest([path], db=desk.db, run=run, retry_quarantine=True)
    check(run.documents, [*INGEST, *ENDS])
    assert result.ledger.quarantined == -1
    assert run.documents[-1]["counters"]["quarantined"] == -1
    assert "retrying" in [document["phase"] for document in run.documents]


def test_one_line_of_megabytes_moves_the_progress(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer has nothing of it until it ends, so the reader counts."""
    path = desk.put("log", lines(event("a")) + b"[" + b" 1" * MAX_OBJECT + b"\n" + lines(event("b")))
    run = Told()
    read = Source.readinto

    def telling_read(source: Source, block: memoryview) -> int:
        count = read(source, block)
        if count:
            run.tell()
        return count

    monkeypatch.setattr(Source, "readinto", telling_read)
    run.wake = lambda: None  # the reader tells
    ingest([path], db=desk.db, run=run)
    reading = [document for document in run.documents if document["phase"] == "reading"]
    within = [document for document in reading if document["counters"]["lines"] <= 1]
    assert len({document["progress"]["current"] for document in within}) >= 4  # two threads look at the first blocks
    size = Path(path).stat().st_size
    assert max(document["progress"]["current"] for document in within) > 0.9 * size
    assert all(document["progress"]["current"] <= size for document in reading)


def test_a_follower_waits_and_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """degraded while nothing can be stored, with the error; running again; nothing is told twice or less."""
    path = desk.put("log", lines(*visit("a")))
    run = Told()
    failing = [True]
    write_batch = telling.Telling.wrote

    def fail_once(*given: Any) -> None:
        write_batch(*given)
        if failing.pop() if failing else False:
            raise DiskFull("the disk is full", where=desk.db)

    monkeypatch.setattr(telling.Telling, "wrote", fail_once)
    monkeypatch.setattr("sesscore.follow.FIRST_PAUSE", 0.0)
    monkeypatch.setattr("sesscore.watching.LOOK_SECONDS", 0.0)
    follows = telling.Telling.follows

    def then_stop(self: telling.Telling) -> None:
        follows(self)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(telling.Telling, "follows", then_stop)
    result = ingest([path], db=desk.db, run=run, follow=True)
    check(run.documents, [*INGEST, *ENDS])
    states = list(dict.fromkeys(document["state"] for document in run.documents))
    assert states == ["running", "degraded", "stopped"]
    degraded = next(document for document in run.documents if document["state"] == "degraded")
    assert degraded["last_error"]["what"] == "the disk is full"
    assert degraded["last_error"]["exit_code"] == 7
    after = run.documents[[document["state"] for document in run.documents].index("degraded") :]
    assert "running" in [document["state"] for document in after]
    assert run.documents[-1]["counters"]["events"] == result.ledger.events == len(visit("a"))


@pytest.mark.parametrize("seconds", [0.05])
def test_a_beat_while_the_work_stands_still(seconds: float) -> None:
    """Documents come although nobody says anything."""
    run, kept = Run("ingest"), Kept()
    with watched(run, [kept], Documents(run), pytest.fail):
        end = time.monotonic() + PATIENCE
        while len(kept.documents) < 4:
            assert time.monotonic() < end
            time.sleep(0.005)
    check(kept.documents, ["starting", *ENDS])
    assert kept.closed == 1
    assert kept.documents[-1]["state"] == "complete"
    assert [event["event"] for event in kept.milestones] == ["started", "finished"]


# What goes wrong with those who watch


def test_a_sink_that_fails_is_said_once_and_left_out() -> None:
    class Broken(Kept):
        def beat(self, document: Any) -> None:
            super().beat(document)
            raise ValueError("no")

    run, broken, kept = Run("verify"), Broken(), Kept()
    told: list[Any] = []
    with watched(run, [broken, kept], Documents(run), lambda *failed: told.append(failed)):
        while len(kept.documents) < 3:
            time.sleep(0.005)
    assert [(name, str(error)) for name, error in told] == [("Broken", "no")]
    assert len(broken.documents) == 1


def test_a_sink_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    from threading import Event

    let_go = Event()

    class Hanging(Kept):
        def beat(self, document: Any) -> None:
            let_go.wait(PATIENCE)

    monkeypatch.setattr(beat, "PATIENCE", 0.05)
    run = Run("verify")
    with watched(run, [Hanging()], Documents(run), pytest.fail):
        pass
    assert run.state == "complete"
    let_go.set()


def test_milestones_that_nobody_takes_are_counted() -> None:
    run = Run("ingest")
    run.milestone("checkpoint")
    assert not run.milestones
    run.listening = True
    for _ in range(MOST_MILESTONES + 3):
        run.milestone("checkpoint")
    assert (len(run.milestones), run.hooks_dropped) == (MOST_MILESTONES, 3)


def test_how_a_run_ends() -> None:
    for error, state in ((StorageError("no", where="x", hint="y"), "failed"), (KeyboardInterrupt(), "stopped")):
        run, kept = Run("db backup"), Kept()
        with pytest.raises(type(error)), watched(run, [kept], Documents(run), pytest.fail):
            raise error
        assert kept.documents[-1]["state"] == kept.documents[-1]["phase"] == state
        assert wrong(kept.milestones[-1], "milestone") == []
        assert kept.milestones[-1]["event"] == state
    last = Run()
    last.fails(StorageError("no", where="x", hint="y"))
    last.ended("complete")
    assert (last.state, last.last_error and last.last_error[1:]) == ("failed", ("no", "x", "y", 7))


# The file


def document_of(run: Run) -> dict[str, Any]:
    return Documents(run, 0.05).make()


def test_the_status_file_is_private_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    before = os.umask(0)
    try:
        StatusFile(str(path), 1, pytest.fail).beat(document_of(Run()))
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert wrong(json.loads(path.read_bytes())) == []
    assert os.listdir(tmp_path) == ["status.json"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    path, target = tmp_path / "s.status.json", tmp_path / "target"
    target.write_text("mine")
    draft = Path(draft_of(str(path)))
    run = Run()
    for link in (path, draft):
        link.symlink_to(target)
        StatusFile(str(path), 1, pytest.fail).beat(document_of(run))
        assert (path.is_symlink(), draft.exists(), target.read_text()) == (False, False, "mine")
    os.link(target, draft)  # a draft that is the file of somebody else
    StatusFile(str(path), 1, pytest.fail).beat(document_of(run))
    assert (draft.exists(), target.read_text()) == (False, "mine")


def test_trouble_is_said_once_and_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, ...]] = []
    path = tmp_path / "folder" / "s.status.json"
    sink, run = StatusFile(str(path), 1, lambda *trouble: told.append(trouble)), Run()
    for _ in range(3):
        sink.beat(document_of(run))
    assert [what for _, what, _ in told] == ["the status file cannot be written: No such file or directory"]
    path.parent.mkdir()
    with monkeypatch.context() as patched:
        patched.setattr(statusfile.os, "write", full)
        for _ in range(3):
            sink.beat(document_of(run))
    assert len(told) == 2
    assert "No space left" in told[1][1]
    assert os.listdir(path.parent) == []
    sink.beat(document_of(run))
    assert (len(told), os.listdir(path.parent)) == (2, ["s.status.json"])


def full(*given: Any) -> int:
    raise OSError(28, "No space left on device")


def test_a_file_belongs_to_one_run_that_lives(tmp_path: Path) -> None:
    """And to the next, once that one is over or gone. What is no status file is never replaced."""
    path = tmp_path / "s.status.json"
    first, second = Run(), Run()

    def owner() -> str:
        return str(json.loads(path.read_bytes())["run_id"])

    one, other = StatusFile(str(path), 1, pytest.fail), StatusFile(str(path), 1, pytest.fail)
    one.beat(document_of(first))
    other.beat(document_of(second))
    assert owner() == first.run_id
    first.ended("complete")
    one.beat(document_of(first))
    other.beat(document_of(second))
    assert owner() == second.run_id
    gone = json.loads(path.read_bytes()) | {"process_started": "another/boot/1"}
    path.write_text(json.dumps(gone))
    third = Run()
    StatusFile(str(path), 1, pytest.fail).beat(document_of(third))
    assert owner() == third.run_id
    path.write_text('{"eventid": "a log"}')
    told: list[Any] = []
    StatusFile(str(path), 1, lambda *trouble: told.append(trouble)).beat(document_of(third))
    assert (path.read_text(), len(told)) == ('{"eventid": "a log"}', 1)


def test_a_draft_that_a_killed_run_left_is_cleared_up(tmp_path: Path) -> None:
    path = tmp_path / "s.status.json"
    draft = Path(draft_of(str(path)))
    draft.write_text("half a docu")
    StatusFile(str(path), 1, pytest.fail).beat(document_of(Run()))
    assert os.listdir(tmp_path) == ["s.status.json"]


# Whether the writer lives


def test_whether_a_writer_lives() -> None:
    document = document_of(Run())
    assert standing(document, 0) == "running"
    assert standing({**document, "state": "degraded"}, 0) == "degraded"
    assert standing(document, 11) == "stale"
    assert standing({**document, "interval_seconds": 60}, 500) == "running"
    assert standing({**document, "state": "failed"}, 1e9) == "failed"
    elsewhere = {**document, "hostname": "elsewhere", "pid": 1}
    assert [standing(elsewhere, age) for age in (0, 11)] == ["running", "stale"]
    if process_started(os.getpid()) is not None:
        boot, space, ticks = document["process_started"].split("/")
        assert standing({**document, "process_started": f"{boot}/{space}/{int(ticks) + 1}"}, 0) == "gone"
        assert standing({**document, "process_started": f"boot/{space}/{ticks}"}, 0) == "gone"
        assert standing({**document, "process_started": f"{boot}/1/{ticks}"}, 11) == "stale"  # in another container
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    dead = {**document, "pid": process.pid}
    assert standing({**dead, "process_started": None}, 0) == standing(dead, 0) == "gone"


def test_killed_at_random_the_file_is_whole(desk: Desk) -> None:
    """And says that its writer is gone. Whoever comes then takes it over; a second one meanwhile leaves it alone."""
    path = desk.put("log", lines(*(one for number in range(300) for one in visit(f"{number}", number * 30))))
    status = Path(f"{desk.db}.status.json")
    small = ["--block-bytes", "5000", "--commit-bytes", "100000", "--status-interval", "0.05", "--no-progress"]
    command = [sys.executable, "-P", "-m", "sesscore", "ingest", "--follow", path, "--db", desk.db, *small]
    owners = set()
    for wait in (0.0, 0.03):
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            end = time.monotonic() + PATIENCE
            while not status.exists() or json.loads(status.read_bytes())["pid"] != process.pid:
                assert time.monotonic() < end
                time.sleep(0.01)
            time.sleep(wait)
            assert standing(json.loads(status.read_bytes()), 0) == "running"
            process.kill()
        document = json.loads(status.read_bytes())
        assert wrong(document) == []
        assert (document["pid"], document["state"], standing(document, 0)) == (process.pid, "running", "gone")
        owners.add(document["run_id"])
    assert len(owners) == 2
    assert ingest([path], db=desk.db).sources["read"] <= 1


# The command line


def test_where_the_status_goes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside the database, unless told otherwise; other commands write one only if they are asked themselves."""
    [log] = write(tmp_path, log=visit("a"))
    db, own = str(tmp_path / "s.db"), tmp_path / "own"
    status = Path(f"{db}.status.json")
    assert outcome(capsys, "ingest", log, "--db", db, "--status-file", "off")[0] == 0
    assert not status.exists()
    assert outcome(capsys, "ingest", log, "--db", db)[0] == 0
    assert json.loads(status.read_bytes())["version"] == 2
    assert outcome(capsys, "ingest", log, "--db", db, "--status-file", str(own), "--status-compat", "off")[0] == 0
    assert "version" not in json.loads(own.read_bytes())
    monkeypatch.setenv("SESSCORE_STATUS_FILE", str(tmp_path / "variable"))
    status.unlink()
    assert outcome(capsys, "verify", "--db", db)[0] == 0
    assert not (tmp_path / "variable").exists()
    assert outcome(capsys, "ingest", log, "--db", db)[0] == 0
    assert (tmp_path / "variable").exists()
    assert not status.exists()
    for name, code in (("no/folder/s", 7), ("s.db", 2), ("log.json", 2)):
        before = (tmp_path / "s.db").stat().st_ino
        assert outcome(capsys, "ingest", log, "--db", db, "--status-file", str(tmp_path / name))[0] == code
        assert (tmp_path / "s.db").stat().st_ino == before
    assert outcome(capsys, "ingest", log, "--db", db, "--status-file", os.devnull)[0] == 2
    assert outcome(capsys, "ingest", log, "--db", db, "--status-interval", "0.01")[0] == 2


def test_trouble_with_the_file_is_a_problem_and_no_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    [log] = write(tmp_path, log=visit("a"))
    monkeypatch.setattr(statusfile.os, "write", full)
    code, out, _ = outcome(capsys, "ingest", log, "--db", str(tmp_path / "s.db"), "--format", "json")
    told = json.loads(out)
    assert (code, told["ledger"]["events"]) == (0, len(visit("a")))
    assert [problem["source"] for problem in told["problems"]] == [str(tmp_path / "s.db.status.json")]


def test_the_status_file_is_no_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor is that of another ingest whose database lies in the same folder, which has a file of its own."""
    [log] = write(tmp_path, log=visit("a"))
    db = str(tmp_path / "s.db")
    for _ in range(2):
        code, out, _ = outcome(capsys, "ingest", str(tmp_path), "--db", db, "--format", "json")
        told = json.loads(out)
        assert (code, told["problems"], told["sources"]["alien"]) == (0, [], 0)
    code, out, _ = outcome(capsys, "ingest", log, f"{db}.status.json", "--db", db, "--format", "json")
    assert [problem["problem"] for problem in json.loads(out)["problems"]] == ["is a file of the database itself"]
    assert outcome(capsys, "ingest", log, "--db", str(tmp_path / "t.db"))[0] == 0
    found = [json.loads((tmp_path / f"{name}.db.status.json").read_bytes())["db"] for name in "st"]
    assert found == [db, str(tmp_path / "t.db")]


def test_all_long_commands_tell_how_far_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the first document to the last, which says how it ended, also if it failed."""
    [log] = write(tmp_path, log=[one for number in range(9) for one in visit(f"{number}", number)])
    db, other, copy = (str(tmp_path / name) for name in ("s.db", "t.db", "copy.db"))
    for name in (db, other):
        assert outcome(capsys, "ingest", log, "--db", name)[0] == 0
    documents: list[dict[str, Any]] = []
    write_document = StatusFile.beat

    def beat(sink: StatusFile, document: Any) -> None:
        documents.append(document)
        write_document(sink, document)

    monkeypatch.setattr(StatusFile, "beat", beat)
    status = str(tmp_path / "status")

    def told(*command: str) -> dict[str, Any]:
        documents.clear()
        done = outcome(capsys, *command, "--db", db, "--status-file", status, "--status-interval", "0.05")
        assert documents, done
        code = done[0]
        name = documents[-1]["command"]
        check(documents, ["starting", *PHASES[name], *ENDS])
        assert json.loads(Path(status).read_bytes()) == documents[-1]
        assert " ".join(command).startswith(name)
        assert code == (documents[-1]["last_error"] or {"exit_code": 0})["exit_code"]
        return documents[-1]

    commands = ("db backup {copy} --full", "db check", "db optimize --vacuum", "db rollback", "db migrate", "verify",
                "verify {log}", "merge {other}", "report summary", "report commands", "db restore {copy}")  # fmt: skip
    for command in commands:
        last = told(*command.format(copy=copy, log=log, other=other).split())
        assert (last["state"], last["progress"]["percent"] in (100, None)) == ("complete", True), command
    assert told("db", "backup", copy)["state"] == "failed"


COPIES = ["hashing", "copying", "checking", "comparing"]
PHASES = {
    "db backup": COPIES,
    "db restore": COPIES,
    "db check": ["checking", "comparing"],
    "db optimize": ["vacuuming", "folding"],
    "db rollback": [*COPIES, "migrating"],
    "db migrate": [*COPIES, "migrating"],
    "verify": ["checking", "recounting", "looking_up", "walking", "comparing", "hashing"],
    "merge": ["merging", "finishing"],
    "report summary": ["asking"],
    "report commands": ["asking"],
}


# Figures


@given(st.lists(st.floats(1e-6, 1e5), min_size=1))
def test_times_within_what_is_promised(seconds: list[float]) -> None:
    times = Times()
    for one in seconds:
        times.add(one)
    assert (times.count, times.last, times.longest) == (len(seconds), seconds[-1], max(seconds))
    ordered = sorted(seconds)
    for share in (0.5, 0.99):
        exact = ordered[max(0, -(-round(share * 1000) * len(ordered) // 1000) - 1)]
        found = times.at(share)
        assert found is not None
        assert exact * 0.999 <= found <= exact * 1.07


def test_no_time_was_measured() -> None:
    assert (Times().at(0.5), Times().last) == (None, None)


def test_a_rate_is_of_the_last_seconds() -> None:
    rate = Rate(0.0)
    assert rate.per_second is None
    for second in range(1, 91):
        rate.add(second, 100 * second if second <= 45 else 4500 + 10 * (second - 45))
    assert rate.per_second == pytest.approx(10)
    rare = Rate(0.0)
    for hour in range(1, 19):
        rare.add(3600 * hour, 7200 * hour)
    assert rare.per_second == 2
    often = Rate(0.0)
    for tick in range(20_000):
        often.add(tick / 200, tick * 5)
    assert round(often.per_second or 0) == 1000
    assert len(often._steps) < 100


@pytest.mark.parametrize("step", [0.1, 1.5])
def test_a_rate_forgets_another_pace(step: float) -> None:
    """Once the work is three times as heavy, soon only that counts; what a busy machine does is no such turn."""

    def after(slower: float, seconds: float) -> float:
        rate, at, value = Rate(0.0), 0.0, 0.0
        while at < 9 + seconds:
            at, value = at + step, value + step * (300 if at < 9 else 300 / slower)
            rate.add(at, value)
        return rate.per_second or 0

    assert after(3, 20) == pytest.approx(100)
    assert after(0.3, 20) == pytest.approx(1000)
    assert after(3, 4) > 150
    assert 210 < after(1.45, 18) < 245  # of all seconds


def test_a_rate_does_not_fall_between_steps() -> None:
    """A batch can take seconds. One that is late lowers it, and one that never comes leaves nothing to say."""
    rate = Rate(0.0)
    for tick in range(1, 100):
        rate.add(tick / 10, tick // 40 * 100)
        if tick >= 80:
            assert (rate.per_second, rate.waiting) == (25, pytest.approx(tick / 10 - 8))
    rate.add(16, 200)
    assert (rate.per_second, rate.waiting) == (pytest.approx(200 / 12), 4)
    rate.add(80, 200)
    assert rate.per_second is None


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), min_size=1))
def test_progress_never_falls(told: list[tuple[int, int]]) -> None:
    """Not if the reader stands before the writer for a moment, nor if a log grows while it is read."""
    run, progress = Run(), Progress()
    run.enter("reading", "bytes")
    run.position = lambda: (current, 0)
    before: dict[str, Any] = {"current": 0, "percent": 0}
    for second, (current, run.total) in enumerate(told, 1):
        now = progress.told(run, run.began + second)
        assert now["current"] >= before["current"]
        assert (now["percent"] or 0) >= before["percent"]
        assert now["percent"] is None or now["percent"] < 100  # it is known to be done only at the end
        assert now["total"] is None or now["current"] <= now["total"]
        if now["eta_seconds"] and current > before["current"]:
            assert now["eta_seconds"] == pytest.approx(
                (now["total"] - now["current"]) / now["rate_per_sec"], abs=0.01, rel=0.01
            )
        before = {**now, "percent": now["percent"] or 0}
    run.ended("complete")
    assert progress.told(run, run.began + 1e6)["percent"] == 100


def test_more_pages_than_there_are_say_nothing_of_what_is_left() -> None:
    run, progress = Run(), Progress()
    run.enter("checking", "pages", 10)
    run.position = lambda: (min(12, seconds), 0)
    left = []
    for seconds in (5, 8, 12):
        left.append(progress.told(run, run.began + seconds)["eta_seconds"])
    assert left == [pytest.approx(5, abs=0.1), pytest.approx(2, abs=0.1), None]


def test_each_phase_is_there_once() -> None:
    run = Run()
    run.enter("reading", "bytes", 10)
    run.current = 5
    run.enter("joining")
    run.enter("reading", "sessions", 3)
    assert (run.phase, run.unit, run.total, run.current) == ("joining", "bytes", 10, 5)
    run.ended("stopped", signal=15)
    run.enter("finishing")
    assert (run.phase, run.state) == ("stopped", "stopped")


def test_what_is_rolled_back_is_not_told_twice() -> None:
    run = Run()
    documents = Documents(run)
    seen = []
    for counters in (Counters(5, 4, 0, 0, 1), Counters(2, 2), Counters(5, 4, 0, 0, 1), Counters(6, 5, 0, 0, 1)):
        run.written = counters
        seen.append(documents.make()["counters"]["lines"])
    assert seen == [5, 5, 5, 6]
    run.degraded(trouble(DiskFull("full")))
    assert documents.make()["state"] == "degraded"


def test_names_that_are_no_utf_8(desk: Desk) -> None:
    """Any reader of JSON takes them."""
    run = Run(db=os.fsdecode(b"\xff.db"), sensor="\udcff\u20ac")
    document = json.loads(json.dumps(Documents(run).make()))
    assert (document["db"], document["sensor"]) == ("\\xff.db", "\\xff\u20ac")


def test_a_status_document_of_standard_input(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes through a pipe has no size."""
    ours, theirs = os.pipe()
    os.write(theirs, lines(*visit("a")))
    os.close(theirs)
    run = Told()
    with os.fdopen(ours, "rb") as stream:
        monkeypatch.setattr(sys, "stdin", type("Stdin", (), {"buffer": stream}))
        ingest(["-"], db=desk.db, run=run)
    check(run.documents, [*INGEST, *ENDS])
    assert run.documents[-1]["counters"]["events"] == len(visit("a"))


# For benchmarks and campaigns


def test_the_most_of_many_documents(tmp_path: Path) -> None:
    run, path = Run("ingest"), tmp_path / "s.json"
    documents, vitals = Documents(run), Vitals()
    assert vitals.look(str(path)) is None
    for seconds, depth in ((0.5, 2), (0.25, 1)):
        run.transactions.add(seconds)
        run.read_ahead = lambda depth=depth: (depth, 2)
        path.write_text(json.dumps(documents.make()))
        assert vitals.look(str(path)) is not None
    assert (vitals.looks, vitals.longest_transaction, vitals.read_ahead, vitals.storing) == (2, 0.5, 2, 0)
    other = Vitals(looks=1, longest_transaction=0.75, storing=1)
    other.merge(vitals)
    assert (other.looks, other.longest_transaction, other.read_ahead, other.storing) == (3, 0.75, 2, 1)
    assert str(other).startswith("longest transaction 0.75 s, at most 2 read ahead and 1 being stored, memory up to ")
