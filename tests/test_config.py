"""Options come from the command line, else from a variable, else from the file, else from their default."""

import json
import os
from pathlib import Path

import click
import pytest

from sesscore import cli, config
from sesscore.commands import options, periods, watchers
from sesscore.config_tables import commands, keys

COMMANDS = dict(commands(cli.cli))
OPTIONS = {(*words, key): option for words, command in COMMANDS.items() for key, option in keys(command).items()}
SHARED = {key[-1]: option for key, option in OPTIONS.items() if option.envvar}

every_option = pytest.mark.parametrize("key", OPTIONS, ids=" ".join)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """An empty home, and a machine without a configuration."""
    for name in [name for name in os.environ if name.startswith("SESSCORE_")]:
        monkeypatch.delenv(name)
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(config, "SYSTEM_FILE", str(tmp_path / "etc" / "config.toml"))


@pytest.fixture
def told(tmp_path):
    """Writes a configuration file and gives its path."""

    def write(text, path="c.toml"):
        path = tmp_path / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return str(path)

    return write


@pytest.fixture
def taken(monkeypatch):
    """Runs a command line whose command only tells which value an option has."""

    def run(key, *arguments):
        *words, _ = key
        command = COMMANDS[tuple(words)]
        found = []

        def tell(*_, **values):
            settings = click.get_current_context().ensure_object(options.Settings)
            found.append(values.get(OPTIONS[key].name, settings.debug))

        monkeypatch.setattr(command, "callback", tell)
        positional = [one.type for one in command.params if isinstance(one, click.Argument) and one.required]
        needed = [next(iter(getattr(one, "choices", ["x"]))) for one in positional]
        before = arguments[:2] if arguments[:1] == ("--config",) else ()
        assert cli.main([*before, *words, *needed, *arguments[len(before) :]]) == 0
        return found[0]

    return run


# Of each option two values, the first of which is not its default


def values(option):
    kind = option.type
    if option.is_flag:
        return [True, False]
    if isinstance(kind, click.Choice):
        return sorted(kind.choices, key=lambda one: one == option.default)[:2]
    if isinstance(kind, click.types.IntParamType):
        return [7, 8]
    if isinstance(kind, click.types.FloatParamType):
        return [7.5, 8.5]
    if isinstance(kind, options.UtcOffset):
        return ["+02:00", "-03:30"]
    if isinstance(kind, periods.PeriodText):
        return ["+02:00", "-03:30"] if kind.option == "tz" else ["2025", "2026-W46"]
    if isinstance(kind, watchers.PrometheusPath):
        return ["/a/one.prom", "/a/two.prom"]
    texts = ["/a/one.py:x", "/a/two.py:x"]
    if isinstance(kind, click.Path) and option.multiple:
        texts = ["/a/one", "/a/two"]  # a variable that names several has colons between them
    return [[text] for text in texts] if option.multiple else texts


def in_file(words, key, value):
    heading = f"[{'-'.join(words)}]\n" if words else ""
    return f"{heading}{key} = {json.dumps(value)}\n"


def in_variable(value):
    return " ".join(value) if isinstance(value, list) else str(value)


def on_command_line(key, value):
    if isinstance(value, bool):
        return [f"--{key}"] if value else []
    return [f"--{key}", in_variable(value)]


def long_variable(key):
    return "_".join(["SESSCORE", *key]).replace("-", "_").upper()


@every_option
def test_every_option_from_every_place(key, taken, told, monkeypatch):
    """One after the other, each in the way of those before it."""
    option, (*words, name) = OPTIONS[key], key
    one, two = values(option)
    default = taken(key)
    wanted = taken(key, *on_command_line(name, one))
    other = taken(key, *on_command_line(name, two))
    assert wanted not in (default, other)
    file = ["--config", told(in_file(words, name, one))]
    assert taken(key, *file) == wanted
    monkeypatch.setenv(long_variable(key), in_variable(two))
    assert taken(key) == other
    assert taken(key, *file) == other
    monkeypatch.setenv(long_variable(key), in_variable(one))
    if not option.is_flag:  # there is no --no-strict
        assert taken(key, *on_command_line(name, two)) == other
    monkeypatch.setenv(long_variable(key), in_variable(two))
    assert taken(key, *on_command_line(name, one)) == wanted
    assert taken(key, *on_command_line(name, one), "--debug") == wanted


