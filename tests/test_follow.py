"""Logs that are followed: whatever happens to them, each event is in the database after the next look, once."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import apsw
import pytest
from cases import event, lines
from compare import reading

from sesscore import follow, ingester, marks, watching
from sesscore import reading as reading_module
from sesscore.discover import Candidate, discover
from sesscore.errors import SesscoreError, StorageError
from sesscore.ingest import ingest
from sesscore.met import Problem
from sesscore.ownfiles import own_files
from sesscore.result import IngestResult
from sesscore.sensors import Sensor
from sesscore.signals import Stop
from sesscore.sqlite_errors import no_database
from sesscore.telemetry.replaced import Replaced
from sesscore.unreadable import SourceUnreadable

Step = Callable[[], None]


class Script(Stop):
    """Takes the next step where a follower would sleep, and asks it to stop after the last."""

    def __init__(self, steps: Iterable[Step]) -> None:
        super().__init__()
        self.steps = iter(steps)
        self.pauses: list[float] = []

    def wait(self, seconds: float) -> bool:
        self.pauses.append(seconds)
        step = next(self.steps, None)
        if step is None:
            self.ask(signal.SIGTERM)
        else:
            step()
        return bool(self)


class Logs:
    """A folder of logs and a database, which is followed step by step."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder / "logs"
        self.folder.mkdir()
        self.live = self.folder / "cowrie.json"
        self.db = str(folder / "sesscore.db")
        self.problems: list[Problem] = []
        self.troubles: list[SesscoreError | None] = []
        self.script: Script
        self._monkeypatch = monkeypatch
        self._count = 0

    def append(self, path: Path | None = None, count: int = 1, *, end: bytes = b"\n") -> None:
        """Writes events that were not there before; an end other than a newline is the rest of a line."""
        with (path or self.live).open("ab") as file:
            for _ in range(count):
                self._count += 1
                file.write(lines(event(f"s{self._count}")).rstrip(b"\n") + end)

    def follow(self, steps: Sequence[Step], *paths: Path, **options: Any) -> IngestResult:
        """One look, a step, one look, … Without paths: at the folder, or at those of sensors that are given."""
        self.script = Script(steps)

        class Signals:
            def __enter__(signals) -> Stop:
                return self.script

            def __exit__(signals, *error: object) -> None:
                self.script.close()

        self._monkeypatch.setattr(sys.modules["sesscore.ingest"], "stop_on_signals", Signals)
        return ingest(
            [str(path) for path in paths or ([] if "sensors" in options else [self.folder])],
            db=self.db,
            follow=True,
            problem=self.problems.append,
            degraded=self.troubles.append,
            **options,
        )

    def sessions(self) -> set[str]:
        with reading(self.db) as connection:
            return {name for (name,) in connection.execute("SELECT session_id FROM session_metrics")}

    def has(self, count: int) -> Step:
        """A step that sees that the first `count` events are in the database, and no others, once each."""

        def look() -> None:
            assert self.sessions() == {f"s{number + 1}" for number in range(count)}
            with reading(self.db) as connection:
                assert connection.execute(
                    "SELECT coalesce(sum(events), 0), coalesce(sum(duplicates), 0) FROM ledger"
                ).get == (count, 0)

        return look

    def has_all(self) -> None:
        """All that was written."""
        self.has(self._count)()


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Logs:
    return Logs(tmp_path, monkeypatch)


def test_what_is_written_is_there_after_the_next_look(logs: Logs) -> None:
    logs.append()
    result = logs.follow(
        [logs.has_all, logs.append, logs.has_all, lambda: logs.append(count=500), logs.has_all, logs.has_all]
    )
    assert (result.ledger.events, result.sessions, result.stopped_by) == (
        502,
        {"total": 502, "new": 502, "updated": 0},
        15,
    )
    assert result.sources == {"read": 1, "unchanged": 0, "alien": 0, "unreadable": 0, "pending": 0}


