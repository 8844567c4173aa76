"""From the bytes of a source to its records: objects, stretches that are none, blank lines, what still waits.

The rules are those of docs/design.md, "Records". Ordinary lines, one object each, are read by `json` in one go; all
others are walked byte by byte, because `json` cannot tell an object that is wrong from one that is not finished.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from sesscore.recount_events import why_no_event
from sesscore.recount_values import Fields, decode, is_object

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 64

_NOTHING = re.compile(rb"(?:[ \t\r\0,\[\]]|\xef\xbb\xbf)*+")
_TOKEN = re.compile(rb"[^ \t\r\0,\[\]]+")
_ENCLOSING_KEY = re.compile(r"[0-9a-f]{8,32}")

_SPACE = re.compile(rb"[ \t\n\r]*+")
# The group is not possessive: CPython before 3.11.5 loses its place after one that fails half-way.
_STRING = re.compile(rb'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*')
_ESCAPE_BEGUN = re.compile(rb"\\(?:u[0-9a-fA-F]{0,3})?")
_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?")
_NUMBER_BEGUN = re.compile(rb"-?(?:(?:0|[1-9][0-9]*+)(?:\.[0-9]*+|(?:\.[0-9]++)?[eE][+-]?[0-9]*+)?)?")
_WORDS = (b"true", b"false", b"null")


class Object(NamedTuple):
    """A whole object, and the key that enclosed it."""

    fields: Fields
    enclosing_key: str | None


class Bad(NamedTuple):
    """A record that is quarantined."""

    reason: str


class Blank(NamedTuple):
    """An empty line."""


class Waiting(NamedTuple):
    """The end of the input is not whole; reading goes on here when the source has grown. No record."""

    offset: int


Record = Object | Bad | Blank | Waiting


# --- one object, strictly ------------------------------------------------------------------------------------------


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


# --- the records of one object -------------------------------------------------------------------------------------


def _unwrap(fields: Fields, key: str | None = None) -> Iterator[Object]:
    """Give the records that an object holds: a list under a session key, an inner object in `_source`, or itself."""
    only_key, elements = _list_under_key(fields) if len(fields) == 1 else ("", [])
    inner = fields.get("_source")
    if elements:
        for element in elements:
            yield from _unwrap(element, only_key)
    elif is_object(inner) and why_no_event(fields):
        yield from _unwrap(inner, key)
    else:
        yield Object(fields, key)


def _list_under_key(fields: Fields) -> tuple[str, list[Fields]]:
    """Give the only key and its objects, if it may name a session and holds objects and nothing else."""
    [(key, listed)] = fields.items()
    if not _ENCLOSING_KEY.fullmatch(key) or not isinstance(listed, list):
        return key, []
    elements = [element for element in listed if is_object(element)]
    return key, elements if len(elements) == len(listed) else []


# --- the records of a source ---------------------------------------------------------------------------------------


def read_records(data: bytes, growable: bool) -> Iterator[Record]:
    """Cut a source into records, from left to right; a `Waiting` can only be the last."""
    return _Reader(data, growable).records()


class _Reader:
    """One walk over the bytes of a source."""

    def __init__(self, data: bytes, growable: bool) -> None:
        self.data = data
        self.end = len(data)
        self.growable = growable
        self.pos = 0
        self.line_is_empty = True

    def records(self) -> Iterator[Record]:
        """Give the records; `pos` always stands between two of them."""
        while self._to_next():
            byte = self.data[self.pos]
            if byte == ord("\n"):
                if self.line_is_empty:
                    yield Blank()
                self.line_is_empty = True
                self.pos += 1
                continue
            first_of_line = self.line_is_empty
            self.line_is_empty = False
            yield from self._object(first_of_line) if byte == ord("{") else self._stretch("json")

    def _to_next(self) -> bool:
        """Pass what is nothing between records; False at the end of the input."""
        if self.data[self.pos : self.pos + 1] in (b"{", b"\n"):
            return True
        match = _NOTHING.match(self.data, self.pos)
        if match and match.end() > self.pos:
            self.line_is_empty &= not match[0].strip(b" \t\r")
            self.pos = match.end()
        return self.pos < self.end

    def _line_end(self) -> int:
        """Find the newline that ends the line, or the end of the input."""
        newline = self.data.find(b"\n", self.pos)
        return self.end if newline < 0 else newline

    def _object(self, first_of_line: bool) -> Iterator[Record]:
        line_end = self._line_end()
        fields = _plain_line(self.data[self.pos : line_end]) if first_of_line else None
        if fields is not None:
            self.pos = line_end
            yield from _unwrap(fields)
            return
        try:
            stop = object_end(self.data, self.pos, self.end)
        except Stop as why:
            yield from self._no_object(why.reason, line_end)
            return
        start, self.pos = self.pos, stop
        yield from _unwrap(_fields(self.data, start, stop))

    def _no_object(self, reason: str, line_end: int) -> Iterator[Record]:
        if reason != "unfinished":
            yield from self._stretch(reason)
        elif self.growable:
            yield from self._unfinished()
        elif line_end < self.end:  # it began on an earlier line
            yield from self._stretch("json")
        else:
            yield from self._unfinished()

    def _unfinished(self) -> Iterator[Record]:
        """End the reading: what begins here has not ended."""
        yield Waiting(self.pos) if self.growable else Bad("unterminated")
        self.pos = self.end

    def _stretch(self, reason: str) -> Iterator[Record]:
        """Read a stretch that is no object: to the end of its line, or to the first whole event in it."""
        line_end = self._line_end()
        event = self._salvage(line_end) if reason == "json" else None
        if event is None and line_end == self.end:
            yield from self._unfinished()
            return
        if event is None and line_end - self.pos > MAX_BYTES:
            reason = "too_long"
        stop = line_end if event is None else event
        tokens = _TOKEN.findall(self.data, self.pos, stop)
        self.pos = stop
        if reason == "json" and all(map(_is_scalar, tokens)):
            for _ in tokens:
                yield Bad("no_time")
        else:
            yield Bad(reason)

    def _salvage(self, line_end: int) -> int | None:
        """Find the leftmost later `{` at which a whole event stands that ends on this line."""
        at = self.pos + 1
        limit = min(line_end, self.pos + MAX_BYTES)
        may_grow = limit < line_end or (line_end == self.end and self.growable)
        while (at := self.data.find(b"{", at, limit)) >= 0:
            try:
                stop = object_end(self.data, at, limit)
            except Stop as why:
                if why.reason in ("depth", "too_long"):
                    return None
                if why.reason == "unfinished" and may_grow:
                    return None  # it may yet become whole, and would then stand left of any other
                at += 1
                continue
            if why_no_event(_fields(self.data, at, stop)) is None:
                return at
            at = stop
        return None


def _plain_line(line: bytes) -> Fields | None:
    """Read a line that is one object and nothing else; None if it may be anything else."""
    if len(line) > MAX_BYTES or line.count(b"{") + line.count(b"[") > MAX_DEPTH:
        return None
    try:
        value = decode(line)
    except ValueError:
        return None
    return value if is_object(value) else None


def _fields(data: bytes, start: int, stop: int) -> Fields:
    """Read an object that is known to be whole."""
    value = decode(data[start:stop])
    assert is_object(value)  # noqa: S101 - for the type checker; `object_end` has seen the braces
    return value


def _is_scalar(token: bytes) -> bool:
    if token in _WORDS or _NUMBER.fullmatch(token):
        return True
    match = _STRING.match(token)
    return match is not None and match.end() == len(token) - 1 and token.endswith(b'"')
