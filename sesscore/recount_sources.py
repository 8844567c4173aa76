"""The sources of the recount: a file, decompressed by its content."""

from __future__ import annotations

import bz2
import lzma
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SourceBytes:
    """One log, decompressed. A compressed source and standard input cannot grow.

    sensor: of its events that name none, if not that of the whole recount.
    """

    name: str
    data: bytes
    growable: bool
    sensor: str | None = None


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


_PIECE = 16 * 1024
_DAMAGE = (OSError, EOFError, zlib.error, lzma.LZMAError)
_FORMATS: tuple[tuple[bytes, Callable[[], _Decompressor]], ...] = (
    (b"\x1f\x8b", lambda: zlib.decompressobj(wbits=31)),
    (b"BZh", bz2.BZ2Decompressor),
    (b"\xfd7zXZ\0", lzma.LZMADecompressor),
)


def read_source(path: str | os.PathLike[str]) -> SourceBytes:
    """Read a file, decompressed by its content. A damaged stream yields what precedes the damage."""
    data = Path(path).read_bytes()
    for magic, decompressor in _FORMATS:
        if data.startswith(magic):
            return SourceBytes(os.fspath(path), _decompress(data, magic, decompressor), growable=False)
    return SourceBytes(os.fspath(path), data, growable=True)


def _decompress(data: bytes, magic: bytes, decompressor: Callable[[], _Decompressor]) -> bytes:
    """Decompress the streams that follow each other, with zero padding between them, up to the first damage."""
    plain: list[bytes] = []
    at = 0
    while data.startswith(magic, at):
        at, parts = _stream(data, at, decompressor)
        plain += parts
        while data[at : at + 1] == b"\0":
            at += 1
    return b"".join(plain)


def _stream(data: bytes, start: int, decompressor: Callable[[], _Decompressor]) -> tuple[int, list[bytes]]:
    """Decompress the stream at `start`; give the offset after it and its parts."""
    stream = decompressor()
    parts: list[bytes] = []
    at = start
    while at < len(data) and not stream.eof:
        piece = data[at : at + _PIECE]
        try:
            parts.append(stream.decompress(piece))
        except _DAMAGE:
            return len(data), _up_to_damage(data, start, at, decompressor())
        at += len(piece)
    return at - len(stream.unused_data), parts


def _up_to_damage(data: bytes, start: int, damaged: int, stream: _Decompressor) -> list[bytes]:
    """Decompress once more, byte by byte in the damaged piece: a call that fails gives nothing, not even good bytes."""
    parts = [stream.decompress(data[at : at + _PIECE]) for at in range(start, damaged, _PIECE)]
    for at in range(damaged, len(data)):
        try:
            parts.append(stream.decompress(data[at : at + 1]))
        except _DAMAGE:
            break
    return parts
