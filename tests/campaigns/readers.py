"""Readers take snapshots while the program ingests and is killed now and then: each is whole, none is a step back.

    python tests/campaigns/readers.py --snapshots 100000

Three processes open the database as reports do, for one snapshot or for many, and ask in one transaction each whether
ledger, sources, sessions and roll-ups agree. A step is one database, from the first run to the one that ends by itself.
"""

from __future__ import annotations

import itertools
import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from content import difference, look, undisturbed
from harness import Campaign, environment, main, program
from logs import Logs, make

from sesscore.errors import NothingToRead, SesscoreError
from sesscore.snapshot import one_state
from sesscore.sqlite_errors import sqlite_errors
from sesscore.store import Database, open_for_reading

EVENTS = 20_000
READERS = 3
KEPT_OPEN = 50  # snapshots of one connection
STATES = 10  # which a machine that is busy may not show in one database
PATIENCE = 120

# All of one moment: three counts of records that must be one, three of events, two of sessions; how far reading came.
SNAPSHOT = (
    "SELECT (SELECT coalesce(sum(lines), 0) FROM ledger),"
    " (SELECT coalesce(sum(events + duplicates + sessionless + quarantined + blank), 0) FROM ledger),"
    " (SELECT coalesce(sum(records - lead_records), 0) FROM source),"
    " (SELECT coalesce(sum(events), 0) FROM ledger),"
    " (SELECT coalesce(sum(event_count), 0) FROM session),"
    " (SELECT coalesce(sum(events), 0) FROM rollup_event),"
    " (SELECT count(*) FROM session),"
    " (SELECT coalesce(sum(sessions), 0) FROM rollup_session),"
    " (SELECT coalesce(sum(offset), 0) FROM source)"
)


def readers(campaign: Campaign, amount: int) -> None:
    """Fills database after database until the readers have taken so many snapshots, and seen more than a few states."""
    logs = make(campaign.folder / "logs", EVENTS, seed=campaign.seed, batches=150, batches_a_commit=3)
    expected = undisturbed(logs, campaign.folder)
    for step in campaign.steps(itertools.count(1)):
        db = campaign.folder / step / "s.db"
        db.parent.mkdir()
        watching = [_start_reader(db, number) for number in range(READERS)]
        _fill(campaign, step, logs, db)
        for reader in watching:
            _collect(campaign, step, reader)
        if problem := difference(look(db), expected):
            campaign.wrong(step, problem)
        campaign.figures["databases"] += 1
        enough = campaign.figures["snapshots"] >= amount and campaign.figures["states seen"] > STATES
        if campaign.only or enough or len(campaign.failures) > 20:
            break


def _fill(campaign: Campaign, step: str, logs: Logs, db: Path) -> None:
    """Runs the program until it ends by itself; the first runs are killed."""
    chance = campaign.chance(step)
    command = program("ingest", *logs.options, "--db", db)
    for _ in range(chance.randrange(4)):
        running = subprocess.Popen(command, env=environment(), stderr=subprocess.DEVNULL)
        try:
            running.wait(chance.uniform(0.2, 0.8))
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
            campaign.figures["kills"] += 1
            campaign.told_by(step, db)
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False, timeout=PATIENCE)
    campaign.told_by(step, db)
    if done.returncode:
        campaign.wrong(step, f"ingest: exit code {done.returncode}: {done.stderr[-300:]}")


def _start_reader(db: Path, number: int) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, "--read", str(db), str(number)]
    reader = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True)
    assert reader.stdout is not None
    reader.stdout.readline()  # it has begun, and can be told to stop
    return reader


def _collect(campaign: Campaign, step: str, reader: subprocess.Popen[str]) -> None:
    """Ends a reader and takes what it has to say."""
    reader.send_signal(signal.SIGTERM)
    said, _ = reader.communicate(timeout=PATIENCE)
    told = json.loads(said or '{"failures": ["a reader died"]}')
    for problem in told["failures"]:
        campaign.wrong(step, problem)
    for name in ("snapshots", "states seen", "opened"):
        campaign.figures[name] += told.get(name, 0)


# A reader


def read(db: str, number: str) -> None:
    """Takes snapshots until SIGTERM, and prints how many, and what was wrong."""
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda got, frame: stopped.append(got))
    print("ready", flush=True)
    chance = random.Random(number)
    told = {"snapshots": 0, "states seen": 0, "opened": 0, "failures": []}
    before: tuple[int, ...] = (0,) * 9
    while not stopped and len(told["failures"]) < 5:
        try:
            with open_for_reading(db) as database, sqlite_errors(db):
                told["opened"] += 1
                for _ in range(chance.choice((1, KEPT_OPEN))):
                    now = snapshot(database)
                    told["snapshots"] += 1
                    told["states seen"] += now != before
                    told["failures"] += problems(now, before)
                    before = now
        except NothingToRead:
            time.sleep(0.01)  # it is made soon
        except SesscoreError as error:
            told["failures"].append(f"a reader met {type(error).__name__}: {error}")
    print(json.dumps(told))


def snapshot(database: Database) -> tuple[int, ...]:
    with one_state(database.connection):
        row: tuple[int, ...] = tuple(database.connection.execute(SNAPSHOT).fetchone())
        return row


def problems(now: tuple[int, ...], before: tuple[int, ...]) -> list[str]:
    """Of one snapshot, and beside the one before it."""
    lines, fates, records, events, of_sessions, of_days, sessions, of_roll_ups, offsets = now
    told = []
    if not lines == fates == records:
        told.append(f"{lines} lines, {fates} in the ledger, {records} read")
    if not events == of_sessions == of_days:
        told.append(f"{events} events in the ledger, {of_sessions} in sessions, {of_days} in days")
    if sessions != of_roll_ups:
        told.append(f"{sessions} sessions, {of_roll_ups} in roll-ups")
    if events < before[3] or offsets < before[-1]:
        told.append(f"a step back: {events} events after {before[3]}, {offsets} bytes after {before[-1]}")
    return told


if __name__ == "__main__":
    if sys.argv[1:2] == ["--read"]:
        read(*sys.argv[2:])
    else:
        sys.exit(main(readers, "snapshots", 100_000, __doc__))
