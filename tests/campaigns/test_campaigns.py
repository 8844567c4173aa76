"""Each campaign, in small. What is found wrong is a line that says how to do the step again."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import calls
import damage
import harness
import iofaults
import kills
import powerloss
import pytest
import readers
import rivals
from harness import Campaign, Unavailable

HERE = Path(__file__).parent


@pytest.fixture
def campaign() -> Iterator[Campaign]:
    """Not in pytest's own folder, which others than its owner may not enter."""
    with tempfile.TemporaryDirectory(prefix="sesscore-") as folder:
        yield Campaign(Path(folder))


def run(campaign: Campaign, run_: Callable[[Campaign, int], None], amount: int) -> None:
    run_(campaign, amount)
    assert campaign.failures == []


def test_killed_at_random(campaign: Campaign) -> None:
    run(campaign, kills.kills, 12)
    assert campaign.figures["kills"] >= 12
    assert campaign.figures["of these half read"]
    assert campaign.figures["status files left by a kill"]
    assert "longest transaction" in campaign.closing_line(1)


def test_killed_at_calls(campaign: Campaign) -> None:
    try:
        run(campaign, calls.calls, 16)
    except Unavailable as reason:
        pytest.skip(str(reason))
    assert campaign.figures["kills"] == 16


def test_errors_of_the_disk(campaign: Campaign) -> None:
    run(campaign, iofaults.iofaults, 150)
    assert campaign.figures["faults"] > 140


def test_power_loss(campaign: Campaign) -> None:
    run(campaign, powerloss.powerloss, 150)
    assert campaign.figures["states"] >= 150
    assert campaign.figures["that lost a commit"]


def test_readers(campaign: Campaign) -> None:
    run(campaign, readers.readers, 500)
    assert campaign.figures["snapshots"] >= 500
    assert campaign.figures["states seen"] > readers.STATES


def test_rivals(campaign: Campaign) -> None:
    run(campaign, rivals.rivals, 3)
    assert campaign.figures["turned away"] >= 9


def test_damage(campaign: Campaign) -> None:
    run(campaign, damage.damage, 3 * len(damage.KINDS))
    assert campaign.figures["refused by verify"]


# The commands


COMMANDS = [path.name for path in HERE.glob("[!t]*.py") if "__main__" in path.read_text("utf-8")]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_commands_are_alike(name: str) -> None:
    done = subprocess.run(
        [sys.executable, HERE / name, "--help"], env=harness.environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert {"--seed", "--only", "--minutes", "--folder"} <= set(done.stdout.split())
    assert f"python tests/campaigns/{name} --" in done.stdout


def test_a_failure_can_be_done_again_and_fails_the_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(campaign: Campaign, amount: int) -> None:
        for step in campaign.steps(f"step {number}" for number in range(amount)):
            campaign.figures["steps"] += 1
            campaign.wrong(step, f"drew {campaign.chance(step).random()}")

    monkeypatch.setattr(sys, "argv", ["some.py", "--steps", "3", "--seed", "7"])
    assert harness.main(wrong, "steps", 1, None) == 1
    *failures, last = capsys.readouterr().out.splitlines()
    assert last.startswith("3 steps, 3 failures; seed 7")
    assert failures[1].startswith("some.py --seed 7 --only 'step 1': drew ")
    monkeypatch.setattr(sys, "argv", ["some.py", "--steps", "3", "--seed", "7", "--only", "step 1"])
    assert harness.main(wrong, "steps", 1, None) == 1
    assert capsys.readouterr().out.splitlines()[0] == failures[1]
    monkeypatch.setattr(sys, "argv", ["some.py", "--steps", "3", "--minutes", "0"])
    assert harness.main(wrong, "steps", 1, None) == 0


def test_what_cannot_run_says_so(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable(campaign: Campaign, amount: int) -> None:
        raise Unavailable("there is no compiler")

    monkeypatch.setattr(sys, "argv", ["some.py"])
    assert harness.main(unavailable, "steps", 1, None) == 2
    assert "no compiler" in capsys.readouterr().err
