"""What a report is about: logs within a period [since, until), of one sensor or all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

from figures.logs import Logs, Seen
from figures.times import day_of
from sesscore.recount import Activity, Session

LOGINS = ("login_failed", "login_success")
TRANSFERS = ("download", "upload")

_K = TypeVar("_K", bound=Hashable)


@dataclass
class Stretch:
    """What happened in some time: the sessions that began, the events, and among them the activities."""

    sessions: list[Session] = field(default_factory=list)
    events: list[Seen] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)

    def of(self, *kinds: str) -> list[Activity]:
        """The activities of some kinds."""
        return [activity for activity in self.activities if activity.kind in kinds]


@dataclass(frozen=True)
class Selection:
    """Logs, a period of which each bound may be absent, a sensor or None for all, and whose calendar tells days."""

    logs: Logs
    since_us: int | None = None
    until_us: int | None = None
    sensor: str | None = None
    tz: str = "UTC"

    def holds(self, us: int) -> bool:
        """Whether a moment lies in the period."""
        return (self.since_us is None or us >= self.since_us) and (self.until_us is None or us < self.until_us)

    def day(self, us: int) -> int:
        """The day of a moment."""
        return day_of(us, self.tz)

    def but(self, **changes: object) -> Selection:
        """The same with something else in its place."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @cached_property
    def stretch(self) -> Stretch:
        """All that is selected: events and activities by their own time, sessions by their start."""
        return Stretch(list(self._sessions()), list(self._events()), list(self._activities()))

    @cached_property
    def days(self) -> dict[int, Stretch]:
        """The same in days."""
        return self.by(self.day)

    def by(self, key: Callable[[int], _K]) -> dict[_K, Stretch]:
        """The same in pieces, by what `key` says of a moment."""
        pieces: dict[_K, Stretch] = defaultdict(Stretch)
        for session in self.stretch.sessions:
            pieces[key(session.started_us)].sessions.append(session)
        for event in self.stretch.events:
            pieces[key(event.at_us)].events.append(event)
        for activity in self.stretch.activities:
            pieces[key(activity.at_us)].activities.append(activity)
        return dict(pieces)

    def _ours(self, sensor: str) -> bool:
        return self.sensor is None or sensor == self.sensor

    def _sessions(self) -> Iterator[Session]:
        return (s for s in self.logs.sessions if self._ours(s.sensor) and self.holds(s.started_us))

    def _events(self) -> Iterator[Seen]:
        return (e for e in self.logs.events if self._ours(e.sensor) and self.holds(e.at_us))

    def _activities(self) -> Iterator[Activity]:
        of_sensor = (session for session in self.logs.sessions if self._ours(session.sensor))
        return (a for session in of_sensor for a in session.activities if self.holds(a.at_us))
