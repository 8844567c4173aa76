"""`sesscore completion`."""

import click

from sesscore.commands import options
from sesscore.completion import SHELLS, script
from sesscore.outlet import write


@click.command()
@click.argument("shell", type=click.Choice(list(SHELLS)))
@options.debug
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script by which a shell completes commands, options, reports and sensors.

    Packages bring these scripts along. In a virtual environment: eval "$(sesscore completion bash)", the same with
    zsh, or sesscore completion fish | source.
    """
    write(script(shell, context.find_root().command).encode())
