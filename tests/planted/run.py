"""Plants bugs, one at a time, in a copy of the tree, and sees whether the tests that are named for each fail.

    python tests/planted/run.py [NAME …] [--jobs N]     all bugs, or these; 1 if a test misses one
    python tests/planted/run.py --table                 the list, as docs/testing.md shows it

The bugs are data: the `.toml` files beside this one. The checkout is not touched. What a bug changes in `_ext/` is
compiled in the copy, for which Cython and setuptools must be there.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NEEDED = (
    *("_ext", "sql", "sesscore", "tests", "docs", "contrib"),
    *("setup.py", "pyproject.toml", "CHANGELOG.md", "README.md"),
)
LEFT = shutil.ignore_patterns("__pycache__", "*.so", "*.py[cod]", ".*_cache")
TOPICS = (
    "kernel",
    "identity",
    "sessions",
    "store",
    "sources",
    "answers",
    "outputs",
    "lists",
    "period",
    "edges",
    "safety",
    "older",
    "options",
    "upkeep",
    "faults",
    "fuzz",
    "telemetry",
    "watching",
    "api",
    "doctor",
)
SECONDS = 900  # after which the tests of a bug are taken for endless
# A test that fails for one of these has not looked at anything.
NO_FAILURE = ("ImportError", "ModuleNotFoundError", "SyntaxError", "IndentationError", "NameError")


@dataclass(frozen=True)
class Bug:
    """does: a sentence. rule: the heading of docs/design.md that it breaks. tests: node ids; each must fail."""

    name: str
    does: str
    rule: str
    file: str
    find: str
    put: str
    tests: tuple[str, ...]

    def plant(self, tree: Path) -> None:
        """Changes the file in a copy. Raises ValueError if the text does not occur exactly once."""
        path = tree / self.file
        text = path.read_text("utf-8")
        if text.count(self.find) != 1:
            raise ValueError(f"{self.name}: {self.find!r} occurs {text.count(self.find)} times in {self.file}")
        path.write_text(text.replace(self.find, self.put), "utf-8")

    @property
    def compiled(self) -> bool:
        """Whether it takes a compiler."""
        return self.file.startswith("_ext/")


@dataclass(frozen=True)
class Verdict:
    """What became of a bug. problem: why it is not caught, empty if it is."""

    bug: Bug
    problem: str
    seconds: float


def bugs() -> list[Bug]:
    """All of them, by topic."""
    told = [tomllib.loads((HERE / f"{topic}.toml").read_text("utf-8"))["bug"] for topic in TOPICS]
    return [Bug(**{**one, "tests": tuple(one["tests"])}) for topic in told for one in topic]


def table() -> str:
    """The list for people, in Markdown."""
    lines = ["| bug | what it does | rule | caught by |", "|---|---|---|---|"]
    for bug in bugs():
        tests = ", ".join(f"`{test.removeprefix('tests/')}`" for test in bug.tests)
        lines.append(f"| `{bug.name}` | {bug.does} | {bug.rule} | {tests} |")
    return "\n".join(lines) + "\n"


# The copy


def copy_tree(tree: Path) -> None:
    """A copy of the checkout that is imported from where it lies, whatever is installed."""
    tree.mkdir()
    for name in NEEDED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name, ignore=LEFT)
        else:
            shutil.copy2(ROOT / name, tree / name)
    (tree / "sesscore" / "sql").symlink_to(Path("..") / "sql")


def environment(tree: Path) -> dict[str, str]:
    """Of what runs in a copy."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SESSCORE_", "PYTEST_"))}
    paths = [str(tree), *filter(None, [kept.get("PYTHONPATH")])]
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}


def build(tree: Path) -> str:
    """Compiles what is new. Returns the end of the compiler's words if it fails."""
    command = [sys.executable, "setup.py", "-q", "build_ext", "--inplace"]
    quick = {**environment(tree), "SESSCORE_BUILD": "quick"}
    done = subprocess.run(command, cwd=tree, env=quick, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr)[-2000:] if done.returncode else ""


def misplaced(tree: Path) -> str:
    """What a program in the copy would import from elsewhere, if anything."""
    code = (
        "from sesscore import _fold, _packed, _scan, _totals, queries;"
        "print(_fold.__file__, _scan.__file__, _totals.__file__, _packed.__file__, queries._ROOT, sep='\\n')"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tree, env=environment(tree), capture_output=True, text=True, check=False)
    places = done.stdout.splitlines()
    return "" if places and all(Path(one).is_relative_to(tree) for one in places) else done.stdout + done.stderr


