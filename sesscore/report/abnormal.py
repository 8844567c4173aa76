"""`report abnormal`: what all sessions add up to, then those with an uncommon number of commands."""

from sesscore.report.attacks import Uncommon, attacks, command_counts, summary
from sesscore.report.document import Document
from sesscore.report.snapshot import Snapshot


def compose(snapshot: Snapshot) -> Document:
    """The summary, then the blocks."""
    counts = command_counts(snapshot)
    uncommon = Uncommon(snapshot, counts)
    return snapshot.document([summary(counts, uncommon), attacks(snapshot, uncommon)])
