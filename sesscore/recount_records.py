"""From the bytes of a source to its records: objects, stretches that are none, blank lines, what still waits.

The rules are those of docs/design.md, "Records". Ordinary lines, one object each, are read by `json` in one go; all
others are walked byte by byte (recount_json.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from sesscore.recount_events import why_no_event
from sesscore.recount_json import MAX_BYTES, MAX_DEPTH, Stop, is_scalar, object_end
from sesscore.recount_values import Fields, decode, is_object

SEPARATORS = b" \t\r\0,[]"  # the bytes at which tokens are cut

_NOTHING = re.compile(rb"(?:[ \t\r\0,\[\]]|\xef\xbb\xbf)*+")
_TOKEN = re.compile(rb"[^ \t\r\0,\[\]]+")
_ENCLOSING_KEY = re.compile(r"[0-9a-f]{8,32}")
_HEADER = re.compile(  # of an entry of a text log; Twisted has written the time in several ways
    rb"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.,]+(?:Z|[+-][0-9]{2}:?[0-9]{2})? \["
)


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


class Piece(NamedTuple):
    """The bytes of a source from `begin` to `end`, which hold one value, one stretch or one blank line; its records."""

    begin: int
    end: int
    records: list[Record]

    def holds_event(self) -> bool:
        """Tell whether a record is an event, with a session or without."""
        return any(isinstance(record, Object) and why_no_event(record.fields) is None for record in self.records)

    def unended(self) -> bool:
        """Tell whether the input ended before what begins here."""
        return any(isinstance(record, Waiting) or record == Bad("unterminated") for record in self.records)


# --- the records of one object -------------------------------------------------------------------------------------


def records_of(fields: Fields, key: str | None = None) -> Iterator[Object]:
    """Give the records that an object holds: a list under a session key, an inner object in `_source`, or itself."""
    only_key, elements = _list_under_key(fields) if len(fields) == 1 else ("", [])
    inner = fields.get("_source")
    if elements:
        for element in elements:
            yield from records_of(element, only_key)
    elif is_object(inner) and why_no_event(fields):
        yield from records_of(inner, key)
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
    for piece in read_pieces(data, growable):
        yield from piece.records


def read_pieces(data: bytes, growable: bool, start: int = 0) -> Iterator[Piece]:
    """Give the records with the bytes that hold them, from `start` on, which lies in a line that has begun, or is 0."""
    return _Reader(data, growable, start).pieces()


class _Reader:
    """One walk over the bytes of a source."""

    def __init__(self, data: bytes, growable: bool, start: int) -> None:
        self.data = data
        self.end = len(data)
        self.growable = growable
        self.pos = start
        self.line_is_empty = start == 0
        self.in_entry = False  # the line that is being read, or that has just ended, is one of a text log

    def pieces(self) -> Iterator[Piece]:
        """Give the pieces; `pos` always stands between two of them."""
        while self._to_next():
            begin, byte = self.pos, self.data[self.pos]
            if byte == ord("\n"):
                self.pos += 1
                if self.line_is_empty:
                    yield Piece(begin, self.pos, [Blank()])
                self.line_is_empty = True
                yield from self._more_of_entry()
                continue
            first_of_line = self.line_is_empty
            self.line_is_empty = False
            records = list(self._object(first_of_line) if byte == ord("{") else self._stretch("json"))
            yield Piece(begin, self.pos, records)

    def _more_of_entry(self) -> Iterator[Piece]:
        """Read the line that begins here, if it begins with a tab after an entry of a text log."""
        self.in_entry &= self.data[self.pos : self.pos + 1] == b"\t"
        if self.in_entry:
            begin = self.pos
            self.line_is_empty = False
            records = list(self._stretch("json"))
            yield Piece(begin, self.pos, records)

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
            yield from records_of(fields)
            return
        try:
            stop = object_end(self.data, self.pos, self.end)
        except Stop as why:
            yield from self._no_object(why.reason, line_end)
            return
        start, self.pos = self.pos, stop
        yield from records_of(read_object(self.data, start, stop))

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
        """Read a stretch that is no object: to the end of its line, or to the first whole event in it.

        It does not matter what an entry of a text log holds: attackers write in them.
        """
        line_end = self._line_end()
        self.in_entry = self.in_entry or _HEADER.match(self.data, self.pos, line_end) is not None
        searched = reason == "json" and not self.in_entry
        event = self._salvage(line_end) if searched else None
        stop = line_end if event is None else event
        tokens = _TOKEN.findall(self.data, self.pos, stop)
        scalars = searched and all(map(is_scalar, tokens))
        if event is None and stop == self.end:  # nothing has ended it, but a bracket at the end ends scalars
            if not scalars or self.data[-1:] != b"]" or stop - self.pos > MAX_BYTES:
                yield from self._unfinished()
                return
        elif event is None and stop - self.pos > MAX_BYTES:
            reason, scalars = "too_long", False
        elif searched and self._torn(stop):
            reason = "torn"
        self.pos = stop
        yield from [Bad("no_time")] * len(tokens) if scalars else [Bad(reason)]

    def _torn(self, stop: int) -> bool:
        """Tell whether a stretch is the first half of an object or the second."""
        if self.data[self.pos] != ord("{"):
            return self.data[self.pos : stop].rstrip(SEPARATORS).endswith(b"}")
        try:
            object_end(self.data, self.pos, stop)
        except Stop as why:
            return why.reason == "unfinished"
        return False

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
            if why_no_event(read_object(self.data, at, stop)) is None:
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


def read_object(data: bytes, start: int, stop: int) -> Fields:
    """Read an object that is known to be whole."""
    value = decode(data[start:stop])
    assert is_object(value)  # noqa: S101 - for the type checker; `object_end` has seen the braces
    return value
