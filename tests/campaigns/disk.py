"""What a disk may hold after a power cut, from what it was told before: for powerloss.py."""

from __future__ import annotations

import hashlib
import random
import shutil
from dataclasses import dataclass
from pathlib import Path

SECTOR = 512

Files = dict[str, bytearray]


@dataclass(frozen=True)
class Operation:
    """What the disk was told: to make, write, truncate, sync or delete a file. at: where it is written or cut."""

    what: str
    file: str
    at: int = 0
    data: bytes = b""


def state(operations: list[Operation], way: str, chance: random.Random) -> Files:
    """The files after a power cut. Of each file, what stands before its last sync is safe."""
    safe = {}
    for number, operation in enumerate(operations):
        if operation.what == "sync":
            safe[operation.file] = number
    files: Files = {}
    for number, operation in enumerate(operations):
        if number < safe.get(operation.file, -1) or operation.what in ("make", "delete"):
            _do(files, operation)
        elif operation.what != "sync":
            _maybe(files, operation, way, chance)
    return files


def _do(files: Files, operation: Operation) -> None:
    match operation.what:
        case "make":
            files.setdefault(operation.file, bytearray())
        case "delete":
            files.pop(operation.file, None)
        case "truncate" if operation.file in files:
            del files[operation.file][operation.at :]
        case "write":
            _write(files, operation.file, operation.at, operation.data)


def _maybe(files: Files, operation: Operation, way: str, chance: random.Random) -> None:
    """What no sync has made safe."""
    if way == "kept" or (way == "subset" and chance.random() < 0.5):
        _do(files, operation)
    elif way == "torn" and operation.what == "write":
        for start in range(0, len(operation.data), SECTOR):
            if chance.random() < 0.5:
                piece = operation.data[start : start + SECTOR]
                _write(files, operation.file, operation.at + start, piece)
    elif way == "torn" and chance.random() < 0.5:
        _do(files, operation)


def _write(files: Files, name: str, at: int, data: bytes) -> None:
    file = files.setdefault(name, bytearray())
    if len(file) < at:
        file.extend(bytes(at - len(file)))
    file[at : at + len(data)] = data


def fingerprint(files: Files) -> bytes:
    whole = hashlib.sha256()
    for name, data in sorted(files.items()):
        whole.update(f"{name} {len(data)}\n".encode() + data)
    return whole.digest()


def put(folder: Path, files: Files) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder / "s.db"
