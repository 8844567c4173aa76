"""What a target is, and how an input of one is written as text."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

CORPUS = Path(__file__).resolve().parent / "corpus"


class Wrong(Exception):
    """What two that must agree do not agree on."""


@dataclass(frozen=True)
class Target:
    """Something that takes any bytes.

    judge: raises Wrong, or anything else, if an input is dealt with wrongly; tells what came out, so that inputs with
    which something else comes out are kept. kernel: it is executed in C (tests/fuzz/kernel/), and `judge` is the
    oracle, which is asked of one input of `every` and of all that are kept. words: are put into inputs. seeds: inputs
    beside those of the corpus.
    """

    name: str
    judge: Callable[[bytes], Hashable]
    words: Sequence[bytes]
    kernel: bool = False
    every: int = 1
    seeds: Callable[[], Iterable[bytes]] = tuple


def corpus(name: str, folder: Path = CORPUS) -> list[bytes]:
    """The inputs that lie in the corpus of a target."""
    return read(folder / f"{name}.txt")


def read(path: Path) -> list[bytes]:
    """Inputs of a file: one a line, as `written`; other lines are empty or begin with `#`."""
    lines = path.read_text("ascii").splitlines()
    return [json.loads(line).encode("latin-1") for line in lines if line and not line.startswith("#")]


def written(data: bytes) -> str:
    """An input as a line: a JSON text with a character for each byte."""
    return json.dumps(data.decode("latin-1"))


def problem_of(judge: Callable[[bytes], Hashable], data: bytes) -> str | None:
    """What is wrong with an input, or None."""
    try:
        judge(data)
    except Wrong as wrong:
        return str(wrong)
    except Exception as error:  # whatever it is, it is a finding
        return f"{type(error).__name__}: {error}"
    return None