# The tests


def run_tests(tree: Path, tests: Iterable[str], seconds: int = SECONDS) -> dict[str, str]:
    """What became of each test: "" passed, else the reason why not. Tests that pytest does not know are missing."""
    report = tree / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *tests]
    try:
        subprocess.run(command, cwd=tree, env=environment(tree), capture_output=True, check=False, timeout=seconds)
    except subprocess.TimeoutExpired:
        return {}
    if not report.exists():
        return {}
    found = {}
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        found[name] = next((f"{child.tag}: {child.get('message')}" for child in case if child.tag != "properties"), "")
    report.unlink()
    return found


def key(test: str) -> str:
    """A node id as the report of pytest names it."""
    path, _, rest = test.partition("::")
    *classes, name = [rest] if "[" in rest else rest.split("::")
    return "::".join([".".join([path.removesuffix(".py").replace("/", "."), *classes]), name])


def problem_of(bug: Bug, found: dict[str, str]) -> str:
    """Why a bug is not caught, empty if it is: each of its tests fails, and by looking."""
    for test in bug.tests:
        outcome = found.get(key(test))
        if outcome is None:
            return f"{test} did not run, or not to its end"
        if not outcome.startswith("failure: "):
            return f"{test} {outcome or 'passed'}"
        if outcome.removeprefix("failure: ").startswith(NO_FAILURE):
            return f"{test} could not look: {outcome}"
    return ""


def try_bug(bug: Bug, base: Path, folder: Path) -> Verdict:
    """Plants a bug in a copy of `base`, which is built, and runs its tests."""
    began = time.monotonic()
    tree = folder / bug.name
    shutil.copytree(base, tree, symlinks=True)
    try:
        bug.plant(tree)
        problem = build(tree) if bug.compiled else ""
        problem = f"it cannot be built: {problem}" if problem else problem_of(bug, run_tests(tree, bug.tests))
    finally:
        shutil.rmtree(tree)
    return Verdict(bug, problem, time.monotonic() - began)


def sound(base: Path, wanted: Sequence[Bug]) -> str:
    """Why the copy without a bug is no measure, empty if it is: all tests that are named pass."""
    tests = sorted({test for bug in wanted for test in bug.tests})
    found = run_tests(base, tests, SECONDS * (1 + len(tests)))
    failed = [f"{test}: {found.get(key(test), 'did not run')}" for test in tests if found.get(key(test), "-")]
    return "without a bug, these do not pass:\n  " + "\n  ".join(failed) if failed else ""


# The command


def main(arguments: Sequence[str] | None = None) -> int:
    """Tries bugs and prints a table; 1 if one is not caught, 2 if nothing could be tried."""
    parser = argparse.ArgumentParser(description="Plants bugs in a copy of the tree; tests must fail.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="of a bug; none: all")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="bugs at a time")
    parser.add_argument("--table", action="store_true", help="print the list in Markdown and end")
    given = parser.parse_args(arguments)
    if given.table:
        print(table(), end="")
        return 0
    known = {bug.name: bug for bug in bugs()}
    if unknown := [name for name in given.names if name not in known]:
        parser.error(f"no bug is called {', '.join(unknown)}")
    wanted = [known[name] for name in given.names] or list(known.values())
    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        return _try_all(wanted, Path(folder).resolve(), given.jobs)


def _try_all(wanted: Sequence[Bug], folder: Path, jobs: int) -> int:
    began = time.monotonic()
    base = folder / "base"
    copy_tree(base)
    if problem := build(base) or misplaced(base) or sound(base, wanted):
        print(problem, file=sys.stderr)
        return 2
    width = max(len(bug.name) for bug in wanted)
    print(f"{'bug':{width}}  seconds  caught by")
    missed = 0
    with ThreadPoolExecutor(jobs) as pool:
        for verdict in pool.map(lambda bug: try_bug(bug, base, folder), wanted):
            missed += bool(verdict.problem)
            said = f"NOT CAUGHT: {verdict.problem}" if verdict.problem else ", ".join(verdict.bug.tests)
            print(f"{verdict.bug.name:{width}}  {verdict.seconds:7.1f}  {said}", flush=True)
    print(f"{len(wanted)} bugs, {missed} not caught, {time.monotonic() - began:.0f} s")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
