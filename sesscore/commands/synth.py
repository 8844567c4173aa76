"""`sesscore synth`."""

import click

from sesscore.commands import options
from sesscore.output import closed_pipe_is_fine


@click.command()
@click.option("-n", "--events", type=click.IntRange(min=0), default=100_000, show_default=True, help="How many events.")
@click.option("--days", type=click.IntRange(min=1), default=1, show_default=True, help="Over how many days.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same bytes.")
@click.option("--sensors", type=click.IntRange(min=1), default=1, show_default=True, help="How many sensors.")
@click.option(
    "--generation",
    default="mixed",
    show_default=True,
    help="Which Cowrie wrote it: 2017, 2018, 2020, 2024, 2026 or mixed.",
)
@click.option("--start", default="2026-01-01", metavar="DATE", show_default=True, help="The first day.")
@options.output
@click.option("--truth", type=options.FILE, metavar="FILE", help="Write what a correct reader must find, as JSON.")
@options.debug
def synth(
    events: int, days: int, seed: int, sensors: int, generation: str, start: str, output: str, truth: str | None
) -> None:
    """Write a realistic Cowrie log whose truth is known."""
    from sesscore.synth import write

    with closed_pipe_is_fine():
        write(
            output,
            truth_path=truth,
            events=events,
            days=days,
            seed=seed,
            sensors=sensors,
            generation=generation,
            start=start,
        )
