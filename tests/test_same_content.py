"""The same events, however they come, are the same content: one hash, for ingest and for the recount alike."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import delivery
import pytest
import transforms
from desk import Desk, desks
from hashes import hashed, oracle_hash
from hypothesis import given, settings
from hypothesis import strategies as st
from real import DATA, clothes, small_enough, truths
from spelling import objects
from strategies import lines, worlds
from transforms import CHANGES, COMPRESS, SHAPES, in_lines, line_ends

from sesscore.recount import SourceBytes, recount

World = list[dict[str, Any]]


def recounted(data: bytes) -> str:
    return oracle_hash(recount([SourceBytes("log", data, True)]))


def assert_delivered(plan: delivery.Delivery, expected: str, **options: Any) -> None:
    """Ingest of the steps, and the recount of the files that they leave, come to this hash."""
    with desks() as desk:
        plan.onto(desk, **options)
        assert hashed(desk.db) == expected, plan.told
        assert oracle_hash(recount(desk.sources.values())) == expected, plan.told


# --- any world -----------------------------------------------------------------------------------------------------


@settings(max_examples=80, deadline=None)
@given(worlds, st.integers(0, 2**32), st.booleans())
def test_any_chain_of_transforms_any_runs_any_order(world: World, seed: int, fast: bool) -> None:
    chance = random.Random(seed)
    expected = recounted(in_lines(lines(world)))
    plan = delivery.clean(lines(world), chance)
    assert_delivered(plan, expected, fast=fast, block_bytes=chance.choice((100, 1000, 1 << 20)))


@settings(max_examples=20, deadline=None)
@given(worlds, st.sampled_from(list(SHAPES)), st.data())
def test_cut_anywhere_into_states_of_one_file(world: World, shape: str, draw: st.DataObject) -> None:
    """Up to ten runs, as the file grows."""
    data = SHAPES[shape](lines(world), random.Random(0))
    cuts = draw.draw(st.lists(st.integers(0, len(data)), max_size=9))
    with desks() as desk:
        for state in transforms.growing(data, cuts):
            desk.ingest(desk.put("log", state))
        assert hashed(desk.db) == recounted(in_lines(lines(world)))


@settings(max_examples=20, deadline=None)
@given(worlds, st.integers(0, 2**32))
def test_all_files_twice_one_at_a_time_in_any_order(world: World, seed: int) -> None:
    """Each file, then a copy of it under another name; and all of them once more."""
    chance = random.Random(seed)
    piles = transforms.dealt(lines(world), 3, chance)
    with desks() as desk:
        paths = [desk.put(f"{copy}{n}", in_lines(pile)) for n, pile in enumerate(piles) for copy in "ab"]
        chance.shuffle(paths)
        for path in paths:
            desk.ingest(path)
        assert hashed(desk.db) == recounted(in_lines(lines(world)))
        desk.assert_nothing_new(*paths)


@settings(max_examples=20, deadline=None)
@given(worlds, st.integers(0, 2**32), st.data())
def test_cut_between_events_into_consecutive_files(world: World, seed: int, draw: st.DataObject) -> None:
    data = in_lines(lines(world))
    cuts = draw.draw(st.lists(st.sampled_from(line_ends(data)), max_size=4))
    assert_rotated(data, cuts, random.Random(seed))


@settings(max_examples=60, deadline=None)
@given(worlds, st.integers(0, 2**32), st.data())
def test_cut_anywhere_into_consecutive_files(world: World, seed: int, draw: st.DataObject) -> None:
    """But for the places that `joinable` leaves out."""
    data = in_lines(lines(world))
    cuts = draw.draw(st.lists(st.integers(0, len(data)), min_size=1, max_size=4))
    assert_rotated(data, delivery.joinable(data, cuts), random.Random(seed))


def test_cut_at_every_byte_into_two_files(tmp_path: Path) -> None:
    """The middle one of three events, at each of its bytes."""
    world = [{"eventid": f"cowrie.x{n}", "session": "a", "timestamp": f"2024-05-01T00:00:0{n}Z"} for n in range(3)]
    data = in_lines(lines(world))
    first, second, _ = line_ends(data)
    for cut in range(first, second + 1):
        folder = tmp_path / str(cut)
        folder.mkdir()
        desk = Desk(folder)
        desk.ingest(*(desk.put(*file) for file in transforms.rotated(data, [cut]).items()))
        assert hashed(desk.db) == recounted(data), cut


def assert_rotated(data: bytes, cuts: list[int], chance: random.Random) -> None:
    """Consecutive files, plain or compressed, in any order, in one run or in several, are the whole."""
    files = list(transforms.rotated(data, cuts).items())
    chance.shuffle(files)
    states = []
    for name, part in files:
        compression = chance.choice(list(COMPRESS))
        states.append(delivery.State(name + transforms.SUFFIX[compression], part, compression))
    runs = [[state] for state in states] if chance.random() < 0.5 else [states]
    assert_delivered(delivery.Delivery(runs, [str(state) for state in states]), recounted(data))


# --- real logs -----------------------------------------------------------------------------------------------------

real = pytest.mark.skipif(not truths(), reason=f"no real logs at {DATA}: tests/test_real_logs.py needs them too")


@pytest.fixture(scope="module")
def logs() -> dict[str, list[bytes]]:
    """Some of the real logs, of different generations, shapes and sizes, each as the objects in it."""
    return {name: found for name, data in small_enough(2_500_000) if (found := objects(data))}


@pytest.fixture(scope="module")
def expected(logs: dict[str, list[bytes]]) -> str:
    return oracle_hash(recount([SourceBytes(name, in_lines(log), True) for name, log in logs.items()]))


@real
def test_there_are_enough_real_logs(logs: dict[str, list[bytes]]) -> None:
    assert len(logs) >= 10
    assert sum(map(len, logs.values())) >= 5000


@real
@pytest.mark.parametrize("name", [*CHANGES, *SHAPES, *COMPRESS])
def test_real_logs_in_other_clothes(name: str, logs: dict[str, list[bytes]], expected: str, tmp_path: Path) -> None:
    """Each file in each of the clothes, all in one run."""
    desk = Desk(tmp_path)
    desk.ingest(*(desk.put(*state) for state in clothes(name, logs, random.Random(1))))
    assert hashed(desk.db) == expected


@real
def test_real_logs_in_many_runs(logs: dict[str, list[bytes]], expected: str, tmp_path: Path) -> None:
    """Each file in ten runs as it grows, cut anywhere; the files by turns, in another order each time."""
    chance = random.Random(2)
    states = {name: transforms.growing(data, [chance.randint(0, len(data)) for _ in range(9)])
              for name, data in ((name, in_lines(log)) for name, log in logs.items())}  # fmt: skip
    desk = Desk(tmp_path)
    for number in range(10):
        names = chance.sample(list(states), len(states))
        desk.ingest(*(desk.put(name, states[name][number]) for name in names))
    assert hashed(desk.db) == expected


@real
def test_real_logs_shuffled_among_files(logs: dict[str, list[bytes]], expected: str, tmp_path: Path) -> None:
    """Every line of any log in any file, one file a run; then all of them again, under other names."""
    chance = random.Random(3)
    together = [line for log in logs.values() for line in log]
    chance.shuffle(together)
    piles = transforms.dealt(together, 4, chance)
    desk = Desk(tmp_path)
    for copy in "ab":
        for number, pile in enumerate(piles):
            desk.ingest(desk.put(f"{copy}{number}", in_lines(pile)))
        assert hashed(desk.db) == expected


@real
def test_real_logs_rotated_anywhere(logs: dict[str, list[bytes]], expected: str, tmp_path: Path) -> None:
    """Each log in five consecutive files, last file first."""
    chance = random.Random(4)
    desk = Desk(tmp_path)
    for number, log in enumerate(logs.values()):
        data = in_lines(log)
        cuts = delivery.joinable(data, [chance.randint(0, len(data)) for _ in range(4)])
        files = transforms.rotated(data, cuts, f"log{'x' * number}.json")
        desk.ingest(*(desk.put(*file) for file in reversed(files.items())))
    assert hashed(desk.db) == expected
