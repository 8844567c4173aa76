"""Makes an input smaller for as long as what is wrong with it stays the same."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

MOST_SECONDS = 60


def minimised(data: bytes, still: Callable[[bytes], bool], seconds: float = MOST_SECONDS) -> bytes:
    """still: whether it is wrong in the same way. Of the answer no part can be left out, if the time was enough."""
    deadline = time.monotonic() + seconds
    smaller: bytes | None = data
    while smaller is not None:
        data = smaller
        smaller = next((one for one in _smaller(data) if time.monotonic() < deadline and still(one)), None)
    return data


def _smaller(data: bytes) -> Iterator[bytes]:
    """Without a part of it, the large ones first; then with a plainer byte."""
    size = len(data) // 2
    while size:
        for at in range(0, len(data), size):
            yield data[:at] + data[at + size :]
        size //= 2
    for at, byte in enumerate(data):
        if byte not in b"a0":
            for plain in b"a0":
                yield data[:at] + bytes([plain]) + data[at + 1 :]
