"""`sesscore doctor`."""

import os
import sys

import click
from click.core import ParameterSource

from sesscore.commands import options
from sesscore.outlet import write

_DEFAULT = "default"


@click.command()
@options.database
@click.option("--check", is_flag=True, help="Look through the whole database for damage, too.")
@options.format_("text", "json")
@options.debug
@click.pass_context
def doctor(context: click.Context, db: str | None, check: bool, format: str) -> None:
    """Look for what is wrong with versions, settings, the database and the place where it lies.

    It changes nothing. Exit code 0: nothing is wrong. Else: the one with which a command would end for the first
    problem, or 3 if none would.
    """
    from sesscore.doctor.examination import examine
    from sesscore.doctor.findings import Asked
    from sesscore.doctor.page import page

    origin = _origin(context)
    found = examine(Asked(options.database_path(db), origin, origin.startswith(_DEFAULT), check))
    if format == "json":
        write(_json(found.document()))
    else:
        write(page(found).encode(sys.stdout.encoding or "utf-8", "backslashreplace"))
    context.exit(found.exit_code)


def _origin(context: click.Context) -> str:
    """Where the name of the database comes from."""
    source = context.get_parameter_source("db")
    if source is ParameterSource.COMMANDLINE:
        return "command line"
    if source is ParameterSource.ENVIRONMENT:
        option = next(one for one in context.command.params if isinstance(one, click.Option) and one.name == "db")
        return "variable " + next(name for name in options.variables(option, context) if os.environ.get(name))
    settings = context.find_root().ensure_object(options.Settings)
    if source is ParameterSource.DEFAULT_MAP:
        return f"file {settings.configuration}"
    return _DEFAULT if settings.unconfigured is None else f"{_DEFAULT}, for the configuration cannot be used"


def _json(document: dict[str, object]) -> bytes:
    """Without orjson, which may be what is broken."""
    import json

    from sesscore.safetext import safe_json

    return f"{safe_json(json.dumps(document, indent=2))}\n".encode()
