"""The same events in other clothes: what may be done to a log without changing what it tells.

Three kinds, in the order in which they are applied:

    CHANGES   lines → lines: keys, white space, escapes, order, copies
    SHAPES    lines → the bytes of a log: lines, arrays, pretty-printed, with something between the events
    COMPRESS  the bytes of a log → the bytes of a file

and three ways to cut: `dealt` over files that know nothing of each other, `growing` into states of one file,
`rotated` into files that follow each other. All are pure; what is drawn comes from the `random.Random` they are given.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
from collections.abc import Callable, Sequence
from itertools import pairwise

from spelling import Style, parse, spelled

MAX_DEPTH = 64  # of an object

Lines = list[bytes]
Change = Callable[[Lines, random.Random], Lines]
Shape = Callable[[Lines, random.Random], bytes]


# --- lines → lines -------------------------------------------------------------------------------------------------


def respelled(lines: Sequence[bytes], chance: random.Random, style: Style) -> Lines:
    return [spelled(parse(line), chance, style) for line in lines]


def keys_shuffled(lines: Lines, chance: random.Random) -> Lines:
    return respelled(lines, chance, Style(keys=True))


def white_space(lines: Lines, chance: random.Random) -> Lines:
    return respelled(lines, chance, Style(space=True))


def escapes(lines: Lines, chance: random.Random) -> Lines:
    return respelled(lines, chance, Style(escapes=True))


def keys_twice(lines: Lines, chance: random.Random) -> Lines:
    """Of equal keys the last counts."""
    return respelled(lines, chance, Style(twice=True))


def in_source(lines: Lines, chance: random.Random) -> Lines:
    """As Elasticsearch exports them; only where that stays within the depth of an object."""
    return [b'{"_index": "x", "_source": %s}' % line if _depth(line) < MAX_DEPTH else line for line in lines]


def _depth(line: bytes) -> int:
    """At the most."""
    return line.count(b"{") + line.count(b"[")


def shuffled(lines: Lines, chance: random.Random) -> Lines:
    return chance.sample(lines, len(lines))


def reversed_(lines: Lines, chance: random.Random) -> Lines:
    return lines[::-1]


def doubled(lines: Lines, chance: random.Random) -> Lines:
    """Some lines twice, wherever."""
    made = list(lines)
    for line in chance.choices(lines, k=1 + len(lines) // 4) if lines else ():
        made.insert(chance.randint(0, len(made)), line)
    return made


CHANGES: dict[str, Change] = {
    "keys shuffled": keys_shuffled,
    "white space": white_space,
    "escapes": escapes,
    "keys twice": keys_twice,
    "in _source": in_source,
    "lines shuffled": shuffled,
    "lines reversed": reversed_,
    "lines doubled": doubled,
}


# --- lines → bytes -------------------------------------------------------------------------------------------------


def in_lines(lines: Sequence[bytes], chance: random.Random | None = None) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def crlf(lines: Lines, chance: random.Random) -> bytes:
    return b"".join(line + b"\r\n" for line in lines)


def no_last_newline(lines: Lines, chance: random.Random) -> bytes:
    return b"\n".join(lines)


def in_array(lines: Lines, chance: random.Random) -> bytes:
    """On one line."""
    return b"[" + b",".join(lines) + b"]"


def in_array_of_lines(lines: Lines, chance: random.Random) -> bytes:
    return b"[\n" + b",\n".join(lines) + b"\n]\n"


def pretty(lines: Lines, chance: random.Random) -> bytes:
    return in_lines(respelled(lines, chance, Style(indent=chance.choice((1, 2, 4)))))


def pretty_array(lines: Lines, chance: random.Random) -> bytes:
    return in_array(respelled(lines, chance, Style(indent=2)), chance)


def bom(lines: Lines, chance: random.Random) -> bytes:
    return b"\xef\xbb\xbf" + in_lines(lines)


def blank_lines(lines: Lines, chance: random.Random) -> bytes:
    return b"".join(chance.choice((b"", b"\n", b" \t\r\n\n")) + line + b"\n" for line in lines)


def nul_runs(lines: Lines, chance: random.Random) -> bytes:
    """As a disk leaves them after the power failed."""
    return b"".join(b"\0" * chance.choice((0, 0, 0, 1, 7, 5000)) + line + b"\n" for line in lines)


def on_one_line(lines: Lines, chance: random.Random) -> bytes:
    return b"".join(line + chance.choice((b" ", b"", b"\n", b", ", b"\t")) for line in lines) + b"\n"


SHAPES: dict[str, Shape] = {
    "lines": in_lines,
    "CRLF": crlf,
    "no last newline": no_last_newline,
    "array": in_array,
    "array of lines": in_array_of_lines,
    "pretty-printed": pretty,
    "pretty-printed array": pretty_array,
    "BOM": bom,
    "blank lines": blank_lines,
    "NUL runs": nul_runs,
    "on one line": on_one_line,
}


# --- bytes → files -------------------------------------------------------------------------------------------------


def _two_members(data: bytes) -> bytes:
    half = len(data) // 2
    return gzip.compress(data[:half], 1) + gzip.compress(data[half:], 1)


COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gz": lambda data: gzip.compress(data, 1),
    "gz in two": _two_members,
    "bz2": bz2.compress,
    "xz": lambda data: lzma.compress(data, preset=0),
}
SUFFIX = {"plain": "", "gz": ".gz", "gz in two": ".gz", "bz2": ".bz2", "xz": ".xz"}


def dealt(lines: Sequence[bytes], files: int, chance: random.Random) -> list[Lines]:
    """Over so many files, each in the order it was."""
    piles: list[Lines] = [[] for _ in range(files)]
    for line in lines:
        chance.choice(piles).append(line)
    return piles


def growing(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    """The states of a file that is looked at when it has these lengths, and when it is whole."""
    return [data[:cut] for cut in sorted(cuts)] + [data]


def rotated(data: bytes, cuts: Sequence[int], stem: str = "cowrie.json") -> dict[str, bytes]:
    """Consecutive files: cowrie.json.2024-01-01, cowrie.json.2024-01-02, …, and cowrie.json at last."""
    bounds = [0, *sorted(cuts), len(data)]
    names = [f"{stem}.2024-01-{day:02}" for day in range(1, len(bounds) - 1)] + [stem]
    return {name: data[begin:end] for name, (begin, end) in zip(names, pairwise(bounds), strict=True)}


def line_ends(data: bytes) -> list[int]:
    """Where a log of lines can be cut without cutting an event."""
    return [at + 1 for at, byte in enumerate(data) if byte == 0x0A]
