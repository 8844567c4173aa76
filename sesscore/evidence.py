"""Which event gave a session its address, its ports, its duration: decodes `session.evidence`.

For each column in turn a byte: 0 there is no value; 1 the time of the event, as zigzag steps from the start of the
session, and its fingerprint follow; 2 it is the event of the column before that has a value.
"""

from typing import NamedTuple

from sesscore.parts import FINGERPRINT_BYTES, Moment, PartDamaged, varint

COLUMNS = ("src_ip", "src_port", "dst_ip", "dst_port", "protocol", "client_version", "hassh", "duration_ms")

_ABSENT, _OWN, _SAME = range(3)


class Evidence(NamedTuple):
    """A column of a session, and the event that gave it."""

    column: str
    moment: Moment


def read_evidence(evidence: bytes, started_us: int) -> list[Evidence]:
    """The columns that come from one event and have a value. Raises PartDamaged."""
    found: list[Evidence] = []
    at = 0
    for column in COLUMNS:
        tag = evidence[at] if at < len(evidence) else -1
        at += 1
        if tag == _OWN:
            step, at = varint(evidence, at)
            moment = started_us + _unzigzag(step), evidence[at : at + FINGERPRINT_BYTES]
            at += FINGERPRINT_BYTES
        elif tag == _SAME and found:
            moment = found[-1].moment
        elif tag != _ABSENT:
            raise PartDamaged("has evidence that says nothing")
        if tag != _ABSENT:
            found.append(Evidence(column, moment))
    if at != len(evidence):
        raise PartDamaged("has evidence that is too long, or cut")
    return found


def _unzigzag(number: int) -> int:
    return (number >> 1) ^ -(number & 1)
