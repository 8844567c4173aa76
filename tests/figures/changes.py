"""Reports of what is other than before: novelty and diff."""

from __future__ import annotations

from typing import Any

from figures.counting import Row, Tally, Text, artifact, most
from figures.events import LIMIT, tally
from figures.selection import LOGINS, TRANSFERS, Selection
from figures.starts import tally_sessions
from figures.times import DAY_US, day_of, day_text, hundredths

Values = dict[tuple[Text, ...], Tally]

COLUMNS = {
    "commands": ("command",),
    "hashes": ("shasum",),
    "keys": ("fingerprint",),
    "credentials": ("username", "password"),
    "sources": ("src_ip",),
    "hassh": ("hassh",),
    "client_versions": ("client_version",),
}
NOVEL = ("commands", "hashes", "keys", "credentials", "hassh", "client_versions")
COMPARED = ("commands", "credentials", "sources", "hashes", "hassh", "client_versions")


def values(selection: Selection, name: str) -> Values:
    """All values of a kind: events are counted, or sessions for what belongs to a session as a whole."""
    stretch = selection.stretch
    if name == "credentials":
        return tally(selection, (((one.username, one.password), one) for one in stretch.of(*LOGINS)))
    if name == "commands":
        stated = [((one.value,), one) for one in stretch.of("command")]
    elif name == "hashes":
        stated = [((artifact(one.shasum),), one) for one in stretch.of(*TRANSFERS)]
    elif name == "keys":
        stated = [((one.value,), one) for one in stretch.of("client_fingerprint")]
    else:
        return {(value,): t for value, t in tally_sessions(selection, COLUMNS[name][0]).items()}
    return tally(selection, ((key, one) for key, one in stated if key != (None,)))


# --- novelty -------------------------------------------------------------------------------------------------------


def novelty(selection: Selection, limit: int | None = LIMIT) -> Row:
    """Values of the period that are in no log before it."""
    return {name: _novel(selection, name, limit) for name in NOVEL}


def _novel(selection: Selection, name: str, limit: int | None) -> list[Row]:
    known: Any = ()
    if selection.since_us is not None:
        known = values(selection.but(since_us=None, until_us=selection.since_us), name)
    rows = (
        (t.seen, value, {**_named(name, value), "seen": t.seen, "first_day": day_text(min(t.days))})
        for value, t in values(selection, name).items()
        if value not in known
    )
    return most(rows, limit)


def _named(name: str, value: tuple[Text, ...]) -> Row:
    return dict(zip(COLUMNS[name], value, strict=True))


# --- diff ----------------------------------------------------------------------------------------------------------


def diff(selection: Selection, before: dict[str, Any], limit: int | None = LIMIT) -> Row:
    """What is selected beside something else. before: what is other there, of `since_us`, `until_us` and `sensor`."""
    other = selection.but(**before)
    return {name: _compared(other, selection, name, limit) for name in COMPARED}


def _compared(before: Selection, after: Selection, name: str, limit: int | None) -> list[Row]:
    old, new = values(before, name), values(after, name)
    rows = []
    for value in old.keys() | new.keys():
        was, now = (found[value].seen if value in found else 0 for found in (old, new))
        row = {
            **_named(name, value),
            "before": was,
            "after": now,
            "change": now - was,
            "status": _status(was, now),
            "before_per_day": per_day(before, was),
            "after_per_day": per_day(after, now),
        }
        rows.append((abs(now - was), value, row))
    return most(rows, limit)


def _status(was: int, now: int) -> str:
    if was == now:
        return "same"
    return "new" if not was else "gone" if not now else "changed"


def per_day(selection: Selection, seen: int) -> float:
    """A count by the days of the period. Where a bound is absent, the UTC day of the first or last event bounds it."""
    if not seen:
        return 0.0
    days = [day_of(event.at_us) for event in selection.stretch.events]
    since = min(days) * DAY_US if selection.since_us is None else selection.since_us
    until = (max(days) + 1) * DAY_US if selection.until_us is None else selection.until_us
    return hundredths(seen * DAY_US, until - since)
