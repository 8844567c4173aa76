"""Options by which others watch a run: a file for Prometheus, a command for milestones, a log.

Variables without the name of a command, and the top of a configuration file, are for ingest only: a report beside it
must not write over its files.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from sesscore.commands import options

if TYPE_CHECKING:
    from sesscore.telemetry.log import Log
    from sesscore.telemetry.sinks import Sink
    from sesscore.telemetry.statusfile import Tell


class PrometheusPath(click.Path):
    """The name of a file that the textfile collector takes for one of its own."""

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> Any:
        """The name, or a usage error."""
        if not str(value).endswith(".prom"):
            self.fail(f"{value!r} does not end in .prom, and would not be read.", parameter, context)
        return super().convert(value, parameter, context)


class CommandLine(click.ParamType[tuple[str, ...]]):
    """A command, as its words."""

    name = "command"

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> tuple[str, ...]:
        """The words, or a usage error."""
        from sesscore.telemetry.hooks import words_of

        return value if isinstance(value, tuple) else tuple(words_of(value))


@dataclass(frozen=True)
class Watchers:
    """Who was asked for."""

    prometheus_file: str | None = None
    on_event: tuple[str, ...] | None = None
    log_format: str | None = None
    log_level: str | None = None
    log_file: str | None = None

    @property
    def logs(self) -> bool:
        """Whether there is a log."""
        return bool(self.log_format or self.log_level or self.log_file)

    @property
    def logs_to_stderr(self) -> bool:
        """Whether standard error is a log, in which nothing else stands."""
        return self.logs and self.log_file is None

    @property
    def files(self) -> list[str]:
        """Those that are written, and are no logs of a honeypot."""
        return [path for path in (self.prometheus_file, self.log_file) if path is not None]

    def sinks(self, interval: float, tell: "Tell") -> "list[Sink]":
        """All of them; what takes longest to close comes last. Raises StorageError."""
        made: list[Sink] = []
        if self.prometheus_file is not None:
            from sesscore.telemetry.prometheus import PrometheusFile

            made.append(PrometheusFile(self.prometheus_file, interval, tell))
        if self.logs:
            made.append(self._log(tell))
        if self.on_event is not None:
            from sesscore.telemetry import hooks

            made.append(hooks.command(self.on_event, tell=tell))
        return made

    def _log(self, tell: "Tell") -> "Log":
        from sesscore.telemetry.log import Log, LogFile, Stderr

        to = Stderr() if self.log_file is None else LogFile(self.log_file, tell)
        return Log("json" if self.log_format == "json" else "text", self.log_level or "info", to)


Command = Callable[..., Any]


def watchers(*, shared: bool = False) -> Callable[[Command], Command]:
    """All of these options; the command gets them as `watchers`. shared: with variables for all commands."""
    from_log = ("debug", "info", "warning", "error")
    made = [
        _option("--prometheus-file", shared, type=PrometheusPath(readable=False), metavar="FILE.prom",
                help="Keep figures in a file for node_exporter."),
        _option("--on-event", shared, type=CommandLine(), metavar="COMMAND",
                help="Run it for each milestone, with one JSON object on its standard input."),
        _option("--log-format", shared, type=click.Choice(["text", "json"]),
                help="Log milestones and problems in this form.  [default: no log; else text]"),
        _option("--log-level", shared, type=click.Choice(from_log), help="What is logged.  [default: info]"),
        _option("--log-file", shared, type=options.FILE, metavar="FILE",
                help="Where the log goes.  [default: standard error]"),
    ]  # fmt: skip

    def add(command: Command) -> Command:
        @functools.wraps(command)
        def run(
            *arguments: Any,
            prometheus_file: str | None,
            on_event: tuple[str, ...] | None,
            log_format: str | None,
            log_level: str | None,
            log_file: str | None,
            **others: Any,
        ) -> Any:
            told = Watchers(prometheus_file, on_event, log_format, log_level, log_file)
            return command(*arguments, watchers=told, **others)

        decorated: Command = run
        for option in reversed(made):
            decorated = option(decorated)
        return decorated

    return add


def _option(name: str, shared: bool, **settings: Any) -> Callable[[Command], Command]:
    if shared:
        settings |= {"cls": options.Shared, "envvar": f"SESSCORE_{name[2:].replace('-', '_').upper()}"}
    return click.option(name, **settings)
