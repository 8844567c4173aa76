"""JSON in all its spellings: one value, written in many ways, none of which changes what it says."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn


class Literal(str):
    """A number as it is to be written."""


@dataclass(frozen=True)
class Style:
    """What may be done to a value. keys: their order; twice: now and then a key stands twice, and the last counts."""

    keys: bool = False
    space: bool = False
    escapes: bool = False
    twice: bool = False
    indent: int = 0  # 0: on one line


PLAIN = Style()
ANY = Style(keys=True, space=True, escapes=True, twice=True)


# --- writing -------------------------------------------------------------------------------------------------------


def write(value: Any, chance: random.Random, style: Style = ANY, depth: int = 1) -> str:
    """One of the spellings of a value."""
    if isinstance(value, Literal):
        return str(value)
    if isinstance(value, str):
        return _text(value, chance) if style.escapes else json.dumps(value)
    if isinstance(value, dict):
        return _enclose("{", "}", _members(value, chance, style, depth), chance, style, depth)
    if isinstance(value, list):
        inside = [write(element, chance, style, depth + 1) for element in value]
        return _enclose("[", "]", inside, chance, style, depth)
    return json.dumps(value)


def spelled(value: Any, chance: random.Random, style: Style = ANY) -> bytes:
    """The same as a log has it."""
    return write(value, chance, style).encode("utf-8", "surrogatepass")


def _members(value: dict[str, Any], chance: random.Random, style: Style, depth: int) -> list[str]:
    members = [(key, write(element, chance, style, depth + 1)) for key, element in value.items()]
    if style.keys:
        chance.shuffle(members)
    if style.twice and members and chance.random() < 0.1:
        members.insert(0, (chance.choice(members)[0], "[0]"))
    return [
        f"{write(key, chance, style)}{_space(chance, style)}:{_space(chance, style)}{element}"
        for key, element in members
    ]


def _enclose(left: str, right: str, inside: list[str], chance: random.Random, style: Style, depth: int) -> str:
    if style.indent and inside:
        line = "\n" + " " * style.indent * depth
        return f"{left}{line}{f',{line}'.join(inside)}{line[: -style.indent]}{right}"
    comma = f"{_space(chance, style)},{_space(chance, style)}"
    return f"{left}{_space(chance, style)}{comma.join(inside)}{_space(chance, style)}{right}"


def _space(chance: random.Random, style: Style) -> str:
    return "" if not style.space or chance.random() < 0.8 else chance.choice((" ", "\t", "  ", "\r"))


def _text(text: str, chance: random.Random) -> str:
    way = chance.randrange(3)
    if way == 0:
        return json.dumps(text)
    if way == 1 and not any("\ud800" <= c <= "\udfff" for c in text):
        return json.dumps(text, ensure_ascii=False)
    units = memoryview(text.encode("utf-16-le", "surrogatepass")).cast("H")
    return '"' + "".join(f"\\u{unit:04{chance.choice('xX')}}" for unit in units) + '"'


# --- reading -------------------------------------------------------------------------------------------------------


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_int=Literal, parse_float=Literal, parse_constant=_no_constant)
_BETWEEN = re.compile("[ \t\r\n\0,\\[\\]\ufeff]*")


def parse(line: bytes) -> Any:
    """A value, its numbers as they are written."""
    return _DECODER.decode(line.decode("utf-8", "replace"))


def objects(log: bytes) -> list[bytes] | None:
    """The objects of a log that holds nothing else, each as one line, whatever the shape; None if there is more."""
    try:
        return list(_objects(log.decode("utf-8", "replace")))
    except ValueError:
        return None


def _objects(text: str) -> Iterator[bytes]:
    at = 0
    while match := _BETWEEN.match(text, at):
        at = match.end()
        if at == len(text):
            return
        if text[at] != "{":
            raise ValueError("no object")
        start, at = at, _DECODER.raw_decode(text, at)[1]
        yield text[start:at].replace("\n", " ").encode()  # a newline in an object is white space
