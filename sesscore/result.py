"""What a run came to: the sources that it met, and what became of their records."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sesscore.counts import Counts, Retried
from sesscore.errors import SesscoreError
from sesscore.ledger import Ledger
from sesscore.met import Met, Problem

Degraded = Callable[[SesscoreError | None], None]
"""Is told why nothing can be stored for now, and None when it can be again."""


@dataclass
class IngestResult:
    """What a run did.

    counts: what is committed. sessions_total: in the database. stopped_by: a signal, if one did. only_retry: only the
    quarantine was to be read.
    """

    counts: Counts = field(default_factory=Counts)
    met: Met = field(default_factory=Met)
    sessions_total: int = 0
    retried: Retried = field(default_factory=Retried)
    elapsed_seconds: float = 0.0
    stopped_by: int = 0
    only_retry: bool = False

    @property
    def ledger(self) -> Ledger:
        """Of this run, less what left the quarantine."""
        return self.counts.ledger

    @property
    def sessions(self) -> dict[str, int]:
        """In the database, and what this run did to them."""
        counts = self.counts
        return {"total": self.sessions_total, "new": counts.new_sessions, "updated": counts.updated_sessions}

    @property
    def sources(self) -> dict[str, int]:
        """Of this run, by what they were."""
        return self.met.sources

    @property
    def problems(self) -> list[Problem]:
        """What was not read, or not whole."""
        return self.met.problems

    @property
    def quarantined(self) -> int:
        """Records that came into quarantine, whatever left it."""
        return self.ledger.quarantined + self.retried.records

    @property
    def did_something(self) -> bool:
        """Whether it could do what it was asked for."""
        return self.only_retry or self.readable > 0

    @property
    def readable(self) -> int:
        """Sources that were logs."""
        sources = self.sources
        return sources["read"] + sources["unchanged"]
