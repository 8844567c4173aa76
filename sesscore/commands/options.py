"""Options that several commands share.

Each option of a command can be set by a variable: --format of report by SESSCORE_REPORT_FORMAT. Those that mean the
same everywhere have a short one too, SESSCORE_DB, and may stand at the top of a configuration file.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sesscore.errors import SesscoreError, StorageError
from sesscore.output import STDOUT
from sesscore.report.zones import MINUTE_US, offset_us

if TYPE_CHECKING:
    from sesscore.matchers import Registry
    from sesscore.sensors import Sensor

Command = Callable[..., Any]

FILE = click.Path(readable=False)  # whoever opens it says why it cannot, and with which exit code


@dataclass
class Settings:
    """What holds for the whole command line.

    For `main`, if a command fails: debug; error_line, which says it as a line of a log (what, where, hint, exit code).
    sensors: those configured. reports: what the configuration says of the options that reports have of their own.

    For `doctor`: configuration, the file that was read; origins, where in it a value stands, by words of the command
    and the name of the option; unconfigured, why the file cannot be used.
    """

    debug: bool = False
    error_line: Callable[[str, str, str, int], str] | None = None
    sensors: tuple["Sensor", ...] = ()
    reports: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    configuration: str | None = None
    origins: Mapping[tuple[tuple[str, ...], str], tuple[str, str]] = field(default_factory=dict)
    unconfigured: SesscoreError | None = None


class UtcOffset(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on
    """`UTC`, `Z` or `+02:00`, as minutes east of Greenwich."""

    name = "offset"

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> int:
        """Minutes, or a usage error."""
        if isinstance(value, int):
            return value
        if value.upper() in ("UTC", "Z"):
            return 0
        east_us = offset_us(value)
        if east_us is None:
            self.fail(f"{value!r} is neither UTC nor an offset like +02:00.", parameter, context)
        return east_us // MINUTE_US


class MatcherReference(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on
    """`FILE.py:NAME` or `MODULE:NAME`, as it is."""

    name = "reference"

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> str:
        """The text; what it leads to is loaded by the command."""
        return str(value)

    @staticmethod
    def is_file(reference: str) -> bool:
        """Whether it begins with the name of a file."""
        return reference.rpartition(":")[0].endswith(".py")


class Shared(click.Option):
    """An option with a short variable; the long one, which names the command, is asked first."""

    def own_variable(self, context: click.Context) -> str:
        """The long one."""
        own = f"{context.auto_envvar_prefix}_{max(self.opts, key=len).lstrip('-')}"
        return own.replace("-", "_").upper()

    def resolve_envvar_value(self, context: click.Context) -> str | None:
        """The text of the variable, if one is set and not empty."""
        return os.environ.get(self.own_variable(context)) or super().resolve_envvar_value(context)


def variables(option: click.Option, context: click.Context) -> list[str]:
    """Those that set an option of the command of a context, in the order in which they are asked."""
    if isinstance(option, Shared):
        return list(dict.fromkeys((option.own_variable(context), str(option.envvar))))
    return [f"{context.auto_envvar_prefix}_{option.name}".upper()]


def database(command: Command) -> Command:
    """--db"""
    return click.option(
        "--db",
        cls=Shared,
        type=FILE,
        envvar="SESSCORE_DB",
        metavar="FILE",
        help="The database.  [default: sesscore.db in your data folder]",
    )(command)


def _stored(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """A name from the command line as ingest stores it: what is no UTF-8 is U+FFFD."""
    return value if value is None else os.fsencode(value).decode("utf-8", "replace")


def sensor(help_text: str) -> Callable[[Command], Command]:
    """--sensor, whose meaning differs between writing and reading."""
    return click.option(
        "--sensor",
        cls=Shared,
        envvar="SESSCORE_SENSOR",
        metavar="NAME",
        callback=_stored,
        shell_complete=_sensors,
        help=help_text,
    )


def _sensors(context: click.Context, parameter: click.Parameter, begin: str) -> list[str]:
    """Those that are configured, and those in the database."""
    from sesscore.completion import plain, sensors_of

    configured = [one.name for one in context.ensure_object(Settings).sensors]
    return plain(sorted({*configured, *sensors_of(database_path(context.params.get("db")))}), begin)


def matchers(command: Command) -> Command:
    """--matcher, given any number of times; `load_matchers` makes a registry of it."""
    return click.option(
        "--matcher",
        "matchers",
        cls=Shared,
        type=MatcherReference(),
        multiple=True,
        envvar="SESSCORE_MATCHER",
        metavar="FILE.py:NAME",
        help="A matcher of your own, for events that name no session.",
    )(command)


def load_matchers(references: Sequence[str]) -> "Registry":
    """The user's matchers. Raises UsageError."""
    from sesscore.matchers import Registry, load

    return Registry(load(reference) for reference in references)


def format_(*formats: str) -> Callable[[Command], Command]:
    """--format; the first is the default."""
    return click.option(
        "--format",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="How the result is written.",
    )


def output(command: Command) -> Command:
    """-o"""
    return click.option("-o", "--output", type=FILE, default=STDOUT, metavar="FILE", help="Write to a file.")(command)


def debug(command: Command) -> Command:
    """--debug, which `main` reads: an error then shows its traceback."""

    def remember(context: click.Context, parameter: click.Parameter, value: bool) -> None:
        context.ensure_object(Settings).debug |= value

    return click.option(
        "--debug",
        cls=Shared,
        is_flag=True,
        envvar="SESSCORE_DEBUG",
        expose_value=False,
        callback=remember,
        help="Show the traceback of an error.",
    )(command)


def database_path(given: str | None, *, make_folder: bool = False) -> str:
    """The database that was named, or the one in the user's data folder, which is made for a writer."""
    if given is not None:
        return given
    from platformdirs import user_data_path

    folder = user_data_path("sesscore", appauthor=False)
    if make_folder:
        _make_folder(folder)
    return str(folder / "sesscore.db")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"the folder of the database cannot be made: {error.strerror}",
            where=str(folder),
            hint="name a file in another folder with --db",
        ) from error
