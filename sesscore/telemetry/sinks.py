"""What gets the documents and milestones of a run.

A sink is called by one thread only, the beat's, until `close`, which comes last and after the last document. It may
be slow, but then all of them are late: one that waits for somebody else has a thread of its own. What it raises is said
once, and it is dropped; the work goes on.
"""

from collections.abc import Mapping
from typing import Any, Protocol

Document = Mapping[str, Any]
"""A status document, or a milestone. All sinks get the same one: it is only read."""


class Sink(Protocol):
    """Gets what a run says of itself."""

    @property
    def interval(self) -> float:
        """Seconds between two documents. It gets one more at each change of phase and state, and a first and a last."""

    @property
    def wants_milestones(self) -> bool:
        """Whether `milestone` does anything. If no sink wants any, none are made."""

    def beat(self, document: Document) -> None:
        """A document, `sesscore.status/1`."""

    def milestone(self, event: Document) -> None:
        """Something happened, `sesscore.milestone/1`: before the document that shows it, in order."""

    def close(self) -> None:
        """The run is over."""
