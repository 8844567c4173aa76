"""`sesscore schema`."""

import click

from sesscore.commands import options
from sesscore.outlet import write


def _names(context: click.Context, parameter: click.Parameter, begin: str) -> list[str]:
    from sesscore.completion import plain
    from sesscore.schemas import names

    return plain(names(), begin)


@click.command()
@click.argument("name", required=False, shell_complete=_names)
@options.debug
def schema(name: str | None) -> None:
    """Print the JSON Schema of a document that sesscore writes.

    NAME: what stands in its `schema`, with or without `sesscore.` and the version. Without it: all names.
    """
    from sesscore.render import to_json
    from sesscore.schemas import names, schema_of

    if name is None:
        write("".join(f"{one}\n" for one in names()).encode())
    else:
        write(to_json(schema_of(name)))
