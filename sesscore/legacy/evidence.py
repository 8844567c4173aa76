"""Evidence as the earlier forms keep it, in today's form (`sesscore/evidence.py`)."""

from sesscore.evidence import COLUMNS
from sesscore.parts import FINGERPRINT_BYTES, PartDamaged, varint

_ABSENT, _OWN, _SAME = range(3)


def in_bits(evidence: bytes) -> bytes:
    """Three bytes with bits for a byte before each column; time and fingerprint of each event stay. Raises PartDamaged.

    The byte says: no value; time and fingerprint follow; the event is that of the column before. No event is told by
    its place: that is found when the first part is written anew.
    """
    present = same = at = 0
    events = b""
    for number in range(len(COLUMNS)):
        tag = evidence[at] if at < len(evidence) else -1
        at += 1
        if tag == _OWN:
            _, end = varint(evidence, at)
            end += FINGERPRINT_BYTES
            events += evidence[at:end]
            at = end
        elif tag == _SAME and present:
            same |= 1 << number
        elif tag != _ABSENT:
            raise PartDamaged("has evidence that says nothing")
        if tag != _ABSENT:
            present |= 1 << number
    if at != len(evidence):
        raise PartDamaged("has evidence that is too long, or cut")
    return bytes((present, same, 0)) + events
