"""`report abnormal`: what all sessions add up to, then those with an uncommon number of commands."""

from sesscore.report.attacks import attacks, command_counts, summary, uncommon
from sesscore.report.document import Document
from sesscore.report.snapshot import Snapshot


def compose(snapshot: Snapshot) -> Document:
    """The summary, then the blocks."""
    counts = command_counts(snapshot)
    return snapshot.document([summary(snapshot, counts), attacks(snapshot, uncommon(counts))])
