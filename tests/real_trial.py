"""All real logs in all clothes: `python tests/campaign.py --real`."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator

import transforms
from compare import content, expected_content
from delivery import State
from desk import desks
from hashes import hashed, oracle_hash
from real import DATA, clothes, files
from spelling import objects
from transforms import CHANGES, COMPRESS, SHAPES

from sesscore.recount import SourceBytes, read_source, recount

RUNS = 10


def real_trial() -> bool:
    """A line a collection of logs; True if all of them are the same content in all clothes."""
    collections = defaultdict(list)
    for number, path in enumerate(files()):
        source = read_source(path)
        collection = path.relative_to(DATA / "cowrie").parts[0]
        collections[collection].append(SourceBytes(f"{number}-{path.name}", source.data, source.growable))
    good = True
    for collection, sources in collections.items():
        failures = list(_collection(sources))
        good &= not failures
        print(f"{collection}: {len(sources)} files, {', '.join(failures) or 'the same in all clothes'}", flush=True)
    return good


def _collection(sources: list[SourceBytes]) -> Iterator[str]:
    """What is not the same, by name."""
    expected = recount(sources)
    plain = [State(source.name, source.data, "plain" if source.growable else "gz") for source in sources]
    with desks() as desk:
        desk.ingest(*(desk.put(*state) for state in plain))
        if content(desk.db) != expected_content(expected):
            yield "as they are"
    whole = {name: lines for name, data, _ in plain if (lines := objects(data))}
    rest = [state for state in plain if state.name not in whole]  # of which not every line is an object
    for name in (*CHANGES, *SHAPES, *COMPRESS):
        if not _same([*rest, *clothes(name, whole, random.Random(name))], oracle_hash(expected)):
            yield name
    if not _grown(plain, oracle_hash(expected)):
        yield "in ten runs"


def _same(states: list[State], expected: str) -> bool:
    with desks() as desk:
        desk.ingest(*(desk.put(*state) for state in states))
        return hashed(desk.db) == expected


def _grown(plain: list[State], expected: str) -> bool:
    """Each file as it grows, cut anywhere; the compressed ones as they are."""
    chance = random.Random(0)
    states = {
        state.name: transforms.growing(state.data, [chance.randint(0, len(state.data)) for _ in range(RUNS - 1)])
        for state in plain
        if state.compression == "plain"
    }
    with desks() as desk:
        for number in range(RUNS):
            names = chance.sample(list(states), len(states))
            if names:
                desk.ingest(*(desk.put(name, states[name][number]) for name in names))
        packed = [state for state in plain if state.name not in states]
        if packed:
            desk.ingest(*(desk.put(*state) for state in packed))
        return hashed(desk.db) == expected
