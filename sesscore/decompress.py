"""Compressed streams, read in bounded memory, and of a damaged one all that can be had.

A stream is a chain of members (gzip members, bzip2 or xz streams), with zero padding allowed after each. What is
compressed inside is not unpacked again. `isal` reads gzip where it is installed, else `zlib`: the bytes are the same.
"""

import bz2
import importlib
import lzma
import re
import zlib
from types import ModuleType
from typing import Final, Protocol

from sesscore.compression import HEAD_BYTES, Compression, told

_STEP: Final = 128 * 1024  # decompressed bytes of one call, at the most: larger ones would be fresh memory each time
_STEP_UNREPEATABLE: Final = 4 * 1024  # the same where nothing can be done again: what damage can cost
_SLICE: Final = 256 * 1024  # stored bytes of one call, at the most
_FIRST_SLICE: Final = 4 * 1024  # at the start of a member: many are tiny, and each call copies what it leaves
_NEVER: Final = 1 << 63
_XZ_MEMORY: Final = 128 * 1024 * 1024  # `xz -9` asks for 65 MiB; a header can ask for gigabytes

_NOT_ZERO: Final = re.compile(rb"[^\0]")


def _gzip_library() -> ModuleType:
    try:
        return importlib.import_module("isal.isal_zlib")
    except ImportError:
        return zlib


GZIP_LIBRARY = _gzip_library()


class Stored(Protocol):
    """Where the stored bytes come from. Its errors are not those of a decoder, so that the two are told apart."""

    position: int
    """Stored bytes given out so far; may be set back if `rereadable`."""
    rereadable: bool

    def read(self, size: int, /) -> bytes:
        """Give the next bytes, `size` at the most; none at the end."""


