"""A disk that is really full: a small file system of its own beneath the database, which something else fills."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import apsw
import pytest
from cases import event, lines

from sesscore.errors import DiskFull, StorageError
from sesscore.sqlite_errors import translated

PATIENCE = 120  # seconds, for what must happen
SMALL = 4 << 20  # bytes of disk
FEW, MANY = 200, 6000  # events: of the latter the database does not hold a part before its log has to grow


def why_not() -> str:
    """Why there can be no file system of our own here; empty if there can."""
    if shutil.which("unshare") is None or shutil.which("nsenter") is None:
        return "there is no unshare or nsenter"
    command = ["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"no file system can be mounted: {made.stderr.strip()}" if made.returncode else ""


WHY_NOT = why_not()
MOUNTS = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)


@dataclass
class Disk:
    """A file system that only the process `holder` and those that are run here see, at a folder."""

    folder: Path
    holder: int
    log: Path
    count: int = 0

    @property
    def db(self) -> str:
        return str(self.folder / "s.db")

    @property
    def seen(self) -> Path:
        """The folder, as it is seen from here."""
        return Path(f"/proc/{self.holder}/root{self.folder}")

    def program(self, *arguments: str) -> list[str]:
        """The command line of the program where the file system is seen."""
        return ["nsenter", "-m", "-t", str(self.holder), sys.executable, "-P", "-m", "sesscore", *arguments]

    def run(self, *arguments: str, code: int = 0) -> str:
        """What the program prints, or says if it fails as it should."""
        command = self.program(*arguments, "--db", self.db)
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert done.returncode == code, done.stderr
        return done.stderr if code else done.stdout

    def append(self, count: int) -> None:
        """Events unlike all before."""
        with self.log.open("ab") as log:
            for _ in range(count):
                self.count += 1
                log.write(lines(event(f"s{self.count}", eventid="cowrie.command.input", input=f"{self.count:0>100}")))

    def fill(self, but: int = 0) -> None:
        """Something else takes all room, but for some bytes."""
        with (self.seen / "filler").open("ab", buffering=0) as filler:
            os.posix_fallocate(filler.fileno(), 0, 4096)
            try:
                while filler.write(bytes(4096)):
                    pass
            except OSError:
                pass
            filler.truncate(max(0, filler.tell() - but))

    def make_room(self) -> None:
        (self.seen / "filler").unlink()

    def events(self) -> int:
        """As a report says."""
        return int(json.loads(self.run("report", "summary", "--format", "json"))["totals"]["events"])

    def content(self) -> str:
        """Its hash. The database agrees with itself, too."""
        verified = json.loads(self.run("verify", "--format", "json"))
        assert verified["differences"] == []
        return str(verified["content_hash"])

    def undisturbed(self) -> str:
        """The hash that it should have."""
        db = f"{self.log}.db"
        subprocess.run([*self.program("ingest", str(self.log)), "--db", db], check=True, capture_output=True)
        done = subprocess.run(
            [*self.program("verify", "--format", "json"), "--db", db], check=True, capture_output=True
        )
        return str(json.loads(done.stdout)["content_hash"])


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = f"mount -t tmpfs -o size={SMALL} none '{folder}' && echo ready && exec sleep 600"
    with subprocess.Popen(["unshare", "-m", "sh", "-c", mount], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"ready\n"
        yield Disk(folder, holder.pid, tmp_path / "cowrie.json")
        holder.kill()


class Follower:
    """`ingest --follow` of the log, and what it says."""

    def __init__(self, disk: Disk) -> None:
        self._said = disk.log.with_suffix(".said")
        with self._said.open("wb") as said:
            command = disk.program("ingest", "--follow", str(disk.log), "--db", disk.db)
            self.process = subprocess.Popen(command, stderr=said)

    def said(self, text: str) -> bool:
        assert self.process.poll() is None, self._said.read_text()
        return text in self._said.read_text()

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(PATIENCE) == 143


@pytest.fixture
def follow(disk: Disk) -> Iterator[Callable[[], Follower]]:
    begun: list[Follower] = []

    def begin() -> Follower:
        begun.append(Follower(disk))
        return begun[-1]

    yield begin
    for follower in begun:
        if follower.process.poll() is None:
            follower.process.kill()
            follower.process.wait()


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


@MOUNTS
def test_a_follower_waits_while_the_disk_is_full(disk: Disk, follow: Callable[[], Follower]) -> None:
    disk.append(FEW)
    follower = follow()
    wait_until(lambda: (disk.seen / "s.db").exists() and follower.process.poll() is None and events_of(disk) == FEW)
    disk.fill()
    disk.append(MANY)
    wait_until(lambda: follower.said("degraded, waiting: the disk is full"))
    assert disk.events() == FEW  # who reads is not disturbed
    disk.append(FEW)
    disk.make_room()
    wait_until(lambda: follower.said("going on"))
    wait_until(lambda: disk.events() == disk.count)
    follower.end()
    assert disk.content() == disk.undisturbed()


def events_of(disk: Disk) -> int:
    """Of a database that may not be made yet."""
    command = [*disk.program("report", "summary", "--format", "json"), "--db", disk.db]
    done = subprocess.run(command, capture_output=True, check=False)
    return int(json.loads(done.stdout)["totals"]["events"]) if done.returncode == 0 else 0


@MOUNTS
def test_a_run_ends_when_the_disk_is_full_and_is_finished_later(disk: Disk) -> None:
    disk.append(FEW)
    disk.run("ingest", str(disk.log))
    disk.append(MANY)
    disk.fill(but=64 << 10)
    assert "the disk is full" in disk.run("ingest", str(disk.log), code=7)
    assert disk.events() == FEW
    disk.make_room()
    disk.run("ingest", str(disk.log))
    assert disk.content() == disk.undisturbed()


@MOUNTS
@pytest.mark.parametrize("room", [0, 4 << 10, 12 << 10, 20 << 10, 32 << 10, 60 << 10, 200 << 10])
def test_a_database_that_cannot_be_made_whole_is_made_later(
    disk: Disk, follow: Callable[[], Follower], room: int
) -> None:
    """Whatever it is that does not fit: the database, the log beside it, the index of that log."""
    disk.append(FEW)
    disk.fill(but=room)
    assert "the disk is full" in disk.run("ingest", str(disk.log), code=7)
    follower = follow()
    wait_until(lambda: follower.said("degraded, waiting: the disk is full"))
    disk.make_room()
    wait_until(lambda: events_of(disk) == FEW)
    follower.end()
    assert disk.content() == disk.undisturbed()


@MOUNTS
@pytest.mark.parametrize("room", [0, 16 << 10])
def test_a_full_disk_can_be_read(disk: Disk, room: int) -> None:
    """Where no file can be made beside the database."""
    disk.append(FEW)
    disk.run("ingest", str(disk.log))
    disk.fill(but=room)
    assert disk.events() == FEW


def test_no_room_for_the_index_of_the_log() -> None:
    """SQLite has one word for it and for a disk that is broken, but two numbers."""
    error = apsw.IOError("disk I/O error")
    assert type(translated(error, "s.db")) is StorageError
    error.extendedresult = apsw.SQLITE_IOERR_SHMSIZE
    assert type(translated(error, "s.db")) is DiskFull
