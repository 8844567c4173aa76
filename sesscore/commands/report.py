"""`sesscore report`."""

import sys

import click

from sesscore.commands import options
from sesscore.output import STDOUT, on_terminal, write


@click.command()
@click.argument("name")
@options.database
@options.sensor("Only sessions and events of this sensor.")
@options.format_("table", "json")
@options.output
@options.debug
def report(name: str, db: str | None, sensor: str | None, format: str, output: str) -> None:
    """Print a report on what was ingested.

    Reports: summary.
    """
    from sesscore.queries import Bounds
    from sesscore.render import to_json, to_page
    from sesscore.reports import report as find_report
    from sesscore.sqlite_errors import sqlite_errors
    from sesscore.store import open_for_reading

    found = find_report(name)
    with open_for_reading(options.database_path(db)) as database, sqlite_errors(database.path):
        figures = found.document(database.connection, Bounds(sensor=sensor))
        if format == "json":
            text = to_json(figures)
        elif output == STDOUT:
            text = to_page(found.page(figures), colour=on_terminal(), encoding=sys.stdout.encoding)
        else:
            text = to_page(found.page(figures))
    write(text, output)
