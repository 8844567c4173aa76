"""Target `unpack`: members of gzip, bzip2 and xz, one after the other, with anything between, changed and cut.

An input is lines that say what to do: a letter and what it is done with. All that stands before the damage is
delivered, as a decoder gives it out that is given single bytes; what cannot be read again loses no more than the last
step.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from fuzz.target import Target, Wrong

from sesscore import decompress
from sesscore.compression import told

MOST_BYTES = 500  # of stored ones: the oracle takes them one by one
PACK: dict[str, Callable[[bytes], bytes]] = {
    "g": lambda text: gzip.compress(text, 6, mtime=0),
    "s": lambda text: gzip.compress(text, 0, mtime=0),
    "b": lambda text: bz2.compress(text, 1),
    "x": lambda text: lzma.compress(text, preset=0),
    "c": lambda text: lzma.compress(text, preset=0, check=lzma.CHECK_NONE),
}
LETTERS = "gsbxc"


@lru_cache(2048)
def _packed(letter: str, text: bytes) -> bytes:
    return PACK[letter](text)


def stored(data: bytes) -> bytes:
    """What the lines of an input make."""
    made = bytearray()
    for line in data.split(b"\n"):
        letter, rest = line[:1].decode("latin-1"), line[1:]
        if letter in LETTERS and letter:
            made += _packed(letter, rest * 40 if rest[:1] == b"*" else rest)
        elif letter == "z":
            made += bytes(len(rest))
        elif letter == "r":  # raw
            made += rest
        elif letter == "k" and made:  # cut
            del made[-1 - sum(rest) % len(made) :]
        elif letter == "f" and made and rest:  # another byte
            made[sum(rest) % len(made)] ^= rest[0]
        elif letter == "d" and made and rest:  # a byte less
            del made[sum(rest) % len(made)]
        elif letter == "i" and rest:  # bytes between
            at = rest[0] * len(made) // 255
            made[at:at] = rest[1:]
    return bytes(made[:MOST_BYTES])


class _Stored(io.BytesIO):
    """Stored bytes in memory, as sesscore/sources.py gives them."""

    def __init__(self, data: bytes, *, rereadable: bool) -> None:
        super().__init__(data)
        self.rereadable = rereadable

    @property
    def position(self) -> int:
        return self.tell()

    @position.setter
    def position(self, at: int) -> None:
        self.seek(at)


def _read(data: bytes, compression: Any, *, rereadable: bool, size: int) -> tuple[bytes, str | None]:
    members = decompress.Members(_Stored(data, rereadable=rereadable), compression)
    pieces = []
    while piece := members.read(size):
        if len(piece) > size:
            raise Wrong("more bytes come than were asked for")
        pieces.append(piece)
    if members.position > len(data):
        raise Wrong("more bytes were read than there are")
    return b"".join(pieces), members.damage


def _decoder(compression: str) -> Any:
    if compression == "gzip":
        return zlib.decompressobj(wbits=31)
    return bz2.BZ2Decompressor() if compression == "bzip2" else lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=1 << 27)


def _given_out(decoder: Any, byte: bytes) -> Iterator[bytes]:
    """What a decoder that takes a byte gives out, in single bytes: those before an error are not lost."""
    made = b"-"
    while made or byte:
        made = decoder.decompress(byte, 1)
        yield made
        byte = getattr(decoder, "unconsumed_tail", b"")
        if decoder.eof:
            return


def expected(data: bytes, compression: str) -> tuple[bytes, bool]:
    """What the members hold, byte by byte, and whether there is damage."""
    made, at = bytearray(), 0
    while True:
        decoder = _decoder(compression)
        while not decoder.eof:
            if at == len(data):
                return bytes(made), True
            try:
                for piece in _given_out(decoder, data[at : at + 1]):
                    made += piece
            except (OSError, lzma.LZMAError, zlib.error):
                return bytes(made), True
            at += 1
        while at < len(data) and data[at] == 0:
            at += 1
        if at == len(data):
            return bytes(made), False
        if told(data[at : at + 10]) != compression:
            return bytes(made), True


def judge(data: bytes) -> Any:
    """With each library for gzip, in steps of some sizes, and from a pipe; what comes out: how it ended."""
    packed = stored(data)
    compression = told(packed[:10])
    if compression == "none":
        return None
    text, damaged = expected(packed, compression)
    size = 1 + sum(data[:4]) % 300
    for library in {decompress.GZIP_LIBRARY, zlib} if compression == "gzip" else {zlib}:
        before, decompress.GZIP_LIBRARY = decompress.GZIP_LIBRARY, library
        try:
            made, damage = _read(packed, compression, rereadable=True, size=size)
            piped, damage_piped = _read(packed, compression, rereadable=False, size=size)
        finally:
            decompress.GZIP_LIBRARY = before
        if made != text:
            raise Wrong("something else was unpacked than stands before the damage")
        if (damage is not None, damage_piped is not None) != (damaged, damaged):
            raise Wrong("damage is told where there is none, or not told")
        if not text.startswith(piped) or (not damaged and piped != text):
            raise Wrong("something else comes from a pipe")
    return (
        compression,
        (damage or "").split(" at ")[0].split(" near ")[0],
        (damage or "").rpartition(": ")[2][:24],
        min(len(text), 3),
    )


WORDS = (
    *(b"\ng", b"\ns", b"\nb", b"\nx", b"\nc", b"\nz", b"\nr", b"\nk", b"\nf", b"\nd", b"\ni", b"\n"),
    *(
        b"g*",
        b"x*some text",
        b"\x1f\x8b\x08",
        b"BZh1",
        b"BZh91AY&SY",
        b"\xfd7zXZ\0",
        b"\0\0\0\0",
        b"YZ",
        b"\x01",
        b"\xff",
    ),
)
TARGET = Target("unpack", judge, WORDS)
