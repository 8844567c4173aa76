"""Report timeline: what happened in each day or hour, with running totals and moving averages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from figures.counting import EMPTY, Row
from figures.selection import Selection, Stretch
from figures.times import HOUR_US, clock_text, day_text, hour_after, hour_of, moment
from figures.times import average as mean

EVENTS = {
    "login_failed": "cowrie.login.failed",
    "login_success": "cowrie.login.success",
    "commands": "cowrie.command.input",
    "downloads": "cowrie.session.file_download",
    "uploads": "cowrie.session.file_upload",
}
AVERAGED = {"day": 7, "hour": 24}
WIDTH = {"day": 1, "hour": HOUR_US}


def timeline(selection: Selection, by: str = "day", average: int | None = None) -> Row:
    """Every step from the first to the last with anything; no empty ones if they are many in a row.

    average: of how many steps.
    """
    pieces = selection.days if by == "day" else selection.by(lambda us: hour_of(us, selection.tz))
    width, most = WIDTH[by], average or AVERAGED[by]
    starts = list(_starts(sorted(pieces), by, selection.tz))
    rows = [_step(pieces.get(start, Stretch())) for start in starts]
    running = 0
    for at, (start, row) in enumerate(zip(starts, rows, strict=True)):
        running += row["sessions"]
        first = at
        while first > 0 and starts[first - 1] >= start - (most - 1) * width:
            first -= 1
        if by == "day":
            row["start"] = day_text(start)
        else:
            row |= {"start": moment(start), "clock": clock_text(start, selection.tz)}
        row["sessions_running"] = running
        steps = min(most, (start - starts[0]) // width + 1)
        row["sessions_average"] = mean(sum(one["sessions"] for one in rows[first : at + 1]), steps)
    return {"steps": rows}


def _starts(filled: list[int], by: str, tz: str) -> Iterator[int]:
    """With those of empty steps between them."""
    for at, start in enumerate(filled):
        yield start
        following = filled[at + 1] if at + 1 < len(filled) else start
        if following - start <= (EMPTY + 1) * WIDTH[by]:
            between = start
            while (between := between + 1 if by == "day" else hour_after(between, tz)) < following:
                yield between


def _step(piece: Stretch) -> Row:
    counted = Counter(event.eventid for event in piece.events)
    return {
        "sessions": len(piece.sessions),
        "events": len(piece.events),
        **{name: counted[eventid] for name, eventid in EVENTS.items()},
    }
