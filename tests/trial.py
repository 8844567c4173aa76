"""One log of the campaign: made from its seed, read in several ways, compared with the recount session by session."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from traceback import extract_tb
from typing import Any

import delivery
from compare import (
    FATES,
    METRICS,
    Content,
    check_database,
    content,
    expected_content,
    expected_ledgers,
    ledgers,
    without_copies,
)
from desk import Desk, desks
from exercised import entries, exercised, found
from hashes import hashed, oracle_hash
from transforms import in_lines
from worlds import World, world

from sesscore.recount import Recount, SourceBytes, recount
from sesscore.recount_halves import find_halves
from sesscore.recount_values import stored

MERGED = ("events", "duplicates")  # which of two copies is the first depends on the order of arrival


@dataclass
class Outcome:
    """What a trial found. counts: what it had, by name."""

    seed: int
    failures: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def trial(seed: int) -> Outcome:
    """Make the log of a seed and try it. An error is a failure too."""
    outcome = Outcome(seed)
    try:
        made = world(seed)
        _plain(made, outcome)
    except Exception as error:  # a campaign goes on
        where = extract_tb(error.__traceback__)[-1]
        outcome.failures.append(f"{type(error).__name__} at {where.name}:{where.lineno}: {str(error)[:300]}")
    return outcome


def _plain(made: World, outcome: Outcome) -> None:
    """In plain lines, in one pass; then in other clothes, then with rubbish."""
    data = in_lines(made.lines)
    expected = recount([SourceBytes("log", data, True)], **made.options)
    outcome.counts += Counter({"logs": 1, f"generation {made.generation}": 1, "events": expected.eventids.total()})
    outcome.counts += exercised(data, *made.options.values())
    outcome.counts += Counter({"sessions": len(expected.sessions)}) + found(expected)
    outcome.counts += Counter(f"twist: {twist}" for twist in made.twists)
    with desks() as desk:
        desk.ingest(desk.put("log", data), **made.options)
        _compare("in plain lines", desk, expected, made, outcome)
    chance = random.Random(f"{made.seed} delivery")
    _delivered(delivery.clean(made.lines, chance), expected, made, outcome, chance)
    _delivered(delivery.dirty(made.lines, chance), None, made, outcome, chance)


def _delivered(
    plan: delivery.Delivery, same: Recount | None, made: World, outcome: Outcome, chance: random.Random
) -> None:
    """By the fast path and by the slow one. same: what the content must be besides what the recount of the files is."""
    sources = [SourceBytes(name, data, compression == "plain") for name, data, compression in plan.final]
    expected = recount(sources, **made.options)
    told = ", ".join(plan.told)
    if same is not None and oracle_hash(expected) != oracle_hash(same):
        outcome.failures.append(f"[{told}] the recount of the files is not that of the plain lines")
    if same is None:
        outcome.counts += found(expected)
        for source in sources:
            outcome.counts += entries(source.data)
    outcome.counts += Counter(f"clothes: {word}" for word in plan.told)
    outcome.counts["runs"] += len(plan.runs)
    outcome.counts["halves joined"] += len(find_halves(sources).joined)
    for fast in (True, False):
        with desks() as desk:
            plan.onto(desk, fast=fast, block_bytes=chance.choice((300, 5000, 1 << 20)), **made.options)
            _compare(f"[{told}] {'fast' if fast else 'slow'}", desk, expected, made, outcome)
    outcome.counts["joined by a later file"] += plan.joined


def _compare(what: str, desk: Desk, expected: Recount, made: World, outcome: Outcome) -> None:
    """Sessions and activities one by one, ledgers of each source, hash; roll-ups and the rest of some."""
    outcome.counts["ingests compared"] += 1
    outcome.counts["sessions compared"] += len(expected.sessions)
    problems = [*_sessions(content(desk.db), expected_content(expected)), *_ledgers(desk, expected, made)]
    if hashed(desk.db) != oracle_hash(expected):
        problems.append("content hash")
    if not problems and made.seed % 4 == 0:
        sensor, minutes = made.options.values()
        check_database(desk.db, desk.sources.values(), stored(sensor), minutes)
    outcome.failures += [f"{what}: {problem}" for problem in problems[:3]]


def _sessions(made: Content, expected: Content) -> Iterator[str]:
    """The first that differs, in words."""
    for ours, theirs in zip_longest(made, expected):
        if ours == theirs:
            continue
        if ours is None or theirs is None:
            yield f"{len(made)} sessions, {len(expected)} by the recount; the first alone: {ours or theirs!r}"
            return
        for name, mine, yours in zip(METRICS, ours[0], theirs[0], strict=True):
            if mine != yours:
                yield f"session {ours[0][:2]!r}: {name} {mine!r}, {yours!r} by the recount"
        for mine, yours in zip_longest(ours[1], theirs[1]):
            if mine != yours:
                yield f"session {ours[0][:2]!r}: activity {mine!r}, {yours!r} by the recount"
                return
        return


def _ledgers(desk: Desk, expected: Recount, made_of: World) -> Iterator[str]:
    """Of each source, and over all of them. A copy of a source is none."""
    sources = [desk.sources[name] for name in desk.read]
    if len(kept := without_copies(desk.db, sources)) < len(sources):
        expected = recount(kept, **made_of.options)
    made, counted = ledgers(desk.db), expected_ledgers(expected)
    for name in made.keys() | counted.keys():
        ours, theirs = _merged(made.get(name)), _merged(counted.get(name))
        if ours != theirs:
            yield f"ledger of {name}: {ours}, {theirs} by the recount"
    for fate in FATES:
        ours, theirs = (sum(ledger[fate] for ledger in each.values()) for each in (made, counted))
        if ours != theirs:
            yield f"{fate}: {ours}, {theirs} by the recount"


def _merged(ledger: dict[str, Any] | None) -> dict[str, Any] | None:
    if ledger is None:
        return None
    copies = sum(ledger[fate] for fate in MERGED)
    return {**{fate: value for fate, value in ledger.items() if fate not in MERGED}, "events and duplicates": copies}
