"""What `sesscore verify` finds: two things that should agree and do not."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from sesscore.queries import Value

LISTED = 20  # differences that are kept of each check; the others are counted


@dataclass(frozen=True)
class Difference:
    """Two things that should agree and do not. place: a source, a session, a day."""

    place: str
    what: str
    stated: Value
    found: Value


@dataclass
class Found:
    """The differences of a check: how many, and the first of them."""

    count: int = 0
    first: list[Difference] = field(default_factory=list)

    def add(self, differences: Iterable[Difference]) -> None:
        """Counts all of them, keeps some."""
        for difference in differences:
            self.count += 1
            if len(self.first) < LISTED:
                self.first.append(difference)

    def listed(self, check: str) -> list[dict[str, Any]]:
        """For JSON."""
        return [{"check": check, **asdict(difference)} for difference in self.first]
