"""The benchmarks and the commands beside them run: each once, at a tiny size, so that they do not rot."""

import importlib
import itertools
import json
import pkgutil
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sesscore import synth

HERE = Path(__file__).resolve().parent.parent / "asv_bench"
TINY = (300,)
CONTENDERS = {
    "sesscore", "sqlite-utils", "orjson-sqlite3", "duckdb-store", "duckdb-group", "duckdb-group-1", "polars-group",
    "chdb-group", "orjson-loop", "wc",
}  # fmt: skip
PREFIXES = ("time_", "peakmem_", "track_")

pytestmark = pytest.mark.skipif(not HERE.is_dir(), reason="the benchmarks are in the repository only")


@pytest.fixture
def suite(monkeypatch, tmp_path):
    """The classes of the suite that hold benchmarks, by name, with tiny logs."""
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.chdir(tmp_path)
    package = importlib.import_module("benchmarks")
    modules = [
        importlib.import_module(f"benchmarks.{module.name}") for module in pkgutil.iter_modules(package.__path__)
    ]
    classes = {}
    for module in modules:
        if hasattr(module, "EVENTS"):
            monkeypatch.setattr(module, "EVENTS", TINY)
        for name, value in vars(module).items():
            if isinstance(value, type) and benchmarks_of(value):
                classes[name] = value
    for value in classes.values():
        monkeypatch.setattr(value, "params", (TINY, *value.params[1:]))
    return classes


def benchmarks_of(cls):
    return [name for name in dir(cls) if name.startswith(PREFIXES)]


def run_as_asv_does(cls):
    """Each benchmark of a class for all its parameters. Returns what the track_ ones say."""
    benchmark = cls()
    cache = [benchmark.setup_cache()] if hasattr(benchmark, "setup_cache") else []
    tracked = []
    for parameters in itertools.product(*cls.params):
        for name in benchmarks_of(cls):
            getattr(benchmark, "setup", lambda *_: None)(*cache, *parameters)
            value = getattr(benchmark, name)(*cache, *parameters)
            getattr(benchmark, "teardown", lambda *_: None)(*cache, *parameters)
            if name.startswith("track_"):
                tracked.append(value)
            else:
                assert value is None  # asv would ignore it
    return tracked


def test_every_subject_has_its_benchmarks(suite):
    assert set(suite) == {"Fold", "Ingest", "IngestAgain", "Report", "Scan", "Synth", "Telling"}


@pytest.mark.parametrize("name", ["Fold", "Ingest", "IngestAgain", "Report", "Scan", "Synth", "Telling"])
def test_benchmarks_run(suite, name):
    for value in run_as_asv_does(suite[name]):
        assert value > 0


def test_asv_is_told_where_the_suite_is():
    text = (HERE / "asv.conf.json").read_text("utf-8")
    config = json.loads("\n".join(line for line in text.splitlines() if not line.lstrip().startswith("//")))
    assert (HERE / config["benchmark_dir"] / "__init__.py").is_file()
    assert (HERE / config["repo"] / "pyproject.toml").is_file()


