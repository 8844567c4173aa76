"""The project keeps its own rules: where SQL stands, what imports what, what is packed."""

import ast
import re
import runpy
import subprocess
import sys
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import sesscore
from sesscore import queries

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "sesscore"
MODULES = sorted(PACKAGE.rglob("*.py"))
STATEMENTS = sorted((ROOT / "sql").rglob("*.sql"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

CEILING = 300  # lines of a module
LONGER: dict[str, str] = {}  # and why

by_path = {"ids": lambda path: str(path.relative_to(ROOT))}


def parsed(path):
    return ast.parse(path.read_text("utf-8"), str(path))


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


# Python


@pytest.mark.parametrize("path", MODULES, **by_path)
def test_a_module_says_what_it_is_for(path):
    assert ast.get_docstring(parsed(path))


def test_modules_are_short():
    long = {str(path.relative_to(ROOT)) for path in MODULES if len(path.read_text("utf-8").splitlines()) > CEILING}
    assert long <= set(LONGER)


@pytest.mark.parametrize("path", MODULES, **by_path)
def test_one_sqlite_library(path):
    """A second one in the same process would break the locks of the first."""
    imported = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    assert not imported & {"sqlite3", "_sqlite3", "pysqlite3", "aiosqlite"}


@pytest.mark.parametrize("path", MODULES, **by_path)
def test_statements_are_not_put_together(path):
    """What runs is a whole statement: of `sql/`, or a word of its own like BEGIN."""
    for node in ast.walk(parsed(path)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr not in ("execute", "executemany") or not node.args:
            continue
        statement = node.args[0]
        where = f"{path.relative_to(ROOT)}:{node.lineno}"
        assert not isinstance(statement, ast.JoinedStr | ast.BinOp), where
        if isinstance(statement, ast.Call) and isinstance(statement.func, ast.Attribute):
            assert statement.func.attr not in ("format", "join", "replace"), where


def package_imports(path, *, late):
    """The modules of this package that a module imports, at once or, if `late`, ever."""
    known = {module_name(module) for module in MODULES}
    nodes = ast.walk(parsed(path)) if late else parsed(path).body
    found = set()
    for node in nodes:
        names = []
        if isinstance(node, ast.Import):
            names = [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{name.name}" for name in node.names)]
        found |= known.intersection(names)
    # A package that is only passed through is no dependency; `from sesscore import cli` is one on `sesscore.cli`.
    return {name for name in found if not any(other.startswith(f"{name}.") for other in found)} - {module_name(path)}


def test_imports_have_no_circle():
    TopologicalSorter({module_name(path): package_imports(path, late=True) for path in MODULES}).prepare()


def test_the_rules_are_stated_twice():
    """The recount is there to find mistakes of ingest, so it may share nothing with it."""
    recount = {path for path in MODULES if path.stem == "recount" or path.stem.startswith("recount_")}
    names = {module_name(path) for path in recount}
    for path in recount:
        assert package_imports(path, late=True) <= names, path


def test_help_starts_quickly():
    code = (
        "import sys, sesscore.cli\n"
        "sesscore.cli.main(['--help'])\n"
        "late = {'numpy', 'rich', 'apsw', 'orjson', 'sqlite3', 'sesscore._scan', 'sesscore._fold', 'sesscore.synth'}\n"
        "print(sorted(late & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd="/", capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


# SQL


@pytest.mark.parametrize("path", STATEMENTS, **by_path)
def test_a_statement_says_what_it_answers(path):
    assert path.read_text("utf-8").startswith("-- ")


@pytest.mark.parametrize("path", [path for path in STATEMENTS if "migrations" not in path.parts], **by_path)
def test_one_statement_a_file(path):
    text = re.sub(r"--[^\n]*|'(?:[^']|'')*'", "", path.read_text("utf-8"))
    assert len([part for part in text.split(";") if part.strip()]) == 1


def test_the_installed_statements_are_those_of_the_checkout():
    for path in STATEMENTS:
        name = path.relative_to(ROOT / "sql").with_suffix("").as_posix()
        assert queries.sql(name) == path.read_text("utf-8"), f"{name}: install again"


# Packaging


def test_one_version():
    pattern = re.compile(rf"(?<![\d.]){re.escape(sesscore.__version__)}(?![\d.])")
    files = [*(ROOT / name for name in ("pyproject.toml", "setup.py", "README.md")), *MODULES]
    assert [path for path in files if pattern.search(path.read_text("utf-8"))] == [PACKAGE / "__init__.py"]
    assert "version" in PROJECT["project"]["dynamic"]


def test_the_changelog_knows_the_version():
    assert sesscore.__version__ in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_every_package_is_packed():
    packed = set(PROJECT["tool"]["setuptools"]["packages"])
    assert packed == {module_name(path) for path in PACKAGE.rglob("__init__.py")} | {"sesscore.sql"}


def test_every_extension_is_built_and_typed():
    sources = {path.stem for path in (ROOT / "_ext").glob("*.pyx")}
    built = re.search(r"for name in \(([^)]*)\)", (ROOT / "setup.py").read_text("utf-8"))
    assert {name.strip(' "') for name in built[1].split(",") if name.strip()} == sources
    assert {f"_{name}.pyi" for name in sources} == {path.name for path in PACKAGE.glob("_[a-z]*.pyi")}


# Workflows

WORKFLOWS = {path.stem: path.read_text("utf-8") for path in (ROOT / ".github" / "workflows").glob("*.yml")}
MAY_WRITE = {"release": {"id-token: write"}, "pages": {"contents: write"}}


def test_actions_are_pinned():
    """By their whole hash, one for each, with the version that it was; or they are workflows of this very commit."""
    pinned = {}
    for name, text in WORKFLOWS.items():
        for action in re.findall(r"^\s*(?:- )?uses:\s*(.*)$", text, re.M):
            if action.startswith("$/"):
                assert (ROOT / action.removeprefix("$/")).is_file(), (name, action)
                continue
            assert re.fullmatch(r"[\w-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), (name, action)
            assert pinned.setdefault(action.partition("@")[0], action) == action, (name, action)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_workflows_have_no_rights_but_those_of_their_jobs(name):
    text = WORKFLOWS[name]
    assert re.search(r"^permissions: \{\}$", text, re.M)
    jobs = re.findall(r"^  [\w-]+:$", text.partition("\njobs:\n")[2], re.M)
    assert len(jobs) == len(re.findall(r"^    permissions:$", text, re.M)) > 0
    assert set(re.findall(r"^ +([\w-]+: write)", text, re.M)) == MAY_WRITE.get(name, set())
    # By its own name: in a workflow that another one calls, github.workflow is that of the caller.
    assert re.search(rf"^concurrency:\n  group: {name}-\$", text, re.M)


@pytest.mark.parametrize(
    ("page", "fetched"),
    [
        ('<script src="https://cdn.example/a.js"></script>', 1),
        ('<link rel="stylesheet" href="//cdn.example/a.css"><style>@import "https://cdn.example/b.css";</style>', 2),
        ('<img src="a.png" style="background: url(http://cdn.example/b.png)">', 1),
        ('<a href="https://example.org/">there</a> <code>url(//example.org)</code> <script src="a.js"></script>', 0),
    ],
)
def test_a_page_that_fetches_something_from_elsewhere_is_found(page, fetched, tmp_path, capsys):
    (tmp_path / "page.html").write_text(page, "utf-8")
    check = runpy.run_path(str(ROOT / ".ci" / "check_site.py"))["main"]
    assert check(tmp_path) == bool(fetched)
    assert capsys.readouterr().out.count("page.html fetches") == fetched


def test_every_campaign_runs_by_night():
    campaigns = (ROOT / "tests" / "campaigns").glob("*.py")
    runnable = {path.stem for path in campaigns if 'if __name__ == "__main__"' in path.read_text("utf-8")}
    named = re.search(r"^ +campaign: \[(.*)\]$", WORKFLOWS["nightly"], re.M)
    assert set(named[1].split(", ")) == runnable


def test_a_wheel_for_each_python_that_is_supported():
    """And none for others: those for which a dependency has none would need a compiler."""
    settings = PROJECT["tool"]["cibuildwheel"]
    least = re.fullmatch(r">=3\.(\d+)", PROJECT["project"]["requires-python"])
    assert settings["build"] == [
        f"cp3{minor}-*" for minor in range(int(least[1]), int(least[1]) + len(settings["build"]))
    ]
    assert all((ROOT / source).exists() for source in settings["test-sources"])
    assert all((ROOT / name).exists() for name in re.findall(r"tests/\w+\.py", settings["test-command"]))
