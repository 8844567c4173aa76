"""What a check of `sesscore verify` is, and those that are one statement of `sql/verify/`."""

from collections.abc import Callable
from dataclasses import dataclass

import apsw

from sesscore.differences import Difference, Found
from sesscore.queries import sql
from sesscore.walk import Walk

Find = Callable[[apsw.Connection, Walk], Found]


@dataclass(frozen=True)
class Check:
    """says: what must hold, as a sentence."""

    name: str
    says: str
    find: Find


def ask(connection: apsw.Connection, name: str) -> Found:
    """The differences that a statement answers with."""
    found = Found()
    found.add(Difference(*values) for values in connection.execute(sql(f"verify/{name}")))
    return found


def asked(name: str) -> Find:
    """A check that is a statement."""

    def find(connection: apsw.Connection, walk: Walk) -> Found:
        return ask(connection, name)

    return find


STORED = (
    Check("ledger", "every record of a source went to exactly one place", asked("ledger")),
    Check("records", "every record that was read is in the ledger of its source", asked("records")),
    Check("quarantine", "the quarantine holds as many records as the ledger says", asked("quarantined")),
    Check("origins", "the events of each source are those that it gave to sessions", asked("origins")),
    Check("session_events", "the events of each session are those that sources gave", asked("session_events")),
    Check("totals", "ledger, sessions and days hold the same number of events", asked("totals")),
    Check("references", "what a row refers to is there", asked("references")),
    Check("texts", "every text that is referred to is there", asked("texts")),
    Check("days", "a session is found by the days that it touches, and no others", asked("days")),
    Check("rollup_session", "sessions by day and what they add up to follow from them", asked("rollup_session")),
    Check(
        "rollup_session_value",
        "sources, clients, command counts by day follow from sessions",
        asked("rollup_session_value"),
    ),
)

# Statements that ask nothing of parts and texts: `sesscore db check` asks them, by the name of their check.
QUICK = {"ledger": "ledger", "records": "records", "quarantine": "quarantined", "totals": "totals"}
