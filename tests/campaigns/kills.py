"""The program is killed (-9) at random moments while it reads a log, and run again until it is done.

    python tests/campaigns/kills.py --kills 1000 --seed 1

A step is one database, from the first run to the one that ends by itself. Then it must hold what an undisturbed run
makes: content hash, each source with its offset and ledger, the quarantine. It is looked at after some kills, too. The
status file that a kill leaves is whole, and tells that its writer is gone.
"""

from __future__ import annotations

import itertools
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from content import Content, difference, look, undisturbed
from harness import Campaign, environment, main, program
from logs import Logs, make

from sesscore.errors import SesscoreError
from sesscore.telemetry.liveness import standing
from sesscore.telemetry.reading import updated

EVENTS = 20_000
PATIENCE = 120  # seconds until a run counts as hanging
EARLY = 0.2  # how often a run is killed while it starts; else at some moment after it wrote for the first time


def kills(campaign: Campaign, amount: int) -> None:
    """Goes on until so many kills hit a running program, one of them when it had read a part."""
    logs = make(campaign.folder / "logs", EVENTS, seed=campaign.seed, batches=150, batches_a_commit=3)
    expected = undisturbed(logs, campaign.folder)
    start, end = _seconds(program("--help")), _seconds(program("ingest", *logs.options, "--db", "timed.db"), campaign)
    for step in campaign.steps(itertools.count(1)):
        _until_done(campaign, step, logs, expected, (start, end))
        if campaign.only or _enough(campaign, amount):
            break


def _enough(campaign: Campaign, amount: int) -> bool:
    """On a machine that is busy with other things it is a matter of luck which part of a run a moment is in."""
    kills = campaign.figures["kills"]
    return kills >= amount and (campaign.figures["of these half read"] > 0 or kills >= 20 * amount)


def _seconds(command: list[str], campaign: Campaign | None = None) -> float:
    """How long a run takes."""
    began = time.monotonic()
    folder = campaign.folder if campaign else None
    subprocess.run(command, cwd=folder, env=environment(), check=True, capture_output=True)
    return time.monotonic() - began


def _until_done(campaign: Campaign, step: str, logs: Logs, expected: Content, span: tuple[float, float]) -> None:
    chance = campaign.chance(step)
    folder = campaign.folder / step
    folder.mkdir()
    db = folder / "s.db"
    reached = 0
    while not _killed(campaign, step, [*logs.options, "--db", str(db)], chance, span):
        campaign.figures["kills"] += 1
        _left(campaign, step, db)
        if chance.random() < 0.5:
            reached = _between(campaign, step, db, reached, expected)
        if len(campaign.failures) > 20:
            return
    campaign.figures["databases read to the end"] += 1
    campaign.told_by(step, db)
    _compare(campaign, step, db, expected)


def _killed(
    campaign: Campaign, step: str, options: list[str], chance: random.Random, span: tuple[float, float]
) -> bool:
    """Runs the program until a moment that is drawn. True if it ended by itself."""
    start, end = span
    log = Path(f"{options[-1]}-wal")
    before = _version(log)
    running = subprocess.Popen(program("ingest", *options), env=environment(), stderr=subprocess.PIPE)
    early = chance.random() < EARLY
    while not early and _version(log) == before and running.poll() is None:
        time.sleep(0.002)
    try:
        _, said = running.communicate(timeout=chance.uniform(0, start if early else end - start))
    except subprocess.TimeoutExpired:
        running.kill()
        _, said = running.communicate(timeout=PATIENCE)
    if running.returncode not in (0, -signal.SIGKILL):
        campaign.wrong(step, f"exit code {running.returncode}: {said.decode(errors='replace')[-300:]}")
        return True
    return running.returncode == 0


def _version(path: Path) -> tuple[int, int]:
    """What changes when a file is written."""
    try:
        info = path.stat()
    except FileNotFoundError:
        return 0, 0
    return info.st_size, info.st_mtime_ns


def _left(campaign: Campaign, step: str, db: Path) -> None:
    """Whoever reads the status file that a kill left knows that nobody writes it any more."""
    document = campaign.told_by(step, db)
    if document is None:
        return
    campaign.figures["status files left by a kill"] += 1
    found = standing(document, time.time() - (updated(document) or 0))
    if found != "gone" and not (found == "complete" and document["progress"]["percent"] == 100):
        campaign.wrong(step, f"after a kill the status file says {found}")


def _between(campaign: Campaign, step: str, db: Path, reached: int, expected: Content) -> int:
    """What a kill left must be sound, and no less than before. Returns the records that were read."""
    try:
        found = look(db)
    except SesscoreError as error:
        campaign.wrong(step, f"after a kill: {error}")
        return reached
    if found.wrong:
        campaign.wrong(step, f"after a kill verify finds {found.wrong}")
    if found.records < reached:
        campaign.wrong(step, f"{found.records} records after {reached}")
    campaign.figures["looked at after a kill"] += 1
    campaign.figures["of these half read"] += 0 < found.records < expected.records
    return found.records


def _compare(campaign: Campaign, step: str, db: Path, expected: Content) -> None:
    try:
        problem = difference(look(db), expected)
    except SesscoreError as error:
        problem = str(error)
    if problem:
        campaign.wrong(step, problem)


if __name__ == "__main__":
    sys.exit(main(kills, "kills", 1000, __doc__))
