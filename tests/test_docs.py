"""What the documents say is so: their commands run, and print what is shown beneath them.

SESSCORE_UPDATE_DOCS=1 writes what the examples print now into the documents, instead of comparing.
"""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from sesscore import errors
from sesscore.cli import cli

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
UPDATE = os.environ.get("SESSCORE_UPDATE_DOCS") == "1"

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^`([\w./-]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)  # and what is in it
EXAMPLE = re.compile(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
TIME = re.compile(r"\bin [\d.]+ s$", re.MULTILINE)


def blocks(text, language):
    return [body for found, body in BLOCK.findall(text) if found == language]


def section(title):
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


@pytest.fixture
def shell(tmp_path):
    """Runs commands one after the other in an empty folder, where `sesscore` and `python` are those that are tested."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, words in (("sesscore", "-m sesscore"), ("python", "")):
        (programs / name).write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {words} "$@"\n')
        (programs / name).chmod(0o755)
    folder = tmp_path / "folder"
    folder.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SESSCORE_")}
    environment |= {
        "SESSCORE_CONFIG": os.devnull,
        "PATH": f"{programs}{os.pathsep}{environment['PATH']}",
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "PYTHONUTF8": "1",
    }

    def run(command):
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
            timeout=300,
        )
        return done.returncode, done.stdout

    return run


# Commands


def test_set_up_is_two_commands():
    given = blocks(section("Set up"), "sh")
    assert len(given) == 2
    assert all(len(command.replace("\\\n", "").splitlines()) == 1 for command in given)


def test_the_first_command_does_the_main_job(shell):
    command = blocks(section("Set up"), "sh")[0]
    installation, _, job = command.replace("\\\n", "").partition(" && .venv/bin/sesscore ")
    assert installation.split(" && ")[-1].split() == [".venv/bin/pip", "install", "."]
    code, output = shell(f"sesscore {job.replace('.venv/bin/sesscore', 'sesscore')}")
    assert code == 0, output
    assert "✓ balanced" in output


def test_the_second_command_runs_these_tests():
    *installations, test = blocks(section("Set up"), "sh")[1].strip().split(" && ")
    # `python -m pytest` would import the checkout, which has no compiled modules
    assert test.split()[0] == ".venv/bin/pytest"
    groups = re.findall(r"--group (\w+)", " ".join(installations))
    known = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    assert groups
    assert set(groups) <= set(known)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_examples(path, shell, tmp_path):
    """Commands of a document run in order, in one folder with its files; output that ends without `$` is theirs."""
    text = path.read_text("utf-8")
    for name, content in FILE.findall(text):
        (tmp_path / "folder" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "folder" / name).write_text(content, "utf-8")

    def real(match):
        command = match[1]
        return f"$ {command}\n{shell(command)[1]}"

    def block(match):
        return match[0] if match[1] != "console" else f"```console\n{EXAMPLE.sub(real, match[2])}```"

    now = BLOCK.sub(block, text)
    if UPDATE:
        if TIME.sub("", now) != TIME.sub("", text):
            path.write_text(now, "utf-8")
        return
    assert TIME.sub("in … s", now) == TIME.sub("in … s", text)


def test_examples_in_python_are_files():
    """Which a type checker reads (pyproject.toml), beside the page that shows them."""
    shown = dict(FILE.findall((ROOT / "docs" / "python.md").read_text("utf-8")))
    assert shown == {path.name: path.read_text("utf-8") for path in (ROOT / "docs" / "examples").glob("*.py")}


def test_readme_shows_a_report():
    shown = "".join(blocks(README, "console"))
    assert "sesscore summary" in shown
    assert "✓ balanced" in shown


# Names


def commands(command=cli, words=()):
    """All commands, those of groups too, by the words that one types."""
    yield words, command
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*words, name))


def options_of(command):
    return {name for parameter in command.params for name in [*parameter.opts, *parameter.secondary_opts]}


def variables():
    """Those that any command reads: named by itself, or after the command and the option."""
    found = set()
    for words, command in commands():
        prefix = "_".join(["SESSCORE", *words]).upper()
        for parameter in command.params:
            found |= {parameter.envvar} if isinstance(parameter.envvar, str) else set()
            found.add(f"{prefix}_{parameter.name.upper()}")
    return found


def test_options_of_the_readme_exist():
    known = {"--help"}.union(*(options_of(command) for _, command in commands()))
    prose = README.replace(section("Set up"), "")
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", prose))
    assert named
    assert named <= known


def test_commands_of_the_readme_exist():
    named = set(re.findall(r"(?:`|^\$ |^|bin/)sesscore ([a-z]+)(?= |`|$)", README.replace("sesscore reads", ""), re.M))
    named -= {"summary"}  # the title of the report that is shown
    assert named == set(cli.commands)


def test_variables_of_the_readme_exist():
    named = set(re.findall(r"\bSESSCORE_[A-Z_]+\b", README))
    assert named
    assert named <= variables()


def test_exit_codes_of_the_readme_are_those_of_the_errors():
    rows = re.findall(r"^\| ([\d, ]+) \|", section("Commands"), re.M)
    listed = {int(code) for row in rows for code in row.split(", ")}
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert listed == {0, 130, 143} | {kind.exit_code for kind in kinds}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text("utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_are_named_exist(path):
    """`tests/test_docs.py` and the like, in the prose."""
    folders = "_ext|sql|sesscore|tests|docs|contrib|asv_bench|\\.ci|\\.github"
    named = re.findall(rf"`((?:{folders})/[\w./*-]*)`", path.read_text("utf-8"))
    assert [name for name in named if not list(ROOT.glob(name.rstrip("/")))] == []
