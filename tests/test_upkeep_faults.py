"""Errors and kills at calls of a migration, a backup, a restore: some of them. tests/campaigns/upkeep.py tries all."""

from harness import Campaign
from upkeep import upkeep


def test_old_or_new_and_never_in_between(tmp_path):
    campaign = Campaign(tmp_path)
    upkeep(campaign, 100)
    assert campaign.failures == []
    assert campaign.figures["killed"] > 10
    assert campaign.figures["ended with 7"] > 40


def test_killed_wherever_a_name_changes(tmp_path):
    campaign = Campaign(tmp_path)
    upkeep(campaign, 1000, ["kill-os"])
    assert campaign.failures == []
    assert campaign.figures["killed"] > 20
