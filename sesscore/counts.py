"""What was written, and what of it is committed: nothing is told as done before its transaction has ended."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

from sesscore.ledger import Ledger
from sesscore.telemetry.run import Counters


@dataclass
class Counts:
    """Records by fate, and what became of sessions. A join counts as an update of the session that stays."""

    ledger: Ledger = field(default_factory=Ledger)
    new_sessions: int = 0
    updated_sessions: int = 0

    def add(self, other: "Counts") -> None:
        """Adds those of another."""
        self.ledger.add(other.ledger)
        self.new_sessions += other.new_sessions
        self.updated_sessions += other.updated_sessions


@dataclass
class Retried:
    """What became of the quarantine. records: by how many fewer it holds.

    rows: all of them. read: those of which something else came. not_there: those whose bytes are nowhere any more.
    """

    records: int = 0
    rows: int = 0
    read: int = 0
    kept: int = 0
    not_there: int = 0

    def as_dict(self) -> dict[str, int]:
        """For JSON."""
        return asdict(self)


class Commit(NamedTuple):
    """A transaction that has ended, and all that this run had written by then.

    matched, reasons: see `Run`. source, offset: of its last batch, or of the last one before. began, ended: by the
    clock that is never set.
    """

    counters: Counters = Counters()
    matched: tuple[int, int, int] = (0, 0, 0)
    reasons: dict[str, int] = {}  # noqa: RUF012 - never changed
    source: str | None = None
    offset: int = 0
    began: float = 0.0
    ended: float = 0.0


Told = Callable[[Commit], None]


def _ignore(commit: Commit) -> None:
    """Nobody wants to know."""


class Account:
    """Counts by how far they came. written: all.

    told: of each transaction that has ended. base: the last one of the account before this one, in the same run.
    """

    def __init__(self, told: Told = _ignore, base: Commit | None = None) -> None:
        self.written = Counts()
        self._told = told
        self._base = base or Commit()
        self.reasons = dict(self._base.reasons)
        self.place = self._base.source, self._base.offset
        """Where the last batch that was written ends."""
        self._mended = Ledger()  # what left the ledger again
        self._open = Counts()  # in the open transaction
        self._ending = Counts()  # in one that another thread ends
        self._commit: Commit | None = None  # of that one
        self._committed = Counts()  # and not taken yet

    def add(self, counts: Counts) -> None:
        """Something is written in the open transaction."""
        self.written.add(counts)
        self._open.add(counts)

    def mend(self, change: Ledger) -> None:
        """Records leave the quarantine. What became of them is added apart."""
        self.add(Counts(change))
        self._mended.take(change)

    @property
    def counters(self) -> Counters:
        """All that was ever written, as figures that never fall: what left the quarantine since is still among them."""
        mended, written, base = self._mended, self.written, self._base.counters
        ledger = written.ledger
        return Counters(
            ledger.lines + mended.lines + base.lines,
            ledger.events + mended.events + base.events,
            ledger.duplicates + mended.duplicates + base.duplicates,
            ledger.sessionless + mended.sessionless + base.sessionless,
            ledger.quarantined + mended.quarantined + base.quarantined,
            ledger.blank + mended.blank + base.blank,
            written.new_sessions + base.sessions_new,
            written.updated_sessions + base.sessions_updated,
        )

    def matched(self, here: tuple[int, int, int]) -> tuple[int, int, int]:
        """Those of the run. here: of this account."""
        full, only, event = self._base.matched
        return full + here[0], only + here[1], event + here[2]

    def ends(self, began: float, matched: tuple[int, int, int]) -> None:
        """The transaction is about to end. What is written from now on is of the next one."""
        self._ending.add(self._open)
        self._open = Counts()
        self._commit = Commit(self.counters, self.matched(matched), dict(self.reasons), *self.place, began)

    def ended(self, at: float) -> None:
        """It is committed, if one was about to end."""
        commit, self._commit = self._commit, None
        if commit is None:
            return
        self._committed.add(self._ending)
        self._ending = Counts()
        self._told(commit._replace(ended=at))

    def take(self) -> Counts:
        """What was committed since this was asked last."""
        committed, self._committed = self._committed, Counts()
        return committed
