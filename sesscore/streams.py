"""Long results, written as they come: to standard output, or to a file that is there whole or not at all."""

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from sesscore.errors import StorageError
from sesscore.output import STDOUT, write

_CHUNK = 1 << 16


def write_all(pieces: Iterable[bytes], target: str = STDOUT) -> None:
    """Write pieces one after the other, without holding more than a few."""
    if target == STDOUT:
        for chunk in _chunks(pieces):
            write(chunk)
        return
    try:
        with _replacing(Path(target)) as file:
            file.writelines(pieces)
    except OSError as error:
        raise StorageError(
            f"the file cannot be written: {error.strerror}", where=target, hint="name another file with -o"
        ) from error


def _chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    chunk: list[bytes] = []
    size = 0
    for piece in pieces:
        chunk.append(piece)
        size += len(piece)
        if size >= _CHUNK:
            yield b"".join(chunk)
            chunk.clear()
            size = 0
    yield b"".join(chunk)


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    if path.exists() and not path.is_file():  # a device or a FIFO is written, not replaced
        with path.open("wb") as file:
            yield file
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            yield file
        draft.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
