"""What all campaigns share: a command line, what was found, and how a failure is told so that it can be run again.

A campaign is a function that takes a `Campaign` and an amount. It goes through steps; each draws from a random source
of its own, so `--only STEP` does again what that step did.
"""

from __future__ import annotations

import argparse
import itertools
import math
import os
import random
import shlex
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sesscore.ownfiles import STATUS_SUFFIX
from sesscore.telemetry.reading import NotOurs
from sesscore.telemetry.vitals import Vitals


@dataclass
class Campaign:
    """One run. folder: for its files. only: the one step that is wanted. end: when no further step is begun.

    figures: what was done. vitals: what runs said of themselves. failures: in words.
    """

    folder: Path
    seed: int = 1
    only: str | None = None
    end: float = math.inf
    figures: Counter[str] = field(default_factory=Counter)
    vitals: Vitals = field(default_factory=Vitals)
    failures: list[str] = field(default_factory=list)

    def chance(self, step: object) -> random.Random:
        """The random source of a step."""
        return random.Random(f"{self.seed} {step}")

    def steps(self, names: Iterable[object]) -> Iterator[str]:
        """The steps that are wanted, by name, until the time is over."""
        wanted = (str(name) for name in names if self.only in (None, str(name)))
        return itertools.takewhile(lambda _: time.monotonic() < self.end, wanted)

    def wrong(self, step: object, what: str) -> None:
        """Something that must not be."""
        script = Path(sys.argv[0]).name
        self.failures.append(f"{script} --seed {self.seed} --only {shlex.quote(str(step))}: {what}")
        print(self.failures[-1], flush=True)

    def closing_line(self, seconds: float) -> str:
        """All figures in one line."""
        told = [f"{count:,} {name}" for name, count in self.figures.items()]
        line = f"{', '.join([*told, f'{len(self.failures):,} failures'])}; seed {self.seed}, {seconds:,.0f} s"
        return f"{line}; {self.vitals}" if self.vitals.looks else line

    def told_by(self, step: object, db: object) -> dict[str, Any] | None:
        """What the last run of a database said of itself: whole, however it ended. None if it said nothing."""
        try:
            return self.vitals.look(f"{db}{STATUS_SUFFIX}")
        except NotOurs as error:
            self.wrong(step, f"the status file: {error}")
            return None


class Unavailable(Exception):
    """This machine lacks what the campaign needs."""


def main(run: Callable[[Campaign, int], None], unit: str, amount: int, about: str | None) -> int:
    """The command of a campaign: 0 all well, 1 a failure, 2 it could not run. unit: what `amount` counts."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(f"--{unit}", dest="amount", type=int, default=amount, metavar="N", help=f"how many [{amount}]")
    parser.add_argument("--seed", type=int, default=1, help="of everything that is drawn [1]")
    parser.add_argument("--only", metavar="STEP", help="do one step again, as a failure names it")
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no step after so many [no end]")
    parser.add_argument("--folder", help="where files are made; in memory is fastest [the system's]")
    options = parser.parse_args()
    os.environ["SESSCORE_CONFIG"] = os.devnull  # for what runs in this process
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sesscore-", dir=options.folder) as folder:
        campaign = Campaign(Path(folder), options.seed, options.only, began + 60 * options.minutes)
        try:
            run(campaign, options.amount)
        except Unavailable as reason:
            print(f"{Path(sys.argv[0]).name}: {reason}", file=sys.stderr)
            return 2
    print(campaign.closing_line(time.monotonic() - began))
    return 1 if campaign.failures else 0


Item = TypeVar("Item")


def spread(items: Sequence[Item], amount: int) -> list[Item]:
    """So many of them, evenly spaced."""
    return [items[index * len(items) // amount] for index in range(amount)] if amount < len(items) else list(items)


def program(*arguments: object) -> list[str]:
    """A command line of sesscore: the one that is installed, whatever lies in the working directory."""
    return [sys.executable, "-P", "-m", "sesscore", *map(str, arguments)]


def environment(**more: str) -> dict[str, str]:
    """Of a process of sesscore: nothing of the user's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SESSCORE_")}
    return {**kept, "SESSCORE_CONFIG": os.devnull, "PYTHONDONTWRITEBYTECODE": "1", **more}
