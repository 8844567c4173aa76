"""A small part of the campaign: some made-up logs, and every rule with a case of its own in them."""

from __future__ import annotations

from collections import Counter

import campaign
import pytest
from exercised import REQUIRED
from trial import Outcome, trial
from worlds import GENERATIONS, world

SEEDS = range(1010, 1030)


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    return [trial(seed) for seed in SEEDS]


def test_ingest_and_recount_agree_in_every_way(outcomes: list[Outcome]) -> None:
    """For one that does not: `python tests/campaign.py --log SEED`."""
    assert [(outcome.seed, outcome.failures) for outcome in outcomes if outcome.failures] == []


def test_every_rule_was_exercised(outcomes: list[Outcome]) -> None:
    counts: Counter[str] = Counter()
    for outcome in outcomes:
        counts += outcome.counts
    assert [rule for rule in REQUIRED if not counts[rule]] == []
    assert [generation for generation in GENERATIONS if not counts[f"generation {generation}"]] == []


def test_a_seed_is_a_log() -> None:
    assert world(5) == world(5)
    assert world(5).lines != world(11).lines


def test_the_command_says_what_failed_and_what_there_was(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {
        1: Outcome(1, [], Counter(logs=1, events=7)),
        2: Outcome(2, ["a", "b"], Counter({"logs": 1, "cut by 24 h": 3})),
    }
    monkeypatch.setattr(campaign, "trial", made.__getitem__)
    assert campaign.main(["--seed", "1", "--logs", "2"]) == 1
    told = capsys.readouterr().out
    assert "--log 2: a (and 1 more)\n" in told
    assert "2 logs in 0 s, 1 with failures" in told
    assert "           7  events\n" in told
    assert "           3  cut by 24 h\n" in told
    assert "named by sid  MISSING\n" in told
    assert campaign.main(["--log", "1"]) == 0
