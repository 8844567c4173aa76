"""Many made-up logs, each read in several ways and compared with the recount: `python tests/campaign.py --logs 2000`.

A line a failure, with the seed that makes the log again (`--log SEED`); at the end what the logs had in them. Exits
with 1 if there was a failure or if a rule had no case. Not a test that pytest runs: tests/test_campaign.py runs some.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from multiprocessing import Pool

from exercised import REQUIRED
from real_trial import real_trial
from trial import Outcome, trial


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    if options.real:
        return 0 if real_trial() else 1
    if options.log is not None:
        return _tell_all(trial(options.log))
    began = time.monotonic()
    counts: Counter[str] = Counter()
    failed = 0
    for outcome in islice(_until(began + options.minutes * 60, _trials(options)), options.logs):
        counts += outcome.counts
        failed += bool(outcome.failures)
        _tell(outcome)
    missing = [rule for rule in REQUIRED if not counts[rule]]
    _summary(counts, failed, missing, time.monotonic() - began)
    return 1 if failed or missing else 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--logs", type=int, default=2000, help="how many [2000]")
    parser.add_argument("--seed", type=int, default=0, help="of the first; the others follow [0]")
    parser.add_argument("--minutes", type=float, default=60, help="stop after so many [60]")
    parser.add_argument("--jobs", type=int, default=1, help="at once [1]")
    parser.add_argument("--log", type=int, metavar="SEED", help="only the log of this seed")
    parser.add_argument("--real", action="store_true", help="all real logs in all clothes instead")
    return parser.parse_args(arguments)


def _trials(options: argparse.Namespace) -> Iterator[Outcome]:
    seeds = range(options.seed, options.seed + options.logs)
    if options.jobs == 1:
        yield from map(trial, seeds)
        return
    with Pool(options.jobs) as pool:
        yield from pool.imap(trial, seeds)


def _until(end: float, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    for outcome in outcomes:
        yield outcome
        if time.monotonic() > end:
            print("the time is over")
            return


def _tell(outcome: Outcome) -> None:
    """The first failure, which says most."""
    if outcome.failures:
        more = f" (and {len(outcome.failures) - 1} more)" if len(outcome.failures) > 1 else ""
        print(f"--log {outcome.seed}: {outcome.failures[0]}{more}", flush=True)


def _tell_all(outcome: Outcome) -> int:
    for failure in outcome.failures:
        print(failure)
    for name, count in sorted(outcome.counts.items()):
        print(f"{count:>12,}  {name}")
    return bool(outcome.failures)


def _summary(counts: Counter[str], failed: int, missing: list[str], seconds: float) -> None:
    print(f"\n{counts['logs']:,} logs in {seconds:,.0f} s, {failed} with failures\n")
    for name in ("events", "sessions", "runs", "ingests compared", "sessions compared"):
        print(f"{counts.pop(name, 0):>12,}  {name}")
    for title, prefix in (("generation", "generation "), ("clothes", "clothes: "), ("twists, in logs", "twist: ")):
        print(f"\n{title}")
        for name in sorted(name for name in counts if name.startswith(prefix)):
            print(f"{counts.pop(name):>12,}  {name.removeprefix(prefix)}")
    print("\nrules")
    for rule in REQUIRED:
        print(f"{counts.pop(rule, 0):>12,}  {rule}{'  MISSING' if rule in missing else ''}")
    print("\nother")
    for name, count in sorted(counts.items()):
        if name != "logs":
            print(f"{count:>12,}  {name}")


if __name__ == "__main__":
    sys.exit(main())
