"""`verify` for programs: whether all figures of a database agree, and its content hash."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sesscore.ledger import Ledger
from sesscore.matchers import UserMatcher
from sesscore.sensors import Sensor


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked. agrees: no check found a difference. differences: those that are listed, as in the document.

    content_hash: equal for databases of the same content; None if it cannot be had.
    """

    content_hash: str | None
    agrees: bool
    balanced: bool
    sessions: int
    sources: int
    ledger: Ledger
    differences: tuple[dict[str, Any], ...]
    told: dict[str, Any]

    def document(self) -> dict[str, Any]:
        """All of it, as `sesscore verify --format json` prints it."""
        return self.told


def verify(
    path: str,
    paths: Iterable[str | os.PathLike[str]],
    sensor: str | None,
    sensors: Sequence[Sensor],
    assume_utc_offset_minutes: int,
    matchers: Iterable[UserMatcher],
) -> Verification:
    """Checks a database, with a connection of its own: it takes the state of this moment. Raises SesscoreError."""
    from sesscore.against_logs import Logs
    from sesscore.matchers import Registry
    from sesscore.sqlite_errors import sqlite_errors
    from sesscore.store import open_for_reading
    from sesscore.verify import document

    wanted = [os.fsdecode(one) for one in paths]
    logs = Logs(wanted, sensor, sensors, assume_utc_offset_minutes, Registry(matchers)) if wanted else None
    with open_for_reading(path) as database, sqlite_errors(database.path):
        told = document(database.connection, database.path, logs)
    return Verification(
        told["content_hash"],
        told["agrees"],
        told["balanced"],
        told["sessions"],
        told["sources"],
        Ledger(**told["ledger"]),
        tuple(told["differences"]),
        told,
    )
