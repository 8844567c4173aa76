"""`sesscore ingest`."""

import shlex
import sys
from typing import TYPE_CHECKING

import click

from sesscore.commands import options
from sesscore.commands.telemetry import Telemetry, telemetry_unasked
from sesscore.errors import ConditionFailed, SesscoreError, UsageError
from sesscore.outlet import write
from sesscore.ownfiles import STATUS_SUFFIX
from sesscore.safetext import safe
from sesscore.wording import counted

if TYPE_CHECKING:
    from sesscore.met import Problem
    from sesscore.pragmas import Durability
    from sesscore.result import IngestResult
    from sesscore.telemetry.sinks import Sink


class Stopped(SesscoreError):
    """A signal ended the run early, after its last commit."""

    def __init__(self, number: int) -> None:
        super().__init__("stopped; what was read so far is kept", hint="the same command again: it goes on from there")
        self.exit_code = 128 + number


@click.command()
@click.argument("paths", nargs=-1, type=options.FILE, metavar="[PATH]...")
@options.database
@options.sensor("The sensor of events that name none; without PATH, which of the configured ones to read.")
@click.option(
    "--durability",
    cls=options.Shared,
    type=click.Choice(["normal", "full"]),
    default="normal",
    envvar="SESSCORE_DURABILITY",
    show_default=True,
    help="full: what was reported survives a power cut.",
)
@click.option(
    "--assume-tz",
    cls=options.Shared,
    type=options.UtcOffset(),
    default="UTC",
    envvar="SESSCORE_ASSUME_TZ",
    show_default=True,
    help="The offset of times that state none, like +02:00.",
)
@options.matchers
@click.option(
    "--retry-quarantine",
    is_flag=True,
    help="Then read again what is in quarantine; without PATH, do only that.",
)
@click.option("--follow", is_flag=True, help="Go on with what comes to the logs, until SIGTERM or Ctrl-C.")
@options.format_("text", "json")
@click.option(
    "--strict",
    cls=options.Shared,
    is_flag=True,
    envvar="SESSCORE_STRICT",
    help="Fail with 3 if a record was quarantined.",
)
@click.option(
    "--no-progress",
    cls=options.Shared,
    is_flag=True,
    envvar="SESSCORE_NO_PROGRESS",
    help="Say nothing of how far it is.",
)
# Hidden: they change how often something is committed, and never what. Campaigns need many transactions of a small log.
@click.option("--block-bytes", type=click.IntRange(min=1), hidden=True, help="Of log a batch.")
@click.option("--commit-bytes", type=click.IntRange(min=1), hidden=True, help="Of log a transaction.")
@telemetry_unasked
@options.debug
@click.pass_obj
def ingest(
    settings: options.Settings,
    paths: tuple[str, ...],
    db: str | None,
    sensor: str | None,
    durability: "Durability",
    assume_tz: int,
    matchers: tuple[str, ...],
    retry_quarantine: bool,
    follow: bool,
    format: str,
    strict: bool,
    block_bytes: int | None,
    commit_bytes: int | None,
    no_progress: bool,
    telemetry: Telemetry,
) -> None:
    """Read logs into the database; what was read before adds nothing.

    PATH: files, folders, quoted globs, or - for standard input; none: the paths of the configured sensors, else
    the places where Cowrie keeps its logs, or, with --retry-quarantine, nothing.
    """
    from sesscore._scan import settle_memory
    from sesscore.ingest import ingest as run
    from sesscore.met import Problem
    from sesscore.result import nothing_read
    from sesscore.sensors import wanted_paths
    from sesscore.telemetry.run import Run

    if follow and (retry_quarantine or "-" in wanted_paths(paths, sensor, settings.sensors)):
        raise UsageError(
            "only logs are followed, not standard input or the quarantine", hint="sesscore ingest --follow FOLDER"
        )
    settle_memory()
    only_retry = retry_quarantine and not paths
    path = options.database_path(db, make_folder=not only_retry)
    status_file = f"{path}{STATUS_SUFFIX}"
    watched = Run("ingest", db=path, sensor=sensor, sensors=tuple(one.name for one in settings.sensors))
    quiet = telemetry.watchers.logs_to_stderr  # then nothing else stands there
    troubles: list[Problem] = []  # of telling how far it is

    def tell(*trouble: str) -> None:
        (_tell_problem if follow and not quiet else troubles.append)(Problem(*trouble))

    # A program that reads the document does not read lines; a person beside it may look at a bar.
    lines = not (no_progress or quiet) and (format == "text" or sys.stderr.isatty())
    with telemetry.told(watched, status_file, _sinks(wanted=lines, follow=follow), tell):
        result = run(
            paths,
            db=path,
            sensor=sensor,
            sensors=settings.sensors,
            assume_utc_offset_minutes=assume_tz,
            durability=durability,
            matchers=options.load_matchers(matchers),
            run=watched,
            own_files=telemetry.files(status_file),
            block_bytes=block_bytes,
            commit_bytes=commit_bytes,
            retry_quarantine=retry_quarantine,
            follow=follow,
            problem=_tell_problem if follow and not quiet else _ignore,  # else when the bar is gone
            degraded=_ignore if quiet else _tell_trouble,
        )
        if error := nothing_read(result):
            watched.fails(error)
    for trouble in troubles:
        result.met.noted(*trouble)
    if not follow and not quiet:
        for problem in result.problems:
            _tell_problem(problem)
    _tell(result, format, quiet=quiet)
    _check(result, path, strict=strict)


