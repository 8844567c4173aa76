"""`sesscore verify`: whether what the database says of the same thing in several places is the same."""

from collections.abc import Iterator
from typing import Any

import apsw

from sesscore.against_logs import Logs, Recounted, compare
from sesscore.checks import STORED
from sesscore.checks_rollups import ROLLUPS
from sesscore.checks_sessions import SESSIONS, walk
from sesscore.contenthash import content_hash, sort_on_disk
from sesscore.differences import Found
from sesscore.parts import PartDamaged
from sesscore.queries import rows
from sesscore.render import Block, Listing, Statement, Title
from sesscore.snapshot import one_state
from sesscore.sqlite_errors import damaged
from sesscore.structure import damage
from sesscore.telemetry.pages import pages_read
from sesscore.telemetry.run import Run
from sesscore.wording import counted

SCHEMA = "sesscore.verify/1"
CHECKS = (*STORED, *SESSIONS, *ROLLUPS)
RECOUNT = "recount"

_FATES = ("lines", "events", "duplicates", "sessionless", "quarantined", "blank")


def document(connection: apsw.Connection, db: str, logs: Logs | None = None, run: Run | None = None) -> dict[str, Any]:
    """What was checked and what was found, and the content hash. Raises SesscoreError if the file is damaged.

    run: says how far it is.
    """
    sort_on_disk(connection)
    try:
        with one_state(connection):
            return _document(connection, db, logs, run or Run())
    except UnicodeDecodeError as error:
        raise damaged(f"a text is no UTF-8: {error.reason}", db) from error
    except apsw.CorruptError as error:
        raise damaged(str(error), db) from error


def _document(connection: apsw.Connection, db: str, logs: Logs | None, run: Run) -> dict[str, Any]:
    with pages_read(connection, run, "checking"):
        _check_file(connection, db)
    compared = None if logs is None else compare(connection, db, logs, run)
    figures = rows(connection, "verify/figures")[0]
    run.enter("walking", "sessions", figures["sessions"])
    found = list(checked(connection, compared, run))
    run.enter("hashing", "sessions", figures["sessions"])
    return {
        "schema": SCHEMA,
        "content_hash": _hash(connection, run),
        "balanced": not next(told.count for name, _, told in found if name == "ledger"),
        "agrees": not any(told.count for _, _, told in found),
        "sessions": figures["sessions"],
        "sources": figures["sources"],
        "ledger": {name: figures[name] for name in _FATES},
        "checks": [{"name": name, "says": says, "differences": told.count} for name, says, told in found],
        "differences": [difference for name, _, told in found for difference in told.listed(name)],
        "recount": None if compared is None else compared.as_dict(),
    }


def checked(
    connection: apsw.Connection, compared: Recounted | None = None, run: Run | None = None
) -> Iterator[tuple[str, str, Found]]:
    """Each check with what must hold and what it found; the caller holds the transaction. run: says how far it is."""
    run = run or Run()
    walked = walk(connection, run)
    run.enter("comparing", "statements", len(CHECKS))
    for check in CHECKS:
        yield check.name, check.says, check.find(connection, walked)
        run.current += 1
    if compared is not None:
        yield RECOUNT, "a plain recount of the logs finds the same sessions", compared.found


def _check_file(connection: apsw.Connection, db: str) -> None:
    if problems := damage(connection):
        raise damaged("; ".join(problems), db)


def _hash(connection: apsw.Connection, run: Run) -> str | None:
    """None if a part cannot be read, which the checks have said."""
    try:
        return content_hash(connection, run)
    except PartDamaged:
        return None


def page(told: dict[str, Any]) -> list[Block]:
    """The same for people."""
    figures = counted(told["sessions"], "session"), counted(told["ledger"]["events"], "event")
    count = sum(check["differences"] for check in told["checks"])
    blocks: list[Block] = [
        Title("sesscore verify", ", ".join((*figures, counted(told["sources"], "log file")))),
        Listing(
            "Checks",
            ("check", "what must hold", "differences"),
            [(check["name"], check["says"], check["differences"]) for check in told["checks"]],
        ),
    ]
    if told["recount"] is not None:
        blocks.append(_recount(told["recount"]))
    if told["differences"]:
        listed = [tuple(_cell(value) for value in difference.values()) for difference in told["differences"]]
        shown = "Differences" if len(listed) == count else f"Differences ({len(listed):,} of {count:,})"
        blocks.append(Listing(shown, ("check", "place", "what", "stated", "found"), listed))
    verdict = "✓ everything agrees" if told["agrees"] else f"✗ {counted(count, 'difference')}"
    return [*blocks, Statement("Content hash", told["content_hash"] or "none", verdict, told["agrees"])]


def _recount(recounted: dict[str, Any]) -> Listing:
    names = ("sources", "sessions", "extra", "missing", "differing")
    return Listing("Recount of the logs", ("what", "count"), [(name, recounted[name]) for name in names])


def _cell(value: object) -> str | None:
    return None if value is None else str(value)
