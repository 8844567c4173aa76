"""`sesscore ingest --follow` as a process beside the honeypot, that is killed and stopped at random."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import apsw
from compare import reading
from honeypot import PATIENCE


async def until(holds: Callable[[], bool], what: str) -> None:
    """Wait for it. How long it may take is no promise, but a guard."""
    ends = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < ends, f"in vain: {what}"
        await asyncio.sleep(0.1)


def told_events(db: Path) -> int:
    """How many a reader sees, while somebody else writes or was killed."""
    try:
        with reading(db) as connection:
            return int(connection.execute("SELECT coalesce(sum(events), 0) FROM rollup_event").get)
    except (apsw.CantOpenError, apsw.SQLError):  # not made yet, or without a schema
        return 0


class Follower:
    """Follows a folder of logs. told: what each run that was stopped in order said of itself."""

    def __init__(self, logs: Path, db: Path, chance: random.Random) -> None:
        self.kills = 0
        self.told: list[dict[str, Any]] = []
        command = ("ingest", "--follow", logs, "--db", db, "--format", "json")
        self._command = [sys.executable, "-P", "-m", "sesscore", *command]
        self._db = db
        self._output, self._errors = db.with_suffix(".out"), db.with_suffix(".err")
        self._chance = chance
        self._process: subprocess.Popen[bytes] | None = None
        self._free = asyncio.Lock()  # whoever has it decides whether the process lives

    def start(self) -> None:
        """Return at once."""
        with self._output.open("wb") as output, self._errors.open("ab") as errors:
            self._process = subprocess.Popen(
                self._command,
                cwd="/",
                env={name: value for name, value in os.environ.items() if not name.startswith("SESSCORE_")},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
            )

    async def disturb(self) -> None:
        """Kill it, or now and then stop it, at random moments, and start it again at once or later. Does not end."""
        while True:
            await asyncio.sleep(self._chance.uniform(0, 2))
            async with self._free:
                if self._chance.random() < 0.2:
                    await self.stop()
                else:
                    if self._chance.random() < 0.7:
                        await self._until_it_writes(self._chance.uniform(0, 3))
                        await asyncio.sleep(self._chance.uniform(0, 0.01))
                    await self._end(signal.SIGKILL)
                    self.kills += 1
                await asyncio.sleep(max(0, self._chance.uniform(-2, 2)))
                self.start()

    @contextlib.asynccontextmanager
    async def undisturbed(self) -> AsyncIterator[None]:
        """The process works, and is not killed meanwhile."""
        async with self._free:
            await self._works()
            yield

    async def has_told(self, events: int) -> None:
        """Return when so many can be queried: those that were written, and no others. While it is undisturbed."""
        await until(lambda: told_events(self._db) >= events or self._ended(), f"{events} events")
        assert not self._ended(), self._said()
        assert told_events(self._db) == events

    async def stop(self) -> None:
        """As systemd does: once it works, it ends in order."""
        await self._works()
        assert await self._end(signal.SIGTERM) == 128 + signal.SIGTERM, self._said()
        self.told.append(json.loads(self._output.read_bytes()))

    async def _works(self) -> None:
        """Return when it has the database."""
        assert self._process is not None
        lock, name = Path(f"{self._db}.lock"), f"process {self._process.pid} on "
        await until(lambda: (lock.exists() and name in lock.read_text()) or self._ended(), "its lock")
        assert not self._ended(), self._said()

    async def _until_it_writes(self, seconds: float) -> None:
        """Return when it writes to the database, at the latest after some time."""
        ends, before = time.monotonic() + seconds, self._state()
        while time.monotonic() < ends and self._state() == before:
            await asyncio.sleep(0.001)

    def _state(self) -> tuple[int, int] | None:
        try:
            info = Path(f"{self._db}-wal").stat()
        except OSError:
            return None
        return info.st_size, info.st_mtime_ns

    async def _end(self, number: signal.Signals) -> int:
        """End it, which has not ended by itself. Its exit code."""
        assert not self._ended(), self._said()
        assert self._process is not None
        self._process.send_signal(number)
        return await asyncio.to_thread(self._process.wait, PATIENCE)

    def close(self) -> None:
        """Leave no process behind."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def _said(self) -> str:
        code = self._process and self._process.returncode
        return f"exit code {code}: {self._errors.read_text('utf-8', 'replace')[-4000:]}"
