"""How a month compares with the month before, in percent."""

from collections.abc import Mapping
from typing import NamedTuple

from sesscore.report.calendar import month_of
from sesscore.report.fractions import percent
from sesscore.report.pieces import Piece
from sesscore.report.snapshot import Snapshot
from sesscore.report.tallies import Tallies


class _Compared(NamedTuple):
    sessions: int
    unique_ips: int
    transfers: int


class Trends:
    """Asked for one month after the other. They compare with a whole month, also where the period does not hold it."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._last: dict[int | None, tuple[int, _Compared]] = {}  # by sensor: a whole month and its figures

    def of(self, piece: Piece, tallies: Tallies, sensor_id: int | None) -> Mapping[str, float | None]:
        """The changes of a month; None if there was nothing before."""
        files = tallies.files
        now = _Compared(
            tallies.sessions["total"], tallies.sessions["unique_ips"], files["downloads_total"] + files["uploads_total"]
        )
        was = self._before(piece.first, sensor_id)
        since_us = self._snapshot.period.since_us
        if since_us is None or since_us <= self._snapshot.begins(piece.first):
            self._last[sensor_id] = piece.first, now
        return {
            "sessions_change": percent(was.sessions, now.sessions),
            "unique_ips_change": percent(was.unique_ips, now.unique_ips),
            "files_change": percent(was.transfers, now.transfers),
        }

    def _before(self, first: int, sensor_id: int | None) -> _Compared:
        """The figures of the month before."""
        month = month_of(first - 1)
        known, figures = self._last.get(sensor_id, (None, None))
        if figures is not None and known == month:
            return figures
        whole = self._snapshot.whole_days(month, first)
        bounds = {"first_day": whole.first_day, "end_day": whole.end_day, "sensor_id": sensor_id}
        return _Compared(**next(self._snapshot.objects("before", **bounds)))
