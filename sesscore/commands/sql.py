"""`sesscore sql`."""

import os
import sys

import click

from sesscore.commands import options
from sesscore.commands.report import FORMATS, print_report
from sesscore.commands.telemetry import Telemetry, telemetry
from sesscore.output import STDOUT


@click.command()
@click.argument("query")
@options.database
@options.format_(*FORMATS)
@options.output
@telemetry
@options.debug
def sql(query: str, db: str | None, format: str, output: str, telemetry: Telemetry) -> None:
    """Ask the database in SQL; nothing can be changed.

    QUERY: one statement, or - for standard input. docs/interop.md has the tables and views, as has the table
    `column_description`; `session_metrics` and `session_activity` are there to stay.
    """
    from dataclasses import replace

    from sesscore.report.period import Period
    from sesscore.report.registry import Report
    from sesscore.report.statement import parse

    text = _text(sys.stdin.buffer.read() if query == STDOUT else os.fsencode(query))
    asked = Report("sql", "", (replace(parse("rows", text, "QUERY"), title=""),), own=True, bare=True)
    print_report(asked, {}, db, None, Period(), False, format, output, telemetry)


def _text(query: bytes) -> str:
    from sesscore.errors import UsageError

    try:
        return query.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"the question is no UTF-8: {error.reason}", where=f"QUERY, byte {error.start}") from error
