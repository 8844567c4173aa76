"""Logs that attackers produced, if they lie beside the project: which there are, and how they can be dressed up."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from delivery import State
from transforms import CHANGES, COMPRESS, SHAPES, SUFFIX, in_lines

from sesscore.recount import read_source

DATA = Path(__file__).parents[2] / "shared" / "data"


def truths() -> dict[str, dict[str, Any]]:
    """What an independent program counted, by SHA-256 of the file."""
    if not (DATA / "truth.jsonl").exists():
        return {}
    return {truth["sha256"]: truth for truth in map(json.loads, (DATA / "truth.jsonl").read_text().splitlines())}


def files() -> list[Path]:
    return sorted(path for path in (DATA / "cowrie").rglob("*") if path.is_file())


def small_enough(together: int) -> Iterator[tuple[str, bytes]]:
    """The smallest log of each collection, then the next ones, decompressed, as many as have so many bytes together."""
    seen: dict[str, int] = {}
    found = []
    for path in sorted(files(), key=lambda path: (path.stat().st_size, path)):
        collection = path.relative_to(DATA / "cowrie").parts[0]
        seen[collection] = seen.get(collection, 0) + 1
        found.append((seen[collection], path))
    for number, (_, path) in enumerate(sorted(found, key=lambda one: (one[0], one[1].stat().st_size))):
        data = read_source(path).data
        if len(data) > together:
            continue
        together -= len(data)
        yield f"{number}-{path.name}", data


def clothes(name: str, logs: Mapping[str, list[bytes]], chance: random.Random) -> Iterator[State]:
    """Each log changed, shaped or compressed in the way of this name."""
    for log, lines in logs.items():
        if name in CHANGES:
            yield State(log, in_lines(CHANGES[name](lines, chance)))
        elif name in SHAPES:
            yield State(log, SHAPES[name](lines, chance))
        else:
            yield State(log + SUFFIX[name], COMPRESS["plain"](in_lines(lines)), name)
