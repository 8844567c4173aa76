"""Sources: log files and standard input, opened safely and read as decompressed bytes.

Only regular files and standard input can be sources. Opening one never waits: not for a FIFO, not for a device.
"""

import errno
import os
import stat
import sys
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from sesscore.decompress import HEAD_BYTES, Compression, Members, told

STDIN = "-"

_SKIP_STEP = 1024 * 1024
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
_KINDS = (
    (stat.S_ISDIR, "is a directory", "name the files in it, or give the directory to `sesscore ingest`"),
    (stat.S_ISFIFO, "is a FIFO", "pipe it in: `sesscore ingest - < FIFO`"),
    (stat.S_ISSOCK, "is a socket", "write what it sends to a file, or pipe it into `sesscore ingest -`"),
    (stat.S_ISCHR, "is a device", "pipe it in: `sesscore ingest - < DEVICE`"),
    (stat.S_ISBLK, "is a device", "pipe it in: `sesscore ingest - < DEVICE`"),
)
_ERRORS = {
    FileNotFoundError: ("does not exist", "check the name; quoted patterns are expanded too"),
    NotADirectoryError: ("does not exist: a part of its path is no directory", "check the name"),
    PermissionError: ("may not be read", "run as a user who may read it, or change its permissions"),
}


class SourceUnreadable(Exception):
    """A source cannot be opened or read. `reason` completes the sentence that its name begins."""

    def __init__(self, path: str, reason: str, hint: str = "") -> None:
        """Take what the message is made of."""
        super().__init__(f"{path} {reason}")
        self.path = path
        self.reason = reason
        self.hint = hint


def irregularity(mode: int) -> tuple[str, str] | None:
    """Say why a file of this mode cannot be a source, and what to do; None if it is a regular file."""
    if stat.S_ISREG(mode):
        return None
    for is_kind, reason, hint in _KINDS:
        if is_kind(mode):
            return reason, hint
    return "is no regular file", ""


def failure(error: OSError) -> tuple[str, str]:
    """Say what an error of the operating system means for a source, and what to do."""
    for kind, text in _ERRORS.items():
        if isinstance(error, kind):
            return text
    return f"cannot be read: {error.strerror or error}", "check the disk and the file system it is on"


class _File:
    """The stored bytes of a regular file. Reads by position, so that nothing else moves with it."""

    rereadable = True

    def __init__(self, path: str, fd: int) -> None:
        self.path = path
        self.fd = fd
        self.position = 0

    def read(self, size: int) -> bytes:
        chunk = self.read_at(self.position, size)
        self.position += len(chunk)
        return chunk

    def read_at(self, position: int, size: int) -> bytes:
        """So many bytes, fewer only at the end of the file: one call of the system may give less than there is."""
        chunks = []
        try:
            while size > 0 and (chunk := os.pread(self.fd, size, position)):
                chunks.append(chunk)
                position += len(chunk)
                size -= len(chunk)
        except OSError as error:
            raise SourceUnreadable(self.path, *failure(error)) from error
        return b"".join(chunks)

    def readinto(self, block: memoryview) -> int:
        try:
            count = os.preadv(self.fd, [block], self.position)
        except OSError as error:
            raise SourceUnreadable(self.path, *failure(error)) from error
        self.position += count
        return count

    def size(self) -> int:
        return os.fstat(self.fd).st_size

    def hole(self, position: int) -> int:
        """Length of the hole at `position`, 0 if there is none or the system cannot say."""
        if not hasattr(os, "SEEK_DATA"):
            return 0
        try:
            return os.lseek(self.fd, position, os.SEEK_DATA) - position
        except OSError as error:
            return self.size() - position if error.errno == errno.ENXIO else 0

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


class _Stream:
    """The stored bytes of standard input, the first of which were looked at already."""

    rereadable = False

    def __init__(self, path: str, stream: BinaryIO) -> None:
        self.path = path
        self.position = 0
        self._stream = stream
        self._seen = b""

    def peek(self, size: int) -> bytes:
        while len(self._seen) < size and (more := self._read(size)):
            self._seen += more
        return self._seen

    def read(self, size: int) -> bytes:
        chunk, self._seen = self._seen[:size], self._seen[size:]
        chunk = chunk or self._read(size)
        self.position += len(chunk)
        return chunk

    def _read(self, size: int) -> bytes:
        read = getattr(self._stream, "read1", self._stream.read)
        try:
            return bytes(read(size) or b"")
        except OSError as error:
            raise SourceUnreadable(self.path, *failure(error)) from error

    def close(self) -> None:
        """Leave standard input open: it is not ours."""


class Source:
    """An open source. A context manager; `open_source` makes it.

    `damage` is set at the end of compressed data that is cut or broken; all that stands before the damage was
    delivered. `stored_bytes` is the size when it was opened, 0 if unknown (a pipe).
    """

    def __init__(self, path: str, stored: _File | _Stream, compression: Compression, info: os.stat_result | None):
        """Take over what was opened."""
        self.path = path
        self.compression = compression
        self._plain = stored if compression == "none" and isinstance(stored, _File) else None
        self.growable = self._plain is not None
        self.stored_bytes = info.st_size if info else 0
        self.modified_ns = info.st_mtime_ns if info else 0
        self.device = info.st_dev if info else 0
        self.inode = info.st_ino if info else 0
        self.offset = 0
        """Decompressed offset of the next read."""
        self._stored = stored
        self._members = None if compression == "none" else Members(stored, compression)
        self._reader = self._members or stored

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


def open_source(path: str) -> Source:
    """Open a file, or standard input if `path` is `-`. A link is followed. Raises SourceUnreadable."""
    return _open_stdin() if path == STDIN else _open_file(path)


def _open_file(path: str) -> Source:
    try:
        fd = os.open(path, _FLAGS)
    except OSError as error:
        raise SourceUnreadable(path, *_refusal(path, error)) from error
    except ValueError as error:  # NUL in the name
        raise SourceUnreadable(path, "is no possible file name") from error
    stored = _File(path, fd)
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
    stored = _Stream(STDIN, stream)
    try:
        info = os.fstat(stream.fileno())
    except (OSError, ValueError):  # not a file of the system
        info = None
    return Source(STDIN, stored, told(stored.peek(HEAD_BYTES)), info)
