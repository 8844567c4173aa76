"""sesscore._fold: events of a batch → rows of sessions.

The order of things, and who does each: events by session and time, copies inside the batch, cuts after 24 h of silence
(`Folder.plan`), what the database already has of these sessions (asked by `writer.py` between `fold_new`
and `fold_known`), copies of that,
counts and earliest values, rows (`folding.pxd`). Rows wait as the virtual tables `folded_…` (`folded.pxd`) for the statements of
sql/store/ that take them.
"""

from cpython.pycapsule cimport PyCapsule_GetPointer
from cpython.unicode cimport PyUnicode_AsUTF8AndSize, PyUnicode_DecodeUTF8
from libc.stdint cimport int64_t, uint64_t, uintptr_t
from libc.stdlib cimport free, qsort
from libc.string cimport memset

import os

from clock cimport DAY_US, day_of
from folded cimport open_module, show_rows, table_names
from folding cimport *
from known cimport add_session, may_hold, open_set, session_hash
from leaf cimport LEAF_EVENTS, LeafEvent, eventid_of_activity, kind_of_activity
from line cimport compare_leaf_events, is_copy, reserve_line, unpack
from parts cimport end_of_part, pack_first, put_new_parts, put_part
from records cimport KINDS, Batch, text_of
from rows cimport *
from runs cimport free_plan, sort_events
from session cimport Session, Share, merge_sessions
from session_rows cimport *
from sqlite cimport SQLITE_OK, Module, routines, sqlite3
from tallies cimport add_event_tally, add_tally, close_tallies, open_tallies, put_tallies, tallied
from texts cimport *

ctypedef unsigned long long KeyPart

cdef enum:
    SESSIONS_REMEMBERED = 262144

cdef Module folded_tables
open_module(&folded_tables)


cdef uint64_t random_key() except? 0:
    return <KeyPart>int.from_bytes(os.urandom(8), "little")


# ---- what is remembered between batches --------------------------------------------------------------------------------------

cdef class TextDictionary:
    """Text → text_id for the texts seen last; new texts wait in `folded_text` to be stored."""

    cdef TextTable table

    def __cinit__(self):
        open_texts(&self.table, random_key(), random_key())

    def __dealloc__(self):
        close_texts(&self.table)

    def warm(self, int64_t text_id, str value not None):
        """Remembers a text that is stored."""
        cdef Py_ssize_t length
        cdef const char *text = PyUnicode_AsUTF8AndSize(value, &length)
        find_text(&self.table, text, length, text_id)


cdef class SessionFilter:
    """Which (sensor, id) the database may hold on the days in `days`: new sessions need no lookup."""

    cdef SessionSet sessions
    cdef readonly set days

    def __cinit__(self):
        self.sessions.key[0] = random_key()
        self.sessions.key[1] = random_key()
        self.days = set()
        open_set(&self.sessions)

    def __dealloc__(self):
        free(self.sessions.lines)

    def clear(self):
        """Forgets all days."""
        self.days.clear()
        open_set(&self.sessions)

    @property
    def full(self):
        """Whether days that are not needed should be forgotten before more are added."""
        return self.sessions.count >= SESSIONS_REMEMBERED

    def know(self, int64_t sensor_id, str session_id not None):
        """Adds a session that is stored."""
        cdef Py_ssize_t length
        cdef const char *text = PyUnicode_AsUTF8AndSize(session_id, &length)
        add_session(&self.sessions, session_hash(&self.sessions, sensor_id, text, length))

    def holds(self, int64_t sensor_id, str session_id not None):
        """Whether the database may hold a session of this id on a day in `days`."""
        cdef Py_ssize_t length
        cdef const char *text = PyUnicode_AsUTF8AndSize(session_id, &length)
        return bool(may_hold(&self.sessions, session_hash(&self.sessions, sensor_id, text, length)))


cdef class Folded:
    """What folding came to: figures. The rows wait in the folder."""

    cdef Result result

    @property
    def events(self):
        """New ones."""
        return self.result.events

    @property
    def duplicates(self):
        return self.result.duplicates

    @property
    def new_sessions(self):
        return self.result.new_sessions

    @property
    def updated_sessions(self):
        return self.result.updated_sessions

    @property
    def joined_sessions(self):
        """Sessions that became part of another one."""
        return self.result.joined_sessions

    @property
    def last_session(self):
        """The key of the session that changed last, or None."""
        return self.result.last_session or None


