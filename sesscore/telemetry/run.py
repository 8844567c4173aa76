"""The live figures of one run: work sets them, and whoever watches reads them.

To set one is an attribute store, from any thread. Nothing here waits, writes a file or knows who reads; figures that
belong together are one tuple, so nobody sees half of them. A run that nobody watches is the same object, unread.
"""

import os
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final, Literal, NamedTuple, get_args

from sesscore.telemetry.times import Times

State = Literal["running", "degraded", "complete", "stopped", "failed"]
STATES: Final[tuple[str, ...]] = get_args(State)
Unit = Literal["bytes", "events", "sessions", "records", "pages", "statements"]

MOST_MILESTONES: Final = 1024  # that wait for the beat; a hook that is slow has a queue of its own


class Counters(NamedTuple):
    """Records by fate, and sessions; all of this run."""

    lines: int = 0
    events: int = 0
    duplicates: int = 0
    sessionless: int = 0
    quarantined: int = 0
    blank: int = 0
    sessions_new: int = 0
    sessions_updated: int = 0


class Checkpoint(NamedTuple):
    """The last commit. at: by the clock on the wall; monotonic: by the one that is never set.

    source, offset: of the last batch in it. events: new ones of the run that are committed.
    """

    at: float
    monotonic: float
    source: str | None
    offset: int
    events: int


class SourceNow(NamedTuple):
    """The source that is being read. offset: unpacked; stored_offset, size: as stored."""

    path: str
    offset: int
    size: int
    stored_offset: int


class Trouble(NamedTuple):
    """An error. at: by the clock on the wall."""

    at: float
    what: str
    where: str
    hint: str
    exit_code: int


class Run:
    """What a command does, and how far it is.

    Figures are set as they change; `enter`, `degraded`, `recovered`, `ended` and `milestone` wake who watches. Those
    that cost something to tell are functions, which are asked when a document is made, in the thread of the beat.
    """

    def __init__(
        self, command: str = "", *, db: str | None = None, sensor: str | None = None, sensors: tuple[str, ...] = ()
    ) -> None:
        self.run_id = os.urandom(16).hex()
        self.pid = os.getpid()
        self.command = command
        self.db = db
        self.sensor = sensor
        self.sensors = sensors
        self.started = time.time()
        self.began = time.monotonic()
        self.state: State = "running"

        # The phase and its work
        self.phase = "starting"
        self.phase_started = self.started
        self.phase_began = self.began
        self.unit: Unit | None = None
        self.unit_phase = ""
        """The phase that brought the unit: later ones may go on with its work."""
        self.unit_began = self.began
        self.total: int | None = None
        self.current = 0
        self.skipped = 0
        """Of `current`: what was done before this run, so that it took no time."""
        self.position: Callable[[], tuple[int, int]] | None = None
        """Gives `current` and `skipped` in their places."""

        # What came of it
        self.written = Counters()
        self.committed = Counters()
        self.matched = (0, 0, 0)
        """New sessions that are full_delimited, session_id_only, event_session; one that changes moves over."""
        self.sessions_total: int | None = None
        self.reasons: dict[str, int] = {}
        """Of what came into quarantine."""
        self.checkpoint: Checkpoint | None = None
        self.transactions = Times()

        # Where it comes from
        self.sources: dict[str, int] = {}
        """read, unchanged, alien, unreadable, pending"""
        self.sources_done = 0
        self.sources_total: int | None = None
        self.source_now: Callable[[], SourceNow | None] | None = None
        self.read_ahead: Callable[[], tuple[int, int]] | None = None
        """Depth and limit of a queue."""
        self.storing: Callable[[], tuple[int, int]] | None = None

        # What went wrong
        self.problems = 0
        self.last_error: Trouble | None = None
        self.hooks_dropped = 0
        """Milestones for which there was no room here."""
        self.undelivered: Callable[[], int] | None = None
        """How many more its hook has lost."""

        # Who watches
        self.wake: Callable[[], None] = _nothing
        self.listening = False
        """Whether milestones are wanted."""
        self.milestones: deque[dict[str, Any]] = deque()
        self._entered = {self.phase}

    @property
    def watched(self) -> bool:
        """Whether anybody asks for the figures: what only they need is not worth working out otherwise."""
        return self.wake is not _nothing

    @property
    def over(self) -> bool:
        """Whether it ended, in whatever way."""
        return self.state not in ("running", "degraded")

    def enter(self, phase: str, unit: Unit | None = None, total: int | None = None) -> None:
        """Begins a phase, unless it was begun before: each is there once. Without a unit the work of the last goes on.

        total: of the unit; None while it is not known.
        """
        if phase in self._entered or self.over:
            return
        self._entered.add(phase)
        self.phase_began, self.phase_started = time.monotonic(), time.time()
        if unit is not None:
            self.position = None
            self.current = self.skipped = 0
            self.unit, self.total = unit, total
            self.unit_phase, self.unit_began = phase, self.phase_began
        self.phase = phase
        self.milestone("phase", phase=phase)
        self.wake()

    def degraded(self, error: Trouble) -> None:
        """The work waits for something to pass."""
        if self.over:
            return
        self.last_error = error
        self.state = "degraded"
        self.milestone("degraded", error=error_of(error))
        self.wake()

    def recovered(self) -> None:
        """It goes on."""
        if self.state == "degraded":
            self.state = "running"
            self.milestone("recovered")
            self.wake()

    def fails(self, error: BaseException) -> None:
        """It ended with an error."""
        if not self.over:
            self.last_error = trouble(error)
            self.ended("failed", error=error_of(self.last_error))

    def ended(self, state: State, **more: Any) -> None:
        """Nothing follows. more: of the milestone. A second call does nothing."""
        if self.over:
            return
        self.phase_began, self.phase_started = time.monotonic(), time.time()
        self.phase = state
        self.state = state
        self.milestone("finished" if state == "complete" else state, **more)
        self.wake()

    def milestone(self, event: str, **more: Any) -> None:
        """Something happened. It waits for the beat; if too many do, this one is lost and counted."""
        if not self.listening:
            return
        if len(self.milestones) >= MOST_MILESTONES:
            self.hooks_dropped += 1
            return
        self.milestones.append({"event": event, "at": time.time(), **more})
        self.wake()


def trouble(error: BaseException) -> Trouble:
    """An error, as it is told; of `SesscoreError` all that it says."""
    what = getattr(error, "what", None) or f"{type(error).__name__}: {error}"
    where, hint = getattr(error, "where", ""), getattr(error, "hint", "")
    return Trouble(time.time(), what, where, hint, getattr(error, "exit_code", 1))


def error_of(error: Trouble) -> dict[str, Any]:
    """For JSON, without the time."""
    return {"what": error.what, "where": error.where, "hint": error.hint, "exit_code": error.exit_code}


def _nothing() -> None:
    pass
