"""Effective settings: of every option of every command its value, and where that comes from.

click itself is asked, with the same context as a command would get, so there is no second opinion on what wins.
"""

import os
import stat
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import click
from click.core import ParameterSource

from sesscore.commands.options import Settings, database_path, variables
from sesscore.config_tables import commands
from sesscore.doctor.findings import Asked, Section
from sesscore.errors import SesscoreError, UsageError

PRIVATE: Final = ("on_event",)  # a command line may hold a key; of it the program is told
_BUILD: Final = {"SESSCORE_BUILD", "SESSCORE_SANITIZE"}  # for setup.py

Words = tuple[str, ...]
Places = dict[tuple[str, str], int]


def look(asked: Asked) -> Section:
    """The configuration file, all values, and variables that nothing reads."""
    root = click.get_current_context().find_root()
    settings = root.ensure_object(Settings)
    section = Section()
    path = settings.configuration
    places = _lines(path)
    told = [
        _value(words, option, context, places, section)
        for words, option, context in options_of(root)
        if not option.hidden
    ]
    section.facts = {
        "configuration": path,
        "configuration_origin": _origin_of_file(root),
        "configuration_used": _is_used(settings),
        "values": told,
        "sensors": [{"name": one.name, "paths": list(one.paths)} for one in settings.sensors],
    }
    if settings.unconfigured is not None:
        section.failed(settings.unconfigured)
    if path is not None:
        _permissions(path, section)
    _two_databases(told, section)
    _unread_variables(root, section)
    return section


def options_of(root: click.Context) -> Iterator[tuple[Words, click.Option, click.Context]]:
    """All options, each with the context that its command would have."""
    for words, command in commands(root.command):
        context, group = root, root.command
        for word in words:
            group = group.commands[word] if isinstance(group, click.Group) else group
            context = click.Context(group, parent=context, info_name=word)
        for option in command.params:
            if isinstance(option, click.Option):
                yield words, option, context


def _value(
    words: Words, option: click.Option, context: click.Context, places: Places, section: Section
) -> dict[str, Any]:
    value, source = option.consume_value(context, {})
    long = max(option.opts, key=len)
    made: dict[str, Any] = {"command": " ".join(words), "option": long, "value": None, "origin": "default"}
    made |= {"where": None, "line": None}
    if source is ParameterSource.ENVIRONMENT:
        name = next(one for one in variables(option, context) if os.environ.get(one))
        made |= {"origin": "variable", "where": name}
        _check(option, context, value, name, section)
    elif source is ParameterSource.DEFAULT_MAP:
        settings = context.find_root().ensure_object(Settings)
        table, key = settings.origins[words, str(option.name)]
        made |= {"origin": "file", "where": f"[{table}] {key}" if table else key, "line": _line(places, table, key)}
    else:
        value = value if isinstance(value, bool | int | float | str) else None  # click has a mark for "none"
    made["value"] = _shown(option, value)
    return made


def _check(option: click.Option, context: click.Context, value: Any, name: str, section: Section) -> None:
    """The file was checked when it was read; variables are when their command runs."""
    try:
        option.type_cast_value(context, value)
    except click.UsageError as error:
        what = error.message.removesuffix(".")
    except SesscoreError as error:
        what = error.what
    else:
        return
    section.failed(
        UsageError(f"the variable has a value that {max(option.opts, key=len)} does not take: {what}", where=name)
    )


def _shown(option: click.Option, value: Any) -> str | None:
    if value is None:
        return None
    if option.name in PRIVATE and str(value).strip():
        return f"{str(value).split()[0]} …"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


# The file


def _lines(path: str | None) -> Places:
    from sesscore.config_lines import lines_of

    if path is None:
        return {}
    try:
        return lines_of(Path(path).read_bytes().decode("utf-8", "replace"))
    except OSError:
        return {}


def _line(places: Places, table: str, key: str) -> int | None:
    """Keys may be written with `-` or `_`."""
    return next((places[table, one] for one in (key, key.replace("-", "_")) if (table, one) in places), None)


def _origin_of_file(root: click.Context) -> str:
    origin = root.get_parameter_source("config")
    if origin is ParameterSource.COMMANDLINE:
        return "command line"
    return "variable SESSCORE_CONFIG" if origin is ParameterSource.ENVIRONMENT else "default"


def _is_used(settings: Settings) -> bool | None:
    """None: there is none."""
    if settings.unconfigured is not None:
        return False
    return None if settings.configuration is None else True


def _permissions(path: str, section: Section) -> None:
    """A matcher and a hook in it are programs."""
    try:
        told = Path(path).stat()
    except OSError:
        return
    if stat.S_ISREG(told.st_mode) and told.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        what = "others can write the configuration, and with it run programs as whoever uses it"
        section.warn(what, path, "chmod go-w, on that file")


# What belongs together


def _two_databases(told: list[dict[str, Any]], section: Section) -> None:
    named = {one["command"]: database_path(one["value"]) for one in told if one["option"] == "--db"}
    wrote = named.get("ingest")
    others = sorted(command for command, path in named.items() if path != wrote)
    if others:
        what = f"ingest writes another database than these commands read: {', '.join(others)}"
        section.warn(what, str(wrote), "set db at the top of the configuration, or SESSCORE_DB, for all of them")


def _unread_variables(root: click.Context, section: Section) -> None:
    known = _BUILD | {name for _, option, context in options_of(root) for name in variables(option, context)}
    known |= {f"SESSCORE_{parameter.name}".upper() for parameter in root.command.params} | set(_of_reports(root))
    for name in sorted(os.environ):
        if name.startswith("SESSCORE_") and name not in known:
            close = get_close_matches(name, known, 1, 0.8)
            section.warn("no command reads this variable", name, f"perhaps {close[0]}" if close else "unset it")


def _of_reports(root: click.Context) -> Iterator[str]:
    """Reports have options of their own."""
    from sesscore.commands.report import own_folder
    from sesscore.report.registry import own, report, shipped

    told = os.environ.get("SESSCORE_REPORT_REPORTS") or (root.default_map or {}).get("report", {}).get("reports")
    folder = own_folder(told)
    for name in (*shipped(), *own(folder)):
        try:
            parameters = report(name, folder).parameters
        except SesscoreError:  # it says so when it is asked
            continue
        yield from (f"SESSCORE_REPORT_{name}_{one}".replace("-", "_").upper() for one in parameters)
