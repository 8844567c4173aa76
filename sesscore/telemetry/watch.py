"""Shows runs again and again until they are over."""

import sys
import time
from collections.abc import Callable, Sequence

from sesscore.telemetry.page import check_line, page
from sesscore.telemetry.standing import Standing

Look = Callable[[], Sequence[Standing]]

REDRAW_SECONDS = 0.5
LINE_SECONDS = 10.0


def watch(look: Look) -> None:
    """Draws all runs on a terminal, in one place; elsewhere writes a line now and then. Ends when none goes on."""
    if sys.stdout.isatty():
        _drawn(look)
    else:
        _written(look)


def _drawn(look: Look) -> None:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    def text(standings: Sequence[Standing]) -> Text:
        return Text("\n".join(page(standings)), no_wrap=True, overflow="ellipsis")  # no markup: they are names of files

    standings = look()
    with Live(text(standings), console=Console(), auto_refresh=False, redirect_stdout=False) as live:
        while any(one.goes_on for one in standings):
            time.sleep(REDRAW_SECONDS)
            standings = look()
            live.update(text(standings), refresh=True)


def _written(look: Look) -> None:
    written = 0.0
    while True:
        standings = look()
        over = not any(one.goes_on for one in standings)
        if over or time.monotonic() - written >= LINE_SECONDS:
            print(check_line(standings), flush=True)
            written = time.monotonic()
        if over:
            return
        time.sleep(REDRAW_SECONDS)
