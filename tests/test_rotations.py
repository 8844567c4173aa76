"""A small part of the campaign of rotations: some schedules, and everything that can happen in them."""

from __future__ import annotations

from collections import Counter

import pytest
import rotations
from rotations import WILD, Outcome, schedule

SEEDS = range(60)


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    return [schedule(seed) for seed in SEEDS]


def test_every_line_that_could_be_seen_is_there_once(outcomes: list[Outcome]) -> None:
    """For one that is not: `python tests/rotations.py --schedule SEED`."""
    assert [(outcome.seed, outcome.problems, outcome.told) for outcome in outcomes if outcome.problems] == []


def test_everything_happened(outcomes: list[Outcome]) -> None:
    counts: Counter[str] = Counter()
    for outcome in outcomes:
        counts += outcome.counts
    steps = {step for step, weight in WILD.items() if weight}
    assert steps | {"read all", "read grows", "read changes", "read killed", "regressed"} <= counts.keys()
    assert counts["lines found"] > 20 * len(SEEDS)


def test_a_seed_is_a_schedule() -> None:
    steps = [[step.partition(":")[0] for step in schedule(seed).told] for seed in (3, 3, 4)]
    assert steps[0] == steps[1] != steps[2]


def test_the_command_says_what_failed_and_what_there_was(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = Outcome(7, ["lost: [3]"], ["append: 100 bytes"], Counter(schedules=1))
    monkeypatch.setattr(rotations, "schedule", lambda seed: failed)
    assert rotations.main(["--schedule", "7"]) == 1
    assert capsys.readouterr().out == "append: 100 bytes\nlost: [3]\n"
    monkeypatch.setattr(rotations, "schedule", schedule)
    assert rotations.main(["--schedules", "1", "--seed", "3"]) == 0
    assert "1 schedules in" in capsys.readouterr().out
