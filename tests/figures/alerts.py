"""Alerts of a day: only those that need no enrichment."""

from __future__ import annotations

from functools import lru_cache

from figures.counting import Row, distinct
from figures.selection import Selection, Stretch
from figures.times import average


def alerts(selection: Selection, day: int, piece: Stretch) -> list[Row]:
    """`ip_spike`: more than 1.5 times as many addresses as on average on those of the 7 days before that had sessions.

    The days before are whole days, also where the period does not hold them.
    """
    current = distinct(session.src_ip for session in piece.sessions)
    known = addresses(selection.but(since_us=None, until_us=None))
    before = [known[earlier] for earlier in range(day - 7, day) if earlier in known]
    if not before or 2 * current * len(before) <= 3 * sum(before):
        return []
    mean = average(sum(before), len(before))
    return [
        {
            "type": "ip_spike",
            "severity": "medium",
            "current": current,
            "average": mean,
            "message": f"{current} source addresses, against {mean:.2f} on average on the days before",
        }
    ]


@lru_cache(maxsize=32)
def addresses(whole: Selection) -> dict[int, int]:
    """The number of addresses on each day with a session."""
    pieces = whole.days.items()
    return {day: distinct(session.src_ip for session in piece.sessions) for day, piece in pieces if piece.sessions}
