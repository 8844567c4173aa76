"""Options by which others watch a run: a file for Prometheus, a command for milestones, a log."""

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from sesscore.commands import options
from sesscore.ownfiles import draft_of

if TYPE_CHECKING:
    from sesscore.telemetry.log import Log
    from sesscore.telemetry.run import Run
    from sesscore.telemetry.sinks import Sink
    from sesscore.telemetry.statusfile import Tell
LEVELS = ("debug", "info", "warning", "error")


class PrometheusPath(click.Path):
    """The name of a file that the textfile collector takes for one of its own."""

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> Any:
        """The name, or a usage error."""
        if not str(value).endswith(".prom"):
            self.fail(f"{value!r} does not end in .prom, and would not be read.", parameter, context)
        return super().convert(value, parameter, context)


class CommandLine(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on
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
        prometheus = [] if self.prometheus_file is None else [self.prometheus_file, draft_of(self.prometheus_file)]
        return prometheus if self.log_file is None else [*prometheus, self.log_file]

    def sinks(self, run: "Run", interval: float, tell: "Tell") -> "list[Sink]":
        """All of them, for a run; what takes longest to close comes last. Raises StorageError."""
        made: list[Sink] = []
        if self.prometheus_file is not None:
            from sesscore.telemetry.prometheus import PrometheusFile

            made.append(PrometheusFile(self.prometheus_file, interval, tell))
        if self.logs:
            made.append(self._log(tell))
        if self.on_event is not None:
            from sesscore.telemetry import hooks

            hook = hooks.command(self.on_event, tell=tell)
            run.undelivered = hook.lost
            made.append(hook)
        return made

    def error_line(self, what: str, where: str, hint: str, code: int) -> str:
        """How the command ended, as a line of the log."""
        from sesscore.telemetry.document import iso
        from sesscore.telemetry.log import json_line, text_line

        told = {"what": what, "where": where, "hint": hint, "exit_code": code}
        event = {"event": "error", "at": iso(time.time()), **told}
        return json_line(event) if self.log_format == "json" else text_line(event)

    def _log(self, tell: "Tell") -> "Log":
        from sesscore.telemetry.log import Log, LogFile, Stderr

        to = Stderr() if self.log_file is None else LogFile(self.log_file, tell)
        return Log("json" if self.log_format == "json" else "text", self.log_level or "info", to)


def with_watchers(
    command: options.Command, option: Callable[..., Callable[[options.Command], options.Command]]
) -> options.Command:
    """Adds all of these options, each made by `option`; the command gets them as `watchers`."""

    @functools.wraps(command)
    def asked(
        *given: Any,
        prometheus_file: str | None,
        on_event: tuple[str, ...] | None,
        log_format: str | None,
        log_level: str | None,
        log_file: str | None,
        **more: Any,
    ) -> Any:
        told = Watchers(prometheus_file, on_event, log_format, log_level, log_file)
        return command(*given, watchers=told, **more)

    with_options: options.Command = asked
    for one in (
        option("--log-file", type=options.FILE, metavar="FILE", help="Where the log goes.  [default: standard error]"),
        option("--log-level", type=click.Choice(LEVELS), help="The least that is logged.  [default: info]"),
        option("--log-format", type=click.Choice(["text", "json"]),
               help="Log milestones and problems, in this form.  [default: no log; else text]"),
        option("--on-event", type=CommandLine(), metavar="COMMAND",
               help="Run it for each milestone, with one JSON object on its standard input."),
        option("--prometheus-file", type=PrometheusPath(readable=False), metavar="FILE.prom",
               help="Keep figures in a file for node_exporter."),
    ):  # fmt: skip
        with_options = one(with_options)
    return with_options
