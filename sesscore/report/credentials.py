"""`report credentials`: pairs, user names and passwords, which one statement counts together."""

from collections.abc import Mapping
from typing import Any

from sesscore.report.document import Column, Document, Figures, Table
from sesscore.report.snapshot import Snapshot
from sesscore.report.values import Kind

_USERNAME = Column("username", label="user name")
_PASSWORD = Column("password")
_OUTCOME = (Column("failed", Kind.COUNT), Column("succeeded", Kind.COUNT))
_DAYS = (Column("first_day", Kind.DAY), Column("last_day", Kind.DAY), Column("days", Kind.COUNT))

# The ways in which the statement counts: name and title of the section, and its columns.
_WAYS = (
    ("pairs", "Pairs", (_USERNAME, _PASSWORD, *_OUTCOME, *_DAYS)),
    ("usernames", "User names", (_USERNAME, *_OUTCOME, Column("passwords", Kind.COUNT))),
    ("passwords", "Passwords", (_PASSWORD, *_OUTCOME, Column("usernames", Kind.COUNT, "user names"))),
)
_OTHERS = ("passwords", "usernames")  # columns that the statement calls `others`


def compose(snapshot: Snapshot) -> Document:
    """The document."""
    found: list[list[Mapping[str, Any]]] = [[] for _ in _WAYS]
    for row in snapshot.objects("tries"):
        found[row["way"]].append(row)
    lists = [
        Table(name, title, columns, [_cells(columns, row) for row in rows], half=name != "pairs")
        for (name, title, columns), rows in zip(_WAYS, found, strict=True)
    ]
    return snapshot.document([_totals(snapshot, found), *lists])


def _cells(columns: tuple[Column, ...], row: Mapping[str, Any]) -> list[Any]:
    """The values of a row. A list of passwords has a column `usernames` that counts them."""
    return [row["others" if column.name in _OTHERS else column.name] for column in columns]


def _totals(snapshot: Snapshot, found: list[list[Mapping[str, Any]]]) -> Figures:
    """What an event does not state is tried, but no credential: unique figures are of what is stated."""
    tries = next(snapshot.objects("totals"))
    values = {
        "tries": tries["tries"],
        "failed": tries["failed"],
        "succeeded": tries["tries"] - tries["failed"],
        **{
            f"unique_{name}": rows[0]["different"] if rows else 0 for (name, *_), rows in zip(_WAYS, found, strict=True)
        },
    }
    labels = {"unique_pairs": "different pairs", "unique_usernames": "different user names"}
    labels["unique_passwords"] = "different passwords"
    columns = [Column(name, Kind.COUNT, labels.get(name, "")) for name in values]
    return Figures("totals", "Login tries", columns, list(values.values()))
