"""`sesscore merge`."""

import click

from sesscore.commands import options
from sesscore.commands.telemetry import Telemetry, telemetry
from sesscore.outlet import write
from sesscore.safetext import safe
from sesscore.wording import counted


@click.command()
@click.argument("others", nargs=-1, required=True, type=options.FILE, metavar="DB...")
@options.database
@options.format_("text", "json")
@telemetry
@options.debug
def merge(others: tuple[str, ...], db: str | None, format: str, telemetry: Telemetry) -> None:
    """Add what other databases hold; what is there already adds nothing.

    DB: databases of other sensors, or of other logs. They are only read.
    """
    from sesscore.merge import merge as run

    path = options.database_path(db, make_folder=True)
    with telemetry.watching("merge", path) as watched:
        result = run(others, db=path, run=watched)
    if format == "json":
        from sesscore.render import to_json

        write(to_json(result.as_dict()))
        return
    for one in result.databases:
        told = (
            f"{one.path}: {counted(one.events, 'event')} of {counted(one.sources, 'source')}, {one.duplicates:,} known"
        )
        told += f"; {counted(one.sessions_new, 'session')} new, {one.sessions_updated:,} updated"
        click.echo(safe(told), err=True)
    click.echo(f"{counted(result.sessions, 'session')} in {result.elapsed_seconds:.1f} s", err=True)
