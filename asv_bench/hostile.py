"""Logs that are made to fill the memory of whoever reads them. All are written in small pieces: see `processes.run`."""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

PIECE = 1 << 20
LIMIT = 256e6  # bytes of memory: three blocks of short events at a time, and the caches of two connections
MOST_OF_AN_OBJECT = 16 << 20
FILES_A_FOLDER = 1000
_US_A_DAY = 86_400_000_000


@dataclass(frozen=True)
class Made:
    """What was made. ledger: what must be found in it, as far as it is known."""

    size: str
    ledger: dict[str, int]
    limit_bytes: float = LIMIT


@dataclass(frozen=True)
class Input:
    """make: called with an empty folder and a scale."""

    name: str
    does: str
    make: Callable[[Path, float], Made]


def event(eventid: str, session: str, at_us: int, **values: object) -> bytes:
    """A line. at_us: since 2026 began."""
    day, rest = divmod(at_us, _US_A_DAY)
    month, day = divmod(day, 28)
    seconds, microseconds = divmod(rest, 1_000_000)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{microseconds:06}"
    at = f"{2026 + month // 12}-{month % 12 + 1:02}-{day + 1:02}T{clock}Z"
    return json.dumps({"eventid": eventid, "timestamp": at, "session": session, **values}).encode() + b"\n"


FIRST, LAST = event("cowrie.session.connect", "first", 0), event("cowrie.session.connect", "last", 1)


# One line


def long_line(begin: bytes, piece: bytes, end: bytes) -> Callable[[Path, float], Made]:
    """A log of three lines, the second of which is a gigabyte long."""

    def make(folder: Path, scale: float) -> Made:
        size = round(1e9 * scale)
        with (folder / "cowrie.json").open("wb") as log:
            log.write(FIRST + begin)
            fill(log, piece, size)
            log.write(end + b"\n" + LAST)
        read = bool(end) and size < MOST_OF_AN_OBJECT
        return Made(f"{size / 1e6:,.0f} MB", {"lines": 3, "events": 2 + read, "quarantined": 1 - read})

    return make


def fill(file: BinaryIO, piece: bytes, size: int) -> int:
    """Writes a piece again and again, whole, until there are so many bytes at the least. Says how often."""
    count = -(-size // len(piece))
    at_once = max(1, PIECE // len(piece))
    for _ in range(count // at_once):
        file.write(piece * at_once)
    file.write(piece * (count % at_once))
    return count


# Packed


def packed(piece: bytes) -> Callable[[Path, float], Made]:
    """Ten gigabytes that gzip makes a thousand times smaller."""

    def make(folder: Path, scale: float) -> Made:
        size = round(1e10 * scale)
        with gzip.open(folder / "cowrie.json.gz", "wb") as log:
            log.write(FIRST)
            count = fill(log, piece, size)  # type: ignore[arg-type] - it writes, as a BinaryIO does
            log.write(b"\n" + LAST if piece == b"\0" else LAST)
        if piece == FIRST:
            return Made(f"{size / 1e6:,.0f} MB", {"events": 2, "duplicates": count, "quarantined": 0})
        return Made(f"{size / 1e6:,.0f} MB", {"events": 2, "quarantined": 0})

    return make


# Much of it


def long_session(folder: Path, scale: float) -> Made:
    """A session of three million commands, each of them new."""
    count = max(1, round(3e6 * scale))
    with (folder / "cowrie.json").open("wb") as log:
        for number in range(count):
            log.write(event("cowrie.command.input", "endless", number * 1000, input=f"echo {number}"))
    return Made(f"{count:,} events", {"lines": count, "events": count})


def sessions(folder: Path, scale: float) -> Made:
    """Ten million sessions of two events, from nearly as many addresses."""
    count = max(1, round(1e7 * scale))
    step = 100 * _US_A_DAY // count  # a hundred days of them
    with (folder / "cowrie.json").open("wb") as log:
        for number in range(count):
            session, mixed = f"{number:012x}", number * 0x9E3779B1 % (1 << 32)
            address = ".".join(str(byte) for byte in mixed.to_bytes(4, "big"))
            log.write(event("cowrie.session.connect", session, number * step, src_ip=address, protocol="ssh"))
            log.write(event("cowrie.session.closed", session, number * step + 1, duration=1.5))
    return Made(f"{count:,} sessions", {"lines": 2 * count, "events": 2 * count})


def files(folder: Path, scale: float) -> Made:
    """A million logs of an event, in folders of a thousand."""
    count = max(1, round(1e6 * scale))
    for number in range(count):
        place = folder / f"{number // FILES_A_FOLDER:04}"
        if number % FILES_A_FOLDER == 0:
            place.mkdir()
        line = event("cowrie.session.connect", f"{number:012x}", number * 1000)
        (place / f"cowrie.json.{number:07}").write_bytes(line)
    return Made(f"{count:,} files", {"lines": count, "events": count})


INPUTS = (
    Input("line", "a line that is an event", long_line(LAST[:-2] + b', "input": "', b"x", b'"}')),
    Input("text", "a line of text", long_line(b"", b"x", b"")),
    Input("nested", "a line of objects in objects", long_line(b"", b'{"a":', b"")),
    Input("repeated", "one line again and again, by gzip", packed(FIRST)),
    Input("nul", "NULs, by gzip", packed(b"\0")),
    Input("session", "one session", long_session),
    Input("sessions", "many sessions", sessions),
    Input("files", "many files", files),
)