@pytest.mark.parametrize("name", SHARED)
def test_what_all_commands_share_stands_at_the_top(name, taken, told, monkeypatch):
    one, two = values(SHARED[name])
    file = ["--config", told(in_file((), name, one))]
    # of how far it is, all long commands tell; variables and the top of the file ask ingest only
    sharing = [key for key in OPTIONS if key[-1] == name and OPTIONS[key].envvar]
    for key in sharing:
        assert taken(key, *file) == taken(key, *on_command_line(name, one)) != taken(key)
    monkeypatch.setenv(SHARED[name].envvar, in_variable(two))
    for key in sharing:
        assert taken(key, *file) == taken(key, *on_command_line(name, two))


@pytest.mark.parametrize("name", sorted(set(SHARED) - {"debug"}))  # which any place can ask for
def test_what_is_for_one_command_wins(name, taken, told, monkeypatch):
    """In the file over what stands at its top, of variables over the short one."""
    one, two = values(SHARED[name])
    key = next(key for key in OPTIONS if key[-1] == name)
    wanted = taken(key, *on_command_line(name, two))
    assert taken(key, "--config", told(in_file((), name, one) + in_file(key[:-1], name, two))) == wanted
    monkeypatch.setenv(SHARED[name].envvar, in_variable(one))
    monkeypatch.setenv(long_variable(key), in_variable(two))
    assert taken(key) == wanted


def test_a_variable_beats_the_file(taken, told, monkeypatch):
    file = told('db = "/file.db"\n')
    monkeypatch.setenv("SESSCORE_DB", "/variable.db")
    assert taken(("report", "db"), "--config", file) == "/variable.db"
    assert taken(("report", "db"), "--config", file, "--db", "/line.db") == "/line.db"
    monkeypatch.setenv("SESSCORE_DB", "")
    assert taken(("report", "db"), "--config", file) == "/file.db"


def test_keys_are_spelled_either_way(taken, told):
    for key in ("assume_tz", "assume-tz"):
        assert taken(("ingest", "assume-tz"), "--config", told(f'{key} = "+01:00"')) == 60
    for table in ("quarantine-list", "quarantine_list"):
        assert taken(("quarantine", "list", "limit"), "--config", told(f"[{table}]\nlimit = 3")) == 3


def test_no_option_is_called_like_a_table():
    """A key of TOML is a value or a table, never both; `sensor` is an option or an array of tables."""
    assert not {"-".join(words) for words in COMMANDS} & set(SHARED)


def test_names_of_files_are_meant_from_the_folder_of_the_file(taken, told, tmp_path, monkeypatch):
    file = told('db = "data/s.db"\nmatcher = ["m.py:one", "module:two"]\n[report]\noutput = "-"', "etc/c.toml")
    monkeypatch.chdir("/")
    assert taken(("report", "db"), "--config", file) == str(tmp_path / "etc/data/s.db")
    assert taken(("ingest", "matcher"), "--config", file) == (str(tmp_path / "etc/m.py:one"), "module:two")
    assert taken(("report", "output"), "--config", file) == "-"
    assert taken(("report", "db"), "--config", told('db = "~/s.db"')) == str(tmp_path / "home/s.db")
    monkeypatch.chdir(tmp_path / "etc")
    assert taken(("report", "db"), "--config", "c.toml") == str(tmp_path / "etc/data/s.db")


def test_help_shows_what_is_in_force(capsys, told):
    assert cli.main(["--config", told("[quarantine-list]\nlimit = 7"), "quarantine", "list", "--help"]) == 0
    assert "[default: 7" in capsys.readouterr().out


# Which file


DB = ("report", "db")


def test_the_users_own_file_then_the_machines(taken, told, monkeypatch):
    assert taken(DB) is None
    told('db = "/machine"', "etc/config.toml")
    assert taken(DB) == "/machine"
    told('[report]\ndb = "/user"', "home/.config/sesscore/config.toml")
    assert taken(DB) == "/user"
    monkeypatch.setenv("SESSCORE_CONFIG", told('db = "/variable"', "v.toml"))
    assert taken(DB) == "/variable"
    assert taken(DB, "--config", told('db = "/line"')) == "/line"
    assert taken(DB, "--config", "/dev/null") is None


def test_one_file_is_read_never_a_mixture(taken, told):
    told('db = "/machine"', "etc/config.toml")
    told("debug = true", "home/.config/sesscore/config.toml")
    assert taken(DB) is None


def test_nothing_is_read_from_where_the_program_is_started(taken, told, tmp_path, monkeypatch):
    for name in ("config.toml", ".config/sesscore/config.toml", "~/.config/sesscore/config.toml"):
        told("no TOML", name)
    monkeypatch.chdir(tmp_path)
    assert taken(DB) is None


