"""What a configuration file says, checked against the options that there are.

What stands at its top means the same for all commands: these are the options that have a short variable (`db`, for
SESSCORE_DB). What stands in the table of a command (`[ingest]`, `[quarantine-list]`) is for that one, and wins.
`[report.NAME]` has the options of one report. `[[sensor]]` says whose logs lie where. Keys are the long options, with
`-` or `_`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import click

from sesscore.config_values import Value, Where

if TYPE_CHECKING:
    from sesscore.sensors import Sensor

Words = tuple[str, ...]


@dataclass(frozen=True)
class Configuration:
    """defaults: for `click.Context.default_map`. sensors: in the order of the file. reports: their own options.

    path: the file; none was found: None. origins: the table (none: the top) and the key of each value in `defaults`, by
    the words of the command and the name of the option.
    """

    defaults: dict[str, Any] = field(default_factory=dict)
    sensors: tuple["Sensor", ...] = ()
    reports: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    path: str | None = None
    origins: dict[tuple[Words, str], tuple[str, str]] = field(default_factory=dict)


def commands(command: click.Command, words: Words = ()) -> Iterator[tuple[Words, click.Command]]:
    """All commands that are no groups, by the words that one types."""
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from commands(below, (*words, name))
    else:
        yield words, command


def keys(command: click.Command) -> dict[str, click.Option]:
    """The options of a command by their keys."""
    options = (one for one in command.params if isinstance(one, click.Option))
    return {name[2:]: option for option in options for name in option.opts if name.startswith("--")}


class Tables:
    """Reads the tables of one file."""

    def __init__(self, path: str, program: click.Group) -> None:
        self._where = Where(path)
        self._options = {words: keys(command) for words, command in commands(program)}
        self._names = {"-".join(words): words for words in self._options}

    def read(self, told: Mapping[str, Any]) -> Configuration:
        """All that the file says, also for other commands than the one that runs. Raises UsageError."""
        told = _spelled(told, self._where)
        sensors = told.pop("sensor") if isinstance(told.get("sensor"), list) else []
        if isinstance(told.get("sensor"), dict):
            raise self._where.wrong("[sensor] is one table, not an array of them", "[[sensor]]")
        tables = {name: table for name, table in told.items() if isinstance(table, dict)}
        of_reports = _tables_in(tables.get("report", {}))
        shared = self._shared({key: value for key, value in told.items() if key not in tables})
        own = dict(self._of_command(name, table) for name, table in tables.items())
        defaults: dict[str, Any] = {}
        origins: dict[tuple[Words, str], tuple[str, str]] = {}
        for words, options in self._options.items():
            values = {key: shared[key] for key, option in options.items() if option.envvar and key in shared}
            origins |= {(words, str(options[key].name)): ("", key) for key in values}
            values |= own.get(words, {})
            origins |= {(words, str(options[key].name)): ("-".join(words), key) for key in own.get(words, {})}
            _put(defaults, words, {options[key].name: value for key, value in values.items()})
        made = Configuration(defaults, tuple(self._sensors(sensors)), self._reports(of_reports, own))
        return replace(made, origins=origins)

    def _reports(self, told: Mapping[str, Any], own: Mapping[Words, dict[str, Any]]) -> dict[str, Mapping[str, Any]]:
        if not told:
            return {}
        from sesscore.config_reports import read

        return read(told, own[("report",)].get("reports"), self._where)

    def _shared(self, told: Mapping[str, Any]) -> dict[str, Any]:
        known = {key: one for options in self._options.values() for key, one in options.items() if one.envvar}
        for key in told:
            if key not in known:
                raise self._where.wrong(
                    f"`{key}` is no option of all commands",
                    f"one of {', '.join(sorted(known))}; others stand in the table of a command, like [ingest]",
                )
        return {key: Value(known[key], key, self._where).read(value) for key, value in told.items()}

    def _of_command(self, name: str, told: Mapping[str, Any]) -> tuple[Words, dict[str, Any]]:
        words = self._names.get(name)
        if words is None:
            names = ", ".join(f"[{name}]" for name in sorted(self._names))
            raise self._where.wrong(f"[{name}] is no command with options", f"one of {names}")
        where = self._where.within(f"[{name}]")
        known = self._options[words]
        values = _spelled(told, where)
        for key in values:
            if key not in known:
                raise where.wrong(
                    f"`{key}` is no option of sesscore {' '.join(words)}", f"one of {', '.join(sorted(known))}"
                )
        return words, {key: Value(known[key], key, where).read(value) for key, value in values.items()}

    def _sensors(self, told: list[Any]) -> Iterator["Sensor"]:
        from sesscore.sensors import Sensor

        names = set()
        for number, table in enumerate(told, 1):
            where = self._where.within(f"[[sensor]] number {number}")
            if not isinstance(table, dict) or set(table) != {"name", "paths"}:
                raise where.wrong("a sensor has a `name` and `paths`, nothing else", 'name = "…", paths = ["…"]')
            name, paths = table["name"], table["paths"]
            if not isinstance(name, str) or not name or name in names:
                raise where.wrong("its `name` is not a text of its own", 'name = "…", another one for each')
            if not isinstance(paths, list) or not paths or not all(isinstance(path, str) and path for path in paths):
                raise where.wrong("its `paths` are not an array of texts", 'paths = ["/var/log/…"]')
            names.add(name)
            yield Sensor(name, tuple(where.located(path) for path in paths))


def _spelled(table: Mapping[str, Any], where: Where) -> dict[str, Any]:
    """A table with its keys as the command line spells them."""
    spelled = {key.replace("_", "-"): value for key, value in table.items()}
    if len(spelled) < len(table):
        raise where.wrong("a key stands there twice, with `-` and with `_`", "leave one of them out")
    return spelled


def _tables_in(table: dict[str, Any]) -> dict[str, Any]:
    """The tables in one, which are taken out of it."""
    return {key: table.pop(key) for key, value in list(table.items()) if isinstance(value, dict)}


def _put(defaults: dict[str, Any], words: Words, values: dict[str | None, Any]) -> None:
    for word in words[:-1]:
        defaults = defaults.setdefault(word, {})
    defaults[words[-1]] = values