@pytest.mark.parametrize("named", [False, True])
def test_logs_of_several_sensors(logs: Logs, named: bool) -> None:
    """Also where there was none when it began."""
    alpha, beta = logs.folder / "a", logs.folder / "b"
    for folder in (alpha, beta):
        folder.mkdir()
    sensors = [Sensor("alpha", (str(alpha),)), Sensor("beta", (str(beta),)), Sensor("third", (str(alpha),))]
    logs.append(alpha / "cowrie.json")
    steps = [logs.has_all, lambda: logs.append(beta / "cowrie.json"), logs.has_all]
    logs.follow(steps, *([alpha, beta] if named else []), sensors=sensors)
    with reading(logs.db) as connection:
        found = dict(connection.execute("SELECT session_id, sensor FROM session_metrics"))
    assert found == {"s1": "alpha", "s2": "beta"}
    claims = [one.source for one in logs.problems if "among the logs" in one.problem]
    assert claims == ([] if named else [str(alpha / "cowrie.json")])


def test_half_a_line_waits_for_its_end(logs: Logs) -> None:
    whole = lines(event("s1"))

    def write(part: bytes) -> Step:
        return lambda: logs.live.write_bytes((logs.live.read_bytes() if logs.live.exists() else b"") + part)

    write(whole[:20])()
    result = logs.follow([logs.has(0), write(whole[20:-1]), logs.has(1), write(whole[-1:]), logs.has(1)])
    assert result.ledger.lines == 1


