"""`sesscore sql`."""

import sys

import click

from sesscore.commands import options
from sesscore.commands.report import FORMATS, print_report
from sesscore.output import STDOUT


@click.command()
@click.argument("query")
@options.database
@options.format_(*FORMATS)
@options.output
@options.debug
def sql(query: str, db: str | None, format: str, output: str) -> None:
    """Ask the database in SQL; nothing can be changed.

    QUERY: one statement, or - for standard input. docs/design.md has the tables; `session_metrics` and
    `session_activity` are there to stay.
    """
    from dataclasses import replace

    from sesscore.report.period import Period
    from sesscore.report.registry import Report
    from sesscore.report.statement import parse

    text = sys.stdin.read() if query == STDOUT else query
    asked = Report("sql", "", (replace(parse("rows", text, "QUERY"), title=""),), own=True, bare=True)
    print_report(asked, {}, db, None, Period(), False, format, output)
