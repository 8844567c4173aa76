"""A signal ends the program after a clean commit, whatever it is waiting for."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cases import event, lines
from compare import reading

from sesscore.errors import SesscoreError
from sesscore.signals import Stop, stop_on_signals

PATIENCE = 120  # seconds, for what must happen


@contextlib.contextmanager
def program(*arguments: str, **options: object) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-P", "-m", "sesscore", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, **options) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def events_in(db: Path) -> int:
    if not db.exists():
        return 0
    with contextlib.suppress(SesscoreError, Exception), reading(db) as connection:
        return int(connection.execute("SELECT coalesce(sum(events), 0) FROM ledger").get)
    return 0


def wait_for(db: Path, count: int) -> None:
    end = time.monotonic() + PATIENCE
    while events_in(db) != count:
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_follower_ends(tmp_path: Path, number: int, code: int) -> None:
    log, db = tmp_path / "cowrie.json", tmp_path / "s.db"
    log.write_bytes(lines(event("a")))
    with program("ingest", "--follow", str(log), "--db", str(db)) as process:
        wait_for(db, 1)
        with log.open("ab") as file:
            file.write(lines(event("b")))
        wait_for(db, 2)
        process.send_signal(number)
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == code
    assert b"2 events in 2 sessions" in err
    assert not Path(f"{db}-wal").exists() or not Path(f"{db}-wal").stat().st_size


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_run_that_waits_for_standard_input_ends(tmp_path: Path, number: int, code: int) -> None:
    db = tmp_path / "s.db"
    with program("ingest", "-", "--db", str(db), stdin=subprocess.PIPE) as process:
        assert process.stdin
        process.stdin.write(lines(event("a")))
        process.stdin.flush()
        end = time.monotonic() + PATIENCE
        while not db.exists():  # from then on a signal is a request
            assert time.monotonic() < end
            time.sleep(0.02)
        process.send_signal(number)
        assert process.wait(PATIENCE) == code
        assert process.stderr
        err = process.stderr.read()
        process.stdin.close()
    assert b"Fatal" not in err
    assert b"stopped; what was read so far is kept" in err


def test_waiting_ends_when_it_is_asked_to() -> None:
    with contextlib.closing(Stop()) as stop:
        assert not stop.wait(0)
        timer = threading.Timer(0.01, stop.ask, [signal.SIGTERM])
        timer.start()
        assert stop.wait(PATIENCE)
        timer.join()
        assert stop.signal == signal.SIGTERM
        assert stop.wait(PATIENCE)


def test_a_second_signal_does_not_wait() -> None:
    with stop_on_signals() as stop:
        signal.raise_signal(signal.SIGTERM)
        assert stop.wait(PATIENCE)
        with pytest.raises(SesscoreError, match="stopped at once"):
            signal.raise_signal(signal.SIGTERM)


def test_handlers_are_put_back() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with stop_on_signals():
        pass
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_signals_are_left_alone_in_other_threads() -> None:
    found = []

    def run() -> None:
        with stop_on_signals() as stop:
            found.append(stop.wait(0))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert found == [False]