def refused(capsys, *arguments):
    """The message of a command line that is wrong usage."""
    code = cli.main(arguments)
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    what, hint = err.rstrip("\n").split("\n")
    assert what.startswith("sesscore: ")
    assert hint.startswith("  try: ")
    return err


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_file_that_is_named_must_be_readable(capsys, tmp_path, name):
    assert str(tmp_path) in refused(capsys, "--config", str(tmp_path / name), "report", "summary")


def test_a_default_file_that_cannot_be_read_is_said(capsys, tmp_path):
    (tmp_path / "home/.config/sesscore/config.toml").mkdir(parents=True)
    assert "Is a directory" in refused(capsys, "report", "summary")


def test_without_a_command_no_file_is_looked_for(capsys, tmp_path):
    assert cli.main(["--config", str(tmp_path / "missing.toml"), "--version"]) == 0
    assert cli.main(["--config", str(tmp_path / "missing.toml"), "--help"]) == 0


# What is wrong in it


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("db = ", "", "no TOML"),
        ("db = x", "", "line 1"),
        ("\n\n[ingest\n", "", "line 3"),
        ("strikt = true", "", "`strikt` is no option of all commands"),
        ("limit = 3", "", "in the table of a command"),
        ("[ingst]\nstrict = true", "", "[ingst] is no command"),
        ("[quarantine]\nlimit = 3", "", "[quarantine-list]"),
        ("[ingest]\nlimit = 3", "[ingest]", "`limit` is no option of sesscore ingest"),
        ("[ingest]\nlimit = 3", "[ingest]", "retry-quarantine"),
        ("[ingest]\nstrict = 1", "[ingest]", "strict = true"),
        ('strict = "true"', "", "`strict` is not true or false"),
        ("db = true", "", "`db` is not a text in quotes"),
        ("db = 1", "", 'db = "…"'),
        ('db = ["x"]', "", "`db` is not a text in quotes"),
        ('db = "a\\u0000b"', "", "NUL"),
        ("[synth]\ndays = 1.0", "[synth]", "`days` is not a whole number"),
        ("[synth]\ndays = true", "[synth]", "`days` is not a whole number"),
        ("[synth]\ndays = 0", "[synth]", "x>=1"),
        ("[synth]\nstart = 2026-01-01", "[synth]", "`start` is not a text in quotes"),
        ('durability = "none"', "", "'normal', 'full'"),
        ('assume_tz = "Berlin"', "", "+02:00"),
        ('matcher = "m.py:x"', "", "`matcher` is not an array"),
        ("matcher = [1]", "", "`matcher` is not a text in quotes"),
        ('db = "a"\n[report.x]\ny = 1', "[report.x]", "there is no report 'x'"),
        ("[report.commands]\nlimits = 1", "[report.commands]", "`limits` is no option of report commands"),
        ("[report.commands]\nlimits = 1", "[report.commands]", "one of contains, limit"),
        ("[report.commands]\ncontains = 1", "[report.commands]", "`contains` is not a text in quotes"),
        ('[report.commands]\nlimit = "1"', "[report.commands]", "`limit` is not a whole number"),
        ("[report.commands]\nlimit = true", "[report.commands]", "`limit` is not a whole number"),
        ("[report.commands]\nlimit = 0", "[report.commands]", "1 or more: '0'"),
        ('[report.timeline]\nby = "week"', "[report.timeline]", "one of day, hour: 'week'"),
        ('[report.sessions]\ntty_log = "a"\ntty-log = "a"', "[report.sessions]", "twice"),
        ('[report.sessions]\nformat = "csv"', "[report.sessions]", "`format` is no option of report sessions"),
        ("[ingest.x]\ny = 1", "[ingest]", "`x` is no option"),
        ("assume_tz = 1\nassume-tz = 1", "", "twice"),
        ("[ingest]\nassume_tz = 1\nassume-tz = 1", "[ingest]", "twice"),
        ('[sensor]\nname = "a"', "", "[[sensor]]"),
        ("sensor = [1]", "[[sensor]] number 1", "`name` and `paths`"),
        ('[[sensor]]\nname = "a"', "[[sensor]] number 1", "`paths`"),
        ('[[sensor]]\nname = "a"\npaths = ["x"]\npath = "y"', "[[sensor]] number 1", "nothing else"),
        ('[[sensor]]\nname = ""\npaths = ["x"]', "[[sensor]] number 1", "`name`"),
        ('[[sensor]]\nname = "a"\npaths = []', "[[sensor]] number 1", "`paths`"),
        ('[[sensor]]\nname = "a"\npaths = "x"', "[[sensor]] number 1", "array"),
        ('[[sensor]]\nname = "a"\npaths = ["x"]\n' * 2, "[[sensor]] number 2", "of its own"),
    ],
)
def test_a_mistake_is_said_with_its_place(capsys, told, text, where, says):
    file = told(text)
    err = refused(capsys, "--config", file, "report", "summary")
    assert f"({file}, {where})\n" in err if where else f"({file})\n" in err
    assert says in err


