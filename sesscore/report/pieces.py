"""A period in days, weeks or months, those in its midst on which nothing happened too."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from sesscore.report.snapshot import Snapshot

Sensor = tuple[int, str]  # its number and its name


@dataclass(frozen=True)
class Piece:
    """A day, week or month. first, end: its days, half open. sensors: that saw anything in it. days: with anything."""

    first: int
    end: int
    sensors: tuple[Sensor, ...] = ()
    days: int = 0


@dataclass(frozen=True)
class Cut:
    """How time is cut. start: the first day of the piece that a day is in. after: that of the next piece."""

    start: Callable[[int], int]
    after: Callable[[int], int]

    def single(self, snapshot: Snapshot) -> Piece | None:
        """The one piece that the period is, if it is one."""
        first, end = snapshot.period.first_day, snapshot.period.end_day
        if first is None or end is None or first != self.start(first) or end != self.after(first):
            return None
        return Piece(first, end)

    def pieces(self, snapshot: Snapshot) -> Iterator[Piece]:
        """From the first to the last with anything; if the period is one piece, that one in any case."""
        after: int | None = None
        for piece in self._filled(snapshot):
            while after is not None and after < piece.first:
                yield Piece(after, self.after(after))
                after = self.after(after)
            yield piece
            after = piece.end
        if after is None and (single := self.single(snapshot)):
            yield single

    def _filled(self, snapshot: Snapshot) -> Iterator[Piece]:
        """Those with anything."""
        for first, rows in groupby(snapshot.objects("days"), lambda row: self.start(row["day"])):
            sensors: set[Sensor] = set()
            days: set[int] = set()
            for row in rows:
                sensors.add((row["sensor_id"], row["sensor"]))
                days.add(row["day"])
            yield Piece(first, self.after(first), tuple(sorted(sensors, key=lambda one: one[1])), len(days))
