"""One object, strictly, byte by byte: `json` cannot tell an object that is wrong from one that is not finished."""

from __future__ import annotations

import re

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 64

_SPACE = re.compile(rb"[ \t\n\r]*+")
# The group is not possessive: CPython before 3.11.5 loses its place after one that fails half-way.
_STRING = re.compile(rb'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*')
_ESCAPE_BEGUN = re.compile(rb"\\(?:u[0-9a-fA-F]{0,3})?")
_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?")
_NUMBER_BEGUN = re.compile(rb"-?(?:(?:0|[1-9][0-9]*+)(?:\.[0-9]*+|(?:\.[0-9]++)?[eE][+-]?[0-9]*+)?)?")
_WORDS = (b"true", b"false", b"null")


class Stop(Exception):
    """No whole object stands here: `unfinished` at the end of what there is, else `json`, `depth` or `too_long`."""

    def __init__(self, reason: str) -> None:
        """Remember why."""
        super().__init__(reason)
        self.reason = reason


def object_end(data: bytes, start: int, end: int) -> int:
    """Find where the object that begins at `start` ends, looking no further than `end`; else raise Stop."""
    limit = min(end, start + MAX_BYTES)
    try:
        return _object(data, start, limit, 1)
    except Stop as stop:
        if stop.reason == "unfinished" and limit < end:
            raise Stop("too_long") from None
        raise


def _skip(data: bytes, pos: int, end: int) -> int:
    """Skip white space to the next byte; there must be one."""
    match = _SPACE.match(data, pos, end)
    pos = match.end() if match else pos
    if pos >= end:
        raise Stop("unfinished")
    return pos


def _object(data: bytes, pos: int, end: int, depth: int) -> int:
    if depth > MAX_DEPTH:
        raise Stop("depth")
    pos = _skip(data, pos + 1, end)
    if data[pos] == ord("}"):
        return pos + 1
    while True:
        pos = _skip(data, _string(data, pos, end), end)
        if data[pos] != ord(":"):
            raise Stop("json")
        pos = _skip(data, pos + 1, end)
        pos = _skip(data, _value(data, pos, end, depth), end)
        if data[pos] == ord("}"):
            return pos + 1
        if data[pos] != ord(","):
            raise Stop("json")
        pos = _skip(data, pos + 1, end)


def _array(data: bytes, pos: int, end: int, depth: int) -> int:
    if depth > MAX_DEPTH:
        raise Stop("depth")
    pos = _skip(data, pos + 1, end)
    if data[pos] == ord("]"):
        return pos + 1
    while True:
        pos = _skip(data, _value(data, pos, end, depth), end)
        if data[pos] == ord("]"):
            return pos + 1
        if data[pos] != ord(","):
            raise Stop("json")
        pos = _skip(data, pos + 1, end)


def _value(data: bytes, pos: int, end: int, depth: int) -> int:
    if data[pos] == ord("{"):
        return _object(data, pos, end, depth + 1)
    if data[pos] == ord("["):
        return _array(data, pos, end, depth + 1)
    if data[pos] == ord('"'):
        return _string(data, pos, end)
    return _word_or_number(data, pos, end)


def _string(data: bytes, pos: int, end: int) -> int:
    match = _STRING.match(data, pos, end)
    if match is None:
        raise Stop("json")
    pos = match.end()
    if pos == end or _ESCAPE_BEGUN.fullmatch(data, pos, end):
        raise Stop("unfinished")
    if data[pos] != ord('"'):
        raise Stop("json")
    return pos + 1


def _word_or_number(data: bytes, pos: int, end: int) -> int:
    for word in _WORDS:
        there = data[pos : min(end, pos + len(word))]
        if there == word:
            return pos + len(word)
        if word.startswith(there):
            raise Stop("unfinished")
    if _NUMBER_BEGUN.fullmatch(data, pos, end):
        raise Stop("unfinished")
    match = _NUMBER.match(data, pos, end)
    if match is None:
        raise Stop("json")
    return match.end()


def is_scalar(token: bytes) -> bool:
    """Tell whether a token is one JSON scalar."""
    if token in _WORDS or _NUMBER.fullmatch(token):
        return True
    match = _STRING.match(token)
    return match is not None and match.end() == len(token) - 1 and token.endswith(b'"')
