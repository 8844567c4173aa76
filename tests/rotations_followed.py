"""The campaign of rotations through the program: it follows logs, is killed and begun again, while they are rotated.

    python tests/rotations_followed.py --schedules 200 --seed 0 --jobs 2
    python tests/rotations_followed.py --schedule 17         # one of them again, step by step

The schedules are those of `rotations.py`, but nobody calls the program: `sesscore ingest --follow` runs beside them,
with the folder or with the live log alone, and is ended by SIGTERM or SIGKILL and begun again at random. Now and then,
and at the end, the honeypot holds still until each line that stands whole where the follower can reach it is in the
database. These lines must be there at the end, once; no plain run helps with that. If the folder is followed, that is
each line of it. If it is the live log, it is each line in that, and in what was the live log when this follower read
something of it, whatever its name is now. How the processes take turns is up to the system, so a failure may not come
again.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import apsw
import rotations
from compare import reading
from rotated import numbers, unpacked
from rotations import QUICK, Outcome, Schedule

from sesscore.errors import SesscoreError
from sesscore.ownfiles import STATUS_SUFFIX
from sesscore.telemetry.reading import NotOurs

PATIENCE = 120.0  # seconds, for what must happen; a scan of everything is every 15
ENDINGS = {"killed": signal.SIGKILL, "ended": signal.SIGTERM}
PAUSES = (0.0, 0.0, 0.02, 0.1, 0.6)  # seconds after a step; a follower looks every half second
LAST_WORDS = 0.5  # how often a log is written right before it is renamed, by a honeypot that then holds still
BEGIN = 0.4  # how often a follower that is gone is begun again after a step


class FollowedSchedule(Schedule):
    """A schedule beside which a follower runs."""

    def __init__(self, seed: int, folder: Path, db: str) -> None:
        super().__init__(seed, folder, db)
        self._named = self._chance.random() < 0.3  # only the live log is followed
        self._held: set[int] = set()  # inodes of live logs with which this follower caught up
        self._lost: set[int] = set()
        self._process: subprocess.Popen[bytes] | None = None
        self._messages = folder / "messages"

    def run(self) -> None:
        """All of its steps, and what must hold then."""
        try:
            super().run()
        finally:
            if self._process is not None:
                self._process.kill()
                self._process.wait()

    def _do(self, step: str) -> None:
        if step == "rename" and self._process is not None and self._chance.random() < LAST_WORDS:
            self._catch_up()
            self._pot.append()  # which it finds in a file that has another name by then
            super()._do(step)
            self._catch_up()
        else:
            super()._do(step)
        if self._process is None and self._chance.random() < BEGIN:
            self._begin()
        time.sleep(self._chance.choice(PAUSES))

    def _meanwhile(self, how: str) -> None:
        """What else happens between steps: the follower catches up, or is ended."""
        if how in ("killed", "grows") and self._process is not None:
            self._end(self._chance.choice(list(ENDINGS)))
        else:
            self._catch_up()

    def _finish(self) -> None:
        """What is lost is lost now; where copies lie, and what moved, a plain run may find out."""
        self._catch_up()
        self._end("ended")
        if lost := sorted(self._required - self._found()):
            self._wrong(f"the follower lost {lost}")
        super()._finish()

    # The follower

    def _paths(self) -> list[str]:
        """What a plain run reads, too."""
        return [str(self._pot.live)] if self._named else super()._paths()

    def _begin(self) -> None:
        command = [sys.executable, "-P", "-m", "sesscore", "ingest", "--follow", *self._paths(), "--db", self._db]
        with self._messages.open("ab") as messages:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=messages, stderr=messages)
        self._tell("begun")

    def _end(self, how: str) -> None:
        assert self._process is not None
        self._process.send_signal(ENDINGS[how])
        code = self._process.wait(PATIENCE)
        # A signal that comes before the program has its handlers ends it at once.
        if how == "ended" and code not in (143, -signal.SIGTERM):
            self._wrong(f"SIGTERM ended it with {code}")
        self._process = None
        self._held.clear()
        try:
            self.outcome.vitals.look(f"{self._db}{STATUS_SUFFIX}")
        except NotOurs as error:  # it is whole, however the follower ended
            self._wrong(f"the status file: {error}")
        self._tell(how)

    def _tell(self, what: str) -> None:
        self.outcome.counts[f"follower {what}"] += 1
        self.outcome.told.append(f"FOLLOWER {what}")

    def _wrong(self, what: str) -> None:
        self.outcome.problems += [what, self._messages.read_text("utf-8", "replace")[-2000:]]

    # What it must have read

    def _catch_up(self) -> None:
        """Waits until all is in the database that the follower can reach."""
        if self._process is None:
            self._begin()
        if self._named:
            self._pot.append()  # whoever reads that has the live log open
        news = self._live() - self._found()
        wanted = self._reachable()
        self._required |= wanted
        end = time.monotonic() + PATIENCE
        while missing := wanted - self._lost - self._found():
            if time.monotonic() > end:
                self._lost |= missing  # which is told at the end, and not waited for again
            if self._process is None or self._process.poll() is not None:
                break
            time.sleep(0.05)
        if self._process is not None and self._process.poll() is not None:
            self._wrong(f"it ended by itself, with {self._process.returncode}")
            self._begin()
        elif news and news <= self._found():
            self._held.add(self._pot.live.stat().st_ino)
        self._tell("caught up")

    def _live(self) -> set[int]:
        """The numbers of the lines of the live log."""
        return numbers(self._pot.live.read_bytes()) if self._pot.live.exists() else set()

    def _reachable(self) -> set[int]:
        """The numbers of the lines that the follower can read now."""
        if not self._named:
            return self._pot.seen()
        found: set[int] = set()
        for path in self._pot.folder.rglob("*"):
            if path.is_file() and (path == self._pot.live or path.stat().st_ino in self._held):
                found |= numbers(unpacked(path.read_bytes()))
        return found

    def _found(self) -> set[int]:
        if not os.path.exists(self._db):
            return set()
        try:
            with reading(self._db) as connection:
                return {int(value) for (value,) in connection.execute("SELECT value FROM session_activity")}
        except (SesscoreError, apsw.Error):  # it is being made
            return set()


def schedule(seed: int) -> Outcome:
    """Runs the schedule of a seed. An error is a problem too."""
    with tempfile.TemporaryDirectory(prefix="followed-") as logs, tempfile.TemporaryDirectory(dir=QUICK) as database:
        return rotations.outcome_of(FollowedSchedule(seed, Path(logs), f"{database}/s.db"))


if __name__ == "__main__":
    sys.exit(rotations.main(run=schedule))
