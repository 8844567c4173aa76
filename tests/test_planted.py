"""The planted bugs: the list is right, and those that take no compiler are tried (`tests/planted/run.py` tries all)."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from planted import run

from sesscore import _fold, _packed, _scan, _totals

BUGS = run.bugs()
KNOWN = {bug.name: bug for bug in BUGS}
TRIED = ("ledger-replaced", "first-of-a-list", "sensor-left-out-of-the-lookup")


# The list


def test_there_are_enough_of_every_kind() -> None:
    assert len(BUGS) >= 80
    assert [name for name, times in Counter(bug.name for bug in BUGS).items() if times > 1] == []
    assert {path.stem for path in run.HERE.glob("*.toml")} == set(run.TOPICS)
    assert sum(bug.compiled for bug in BUGS) >= 40


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_bug_has_its_place_and_breaks_a_rule(bug: run.Bug) -> None:
    design = (run.ROOT / "docs" / "design.md").read_text("utf-8")
    text = (run.ROOT / bug.file).read_text("utf-8")
    assert text.count(bug.find) == 1
    assert text != text.replace(bug.find, bug.put)
    assert bug.does.endswith(".")
    assert re.search(rf"^##+ {re.escape(bug.rule)}$", design, re.MULTILINE)
    assert bug.tests
    assert not any(test.startswith("tests/test_real_logs.py") for test in bug.tests), "they may be skipped"


def test_the_tests_exist(tmp_path: Path) -> None:
    """Each node id is one test, not several, also in the copy in which bugs are planted."""
    run.copy_tree(tmp_path / "tree")
    tests = {test for bug in BUGS for test in bug.tests}
    # -P: what is installed is imported, not the checkout, in which the compiled modules may not be
    command = [sys.executable, "-P", "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *sorted(tests)]
    done = subprocess.run(command, cwd=tmp_path / "tree", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {line for line in done.stdout.splitlines() if "::" in line} == tests


def test_the_documents_show_the_list() -> None:
    """`python tests/planted/run.py --table` prints it."""
    assert run.table() in (run.ROOT / "docs" / "testing.md").read_text("utf-8")
    assert f"{len(BUGS)} bugs" in (run.ROOT / "docs" / "testing.md").read_text("utf-8")


# The command


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree with the modules that are installed, in place of compiled ones."""
    tree = tmp_path_factory.mktemp("planted").resolve() / "base"
    run.copy_tree(tree)
    for module in (_scan, _fold, _totals, _packed):
        shutil.copy2(module.__file__, tree / "sesscore")
    assert run.misplaced(tree) == ""
    return tree


def test_without_a_bug_all_pass(base: Path) -> None:
    assert run.sound(base, [KNOWN[name] for name in TRIED]) == ""


@pytest.mark.parametrize("name", TRIED)
def test_a_bug_is_caught(name: str, base: Path, tmp_path: Path) -> None:
    assert run.try_bug(KNOWN[name], base, tmp_path).problem == ""


def test_what_does_no_harm_is_not_caught(base: Path, tmp_path: Path) -> None:
    bug = KNOWN["first-of-a-list"]
    assert run.try_bug(replace(bug, put=f"({bug.find})"), base, tmp_path).problem.endswith(" passed")


def test_what_cannot_run_is_not_caught() -> None:
    """Any test would fail of it, which says nothing of this one."""
    bug = KNOWN["hash-by-arrival"]
    assert "did not run" in run.problem_of(bug, {})
    for outcome in ("error: collection failure", "failure: NameError: name 'x' is not defined", "skipped: "):
        assert run.problem_of(bug, {run.key(bug.tests[0]): outcome}), outcome
    assert not run.problem_of(bug, {run.key(bug.tests[0]): "failure: assert 1 == 2"})


def test_a_text_that_moved_is_said(base: Path, tmp_path: Path) -> None:
    for find in ("no such text", "import"):
        with pytest.raises(ValueError, match="occurs"):
            run.try_bug(replace(KNOWN["hash-by-arrival"], find=find), base, tmp_path)


def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        run.main(["no-such-bug"])
    assert "no-such-bug" in capsys.readouterr().err
