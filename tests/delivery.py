"""How events reach a database: in which files, of which shapes, in how many runs, how often, in what order."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import transforms
from desk import Desk
from strategies import RUBBISH, mutate
from transforms import CHANGES, COMPRESS, SHAPES, SUFFIX

from sesscore.recount_records import read_pieces


class State(NamedTuple):
    """A file as it is at some time: its name, its bytes, how they are compressed."""

    name: str
    data: bytes
    compression: str = "plain"


@dataclass
class Delivery:
    """Runs, each of the states that files have then, in the order of reading. told: what was done, in words."""

    runs: list[list[State]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    joined: int = 0  # sessions that a later file joined with others; known when it is done

    @property
    def final(self) -> list[State]:
        """The last state of each file, in the order in which the files are first read."""
        last: dict[str, State] = {}
        for run in self.runs:
            for state in run:
                last[state.name] = state  # a name keeps its first place
        return list(last.values())

    def onto(self, desk: Desk, **options: Any) -> None:
        """Write and read all of it. What has one state only lies there from the beginning, as rotated files do."""
        names = Counter(state.name for run in self.runs for state in run)
        for state in self.final:
            if names[state.name] == 1:
                desk.put(*state)
        total = self.joined = 0
        for run in self.runs:
            result = desk.ingest(*(desk.put(*state) for state in run), **options)
            self.joined += total + result.sessions["new"] - result.sessions["total"]
            total = result.sessions["total"]


def clean(lines: Sequence[bytes], chance: random.Random) -> Delivery:
    """All of these lines, each a whole object, in any clothes: the content must be that of the plain lines."""
    delivery = Delivery()
    files: list[list[State]] = []
    for number, pile in enumerate(transforms.dealt(lines, chance.choice((1, 1, 2, 3, 4)), chance)):
        files += _clean_files(f"{chr(97 + number)}.json", pile, chance, delivery.told)
    delivery.runs = _runs(files, chance)
    return delivery


def _clean_files(name: str, lines: list[bytes], chance: random.Random, told: list[str]) -> list[list[State]]:
    """The states of one file or of several."""
    for change in chance.sample(list(CHANGES), chance.choice((0, 1, 1, 2, 3))):
        lines = CHANGES[change](lines, chance)
        told.append(change)
    shape = chance.choice(list(SHAPES))
    data = SHAPES[shape](lines, chance)
    told.append(shape)
    match chance.randrange(4):
        case 0:
            told.append("grows")
            files = [[State(name, state) for state in transforms.growing(data, _cuts(len(data), chance, 9))]]
        case 1:
            told.append("rotated")
            files = _rotated(name, transforms.in_lines(lines), chance)
        case _:
            files = [[_packed(name, data, chance, told)]]
    if chance.random() < 0.3:
        told.append("copied")
        files.append([_packed(f"copy-of-{name}", data, chance, told)])
    return files


def _packed(name: str, data: bytes, chance: random.Random, told: list[str]) -> State:
    compression = chance.choice(list(COMPRESS))
    told.append(compression)
    return State(name + SUFFIX[compression], data, compression)


def _cuts(size: int, chance: random.Random, most: int) -> list[int]:
    return [chance.randint(0, size) for _ in range(chance.randint(1, most))]


def _rotated(name: str, data: bytes, chance: random.Random) -> list[list[State]]:
    """Cut anywhere, but for the few places that `joinable` leaves out."""
    cuts = joinable(data, _cuts(len(data), chance, 3))
    return [[State(*file)] for file in transforms.rotated(data, cuts, name).items()]


def joinable(data: bytes, cuts: Iterable[int]) -> list[int]:
    """The cuts of a log of objects, one a line, after which all halves are joined. Not joined (docs/design.md) are

    * more than two parts of an object: of the cuts inside one object only the first is taken.
    * an object whose second half is read as an event, one of a list under a session key or the one in a `_source`,
      because it was cut before that: such a cut is left out.
    """
    kept: list[int] = []
    for cut in sorted(cuts):
        begin = data.rfind(b"\n", 0, cut) + 1
        end = data.find(b"\n", cut)
        inside = begin < cut < end
        if not inside or not ((kept and begin < kept[-1]) or _holds_event(data[cut : end + 1])):
            kept.append(cut)
    return kept


def _holds_event(half: bytes) -> bool:
    return any(piece.holds_event() for piece in read_pieces(half, growable=False))


def _runs(files: list[list[State]], chance: random.Random) -> list[list[State]]:
    """States of one file in their order, files in any; a run reads a file once."""
    order = [number for number, states in enumerate(files) for _ in states]
    chance.shuffle(order)
    waiting = [iter(states) for states in files]
    runs: list[list[State]] = [[]]
    for number in order:
        state = next(waiting[number])
        if state.name in {other.name for other in runs[-1]} or (runs[-1] and chance.random() < 0.3):
            runs.append([])
        runs[-1].append(state)
    return runs


# --- logs with more in them than events ----------------------------------------------------------------------------


def dirty(lines: Sequence[bytes], chance: random.Random) -> Delivery:
    """These lines and rubbish among them, torn, glued, changed: whatever that means, all must read the same in it."""
    delivery = Delivery(told=["rubbish"])
    files: list[list[State]] = []
    for number, pile in enumerate(transforms.dealt(lines, chance.choice((1, 2, 3)), chance)):
        name = f"{chr(97 + number)}.json"
        data = _with_rubbish(pile, chance)
        if chance.random() < 0.5:
            files.append([_packed(name, data, chance, delivery.told)])
        else:
            delivery.told.append("grows")
            files.append([State(name, state) for state in transforms.growing(data, _cuts(len(data), chance, 5))])
    delivery.runs = _runs(files, chance)
    return delivery


def _with_rubbish(lines: Sequence[bytes], chance: random.Random) -> bytes:
    often = chance.choice((0.01, 0.05, 0.3))
    made = [_soiled(line, chance) if chance.random() < often else line + b"\n" for line in lines]
    data = b"".join(made)
    data = data[: len(data) - chance.choice((0, 0, 1, 2, 20))]
    return mutate(data, chance, chance.choice((0, 0, 1, 5))) if data else data


def _soiled(line: bytes, chance: random.Random) -> bytes:
    """A line that something happened to, or that something stands before or after."""
    cut = chance.randint(0, len(line))
    rubbish = chance.choice(RUBBISH)
    return chance.choice(
        (
            line[:cut] + b"\n",
            line[cut:] + b"\n",
            line[:cut] + line + b"\n",
            line[:cut] + b"\0" * 9 + line[cut:] + b"\n",
            line[:cut] + b"\n" + line[cut:] + b"\n",
            rubbish + b"\n" + line + b"\n",
            rubbish + line + b"\n",
            line + b" " + rubbish + b"\n",
            line[:cut] + rubbish + line[cut:] + b"\n",
        )
    )
