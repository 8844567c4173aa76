"""`sesscore doctor`: what it finds, where settings come from; it changes nothing, and survives what is broken."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import apsw
import pytest
from ingested import changing, damaged_index, database, outcome, visit

from sesscore import cli, config, discover
from sesscore.config_lines import lines_of
from sesscore.doctor import machine, place

HOSTILE = "x\x1b[2J\u202e"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """An empty home, and a machine without a configuration."""
    for name in [name for name in os.environ if name.startswith(("SESSCORE_", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(config, "SYSTEM_FILE", str(tmp_path / "etc" / "config.toml"))


@pytest.fixture
def db(tmp_path):
    return database(tmp_path / "data", a=visit("aa"))


@pytest.fixture
def told(tmp_path):
    """Writes a configuration file and gives its path."""

    def write(text):
        path = tmp_path / "c.toml"
        path.write_text(text, "utf-8")
        path.chmod(0o600)
        return str(path)

    return write


def doctor(capsys, *arguments):
    """Exit code and document; nothing is said beside it."""
    number = 2 if arguments[:1] == ("--config",) else 0  # of words before the command
    code, out, err = outcome(capsys, *arguments[:number], "doctor", *arguments[number:], "--format", "json")
    assert err == ""
    return code, json.loads(out)


def found(document, level, says):
    """The findings of a level that say so."""
    return [one for one in document["findings"] if one["level"] == level and says in one["what"]]


def setting(document, command, option):
    (one,) = [one for one in document["settings"]["values"] if (one["command"], one["option"]) == (command, option)]
    return one["value"], one["origin"], one["where"], one["line"]


# All is well


def test_nothing_is_wrong_with_what_is_sound(capsys, db):
    code, document = doctor(capsys, "--db", db, "--check")
    assert (code, document["database"]["whole"], document["database"]["standing"]) == (0, True, "current")
    assert document["database"]["sessions"] == 1
    assert document["database"]["origin"] == "command line"
    assert document["program"]["sqlite"]["version"] == apsw.sqlite_lib_version()
    assert all(one["works"] for one in document["program"]["extensions"])
    assert found(document, "problem", "") == []
    code, out, err = outcome(capsys, "doctor", "--db", db)
    assert (code, err) == (0, "")
    assert "Nothing is wrong." in out or "warning" in out


def files(folder):
    """All that lies there: content, mode and times."""
    return {
        path: (path.read_bytes() if path.is_file() else None, path.stat().st_mode, path.stat().st_mtime_ns)
        for path in sorted(Path(folder).rglob("*"))
    }


def test_it_changes_nothing_and_makes_nothing(capsys, tmp_path, db):
    left = tmp_path / "left" / "s.db"  # a copy with the log of a writer that was killed, and without its index
    left.parent.mkdir()
    with changing(db) as connection:
        connection.execute("UPDATE ledger SET lines = lines + 1")
        # By another process: closing a descriptor of it in this one would drop the locks of the connection.
        subprocess.run(["cp", db, f"{db}-wal", str(left.parent)], check=True)
        connection.execute("UPDATE ledger SET lines = lines - 1")
    assert Path(f"{left}-wal").stat().st_size > 0
    before = files(tmp_path)
    assert doctor(capsys, "--db", db, "--check")[0] == 0
    assert doctor(capsys, "--db", str(tmp_path / "none.db"))[0] == 0
    code, document = doctor(capsys)
    assert (code, document["database"]["origin"], document["database"]["exists"]) == (0, "default", False)
    code, document = doctor(capsys, "--db", str(left), "--check")
    assert (code, document["database"]["whole"]) == (0, None)
    assert found(document, "note", "without its index")
    assert files(tmp_path) == before


# What is wrong


def too_new(db):
    with changing(db) as connection:
        connection.execute("PRAGMA user_version = 99")


def foreign(db):
    with changing(db) as connection:
        connection.execute("PRAGMA application_id = 1")


def older(db):
    assert cli.main(["db", "rollback", "--no-backup", "--db", db]) == 0


@pytest.mark.parametrize(
    ("harm", "code", "says"),
    [
        (too_new, 4, "newer"),
        (foreign, 1, "another program"),
        (older, 4, "older than this program"),
        (lambda db: Path(db).write_bytes(b"no database" * 99), 1, "no SQLite database"),
        (damaged_index, 1, "damaged"),
    ],
)
def test_the_exit_code_is_that_of_a_command(capsys, db, harm, code, says):
    harm(db)
    capsys.readouterr()
    ended, document = doctor(capsys, "--db", db, "--check")
    assert (ended, document["verdict"]) == (code, "problem")
    (one,) = found(document, "problem", says)
    assert (one["where"], bool(one["hint"])) == (db, True)


def test_a_folder_that_is_missing(capsys, tmp_path):
    code, document = doctor(capsys, "--db", str(tmp_path / "no" / "s.db"))
    assert code == 7
    (said,) = found(document, "problem", "the folder of the database does not exist")
    ended, _, err = outcome(capsys, "ingest", __file__, "--db", str(tmp_path / "no" / "s.db"))
    assert (ended, said["hint"]) == (7, f"install -d -m 0700 {tmp_path}/no")
    assert err == f"sesscore: {said['what']} ({said['where']})\n  try: {said['hint']}\n"


def test_what_a_user_may_not(capsys, tmp_path, db, monkeypatch):
    """As another user than the one who runs the tests, who may be root."""
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: real(path, mode) and not mode & os.W_OK)
    code, document = doctor(capsys, "--db", db)
    assert (code, document["database"]["sessions"]) == (0, 1)
    assert found(document, "note", "this user cannot write the database")
    code, document = doctor(capsys)
    assert (code, found(document, "problem", "cannot be made")[0]["where"]) == (7, str(tmp_path))
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.R_OK)
    code, document = doctor(capsys, "--db", db)
    assert (code, document["database"]["sessions"]) == (7, None)
    assert found(document, "problem", "cannot be read")


def test_who_may_read_it(capsys, db, told):
    Path(db).chmod(0o644)
    file = told("")
    Path(file).chmod(0o666)
    code, document = doctor(capsys, "--config", file, "--db", db)
    assert code == 0
    assert [one["where"] for one in found(document, "warning", "others can read")] == [db]
    assert [one["where"] for one in found(document, "warning", "others can write the configuration")] == [file]
    assert stat.S_IMODE(Path(db).stat().st_mode) == 0o644


def test_a_commit_in_the_future(capsys, db):
    assert not found(doctor(capsys, "--db", db)[1], "warning", "in the future")
    with changing(db) as connection:
        connection.execute("UPDATE checkpoint SET committed_us = committed_us + 864e8")
    assert found(doctor(capsys, "--db", db)[1], "warning", "in the future")


# Settings


def test_each_value_and_where_it_comes_from(capsys, tmp_path, told, monkeypatch):
    file = told('db = "a.db"\n\n[ingest]\nmatcher = [\n  "m:n",\n]\nstrict = true\n[report]\nformat = "csv"\n')
    monkeypatch.setenv("SESSCORE_DURABILITY", "full")
    monkeypatch.setenv("SESSCORE_REPORT_FORMAT", "json")
    monkeypatch.setenv("SESSCORE_REPORT_COMMANDS_LIMIT", "5")
    monkeypatch.setenv("SESSCORE_ON_EVENT", "/usr/bin/notify --key abc")
    code, document = doctor(capsys, "--config", file)
    assert code == 0
    assert setting(document, "ingest", "--db") == (str(tmp_path / "a.db"), "file", "db", 1)
    assert setting(document, "ingest", "--matcher") == ("m:n", "file", "[ingest] matcher", 6)
    assert setting(document, "ingest", "--strict") == ("true", "file", "[ingest] strict", 7)
    assert setting(document, "ingest", "--durability") == ("full", "variable", "SESSCORE_DURABILITY", None)
    assert setting(document, "ingest", "--on-event") == ("/usr/bin/notify …", "variable", "SESSCORE_ON_EVENT", None)
    assert setting(document, "report", "--format") == ("json", "variable", "SESSCORE_REPORT_FORMAT", None)
    assert setting(document, "ingest", "--assume-tz") == ("UTC", "default", None, None)
    assert document["settings"]["configuration"] == file
    assert document["settings"]["configuration_origin"] == "command line"
    assert (document["database"]["path"], document["database"]["origin"]) == (str(tmp_path / "a.db"), f"file {file}")
    assert not found(document, "warning", "no command reads")


def test_what_in_settings_is_wrong(capsys, tmp_path, told, monkeypatch):
    monkeypatch.setenv("SESSCORE_DBB", "x")
    monkeypatch.setenv("SESSCORE_REPORT_FORMAT", "yaml")
    monkeypatch.setenv("SESSCORE_INGEST_DB", str(tmp_path / "other.db"))
    code, document = doctor(capsys, "--config", told('[[sensor]]\nname = "a"\npaths = ["no", "*.none"]\n'))
    assert code == 2
    assert found(document, "warning", "no command reads")[0]["hint"] == "perhaps SESSCORE_DB"
    assert found(document, "problem", "--format")[0]["where"] == "SESSCORE_REPORT_FORMAT"
    assert found(document, "warning", "ingest writes another database")
    assert [one["problem"] for one in document["logs"]["places"]] == ["not there", "nothing has such a name"]


def test_a_configuration_that_cannot_be_used_is_a_finding(capsys, told, db):
    for text in ("[[[", "[ingest]\nstrcit = true\n"):
        file = told(text)
        assert cli.main(["--config", file, "db", "info", "--db", db]) == 2
        capsys.readouterr()
        code, document = doctor(capsys, "--config", file, "--db", db)
        assert (code, document["database"]["standing"]) == (2, "current")
        assert len(found(document, "problem", "")) == 1


def test_of_a_configuration_that_cannot_be_used_nothing_is_said_to_be_so(capsys, told, tmp_path, monkeypatch):
    """What it sets is not the default, and its sensors may well be there; what variables set is told all the same."""
    monkeypatch.setattr(discover, "WELL_KNOWN_PLACES", ())
    file = told('db = "a.db"\n[[[')
    code, document = doctor(capsys, "--config", file)
    assert (code, document["settings"]["configuration_used"]) == (2, False)
    assert document["database"]["origin"] == "default, for the configuration cannot be used"
    assert found(document, "note", "the sensors are not known")
    monkeypatch.setenv("SESSCORE_DURABILITY", "full")
    page = outcome(capsys, "--config", file, "doctor")[1]
    assert "all as they are by default" not in page
    assert "those of the configuration are not known" in page
    assert "full  (variable: SESSCORE_DURABILITY)" in page
    assert doctor(capsys, "--config", told(""))[1]["settings"]["configuration_used"] is True
    monkeypatch.delenv("SESSCORE_DURABILITY")
    assert "all as they are by default" in outcome(capsys, "doctor")[1]
    assert doctor(capsys)[1]["settings"]["configuration_used"] is None


def test_lines_are_those_of_values():
    text = 'a = """\n[t]\nb = 1\n"""\n[t]\nb = 2 # c = 3\n"c" = 3\nu.v = 1\n'
    assert lines_of(text) == {("", "a"): 4, ("t", "b"): 6, ("t", "c"): 7, ("t", "u"): 8}
    assert lines_of("a = 1\n[[[\n") == {("", "a"): 1}
    assert lines_of("a = 1\n" + "#\n" * 400) == {}


# What is broken


def test_each_section_survives_the_others(db):
    """An extension, SQLite and orjson that cannot be imported."""
    code = (
        "import sys\n"
        "for name in ('sesscore._fold', 'apsw', 'orjson'):\n"
        "    sys.modules[name] = None\n"
        "from sesscore.cli import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    told = {**os.environ, "SESSCORE_CONFIG": os.devnull}
    command = [sys.executable, "-c", code, "doctor", "--db", db]
    done = subprocess.run(
        [*command, "--format", "json"], env=told, capture_output=True, text=True, check=False, cwd="/"
    )
    assert (done.returncode, done.stderr) == (3, "")
    document = json.loads(done.stdout)
    works = {one["name"]: one["works"] for one in document["program"]["packages"] + document["program"]["extensions"]}
    assert [works[name] for name in ("sesscore._fold", "apsw", "orjson", "click")] == [False, False, False, True]
    assert found(document, "problem", "orjson cannot be imported")[0]["hint"]
    assert (document["program"]["sqlite"], document["database"]) == (None, None)
    assert document["machine"]["processors"] >= 1
    assert document["place"]["folder"] == str(Path(db).parent)
    done = subprocess.run(command, env=told, capture_output=True, text=True, check=False, cwd="/")
    assert (done.returncode, done.stderr) == (3, "")
    assert "apsw cannot be imported" in done.stdout


def test_a_section_that_fails_is_a_finding(capsys, db, monkeypatch):
    def fail(_):
        raise KeyError(HOSTILE)

    monkeypatch.setattr(place, "look", fail)
    code, document = doctor(capsys, "--db", db)
    assert (code, document["place"], document["database"]["sessions"]) == (1, None, 1)
    assert found(document, "problem", "KeyError")[0]["where"] == "place"


def test_a_sqlite_that_is_too_old_is_said_once(capsys, db, monkeypatch):
    monkeypatch.setattr(apsw, "sqlite_lib_version", lambda: "3.40.0")
    code, document = doctor(capsys, "--db", db)
    assert code == 1
    assert len(found(document, "problem", "SQLite 3.40.0 can lose rows")) == 1


def test_what_it_prints_is_safe(capsys, tmp_path, monkeypatch):
    folder = tmp_path / HOSTILE
    folder.mkdir()
    monkeypatch.setenv(f"SESSCORE_{HOSTILE}", "1")
    monkeypatch.setenv("SESSCORE_SENSOR", HOSTILE)
    monkeypatch.setenv("SESSCORE_DB", str(folder / "s.db"))
    for form in ("text", "json"):
        code, out, err = outcome(capsys, "doctor", "--format", form)
        assert (code, err) == (0, "")
        assert not {"\x1b", "\u202e"} & set(out)
        assert "x\\x1b[2J\\u202e" in out if form == "text" else "x\\u001b[2J\\u202e" in out


# The machine, as Linux tells it


def test_what_is_mounted_where(monkeypatch, tmp_path):
    lines = (
        "1 0 8:1 / / rw - ext4 /dev/sda rw\n"
        "2 1 0:9 / /a rw shared:1 - nfs4 host:/x rw\n"
        "3 2 0:8 / /a\\040b ro - fuse.sshfs y rw\n"
        "4 1 0:7 / /a rw - tmpfs z rw\n"
        "nonsense\n"
    )
    monkeypatch.setattr(place.Path, "read_text", lambda *_: lines)
    assert place.mount_of("/a/s.db").type == "tmpfs"  # which hides the one before
    assert place.mount_of("/a b/s.db") == ("/a b", "fuse.sshfs", "y", frozenset({"ro"}))
    assert place.mount_of("/ab/s.db").type == "ext4"
    assert [bool(place.NETWORK.fullmatch(one)) for one in ("nfs", "nfs4", "cifs", "fuse.sshfs", "9p")] == [True] * 5
    assert [
        bool(place.NETWORK.fullmatch(one)) for one in ("ext4", "fuse.ntfs-3g", "fuse.fuse-overlayfs", "overlay")
    ] == [False] * 4


def test_a_network_file_system_is_a_problem(capsys, monkeypatch, db):
    mount = place.Mount("/", "nfs4", "host:/x", frozenset())
    monkeypatch.setattr(place, "mount_of", lambda _: mount)
    code, document = doctor(capsys, "--db", db)
    assert (code, document["place"]["network"]) == (3, True)


def test_limits_of_control_groups(monkeypatch, tmp_path):
    group = tmp_path / "a" / "b"
    group.mkdir(parents=True)
    (tmp_path / "a" / "memory.max").write_text("1000\n")
    (group / "memory.max").write_text("max\n")
    (group / "cpu.max").write_text("50000 100000\n")
    monkeypatch.setattr(machine, "_CGROUP", tmp_path)
    monkeypatch.setattr(machine, "_control_groups", lambda: [group, group.parent, tmp_path])
    assert machine._memory_limit() == 1000
    assert machine._usable() == 0.5
