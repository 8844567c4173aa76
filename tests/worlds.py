"""Logs made up from a seed, in which every rule of docs/design.md has cases: for the campaign.

Sessions of `sesscore.synth`, of any generation of Cowrie, are the raw material; each twist then does to some of them
what real logs seldom or never show. The same seed gives the same lines.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from spelling import Literal, Style, parse, spelled
from twists import TWISTS, enclosed

from sesscore import synth

Event = dict[str, Any]

SENSORS = ("unknown", "given", "honeypot-01", "\ud800")
MINUTES = (0, 0, 0, 90, -300, 845)
SIZES = ((1, 8), (8, 80), (8, 80), (80, 500), (80, 500), (500, 3000))
GENERATIONS = (*synth.GENERATIONS, "mixed")


@dataclass(frozen=True)
class World:
    """Lines, each a whole object, and the options with which they are to be read."""

    seed: int
    generation: str
    lines: list[bytes]
    options: dict[str, Any]
    twists: list[str]


def world(seed: int) -> World:
    """The world of a seed. Six seeds in a row have six generations."""
    chance = random.Random(seed)
    generation = GENERATIONS[seed % len(GENERATIONS)]
    events = _visits(generation, seed, chance)
    names = [name for name in TWISTS if chance.random() < 0.4]
    for name in names:
        TWISTS[name](events, chance)
    if chance.random() < 0.3:
        names.append("enclosed")
        events = enclosed(events, chance)
    if chance.random() < 0.5:
        chance.shuffle(events)
    options = {"sensor": chance.choice(SENSORS), "assume_utc_offset_minutes": chance.choice(MINUTES)}
    return World(seed, generation, _lines(events, chance), options, names)


def _visits(generation: str, seed: int, chance: random.Random) -> list[Event]:
    lines = synth.generate(
        chance.randint(*chance.choice(SIZES)),
        days=chance.choice((1, 2, 5)),
        seed=seed,
        sensors=chance.choice((1, 2, 3)),
        generation=generation,
    )
    return [parse(line) for line in lines]


def _lines(events: list[Event], chance: random.Random) -> list[bytes]:
    """In one of the spellings; with bytes that are no UTF-8 here and there, which read as U+FFFD."""
    style = Style(*(chance.random() < 0.3 for _ in range(4)))
    lines = [spelled(event, chance, style) for event in events]
    if chance.random() < 0.5:
        lines = [line.replace("\ufffd".encode(), b"\xff") for line in lines]
    return lines


__all__ = ["GENERATIONS", "Literal", "World", "world"]
