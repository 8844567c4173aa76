"""Which event gave a session its address, its ports, its duration: decodes `session.evidence`.

Three bytes with a bit for each column: which have a value; which of these take it from the event of the column before
that has one; which of the others say where it stands among the events of the first part that are no activities. A
number follows for these; for the rest the time of the event, as zigzag steps from the start of the session, and its
fingerprint.
"""

from typing import NamedTuple

from sesscore.parts import FINGERPRINT_BYTES, Moment, PartDamaged, other_moments, varint
from sesscore.queries import Row

COLUMNS = ("src_ip", "src_port", "dst_ip", "dst_port", "protocol", "client_version", "hassh", "duration_ms")

_HEAD = 3  # bytes


class Evidence(NamedTuple):
    """A column of a session, and the event that gave it."""

    column: str
    moment: Moment


def read_evidence(session: Row) -> list[Evidence]:
    """The columns that come from one event and have a value. Raises PartDamaged.

    session: `evidence`, `started_us`, `part_us`, `activity_count` and `events` of its row.
    """
    evidence, started_us = session["evidence"], session["started_us"]
    if len(evidence) < _HEAD:
        raise PartDamaged("has evidence that says nothing")
    present, same, placed = evidence[:_HEAD]
    others = other_moments(started_us + session["part_us"], session["activity_count"], session["events"])
    found: list[Evidence] = []
    at = _HEAD
    for number, column in enumerate(COLUMNS):
        bit = 1 << number
        if not present & bit:
            continue
        if same & bit and found:
            moment = found[-1].moment
        elif same & bit:
            raise PartDamaged("has evidence that says nothing")
        elif placed & bit:
            place, at = varint(evidence, at)
            if place >= len(others):
                raise PartDamaged("has evidence of an event that is not there")
            moment = others[place]
        else:
            step, at = varint(evidence, at)
            moment = started_us + _unzigzag(step), evidence[at : at + FINGERPRINT_BYTES]
            at += FINGERPRINT_BYTES
        found.append(Evidence(column, moment))
    if at != len(evidence) or (same | placed) & ~present or same & placed:
        raise PartDamaged("has evidence that is too long, or cut")
    return found


def _unzigzag(number: int) -> int:
    return (number >> 1) ^ -(number & 1)
