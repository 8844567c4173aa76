"""What was written: by the open transaction, and by those that are committed."""

from dataclasses import dataclass, field

from sesscore._fold import Folded
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

    def add_folded(self, ledger: Ledger, folded: Folded) -> None:
        """Adds those of a batch."""
        self.ledger.add(ledger)
        self.new_sessions += folded.new_sessions
        self.updated_sessions += folded.updated_sessions
