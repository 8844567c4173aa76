"""A small part of the campaign of rotations through the program: one with the folder, one with the live log alone."""

from __future__ import annotations

import pytest
from rotations_followed import schedule


@pytest.mark.parametrize("seed", [1, 17], ids=["folder", "live log"])
def test_a_follower_finds_every_line_once(seed: int) -> None:
    """For one that fails: `python tests/rotations_followed.py --schedule SEED`."""
    outcome = schedule(seed)
    assert (outcome.problems, outcome.told if outcome.problems else []) == ([], [])
    assert outcome.counts["follower caught up"] > 3
