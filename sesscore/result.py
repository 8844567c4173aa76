"""What a run came to: the sources that it met, and what became of their records."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sesscore.counts import Counts, Retried
from sesscore.errors import NothingToRead, SesscoreError
from sesscore.ledger import Ledger
from sesscore.met import Met, Problem

SCHEMA = "sesscore.ingest/1"

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


def document(result: IngestResult) -> dict[str, Any]:
    """For JSON."""
    problems = [{"source": where, "problem": what, "hint": hint} for where, what, hint in result.problems]
    return {
        "schema": SCHEMA,
        "ledger": result.ledger.as_dict(),
        "sources": result.sources,
        "sessions": result.sessions,
        "retried": result.retried.as_dict(),
        "elapsed_seconds": round(result.elapsed_seconds, 3),
        "problems": problems,
    }


def nothing_read(result: IngestResult) -> NothingToRead | None:
    """The error of a run that found nothing to read, None of any other."""
    if result.stopped_by or result.did_something:
        return None
    return NothingToRead("no source could be read", hint="sesscore ingest FOLDER, the one with cowrie.json in it")
