"""`sesscore why`."""

import sys

import click

from sesscore.commands import options
from sesscore.outlet import write
from sesscore.output import on_terminal


@click.command()
@click.argument("session")
@options.database
@options.sensor("Only sessions of this sensor.")
@click.option("--records", is_flag=True, help="List its records, by reading the logs again.")
@click.option(
    "--assume-tz",
    cls=options.Shared,
    type=options.UtcOffset(),
    default="UTC",
    envvar="SESSCORE_ASSUME_TZ",
    show_default=True,
    help="With --records: the offset that ingest was given.",
)
@options.matchers
@options.format_("table", "json")
@options.debug
def why(
    session: str,
    db: str | None,
    sensor: str | None,
    records: bool,
    assume_tz: int,
    matchers: tuple[str, ...],
    format: str,
) -> None:
    """Print how a session was found, and in which logs.

    SESSION: an id, for all its sessions, or # and a session_key.
    """
    from sesscore.reading import Options
    from sesscore.render import to_json, to_page
    from sesscore.sqlite_errors import sqlite_errors
    from sesscore.store import open_for_reading
    from sesscore.why import document
    from sesscore.why_page import page

    reading = Options(naive_minutes=assume_tz, matchers=options.load_matchers(matchers)) if records else None
    with open_for_reading(options.database_path(db)) as database, sqlite_errors(database.path):
        told = document(database.connection, session, sensor, reading)
        if format == "json":
            text = to_json(told)
        else:
            text = to_page(page(told), colour=on_terminal(), encoding=sys.stdout.encoding)
    write(text)
