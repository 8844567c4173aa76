"""Copies a database as it is at one moment, whoever writes meanwhile, and proves the copy.

Pages are copied through SQLite's backup interface, within one transaction of the reader: without that, the copy would
begin anew after each commit of an ingest. VACUUM INTO would do too, but it rebuilds every table, which takes longer,
and what it makes is another file than the one that was to be kept.
"""

from contextlib import closing
from dataclasses import dataclass
from typing import Any

import apsw

from sesscore.connections import open_for_changes, open_for_queries
from sesscore.contenthash import content_hash, sort_on_disk
from sesscore.errors import SesscoreError
from sesscore.migrations import schema_version
from sesscore.pragmas import cell_size_check
from sesscore.queries import rows
from sesscore.snapshot import one_state
from sesscore.sqlite_errors import sqlite_errors
from sesscore.structure import damage, dangling
from sesscore.telemetry.pages import pages_read
from sesscore.telemetry.run import Run

_STEP = 256  # pages between which a signal can stop the copy


@dataclass(frozen=True)
class Copied:
    """What a copy was compared by. content_hash: None if it was not asked for."""

    schema: int
    pages: int
    figures: dict[str, Any]
    content_hash: str | None


def copy_verified(source: apsw.Connection, draft: str, *, full: bool = False, run: Run | None = None) -> Copied:
    """Copy what `source` sees to an empty file, and compare the copy with it.

    full: compare the content hash too, for which all sessions are read twice. run: says how far it is. The copy has no
    write-ahead log, so that it is one file, which can be read where nothing can be written. Raises SesscoreError if the
    copy is not what it should be, which it is not if the database is damaged.
    """
    run = run or Run()
    sort_on_disk(source)
    with one_state(source):
        told = _told(source, run, "hashing", full=full)  # the first read: from here on the state is fixed
        with sqlite_errors(draft):
            _copy(source, draft, run)
            with closing(open_for_queries(draft)) as copy:
                cell_size_check(copy)
                sort_on_disk(copy)
                _compare(copy, told, run, full=full)
    return told


def _copy(source: apsw.Connection, draft: str, run: Run) -> None:
    with closing(open_for_changes(draft)) as target:
        backup = target.backup("main", source, "main")
        try:
            run.enter("copying", "pages", int(source.pragma("page_count")))
            while not backup.step(_STEP):
                run.current = backup.page_count - backup.remaining
            run.current = backup.page_count
            backup.finish()
        finally:
            backup.close(True)  # what failed has been said
        target.pragma("journal_mode", "delete")


def _compare(copy: apsw.Connection, told: Copied, run: Run, *, full: bool) -> None:
    with pages_read(copy, run, "checking"):
        found = damage(copy) or dangling(copy)
    if found:
        raise SesscoreError(
            f"the database is damaged, and a copy would be: {'; '.join(found)}",
            hint="sesscore db check, which says what can be done",
        )
    if _told(copy, run, "comparing", full=full) != told:
        raise SesscoreError(
            "the copy is not what was copied", hint="check the disk that it was written to, then run it again"
        )


def _told(connection: apsw.Connection, run: Run, phase: str, *, full: bool) -> Copied:
    """phase: in which the content hash is made."""
    figures = rows(connection, "verify/figures")[0]
    if full:
        run.enter(phase, "sessions", figures["sessions"])
    return Copied(
        schema=schema_version(connection),
        pages=int(connection.pragma("page_count")),
        figures=figures,
        content_hash=content_hash(connection, run) if full else None,
    )