def _sinks(*, wanted: bool, follow: bool) -> list["Sink"]:
    """Who is told how far it is, beside the status file."""
    from sesscore.telemetry.terminal import shown

    return [shown(follow=follow)] if wanted else []


def _ignore(told: object) -> None:
    """The log has it, or what follows."""


def _tell_problem(problem: "Problem") -> None:
    where, what, hint = problem
    click.echo(safe(f"sesscore: {what} ({where})" + (f"; try: {hint}" if hint else "")), err=True)


def _tell_trouble(error: SesscoreError | None) -> None:
    if error is None:
        click.echo("sesscore: going on: the database can be written again", err=True)
    else:
        click.echo(safe(f"sesscore: degraded, waiting: {error.what} ({error.where})"), err=True)


def _tell(result: "IngestResult", form: str, *, quiet: bool) -> None:
    if form == "json":
        from sesscore.render import to_json
        from sesscore.result import document

        write(to_json(document(result)))
    elif not quiet:
        click.echo(safe(closing_line(result)), err=True)


def _check(result: "IngestResult", path: str, *, strict: bool) -> None:
    """The outcomes that are told after the work is done."""
    from sesscore.result import nothing_read

    if result.stopped_by:
        raise Stopped(result.stopped_by)
    if error := nothing_read(result):
        raise error
    quarantined = result.quarantined
    if strict and quarantined:
        raise ConditionFailed(
            f"{counted(quarantined, 'record was', 'records were')} quarantined",
            where=path,
            hint=f"sesscore quarantine list --db {shlex.quote(path)}",
        )


def closing_line(result: "IngestResult") -> str:
    """The run in one line; parts that are nothing are left out."""
    ledger, sources, sessions = result.ledger, result.sources, result.sessions
    line = (
        f"{counted(ledger.lines, 'record')}: {counted(ledger.events, 'event')} "
        f"in {counted(sessions['total'], 'session')} ({sessions['new']:,} new)"
    )
    others = [
        counted(ledger.duplicates, "duplicate"),
        f"{ledger.sessionless:,} sessionless",
        f"{result.quarantined:,} quarantined",
        f"{ledger.blank:,} blank",
        *(f"{counted(sources[name], 'source')} {name}" for name in ("unchanged", "alien", "unreadable", "pending")),
    ]
    retried = result.retried
    if retried.rows:
        read = f"{retried.read:,} read, {retried.kept:,} kept, {retried.not_there:,} not there"
        others.append(f"{counted(retried.rows, 'row')} of the quarantine retried ({read})")
    shown = [part for part in others if not part.startswith("0 ")]
    return f"{', '.join([line, *shown])} in {result.elapsed_seconds:.1f} s"
