"""Finds out whether a file was read before: where reading it goes on.

Path and inode are hints, where to look first; the first line finds it wherever it lies now. What is found has to agree
in its content up to the offset, else it is another source. If it is none, it is read from its beginning, and copies of
known events count as duplicates: being wrong costs time, never a number. The rules: docs/design.md, "Sources".
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace

import apsw

from sesscore.known import TAIL_BYTES, Content, SourceRow, Version, digest, is_telling, known_rows, row_of
from sesscore.numbers import Numbers
from sesscore.queries import sql
from sesscore.rotation import unpacked_name
from sesscore.sources import STDIN, Source, open_source
from sesscore.unreadable import SourceUnreadable

_ANY_SIZE = 1 << 62  # of what is packed


@dataclass
class Recognised:
    """An open source that stands where reading goes on, and its row.

    unchanged: there is nothing new in it. moved: its file is not where the database says. copied: the version of the
    file, if it is a copy of a source that still lies where the database says. regressed: it is read anew,
    because it begins like a source that lay here, but does not hold what was read of that. taken_back: the row in
    quarantine of a record that was taken for cut and is not; the source stands before it.
    """

    source: Source
    row: SourceRow
    unchanged: bool = False
    moved: bool = False
    copied: Version | None = None
    regressed: bool = False
    taken_back: int | None = None


class Claims:
    """Which row moves a source on in a run: a source has one offset, so one file at a time reads it.

    For one thread at a time, which asks and takes.
    """

    def __init__(self) -> None:
        self._origins = Numbers()

    def take(self, row: SourceRow) -> None:
        """The row is moved on."""
        self._origins.add(_random_part(row))

    def has(self, row: SourceRow) -> bool:
        """Whether a row of the source is moved on, so that no other may be."""
        return _random_part(row) in self._origins


def _random_part(row: SourceRow) -> int:
    """Enough of an origin to tell a million sources apart; if two were alike, the second would be read anew."""
    return int.from_bytes(row.origin[:8])


def recognise(
    path: str,
    connection: apsw.Connection,
    sensor: str,
    claims: Claims | None = None,
    *,
    descriptor: int | None = None,
) -> Recognised:
    """Opens a file and finds out whether it was read before. sensor: for events that name none, if it was not.

    claims: of the run that will read it. descriptor: of the file, if it is open already, whatever lies at the path now.
    Raises SourceUnreadable, OSError.
    """
    source = open_source(path, descriptor)
    try:
        return _Search(source, row_of(source, sensor), connection, claims or Claims()).result()
    except BaseException:
        source.close()
        raise


class _Search:
    """The search for one file. fresh: its row, if it is a source that was not read before."""

    def __init__(self, source: Source, fresh: SourceRow, connection: apsw.Connection, claims: Claims) -> None:
        self._source = source
        self._fresh = fresh
        self._connection = connection
        self._claims = claims
        self._content = Content(source)

    def result(self) -> Recognised:
        """What the file is."""
        regressed = False
        if self._source.path != STDIN:  # what was compared could not be read again
            hinted = self._rows("known_sources", self._fresh.path, self._fresh.inode, self._fresh.device)
            if found := self._by_version(hinted):
                return found
            for row in self._candidates(hinted):
                if self._content.holds(row):
                    if found := self._as(row):
                        return found
                else:
                    regressed = regressed or (row in hinted and self._began_as(row))
            self._fresh.beginning = self._content.head()
            self._source.rewind()
        self._claims.take(self._fresh)
        return Recognised(self._source, self._fresh, regressed=regressed)

    def _rows(self, name: str, *values: object) -> list[SourceRow]:
        return known_rows(self._connection.execute(sql(f"store/{name}"), values))

    def _by_version(self, hinted: list[SourceRow]) -> Recognised | None:
        """A packed file that is as it was, or a copy that is: nothing that writes a file keeps all of its version."""
        if not self._source.growable:  # it would have to be unpacked to look inside
            for row in hinted:
                if row.state != "reading" and row.version == self._fresh.version:
                    return self._unchanged(row, moved=self._place(row).path != row.path)
        if all(row.file != self._fresh.file for row in hinted):
            for row in self._rows("source_of_copy", *self._fresh.version):
                if _lies(row):
                    return self._unchanged(row, moved=False)
        return None

    def _candidates(self, hinted: list[SourceRow]) -> Iterator[SourceRow]:
        """What the file may be: first where path and inode point to, last what only those can tell.

        If nothing was read of a source, its version tells.
        """
        first = [row for row in hinted if row.offset or row.version == self._fresh.version]
        yield from first
        yield from self._alike({row.source_id for row in hinted})
        yield from (row for row in hinted if row not in first)

    def _alike(self, tried: set[int | None]) -> Iterator[SourceRow]:
        """Sources that begin with the same line, and were not tried. If there is no such line: what was packed here."""
        head = self._content.head()
        if is_telling(head):
            size = self._source.stored_bytes if self._source.growable else _ANY_SIZE
            found = self._rows("sources_like", digest(head), size)
        else:
            found = self._rows("known_sources", unpacked_name(self._fresh.path), None, None)
        yield from (row for row in found if row.source_id not in tried)

    def _as(self, row: SourceRow) -> Recognised | None:
        """What the file is to a source that it holds; None if it cannot be that source, but holds more."""
        elsewhere = self._fresh.path != row.path and self._fresh.file != row.file and _is_there(row)
        moved = not elsewhere and self._is_moved(row)
        if self._source.growable and self._ends_with(row):
            return self._unchanged(row, moved=moved, copied=elsewhere)
        free = not elsewhere and not self._claims.has(row)
        if free and not self._is_cut(row):
            return self._goes_on(row, moved=moved)
        if not self._source.growable and not self._source.fill(1):  # it ends here
            return self._goes_on(row, moved=moved) if free else self._unchanged(row, moved=False, copied=True)
        taken_back = self._take_back(row) if free else None
        return self._goes_on(row, moved=moved, taken_back=taken_back) if taken_back is not None else None

    def _place(self, row: SourceRow) -> SourceRow:
        """Where the file lies, if it is the source: one that has two names keeps the one that is known."""
        return replace(self._fresh, path=row.path) if self._fresh.file == row.file and _lies(row) else self._fresh

    def _is_moved(self, row: SourceRow) -> bool:
        """Whether the place of the file is news. When it was written only is where that is looked at."""
        place = self._place(row)
        dated = not self._source.growable or row.pending_bytes > 0
        same = place.version == row.version if dated else place.file == row.file
        return not (same and (place.path, place.compression) == (row.path, row.compression))

    def _ends_with(self, row: SourceRow) -> bool:
        """Whether a plain file ends where reading the source did."""
        waits = row.pending_bytes == 0 or row.version == self._fresh.version
        return waits and row.state != "reading" and self._source.stored_bytes == row.offset + row.pending_bytes

    def _is_cut(self, row: SourceRow) -> bool:
        """Whether the last record of the source was taken for its end, so that it must not go on.

        What was packed could not grow; and of a source that is only the first half of a line, as which many lines
        begin, the other half was found elsewhere.
        """
        if row.offset == row.half_bytes > 0:
            return True
        if not row.position.in_line:  # its last record has its newline
            return False
        return row.state == "alien" or self._unterminated(row) is not None  # of an alien not each record is kept

    def _unterminated(self, row: SourceRow) -> tuple[int, int, int, int, bytes] | None:
        where = {"source_id": row.source_id, "records": row.records}
        return self._connection.execute(sql("store/unterminated"), where).fetchone()

    def _take_back(self, row: SourceRow) -> int | None:
        """Sets a source back before its last record, if that is in quarantine because it had no end."""
        found = self._unterminated(row)
        if found is None or row.state == "alien":
            return None
        quarantine_id, _, offset, _, begins = found
        tail = self._content.before(offset, min(offset, TAIL_BYTES))
        if tail is None or begins.startswith(b"\t"):  # what a tab says depends on the line before
            return None
        row.end_with(tail, offset)
        row.records -= 1
        row.line_open = 0
        return quarantine_id

    def _goes_on(self, row: SourceRow, *, moved: bool, taken_back: int | None = None) -> Recognised:
        self._claims.take(row)  # and not before: a file that cannot be the source leaves it to those that can
        if self._source.offset != row.offset:
            self._source.rewind()
            self._source.skip(row.offset)
        if self._source.growable:
            head = self._content.head()  # which may not have been whole before
            if not row.offset or self._content.begins_like(row):  # else the log was begun anew just now
                row.begin_with(head)
        return Recognised(self._source, row.moved_to(self._place(row)), moved=moved, taken_back=taken_back)

    def _unchanged(self, row: SourceRow, *, moved: bool, copied: bool = False) -> Recognised:
        moved = moved and not self._claims.has(row)  # else it lies where it is read
        if moved:
            row.moved_to(self._place(row))
        version = self._fresh.version if copied else None
        return Recognised(self._source, row, unchanged=True, moved=moved, copied=version)

    def _began_as(self, row: SourceRow) -> bool:
        """Whether the file begins like a source that lay here."""
        return row.head_bytes > 0 and self._content.begins_like(row) and is_telling(self._content.head())


def _lies(row: SourceRow) -> bool:
    """Whether the file that the source was read from has its name still."""
    try:
        info = os.stat(row.path)  # noqa: PTH116 - as the path is stored
    except (OSError, ValueError):
        return False
    return (info.st_dev, info.st_ino) == row.file


def _is_there(row: SourceRow) -> bool:
    """Whether the file that the source was read from lies where it did, and holds it."""
    if not _lies(row):
        return False
    try:
        with open_source(row.path) as source:
            if source.growable:
                return Content(source).holds(row)
            return row_of(source, "").version == row.version
    except (SourceUnreadable, OSError):
        return False
