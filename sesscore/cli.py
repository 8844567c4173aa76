"""The command line: finds the command, and turns how it ended into a message and an exit code."""

import contextlib
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import Any

import click

from sesscore import __version__
from sesscore.commands import options
from sesscore.commands.completion import completion
from sesscore.commands.db import db
from sesscore.commands.doctor import doctor
from sesscore.commands.ingest import ingest
from sesscore.commands.matchers import matchers
from sesscore.commands.merge import merge
from sesscore.commands.quarantine import quarantine
from sesscore.commands.report import report
from sesscore.commands.schema import schema
from sesscore.commands.sessions import sessions
from sesscore.commands.show import show
from sesscore.commands.sql import sql
from sesscore.commands.status import status
from sesscore.commands.synth import synth
from sesscore.commands.verify import verify
from sesscore.commands.why import why
from sesscore.errors import SesscoreError
from sesscore.safetext import safe

SHORT_HELP = """\
Counts every attack session in Cowrie honeypot logs, exactly once.

  sesscore ingest /home/cowrie/cowrie/var/log/cowrie    read the logs
  sesscore report summary                               see what happened

More: sesscore --help"""


class Terminated(KeyboardInterrupt):
    """SIGTERM: what is committed stays, as with Ctrl-C."""


class _Program(click.Group):
    """All commands. While a shell completes a line no callback runs, and the configuration must count all the same."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """As click makes it."""
        context = super().make_context(info_name, args, parent, **extra)
        if context.resilient_parsing:
            with contextlib.suppress(SesscoreError):
                _configure(context, context.params.get("config"))
        return context


@click.group(cls=_Program, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="sesscore %(version)s")
@click.option(
    "--config",
    type=options.FILE,
    metavar="FILE",
    help="A TOML file with options and sensors.  [default: config.toml in your configuration folder]",
)
@options.debug
@click.pass_context
def cli(context: click.Context, config: str | None) -> None:
    """Counts every attack session in Cowrie honeypot logs, exactly once, into one SQLite file."""
    if context.invoked_subcommand is None:
        click.echo(SHORT_HELP, err=True)
        context.exit(2)
    try:
        _configure(context, config)
    except SesscoreError as error:
        if context.invoked_subcommand != doctor.name:
            raise
        context.ensure_object(options.Settings).unconfigured = error


def _configure(context: click.Context, path: str | None) -> None:
    from sesscore.config import load

    configuration = load(path, cli)
    settings = context.ensure_object(options.Settings)
    context.default_map = configuration.defaults  # which click asks after command line and variables
    settings.sensors, settings.reports = configuration.sensors, configuration.reports
    settings.configuration, settings.origins = configuration.path, configuration.origins


for command in (
    completion,
    db,
    doctor,
    ingest,
    matchers,
    merge,
    quarantine,
    report,
    schema,
    sessions,
    show,
    sql,
    status,
    synth,
    verify,
    why,
):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code."""
    # A message must get out, whatever the encoding of the terminal.
    with contextlib.suppress(AttributeError):
        sys.stderr.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    settings = options.Settings()
    try:
        with _sigterm():
            code = cli.main(arguments, "sesscore", standalone_mode=False, obj=settings, auto_envvar_prefix="SESSCORE")
    except click.UsageError as error:
        return _failed(settings, error.format_message(), hint=_help_on(error), code=2)
    except click.Abort as error:  # what click makes of Ctrl-C
        code = 143 if isinstance(error.__cause__, Terminated) else 130
        return _failed(settings, "stopped", hint="the same command again", code=code)
    except SesscoreError as error:
        _trace(settings)
        return _failed(settings, error.what.removesuffix("."), where=error.where, hint=error.hint, code=error.exit_code)
    except Exception as error:
        _trace(settings)
        kind = type(error).__name__
        what = f"a mistake of this program, {kind}: {error}"
        return _failed(settings, what, hint="the same command with --debug", code=1)
    return code if isinstance(code, int) else 0


def _failed(settings: options.Settings, what: str, *, where: str = "", hint: str = "", code: int) -> int:
    if settings.error_line is not None:
        click.echo(settings.error_line(what, where, hint, code), err=True)
        return code
    place = f" ({safe(where)})" if where else ""
    advice = f"\n  try: {safe(hint)}" if hint else ""
    click.echo(f"sesscore: {safe(what)}{place}{advice}", err=True)
    return code


def _help_on(error: click.UsageError) -> str:
    path = error.ctx.command_path if error.ctx else "sesscore"
    return f"{path} --help"


def _trace(settings: options.Settings) -> None:
    if settings.debug:
        for line in traceback.format_exc().splitlines():
            click.echo(safe(line), err=True)


@contextlib.contextmanager
def _sigterm() -> Iterator[None]:
    """SIGTERM ends the work like Ctrl-C does, so that what was begun is closed in order."""

    def terminate(number: int, frame: FrameType | None) -> None:
        raise Terminated

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