def test_what_is_no_utf8_is_said_with_its_line(capsys, tmp_path):
    (tmp_path / "c.toml").write_bytes(b'db = "x"\n# \xff\n')
    assert "line 2" in refused(capsys, "--config", str(tmp_path / "c.toml"), "report", "summary")


def test_what_the_file_says_is_shown_safely(capsys, told):
    err = refused(capsys, "--config", told('"\\u001b[2J" = 1'), "report", "summary")
    assert "\x1b" not in err
    assert "\\x1b[2J" in err


# Options of one report


@pytest.fixture
def options_of(monkeypatch):
    """Runs a report that only tells its options."""
    from sesscore.commands import report, sessions

    def run(*arguments):
        found = []
        for module in (report, sessions):
            monkeypatch.setattr(module, "print_report", lambda report, values, **_: found.append(values))
        assert cli.main(arguments) == 0
        return found[0]

    return run


def test_options_of_a_report_from_every_place(options_of, told, monkeypatch):
    """Each in the way of those before it."""
    file = ["--config", told('[report]\nformat = "csv"\n[report.sessions]\nlimit = 3\nmin-events = 2\ntty_log = "x"\n')]
    wanted = {"limit": 3, "min_events": 2, "tty_log": "x"}
    assert options_of(*file, "report", "sessions") == options_of(*file, "sessions") == wanted
    assert options_of(*file, "report", "commands") == options_of("report", "sessions") == {}
    monkeypatch.setenv("SESSCORE_REPORT_SESSIONS_LIMIT", "4")
    assert options_of(*file, "sessions") == wanted | {"limit": 4}
    assert options_of(*file, "sessions", "--limit", "5", "--tty-log=y") == wanted | {"limit": 5, "tty_log": "y"}


def test_options_of_a_report_of_the_users(options_of, told, tmp_path, capsys):
    """Which must be there; one that cannot be read is in nobody's way but its own."""
    text = '[report]\nreports = "own"\n[report.ports]\nleast = 2.5\n'
    assert "there is no report 'ports'" in refused(capsys, "--config", told(text), "report", "commands")
    own = Path(told("-- Ports.\n-- parameters:\n--   least real = 1: sessions\nSELECT :least;", "own/ports.sql"))
    assert options_of("--config", told(text), "report", "ports") == {"least": 2.5}
    assert options_of("--config", told(text), "report", "commands") == {}
    err = refused(capsys, "--config", told(text.replace("least", "most")), "report", "commands")
    assert "`most` is no option of report ports" in err
    assert "[report.ports]" in err
    own.write_text("-- parameters:\n--   least\nSELECT :least;")
    assert options_of("--config", told(text), "report", "commands") == {}
    assert "a parameter cannot be understood" in refused(capsys, "--config", told(text), "report", "ports")


# Sensors


def test_sensors_are_told_to_commands(taken, told, tmp_path, monkeypatch):
    from sesscore.sensors import Sensor

    seen = []
    monkeypatch.setattr(options.Settings, "sensors", (), raising=False)
    monkeypatch.setattr(COMMANDS[("ingest",)], "callback", lambda **_: seen.append(click.get_current_context().obj))
    file = told('[[sensor]]\nname = "a"\npaths = ["logs", "~/b", "/c/*"]\n[[sensor]]\nname = "é"\npaths = ["-"]\n')
    assert cli.main(["--config", file, "ingest"]) == 0
    paths = (str(tmp_path / "logs"), str(Path(os.environ["HOME"]) / "b"), "/c/*")
    assert seen[0].sensors == (Sensor("a", paths), Sensor("é", ("-",)))


def test_standard_input_of_a_sensor_is_not_followed(capsys, told, tmp_path):
    file = told(f'db = "{tmp_path}/s.db"\n[[sensor]]\nname = "a"\npaths = ["-"]\n')
    assert "not standard input" in refused(capsys, "--config", file, "ingest", "--follow")
