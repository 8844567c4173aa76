"""What the documents say is so: their commands run, and print what is shown beneath them.

SESSCORE_UPDATE_DOCS=1 writes what the examples print now into the documents, instead of comparing.
"""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from sesscore import errors, store
from sesscore.cli import cli

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
AT_THE_TOP = ("README.md", "CONTRIBUTING.md", "SECURITY.md")
DOCUMENTS = [*(ROOT / name for name in AT_THE_TOP), *sorted((ROOT / "docs").glob("*.md"))]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text("utf-8")
UPDATE = os.environ.get("SESSCORE_UPDATE_DOCS") == "1"

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^`([\w./-]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)  # and what is in it
EXAMPLE = re.compile(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
TIME = re.compile(r"\bin [\d.]+ s$", re.MULTILINE)


def blocks(text, language):
    return [body for found, body in BLOCK.findall(text) if found == language]


def section(title, text=README):
    return text.split(f"\n## {title}\n")[1].split("\n## ")[0]


def first_cells(title, text=GLOSSARY):
    """The names in the first column of the table of a section, in order."""
    return re.findall(r"`([^`]+)`", "".join(re.findall(r"^\|(.+?)\|", section(title, text), re.MULTILINE)))


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


def test_what_users_do_with_their_logs_stands_before_the_tests():
    """In no block: those of this section are run (.ci/run), and who sets it up may have no logs."""
    text = section("Set up")
    assert text.index("\n    sesscore ingest /") < text.index("pytest")
    assert "sesscore ingest /" not in "".join(blocks(text, "sh"))


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


def typed(text):
    """Every call of the program in code, spans and examples: its words up to where the shell has other work."""
    lines = [line for language in ("sh", "toml", "") for body in blocks(text, language) for line in body.splitlines()]
    lines += [line[2:] for body in blocks(text, "console") for line in body.splitlines() if line.startswith("$ ")]
    lines += re.findall(r"(?<!`)`([^`\n]+)`(?!`)", BLOCK.sub("", text))
    for line in lines:
        without = re.sub(r"(?:^|\s)#.*|-[uo] sesscore ", "", line)  # comments, and the user of that name
        for call in re.findall(r"(?:^|[\s/(\"'])sesscore +((?:-|[a-z]+(?![\w=]))[^|&;>()…]*)", without):
            yield re.sub(r"\"[^\"]*\"?|'[^']*'?", "TEXT", call).split()


def options_only(command):
    return [parameter for parameter in command.params if isinstance(parameter, click.Option)]


@cache
def options_of_reports():
    """Those that a report has of its own, as the help of `sesscore report` lists them."""
    listed = CliRunner().invoke(cli, ["report", "--help"]).output.split("\nOptions of ")[1:]
    return {one.partition(":")[0]: set(re.findall(r"^  (--[a-z-]+)", one, re.MULTILINE)) for one in listed}


def unknown(call, own):
    """What there is not, of a call."""
    words = iter(call)
    command, named = cli, {"--help", "-h", "--version"}
    for word in words:
        option, _, value = word.partition("=")
        if word in own and command.name == "report":
            named |= own[word]
        elif word.startswith("-") and word != "-":
            if option not in named | options_of(command):
                return option
            if not value and any(option in known.opts and not known.is_flag for known in options_only(command)):
                next(words, None)
        elif command is cli:
            command = cli.commands.get(word)
            if command is None:
                return word
            named |= own["sessions"] if word == "sessions" else set()
        else:
            command = getattr(command, "commands", {}).get(word, command)
    return None


STATES = {"ok", "degraded", "stale", "failed", "stopped", "unreadable", "never"}  # lines of `status --check` begin so
USERS_REPORT = "ports"  # has options of its own, and is run where it is shown


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_calls_that_are_not_run_could_be(path):
    own = options_of_reports()
    calls = [call for call in typed(path.read_text("utf-8")) if call[0] not in STATES and call[1:2] != [USERS_REPORT]]
    assert [(problem, " ".join(call)) for call in calls if (problem := unknown(call, own))] == []


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        ("ingset x", "ingset"),
        ("report summary --nonsense", "--nonsense"),
        ("report summary --limit 5", "--limit"),
        ("db migrate --vacuum", "--vacuum"),
        ("report commands --limit 5 --since 7d", None),
        ("sessions --sort=-commands", None),
        ("--config x ingest -", None),
    ],
)
def test_a_call_that_could_not_be_run_is_found(call, problem):
    assert unknown(call.split(), options_of_reports()) == problem


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


@pytest.mark.parametrize(
    ("title", "text"), [("Commands", README), ("Exit codes", GLOSSARY)], ids=["readme", "glossary"]
)
def test_exit_codes_that_are_listed_are_those_of_the_errors(title, text):
    rows = re.findall(r"^\| ([\d, ]+) \|", section(title, text), re.M)
    listed = {int(code) for row in rows for code in row.split(", ")}
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert listed == {0, 130, 143} | {kind.exit_code for kind in kinds}


def test_names_of_the_glossary_are_those_of_the_database(tmp_path):
    with store.open_for_writing(tmp_path / "s.db") as opened:
        ask = opened.connection.execute
        of_views = {
            view: [name for (name,) in ask("SELECT name FROM pragma_table_info(?)", (view,))]
            for view in ("session_metrics", "session_activity")
        }
        kinds = [name for (name,) in ask("SELECT name FROM activity_kind ORDER BY kind")]
    assert sorted(first_cells("Columns of a session")) == sorted(of_views["session_metrics"])
    assert set(of_views["session_activity"]) <= set(re.findall(r"`(\w+)`", section("Kinds of activities", GLOSSARY)))
    assert sorted(first_cells("Kinds of activities")) == sorted(kinds)


def test_reasons_of_quarantine_are_in_the_glossary():
    listed = set(first_cells("Reasons of quarantine"))
    assert listed == {"no_time", "no_eventid", "json", "torn", "unterminated", "too_long", "depth"}
    recount = "".join(path.read_text("utf-8") for path in (ROOT / "sesscore").glob("recount*.py"))
    assert [reason for reason in listed if f'"{reason}"' not in recount] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text("utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_every_page_is_in_the_menu():
    """docs/conf.py makes it of the lists of docs/index.md."""
    listed = re.findall(r"^- \[.+?\]\(([\w./-]+\.md)\)", (ROOT / "docs" / "index.md").read_text("utf-8"), re.MULTILINE)
    pages = {f"../{name}" for name in (*AT_THE_TOP, "CHANGELOG.md")}
    pages |= {path.name for path in (ROOT / "docs").glob("*.md")} - {"index.md"}
    assert len(listed) == len(set(listed))
    assert pages <= set(listed)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_are_named_exist(path):
    """`tests/test_docs.py` and the like, in the prose."""
    folders = "_ext|sql|sesscore|tests|docs|contrib|asv_bench|\\.ci|\\.github"
    named = re.findall(rf"`((?:{folders})/[\w./*-]*)`", path.read_text("utf-8"))
    assert [name for name in named if not list(ROOT.glob(name.rstrip("/")))] == []