class _Decoder(Protocol):
    """Reads one member. The way of `bz2` and `lzma`."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: memoryview, max_length: int) -> bytes: ...


class _Inflate:
    """A gzip member read by `zlib` or `isal`, whose ways differ from those of `bz2` and `lzma`."""

    def __init__(self, library: ModuleType) -> None:
        self._decoder = library.decompressobj(wbits=16 + zlib.MAX_WBITS)
        self._left = b""
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return bool(self._decoder.eof)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._decoder.unused_data)

    def decompress(self, data: memoryview, max_length: int) -> bytes:
        chunk: bytes = self._decoder.decompress(data or self._left, max_length)
        self._left = self._decoder.unconsumed_tail
        self.needs_input = not self._left and len(chunk) < max_length
        return chunk


class _CutShort(Exception):
    """The stored bytes end within a member."""


class Members:
    """The decompressed bytes of a chain of members.

    Decoders lose the output of the call that fails, and `isal` keeps back a byte or two of a member that is cut. So
    at damage the member is read again, by `zlib` and in the end in single bytes: all that stands before the damage is
    delivered, and the same whatever library reads. What cannot be read again (a pipe) is decompressed
    in small steps instead; there, damage can cost the last of them.
    """

    def __init__(self, stored: Stored, compression: Compression) -> None:
        """Begin at the position of `stored`."""
        self.damage: str | None = None
        self._stored = stored
        self._compression = compression
        self._step_limit = _STEP if stored.rereadable else _STEP_UNREPEATABLE
        self._held = memoryview(b"")  # stored bytes that were read; those from _at on are not with the decoder yet
        self._at = 0
        self._ended = False
        self._decoder_errors = (OSError, lzma.LZMAError, zlib.error, GZIP_LIBRARY.error)
        self._errors = (*self._decoder_errors, _CutShort)
        self._begin()

    @property
    def position(self) -> int:
        """Stored bytes handed to the decoder."""
        return self._stored.position - len(self._held) + self._at

    def read(self, size: int) -> bytes:
        """Give the next decompressed bytes, `size` at the most; none at the end or at damage."""
        if self._stored.rereadable:
            return self._chunk(size)
        chunks = []
        while size > 0 and (chunk := self._chunk(size)):
            chunks.append(chunk)
            size -= len(chunk)
        return b"".join(chunks)

    def _begin(self, *, again: bool = False, close_from: int = _NEVER) -> None:
        """Start to read the member at the current position.

        `again`: by zlib and in small slices, of single bytes from stored byte `close_from` on.
        """
        self._again = again
        self._close_from = close_from
        self._decoder = self._new_decoder()
        self._member = self.position
        self._delivered = 0  # decompressed bytes of this member
        self._slice = _FIRST_SLICE
        self._slice_start = self._member

    def _new_decoder(self) -> _Decoder:
        if self._compression == "gzip":
            return _Inflate(zlib if self._again else GZIP_LIBRARY)
        if self._compression == "bzip2":
            return bz2.BZ2Decompressor()
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)

    def _chunk(self, size: int) -> bytes:
        size = min(size, self._step_limit)
        while size > 0 and not self._ended:
            try:
                chunk = self._step(size)
            except self._errors as error:
                chunk = self._at_damage(error, size)
            if chunk:
                return chunk
        return b""

    def _step(self, size: int) -> bytes:
        """Call the decoder once, or go to the next member."""
        decoder = self._decoder
        if decoder.eof:
            self._next_member()
            return b""
        hungry = decoder.needs_input
        if hungry and self._again and (chunk := decoder.decompress(memoryview(b""), size)):
            # bz2 asks for input while it has output left, which is lost if that input is damaged
            self._delivered += len(chunk)
            return chunk
        data = self._take(size) if hungry else memoryview(b"")
        chunk = decoder.decompress(data, size)
        if hungry and not (data or chunk or decoder.eof):  # not before: bz2 can have output left when it asks for input
            raise _CutShort
        self._delivered += len(chunk)
        return chunk

    def _take(self, size: int) -> memoryview:
        """Take stored bytes for the decoder: few if little is wanted, as it copies what it leaves each time."""
        if self._at == len(self._held):
            self._hold(b"")
        self._slice_start = self.position
        limit = min(self._slice, max(size, _FIRST_SLICE), max(self._close_from - self._slice_start, 1))
        data = self._held[self._at : self._at + limit]
        self._at += len(data)
        if not self._again:
            self._slice = min(self._slice * 2, _SLICE)
        return data

    def _hold(self, before: bytes) -> bool:
        """Read more stored bytes, to stand after `before`. False at the end."""
        more = self._stored.read(_SLICE)
        self._held, self._at = memoryview(before + more if before else more), 0
        return bool(more)

    def _next_member(self) -> None:
        unused = len(self._decoder.unused_data)
        if unused <= self._at:
            self._at -= unused
        else:  # the decoder had kept bytes of an earlier slice
            self._held, self._at = memoryview(self._decoder.unused_data + bytes(self._held[self._at :])), 0
        if not self._skip_zeros():
            self._ended = True
        elif told(self._peek()) == self._compression:
            self._begin()
        else:
            self._stop(f"followed by bytes that are not {self._compression}, from stored byte {self.position}")

    def _skip_zeros(self) -> bool:
        """Go to the next stored byte that is not zero. False if there is none."""
        while not (found := _NOT_ZERO.search(self._held, self._at)):
            if not self._hold(b""):
                return False
        self._at = found.start()
        return True

    def _peek(self) -> bytes:
        while len(self._held) - self._at < HEAD_BYTES and self._hold(bytes(self._held[self._at :])):
            pass
        return bytes(self._held[self._at : self._at + HEAD_BYTES])

    def _at_damage(self, error: Exception, size: int) -> bytes:
        """Deliver what the call of `size` bytes that failed should have given, and end there if it fails again."""
        if not self._stored.rereadable or (isinstance(error, _CutShort) and self._compression != "gzip"):
            self._stop(self._describe(error))
            return b""
        recovered = bytearray()
        before = self._delivered
        goal = before + size
        close_from = _NEVER
        for step in (size, size, 1):
            try:
                self._read_again(before, goal, recovered, close_from, step)
                return bytes(recovered)
            except _CutShort as final:
                error = final
                break
            except self._decoder_errors as final:
                error = final
                close_from = self._slice_start
        self._stop(self._describe(error))
        return bytes(recovered)

    def _read_again(self, before: int, goal: int, recovered: bytearray, close_from: int, close_step: int) -> None:
        """Read this member again, and add to `recovered`, which follows byte `before` of it, all up to byte `goal`."""
        delivered = before + len(recovered)
        self._stored.position = member = self._member
        self._held, self._at = memoryview(b""), 0
        self._begin(again=True, close_from=close_from)
        while self._delivered < delivered:
            self._step(min(delivered - self._delivered, _STEP))
        while self._delivered < goal and self._member == member and not self._ended:
            wanted = goal - self._delivered
            recovered += self._step(min(close_step, wanted) if self.position >= close_from else wanted)

    def _describe(self, error: Exception) -> str:
        if isinstance(error, _CutShort):
            return f"cut short: the {self._compression} data ends unfinished at stored byte {self.position}"
        return f"the {self._compression} data is damaged near stored byte {self.position}: {error}"

    def _stop(self, damage: str) -> None:
        self.damage = damage
        self._ended = True
