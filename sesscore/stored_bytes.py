"""The stored bytes of a source, as they lie in a file or come from standard input."""

import errno
import os
from collections.abc import Callable
from functools import partial
from typing import BinaryIO

from sesscore.unreadable import SourceUnreadable, failure


class StoredFile:
    """The stored bytes of a regular file. Reads by position, so that nothing else moves with it."""

    rereadable = True

    def __init__(self, path: str, fd: int) -> None:
        self.path = path
        self.fd = fd
        self.position = 0

    def read(self, size: int) -> bytes:
        """The next bytes, `size` at the most; none at the end."""
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
        """Puts the next bytes into a block: how many, 0 at the end."""
        try:
            count = os.preadv(self.fd, [block], self.position)
        except OSError as error:
            raise SourceUnreadable(self.path, *failure(error)) from error
        self.position += count
        return count

    def size(self) -> int:
        """Of the file, now."""
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
        """Closes the file."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


class StoredStream:
    """The stored bytes of standard input, the first of which were looked at already."""

    rereadable = False

    def __init__(self, path: str, stream: BinaryIO) -> None:
        self.path = path
        self.position = 0
        self._seen = b""
        self._read_once: Callable[[int], bytes | None]
        try:
            descriptor = stream.fileno()
        except (OSError, ValueError):  # not a file of the system
            self._read_once = getattr(stream, "read1", stream.read)
        else:
            # Not through the stream: a thread that waits in there at the end of the program holds its lock.
            self._read_once = partial(os.read, descriptor)

    def peek(self, size: int) -> bytes:
        """The first bytes, which stay to be read; fewer only at the end."""
        while len(self._seen) < size and (more := self._read(size)):
            self._seen += more
        return self._seen

    def read(self, size: int) -> bytes:
        """The next bytes: some, `size` at the most; none at the end."""
        chunk, self._seen = self._seen[:size], self._seen[size:]
        chunk = chunk or self._read(size)
        self.position += len(chunk)
        return chunk

    def _read(self, size: int) -> bytes:
        try:
            return bytes(self._read_once(size) or b"")
        except OSError as error:
            raise SourceUnreadable(self.path, *failure(error)) from error

    def close(self) -> None:
        """Leave standard input open: it is not ours."""
