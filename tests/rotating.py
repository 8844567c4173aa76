"""All that rotates, packs, copies, cuts and deletes the log of a honeypot: a method a step, which says what it did."""

from __future__ import annotations

import gzip
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from rotated import LIVE, PACK, Honeypot, unpacked


@dataclass
class Rotation(Honeypot):
    """A folder of logs, and what happens to them."""

    days: int = 0
    unwritten: bytes = b""  # of a packed file

    # What rotates it

    def _rotated(self) -> list[Path]:
        """All files but the live log, as they lie."""
        files = (path for path in self.folder.rglob("*") if path.is_file() and not path.is_symlink())
        return sorted(path for path in files if path != self.live)

    def _plain(self) -> list[Path]:
        return [path for path in self._rotated() if path.suffix not in PACK and not path.name.startswith("link")]

    def _packed(self) -> list[Path]:
        return [path for path in self._rotated() if path.suffix in PACK and not path.name.startswith("slow")]

    def _next_place(self) -> Path:
        """Makes room for a rotated log."""
        if self.dated:
            self.days += 1
            return self.folder / f"{LIVE}.2026-{1 + self.days // 28:02}-{1 + self.days % 28:02}"
        numbered = re.compile(rf"{re.escape(LIVE)}\.([0-9]+)(\.[a-z0-9]+)?")
        places = [(int(found[1]), path, found[2] or "") for path in self.folder.iterdir()
                  if (found := numbered.fullmatch(path.name))]  # fmt: skip
        for number, path, suffix in sorted(places, reverse=True):
            path.rename(self.folder / f"{LIVE}.{number + 1}{suffix}")
        return self.folder / f"{LIVE}.1"

    def rename(self) -> str:
        """The log gets another name, and the honeypot begins a new one, at once or with its next words."""
        if self.reopens_late:
            return "nothing: it still writes to the log that was renamed before"
        place = self._next_place()
        self.live.rename(place)
        self.reopens_late = self.chance.random() < 0.3
        if not self.reopens_late:
            self.reopen()
        return f"to {place.name}{', it goes on writing there' if self.reopens_late else ''}"

    def copytruncate(self) -> str:
        """The log is copied and emptied. A writer that does not append leaves a hole."""
        if not self.live.exists():
            return "nothing"
        place = self._next_place()
        shutil.copy2(self.live, place)
        os.truncate(self.live, 0)
        self._touch(self.live)
        return f"to {place.name}"

    def delete_oldest(self) -> str:
        """Its inode is free for the next file."""
        return self._delete(min(self._rotated(), key=lambda path: path.stat().st_mtime_ns, default=None))

    def _delete(self, path: Path | None) -> str:
        if path is None:
            return "nothing"
        path.unlink()
        return path.name

    # What packs and copies

    def pack(self) -> str:
        """A rotated log is packed, with its time, as the tools do."""
        path = self._any(self._plain())
        if path is None or (self.reopens_late and path == self._latest()):
            return "nothing"
        suffix = self.chance.choice((".gz", ".gz", ".gz", ".bz2", ".xz"))
        packed = path.with_name(path.name + suffix)
        packed.write_bytes(PACK[suffix](path.read_bytes(), self.chance.choice((1, 6, 9))))
        self._touch(packed, path.stat().st_mtime_ns)
        path.unlink()
        return packed.name

    def _latest(self) -> Path | None:
        return max(self._plain(), key=lambda path: path.stat().st_ino == os.fstat(self._fd).st_ino, default=None)

    def pack_slowly(self) -> str:
        """A packed file is seen while it is written: the first time a part of it, the next time all."""
        slow = self.folder / "slow.json.gz"
        if self.unwritten:
            with slow.open("ab") as file:
                file.write(self.unwritten)
            self._touch(slow)
            self.unwritten = b""
            return "to its end"
        path = self._any(self._plain())
        if path is None:
            return "nothing"
        whole = gzip.compress(path.read_bytes(), mtime=0)
        cut = self.chance.randint(1, len(whole))
        self.unwritten = whole[cut:]
        return self._put(slow, whole[:cut])

    def pack_again(self) -> str:
        """A packed file is packed once more: another level, another time, maybe another inode."""
        path = self._any(self._packed())
        if path is None:
            return "nothing"
        data = PACK[path.suffix](unpacked(path.read_bytes()), self.chance.choice((2, 7)))
        if replaced := self.chance.random() < 0.5:
            path.unlink()
        path.write_bytes(data)
        self._touch(path)
        return f"{path.name}{', in place of the old one' if replaced else ''}"

    def add_member(self) -> str:
        """A packed file grows by a member of its own."""
        path = self.folder / "archive.json.gz"
        with path.open("ab") as file:
            file.write(gzip.compress(b"".join(self._line() for _ in range(self.chance.randint(1, 3))), mtime=0))
        self._touch(path)
        return f"{path.stat().st_size} bytes now"

    def unpack(self) -> str:
        """A packed file lies there as it was."""
        path = self._any(self._packed())
        if path is None or path.with_suffix("").exists():
            return "nothing"
        path.with_suffix("").write_bytes(unpacked(path.read_bytes()))
        self._touch(path.with_suffix(""))
        path.unlink()
        return path.name

    def copy(self) -> str:
        """Whole, or its beginning."""
        path = self._any(self._files())
        if path is None:
            return "nothing"
        data = path.read_bytes()
        if path.suffix not in PACK and self.chance.random() < 0.3:
            data = b"".join(data.splitlines(keepends=True)[: self.chance.randint(1, 5)])
        return self._put(self._backup(path.name), data)

    def link(self) -> str:
        """Another name for the same file."""
        path = self._any(self._files())
        place = self._backup(f"link-{path.name}") if path else None
        if path is None or place is None or place.exists():
            return "nothing"
        os.link(path, place)
        return path.name

    def concatenate(self) -> str:
        """Two logs in one file."""
        if len(plain := self._plain()) < 2:
            return "nothing"
        return self._put(
            self._backup("both.json"), b"".join(path.read_bytes() for path in self.chance.sample(plain, 2))
        )

    def move(self) -> str:
        """To another folder."""
        path = self._any(self._rotated())
        if path is None or path.parent != self.folder or path.name.startswith("slow"):
            return "nothing"
        path.rename(self._backup(path.name))
        return path.name

    def touch(self) -> str:
        """Nothing but the time of a file changes."""
        path = self._any(self._files())
        if path is not None:
            self._touch(path)
        return path.name if path else "nothing"

    def swap_link(self) -> str:
        """A link points to another file, as `current` does."""
        path = self._any(self._files())
        if path is None:
            return "nothing"
        (self.folder / "current").unlink(missing_ok=True)
        (self.folder / "current").symlink_to(path)
        return path.name

    def _files(self) -> list[Path]:
        return [*self._rotated(), *([self.live] if self.live.exists() else [])]

    def _any(self, paths: list[Path]) -> Path | None:
        return self.chance.choice(paths) if paths else None

    def _backup(self, name: str) -> Path:
        (self.folder / "backup").mkdir(exist_ok=True)
        return self.folder / "backup" / name

    def _put(self, path: Path, data: bytes) -> str:
        path.write_bytes(data)
        self._touch(path)
        return f"{path.name}, {len(data)} bytes"
