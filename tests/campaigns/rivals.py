"""Several ingests want one database: one gets it, the others end with 5 and name it; a dead one is in nobody's way.

    python tests/campaigns/rivals.py --rounds 500

Each reads a log from a pipe that the campaign holds, so the one that got the database keeps it until it is given its
log, or killed. A step is a round: a new database, over which up to two holders are killed before one reads its log.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from content import look
from harness import Campaign, environment, main, program

from sesscore import synth

EVENTS = 400
RIVALS = 4
PATIENCE = 120
IN_USE = 5


@dataclass
class Rival:
    """A process that wants the database. log: where its input comes from."""

    process: subprocess.Popen[str]
    log: IO[str]

    @property
    def waits(self) -> bool:
        return self.process.poll() is None

    def end(self) -> str:
        """Waits until it is gone. What it said."""
        assert self.process.stderr is not None
        with self.process.stderr as messages:
            said = messages.read()
        self.process.wait(PATIENCE)
        return said


def rivals(campaign: Campaign, amount: int) -> None:
    """Goes through so many rounds."""
    log = "".join(line.decode() for line in synth.generate(events=EVENTS, seed=campaign.seed))
    alone = campaign.folder / "alone.db"
    code = _finished(_start(alone), log)
    if code:
        raise AssertionError(f"without rivals: exit code {code}")
    expected = look(alone).hash
    for step in campaign.steps(range(1, amount + 1)):
        _round(campaign, step, log, expected)
        campaign.figures["rounds"] += 1


def _round(campaign: Campaign, step: str, log: str, expected: str) -> None:
    """The holder is killed as often as is drawn, and the next ones come at once; the last one reads its log."""
    chance = campaign.chance(step)
    db = campaign.folder / f"{step}.db"
    for _ in range(chance.randrange(3)):
        if (holder := _contest(campaign, step, db)) is None:
            return
        holder.log.write(log[: chance.randrange(len(log))])
        holder.log.flush()
        time.sleep(chance.random() * 0.05)
        holder.process.kill()
        _close(holder)
        campaign.figures["holders killed"] += 1
    if (holder := _contest(campaign, step, db)) is None:
        return
    if code := _finished(holder, log):
        campaign.wrong(step, f"the holder: exit code {code}")
    campaign.told_by(step, db)
    found = look(db)
    if found.wrong or found.hash != expected:
        campaign.wrong(step, found.wrong or f"content hash {found.hash[:12]} instead of {expected[:12]}")


def _contest(campaign: Campaign, step: str, db: Path) -> Rival | None:
    """Some processes at once. Returns the one that holds the database, None if it is not one."""
    every = [_start(db) for _ in range(RIVALS)]
    deadline = time.monotonic() + PATIENCE
    while sum(rival.waits for rival in every) > 1 and time.monotonic() < deadline:
        time.sleep(0.005)
    holders = [rival for rival in every if rival.waits]
    beaten = [rival for rival in every if rival not in holders]
    for rival in beaten:
        said = rival.end()
        rival.log.close()
        campaign.figures["turned away"] += 1
        if rival.process.returncode != IN_USE:
            campaign.wrong(step, f"exit code {rival.process.returncode}: {said[-300:]}")
        elif holders and f"process {holders[0].process.pid} " not in said:
            campaign.wrong(step, f"process {holders[0].process.pid} holds it, but: {said[-300:]}")
    if len(holders) == 1:
        return holders[0]
    campaign.wrong(step, f"{len(holders)} of {RIVALS} hold the database")
    for rival in holders:
        rival.process.kill()
        _close(rival)
    return None


def _start(db: Path) -> Rival:
    command = program("ingest", "-", "--db", db, "--no-progress", "--block-bytes", 5000, "--commit-bytes", 10_000)
    pipes = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, env=environment(), text=True, **pipes)
    assert process.stdin is not None
    return Rival(process, process.stdin)


def _finished(rival: Rival, log: str) -> int:
    """Gives it its log. Its exit code."""
    rival.log.write(log)
    rival.log.close()
    rival.end()
    return rival.process.returncode


def _close(rival: Rival) -> None:
    with contextlib.suppress(BrokenPipeError):
        rival.log.close()
    rival.end()


if __name__ == "__main__":
    sys.exit(main(rivals, "rounds", 500, __doc__))
