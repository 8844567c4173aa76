"""`sesscore.ingest`: callbacks, threads and Ctrl-C harm nothing, and nothing of the caller's is touched."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from cases import event
from ingested import did, outcome, visit, write

import sesscore

PATIENCE = 20  # seconds, for what must happen
NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1)


def hashed(db: str | Path) -> str | None:
    with sesscore.open(db) as opened:
        found = opened.verify()
        assert found.agrees
        return found.content_hash


def test_it_is_what_the_command_says(tmp_path: Path, capsys: Any) -> None:
    logs = write(tmp_path / "logs", a=[*visit("aa"), {"eventid": "no time"}], b=b"\x00not a log\n")
    result = sesscore.ingest([*logs, Path("/nowhere")], db=tmp_path / "s.db")
    code, out, _ = outcome(capsys, "ingest", *logs, "/nowhere", "--db", str(tmp_path / "t.db"), "--format", "json")
    said = json.loads(out.replace(f"{tmp_path}/t.db", f"{tmp_path}/s.db"))  # in what to try
    assert (code, said) == (0, {**result.document(), "elapsed_seconds": said["elapsed_seconds"]})
    assert result.ledger == sesscore.Ledger(11, 9, 0, 0, 2, 0)
    assert (result.sessions, result.sources) == ((1, 1, 0), (1, 0, 1, 1, 0))
    assert (result.sessions.new, result.sources.alien, result.stopped) == (1, 1, False)
    assert {problem.source for problem in result.problems} == {logs[1], "/nowhere"}
    document = result.document()
    assert (document["schema"], document["ledger"]) == ("sesscore.ingest/1", result.ledger.as_dict())
    again = sesscore.ingest(str(tmp_path / "logs"), db=str(tmp_path / "s.db"))
    assert (again.ledger.lines, again.sources.unchanged) == (0, 1)


def test_options_are_those_of_the_command(tmp_path: Path) -> None:
    naive = [{**one, "timestamp": one["timestamp"].rstrip("Z")} for one in visit("aa")]
    for one in naive:
        del one["sensor"]
    fork = [{"timestamp": "2026-11-03T00:00:00Z", "eventid": "x", "conn": "bb"}]
    [log, other] = write(tmp_path / "logs", a=naive, b=fork)

    @sesscore.matcher("conn", priority=100)
    def conn(fields: Any) -> object:
        return fields.get("conn")

    db = tmp_path / "s.db"
    sesscore.ingest(log, db=db, sensor="mine", assume_utc_offset_minutes=60, durability="full")
    sesscore.ingest(other, db=db, matchers=[conn], sensors=[sesscore.Sensor("theirs", (str(tmp_path / "logs"),))])
    with sesscore.open(db) as opened:
        one, two = sorted(opened.sessions(), key=lambda session: session.session_id)
        assert (one.sensor, one.started.minute, two.sensor, two.matcher) == ("mine", 0, "theirs", "conn")
        assert opened.verify([log], sensor="mine", assume_utc_offset_minutes=60).document()["recount"]["differing"] == 0


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"paths": []}, 2),
        ({"paths": [3]}, 2),
        ({"paths": "x", "durability": "some"}, 2),
        ({"paths": "x", "follow": True}, 2),
        ({"paths": "x", "on_progress": print, "progress_seconds": 0}, 2),
        ({"paths": "/nowhere"}, 6),
        ({"paths": "x", "db": "/nowhere/s.db"}, 7),
    ],
)
def test_what_is_refused(tmp_path: Path, monkeypatch: Any, given: dict[str, Any], code: int) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, x=visit("aa"))
    (tmp_path / "x.json").rename("x")
    paths = given.pop("paths")
    with pytest.raises(sesscore.SesscoreError) as raised:
        sesscore.ingest(paths, **{"db": "s.db", **given})
    assert raised.value.exit_code == code
    assert not (tmp_path / "s.db").exists()


# Callbacks


def test_callbacks_are_told(tmp_path: Path) -> None:
    logs = write(tmp_path / "logs", **{f"l{n}": visit(f"{n:02}", 60 * n) for n in range(5)})
    events: list[dict[str, Any]] = []
    documents: list[dict[str, Any]] = []
    threads: set[str] = set()

    def told(document: dict[str, Any]) -> None:
        documents.append(document)
        threads.add(threading.current_thread().name)

    result = sesscore.ingest(logs, db=tmp_path / "s.db", on_event=events.append, on_progress=told)
    assert (events[0]["event"], events[-1]["event"]) == ("started", "finished")
    assert [one["event"] for one in events].count("source_finished") == 5
    assert {one["schema"] for one in events} == {"sesscore.milestone/1"}
    assert events[-1]["ledger"] == result.ledger.as_dict()
    last = documents[-1]
    assert (last["schema"], last["state"], last["counters"]["events"]) == ("sesscore.status/1", "complete", 45)
    assert threads == {"sesscore-progress"}


def test_callbacks_that_fail_or_hang_harm_nothing(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("sesscore.api.latest.LAST_SECONDS", 0.1)
    logs = write(tmp_path / "logs", a=visit("aa"), b=visit("bb"))
    plain = sesscore.ingest(logs, db=tmp_path / "plain.db")
    release = threading.Event()

    def fails(told: dict[str, Any]) -> None:
        raise SystemExit("no")

    def hangs(told: dict[str, Any]) -> None:
        release.wait(PATIENCE)

    failed = sesscore.ingest(logs, db=tmp_path / "one.db", on_event=fails, on_progress=fails)
    said = {problem.source: problem.problem for problem in failed.problems}
    assert said["on_progress"] == "the callback failed: SystemExit: no"
    assert "on_event" in said
    hung = sesscore.ingest(logs, db=tmp_path / "two.db", on_progress=hangs)
    release.set()
    assert (failed.ledger, failed.sessions) == (hung.ledger, hung.sessions) == (plain.ledger, plain.sessions)
    assert hashed(tmp_path / "one.db") == hashed(tmp_path / "two.db") == hashed(tmp_path / "plain.db")


# Threads


def test_two_at_once(tmp_path: Path) -> None:
    """On one database the second gets the documented error; on two both work."""
    [log] = write(tmp_path / "logs", a=[event("aa") | {"session": None, "conn": "aa"}])
    sesscore.ingest(log, db=tmp_path / "empty.db")
    inside, go_on = threading.Event(), threading.Event()

    @sesscore.matcher("slow", priority=100)
    def slow(fields: Any) -> object:
        inside.set()
        go_on.wait(PATIENCE)
        return fields["conn"]

    results: list[sesscore.IngestResult] = []
    thread = threading.Thread(
        target=lambda: results.append(sesscore.ingest(log, db=tmp_path / "s.db", matchers=[slow])), daemon=True
    )
    thread.start()
    assert inside.wait(PATIENCE)
    with pytest.raises(sesscore.DatabaseInUse, match=f"process {os.getpid()}") as raised:
        sesscore.ingest(log, db=tmp_path / "s.db")
    assert raised.value.exit_code == 5
    with pytest.raises(sesscore.DatabaseInUse):
        sesscore.merge(tmp_path / "empty.db", db=tmp_path / "s.db")
    assert sesscore.ingest(log, db=tmp_path / "other.db").ledger.sessionless == 1
    go_on.set()
    thread.join(PATIENCE)
    assert results[0].sessions.new == 1


def test_a_follower_ends_when_it_is_asked(tmp_path: Path) -> None:
    log, db = tmp_path / "cowrie.json", tmp_path / "s.db"
    [first] = write(tmp_path / "logs", a=visit("aa"))
    log.write_bytes(Path(first).read_bytes())
    seen = threading.Semaphore(0)
    results: list[sesscore.IngestResult] = []

    def told(milestone: dict[str, Any]) -> None:
        if milestone["event"] == "checkpoint":
            seen.release()

    with sesscore.Stop() as stop:
        follow = {"db": db, "follow": True, "stop": stop, "on_event": told}
        thread = threading.Thread(target=lambda: results.append(sesscore.ingest(log, **follow)), daemon=True)
        thread.start()
        assert seen.acquire(timeout=PATIENCE)
        [more] = write(tmp_path / "logs", b=visit("bb"))
        with log.open("ab") as file:
            file.write(Path(more).read_bytes())
        assert seen.acquire(timeout=PATIENCE)
        stop.ask()
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert (results[0].stopped, results[0].sessions) == (True, (2, 2, 0))


# Signals


def test_no_handler_is_touched(tmp_path: Path) -> None:
    [log] = write(tmp_path / "logs", a=[event("aa") | {"session": None, "conn": "aa"}])
    before = [signal.getsignal(number) for number in NUMBERS]
    during: list[Any] = []

    @sesscore.matcher("looks", priority=100)
    def looks(fields: Any) -> object:
        during.append([signal.getsignal(number) for number in NUMBERS])
        return fields["conn"]

    sesscore.ingest(log, db=tmp_path / "s.db", matchers=[looks], on_event=lambda told: None)
    assert [*during, [signal.getsignal(number) for number in NUMBERS]] == [before, before]


def test_ctrl_c_leaves_a_committed_state(tmp_path: Path) -> None:
    """It is raised where the caller waits, after what is at hand is committed; the next run goes on there."""
    logs = write(
        tmp_path / "logs",
        **{
            f"l{n:02}": [*visit(f"{n:02}", 60 * n), did("x", n, "x") | {"session": None, "conn": f"c{n}"}]
            for n in range(30)
        },
    )
    stop = sesscore.Stop()
    asked: list[str] = []

    @sesscore.matcher("interrupts", priority=100)
    def interrupts(fields: Any) -> object:
        if not asked and fields["conn"] == "c7":
            asked.append("once")
            os.kill(os.getpid(), signal.SIGINT)
            assert stop.wait(PATIENCE)
        return fields["conn"]

    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        sesscore.ingest(logs, db=tmp_path / "s.db", matchers=[interrupts], stop=stop)
    stop.close()
    assert asked
    assert stop.signal == signal.SIGINT
    with sesscore.open(tmp_path / "s.db") as db:
        assert db.verify().agrees
        assert 0 < len(list(db.sessions())) < 60
    assert sesscore.ingest(logs, db=tmp_path / "s.db", matchers=[interrupts]).ledger.duplicates == 0
    sesscore.ingest(logs, db=tmp_path / "plain.db", matchers=[interrupts])
    assert hashed(tmp_path / "s.db") == hashed(tmp_path / "plain.db")
    assert threading.active_count() <= before + 1


def test_ctrl_c_in_a_program_of_its_own(tmp_path: Path) -> None:
    """The lock is let go, the traceback is that of KeyboardInterrupt, and a second one does not wait."""
    [log] = write(tmp_path / "logs", a=[event("aa") | {"session": None, "conn": "aa"}])
    code = """if True:
        import os, signal, sys, threading, time
        import sesscore

        def interrupt():
            for _ in range(2):
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.2)

        @sesscore.matcher("hangs", priority=100)
        def hangs(fields):
            threading.Thread(target=interrupt, daemon=True).start()
            threading.Event().wait()

        try:
            sesscore.ingest(sys.argv[1], db=sys.argv[2], matchers=[hangs])
        except KeyboardInterrupt:
            print("interrupted")
    """
    command = [sys.executable, "-P", "-c", code, log, str(tmp_path / "s.db")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert (done.returncode, done.stdout, done.stderr) == (0, "interrupted\n", "")
    assert sesscore.ingest(log, db=tmp_path / "s.db").ledger.events + 1 == 1
