"""What was written, and what of it is committed: nothing is told as done before its transaction has ended."""

from dataclasses import asdict, dataclass, field

from sesscore.ledger import Ledger


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


class Account:
    """Counts by how far they came. written: all."""

    def __init__(self) -> None:
        self.written = Counts()
        self._open = Counts()  # in the open transaction
        self._ending = Counts()  # in one that another thread ends
        self._committed = Counts()  # and not taken yet

    def add(self, counts: Counts) -> None:
        """Something is written in the open transaction."""
        self.written.add(counts)
        self._open.add(counts)

    def ends(self) -> None:
        """The transaction is about to end. What is written from now on is of the next one."""
        self._ending.add(self._open)
        self._open = Counts()

    def ended(self) -> None:
        """It is committed, if one was about to end."""
        self._committed.add(self._ending)
        self._ending = Counts()

    def take(self) -> Counts:
        """What was committed since this was asked last."""
        committed, self._committed = self._committed, Counts()
        return committed
