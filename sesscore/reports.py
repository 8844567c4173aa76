"""Every report by name: what it asks the database, and how its figures stand on a page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import apsw

from sesscore import summary
from sesscore.errors import UsageError
from sesscore.queries import Bounds
from sesscore.render import Block


@dataclass(frozen=True)
class Report:
    """`document` reads the figures; `page` lays the same figures out for people."""

    document: Callable[[apsw.Connection, Bounds], dict[str, Any]]
    page: Callable[[dict[str, Any]], list[Block]]


REPORTS = {"summary": Report(summary.document, summary.page)}


def report(name: str) -> Report:
    """The report of that name, or a UsageError that lists those there are."""
    try:
        return REPORTS[name]
    except KeyError:
        known = ", ".join(sorted(REPORTS))
        raise UsageError(f"there is no report {name!r}", hint=f"sesscore report, with one of: {known}") from None
