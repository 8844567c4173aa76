"""`sesscore quarantine`."""

import sys
from collections.abc import Callable
from typing import Any

import click

from sesscore.commands import options
from sesscore.outlet import outlet
from sesscore.output import on_terminal

Command = Callable[..., Any]


def _which(command: Command) -> Command:
    """--reason and --source, for both commands."""
    reason = click.option("--reason", metavar="NAME", help="Only records with this reason, like json or no_time.")
    source = click.option(
        "--source", metavar="PATH", help="Only this log: its path, the end of its path, or # and its number."
    )
    return reason(source(command))


@click.group()
def quarantine() -> None:
    """Show what could not be an event, where it stood, and why."""


@quarantine.command("list")
@options.database
@_which
@click.option("--limit", type=click.IntRange(min=0), default=100, show_default=True, help="How many rows; 0 for all.")
@options.format_("table", "json", "jsonl")
@options.debug
def list_(db: str | None, reason: str | None, source: str | None, limit: int, format: str) -> None:
    """Print what is in quarantine, safe to look at."""
    from sesscore.quarantined import EVERYTHING, Wanted, document, lines, page
    from sesscore.render import to_json, to_page
    from sesscore.sqlite_errors import sqlite_errors
    from sesscore.store import open_for_reading

    wanted = Wanted(reason, source, limit or EVERYTHING)
    with (
        outlet() as out,
        open_for_reading(options.database_path(db)) as database,
        sqlite_errors(database.path),
    ):
        if format == "jsonl":
            out.write(lines(database.connection, wanted))
            return
        told = document(database.connection, wanted)
        if format == "json":
            out.write([to_json(told)])
        else:
            out.write([to_page(page(told), colour=on_terminal(), encoding=sys.stdout.encoding)])


@quarantine.command()
@options.database
@_which
@options.output
@options.debug
def export(db: str | None, reason: str | None, source: str | None, output: str) -> None:
    """Write all that is in quarantine as JSON, one row a line.

    The bytes of each are there as text, with escapes for what is no UTF-8, and in base64 as they are.
    """
    from sesscore.quarantined import Wanted, lines
    from sesscore.sqlite_errors import sqlite_errors
    from sesscore.store import open_for_reading

    with (
        outlet(output) as out,
        open_for_reading(options.database_path(db)) as database,
        sqlite_errors(database.path),
    ):
        out.write(lines(database.connection, Wanted(reason, source)))
