"""The roll-ups as a report reads them, exact for any period and the days of any zone.

Ingest keeps roll-ups by UTC day. Where a bound is no midnight of UTC, or days are those of another zone, temporary
views of the same names stand before the tables: whole days that are right come from the tables, and the rest is counted
anew from the sessions. So statements know nothing of it, nor does `value_totals`.

    before the period     all days of it, as they are; what lies before it on its first day counts to the day before
    the period            its days, with just what lies in it
    after it              nothing
    elsewhere             other periods, as far away from the calendar as no event is
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import apsw

from sesscore.queries import sql
from sesscore.report.days import EARLIEST_US, LATEST_US, Days, Piece, days_of, is_utc, pieces, runs
from sesscore.report.period import Period
from sesscore.report.zones import DAY_US, Zone, zone

CACHE_KIB = 16 << 10  # of temporary tables; what is more goes to a file

_TABLES = ("event", "session", "value")
_MAKE = ("make_kept", "make_piece", "show_seen", *(f"{verb}_{name}" for verb in ("make", "show") for name in _TABLES))
_FILL = ("fill_event", "fill_value", "fill_session", "fill_start")
_SHIFT = 200_000_000  # days, from one period that stands elsewhere to the next
_REACH = _SHIFT // 4  # days on either side of 1970 that such a period can have
_FIRST_DAY, _END_DAY = EARLIEST_US // DAY_US, -(-LATEST_US // DAY_US)

Ranges = list[tuple[int, int]]  # of UTC days, half open


class Rollups:
    """Of a connection with the functions of readers, in a transaction whose end takes the temporary tables away.

    days: those of which something lies in the period, by the clocks of its zone.
    """

    def __init__(self, connection: apsw.Connection, period: Period, *, forced: bool = False) -> None:
        """forced: with temporary tables, even if the others would do."""
        self._connection = connection
        self._elsewhere = 0
        clocks = zone(period.zone)
        self.days = days_of(period, clocks)
        self._laid = connection.table_exists("temp", "kept")
        if self._laid:
            raise RuntimeError("a transaction has the temporary roll-ups of one period only")
        if forced or not _stored(period, clocks):
            self._lay(*self._parts(period, clocks))

    def elsewhere(self, period: Period) -> Days:
        """Where the roll-ups hold another period too, as it is: days that meet no other ones."""
        clocks = zone(period.zone)
        days = days_of(period, clocks)
        if not self._laid and _stored(period, clocks):
            return days
        if not self._laid:
            self._lay([(_FIRST_DAY, _END_DAY)], [])
        self._elsewhere += 1
        shift = self._elsewhere * _SHIFT
        whole, rest = _split(period) if is_utc(clocks) else ([], self._pieces(period, clocks))
        for first, end in whole:
            for name in _TABLES:
                self._run(f"copy_{name}", first_day=first, end_day=end, shift=shift)
        self._count(replace(piece, day=piece.day + shift) for piece in rest)
        return Days(max(days.first_day, -_REACH) + shift, min(days.end_day, _REACH) + shift, shift)

    def _parts(self, period: Period, clocks: Zone) -> tuple[Ranges, list[Piece]]:
        """Of the period and what lies before it: which days of the tables stay, and what is counted anew."""
        kept, rest = _split(period) if is_utc(clocks) else ([], list(self._pieces(period, clocks)))
        if period.since_us is None:
            return kept, rest
        known = min(period.since_us // DAY_US, self.days.first_day)  # whole days before both
        before = Piece(self.days.first_day - 1, known * DAY_US, period.since_us)
        return [(_FIRST_DAY, known), *kept], [before, *rest]

    def _pieces(self, period: Period, clocks: Zone) -> Iterator[Piece]:
        """The days of a zone on which there can be events."""
        since_us = EARLIEST_US if period.since_us is None else period.since_us
        until_us = LATEST_US if period.until_us is None else period.until_us
        for first, end in runs(active_days(self._connection, since_us, until_us)):
            yield from pieces(max(since_us, first * DAY_US), min(until_us, end * DAY_US), clocks)

    def _lay(self, kept: Ranges, rest: Iterable[Piece]) -> None:
        """Makes the temporary tables, and has views take the place of the others."""
        self._connection.pragma("temp_store", "file")
        self._connection.pragma("cache_size", -CACHE_KIB, schema="temp")
        for name in _MAKE:
            self._run(name)
        self._laid = True
        for first, end in kept:
            self._run("add_kept", first_day=first, end_day=end)
        self._count(rest)

    def _count(self, rest: Iterable[Piece]) -> None:
        """Counts what lies in pieces."""
        for piece in rest:
            if piece.since_us < piece.until_us:
                self._run("add_piece", **_bound(piece))
        for name in _FILL:
            self._run(name)
        self._run("forget_pieces")

    def _run(self, name: str, **values: int) -> None:
        self._connection.execute(sql(f"edges/{name}"), values)


def active_days(connection: apsw.Connection, since_us: int, until_us: int) -> Iterator[int]:
    """The UTC days on which anything happened, of those that a period touches."""
    bounds = {"first_utc": since_us // DAY_US, "end_utc": -(-until_us // DAY_US)}
    return (day for (day,) in connection.execute(sql("edges/days"), bounds))


def _stored(period: Period, clocks: Zone) -> bool:
    """Whether the tables hold its days as they are."""
    return period.whole_days and is_utc(clocks)


def _split(period: Period) -> tuple[Ranges, list[Piece]]:
    """Into whole UTC days, and what is left of the day at either edge."""
    since_us = EARLIEST_US if period.since_us is None else period.since_us
    until_us = LATEST_US if period.until_us is None else period.until_us
    first = _FIRST_DAY if period.since_us is None else -(-since_us // DAY_US)
    end = _END_DAY if period.until_us is None else until_us // DAY_US
    if first > end:  # both bounds in one day
        return [], [Piece(end, since_us, until_us)]
    edges = [Piece(end, end * DAY_US, until_us)] if period.until_us is not None else []
    if period.since_us is not None:
        edges.insert(0, Piece(first - 1, since_us, first * DAY_US))
    return [(first, end)], edges


def _bound(piece: Piece) -> dict[str, int]:
    return {
        "day": piece.day,
        "since_us": piece.since_us,
        "until_us": piece.until_us,
        "first_utc": piece.since_us // DAY_US,
        "last_utc": (piece.until_us - 1) // DAY_US,
    }
