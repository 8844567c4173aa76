"""`sesscore verify`."""

import sys

import click

from sesscore.commands import options
from sesscore.commands.telemetry import Telemetry, telemetry
from sesscore.errors import ConditionFailed
from sesscore.outlet import write
from sesscore.output import on_terminal
from sesscore.safetext import safe


@click.command()
@click.argument("paths", nargs=-1, type=options.FILE, metavar="[PATH]...")
@options.database
@options.sensor("With PATH: the sensor of events that name none, as ingest was told.")
@click.option(
    "--assume-tz",
    cls=options.Shared,
    type=options.UtcOffset(),
    default="UTC",
    envvar="SESSCORE_ASSUME_TZ",
    show_default=True,
    help="With PATH: the offset that ingest was given.",
)
@options.matchers
@options.format_("table", "json")
@telemetry
@options.debug
@click.pass_obj
def verify(
    settings: options.Settings,
    paths: tuple[str, ...],
    db: str | None,
    sensor: str | None,
    assume_tz: int,
    matchers: tuple[str, ...],
    format: str,
    telemetry: Telemetry,
) -> None:
    """Check that all figures agree, and print the content hash.

    PATH: all logs that were read; a plain recount of them must find the same sessions. Exit code 3: something differs.
    """
    from sesscore.against_logs import Logs
    from sesscore.render import to_json, to_page
    from sesscore.sqlite_errors import sqlite_errors
    from sesscore.store import open_for_reading
    from sesscore.verify import document, page

    registry = options.load_matchers(matchers)
    logs = Logs(paths, sensor, settings.sensors, assume_tz, registry) if paths else None
    path = options.database_path(db)
    with (
        telemetry.watching("verify", path, sensor) as run,
        open_for_reading(path) as database,
        sqlite_errors(database.path),
    ):
        told = document(database.connection, database.path, logs, run)
    if told["recount"] is not None:
        for problem in told["recount"]["problems"]:
            click.echo(safe(f"sesscore: {problem['problem']} ({problem['source']})"), err=True)
    if format == "json":
        write(to_json(told))
    else:
        write(to_page(page(told), colour=on_terminal(), encoding=sys.stdout.encoding))
    if not told["agrees"]:
        failed = ", ".join(check["name"] for check in told["checks"] if check["differences"])
        raise ConditionFailed(
            f"the figures do not agree: {failed}",
            where=database.path,
            hint="sesscore verify --format json, which says more",
        )
