"""The log that campaigns read: several sources, and something of all that a transaction can hold."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

from sesscore import synth

BAD = b'{"timestamp": 7}\n\nnot json\n{"half": \n'
SESSIONLESS = b'{"eventid":"cowrie.session.params","timestamp":"2026-01-01T00:00:00Z","arch":"x"}\n'


@dataclass(frozen=True)
class Logs:
    """Files, and how they are to be read so that they are many transactions."""

    folder: Path
    block_bytes: int
    commit_bytes: int

    @property
    def options(self) -> list[str]:
        """For the command line of ingest."""
        small = ["--block-bytes", str(self.block_bytes), "--commit-bytes", str(self.commit_bytes)]
        return [str(self.folder), *small, "--no-progress"]

    @property
    def keywords(self) -> dict[str, int]:
        """For the function."""
        return {"block_bytes": self.block_bytes, "commit_bytes": self.commit_bytes}


def make(folder: Path, events: int, *, seed: int = 1, batches: int = 20, batches_a_commit: int = 2) -> Logs:
    """Writes logs of so many events, over three days.

    The oldest is compressed; an event is cut in two between the two others, so that a join follows at the end. Then
    come a copy of some events, a file that is no log, and a last line without an end, which waits.
    """
    folder.mkdir(parents=True)
    lines = list(synth.generate(events=events, days=3, seed=seed, sensors=2))
    third = len(lines) // 3
    oldest, middle, newest = lines[:third], lines[third : 2 * third], lines[2 * third :]
    half = len(newest[0]) // 2
    (folder / "cowrie.json.2026-01-01.gz").write_bytes(gzip.compress(b"".join(oldest) + BAD, mtime=0))
    (folder / "cowrie.json.2026-01-02").write_bytes(BAD + b"".join(middle) + SESSIONLESS + newest[0][:half])
    (folder / "cowrie.json").write_bytes(newest[0][half:] + b"".join(newest[1:]) + b'{"eventid": "cowr')
    (folder / "old").mkdir()
    (folder / "old" / "copy.json").write_bytes(b"".join(lines[third - third // 4 : third + third // 4]))
    (folder / "old" / "no-log.csv").write_bytes(b"a,b\n1,2\n")
    size = sum(len(line) for line in lines)
    return Logs(folder, max(1, size // batches), max(1, size * batches_a_commit // batches))
