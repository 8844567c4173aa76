"""A period in days, weeks or months; those between on which nothing happened are there too, but for long breaks."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from sesscore.report.calendar import EMPTY
from sesscore.report.snapshot import Snapshot

Sensor = tuple[int, str]  # its number and its name


@dataclass(frozen=True)
class Piece:
    """A day, week or month. first, end: its days, half open. seen: the days on which each sensor saw anything."""

    first: int
    end: int
    seen: Mapping[Sensor, tuple[int, ...]] = field(default_factory=dict)

    @property
    def days(self) -> list[int]:
        """The days on which anything happened."""
        return sorted({day for days in self.seen.values() for day in days})

    def of(self, sensor: Sensor) -> "Piece":
        """The same for one sensor."""
        return Piece(self.first, self.end, {sensor: self.seen[sensor]})


@dataclass(frozen=True)
class Cut:
    """How time is cut. start: the first day of the piece that a day is in. after: that of the next piece."""

    start: Callable[[int], int]
    after: Callable[[int], int]

    def single(self, snapshot: Snapshot) -> bool:
        """Whether the period is one piece."""
        if snapshot.period.since_us is None or snapshot.period.until_us is None:
            return False
        first = snapshot.first_day
        return first == self.start(first) and snapshot.end_day == self.after(first)

    def pieces(self, snapshot: Snapshot) -> Iterator[Piece]:
        """From the first to the last with anything; if the period is one piece, that one in any case.

        Of more than EMPTY without anything in a row there is none: a clock that was wrong once would make thousands.
        """
        before: Piece | None = None
        for piece in self._filled(snapshot):
            if before is not None:
                yield from self._between(before, piece)
            yield piece
            before = piece
        if before is None and self.single(snapshot):
            yield Piece(snapshot.first_day, snapshot.end_day)

    def _between(self, before: Piece, piece: Piece) -> list[Piece]:
        """The empty ones, if they are not too many."""
        empty: list[Piece] = []
        first = before.end
        while first < piece.first:
            if len(empty) == EMPTY:
                return []
            empty.append(Piece(first, self.after(first)))
            first = empty[-1].end
        return empty

    def _filled(self, snapshot: Snapshot) -> Iterator[Piece]:
        """Those with anything, their sensors by name."""
        for first, rows in groupby(snapshot.objects("days"), lambda row: self.start(row["day"])):
            seen: dict[Sensor, list[int]] = {}
            for row in rows:
                seen.setdefault((row["sensor_id"], row["sensor"]), []).append(row["day"])
            by_name = sorted(seen, key=lambda sensor: sensor[1])
            yield Piece(first, self.after(first), {sensor: tuple(seen[sensor]) for sensor in by_name})
