"""Report timeline: what happened in each day or hour, with running totals and moving averages."""

from __future__ import annotations

from collections import Counter

from figures.counting import Row
from figures.selection import Selection, Stretch
from figures.times import HOUR_US, day_text, hour_of, moment
from figures.times import average as mean

EVENTS = {
    "login_failed": "cowrie.login.failed",
    "login_success": "cowrie.login.success",
    "commands": "cowrie.command.input",
    "downloads": "cowrie.session.file_download",
    "uploads": "cowrie.session.file_upload",
}
AVERAGED = {"day": 7, "hour": 24}


def timeline(selection: Selection, step: str = "day", average: int | None = None) -> Row:
    """Every step between the first and the last with anything, the empty ones too. average: of how many steps."""
    steps = AVERAGED[step] if average is None else average
    if step == "day":
        pieces, width = selection.days, 1
    else:
        pieces, width = selection.by(lambda us: hour_of(us, selection.tz)), HOUR_US
    if not pieces:
        return {"steps": []}
    starts = range(min(pieces), max(pieces) + width, width)
    rows = [_step(pieces.get(start, Stretch())) for start in starts]
    running = 0
    for at, (start, row) in enumerate(zip(starts, rows, strict=True)):
        running += row["sessions"]
        last = rows[max(0, at + 1 - steps) : at + 1]
        row["start"] = day_text(start) if step == "day" else moment(start)
        row["sessions_running"] = running
        row["sessions_average"] = mean(sum(one["sessions"] for one in last), len(last))
    return {"steps": rows}


def _step(piece: Stretch) -> Row:
    counted = Counter(event.eventid for event in piece.events)
    return {
        "sessions": len(piece.sessions),
        "events": len(piece.events),
        **{name: counted[eventid] for name, eventid in EVENTS.items()},
    }
