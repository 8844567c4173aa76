"""When a transaction has held enough, and is committed."""

import time

COMMIT_BYTES = 128 * 1024 * 1024  # of log
COMMIT_RECORDS = 500_000  # more than COMMIT_BYTES of usual lines hold: of short ones it is less than that
COMMIT_TALLIES = 1 << 16  # counts of roll-ups, of which each takes some 150 bytes until it is stored
COMMIT_SECONDS = 2.0


class Cadence:
    """What the open transaction holds, and how old it is. commit_bytes: in place of COMMIT_BYTES.

    A batch is never split, so a transaction can hold what one batch has more than its bound.
    """

    def __init__(self, commit_bytes: int | None = None) -> None:
        self._commit_bytes = commit_bytes or COMMIT_BYTES
        self._log_bytes = 0
        self._records = 0
        self._began: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is a transaction."""
        return self._began is not None

    def begin(self) -> float:
        """A transaction begins; what was before is committed. Says when that had begun, or else when this one does."""
        now = time.monotonic()
        before = self.end()
        self._began = now
        return before or now

    def end(self) -> float | None:
        """What was before is committed, and nothing begins. Says when it had begun."""
        began, self._began = self._began, None
        self._log_bytes = self._records = 0
        return began

    def add(self, log_bytes: int, records: int) -> None:
        """A batch came to the transaction."""
        self._log_bytes += log_bytes
        self._records += records

    def is_due(self, tallies: int) -> bool:
        """Whether to commit. tallies: counts of roll-ups that wait."""
        full = self._log_bytes >= self._commit_bytes or self._records >= COMMIT_RECORDS or tallies >= COMMIT_TALLIES
        return full or (self._began is not None and time.monotonic() - self._began >= COMMIT_SECONDS)
