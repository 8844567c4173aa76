"""The campaign of rotations: logs that are written, rotated, packed, copied and cut at random, and read meanwhile.

    python tests/rotations.py --schedules 10000 --seed 0
    python tests/rotations.py --schedule 17         # one of them again, step by step

A schedule is made from its seed. After it, each line that stood whole in some file whenever the logs were read must be
in the database, once; the database must be what one reading of just these lines gives, and agree with itself; and
reading again must change nothing. Which inodes are used again is up to the file system: a failure tells all steps.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from traceback import format_exc
from unittest import mock

from compare import dump, reading
from hashes import oracle_hash
from rotated import time_of
from rotating import Rotation

from sesscore import cadence, ingester
from sesscore import reading as reads
from sesscore.ingest import ingest
from sesscore.recount import SourceBytes, recount
from sesscore.telemetry.vitals import Vitals
from sesscore.verify import document

# What happens, and how often. Of the tidy ones nothing is ever read twice.
TIDY = {
    "append": 12, "append_partly": 3, "rename": 6, "reopen": 0, "copytruncate": 2, "begin_anew": 2, "pack": 5,
    "pack_again": 2, "link": 1, "move": 1, "touch": 1, "delete_oldest": 2,
}  # fmt: skip
WILD = {
    **TIDY, "restart": 1, "lose_tail": 3, "pack_slowly": 2, "add_member": 2, "unpack": 1, "copy": 2, "concatenate": 1,
    "swap_link": 1,
}  # fmt: skip
BEFORE = {"rename", "copytruncate", "begin_anew", "delete_oldest", "pack", "pack_again", "link"}  # all is read first
HOW = ("all", "all", "all", "killed", "killed", "grows", "grows", "changes")  # the logs are read
SUDDEN = ("begin_anew", "rename", "copytruncate", "lose_tail", "delete_oldest", "pack")  # while they are
STEPS = 24
QUICK = "/dev/shm" if Path("/dev/shm").is_dir() else None  # where the database lies: only logs need a real file system
READ = 0.35  # how often the logs are read after a step


class Killed(Exception):
    """The run ends here, as if the process had."""


@dataclass
class Outcome:
    """What a schedule came to. counts: what happened in it, by name. vitals: what runs said of themselves."""

    seed: int
    problems: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    vitals: Vitals = field(default_factory=Vitals)


class Schedule:
    """Makes a schedule, and reads meanwhile."""

    def __init__(self, seed: int, folder: Path, db: str) -> None:
        self.outcome = Outcome(seed)
        self._chance = random.Random(f"rotations {seed}")
        self._tidy = self._chance.random() < 0.4
        dated, appends = self._chance.random() < 0.5, self._tidy or self._chance.random() < 0.7
        self._pot = Rotation(folder / "logs", self._chance, dated, appends)
        self._db = db
        self._required: set[int] = set()

    def run(self) -> None:
        """All of its steps, and what must hold then."""
        weights = TIDY if self._tidy else WILD
        steps = self._chance.choices(list(weights), list(weights.values()), k=STEPS)
        try:
            for step in steps:
                self._do(step)
                if self._chance.random() < READ:
                    self._meanwhile(self._chance.choice(HOW if not self._tidy else ("all",)))
            self._finish()
            self._check()
        finally:
            self._pot.close()

    def _finish(self) -> None:
        """After the last step."""
        for _ in range(2):  # a copy can be known by what its original was before, and no more when that grew
            self._read("all")

    def _do(self, step: str) -> None:
        self.outcome.counts[step] += 1
        if self._pot.reopens_late and self._chance.random() < 0.5:
            self._pot.reopen()
        if self._tidy and step in BEFORE:
            self._meanwhile("all")  # so that no two files hold what was not read
        self.outcome.told.append(f"{step}: {getattr(self._pot, step)()}")

    def _meanwhile(self, how: str) -> None:
        """Between two steps."""
        self._read(how)

    def _reachable(self) -> set[int]:
        """The numbers of the lines that can be read now."""
        return self._pot.seen()

    def _read(self, how: str) -> None:
        self.outcome.counts[f"read {how}"] += 1
        before = self._reachable()
        paths = self._paths()
        size = self._chance.choice((None, 300, 5000))
        told = f"READ {how}, {size or 'great'} blocks"
        try:
            with self._disturbed(how):
                result = ingest(paths, db=self._db, block_bytes=size)
        except Killed:
            self.outcome.told.append(f"{told}: killed")
            return
        if how != "changes":  # else it is a matter of luck what was seen
            self._required |= before & self._reachable()
        self.outcome.counts["regressed"] += sum("regressed" in one.problem for one in result.problems)
        self.outcome.counts["duplicates"] += result.ledger.duplicates
        self.outcome.told.append(f"{told}: {result.ledger} {result.sources}")
        if not result.ledger.balanced:
            self.outcome.problems.append("the ledger of a run does not balance")
        if self._tidy and result.ledger.duplicates:
            self.outcome.problems.append(f"{result.ledger.duplicates} known events were read again")

    def _paths(self) -> list[str]:
        paths = [str(self._pot.folder)]
        if (self._pot.folder / "current").exists():
            paths.insert(self._chance.randint(0, 1), str(self._pot.folder / "current"))
        return paths

    @contextlib.contextmanager
    def _disturbed(self, how: str) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            if how == "killed":
                stack.enter_context(mock.patch.object(cadence, "COMMIT_BYTES", self._chance.choice((1, 1000))))
                take, left = ingester.Ingester._take, self._chance.randint(0, 8)

                def killed(run: ingester.Ingester, step: reads.Step) -> None:
                    nonlocal left
                    left -= 1
                    if left < 0:
                        raise Killed
                    take(run, step)

                stack.enter_context(mock.patch.object(ingester.Ingester, "_take", killed))
            elif how in ("grows", "changes"):
                recognise, wait = reads.recognise, self._chance.randint(0, 3)

                def disturbed(path: str, *arguments: object, **options: object) -> object:
                    nonlocal wait
                    found = recognise(path, *arguments, **options)
                    wait -= 1
                    if how == "changes" and wait == -1:
                        self._do(self._chance.choice(SUDDEN))
                    if wait < 0:
                        self._pot.append()
                    return found

                stack.enter_context(mock.patch.object(reads, "recognise", disturbed))
            yield

    def _check(self) -> None:
        problems = self.outcome.problems
        with reading(self._db) as connection:
            told = [(int(value), at) for value, at in connection.execute("SELECT value, at_us FROM session_activity")]
            verified = document(connection, self._db)
        # Halves of two lines can be an event by the rules, which names the number of one and the time of the other.
        found = Counter(number for number, at in told if at == time_of(number))
        mixed = len(told) - found.total()
        if lost := sorted(self._required - found.keys()):
            problems.append(f"lost: {lost}")
        if doubled := sorted(number for number, times in found.items() if times > 1):
            problems.append(f"doubled: {doubled}")
        if foreign := sorted(found.keys() - self._pot.lines.keys()):
            problems.append(f"never written: {foreign}")
        if not verified["agrees"]:
            problems.append(f"it does not agree with itself: {verified['differences'][:3]}")
        lines = b"".join(self._pot.lines[number] for number in sorted(found))
        if not mixed and verified["content_hash"] != oracle_hash(recount([SourceBytes("all", lines, True)])):
            problems.append("it is not what one reading of these lines gives")
        before = dump(self._db)
        self._read("all")
        if dump(self._db) != before:
            after = dump(self._db)
            changed = [(name, *(set(rows) ^ set(after[name]))) for name, rows in before.items() if rows != after[name]]
            problems.append(f"reading again changed rows: {changed}")
        self.outcome.counts += Counter(
            {"schedules": 1, "halves of two lines": mixed, "lines": len(self._pot.lines), "lines found": len(found)}
        )
        self.outcome.counts["sources"] += len(before["source"])


def schedule(seed: int) -> Outcome:
    """Runs the schedule of a seed. An error is a problem too."""
    with tempfile.TemporaryDirectory(prefix="rotations-") as logs, tempfile.TemporaryDirectory(dir=QUICK) as database:
        return outcome_of(Schedule(seed, Path(logs), f"{database}/s.db"))


def outcome_of(made: Schedule) -> Outcome:
    """Runs a schedule. An error is a problem too."""
    try:
        made.run()
    except Exception:  # a campaign goes on
        made.outcome.problems.append(format_exc(limit=-4))
    return made.outcome


def main(arguments: Sequence[str] | None = None, run: Callable[[int], Outcome] | None = None) -> int:
    """Runs schedules and says what failed; 1 if one did. run: gives the outcome of a seed; else `schedule` does."""
    run = run or schedule
    parser = argparse.ArgumentParser(description="Rotates logs at random while they are read.")
    parser.add_argument("--schedules", type=int, default=200, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the first")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="schedules at a time")
    parser.add_argument("--schedule", type=int, metavar="SEED", help="this one alone, step by step")
    given = parser.parse_args(arguments)
    if given.schedule is not None:
        outcome = run(given.schedule)
        print(*outcome.told, *outcome.problems, sep="\n")
        return int(bool(outcome.problems))
    began, failed, counts, vitals = time.monotonic(), 0, Counter[str](), Vitals()
    with ProcessPoolExecutor(given.jobs) as pool:
        for outcome in pool.map(run, range(given.seed, given.seed + given.schedules), chunksize=4):
            counts += outcome.counts
            vitals.merge(outcome.vitals)
            if outcome.problems:
                failed += 1
                print(f"--schedule {outcome.seed}: {'; '.join(outcome.problems)}", *outcome.told, sep="\n  ")
    print(f"{given.schedules} schedules in {time.monotonic() - began:.0f} s, {failed} failed")
    for name, count in sorted(counts.items()):
        print(f"{count:12}  {name}")
    if vitals.looks:
        print(vitals)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