def command(name, *arguments, folder):
    """A script of asv_bench, run from elsewhere."""
    done = subprocess.run(
        [sys.executable, HERE / name, *map(str, arguments)], cwd=folder, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def test_compare(tmp_path):
    output = command("compare.py", "--events", 300, "--runs", 2, "--json", "result.json", folder=tmp_path)
    assert "wall ×" in output
    result = json.loads((tmp_path / "result.json").read_text())
    runs = {contender["name"]: contender for contender in result["contenders"]}
    skipped = {note.partition(":")[0] for note in result["notes"]}
    # one core: duckdb-group is duckdb-group-1
    assert CONTENDERS - {"duckdb-group-1"} <= set(runs) | skipped <= CONTENDERS
    assert {name: len(contender["runs"]) for name, contender in runs.items()} == {
        name: 1 if name == "sqlite-utils" else 2 for name in runs
    }
    sessions = {runs[name]["found"] for name in runs if name not in ("orjson-loop", "wc")}
    assert sessions == {runs["sesscore"]["found"]}  # all did the same work
    assert all(one["peak_bytes"] > 0 for contender in runs.values() for one in contender["runs"])
    assert {name for name, contender in runs.items() if contender["vitals"]} == {"sesscore"}
    assert runs["sesscore"]["vitals"]["longest_transaction"] > 0


def test_compare_prints_markdown_of_some(tmp_path):
    log = tmp_path / "a.json"
    synth.write(log, events=200)
    output = command(
        "compare.py", "--log", log, "--runs", 1, "--only", "orjson-loop,sesscore", "--markdown", folder=tmp_path
    )
    rows = [line for line in output.splitlines() if line.startswith("|")]
    assert len(rows) == 4
    assert rows[2].startswith("| sesscore ingest")
    assert rows[3].endswith("| 200 |")


def test_compare_leaves_out(tmp_path):
    output = command(
        "compare.py", "--events", 200, "--runs", 1, "--only", "wc,sesscore", "--without", "sesscore", folder=tmp_path
    )
    assert output.splitlines()[-1].startswith("wc ")


def test_compare_knows_its_contenders(tmp_path):
    with pytest.raises(AssertionError, match="unknown: nobody"):
        command("compare.py", "--only", "sesscore,nobody", folder=tmp_path)


def test_races(tmp_path):
    output = command("races.py", "--events", 400, "--runs", 1, "--json", "result.json", folder=tmp_path)
    assert "nothing new in 180 files, beyond sesscore --version" in output
    compressed, _, shards = json.loads((tmp_path / "result.json").read_text())["races"]
    assert len({entrant["found"] for entrant in compressed["entrants"]}) == 1  # all read the same
    assert shards["entrants"][0]["found"] == shards["entrants"][2]["found"]  # the merge is the whole
    assert {entrant["name"] for entrant in compressed["entrants"]} >= {"plain-1", "gzip-1", "32-gzip-1"}


def test_one_race_of_a_log(tmp_path):
    log = tmp_path / "a.json"
    synth.write(log, events=400)
    output = command("races.py", "start-up", "--log", log, "--runs", 1, "--markdown", folder=tmp_path)
    assert output.count("* race: ") == 1
    assert "| sesscore --help |" in output


def test_growth(tmp_path):
    output = command(
        *("growth.py", "--days", "1,2", "--events-a-day", 200, "--runs", 1, "--within", 50, "--json", "result.json"),
        folder=tmp_path,
    )
    assert "the largest of these" in output
    result = json.loads((tmp_path / "result.json").read_text())
    assert [size["events"] for size in result["sizes"]] == [200, 400]
    assert all(size["vitals"]["longest_transaction"] > 0 for size in result["sizes"])
    assert output.count("longest transaction") == 2
    empty, old = result["late_day"]
    assert old["found"] > empty["found"]  # it was the database of the days before


def test_growth_reads_gzip_and_says_what_does_not_hold(tmp_path):
    with pytest.raises(AssertionError, match="above 1 MB"):
        command(
            *("growth.py", "--days", 1, "--events-a-day", 200, "--runs", 1, "--gzip", "--limit", 1), folder=tmp_path
        )


def test_floors(tmp_path):
    output = command("floors.py", "--events", 2_000, "--json", "result.json", folder=tmp_path)
    assert "sesscore: ingest, the whole program" in output
    result = json.loads((tmp_path / "result.json").read_text())
    steps = {step["name"]: step for step in result["steps"]}
    assert steps["store session"]["amount"] > 0
    assert steps["read() into one buffer"]["amount"] == steps["sesscore: scan"]["amount"]  # bytes of the log
    assert all(step["cpu"] >= 0 for step in result["steps"])


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed")
def test_instructions(tmp_path):
    command("instructions.py", "--events", 400, "--json", "result.json", folder=tmp_path)
    each = json.loads((tmp_path / "result.json").read_text())["instructions_per_event"]
    assert each["scan"] > 100
    assert each["scan"] + each["fold"] == pytest.approx(each["scan and fold"])


def test_steps(tmp_path):
    log = tmp_path / "a.json"
    synth.write(log, events=2_000)
    output = command("steps.py", log, folder=tmp_path)
    assert "read and scan" in output
    assert "fold to rows" in output


def test_following(tmp_path):
    output = command(
        *("following.py", "--events", 2, "--quiet", 0.1, "--files", 2, "--inside", "--json", "result.json"),
        folder=tmp_path,
    )
    document = json.loads((tmp_path / "result.json").read_text())
    assert document["schema"] == "sesscore.following/1"
    assert all(wait > 0 for wait in document["waits"])
    assert "with exit code 143" in output
    assert document["vitals"]["longest_transaction"] > 0


def test_telemetry(tmp_path):
    """Each case in small. How good what is said of the time that is left is, is measured at its size only."""
    log = tmp_path / "a.json"
    synth.write(log, events=2_000)
    output = command(
        *("telemetry.py", log, "--interval", 0.05, "--bytes", 400_000, "--sessions", 50, "--json", "result.json"),
        folder=tmp_path,
    )
    cases = json.loads((tmp_path / "result.json").read_text())["cases"]
    assert [one["case"] for one in cases] == ["log", "part", "line", "open"]
    assert [one["failures"] for one in cases] == [[]] * 4
    assert [cases[0]["events"], *(one["events"] for one in cases[2:])] == [2000, 2, 500]
    assert all(one["vitals"]["peak_bytes"] > 0 and one["transactions"]["count"] > 0 for one in cases)
    assert "cost of telling" in output


def test_bounds(tmp_path):
    output = command("bounds.py", "--scale", 0.0001, "--markdown", "--json", "result.json", folder=tmp_path)
    rows = [line for line in output.splitlines() if line.startswith("|")]
    document = json.loads((tmp_path / "result.json").read_text())
    assert document["failures"] == []  # each found what was made
    assert len(rows) == 2 + len(document["inputs"]) == 10
    assert all(0 < one["peak_bytes"] < one["limit_bytes"] for one in document["inputs"])
    assert all(one["vitals"]["peak_bytes"] > 0 for one in document["inputs"])


def test_bounds_of_a_line_that_is_too_long(tmp_path):
    command("bounds.py", "line", "text", "nested", "--scale", 0.02, "--json", "result.json", folder=tmp_path)
    inputs = json.loads((tmp_path / "result.json").read_text())["inputs"]
    assert [one["ledger"]["quarantined"] for one in inputs] == [1, 1, 1]
