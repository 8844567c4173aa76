"""What operators, and Cowrie itself, do to cowrie.json; and what is written in all that came of it."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
from pathlib import Path

LIVE = "cowrie.json"
_NUMBERED = re.compile(re.escape(LIVE) + r"\.([0-9]+)((?:\.gz)?)\Z")


def written(*folders: Path) -> set[bytes]:
    """The lines of all logs, packed ones too. Copies are one: no two events have one session and one microsecond."""
    lines: set[bytes] = set()
    for folder in folders:
        for path in folder.glob(f"{LIVE}*"):
            content = path.read_bytes()
            whole, _, _ = (gzip.decompress(content) if path.suffix == ".gz" else content).rpartition(b"\n")
            lines.update(line.strip(b"\0") for line in whole.splitlines())
    return lines


def rename(logs: Path) -> None:
    """As logrotate does. Cowrie goes on with the file that it has open, until it is started again."""
    _make_room(logs)
    (logs / LIVE).rename(logs / f"{LIVE}.1")


def copy_and_cut(logs: Path) -> None:
    """As logrotate does with copytruncate. Cowrie does not append: it goes on at its offset, behind a hole."""
    _make_room(logs)
    shutil.copy2(logs / LIVE, logs / f"{LIVE}.1")
    os.truncate(logs / LIVE, 0)


def empty(logs: Path, kept: Path) -> None:
    """As Cowrie 2.7 to 3.0 did to a plain log when it was started. kept: where nobody reads it but the tests."""
    kept.mkdir(exist_ok=True)
    shutil.copy2(logs / LIVE, kept / f"{LIVE}.{len(list(kept.iterdir()))}")
    os.truncate(logs / LIVE, 0)


def pack(logs: Path) -> None:
    """All that was rotated, by the program that operators use."""
    for path in sorted(logs.glob(f"{LIVE}.*")):
        if path.suffix != ".gz":
            subprocess.run(["gzip", path], check=True)


def _make_room(logs: Path) -> None:
    """Let the next log be number 1."""
    numbered = [(int(found[1]), found[2]) for path in logs.iterdir() if (found := _NUMBERED.match(path.name))]
    for number, packed in sorted(numbered, reverse=True):
        (logs / f"{LIVE}.{number}{packed}").rename(logs / f"{LIVE}.{number + 1}{packed}")
