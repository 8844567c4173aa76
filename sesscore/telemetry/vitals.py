"""What status files say of transactions, queues and memory, over a run or over many: for benchmarks and campaigns."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sesscore.telemetry.reading import Missing, NotOurs, read_status

LOOK_SECONDS: Final = 0.1


@dataclass
class Vitals:
    """The most of each figure in the documents that were looked at; of queues, at those moments."""

    looks: int = 0
    longest_transaction: float = 0.0
    read_ahead: int = 0
    storing: int = 0
    peak_bytes: int = 0
    wal_bytes: int = 0

    def add(self, document: dict[str, Any]) -> None:
        """One more document, `sesscore.status/1`."""
        queues = document["queues"]
        self.looks += 1
        self.longest_transaction = max(self.longest_transaction, document["transactions"]["longest_seconds"] or 0.0)
        self.read_ahead = max(self.read_ahead, queues["read_ahead"]["depth"] or 0)
        self.storing = max(self.storing, queues["storing"]["depth"] or 0)
        self.peak_bytes = max(self.peak_bytes, document["memory"]["peak_bytes"])
        self.wal_bytes = max(self.wal_bytes, document["wal_bytes"] or 0)

    def merge(self, other: "Vitals") -> None:
        """Adds what another has seen."""
        self.looks += other.looks
        for name in ("longest_transaction", "read_ahead", "storing", "peak_bytes", "wal_bytes"):
            setattr(self, name, max(getattr(self, name), getattr(other, name)))

    def look(self, path: str) -> dict[str, Any] | None:
        """Adds what a status file says now, and gives it; None if there is no file. Raises NotOurs."""
        try:
            document = read_status(path)
        except Missing:
            return None
        self.add(document)
        return document

    def __str__(self) -> str:
        """In one line."""
        return (
            f"longest transaction {self.longest_transaction:.2f} s, at most {self.read_ahead} read ahead and "
            f"{self.storing} being stored, memory up to {self.peak_bytes / 1e6:.0f} MB, "
            f"write-ahead log up to {self.wal_bytes / 1e6:.0f} MB"
        )


@contextmanager
def looking(vitals: Vitals, path: str) -> Iterator[None]:
    """Within the block a status file is looked at ten times a second, and once more when it is over."""
    over = threading.Event()

    def look() -> None:
        while True:
            last = over.wait(LOOK_SECONDS)
            try:
                vitals.look(path)
            except NotOurs:  # whoever judges the file does it elsewhere
                return
            if last:
                return

    thread = threading.Thread(target=look, name="sesscore-vitals", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
