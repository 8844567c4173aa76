"""What a block of log costs at the least: read, find its lines, find its structure; and what sesscore takes for it."""

import importlib
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
from benchmarks.kernel import fold, new_folder, scan
from clock import Clock
from logs import BLOCK_BYTES, compress

from sesscore.decompress import Members

READ = "read() into one buffer"
SIMDJSON = "simdjson: one parse of the block"
ORJSON = "orjson.loads of each line"
SCAN = "scan"
SCAN_AND_FOLD = "scan and fold"
ISAL = "isal"
ZLIB = "zlib"
MEMBERS = "sesscore.decompress"

Pass = Callable[[bytes], object]  # over a block of whole lines


def optional(module: str) -> Any:
    """A library, or None where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError:
        return None


def blocks(log: Path, clock: Clock) -> Iterator[bytes]:
    """Whole lines of the log, about a block at a time. Only reading is timed, not the copy that is given out."""
    buffer = memoryview(bytearray(BLOCK_BYTES))
    left = b""
    with log.open("rb", buffering=0) as file:
        while True:
            with clock(READ):
                size = file.readinto(buffer)
            if not size:
                break
            block = left + buffer[:size]
            end = block.rfind(b"\n") + 1
            left = block[end:]
            if end:
                yield block[:end]


def time_passes(log: Path, clock: Clock) -> list[str]:
    """Every pass over every block, in turn. Returns who was left out, and why."""
    passes, notes = _passes()
    simdjson = optional("simdjson")
    parser = simdjson.Parser() if simdjson else None
    if not simdjson:
        notes.append("simdjson: skipped, pysimdjson is not installed")
    folder = new_folder()
    for block in blocks(log, clock):
        for name, work in passes.items():
            with clock(name):
                work(block)
        if parser:
            array = b"[" + block.rstrip().replace(b"\n", b",") + b"]"
            with clock(SIMDJSON):
                parser.parse(array)
        with clock(SCAN):
            batch = scan(block)
        with clock("fold"):
            fold(folder, batch)
    return notes


def _passes() -> tuple[dict[str, Pass], list[str]]:
    passes: dict[str, Pass] = {"newlines: bytes.count": lambda block: block.count(b"\n")}
    numpy = optional("numpy")
    if numpy:
        passes["newlines: numpy, where each is"] = lambda block: numpy.flatnonzero(
            numpy.frombuffer(block, numpy.uint8) == ord("\n")
        )
    passes[ORJSON] = _load_lines
    return passes, [] if numpy else ["numpy: skipped, it is not installed"]


def _load_lines(block: bytes) -> None:
    for line in block.splitlines():
        orjson.loads(line)


def time_gunzip(log: Path, folder: Path, clock: Clock) -> tuple[int, list[str]]:
    """Decompresses the log in memory. Returns the size of what was compressed, and who was left out."""
    packed = compress(log, folder / "log.json.gz").read_bytes()
    isal = optional("isal.isal_zlib")
    for name, library in ((ZLIB, zlib), (ISAL, isal)):
        if library:
            with clock(name):
                _inflate(packed, library)
    with clock(MEMBERS):
        members = Members(_InMemory(packed), "gzip")
        while members.read(BLOCK_BYTES):
            pass
    return len(packed), [] if isal else ["isal: skipped, it is not installed"]


def _inflate(packed: bytes, library: Any) -> None:
    """A member of gzip in steps of a block, as a reader with bounded memory must."""
    decoder = library.decompressobj(wbits=16 + zlib.MAX_WBITS)
    at = 0
    while not decoder.eof:
        piece = decoder.unconsumed_tail
        if not piece:
            piece, at = packed[at : at + (1 << 18)], at + (1 << 18)
        decoder.decompress(piece, BLOCK_BYTES)


class _InMemory:
    """What `Members` reads from: bytes that cost nothing."""

    rereadable = True

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0

    def read(self, size: int, /) -> bytes:
        """The next bytes."""
        data = self._data[self.position : self.position + size]
        self.position += len(data)
        return data
