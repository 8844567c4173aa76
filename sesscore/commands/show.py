"""`sesscore show`."""

import sys

import click

from sesscore.commands import options
from sesscore.output import STDOUT, on_terminal


@click.command()
@click.argument("session")
@options.database
@options.sensor("Only sessions of this sensor.")
@options.format_("table", "json")
@options.output
@options.debug
def show(session: str, db: str | None, sensor: str | None, format: str, output: str) -> None:
    """Print what a session did, in order.

    SESSION: an id, for all its sessions, or # and a session_key.
    """
    from sesscore.outlet import outlet
    from sesscore.render import to_json, to_page
    from sesscore.sqlite_errors import sqlite_errors
    from sesscore.store import open_for_reading
    from sesscore.timeline import document, page

    with (
        outlet(output) as out,
        open_for_reading(options.database_path(db)) as database,
        sqlite_errors(database.path),
    ):
        shown = document(database.connection, session, sensor)
        if format == "json":
            text = to_json(shown)
        else:
            here = output == STDOUT
            encoding = sys.stdout.encoding if here else "utf-8"
            text = to_page(page(shown), colour=here and on_terminal(), encoding=encoding)
        out.write([text])
