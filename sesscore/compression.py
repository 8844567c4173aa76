"""How a log is compressed, told by its first bytes. What reads it is imported only if it is: `decompress.py`."""

import re
from typing import Final, Literal

Compression = Literal["none", "gzip", "bzip2", "xz"]

HEAD_BYTES: Final = 10  # what `told` wants to see

_GZIP_START: Final = b"\x1f\x8b"
_BZIP2_START: Final = re.compile(rb"BZh[1-9]")
_BZIP2_BLOCKS: Final = (bytes.fromhex("314159265359"), bytes.fromhex("177245385090"))  # a block, the end of a stream
_XZ_START: Final = bytes.fromhex("fd377a585a00")


def told(head: bytes) -> Compression:
    """Tell the compression by the first bytes. A head that is cut short is told as long as it cannot be a log."""
    if head.startswith(_GZIP_START):
        sane = head[2:3] in (b"", b"\x08") and not any(flags & 0xE0 for flags in head[3:4])
        return "gzip" if sane else "none"
    if _BZIP2_START.match(head):
        return "bzip2" if any(magic.startswith(head[4:10]) for magic in _BZIP2_BLOCKS) else "none"
    if len(head) >= 4 and _XZ_START.startswith(head[:6]):
        return "xz"
    return "none"
