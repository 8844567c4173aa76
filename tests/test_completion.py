"""What a shell completes, by click's protocol and in the shells that are there. Nothing is offered that could run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import BashComplete
from ingested import HOSTILE, database, outcome, visit

from sesscore import config
from sesscore.cli import cli
from sesscore.commands.options import Settings
from sesscore.completion import SHELLS, plain


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """An empty home, and a machine without a configuration."""
    for name in [name for name in os.environ if name.startswith(("SESSCORE_", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(config, "SYSTEM_FILE", str(tmp_path / "etc" / "config.toml"))


def offered(*words):
    """What is offered in the place of the last word."""
    told = {"obj": Settings(), "auto_envvar_prefix": "SESSCORE"}
    found = BashComplete(cli, told, "sesscore", "_SESSCORE_COMPLETE").get_completions(list(words[:-1]), words[-1])
    return [one.value if one.type == "plain" else one.type for one in found]


def test_words_that_the_program_knows():
    assert offered("re") == ["report"]
    assert offered("db", "b") == ["backup"]
    assert offered("report", "comm") == ["commands"]
    assert offered("report", "--format", "js") == ["json", "jsonl"]
    assert {"--limit", "--log-file"} <= set(offered("report", "commands", "--l"))
    assert "--limit" not in offered("report", "--l")
    assert offered("sessions", "--min-l") == ["--min-logins"]
    assert offered("schema", "db.b") == ["db.backup"]
    assert offered("completion", "") == list(SHELLS)
    assert offered("ingest", "x") == offered("report", "x", "--db", "") == ["file"]


def test_reports_of_the_user(tmp_path):
    folder = tmp_path / ".config" / "sesscore" / "reports"
    folder.mkdir(parents=True)
    (folder / "mine.sql").write_text("-- Mine.\n-- parameters:\n--   least integer = 1: sessions\nSELECT :least;")
    (folder / "mi$(x).sql").write_text("-- Not a name.\nSELECT 1;")
    assert offered("report", "mi") == ["mine"]
    assert offered("report", "mine", "--le") == ["--least"]


NAMES = ("alpha-1", "a$(reboot)", "a b", "-rf", "a;b", "a\nb", HOSTILE, "*", "a,b", "")


def test_sensors_of_the_database_and_of_the_configuration(tmp_path):
    """Whose names attackers can choose: what means anything to a shell is left out."""
    db = database(tmp_path, a=[event for i, name in enumerate(NAMES) for event in visit(f"a{i}", sensor=name)])
    before = sorted(tmp_path.rglob("*"))
    assert offered("report", "summary", "--db", db, "--sensor", "") == ["alpha-1", "unknown"]
    file = tmp_path / "c.toml"
    file.write_text(
        f'db = "{db}"\n[[sensor]]\nname = "beta"\npaths = ["x"]\n[[sensor]]\nname = "a`b`"\npaths = ["y"]\n'
    )
    assert offered("--config", str(file), "sessions", "--sensor", "") == ["alpha-1", "beta", "unknown"]
    assert offered("--config", str(file), "sessions", "--sensor", "b") == ["beta"]
    assert sorted(tmp_path.rglob("*")) == sorted([*before, file])


def test_nothing_is_said_where_nothing_can_be_asked(tmp_path, capsys):
    broken = tmp_path / "s.db"
    broken.write_bytes(b"no database" * 99)
    (tmp_path / "c.toml").write_text("[[[")
    assert offered("report", "x", "--db", str(broken), "--sensor", "") == []
    assert offered("report", "x", "--db", str(tmp_path / "none.db"), "--sensor", "") == []
    assert offered("--config", str(tmp_path / "c.toml"), "report", "comm") == ["commands"]
    assert sorted(tmp_path.iterdir()) == [tmp_path / "c.toml", broken]
    assert capsys.readouterr() == ("", "")


def test_there_is_an_end_to_it():
    assert len(plain((f"a{i}" for i in range(100_000)), "a")) == 500


# In the shells themselves

IN_BASH = """
. "$1"
complete -p sesscore | grep -q _sesscore_completion
COMP_WORDS=(sesscore report comm); COMP_CWORD=2; COMPREPLY=()
_sesscore_completion sesscore
printf '%s\\n' "${COMPREPLY[@]}"
"""
IN_FISH = 'source $argv[1]; complete -C "sesscore report comm" | string split -f 1 \\t'
# A terminal with a shell in it, into which somebody types.
IN_ZSH = r"""
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "autoload -U compinit; compinit -D -u; . ${(q)1}; PS1=; echo rea''dy"
zpty -r -m shell found '*ready*'
zpty -w -n shell $'sesscore report comm\t'
zpty -r -m shell found '*commands*' && echo commands
zpty -d shell
"""
RUN = {"bash": ["bash", "--norc", "-c", IN_BASH, "x"], "fish": ["fish", "-N", "-c", IN_FISH],
       "zsh": ["zsh", "-f", "-c", IN_ZSH, "x"]}  # fmt: skip


@pytest.mark.parametrize("shell", SHELLS)
def test_in_the_shell(shell, tmp_path, capsys):
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} here")
    if shell == "bash" and subprocess.run(["bash", "-c", "type compopt"], capture_output=True, check=False).returncode:
        pytest.skip("this bash is older than 4.4")  # as that of macOS
    code, script, err = outcome(capsys, "completion", shell)
    assert (code, err) == (0, "")
    (tmp_path / "script").write_text(script)
    program = tmp_path / "bin" / "sesscore"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m sesscore "$@"\n')
    program.chmod(0o755)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    told = {**os.environ, "PATH": path, "SESSCORE_CONFIG": os.devnull, "TERM": "dumb"}
    command = [*RUN[shell], str(tmp_path / "script")]
    done = subprocess.run(command, env=told, capture_output=True, text=True, check=False, timeout=120)
    assert (done.stdout.split(), done.stderr) == (["commands"], "")


def test_scripts_lie_where_shells_look():
    assert {shell: Path(place).name for shell, (_, place) in SHELLS.items()} == {
        "bash": "sesscore",
        "zsh": "_sesscore",
        "fish": "sesscore.fish",
    }
