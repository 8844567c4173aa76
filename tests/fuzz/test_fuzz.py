"""Every target with its corpus and with some thousand inputs; findings of the past are lines of the corpus."""

from __future__ import annotations

import shutil

import pytest
from fuzz import build
from fuzz.minimise import minimised
from fuzz.target import corpus, read, written

pytest.importorskip("Cython")
pytest.importorskip("setuptools")
if shutil.which("cc") is None:
    pytest.skip("no C compiler", allow_module_level=True)

from fuzz.loop import fuzz, problem_with
from fuzz.targets import TARGETS

build.optimise = "-O0"
EXECUTIONS = {"fold": 2000, "scan": 2000, "slow": 400, "unpack": 300, "render": 400, "totals": 400, "stored": 500}


@pytest.mark.parametrize("name", TARGETS)
def test_the_corpus(name):
    inputs = corpus(name)
    assert inputs
    assert [problem for data in inputs if (problem := problem_with(TARGETS[name], data)) is not None] == []


@pytest.mark.parametrize("name", TARGETS)
def test_some_executions(name):
    run = fuzz(TARGETS[name], 1, EXECUTIONS.get(name, 20_000), float("inf"))
    assert (run.problem, run.input) == (None, None)
    assert run.executions == EXECUTIONS.get(name, 20_000)
    assert run.kept > len(corpus(name)), "no input reaches anything new"


def test_a_seed_makes_the_same_inputs():
    once, again, other = (fuzz(TARGETS["packed"], seed, 5000, float("inf")) for seed in (7, 7, 8))
    assert (once.kept, once.judged) == (again.kept, again.judged)
    assert (once.kept, once.judged) != (other.kept, other.judged)


def test_what_is_found_is_made_small():
    assert minimised(b"some bytes with an x and more", lambda data: b"x" in data) == b"x"
    assert minimised(b"((()))", lambda data: data.count(b"(") > 1) == b"(("


def test_inputs_are_written_as_text(tmp_path):
    inputs = [bytes(range(256)), b"", b"\n#", b'"\\']
    path = tmp_path / "inputs.txt"
    path.write_text("# said\n\n" + "\n".join(map(written, inputs)) + "\n", "ascii")
    assert read(path) == inputs
