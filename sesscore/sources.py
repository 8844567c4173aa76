"""Sources: log files and standard input, opened safely and read as decompressed bytes.

Only regular files and standard input can be sources. Opening one never waits: not for a FIFO, not for a device.
"""

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from sesscore.compression import HEAD_BYTES, Compression, told
from sesscore.stored_bytes import StoredFile, StoredStream
from sesscore.unreadable import SourceUnreadable, failure, irregularity

if TYPE_CHECKING:
    from sesscore.decompress import Members

STDIN = "-"

_SKIP_STEP = 1024 * 1024
OPEN_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY


class Source:
    """An open source. A context manager; `open_source` makes it.

    `damage` is set at the end of compressed data that is cut or broken; all that stands before the damage was
    delivered. `stored_bytes` is the size when it was opened, 0 if unknown (a pipe).
    """

    def __init__(
        self, path: str, stored: StoredFile | StoredStream, compression: Compression, info: os.stat_result | None
    ):
        """Take over what was opened."""
        self.path = path
        self.compression = compression
        self._plain = stored if compression == "none" and isinstance(stored, StoredFile) else None
        self.growable = self._plain is not None
        self.stored_bytes = info.st_size if info else 0
        self.modified_ns = info.st_mtime_ns if info else 0
        self.device = info.st_dev if info else 0
        self.inode = info.st_ino if info else 0
        self._stored = stored
        self._begin()

    def _begin(self) -> None:
        self.offset = 0
        """Decompressed offset of the next read."""
        self._members = None if self.compression == "none" else _members(self._stored, self.compression)
        self._reader = self._members or self._stored

    @property
    def stored_position(self) -> int:
        """Bytes of the stored input consumed so far."""
        return self._reader.position

    @property
    def damage(self) -> str | None:
        """What is wrong with the compressed data, as far as it was read."""
        return self._members.damage if self._members else None

    def read(self, size: int) -> bytes:
        """Give the next decompressed bytes: some, `size` at the most; none at the end."""
        chunk = self._reader.read(size) if size > 0 else b""
        self.offset += len(chunk)
        return chunk

    def readinto(self, block: memoryview) -> int:
        """Put the next decompressed bytes into a block: some; 0 at the end."""
        if self._plain is None:
            chunk = self.read(len(block))
            block[: len(chunk)] = chunk
            return len(chunk)
        count = self._plain.readinto(block)
        self.offset += count
        return count

    def fill(self, size: int) -> bytes:
        """Give the next `size` decompressed bytes, fewer only at the end."""
        chunks = []
        while size > 0 and (chunk := self.read(size)):
            chunks.append(chunk)
            size -= len(chunk)
        return b"".join(chunks)

    def skip(self, count: int) -> int:
        """Pass over `count` decompressed bytes, or as many as there are. Says how many."""
        if self._plain:
            skipped = max(0, min(count, self._plain.size() - self.offset))
            self._plain.position += skipped
            self.offset += skipped
            return skipped
        start = self.offset
        while (left := start + count - self.offset) > 0 and self.read(min(left, _SKIP_STEP)):
            pass
        return self.offset - start

    def rewind(self) -> None:
        """Go back to the beginning of a file. Standard input has no way back."""
        if self.offset and not self._stored.rereadable:
            raise TypeError("standard input cannot be read again")
        if self.offset:
            self._stored.position = 0
            self._begin()

    def skip_hole(self, keep: int = 0) -> int:
        """Pass over a hole of a sparse file, if the next byte is in one, but for its last `keep` bytes.

        Says how many bytes, which would read as NULs. A crash or a careless rotation can leave a hole of terabytes,
        that takes no space but hours to read.
        """
        return self.skip(max(0, self._plain.hole(self.offset) - keep)) if self._plain else 0

    def read_at(self, offset: int, size: int) -> bytes:
        """Give `size` bytes at `offset`, fewer at the end; the next `read` is where it was. Plain files only."""
        if not self._plain:
            raise TypeError("only plain files can be read at an offset")
        return self._plain.read_at(offset, size)

    def close(self) -> None:
        """Close the file."""
        self._stored.close()

    def __enter__(self) -> Self:
        """Give the source itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()


def _members(stored: StoredFile | StoredStream, compression: Compression) -> "Members":
    from sesscore.decompress import Members  # late: four libraries, and most files are plain or known

    return Members(stored, compression)


def open_source(path: str, descriptor: int | None = None) -> Source:
    """Open a file, or standard input if `path` is `-`. A link is followed. Raises SourceUnreadable.

    descriptor: of the file, if it is open already. It stays open.
    """
    return _open_stdin() if path == STDIN else _open_file(path, descriptor)


def _open_file(path: str, descriptor: int | None) -> Source:
    try:
        fd = os.open(path, OPEN_FLAGS) if descriptor is None else os.dup(descriptor)
    except OSError as error:
        raise SourceUnreadable(path, *_refusal(path, error)) from error
    except ValueError as error:  # NUL in the name
        raise SourceUnreadable(path, "is no possible file name") from error
    stored = StoredFile(path, fd)
    try:
        info = os.fstat(fd)
        if problem := irregularity(info.st_mode):
            raise SourceUnreadable(path, *problem)
        return Source(path, stored, told(stored.read_at(0, HEAD_BYTES)), info)
    except BaseException:
        stored.close()
        raise


def _refusal(path: str, error: OSError) -> tuple[str, str]:
    """Say why a file could not be opened. Sockets and devices without a driver refuse with errors of their own."""
    try:
        return irregularity(Path(path).stat().st_mode) or failure(error)
    except OSError:
        return failure(error)


def _open_stdin() -> Source:
    stream = sys.stdin.buffer if sys.stdin else None
    if stream is None or stream.closed:
        raise SourceUnreadable(STDIN, "is closed: there is no standard input", "name a file, or pipe a log in")
    stored = StoredStream(STDIN, stream)
    try:
        info = os.fstat(stream.fileno())
    except (OSError, ValueError):  # not a file of the system
        info = None
    return Source(STDIN, stored, told(stored.peek(HEAD_BYTES)), info)
