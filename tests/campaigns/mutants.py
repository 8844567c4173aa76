"""What can be wrong with a database, and how commands may end that are given such a one: for damage.py."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import apsw

from sesscore.migrations import SCHEMA_VERSION

PAGE = 8192
ANY = frozenset({0, 1, 3, 4, 6, 7})


@dataclass(frozen=True)
class Kind:
    """damage: what is done to a database. codes: that are right for commands that read; ingest_codes: for ingest.

    untouched: what must be as before, the `file` or the whole `folder`.
    """

    damage: Callable[[Path, Path, random.Random], None]
    codes: frozenset[int] = ANY
    ingest_codes: frozenset[int] = ANY
    untouched: str = ""


# Damages. other: another database, with a log beside it.


def flip(db: Path, other: Path, chance: random.Random) -> None:
    """Some bits, anywhere or in the first page."""
    data = bytearray(db.read_bytes())
    end = chance.choice((len(data), len(data), PAGE, 100))
    for _ in range(chance.choice((1, 1, 3, 20))):
        data[chance.randrange(end)] ^= 1 << chance.randrange(8)
    db.write_bytes(data)


def scribble(db: Path, other: Path, chance: random.Random) -> None:
    """Random bytes over a stretch."""
    data = bytearray(db.read_bytes())
    start = chance.randrange(len(data))
    size = min(chance.choice((4, 40, 400, 4000)), len(data) - start)
    data[start : start + size] = chance.randbytes(size)
    db.write_bytes(data)


def cut(db: Path, other: Path, chance: random.Random) -> None:
    """The end is missing, at the border of a page or not."""
    size = chance.randrange(db.stat().st_size)
    os.truncate(db, size - size % PAGE if chance.random() < 0.5 else size)


def zero(db: Path, other: Path, chance: random.Random) -> None:
    """Some pages are zeros, as after a crash of the file system."""
    data = bytearray(db.read_bytes())
    for _ in range(chance.choice((1, 2, 5))):
        start = PAGE * chance.randrange(len(data) // PAGE)
        data[start : start + PAGE] = bytes(PAGE)
    db.write_bytes(data)


def swap(db: Path, other: Path, chance: random.Random) -> None:
    """Two pages have changed places."""
    data = bytearray(db.read_bytes())
    one, two = (PAGE * chance.randrange(len(data) // PAGE) for _ in range(2))
    data[one : one + PAGE], data[two : two + PAGE] = data[two : two + PAGE], data[one : one + PAGE]
    db.write_bytes(data)


def log_of_another(db: Path, other: Path, chance: random.Random) -> None:
    """The log beside it is another database's: a whole one, or the beginning of one."""
    log = Path(f"{other}-wal").read_bytes()
    Path(f"{db}-wal").write_bytes(log if chance.random() < 0.5 else log[: chance.randrange(1, len(log))])


def log_damaged(db: Path, other: Path, chance: random.Random) -> None:
    """A database whose content is still in its log, with some bits of that flipped, or its end missing."""
    shutil.copy2(other, db)
    log = bytearray(Path(f"{other}-wal").read_bytes())
    for _ in range(chance.choice((0, 1, 5))):
        log[chance.randrange(len(log))] ^= 1 << chance.randrange(8)
    Path(f"{db}-wal").write_bytes(log[: chance.choice((len(log), chance.randrange(len(log))))])


def no_database(db: Path, other: Path, chance: random.Random) -> None:
    """Something else."""
    magic = b"SQLite format 3\0"
    db.write_bytes(chance.choice((b"{}\n" * 999, chance.randbytes(9000), magic, magic * 600)))


def _pragma(db: Path, name: str, value: int) -> None:
    connection = apsw.Connection(str(db))
    connection.pragma(name, value)
    connection.close()


def anothers(db: Path, other: Path, chance: random.Random) -> None:
    """The database of another program."""
    _pragma(db, "application_id", chance.randrange(1 << 31))


def newer(db: Path, other: Path, chance: random.Random) -> None:
    """Of a later version."""
    _pragma(db, "user_version", SCHEMA_VERSION + chance.randrange(1, 1000))


def read_only_file(db: Path, other: Path, chance: random.Random) -> None:
    """May be read, not written."""
    db.chmod(0o444)


def read_only_folder(db: Path, other: Path, chance: random.Random) -> None:
    """Nothing may be made beside it."""
    db.parent.chmod(0o555)


def unreadable(db: Path, other: Path, chance: random.Random) -> None:
    """May not even be read."""
    db.chmod(0)


KINDS = {
    "flip": Kind(flip),
    "scribble": Kind(scribble),
    "cut": Kind(cut),
    "zero": Kind(zero),
    "swap": Kind(swap),
    "log-damaged": Kind(log_damaged),
    "log-of-another": Kind(log_of_another),
    "no-database": Kind(no_database, frozenset({1}), frozenset({1}), "folder"),
    "anothers": Kind(anothers, frozenset({1}), frozenset({1}), "folder"),
    "newer": Kind(newer, frozenset({4}), frozenset({4}), "folder"),
    "read-only-file": Kind(read_only_file, frozenset({0}), frozenset({7}), "file"),
    "read-only-folder": Kind(read_only_folder, frozenset({0}), frozenset({7}), "folder"),
    "unreadable": Kind(unreadable, frozenset({7}), frozenset({7}), "folder"),
}