cdef class RowTables:
    """Rows on their way to the database, as tables `folded_…` of a connection: one object for as long as the connection lives.

    There are two sets. One is filled by a Folder; the other is what the tables show, and may be read in another thread."""

    cdef RowSets *both

    def __cinit__(self):
        self.both = new_row_sets()
        if self.both == NULL:
            raise MemoryError()

    def __dealloc__(self):
        release_rows(self.both)

    def show(self, uintptr_t database):
        """Makes the tables known to a connection that has loaded this module as an extension.

        database: `apsw.Connection.sqlite3_pointer()`. Once a connection: prepared statements would go on reading other rows."""
        if routines == NULL:
            raise RuntimeError("the module was not loaded as an extension of SQLite")
        if show_rows(<sqlite3 *>database, &folded_tables, self.both) != SQLITE_OK:
            raise MemoryError()

    def waiting(self):
        """The names of the tables that show rows."""
        return [table_names[which].decode() for which in range(ROW_TABLES) if shown_rows(self.both).tables[which].count]

    def clear(self):
        """Empties the tables."""
        forget_rows(shown_rows(self.both))


cdef class Folder:
    """Folds batch after batch. After an error it must not be used again: what it remembers would be ahead of the database.

    last_key, last_text_id: the highest that are stored. tables: take the rows."""

    cdef readonly RowTables tables
    cdef readonly TextDictionary texts
    cdef readonly SessionFilter known
    cdef object capsule      # of the batch at hand
    cdef Fold fold

    def __cinit__(self, int64_t last_key, int64_t last_text_id, RowTables tables not None):
        self.tables = tables
        tables.clear()
        self.flip()                          # rows that an earlier folder left there go, too
        tables.clear()
        self.texts = TextDictionary()
        self.texts.table.newest = last_text_id
        self.known = SessionFilter()
        self.fold.texts = &self.texts.table
        self.fold.known = &self.known.sessions
        self.fold.next_key = last_key + 1
        open_tallies(&self.fold.tallies, random_key())

    def __dealloc__(self):
        let_go(&self.fold)
        free_plan(&self.fold.plan)
        free(self.fold.line.events)
        free(self.fold.other.events)
        close_tallies(&self.fold.tallies)

    # -- rows

    def flip(self):
        """Lets the tables show the rows that were folded; what they showed must have been stored and cleared."""
        if self.tables.waiting():
            raise RuntimeError("rows that were not stored yet would be lost")
        self.tables.both.filled = 1 - self.tables.both.filled
        self.fold.rows = filled_rows(self.tables.both)

    @property
    def tallies(self):
        """How many counts of roll-ups wait for `put_tallies`."""
        return self.fold.tallies.count

    @property
    def matched(self):
        """How many more sessions are full_delimited, session_id_only and event_session now, by all batches."""
        cdef const int64_t *matched = self.fold.tallies.matched
        return matched[1], matched[2], matched[3]

    def put_tallies(self):
        """Moves what the batches since the last call add to the roll-ups into the tables, in the order of the roll-ups."""
        with nogil:
            put_tallies(self.fold.rows, &self.fold.tallies)

    def put_share(self, int64_t session_key, int64_t source_id, int64_t first_record, int64_t last_record, int64_t events):
        """Adds to `folded_share`."""
        cdef Share share
        share.source_id = source_id
        share.first_record = first_record
        share.last_record = last_record
        share.events = events
        put_share(self.fold.rows, session_key, &share)

    def text_id(self, str value not None):
        """The id of a text; a new one waits in `folded_text`."""
        cdef Py_ssize_t length
        cdef const char *text = PyUnicode_AsUTF8AndSize(value, &length)
        return text_id(&self.fold, text, length)

    # -- sorting and cutting

    def plan(self, object capsule, list sensor_ids not None):
        """Sorts the events of a batch and cuts them into runs. sensor_ids: by the batch's sensor numbers.

        Returns the UTC days on which the database may hold sessions that the runs belong to."""
        cdef const Batch *batch = <const Batch *>PyCapsule_GetPointer(capsule, b"sesscore.batch")
        if len(sensor_ids) != batch.sensors.count:
            raise ValueError("a sensor id for each sensor of the batch is needed")
        take_hold(&self.fold, batch)
        self.capsule = capsule
        for i, sensor_id in enumerate(sensor_ids):
            self.fold.sensor_ids[<size_t>i] = sensor_id
        with nogil:
            sort_events(&self.fold.plan, batch)
            hash_names(&self.fold)
        return self.days_of_runs()

    cdef set days_of_runs(self):
        cdef set days = set()
        cdef const Run *run
        cdef size_t i
        cdef int64_t day
        cdef int64_t first = -1
        cdef int64_t last = -2
        for i in range(self.fold.plan.run_count):
            run = &self.fold.plan.runs[i]
            if day_of(run.first_us - DAY_US) == first and day_of(run.last_us + DAY_US) == last:
                continue
            first = day_of(run.first_us - DAY_US)
            last = day_of(run.last_us + DAY_US)
            for day in range(first, last + 1):
                days.add(day)
        return days

    def lookups(self):
        """Names that the database may know: (name number, sensor_id, session_id, [first day, last day, …])."""
        cdef const Plan *plan = &self.fold.plan
        cdef list found = []
        cdef Span session_id
        cdef size_t i = 0
        cdef size_t j
        while i < plan.run_count:
            j = end_of_name(plan, i)
            if plan.runs[i].may_be_known:
                session_id = session_id_of(&self.fold, i)
                found.append((
                    plan.runs[i].name, sensor_of(&self.fold, i),
                    PyUnicode_DecodeUTF8(text_of(self.fold.batch, session_id), session_id.length, NULL), self.days_of_name(i, j),
                ))
            i = j
        return found

    cdef list days_of_name(self, size_t i, size_t j):
        cdef set days = set()
        cdef int64_t day
        while i < j:
            for day in range(day_of(self.fold.plan.runs[i].first_us - DAY_US), day_of(self.fold.plan.runs[i].last_us + DAY_US) + 1):
                days.add(day)
            i += 1
        return sorted(days)

    # -- folding

    def fold_new(self, int64_t source_id, int64_t first_record):
        """Folds those sessions of the planned batch that the database cannot have. Returns a Folded.

        The days that `plan` gave must be known. first_record: number of the batch's first record."""
        cdef Folded folded = Folded()
        cdef Result *result = &folded.result
        cdef Plan *plan = &self.fold.plan
        cdef size_t i
        result.duplicates = plan.duplicates
        self.fold.source_id = source_id
        self.fold.first_record = first_record
        with nogil:
            mark_known(&self.fold)
            for i in range(plan.run_count):
                if not plan.runs[i].may_be_known:
                    fold_new(&self.fold, i, result)
        return folded

    def fold_known(self, dict found not None, object load, Folded folded not None):
        """Folds the others, and adds what it came to to `folded`.

        found: name number → rows of `sql/store/find_session.sql` for sessions with this name, for all names of `lookups`. load:
        called as `load(held, first_us, last_us)` with those of sessions that are one now, the one to keep first; moves everything
        to that one and returns its parts that may overlap the times, as (part, first_us, decoded activities, events), and the
        number for a further part."""
        cdef const Plan *plan = &self.fold.plan
        cdef size_t i = 0
        cdef size_t j
        while i < plan.run_count:
            j = end_of_name(plan, i)
            if plan.runs[i].may_be_known:
                self.fold_name(i, j, found[plan.runs[i].name], load, &folded.result)
            i = j
        settle_eventids(&self.fold)

    cdef int fold_name(self, size_t i, size_t j, list existing, object load, Result *result) except -1:
        """Groups the runs of one name with the sessions that they belong to: what is at most 24 h apart is one."""
        cdef const Plan *plan = &self.fold.plan
        cdef size_t end
        cdef int64_t first_us, last_us
        cdef list held
        existing = sorted(existing, key=started_of)
        while i < j:
            first_us = plan.runs[i].first_us
            last_us = plan.runs[i].last_us
            end = i + 1
            held = []
            grown = True
            while grown:                     # a session can reach the next run, and a run the next session
                grown = False
                for row in existing:
                    if row not in held and reaches(row, first_us, last_us):
                        held.append(row)
                        first_us = min(first_us, <int64_t>row[ROW_STARTED_US])
                        last_us = max(last_us, <int64_t>row[ROW_STARTED_US] + <int64_t>row[ROW_SPAN_US])
                        grown = True
                while end < j and plan.runs[end].first_us <= last_us + DAY_US:
                    last_us = max(last_us, plan.runs[end].last_us)
                    end += 1
                    grown = True
            if held:
                self.fold_held(i, end, sorted(held), load, result)    # the oldest key stays
            else:
                fold_new(&self.fold, i, result)
            i = end
        return 0

    cdef int fold_held(self, size_t i, size_t j, list held, object load, Result *result) except -1:
        """Folds runs[i:j] and the sessions `held` of the database into one session."""
        cdef const Plan *plan = &self.fold.plan
        cdef int64_t sensor_id = sensor_of(&self.fold, i)
        cdef Span session_id = session_id_of(&self.fold, i)
        cdef Session session
        cdef Share brought
        cdef bint renamed
        cdef list leaves
        cdef size_t old
        leaves, next_part = load(held, plan.runs[i].first_us, plan.runs[j - 1].last_us)
        old = unpack(&self.fold.line, leaves)
        begin_with(&session, held)
        count_events(&self.fold, &session, plan.runs[i].begin, plan.runs[j - 1].end, old, sensor_id, &brought, &renamed, result)
        if brought.events == 0 and not renamed:
            return 0
        if brought.events:
            put_share(self.fold.rows, session.key, &brought)
        self.put_changed(&session, held, sensor_id, text_of(self.fold.batch, session_id), session_id.length,
                         old, brought.events, leaves, next_part, result)
        return 0

    cdef int put_changed(self, Session *session, list held, int64_t sensor_id, const char *session_id, size_t length, size_t old,
                         size_t more, list leaves, int64_t next_part, Result *result) except -1:
        """The rows of a session that the database has: the line holds `old` events of `leaves`, then `more` new ones."""
        cdef Packed first
        cdef bint appended = old == 0 or more == 0 or compare_leaf_events(
            &self.fold.line.events[old - 1], &self.fold.line.events[old]) < 0
        if not appended:
            qsort(self.fold.line.events, old + more, sizeof(LeafEvent), compare_leaf_events)
        first.anew = False
        if more:
            self.put_parts(session, old + more, appended, [leaf[0] for leaf in leaves], next_part, &first)
        self.take_out(session, held, sensor_id, session_id, length)
        result.updated_sessions += 1
        result.joined_sessions += len(held) - 1
        put_session(&self.fold, CHANGED_SESSION_ROWS, session, sensor_id, session_id, length, &first)
        return 0

    cdef int take_out(self, const Session *session, list held, int64_t sensor_id, const char *session_id, size_t length) except -1:
        """Takes the sessions that become this one out of the roll-ups, and makes it findable where they were not."""
        cdef Session old
        cdef int64_t first = day_of(session.started_us)
        cdef int64_t last = day_of(session.ended_us)
        for row in held:
            read_session(row, &old)
            tally_session(&self.fold.tallies, &old, sensor_id, -1)
        if len(held) > 1:                    # all days of the others were forgotten
            put_days(self.fold.rows, first, last, sensor_id, session_id, length, session.key)
            return 0
        put_days(self.fold.rows, first, day_of(old.started_us) - 1, sensor_id, session_id, length, session.key)
        put_days(self.fold.rows, day_of(old.ended_us) + 1, last, sensor_id, session_id, length, session.key)
        return 0

    cdef int put_parts(self, Session *session, size_t total, bint appended, list stale, int64_t next_part, Packed *first) except -1:
        """Cuts the line into parts, which take the places of the stale ones; what is more gets new numbers.

        Part 0 is that of the session's row, which always has one: if it is stale it is taken first."""
        cdef size_t begin = 0
        cdef size_t size = LEAF_EVENTS
        cdef size_t end
        cdef int64_t number
        if not appended:                     # evenly, or what comes late again and again would leave crumbs
            size = (total + LEAF_EVENTS - 1) // LEAF_EVENTS
            size = (total + size - 1) // size
        stale.sort()
        while begin < total:
            end = end_of_part(&self.fold.line, begin, size, total)
            if stale:
                number = stale.pop(0)
                self.put_stale(session.key, number)
            else:
                number = next_part
                next_part += 1
            if number == 0:
                pack_first(self.fold.rows, &self.fold.line, session, begin, end, first)
            else:
                put_part(self.fold.rows, &self.fold.line, session.key, number, begin, end)
            begin = end
        for number in stale:
            self.put_stale(session.key, number)
        return 0

    cdef int put_stale(self, int64_t session_key, int64_t number) except -1:
        if number == 0:                      # the row of the session is not removed
            return 0
        begin_row(self.fold.rows, STALE_PART_ROWS, 2)
        put_integer(self.fold.rows, STALE_PART_ROWS, session_key)
        put_integer(self.fold.rows, STALE_PART_ROWS, number)
        return 0

    # -- another database

    def merge(self, int64_t sensor_id, str session_id not None, tuple row not None, list leaves not None, object text_ids,
              list held not None, object load, Folded folded not None):
        """Folds a session of another database into the sessions that this one has. Returns (session_key, new events).

        row: in the order of `sql/store/find_session.sql`, with the text ids of this database. leaves: as `load` gives them,
        with the text ids of the other, which text_ids maps. held, load: as for `fold_known`. folded: is added to. The rows must
        be stored before a session of the same sensor and id is merged."""
        cdef Session session, other
        cdef Py_ssize_t length
        cdef const char *text = PyUnicode_AsUTF8AndSize(session_id, &length)
        cdef size_t count = unpack(&self.fold.other, leaves)
        cdef size_t old = 0
        cdef size_t more
        cdef list mine = []
        cdef int64_t next_part = 0
        cdef Packed first
        if count == 0:
            raise ValueError(f"session {row[0]} is damaged: it has no events")
        read_session(row, &other)
        held = sorted([one for one in held if reaches(one, other.started_us, other.ended_us)])
        if not held:
            session = other
            begin_counting(&session)
            more = self.merge_events(&session, count, 0, text_ids, sensor_id, folded)
            give_key(&self.fold, &session, session_hash(self.fold.known, sensor_id, text, length), &folded.result)
            put_new_parts(self.fold.rows, &self.fold.line, &session, more, &first)
            put_session(&self.fold, SESSION_ROWS, &session, sensor_id, text, length, &first)
            put_days(self.fold.rows, day_of(session.started_us), day_of(session.ended_us), sensor_id, text, length, session.key)
        else:
            mine, next_part = load(held, other.started_us, other.ended_us)
            old = unpack(&self.fold.line, mine)
            begin_with(&session, held)
            before = (session.matcher, session.vt_flagged, session.dshield_flagged)
            merge_sessions(&session, &other)
            more = self.merge_events(&session, count, old, text_ids, sensor_id, folded)
            if more == 0 and before == (session.matcher, session.vt_flagged, session.dshield_flagged):
                return session.key, 0
            self.put_changed(&session, held, sensor_id, text, length, old, more, mine, next_part, &folded.result)
        folded.result.events += more
        folded.result.last_session = session.key
        return session.key, more

    cdef size_t merge_events(self, Session *session, size_t count, size_t old, object text_ids, int64_t sensor_id,
                             Folded folded) except? 0:
        """Adds the events of the other line that are new to the line, which holds `old` ones. Returns how many they are."""
        cdef const LeafEvent *event
        cdef size_t new = 0
        cdef size_t i
        for i in range(count):
            event = &self.fold.other.events[i]
            if old and is_copy(&self.fold.line, event.at_us, event.fingerprint, old):
                folded.result.duplicates += 1
                continue
            reserve_line(&self.fold.line, old + new + 1)
            self.fold.line.events[old + new] = event[0]
            self.count_stored(session, &self.fold.line.events[old + new], text_ids, sensor_id)
            new += 1
        return new

    cdef int count_stored(self, Session *session, LeafEvent *event, object text_ids, int64_t sensor_id) except -1:
        """Adds an event of another database to its session and to the roll-ups, and gives it the text ids of this one."""
        cdef int64_t day = day_of(event.at_us)
        cdef int64_t eventid
        event.a = text_ids[event.a]
        event.b = text_ids[event.b]
        event.c = text_ids[event.c]
        event.eventid = text_ids[event.eventid]
        eventid = eventid_of_activity(event.activity) if event.activity else event.eventid
        session.events += 1
        session.counts[kind_of_activity(event.activity)] += 1
        add_event_tally(&self.fold.tallies, day, sensor_id, eventid, 1, event.at_us, event.at_us)
        if tallied(event.activity):
            add_tally(&self.fold.tallies, day, sensor_id, event.activity, event.a, event.b, 1)
        return 0


