"""Batches → the database: rows, roll-ups, ledger, quarantine, offset and checkpoint in one transaction."""

import contextlib
import time
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import apsw

from sesscore._fold import Folded, Folder
from sesscore.cadence import Cadence
from sesscore.counts import Account, Counts
from sesscore.extension import row_tables
from sesscore.known import SourceRow, Version, parameters
from sesscore.ledger import Ledger
from sesscore.matchers import Registry
from sesscore.queries import sql
from sesscore.records import Scanned
from sesscore.sqlite_errors import damaged_rows
from sesscore.stored import StoredSession, StoredSessions
from sesscore.storing import Storing
from sesscore.warming import warm

if TYPE_CHECKING:
    from sesscore.halves import Join


class Writer:
    """The one writer of a database. A context manager: what is not committed when its block fails is rolled back.

    A transaction spans blocks, and small sources, until it has held enough (`Cadence`): roll-ups and pages that block
    after block changes are written once. A batch is stored in a second thread while the next one is folded, so an error
    of the database can come out at the next call. After an error a Writer must not be used again: it would know more
    than the database. connection: of `open_for_writing`, for nothing else while the Writer lives. matchers: the user's,
    to be stored by name. commit_bytes: see `Cadence`. account: gets what is written."""

    def __init__(
        self,
        connection: apsw.Connection,
        matchers: Registry | None = None,
        commit_bytes: int | None = None,
        account: Account | None = None,
    ) -> None:
        self._connection = connection
        self._matchers = matchers or Registry()
        self._started_us = time.time_ns() // 1000
        self._run_id = 0
        self._cadence = Cadence(commit_bytes)
        self._held = False  # see `at_once`
        self._sensors: dict[str, int] = dict(connection.execute(sql("store/sensors")))
        last_key, last_text_id, self._last_source_id = connection.execute(sql("store/last_keys")).get
        tables = row_tables(connection)
        self.folder = Folder(last_key, last_text_id, tables)
        self.stored = StoredSessions(connection, self.folder.known)
        self._storing = Storing(connection, tables)
        self._ledgers: dict[int, Ledger] = {}  # of sources that are new in this run and not finished
        self.account = account or Account()
        self._warmed = False

    def __enter__(self) -> Self:
        """Gives the writer itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Commits what was written, or rolls it back after an error."""
        try:
            if error is None:
                self.commit()
            else:
                self._roll_back()
        finally:
            self._storing.close()

    def _roll_back(self) -> None:
        with contextlib.suppress(Exception):  # the error at hand came first, whatever the other thread met
            self._storing.wait()
            self.account.ended(self._storing.committed)
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def write(self, scanned: Scanned, source: SourceRow, *, again: bool = False) -> Ledger:
        """Writes a batch and moves its source on. Returns its ledger. Raises apsw.Error.

        again: the source stands behind the batch already.
        """
        self.begin()
        if not again:
            source.move_to_the_end_of(scanned)
        days = self.folder.plan(scanned.batch.capsule, self.sensor_ids(scanned.batch.sensors))
        if not days <= self.folder.known.days:
            self.settle()
            self.stored.know_days(days)
        folded = self.folder.fold_new(self._source_id(source), scanned.begin.records + 1)
        self.settle()  # what follows looks into the database, and its rows take the place of those that are stored
        with damaged_rows(self._connection.filename):
            self.folder.fold_known(self._found(), self.stored.load, folded)
        ledger = self._ledger(scanned, folded)
        self.account.add(Counts(ledger, folded.new_sessions, folded.updated_sessions))
        self.account.place = source.path, source.offset
        self._account(scanned, source, ledger, folded)
        self._cadence.add(len(scanned.batch.block), ledger.lines)
        self._store(commit=self._is_due())
        return ledger

    def _store(self, *, commit: bool) -> None:
        """Lets the other thread store what was folded. commit: and end the transaction, so that the next one begins."""
        if commit:
            self.folder.put_tallies()
            self.account.ends(self._cadence.begin(), self.folder.matched)
        self.folder.flip()
        self._storing.start(commit=commit)
        if self._held:  # the connection is in use by others, too
            self.settle()

    def settle(self) -> None:
        """Waits until the database holds all that was written. Raises apsw.Error."""
        self._storing.settle()
        self.account.ended(self._storing.committed)

    @contextlib.contextmanager
    def at_once(self) -> Iterator[apsw.Connection]:
        """Within the block nothing is committed: all of it is of one transaction. Gives its connection."""
        self.begin()
        self.settle()
        self._held = True
        yield self._connection
        self.settle()
        self._held = False
        if self._is_due():
            self.commit()

    def _is_due(self) -> bool:
        return not self._held and self._cadence.is_due(self.folder.tallies)

    def join(self, join: "Join") -> None:
        """Counts an event that two sources hold as the last of the first one; the second loses what it counted of it.

        Raises apsw.Error.
        """
        from sesscore.halves_taken import take_half, take_lead

        self.begin()
        self.settle()
        self.mend(join.second, take_lead(self._connection, join.second, join.lead))
        if join.first.joined:
            return
        source = join.first.source
        source.half_bytes, source.pending_bytes = len(join.first.data), 0
        if join.first.offset == 0:
            source.begin_with(join.first.data)  # the rest of the line is in the other file
        self.mend(source, take_half(self._connection, join.first))
        self.write(join.scanned, source)

    def take_back(self, source: SourceRow, quarantine_id: int) -> Ledger:
        """Takes the last record of a source, before which it stands now, out of the quarantine. Returns the change."""
        self.begin()
        self.put("forget_quarantined", (quarantine_id,))
        return self.mend(source, Ledger(lines=-1, quarantined=-1))

    def mend(self, source: SourceRow, change: Ledger) -> Ledger:
        """Stores a source whose records left the quarantine, and that in its ledger. Returns what it was given."""
        self.put("source", parameters(source))
        self.put("ledger", (source.source_id, *change.as_dict().values()))
        self.account.mend(change)
        return change

    def finish(self, source: SourceRow, pending_bytes: int, damage: str | None) -> Ledger:
        """Records that a source was read to its end. Returns its whole ledger. Raises apsw.Error."""
        if source.source_id is None and not pending_bytes:
            return Ledger()  # there is nothing to remember
        self.begin()
        ledger = self._take_ledger(self._source_id(source))
        source.pending_bytes = pending_bytes
        source.damage = damage
        source.state = "alien" if ledger.alien else "damaged" if damage else "read"
        self._storing.later("source", parameters(source))
        if ledger.alien:
            self._storing.later("quarantine_alien", (source.source_id,))
            self._storing.later("forget_quarantine", (source.source_id,))
        self._count_row()
        return ledger

    def _take_ledger(self, source_id: int) -> Ledger:
        """The whole ledger of a source."""
        if source_id in self._ledgers:
            return self._ledgers.pop(source_id)
        self.settle()
        return Ledger(*(self._connection.execute(sql("store/source_ledger"), (source_id,)).get or ()))

    def place(self, source: SourceRow) -> None:
        """Records where a source lies now. Raises apsw.Error."""
        self.begin()
        values = (source.path, *source.file, source.stored_bytes, source.modified_ns, source.compression)
        self._storing.later("place", (*values, source.source_id))
        self._count_row()

    def remember_copy(self, source: SourceRow, version: Version) -> None:
        """Records which file holds a source whose own file lies elsewhere. Raises apsw.Error."""
        self.begin()
        self._storing.later("source_copy", (*version, source.source_id))
        self._count_row()

    def _count_row(self) -> None:
        """Counts a row that no batch brings: a million files can have a million. Commits if that is enough."""
        self._cadence.add(0, 1)
        if self._is_due():
            self.commit()

    def commit(self) -> None:
        """Ends the transaction, roll-ups last. Nothing is promised to anyone before it. Raises apsw.Error."""
        if not self._cadence.is_open:
            return
        self.folder.put_tallies()
        self.store()
        self._connection.execute("COMMIT")
        now = time.monotonic()
        self.account.ends(self._cadence.end() or now, self.folder.matched)
        self.account.ended(now)

    def begin(self) -> None:
        """Begins a transaction, if none is open. Raises apsw.Error."""
        if self._cadence.is_open:
            return
        self._connection.execute("BEGIN IMMEDIATE")
        self._cadence.begin()
        if not self._warmed:
            self._matchers.enter(self._connection)
            warm(self.folder.texts, self._connection)
            self._warmed = True

    @property
    def storing(self) -> tuple[int, int]:
        """How many batches are being stored by the other thread, and the most that can be."""
        return int(self._storing.busy), 1

    # Before the fold: what the database knows

    def sensor_ids(self, names: Sequence[str]) -> list[int]:
        """The numbers of sensors; new ones are stored."""
        for name in names:
            if name not in self._sensors:
                self._sensors[name] = len(self._sensors) + 1
                self._storing.later("sensor", (self._sensors[name], name))
        return [self._sensors[name] for name in names]

    def _found(self) -> dict[int, list[StoredSession]]:
        """Stored sessions that events of the batch may belong to, by number of the name in the batch."""
        found = {}
        for name, sensor_id, session_id, days in self.folder.lookups():
            found[name] = self.stored.find(sensor_id, session_id, days)
        return found

    # After it: what the batch changes

    def store(self) -> None:
        """Stores what folds changed, in the open transaction, and waits for it. Raises apsw.Error."""
        self.settle()
        self.folder.flip()
        self._storing.rows()

    def put(self, name: str, values: Sequence[Any] = ()) -> None:
        """Runs a statement of `sql/store/` with the values of its parameters in order. Raises apsw.Error."""
        self.settle()
        self._storing.put(name, values)

    def _ledger(self, scanned: Scanned, folded: Folded) -> Ledger:
        batch = scanned.batch
        quarantined = sum(records for _, records, *_ in batch.quarantine)
        return Ledger(batch.records, folded.events, folded.duplicates, batch.sessionless, quarantined, batch.blank)

    def _account(self, scanned: Scanned, source: SourceRow, ledger: Ledger, folded: Folded) -> None:
        """Ledger, quarantine, offset and checkpoint of the batch."""
        later = self._storing.later
        if source.source_id in self._ledgers:
            self._ledgers[source.source_id].add(ledger)
        first = scanned.begin.records + 1
        reasons = self.account.reasons
        for record, records, at, length, reason, raw in scanned.batch.quarantine:
            reasons[reason] = reasons.get(reason, 0) + records
            later("quarantine", (source.source_id, first + record, records, scanned.base + at, length, reason, raw))
        later("ledger", (source.source_id, *ledger.as_dict().values()))
        later("source", parameters(source))
        if not self._run_id:
            self._run_id = self._connection.execute(sql("store/next_run")).get
        times = self._started_us, time.time_ns() // 1000
        later("checkpoint", (self._run_id, *times, source.source_id, source.offset, folded.last_session))

    def _source_id(self, source: SourceRow) -> int:
        """The number of a source. A new one gets the next, and is stored with what is known of it."""
        if source.source_id is None:
            self._last_source_id += 1
            source.source_id = self._last_source_id
            self._ledgers[source.source_id] = Ledger()
        return source.source_id
