"""Which source brought an event that a merge found to be new: known only where one source can have.

A part does not say from which of its session's sources an event came. What is known: how many events of the session
each source gave in its own database, and by how many it grew since it was merged before (`Incoming.room`). An
assignment that keeps to both always exists, for the true one does; of several the first is taken.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from sesscore.merge_sources import Incoming

# source_id, first record, last record, events: a row of session_source
Share = tuple[int, int, int, int]
# session_key, source_id, first record, last record, events: a row of session_source here
Given = tuple[int, int, int, int, int]


@dataclass
class _Session:
    """A session with new events. shares: by source in the other database, those that bring something."""

    key: int
    shares: dict[int, Share]
    given: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))


class Credits:
    """Collects sessions with new events, and gives rows of `session_source` for them.

    sources: those that bring something, by their id in the other database.
    """

    def __init__(self, sources: dict[int, Incoming]) -> None:
        self._sources = sources
        self._doubtful: list[tuple[_Session, int]] = []
        self._sessions: list[_Session] = []

    def of(self, key: int, shares: list[Share], events: int) -> list[Given]:
        """What one source brings a session; what several may bring waits for `rest`."""
        session = _Session(key, {share[0]: share for share in shares if share[0] in self._sources})
        if len(session.shares) > 1:
            self._doubtful.append((session, events))
            return []
        for their_id in session.shares if events else ():
            self._give(session, their_id, events)
        return list(self._given(session))

    def rest(self) -> Iterator[Given]:
        """The rows of all that waited, session by session."""
        for session, events in self._doubtful:
            self._sessions.append(session)
            left = events
            # A source that is new here is the likelier one.
            for their_id in sorted(session.shares, key=lambda one: self._sources[one].brought > 0):
                more = min(left, self._sources[their_id].room, session.shares[their_id][3])
                self._give(session, their_id, more)
                left -= more
            for _ in range(left):
                self._push(session, set())
        for session in self._sessions:
            yield from self._given(session)

    def _give(self, session: _Session, their_id: int, events: int) -> None:
        session.given[their_id] += events
        self._sources[their_id].given += events

    def _push(self, session: _Session, seen: set[int]) -> bool:
        """Credits one more event of a session, by moving events of other sessions to other sources if need be."""
        for their_id, (*_, share) in session.shares.items():
            if their_id in seen or session.given[their_id] >= share:
                continue
            seen.add(their_id)
            if self._sources[their_id].room > 0:
                self._give(session, their_id, 1)
                return True
            for other in self._sessions:
                if other is not session and other.given[their_id] and self._push(other, seen):
                    other.given[their_id] -= 1
                    session.given[their_id] += 1
                    return True
        return False

    def _given(self, session: _Session) -> Iterator[Given]:
        for their_id, (_, first, last, _) in session.shares.items():
            if session.given[their_id]:
                yield session.key, self._sources[their_id].row.source_id or 0, first, last, session.given[their_id]
