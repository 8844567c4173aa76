"""The options by which a command tells how far it is, and who gets that: the same for each with long work."""

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from sesscore.commands import options
from sesscore.commands.watchers import Watchers, with_watchers
from sesscore.ownfiles import draft_of
from sesscore.safetext import safe

if TYPE_CHECKING:
    from sesscore.telemetry.run import Run
    from sesscore.telemetry.sinks import Sink

OFF = "off"
LEAST_SECONDS, MOST_SECONDS = 0.05, 3600.0

Tell = Callable[[str, str, str], None]


@dataclass(frozen=True)
class Telemetry:
    """What was asked for. status_file: None if nothing was said of it. watchers: others beside it."""

    status_file: str | None
    status_interval: float
    status_compat: bool
    watchers: Watchers

    def _path(self, default: str | None) -> str | None:
        path = self.status_file or default
        return None if path == OFF else path

    def files(self, default: str | None = None) -> list[str]:
        """The files that are written, also while they are made. default: as for `watching`."""
        path = self._path(default)
        return [*([] if path is None else [path, draft_of(path)]), *self.watchers.files]

    @contextmanager
    def watching(self, command: str, db: str, sensor: str | None = None) -> Iterator["Run"]:
        """Within the block its run is told to whoever was asked for. Raises UsageError, StorageError."""
        from sesscore.telemetry.run import Run

        with self.told(Run(command, db=db, sensor=sensor)) as run:
            yield run

    @contextmanager
    def told(
        self, run: "Run", default: str | None = None, more: Sequence["Sink"] = (), tell: Tell | None = None
    ) -> Iterator["Run"]:
        """Within the block a run is told to whoever wants to know.

        default: the status file of a command that writes one unasked. more: sinks of the command's own. tell: is told
        where, what and what to do if telemetry fails, which ends nothing. Raises UsageError, StorageError.
        """
        path = self._path(default)
        # Said when it comes up, and no problem of the work: a hook that fails changes nothing of the result.
        aside = _say
        if self.watchers.logs_to_stderr:
            aside = _ignore
            click.get_current_context().ensure_object(options.Settings).error_line = self.watchers.error_line
        sinks = [*more, *self.watchers.sinks(run, self.status_interval, _counted(aside, run))]
        if path is None and not sinks:
            yield run
            return
        from sesscore.telemetry.document import Documents
        from sesscore.telemetry.statusfile import StatusFile, check
        from sesscore.telemetry.watched import watched

        if path is not None:
            if self.status_file is not None:
                check(path)
            sinks.insert(0, StatusFile(path, self.status_interval, _counted(tell or aside, run)))
        documents = Documents(run, self.status_interval, compat=self.status_compat)
        with watched(run, sinks, documents, functools.partial(_dropped, tell or aside)):
            yield run


def telemetry(command: options.Command) -> options.Command:
    """The options; they come as one argument, `telemetry`."""
    return _with_options(command, "", click.option)


def telemetry_unasked(command: options.Command) -> options.Command:
    """The same for a command that writes a status file unasked: ingest.

    Only there they have short variables, and may stand at the top of a configuration. A report beside an ingest would
    else write over its file.
    """

    def option(name: str, **more: Any) -> Callable[[options.Command], options.Command]:
        variable = f"SESSCORE_{name.removeprefix('--').replace('-', '_').upper()}"
        return click.option(name, cls=options.Shared, envvar=variable, **more)

    return _with_options(command, "  [default: beside the database, DB.status.json]", option)


def _with_options(
    command: options.Command, unasked: str, option: Callable[..., Callable[[options.Command], options.Command]]
) -> options.Command:
    @functools.wraps(command)
    def asked(
        *given: Any,
        status_file: str | None,
        status_interval: float,
        status_compat: str,
        watchers: Watchers,
        **more: Any,
    ) -> Any:
        told = Telemetry(status_file, status_interval, status_compat == "on", watchers)
        return command(*given, telemetry=told, **more)

    seconds = click.FloatRange(LEAST_SECONDS, MOST_SECONDS)
    with_options = with_watchers(asked, option)
    for one in (
        option("--status-compat", type=click.Choice(["on", OFF]), default="on", show_default=True,
               help="Whether the status file has the keys of the older tools, too."),
        option("--status-interval", type=seconds, default=1.0, show_default=True, metavar="SECONDS",
               help="Between two writes of the status file."),
        option("--status-file", type=options.FILE, metavar="FILE",
               help=f"Tell in a JSON file how far it is; off: in none.{unasked}"),
    ):  # fmt: skip
        with_options = one(with_options)
    return with_options


def _counted(tell: Tell, run: "Run") -> Tell:
    def told(where: str, what: str, hint: str) -> None:
        run.problems += 1
        run.milestone("problem", what=what, where=where, hint=hint)
        tell(where, what, hint)

    return told


def _say(where: str, what: str, hint: str) -> None:
    click.echo(safe(f"sesscore: {what} ({where})" + (f"; {hint}" if hint else "")), err=True)


def _ignore(where: str, what: str, hint: str) -> None:
    """The log has it."""


def _dropped(tell: Tell, name: str, error: Exception) -> None:
    tell(name, f"failed and is left out: {getattr(error, 'what', error)}", "the work goes on without it")
