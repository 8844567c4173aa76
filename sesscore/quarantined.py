"""`sesscore quarantine`: what could not be an event, where it stood, and why. Its bytes are shown, never sent."""

import os
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import apsw
import orjson

from sesscore.queries import Row, rows, sql
from sesscore.render import Block, Listing, Title
from sesscore.safetext import safe_json
from sesscore.snapshot import one_state

SCHEMA = "sesscore.quarantine/1"
EVERYTHING = -1

_NAMES = ("source_id", "source", "record", "records", "byte_offset", "byte_length", "reason", "bytes")


@dataclass(frozen=True)
class Wanted:
    """Which rows; None sets no bound. source: a path, the end of one, or # and its number."""

    reason: str | None = None
    source: str | None = None
    top: int = EVERYTHING

    def parameters(self) -> dict[str, int | str | None]:
        """For the statements. A path is compared as it is stored."""
        source = self.source and os.fsencode(self.source).decode("utf-8", "backslashreplace")
        return {**asdict(self), "source": source}


def document(connection: apsw.Connection, wanted: Wanted) -> dict[str, Any]:
    """Rows of the quarantine, and how much there is by reason."""
    with one_state(connection):
        reasons = rows(connection, "quarantine/reasons", **wanted.parameters())
        listed = list(entries(connection, wanted))
    return {
        "schema": SCHEMA,
        "records": sum(row["records"] for row in reasons),
        "rows": sum(row["rows"] for row in reasons),
        "reasons": reasons,
        "listed": listed,
    }


def entries(connection: apsw.Connection, wanted: Wanted) -> Iterator[Row]:
    """The rows one by one. The bytes are there twice: to be read, and as they are."""
    for values in connection.execute(sql("quarantine/rows"), wanted.parameters()):
        entry = dict(zip(_NAMES, values, strict=True))
        raw = entry.pop("bytes")
        yield {**entry, "text": raw.decode("utf-8", "backslashreplace"), "base64": b64encode(raw).decode()}


def lines(connection: apsw.Connection, wanted: Wanted) -> Iterator[bytes]:
    """The rows as JSON, one a line."""
    for entry in entries(connection, wanted):
        yield safe_json(orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE).decode()).encode()


def page(told: dict[str, Any]) -> list[Block]:
    """The same for people."""
    listed, count = told["listed"], told["rows"]
    return [
        Title("sesscore quarantine", f"{told['records']:,} record{'s' * (told['records'] != 1)}"),
        Listing("Reasons", ("reason", "records"), [(row["reason"], row["records"]) for row in told["reasons"]]),
        Listing(
            "Records" if len(listed) == count else f"Records ({len(listed):,} of {count:,} stretches)",
            ("source", "record", "byte", "reason", "bytes"),
            [(_source(row), _span(row), f"{row['byte_offset']:,}", row["reason"], row["text"]) for row in listed],
        ),
    ]


def _source(row: Row) -> str:
    """The name alone, and the number, by which --source finds it."""
    name = (row["source"] or "").rpartition("/")[2]
    return f"#{row['source_id']} {name}"


def _span(row: Row) -> str:
    last = row["record"] + row["records"] - 1
    return f"{row['record']:,}" if last == row["record"] else f"{row['record']:,}–{last:,}"
