"""Halves: an event that a rotation cut in two, joined again (docs/design.md, "Halves")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sesscore.recount_json import MAX_BYTES, Stop, object_end
from sesscore.recount_names import neighbours
from sesscore.recount_records import SEPARATORS, Blank, Piece, Record, read_object, read_pieces, records_of
from sesscore.recount_sources import SourceBytes


class Joined(NamedTuple):
    """The records of an object that begins in one source, at `begin`, and ends in others, copies of each other."""

    begin: int
    records: list[Record]
    seconds: list[str]


@dataclass
class Halves:
    """What is joined, by the first source; by the second one, where its lead ends."""

    joined: dict[str, Joined] = field(default_factory=dict)
    leads: dict[str, int] = field(default_factory=dict)


# --- the records of all sources ------------------------------------------------------------------------------------


def read_joined(sources: Sequence[SourceBytes]) -> Iterator[tuple[SourceBytes, Record]]:
    """Give the records of all sources, in the order given, each with its source; those of joined halves last."""
    halves = find_halves(sources)
    for source in sources:
        mine = halves.joined.get(source.name)
        for piece in read_pieces(source.data, source.growable, halves.leads.get(source.name, 0)):
            if mine is None or piece.begin != mine.begin:
                yield from ((source, record) for record in piece.records)
    for source in sources:
        if mine := halves.joined.get(source.name):
            yield from ((source, record) for record in mine.records)


# --- what is joined ------------------------------------------------------------------------------------------------


def find_halves(sources: Sequence[SourceBytes]) -> Halves:
    """Find the objects that begin in one source and end in the next. The order of the sources has no say."""
    halves = Halves()
    by_name = {source.name: source for source in sources}
    for firsts, seconds in neighbours(by_name):
        open_ones = [by_name[name] for name in seconds if _may_have_lead(by_name[name])]
        for first in firsts if open_ones else ():
            _join(by_name[first], open_ones, halves)
    return halves


def _may_have_lead(source: SourceBytes) -> bool:
    """Tell whether a source begins with something that is no event. Nearly none does, which saves much reading."""
    for piece in read_pieces(source.data, source.growable):
        if piece.records != [Blank()]:
            return not piece.holds_event()
    return False


def _join(first: SourceBytes, seconds: Sequence[SourceBytes], halves: Halves) -> None:
    begin = _first_half(first, halves.leads.get(first.name, 0))
    if begin is None:
        return
    half = first.data[begin:]
    for second in seconds:
        end = _end_in(half, second)
        if end is None:
            continue
        if first.name not in halves.joined:  # of copies that differ, the first by name
            fields = read_object(half + second.data[:end], 0, len(half) + end)
            halves.joined[first.name] = Joined(begin, list(records_of(fields)), [])
        halves.joined[first.name].seconds.append(second.name)
        halves.leads[second.name] = max(end, halves.leads.get(second.name, 0))


def _first_half(source: SourceBytes, start: int) -> int | None:
    """Find where the half object begins that a source ends with."""
    for piece in read_pieces(source.data, source.growable, start):
        if piece.unended() and source.data[piece.begin] == ord("{"):
            return piece.begin
    return None


def _end_in(half: bytes, second: SourceBytes) -> int | None:
    """Find where a half object ends in the source that follows; None if the two do not belong together."""
    data = half + second.data[:MAX_BYTES]
    try:
        stop = object_end(data, 0, len(data))
    except Stop:
        return None
    whole = Piece(0, stop, list(records_of(read_object(data, 0, stop))))
    end = stop - len(half)
    if end <= 0 or not whole.holds_event():
        return None
    for piece in read_pieces(second.data, second.growable):
        if piece.begin >= end:
            break
        if piece.holds_event() or second.data[end : piece.end].strip(SEPARATORS):
            return None
    return end
