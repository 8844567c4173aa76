"""`sesscore matchers`."""

import sys

import click

from sesscore.commands import options
from sesscore.outlet import write
from sesscore.output import on_terminal


@click.command("matchers")
@options.database
@options.matchers
@options.format_("table", "json")
@options.debug
def matchers(db: str | None, matchers: tuple[str, ...], format: str) -> None:
    """Print what names the session of an event, in the order of asking."""
    from sesscore.matched import document, page
    from sesscore.render import to_json, to_page

    told = document(options.load_matchers(matchers), options.database_path(db))
    if format == "json":
        write(to_json(told))
    else:
        write(to_page(page(told), colour=on_terminal(), encoding=sys.stdout.encoding))
