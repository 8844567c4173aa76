"""`report sessions`: a row for each session that passes the filters, in pages if that is wanted."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import orjson

from sesscore.errors import UsageError
from sesscore.report.document import Column, Document, Records, Section, Table
from sesscore.report.shapes import schema_of
from sesscore.report.snapshot import Snapshot
from sesscore.report.values import Value

SORTS = ("started", "ended", "duration", "events", "commands", "logins", "downloads", "uploads")
_MATCH_TYPES = ("full_delimited", "session_id_only", "event_session")


class _Place(NamedTuple):
    """Where a row stands: no two rows have the same, and none is moved by what is ingested beside it."""

    sort: str
    place: int | None
    started_us: int
    sensor: str
    session_id: str

    def token(self) -> str:
        """For a command line; it holds what an attacker wrote."""
        return base64.urlsafe_b64encode(orjson.dumps(list(self))).rstrip(b"=").decode()


def compose(snapshot: Snapshot) -> Document:
    """The rows; of a page also the token of the next."""
    sort, limit = str(snapshot.options["sort"]), snapshot.options["limit"]
    _refuse(snapshot.options)
    statement = "sessions" if sort == "started" else "sorted"
    rows = snapshot.table(
        statement,
        **_order(statement, sort),
        **_after(snapshot.options["after"], sort),
        sources=_sources(snapshot),
        most=-1 if limit is None else int(limit) + 1,
    )
    page = _Page(sort, None if limit is None else int(limit))
    visible = [column for column in rows.columns if column.name != "place"]
    table = replace(rows, name="sessions", columns=visible, rows=page.rows(rows))
    sections: list[Section] = [table]
    if limit is not None:
        schema = schema_of({"next": str})
        sections.append(
            Records("page", "Page", [Column("next", whole=True)], page.next(), schema=schema, single=True, aside=True)
        )
    return snapshot.document(sections)


class _Page:
    """Rows up to a limit, and what they end with."""

    def __init__(self, sort: str, limit: int | None) -> None:
        self._sort = sort
        self._limit = limit
        self._last: _Place | None = None
        self._more = False

    def rows(self, table: Table) -> Iterator[list[Value]]:
        """The rows of a table that has one more than the limit if there are more."""
        names = [column.name for column in table.columns]
        for number, row in enumerate(table.rows):
            if number == self._limit:
                self._more = True
                return
            values: dict[str, Any] = dict(zip(names, row, strict=True))
            place = values.pop("place", None)
            self._last = _Place(self._sort, place, values["started_us"], values["sensor"], values["session_id"])
            yield list(values.values())

    def next(self) -> Iterator[Mapping[str, Any]]:
        """Its end, when the rows were taken."""
        yield {"next": self._last.token() if self._more and self._last else None}


def _refuse(options: Mapping[str, Value]) -> None:
    """Raises UsageError for what can never be found."""
    sort, match_type, limit = options["sort"], options["match_type"], options["limit"]
    if str(sort).removeprefix("-") not in SORTS:
        raise UsageError(f"--sort {sort!r} is none", hint=f"--sort with one of: {', '.join(SORTS)}")
    if match_type is not None and match_type not in _MATCH_TYPES:
        raise UsageError(f"--match-type {match_type!r} is none", hint=f"one of: {', '.join(_MATCH_TYPES)}")
    if isinstance(limit, int) and limit < 1:
        raise UsageError(f"--limit {limit} leaves nothing", hint="--limit 1 or more; without it all")


def _order(statement: str, sort: str) -> dict[str, Value]:
    if statement == "sessions":
        return {}
    return {"sort_by": sort.removeprefix("-"), "direction": -1 if sort.startswith("-") else 1}


def _after(token: Value, sort: str) -> dict[str, Value]:
    """What to continue behind. Raises UsageError."""
    if token is None:
        return {}
    text = str(token)
    try:
        place = _Place(*orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))))
    except (ValueError, TypeError, binascii.Error) as error:
        raise UsageError(f"--after {text!r} is no token", hint="--after with what stands below a page") from error
    if place.sort != sort:
        raise UsageError(f"--after is of a page by {place.sort}", hint=f"--sort {place.sort}")
    found: dict[str, Value] = {"after_us": place.started_us, "after_sensor": place.sensor, "after_id": place.session_id}
    return found if place.place is None else {**found, "after_place": place.place}


def _sources(snapshot: Snapshot) -> str | None:
    """The ids of the addresses that are meant; None: all. Raises UsageError."""
    wanted = snapshot.options["src"]
    if wanted is None:
        return None
    from ipaddress import ip_address, ip_network

    try:
        network = ip_network(str(wanted), strict=False)
    except ValueError as error:
        if "/" in str(wanted):
            raise UsageError(f"--src {wanted!r} is no network: {error}", hint="--src 192.0.2.0/24") from error
        network = None  # what a log gives as an address may be any text

    def meant(src_ip: str) -> bool:
        try:
            return src_ip == wanted or (network is not None and ip_address(src_ip) in network)
        except ValueError:
            return False

    found = [row["src_ip_id"] for row in snapshot.objects("sources") if meant(row["src_ip"])]
    return orjson.dumps(found).decode()
