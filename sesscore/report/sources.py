"""`report sources`: the addresses that attacked, which the statement that lists them counts too."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice

from sesscore.report.document import Column, Document, Figures
from sesscore.report.snapshot import Snapshot
from sesscore.report.values import Kind, Value

_TOTALS = (
    Column("sessions", Kind.COUNT),
    Column("unique_sources", Kind.COUNT, "different sources"),
)


def compose(snapshot: Snapshot) -> Document:
    """The document. Each row tells last how many different addresses there are."""
    found = snapshot.table("sources")
    rows = iter(found.rows)
    first = list(islice(rows, 1))
    different = first[0][-1] if first else 0
    sessions = next(snapshot.objects("totals"))["sessions"]
    return snapshot.document(
        [
            Figures("totals", "Sessions by source", _TOTALS, [sessions, different]),
            replace(found, columns=found.columns[:-1], rows=_without_last(chain(first, rows))),
        ]
    )


def _without_last(rows: Iterator[Sequence[Value]]) -> Iterator[Sequence[Value]]:
    return (row[:-1] for row in rows)