cdef size_t end_of_name(const Plan *plan, size_t i) noexcept nogil:
    """Where the runs of the name of run `i` end."""
    cdef size_t j = i + 1
    while j < plan.run_count and plan.runs[j].name == plan.runs[i].name:
        j += 1
    return j


cdef bint reaches(tuple row, int64_t first_us, int64_t last_us) except -1:
    """Whether a stored session is at most 24 h from the times between."""
    cdef int64_t started_us = row[ROW_STARTED_US]
    cdef int64_t span_us = row[ROW_SPAN_US]
    return started_us <= last_us + DAY_US and started_us + span_us >= first_us - DAY_US


cdef object started_of(tuple row):
    return row[ROW_STARTED_US]


cdef int begin_counting(Session *session) except -1:
    """Of a session of another database: its events are counted one by one."""
    session.events = 0
    memset(session.counts, 0, sizeof(session.counts))
    return 0


cdef int begin_with(Session *session, list held) except -1:
    """Begins with stored sessions, which become one."""
    cdef Session other
    cdef int kind
    read_session(held[0], session)
    if len(held) > 1:                        # then `load` has moved all sources to table session_source
        session.share.source_id = 0
    for row in held[1:]:
        read_session(row, &other)
        merge_sessions(session, &other)
        session.events += other.events
        for kind in range(KINDS):
            session.counts[kind] += other.counts[kind]
    return 0