def test_a_quiet_log_costs_no_transaction(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    logs.append()
    passes: list[int] = []
    read = ingester.Ingester.read
    monkeypatch.setattr(
        ingester.Ingester, "read", lambda self, found: (passes.append(len(found)), read(self, found))[1]
    )
    commits = []

    def count() -> None:
        with reading(logs.db) as connection:
            commits.append(connection.execute("SELECT sum(commits) FROM checkpoint").get)

    logs.follow([count] * 5)
    assert passes == [1]
    assert len(set(commits)) == 1


def test_a_log_is_renamed_and_begun_anew(logs: Logs) -> None:
    """Cowrie's rotation at midnight; the folder is followed."""
    logs.append(count=3)
    rotated = logs.folder / "cowrie.json.2024-05-01"
    result = logs.follow(
        [
            lambda: (logs.append(), logs.live.rename(rotated), logs.append(count=2)),
            logs.has_all,
            logs.append,
            logs.has_all,
        ]
    )
    assert result.sources["read"] == 2


def test_a_log_that_is_renamed_is_read_to_its_end_by_whoever_knows_only_its_name(logs: Logs) -> None:
    logs.append()
    elsewhere = logs.folder.parent / "old.json"

    def rotate() -> None:
        logs.append()
        logs.live.rename(elsewhere)
        logs.append(elsewhere)
        logs.append()

    logs.follow(
        [rotate, logs.has_all, lambda: logs.append(elsewhere), logs.has_all, logs.append, logs.has_all], logs.live
    )


def test_a_log_that_is_removed_is_read_to_its_end(logs: Logs) -> None:
    logs.append()

    def remove() -> None:
        logs.append(count=2)
        logs.live.unlink()

    logs.follow([remove, logs.has_all, logs.append, logs.has_all])


def test_a_log_is_copied_and_cut(logs: Logs) -> None:
    """The copy lies where it is followed, too: what it holds is known."""
    logs.append(count=3)

    def copy_and_cut() -> None:
        logs.append()
        shutil.copy(logs.live, logs.folder / "cowrie.json.1")
        logs.live.write_bytes(b"")

    result = logs.follow([copy_and_cut, lambda: None, logs.append, lambda: None])
    assert logs.sessions() == {"s1", "s2", "s3", "s4", "s5"}
    assert result.ledger.events == 5


@pytest.mark.parametrize("count", [1, 9])
def test_a_log_is_cut_and_written_anew_at_once(logs: Logs, count: int) -> None:
    """Cowrie's restart: shorter than before, or longer."""
    logs.append(count=3)

    def restart() -> None:
        logs.live.write_bytes(b"")
        logs.append(count=count)

    logs.follow([restart, logs.has_all, logs.append, logs.has_all], logs.live)


def test_a_log_that_does_not_exist_is_waited_for(logs: Logs) -> None:
    later = logs.folder / "sub" / "cowrie.json"
    result = logs.follow(
        [
            lambda: None,
            lambda: (later.parent.mkdir(), logs.append(later)),
            logs.has_all,
            lambda: later.unlink(),
            logs.has_all,
        ],
        later,
    )
    assert [problem.source for problem in logs.problems] == [str(later)]
    assert result.problems == []
    assert result.readable == 1


def test_logs_come_up_in_new_folders(logs: Logs) -> None:
    logs.append()

    def more() -> None:
        (logs.folder / "b" / "c").mkdir(parents=True)
        logs.append(logs.folder / "b" / "c" / "cowrie.json")

    logs.follow([more, logs.has_all, lambda: logs.append(logs.folder / "b" / "new.json"), logs.has_all])


@pytest.mark.parametrize(("folders", "looked_at"), [(1, 6), (2, 6), (4, 4), (9, 9)])
def test_of_many_folders_less_is_looked_at(
    logs: Logs, monkeypatch: pytest.MonkeyPatch, folders: int, looked_at: int
) -> None:
    """But always the log of each that changed last."""
    monkeypatch.setattr(watching, "MOST_NEWEST", 6)
    for folder in range(folders):
        (logs.folder / f"{folder}").mkdir()
        for number in range(6):
            logs.append(logs.folder / f"{folder}" / f"cowrie.json.{number}")
    found = [str(path) for path in sorted(logs.folder.rglob("*")) if path.is_file()]
    time.sleep(0.02)  # a tick of the file system's clock
    for path in found:
        if path.endswith(".5"):
            os.utime(path)
    watch = watching.Watch(lambda: [Candidate(path) for path in found], [])
    watch.changed()
    assert len(watch._newest) == looked_at
    assert {one.path for one in watch._newest} >= {path for path in found if path.endswith(".5")}
    watch.close()


def test_a_status_file_in_the_folder_is_no_news(tmp_path: Path) -> None:
    """It changes the folder each second, also just after the search. A log that comes up is found at the next look."""
    db, link = tmp_path / "s.db", tmp_path.parent / "link"
    link.symlink_to(tmp_path)
    (tmp_path / "cowrie.json").touch()
    searches = []

    def find() -> list[Candidate]:
        searches.append(1)
        return list(discover([str(link)], exclude=own_files(str(db))))

    watch = watching.Watch(find, [str(link)], own_files(str(db)))
    replaced = Replaced(f"{db}.status.json", 0o600)
    assert [Path(one.path).name for one in watch.changed()] == ["cowrie.json"]
    for beat in range(5):
        replaced.write(b"%d" % beat)
        assert watch.changed() == []
    assert len(searches) == 1
    for name, there in (("cowrie.json.1", 2), ("s.db", 2), ("cowrie.json.2", 3)):
        (tmp_path / name).touch()
        replaced.write(b"")
        watch.changed()
        assert len(searches) == there
    (tmp_path / "cowrie.json.2").rename(tmp_path / "cowrie.json.3")
    assert [Path(one.path).name for one in watch.changed()] == ["cowrie.json.3"]
    watch.close()


def test_a_look_that_takes_long_is_taken_less_often(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "_TICK_NS", 0)
    clock = iter([0.0, 1.0, 1.25, 2.0, 2.001])
    monkeypatch.setattr("sesscore.watching.time.thread_time", lambda: next(clock))
    watch = watching.Watch(list, [str(tmp_path)])
    watch.changed()  # everything, which has a time of its own
    assert watch.pause == watching.LOOK_SECONDS
    watch.changed()
    assert watch.pause == 0.25 * watching.LOOK_SHARE
    watch.changed()
    assert watch.pause == watching.LOOK_SECONDS


def test_an_old_log_that_grows_is_seen_at_the_next_scan(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "NEWEST", 1)
    old = logs.folder / "cowrie.json.1"
    logs.append(old)
    logs.append()

    def settle() -> None:
        """The folder did not change for long."""
        monkeypatch.setattr(marks, "_TICK_NS", 0)
        monkeypatch.setattr(watching, "RESCAN_SECONDS", 1e9)

    def scan() -> None:
        watch._next_scan = 0.0

    watch: watching.Watch
    made = watching.Watch.__init__

    def keep(self: watching.Watch, *arguments: Any) -> None:
        nonlocal watch
        watch = self
        made(self, *arguments)

    monkeypatch.setattr(watching.Watch, "__init__", keep)
    settle()

    def only_the_newest() -> None:
        assert logs.sessions() == {"s1", "s2", "s4"}

    logs.follow([lambda: (logs.append(old), logs.append()), only_the_newest, scan, logs.has_all])


def test_a_name_that_another_file_takes_over(logs: Logs) -> None:
    """With the inode of the first, where the file system gives it out again."""
    logs.append(count=2)

    def replace() -> None:
        logs.live.unlink()
        logs.append(count=2)

    logs.follow([replace, logs.has_all, replace, logs.has_all], logs.live)


def test_a_file_that_cannot_be_read_for_a_while(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "RESCAN_SECONDS", 0.0)
    logs.append()
    works = True
    real = reading_module.recognise

    def sometimes(*arguments: Any, **options: Any) -> Any:
        if not works:
            raise SourceUnreadable("x", "cannot be read: Input/output error")
        return real(*arguments, **options)

    monkeypatch.setattr(reading_module, "recognise", sometimes)

    def fail() -> None:
        nonlocal works
        works = False
        logs.append()

    def mend() -> None:
        nonlocal works
        works = True

    result = logs.follow([fail, logs.has(1), logs.has(1), mend, logs.has_all])
    assert len(logs.problems) == 1
    assert result.problems == []


# Trouble


def failing(monkeypatch: pytest.MonkeyPatch, name: str, error: Callable[[], Exception], times: int) -> list[int]:
    """Makes a method of the Ingester fail so many times, from now on."""
    left = [times]
    real = getattr(ingester.Ingester, name)

    def method(self: ingester.Ingester, *arguments: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise error()
        return real(self, *arguments)

    monkeypatch.setattr(ingester.Ingester, name, method)
    return left


def full() -> Exception:
    return apsw.FullError("FullError: database or disk is full")


@pytest.mark.parametrize("where", ["read", "commit", "join"])
@pytest.mark.parametrize(
    "error",
    [full, lambda: apsw.IOError("disk I/O error"), lambda: apsw.BusyError("database is locked")],
    ids=["full", "io", "busy"],
)
def test_trouble_is_waited_out(
    logs: Logs, monkeypatch: pytest.MonkeyPatch, where: str, error: Callable[[], Exception]
) -> None:
    logs.append()
    result = logs.follow(
        [
            lambda: (failing(monkeypatch, where, error, 3), logs.append()),
            logs.append,
            lambda: None,
            lambda: None,
            logs.has_all,
            logs.append,
            logs.has_all,
        ]
    )
    [told, again] = logs.troubles
    assert isinstance(told, SesscoreError)
    assert again is None
    assert logs.script.pauses[1:4] == [1.0, 2.0, 4.0]
    assert logs.script.pauses[4:] == [watching.LOOK_SECONDS] * 4
    assert result.ledger.events == 4  # those of transactions that were rolled back are not counted twice


def test_a_follower_that_is_stopped_while_it_waits_tells_what_there_is(
    logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs.append(count=2)
    result = logs.follow([lambda: (failing(monkeypatch, "commit", full, 99), logs.append()), lambda: None, logs.has(2)])
    assert (result.ledger.events, result.sessions["total"], result.stopped_by) == (2, 2, signal.SIGTERM)


def test_trouble_before_the_database_was_open_is_an_error(logs: Logs) -> None:
    logs.append()
    logs.db = str(logs.folder / "missing" / "s.db")
    with pytest.raises(StorageError):
        logs.follow([])


def test_a_disk_that_is_full_at_the_start_is_waited_for(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    logs.append()
    failing(monkeypatch, "__enter__", lambda: follow.DiskFull("the disk is full"), 2)
    logs.follow([lambda: None, lambda: None, logs.has_all])
    assert len(logs.troubles) == 2


def test_what_does_not_pass_ends_the_run(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    logs.append()
    failing(monkeypatch, "commit", lambda: no_database("x"), 1)
    with pytest.raises(SesscoreError, match="no SQLite database"):
        logs.follow([])


def test_open_files_are_given_back(logs: Logs) -> None:
    for number in range(5):
        logs.append(logs.folder / f"{number}.json")
    before = len(os.listdir("/dev/fd"))
    logs.follow([logs.has_all])
    assert len(os.listdir("/dev/fd")) == before


def test_no_more_files_are_held_than_a_few(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(9):
        logs.append(logs.folder / f"{number}.json")

    def open_files(most_held: int) -> int:
        monkeypatch.setattr(watching, "MOST_HELD", most_held)
        seen = []
        logs.follow([lambda: seen.append(len(os.listdir("/dev/fd")))])
        return seen[0]

    assert open_files(3) - open_files(0) == 3
