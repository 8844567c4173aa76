"""`sesscore report`."""

import sys

import click

from sesscore import output
from sesscore.commands import options


@click.command()
@click.argument("name")
@options.database
@options.sensor("Only sessions and events of this sensor.")
@options.output_format("table", "json")
@options.output
@options.debug
def report(name: str, db: str | None, sensor: str | None, output_format: str, target: str) -> None:
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
    if output_format == "json":
        output.write(to_json(figures), target)
    elif target == output.STDOUT:
        page = to_page(found.page(figures), colour=output.on_terminal(), encoding=sys.stdout.encoding)
        output.write(page)
    else:
        output.write(to_page(found.page(figures)), target)
