"""The files for operators do what the documents say."""

import configparser
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ingested import outcome, visit, write

from sesscore import config
from sesscore.cli import cli
from sesscore.config_tables import commands, keys
from sesscore.sensors import Sensor

ROOT = Path(__file__).parents[1]
CONTRIB = ROOT / "contrib"
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
SERVICES = sorted((CONTRIB / "systemd").glob("*.service"))
PROGRAM = "/opt/sesscore/bin/sesscore"
CONFIGURATION = "/etc/sesscore/config.toml"

each_service = pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)


def settings(path):
    """The sections of a unit; of equal keys all values, one a line."""

    class Repeated(dict):
        def __setitem__(self, key, value):
            if isinstance(value, list) and key in self:
                value = [*self[key], *value]
            super().__setitem__(key, value)

    parser = configparser.RawConfigParser(strict=False, dict_type=Repeated, comment_prefixes="#")
    parser.optionxform = str
    parser.read(path, "utf-8")
    return {name: dict(parser[name]) for name in parser.sections()}


def test_the_example_of_the_documents_is_the_file():
    assert re.findall(r"^```toml\n(.*?)^```$", PAGE, re.M | re.S) == [(CONTRIB / "config.toml").read_text("utf-8")]


def test_the_example_is_a_configuration():
    told = config.load(str(CONTRIB / "config.toml"), cli)
    assert told.defaults["report"]["db"] == "/var/lib/sesscore/sesscore.db"
    assert told.sensors == (Sensor("dshield", ("/srv/cowrie/var/log/cowrie",)),)


def test_with_the_folders_that_must_be_there_the_example_warns_of_nothing(capsys, tmp_path):
    text = (CONTRIB / "config.toml").read_text("utf-8")
    for named, ours in (("/var/lib/sesscore", str(tmp_path)), ("/srv/cowrie/var/log/cowrie", str(tmp_path / "logs"))):
        assert named in text
        text = text.replace(named, ours)
    (tmp_path / "c.toml").write_text(text, "utf-8")
    write(tmp_path / "logs", a=visit("aa"))
    code, _, err = outcome(capsys, "--config", str(tmp_path / "c.toml"), "ingest")
    assert (code, err.count("\n")) == (0, 1), err
    assert " records: " in err


def test_what_the_example_leaves_out_could_stand_there(tmp_path):
    text = re.sub(r"^# (\w+ = |\[\[)", r"\1", (CONTRIB / "config.toml").read_text("utf-8"), flags=re.M)
    (tmp_path / "c.toml").write_text(text, "utf-8")
    told = config.load(str(tmp_path / "c.toml"), cli)
    assert told.defaults["ingest"]["matchers"]
    assert [one.name for one in told.sensors] == ["dshield", "archive"]


def test_the_readme_shows_a_configuration(tmp_path):
    [example] = re.findall(r"^```toml\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.M | re.S)
    (tmp_path / "c.toml").write_text(example, "utf-8")
    assert config.load(str(tmp_path / "c.toml"), cli).sensors


# Units


def test_units_run_ingest_with_the_configuration():
    assert "follow" in keys(dict(commands(cli))[("ingest",)])
    lines = {path.name: settings(path)["Service"]["ExecStart"] for path in SERVICES}
    assert lines == {
        "sesscore-follow.service": f"{PROGRAM} ingest --follow",
        "sesscore-ingest.service": f"{PROGRAM} ingest",
    }
    for path in SERVICES:
        assert settings(path)["Service"]["Environment"] == f"SESSCORE_CONFIG={CONFIGURATION}"


@each_service
def test_a_unit_gives_no_more_than_is_needed(path):
    service = settings(path)["Service"]
    wanted = {
        "User": "sesscore",
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "PrivateNetwork": "yes",
        "CapabilityBoundingSet": "",
        "UMask": "0077",
        "MemoryMax": "512M",
    }
    assert {name: service.get(name) for name in wanted} == wanted


@each_service
def test_a_unit_may_write_where_the_example_keeps_the_database(path):
    service = settings(path)["Service"]
    folder = Path("/var/lib") / service["StateDirectory"]
    assert Path(config.load(str(CONTRIB / "config.toml"), cli).defaults["ingest"]["db"]).parent == folder


@each_service
def test_a_stop_is_a_success(path):
    assert settings(path)["Service"]["SuccessExitStatus"].split() == ["130", "143"]


def test_what_takes_a_person_is_not_tried_again():
    follow = settings(CONTRIB / "systemd" / "sesscore-follow.service")["Service"]
    assert (follow["Restart"], follow["RestartPreventExitStatus"]) == ("on-failure", "2 4")


def test_both_units_are_confined_alike():
    """Only how they are started differs."""
    ours = {"Type", "ExecStart", "Restart", "RestartSec", "RestartPreventExitStatus", "TimeoutStopSec"}
    one, other = ({k: v for k, v in settings(path)["Service"].items() if k not in ours} for path in SERVICES)
    assert one == other


def test_the_timer_starts_the_unit_of_its_name():
    assert (CONTRIB / "systemd" / "sesscore-ingest.timer").exists()
    assert settings(CONTRIB / "systemd" / "sesscore-ingest.timer")["Timer"]["Persistent"] == "true"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_understands_the_units(tmp_path):
    for path in (CONTRIB / "systemd").iterdir():
        (tmp_path / path.name).write_text(path.read_text("utf-8").replace(PROGRAM, sys.executable), "utf-8")
    command = ["systemd-analyze", "verify", *map(str, sorted(tmp_path.iterdir()))]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    ours = [line for line in done.stderr.splitlines() if "sesscore" in line]
    assert (done.returncode, ours) == (0, []), done.stderr


# cron


def test_the_line_for_cron_is_a_command_that_there_is():
    text = (CONTRIB / "sesscore.cron").read_text("utf-8")
    assert f"SESSCORE_CONFIG={CONFIGURATION}\n" in text
    [line] = [line for line in text.splitlines() if line.startswith("*")]
    *_, user, command = line.split(maxsplit=6)
    assert user == "sesscore"
    words = shlex.split(command[command.index(PROGRAM) :])
    assert words == [PROGRAM, "ingest", "--format", "json", ">/dev/null"]
    assert "format" in keys(dict(commands(cli))[("ingest",)])


# The page


def test_files_of_the_page_exist():
    named = re.findall(r"contrib/[\w./*-]+\w|contrib/systemd/\*", PAGE)
    assert named
    assert [name for name in named if not list(ROOT.glob(name))] == []
