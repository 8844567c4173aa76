"""Reports of what attackers sent, by the time of each event: commands, credentials, files."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from typing import Any, TypeVar

from figures.counting import NOTHING, Row, Tally, Text, artifact, distinct, most
from figures.selection import LOGINS, TRANSFERS, Selection
from sesscore.recount import Activity

LIMIT = 50

_K = TypeVar("_K", bound=Hashable)


def tally(selection: Selection, keyed: Iterable[tuple[_K, Activity]]) -> dict[_K, Tally]:
    """Count activities under the value that each stands for, by kind."""
    found: dict[_K, Tally] = defaultdict(Tally)
    for key, activity in keyed:
        found[key].add(selection.day(activity.at_us), activity.kind)
    return dict(found)


# --- commands ------------------------------------------------------------------------------------------------------


def commands(selection: Selection, limit: int | None = LIMIT) -> Row:
    """Commands: events `cowrie.command.input`."""
    typed = selection.stretch.of("command")
    found = tally(selection, ((activity.value, activity) for activity in typed if activity.value is not None))
    rows = ((t.seen, (command,), {"command": command, "seen": t.seen, **t.span}) for command, t in found.items())
    return {
        "totals": {"commands": len(typed), "unique_commands": len(found)},
        "commands": most(rows, limit),
    }


# --- credentials ---------------------------------------------------------------------------------------------------


def _tries(found: Tally) -> Row:
    return {"failed": found.kinds["login_failed"], "succeeded": found.kinds["login_success"]}


def credentials(selection: Selection, limit: int | None = LIMIT) -> Row:
    """Credentials: login tries, whether they failed or succeeded."""
    tries = selection.stretch.of(*LOGINS)
    pairs = tally(selection, (((one.username, one.password), one) for one in tries))
    kinds = Counter(one.kind for one in tries)
    rows = (
        (t.seen, (username, password), {"username": username, "password": password, **_tries(t), **t.span})
        for (username, password), t in pairs.items()
    )
    return {
        "totals": {
            "tries": len(tries),
            "failed": kinds["login_failed"],
            "succeeded": kinds["login_success"],
            "unique_pairs": sum(None not in pair for pair in pairs),
            "unique_usernames": distinct(one.username for one in tries),
            "unique_passwords": distinct(one.password for one in tries),
        },
        "pairs": most(rows, limit),
        "usernames": _halves(selection, tries, "username", "password", limit),
        "passwords": _halves(selection, tries, "password", "username", limit),
    }


def _halves(selection: Selection, tries: list[Activity], half: str, other: str, limit: int | None) -> list[Row]:
    """One half of the credentials, with the number of others that it came with."""
    others: dict[str, set[Text]] = defaultdict(set)
    stated = [(getattr(one, half), one) for one in tries if getattr(one, half) is not None]
    for text, one in stated:
        others[text].add(getattr(one, other))
    rows: list[tuple[int, tuple[Text, ...], dict[str, Any]]] = [
        (t.seen, (text,), {half: text, **_tries(t), f"{other}s": distinct(others[text])})
        for text, t in tally(selection, stated).items()
    ]
    return most(rows, limit)


# --- files ---------------------------------------------------------------------------------------------------------


def files(selection: Selection, limit: int | None = LIMIT) -> Row:
    """Artifacts: downloads and uploads by hash, those of nothing apart."""
    brought = selection.stretch.of(*TRANSFERS)
    kinds = Counter(one.kind for one in brought)
    empty = Counter(one.kind for one in brought if one.shasum in NOTHING)
    return {
        "totals": {
            "downloads": kinds["download"],
            "uploads": kinds["upload"],
            "unique_hashes": distinct(artifact(one.shasum) for one in brought),
        },
        "files": _artifacts(selection, [one for one in brought if one.shasum not in NOTHING], limit),
        "empty": {"downloads": empty["download"], "uploads": empty["upload"]},
        "failed": _failed(selection, limit),
    }


def _artifacts(selection: Selection, brought: list[Activity], limit: int | None) -> list[Row]:
    urls: dict[Text, Counter[str]] = defaultdict(Counter)
    for one in brought:
        if one.kind == "download" and one.value is not None:
            urls[one.shasum][one.value] += 1
    rows = []
    for shasum, t in tally(selection, ((one.shasum, one) for one in brought)).items():
        row = {
            "shasum": shasum,
            "downloads": t.kinds["download"],
            "uploads": t.kinds["upload"],
            "url": most_seen(urls[shasum]),
            "urls": len(urls[shasum]),
            **t.span,
        }
        rows.append((t.seen, (shasum,), row))
    return most(rows, limit)


def most_seen(counts: Counter[str]) -> Text:
    """The value with the highest count, the first text of several; None of none."""
    return min(counts, key=lambda value: (-counts[value], value), default=None)


def _failed(selection: Selection, limit: int | None) -> list[Row]:
    counts = Counter(one.value for one in selection.stretch.of("download_failed") if one.value is not None)
    return most(((seen, (url,), {"url": url, "seen": seen}) for url, seen in counts.items()), limit)
