"""A folder with logs and a database, for what reads logs in several steps."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from compare import (
    Content,
    check_database,
    content,
    dump,
    expected_content,
    expected_ledgers,
    ledgers,
    without_copies,
)
from transforms import COMPRESS

from sesscore.ingest import ingest
from sesscore.recount import SourceBytes, recount
from sesscore.result import IngestResult


@dataclass
class Desk:
    """A folder with logs and a database. sources: what each file holds now. read: their names, first read first."""

    folder: Path
    sources: dict[str, SourceBytes] = field(default_factory=dict)
    read: list[str] = field(default_factory=list)

    @property
    def db(self) -> str:
        return str(self.folder / "sesscore.db")

    def put(self, name: str, data: bytes, compression: str = "plain") -> str:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(COMPRESS[compression](data))
        self.sources[name] = SourceBytes(name, data, compression == "plain")
        return str(path)

    def ingest(self, *paths: str, **options: Any) -> IngestResult:
        names = [str(Path(path).relative_to(self.folder)) for path in paths]
        self.read += [name for name in names if name not in self.read]
        result = ingest(paths, db=self.db, **options)
        assert result.ledger.balanced
        return result

    def assert_as_recounted(self, *, one_run: bool = True, **options: Any) -> None:
        """Everything that can be compared with the recount of the sources in the order in which they were read.

        one_run: False where copies count in another order, because halves are joined at the end of each run.
        """
        sources = [self.sources[name] for name in self.read]
        result = recount(sources, **options)
        assert content(self.db) == expected_content(result)
        found, expected = ledgers(self.db), expected_ledgers(recount(without_copies(self.db, sources), **options))
        for told in [] if one_run else [*found.values(), *expected.values()]:
            told["events"] += told.pop("duplicates")
        assert found == expected
        check_database(self.db, sources, options.get("sensor", "unknown"), options.get("assume_utc_offset_minutes", 0))

    def assert_nothing_new(self, *paths: str, **options: Any) -> None:
        """Reading again changes no row."""
        before = dump(self.db)
        result = self.ingest(*paths, **options)
        assert dump(self.db) == before
        assert result.ledger.lines == 0


@contextmanager
def desks() -> Iterator[Desk]:
    """For hypothesis, whose examples must not share a folder."""
    folder = Path(tempfile.mkdtemp(prefix="sesscore-"))
    try:
        yield Desk(folder)
    finally:
        shutil.rmtree(folder)


def content_of(data: bytes, **options: Any) -> Content:
    with desks() as desk:
        desk.ingest(desk.put("log", data), **options)
        return content(desk.db)
