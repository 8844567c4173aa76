"""A honeypot that writes its log on a real file system, and what can be seen of it.

Time does not pass by itself here: whatever writes a file gives it a time of its own, as writes seconds apart would.
"""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import random
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

PACK: dict[str, Callable[[bytes, int], bytes]] = {
    ".gz": lambda data, level: gzip.compress(data, level, mtime=level),
    ".bz2": lambda data, level: bz2.compress(data, level),
    ".xz": lambda data, level: lzma.compress(data, preset=level),
}
_OBJECT = re.compile(rb"(?<!:)(?<!: )\{[^{}\n\0]*\}")  # not what may be the inside of half an event
_SECOND = 1_000_000_000
LIVE = "cowrie.json"


def time_of(number: int) -> int:
    """When an event was, in microseconds: unlike all others."""
    return 1_795_737_600_000_000 + 1_000_001 * number


def line(number: int, padding: int = 0) -> bytes:
    """An event. Time and two fields tell its number, so that one made of halves of two lines can be told."""
    at = f"2026-11-27T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}.{number:06}Z"
    told = {"eventid": "cowrie.command.input", "timestamp": at, "session": f"s{number % 5}", "pad": "." * padding}
    return json.dumps({**told, "input": str(number), "check": number}).encode() + b"\n"


@dataclass
class Honeypot:
    """A folder with a log that is written. dated, appends: how it is rotated and written. lines: by number."""

    folder: Path
    chance: random.Random
    dated: bool = True
    appends: bool = True
    lines: dict[int, bytes] = field(default_factory=dict)
    rest: bytes = b""
    seconds: int = 1_800_000_000
    reopens_late: bool = False

    def __post_init__(self) -> None:
        """Begins the log."""
        self.folder.mkdir()
        self.live = self.folder / LIVE
        self._open()

    # The honeypot

    def _open(self) -> None:
        mode = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if self.appends else 0)
        self._fd = os.open(self.live, mode, 0o600)
        os.lseek(self._fd, 0, os.SEEK_END)
        self._touch(self.live)

    def close(self) -> None:
        """Ends the honeypot."""
        os.close(self._fd)

    def restart(self) -> None:
        """The honeypot begins anew at the end of its log, and forgets what it was writing."""
        self.close()
        self.rest = b""
        self._open()

    def _write(self, data: bytes) -> None:
        os.write(self._fd, data)
        self.seconds += 1
        os.utime(self._fd, ns=(self.seconds * _SECOND, self.seconds * _SECOND))

    def _touch(self, path: Path, modified_ns: int = 0) -> None:
        self.seconds += 1
        os.utime(path, ns=(self.seconds * _SECOND, modified_ns or self.seconds * _SECOND))

    def _line(self) -> bytes:
        number = len(self.lines)
        self.lines[number] = line(number, self.chance.choice((0, 0, 0, 0, 60, 1500)))
        return self.lines[number]

    def append(self) -> str:
        """Whole lines."""
        data = self.rest + b"".join(self._line() for _ in range(self.chance.randint(1, 4)))
        self.rest = b""
        self._write(data)
        return f"{len(data)} bytes"

    def append_partly(self) -> str:
        """A line that is not written to its end yet."""
        data = self.rest or self._line()
        cut = self.chance.randint(1, len(data) - 1) if len(data) > 1 else 1
        self.rest = data[cut:]
        self._write(data[:cut])
        return f"{cut} bytes of a line"

    def reopen(self) -> str:
        """The honeypot notices that its log was renamed."""
        self.close()
        self._open()
        self.reopens_late = False
        return ""

    def begin_anew(self) -> str:
        """The honeypot starts again and empties its log, as Cowrie 2.7 does; it may grow beyond what it was at once."""
        if not self.live.exists():
            return "nothing"
        os.truncate(self.live, 0)
        self.restart()
        for _ in range(self.chance.choice((0, 1, 6))):
            self.append()
        return f"{self.live.stat().st_size} bytes now"

    def lose_tail(self) -> str:
        """The power fails: the end of the log is gone, or NULs. It may grow beyond what it was at once."""
        if not self.live.exists():
            return "nothing"
        size = self.live.stat().st_size
        left = size - min(size, self.chance.choice((1, 50, 300, 3000)))
        os.truncate(self.live, left)
        if zeros := self.chance.random() < 0.4:
            os.truncate(self.live, size)
        self.restart()
        for _ in range(self.chance.choice((0, 0, 3))):
            self.append()
        return f"{size - left} of {size} bytes{', NULs in their place' if zeros else ''}"

    # What can be seen

    def seen(self) -> set[int]:
        """The numbers of the lines that stand whole in some file now."""
        found: set[int] = set()
        for path in self.folder.rglob("*"):
            if path.is_file():
                found |= numbers(unpacked(path.read_bytes()))
        return found


def numbers(data: bytes) -> set[int]:
    """The events in a text, by number. One that is made of two halves of different ones is none."""
    found = set()
    for one in _OBJECT.findall(data):
        try:
            told = json.loads(one)
        except ValueError:
            continue
        if told.get("input") == str(told.get("check")):
            found.add(told["check"])
    return found


def unpacked(data: bytes) -> bytes:
    """What a file holds; of a packed one that is cut, what can be had."""
    begins = {b"\x1f\x8b": lambda: zlib.decompressobj(31), b"BZ": bz2.BZ2Decompressor, b"\xfd7": lzma.LZMADecompressor}
    if data[:2] not in begins:
        return data
    found = b""
    while data[:2] in begins:
        decoder = begins[data[:2]]()
        try:
            found += decoder.decompress(data)
        except (zlib.error, OSError, lzma.LZMAError):
            break
        data = decoder.unused_data
    return found
