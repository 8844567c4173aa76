"""sesscore._fold: events of a batch → rows of sessions.

The order of things, and the function that does each: events by session and time, copies inside the batch, cuts after 24 h of
silence (`Folder.plan`), what the database already has of these sessions (asked by `writer.py` between `plan` and `fold`), copies
of that (`is_copy`), counts and earliest values (`count_event`), rows (`emit_session`, `emit_parts`).
"""

from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.pycapsule cimport PyCapsule_GetPointer
from cpython.unicode cimport PyUnicode_AsUTF8AndSize, PyUnicode_DecodeASCII, PyUnicode_DecodeUTF8
from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport calloc, free, qsort
from libc.string cimport memcmp, memset

import os

from clock cimport DAY_US, day_of
from hashing cimport keyed_hash
from leaf cimport *
from line cimport Line, compare_leaf_events, is_copy, reserve_line, unpack
from match cimport LAST_MATCHER
from records cimport *
from runs cimport Plan, free_plan, sort_events
from session cimport *
from session_rows cimport *
from tallies cimport *
from texts cimport *

ctypedef unsigned long long KeyPart

cdef enum:
    SESSIONS_REMEMBERED = 262144
    PART_BITS = 20           # of session_part.part_id that number the parts of a session


cdef tuple NO_FLAGS = (None, None)     # vt_flagged, dshield_flagged of what no other program has looked at


cdef uint64_t random_key() except? 0:
    return <KeyPart>int.from_bytes(os.urandom(8), "little")


# ---- what is remembered between batches --------------------------------------------------------------------------------------

cdef class TextDictionary:
    """Text → text_id for the texts seen last; new texts wait in `fresh` to be stored."""

    cdef TextTable table
    cdef readonly list fresh

    def __cinit__(self):
        open_texts(&self.table, random_key(), random_key())
        self.fresh = []

    def __dealloc__(self):
        close_texts(&self.table)

    def intern(self, str value not None):
        """The id of a text; a new one waits in `fresh`."""
        cdef Py_ssize_t length
        cdef const char *text = PyUnicode_AsUTF8AndSize(value, &length)
        cdef int64_t fresh = self.table.newest + 1
        cdef int64_t text_id = find_text(&self.table, text, length, fresh)
        if text_id == fresh:
            self.fresh.append(text_id)
            self.fresh.append(value)
        return text_id

    def warm(self, int64_t text_id, str value not None):
        """Remembers a text that is stored."""
        cdef Py_ssize_t length
        cdef const char *text = PyUnicode_AsUTF8AndSize(value, &length)
        find_text(&self.table, text, length, text_id)

    cdef int64_t id_of(self, const Batch *batch, Span span) except -1:
        """The id of a text of the batch, 0 if it is absent."""
        cdef const char *text
        cdef int64_t fresh = self.table.newest + 1
        cdef int64_t text_id
        if span.length == ABSENT:
            return 0
        text = text_of(batch, span)
        text_id = find_text(&self.table, text, span.length, fresh)
        if text_id == fresh:
            self.fresh.append(text_id)
            self.fresh.append(PyUnicode_DecodeUTF8(text, span.length, NULL))
        return text_id

    def take_fresh(self):
        """The texts to store: text_id, value, text_id, value, …"""
        fresh = self.fresh
        self.fresh = []
        return fresh


cdef class SessionFilter:
    """Which (sensor, id) the database may hold on the days in `days`: new sessions need no lookup."""

    cdef HashSet sessions
    cdef uint64_t keys[2]
    cdef readonly set days

    def __cinit__(self):
        self.keys[0] = random_key()
        self.keys[1] = random_key()
        self.days = set()
        open_set(&self.sessions)

    def __dealloc__(self):
        free(self.sessions.slots)

    def clear(self):
        """Forgets all days."""
        free(self.sessions.slots)
        self.sessions.slots = NULL
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
        add_to_set(&self.sessions, self.hash_of(sensor_id, text, length))

    def holds(self, int64_t sensor_id, str session_id not None):
        """Whether the database may hold a session of this id on a day in `days`."""
        cdef Py_ssize_t length
        cdef const char *text = PyUnicode_AsUTF8AndSize(session_id, &length)
        return bool(is_in_set(&self.sessions, self.hash_of(sensor_id, text, length)))

    cdef uint64_t hash_of(self, int64_t sensor_id, const char *text, size_t length) noexcept:
        return keyed_hash(text, length, self.keys[0] ^ <uint64_t>sensor_id, self.keys[1])


cdef class Rows:
    """What a batch changes in the database: for each table a list of the values of all rows, one row after the other, each in
    the order of its statement in sql/store/."""

    cdef readonly list new_session_rows
    cdef readonly list changed_session_rows
    cdef readonly list parts
    cdef readonly list stale_parts
    cdef readonly list days
    cdef readonly list sources
    cdef readonly int64_t events
    cdef readonly int64_t duplicates
    cdef readonly int64_t new_sessions
    cdef readonly int64_t updated_sessions
    cdef readonly int64_t joined_sessions
    cdef readonly object last_session

    def __cinit__(self):
        self.new_session_rows = []
        self.changed_session_rows = []
        self.parts = []
        self.stale_parts = []
        self.days = []
        self.sources = []


cdef class TallyRows:
    """What batches add to the roll-ups, as in `Rows`. `fallen_…`: keys of counts that may have come down to nothing."""

    cdef readonly list events
    cdef readonly list sessions
    cdef readonly list values
    cdef readonly list fallen_sessions
    cdef readonly list fallen_values

    def __cinit__(self):
        self.events = []
        self.sessions = []
        self.values = []
        self.fallen_sessions = []
        self.fallen_values = []

    cdef int put(self, const Tally *tally) except -1:
        if tally.kind == EVENT_TALLY:
            self.events.extend((tally.day, tally.sensor, tally.a, tally.count, tally.first_us, tally.last_us))
        elif tally.kind == SESSION_TALLY:
            self.sessions.extend((tally.day, tally.sensor, tally.a, tally.b, tally.count))
            if tally.count < 0:
                self.fallen_sessions.extend((tally.day, tally.sensor, tally.a, tally.b))
        else:
            self.values.extend((tally.day, tally.kind, tally.sensor, tally.a, tally.b, tally.count))
            if tally.count < 0:
                self.fallen_values.extend((tally.day, tally.kind, tally.sensor, tally.a, tally.b))
        return 0


cdef class Folder:
    """Folds batch after batch. After an error it must not be used again: what it remembers would be ahead of the database."""

    cdef readonly TextDictionary texts
    cdef readonly SessionFilter known
    cdef int64_t next_key
    cdef object capsule      # of the batch at hand
    cdef Batch *batch
    cdef Plan order          # of the events of the batch
    cdef int64_t *sensor_ids
    cdef int64_t *eventid_ids
    cdef Line line           # of the session at hand
    cdef Line other          # of a session of another database
    cdef Buffer json
    cdef Buffer blob
    cdef Tallies tallies     # of all batches since they were taken

    def __cinit__(self, int64_t last_key, int64_t last_text_id):
        self.texts = TextDictionary()
        self.texts.table.newest = last_text_id
        self.known = SessionFilter()
        open_tallies(&self.tallies, random_key())
        self.next_key = last_key + 1

    def __dealloc__(self):
        self.let_go()
        free(self.line.events)
        free(self.other.events)
        free(self.json.bytes)
        free(self.blob.bytes)
        close_tallies(&self.tallies)

    cdef void let_go(self) noexcept:
        free_plan(&self.order)
        free(self.sensor_ids)
        free(self.eventid_ids)
        self.sensor_ids = NULL
        self.eventid_ids = NULL
        self.batch = NULL
        self.capsule = None

    # -- sorting and cutting

    def plan(self, object capsule, list sensor_ids not None):
        """Sorts the events of a batch and cuts them into runs. sensor_ids: by the batch's sensor numbers.

        Returns the UTC days on which the database may hold sessions that the runs belong to."""
        cdef size_t i
        self.let_go()
        self.capsule = capsule
        self.batch = <Batch *>PyCapsule_GetPointer(capsule, b"sesscore.batch")
        self.sensor_ids = <int64_t *>calloc(len(sensor_ids) + 1, sizeof(int64_t))
        self.eventid_ids = <int64_t *>calloc(self.batch.eventids.count + 1, sizeof(int64_t))
        if self.sensor_ids == NULL or self.eventid_ids == NULL:
            raise MemoryError()
        if len(sensor_ids) != self.batch.sensors.count:
            raise ValueError("a sensor id for each sensor of the batch is needed")
        for i in range(self.batch.sensors.count):
            self.sensor_ids[i] = sensor_ids[i]
        sort_events(&self.order, self.batch)
        return self.days_of_runs()

    cdef set days_of_runs(self):
        cdef set days = set()
        cdef size_t i
        cdef int64_t day
        cdef int64_t first = -1
        cdef int64_t last = -2
        for i in range(self.order.run_count):
            if day_of(self.order.runs[i].first_us - DAY_US) == first and day_of(self.order.runs[i].last_us + DAY_US) == last:
                continue
            first = day_of(self.order.runs[i].first_us - DAY_US)
            last = day_of(self.order.runs[i].last_us + DAY_US)
            for day in range(first, last + 1):
                days.add(day)
        return days

    def lookups(self):
        """Names that the database may know: (name number, sensor_id, session_id, [first day, last day, …])."""
        cdef list found = []
        cdef Interned *name
        cdef const char *text
        cdef size_t i, j
        i = 0
        while i < self.order.run_count:
            j = i + 1
            while j < self.order.run_count and self.order.runs[j].name == self.order.runs[i].name:
                j += 1
            name = &self.batch.names.entries[self.order.runs[i].name]
            text = text_of(self.batch, name.text)
            if is_in_set(&self.known.sessions, self.known.hash_of(self.sensor_ids[name.tag], text, name.text.length)):
                found.append((
                    self.order.runs[i].name, self.sensor_ids[name.tag], PyUnicode_DecodeUTF8(text, name.text.length, NULL),
                    self.days_of_name(i, j),
                ))
            i = j
        return found

    cdef list days_of_name(self, size_t i, size_t j):
        cdef set days = set()
        cdef int64_t day
        while i < j:
            for day in range(day_of(self.order.runs[i].first_us - DAY_US), day_of(self.order.runs[i].last_us + DAY_US) + 1):
                days.add(day)
            i += 1
        return sorted(days)

    # -- folding

    def fold(self, dict found not None, object load, int64_t source_id, int64_t first_record):
        """The rows of the planned batch.

        found: name number → rows of `sql/store/find_session.sql` for sessions with this name. load: called as
        `load(keys, first_us, last_us)` with the keys of sessions that are one now, the one to keep first; moves everything to
        that one and returns its parts that may overlap the times, and the number for a further part. first_record: number of the
        batch's first record."""
        cdef Rows rows = Rows()
        cdef size_t i = 0
        cdef size_t j
        rows.duplicates = self.order.duplicates
        while i < self.order.run_count:
            j = i + 1
            while j < self.order.run_count and self.order.runs[j].name == self.order.runs[i].name:
                j += 1
            self.fold_name(i, j, found.get(self.order.runs[i].name), load, source_id, first_record, rows)
            i = j
        return rows

    def take_tallies(self):
        """What the batches since the last call add to the roll-ups, in the order of the tables."""
        cdef TallyRows rows = TallyRows()
        cdef uint32_t i
        sort_tallies(&self.tallies)
        for i in range(self.tallies.count):
            if self.tallies.entries[i].count != 0:
                rows.put(&self.tallies.entries[i])
        close_tallies(&self.tallies)
        open_tallies(&self.tallies, random_key())
        return rows

    cdef int fold_name(self, size_t i, size_t j, list existing, object load, int64_t source_id, int64_t first_record,
                       Rows rows) except -1:
        """Groups the runs of one name with the sessions that they belong to: what is at most 24 h apart is one."""
        cdef size_t end
        cdef int64_t first_us, last_us
        cdef list held
        if not existing:
            while i < j:
                self.fold_session(i, i + 1, [], load, source_id, first_record, rows)
                i += 1
            return 0
        existing = sorted(existing, key=started_of)
        while i < j:
            first_us = self.order.runs[i].first_us
            last_us = self.order.runs[i].last_us
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
                while end < j and self.order.runs[end].first_us <= last_us + DAY_US:
                    last_us = max(last_us, self.order.runs[end].last_us)
                    end += 1
                    grown = True
            self.fold_session(i, end, held, load, source_id, first_record, rows)
            i = end
        return 0

    cdef int fold_session(self, size_t i, size_t j, list held, object load, int64_t source_id, int64_t first_record,
                          Rows rows) except -1:
        """Folds runs[i:j], and the sessions `held` of the database, into one session."""
        cdef Session session
        cdef Event *event
        cdef size_t old = 0
        cdef size_t total, k
        cdef int64_t new_events = 0
        cdef int64_t first = 0
        cdef int64_t last = 0
        cdef int64_t sensor_id = self.sensor_ids[self.batch.names.entries[self.order.runs[i].name].tag]
        cdef int64_t next_part = 0
        cdef bint renamed = False
        cdef bint appended
        cdef list leaves = []
        memset(&session, 0, sizeof(Session))
        if held:
            held = sorted(held)              # the oldest key stays
            leaves, next_part = load([row[ROW_KEY] for row in held], self.order.runs[i].first_us, self.order.runs[j - 1].last_us)
            old = unpack(&self.line, leaves)
            self.begin_with(&session, held)
        for k in range(self.order.runs[i].begin, self.order.runs[j - 1].end):
            event = &self.batch.events[self.order.places[k].index]
            if old and is_copy(&self.line, event.at_us, event.fingerprint, old):
                rows.duplicates += 1
                if event.matcher < session.matcher:  # the better name counts, whichever copy has it
                    session.matcher = event.matcher
                    renamed = True
                continue
            if new_events == 0:
                first = last = event.record
            first = min(first, <int64_t>event.record)
            last = max(last, <int64_t>event.record)
            reserve_line(&self.line, old + new_events + 1)
            self.count_event(&session, event, &self.line.events[old + new_events], sensor_id)
            new_events += 1
        if new_events == 0:
            if renamed:
                self.emit_session(&session, self.session_id_of(i), held, sensor_id, NO_FLAGS, rows)
            return 0
        total = old + new_events
        appended = old == 0 or compare_leaf_events(&self.line.events[old - 1], &self.line.events[old]) < 0
        if not appended:
            qsort(self.line.events, total, sizeof(LeafEvent), compare_leaf_events)
        self.emit_session(&session, self.session_id_of(i), held, sensor_id, NO_FLAGS, rows)
        if not held:
            next_part = session.key << PART_BITS
        self.emit_parts(total, appended, [leaf[0] for leaf in leaves], next_part, rows)
        rows.sources.extend((session.key, source_id, first_record + first, first_record + last, new_events))
        rows.events += new_events
        rows.last_session = session.key
        return 0

    cdef int count_event(self, Session *session, const Event *event, LeafEvent *leaf, int64_t sensor_id) except -1:
        """Adds a new event to its session, to the line and to the roll-ups."""
        cdef int64_t eventid_id = self.eventid_ids[event.eventid]
        cdef int64_t day = day_of(event.at_us)
        if eventid_id == 0:
            eventid_id = self.texts.id_of(self.batch, self.batch.eventids.entries[event.eventid].text)
            self.eventid_ids[event.eventid] = eventid_id
        if session.events == 0 or event.at_us < session.started_us:
            session.started_us = event.at_us
        if session.events == 0 or event.at_us > session.ended_us:
            session.ended_us = event.at_us
        if session.events == 0 or event.matcher < session.matcher:
            session.matcher = event.matcher
        session.events += 1
        session.counts[event.kind] += 1
        self.offer_columns(session, event)
        leaf.at_us = event.at_us
        leaf.fingerprint = event.fingerprint
        leaf.activity = activity_of(event.kind)
        leaf.eventid = 0 if leaf.activity else eventid_id
        leaf.a = leaf.b = leaf.c = 0
        add_tally(&self.tallies, day, sensor_id, EVENT_TALLY, eventid_id, 0, 1, event.at_us)
        if leaf.activity:
            leaf.a = self.texts.id_of(self.batch, event.a)
            leaf.b = self.texts.id_of(self.batch, event.b)
            leaf.c = self.texts.id_of(self.batch, event.c)
            if tallied(leaf.activity):
                add_tally(&self.tallies, day, sensor_id, leaf.activity, leaf.a, leaf.b, 1, event.at_us)
        return 0

    cdef int offer_columns(self, Session *session, const Event *event) except -1:
        """Values that the event may give to the session's columns."""
        if event.kind == CONNECT:
            if not session.delimiters & HAS_CONNECT:
                session.delimiters |= HAS_CONNECT
                memset(session.columns, 0, (PROTOCOL + 1) * sizeof(Column))    # a connect's word replaces all others'
            self.offer_text(&session.columns[SRC_IP], event, event.src_ip)
            self.offer_text(&session.columns[DST_IP], event, event.a)
            self.offer_text(&session.columns[PROTOCOL], event, event.protocol)
            if event.src_port != NO_PORT:
                offer(&session.columns[SRC_PORT], event, event.src_port)
            if event.dst_port != NO_PORT:
                offer(&session.columns[DST_PORT], event, event.dst_port)
            return 0
        if not session.delimiters & HAS_CONNECT and event.kind != TCPIP_REQUEST and event.kind != TCPIP_OTHER:
            self.offer_text(&session.columns[SRC_IP], event, event.src_ip)
            if not is_unknown(self.batch, event.protocol):
                self.offer_text(&session.columns[PROTOCOL], event, event.protocol)
        if event.kind == CLOSED:
            session.delimiters |= HAS_CLOSE
            if event.close_ms >= 0 and (not session.columns[CLOSE_MS].present or not before(
                    event.at_us, event.fingerprint, &session.columns[CLOSE_MS])):
                session.columns[CLOSE_MS].present = False
                offer(&session.columns[CLOSE_MS], event, <int64_t>event.close_ms)
        elif event.kind == CLIENT_VERSION:
            self.offer_text(&session.columns[CLIENT_VERSION_COLUMN], event, event.a)
        elif event.kind == CLIENT_KEX:
            self.offer_text(&session.columns[HASSH], event, event.a)
        return 0

    cdef int offer_text(self, Column *column, const Event *event, Span text) except -1:
        if text.length == ABSENT or (column.present and not before(event.at_us, event.fingerprint, column)):
            return 0
        offer(column, event, self.texts.id_of(self.batch, text))
        return 0

    # -- what the database has

    cdef int begin_with(self, Session *session, list held) except -1:
        """Begins with the stored sessions, which become one."""
        cdef Session other
        cdef int kind
        read_session(held[0], session)
        for row in held[1:]:
            read_session(row, &other)
            merge_sessions(session, &other)
            session.events += other.events
            for kind in range(KINDS):
                session.counts[kind] += other.counts[kind]
        return 0

    # -- another database

    def merge(self, int64_t sensor_id, str session_id not None, tuple row not None, list leaves not None, object text_ids,
              list held not None, object load, Rows rows not None):
        """Folds a session of another database into the sessions that this one has. Returns (session_key, new events).

        row: in the order of `sql/store/find_session.sql`, with the text ids of this database. leaves: as `load` gives them,
        with the text ids of the other, which text_ids maps. held, load: as for `fold`. rows: what changes is added to them;
        they must be stored before a session of the same sensor and id is merged."""
        cdef Session session, other
        cdef LeafEvent *event
        cdef size_t old = 0
        cdef size_t count = unpack(&self.other, leaves)
        cdef size_t k
        cdef int64_t new_events = 0
        cdef int64_t next_part = 0
        cdef uint32_t matcher
        cdef bint appended
        cdef list mine = []
        read_session(row, &other)
        session = other
        session.events = 0
        memset(session.counts, 0, sizeof(session.counts))
        matcher = LAST_MATCHER
        held = sorted([one for one in held if reaches(one, other.started_us, other.ended_us)])
        if held:
            mine, next_part = load([one[ROW_KEY] for one in held], other.started_us, other.ended_us)
            old = unpack(&self.line, mine)
            self.begin_with(&session, held)
            matcher = session.matcher
            merge_sessions(&session, &other)
        for k in range(count):
            event = &self.other.events[k]
            if old and is_copy(&self.line, event.at_us, event.fingerprint, old):
                rows.duplicates += 1
                continue
            reserve_line(&self.line, old + new_events + 1)
            self.line.events[old + new_events] = event[0]
            self.count_stored(&session, &self.line.events[old + new_events], text_ids, sensor_id)
            new_events += 1
        if new_events == 0 and session.matcher == matcher and flags_of_all([*held, row]) == flags_of_all(held):
            return session.key, 0
        appended = old == 0 or new_events == 0 or compare_leaf_events(&self.line.events[old - 1], &self.line.events[old]) < 0
        if not appended:
            qsort(self.line.events, old + new_events, sizeof(LeafEvent), compare_leaf_events)
        self.emit_session(&session, session_id, held, sensor_id, flags_of_all([row]), rows)
        if new_events:
            if not held:
                next_part = session.key << PART_BITS
            self.emit_parts(old + new_events, appended, [leaf[0] for leaf in mine], next_part, rows)
        rows.events += new_events
        rows.last_session = session.key
        return session.key, new_events

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
        add_tally(&self.tallies, day, sensor_id, EVENT_TALLY, eventid, 0, 1, event.at_us)
        if tallied(event.activity):
            add_tally(&self.tallies, day, sensor_id, event.activity, event.a, event.b, 1, event.at_us)
        return 0

    # -- rows

    cdef str session_id_of(self, size_t run):
        cdef Span text = self.batch.names.entries[self.order.runs[run].name].text
        return PyUnicode_DecodeUTF8(text_of(self.batch, text), text.length, NULL)

    cdef int emit_session(self, Session *session, str session_id, list held, int64_t sensor_id, tuple flags, Rows rows) except -1:
        """flags: of what is added to the sessions that are held, (vt_flagged, dshield_flagged)."""
        cdef Session old
        cdef Py_ssize_t length
        cdef const char *text
        cdef int64_t day, old_first, old_last
        vt_flagged, dshield_flagged = flags
        if held:
            for row in held:
                read_session(row, &old)
                tally_session(&old, sensor_id, -1, &self.tallies)
                vt_flagged = either(vt_flagged, row[ROW_VT_FLAGGED])
                dshield_flagged = either(dshield_flagged, row[ROW_DSHIELD_FLAGGED])
            rows.updated_sessions += 1
            rows.joined_sessions += len(held) - 1
        else:
            session.key = self.next_key
            self.next_key += 1
            rows.new_sessions += 1
            text = PyUnicode_AsUTF8AndSize(session_id, &length)
            add_to_set(&self.known.sessions, self.known.hash_of(sensor_id, text, length))
        tally_session(session, sensor_id, 1, &self.tallies)
        put_session_row(rows.changed_session_rows if held else rows.new_session_rows, session, sensor_id, session_id, vt_flagged,
                        dshield_flagged, &self.blob)
        old_first = old_last = 0
        if len(held) == 1:                   # the days between are there; after a join all are written anew
            old_first = day_of(old.started_us)
            old_last = day_of(old.ended_us)
        for day in range(day_of(session.started_us), day_of(session.ended_us) + 1):
            if len(held) != 1 or day < old_first or day > old_last:
                rows.days.extend((day, sensor_id, session_id, session.key))
        return 0

    cdef int emit_parts(self, size_t total, bint appended, list stale, int64_t next_part, Rows rows) except -1:
        """Cuts the line into leaves, never between events of one microsecond, so that times order them.

        They take the places of the stale ones; what is more gets new numbers."""
        cdef size_t begin = 0
        cdef size_t size = LEAF_EVENTS
        cdef size_t end, activities
        if not appended:                     # evenly, or what comes late again and again would leave crumbs
            size = (total + LEAF_EVENTS - 1) // LEAF_EVENTS
            size = (total + size - 1) // size
        while begin < total:
            end = min(total, begin + size)
            while end < total and self.line.events[end].at_us == self.line.events[end - 1].at_us:
                end += 1
            pack_leaf(self.line.events + begin, end - begin, &self.json, &self.blob, &activities)
            if stale:
                part_id = stale.pop(0)
                rows.stale_parts.append(part_id)
            else:
                part_id = next_part
                next_part += 1
            rows.parts.extend((
                part_id, self.line.events[begin].at_us, activities,
                PyUnicode_DecodeASCII(self.json.bytes, self.json.length, NULL),
                PyBytes_FromStringAndSize(self.blob.bytes, self.blob.length),
            ))
            begin = end
        rows.stale_parts.extend(stale)
        return 0


cdef bint reaches(tuple row, int64_t first_us, int64_t last_us) except -1:
    """Whether a stored session is at most 24 h from the times between."""
    cdef int64_t started_us = row[ROW_STARTED_US]
    cdef int64_t span_us = row[ROW_SPAN_US]
    return started_us <= last_us + DAY_US and started_us + span_us >= first_us - DAY_US


cdef tuple flags_of_all(list rows):
    """(vt_flagged, dshield_flagged) of sessions that become one."""
    vt_flagged, dshield_flagged = NO_FLAGS
    for row in rows:
        vt_flagged = either(vt_flagged, row[ROW_VT_FLAGGED])
        dshield_flagged = either(dshield_flagged, row[ROW_DSHIELD_FLAGGED])
    return vt_flagged, dshield_flagged


cdef object started_of(tuple row):
    return row[ROW_STARTED_US]


cdef bint is_unknown(const Batch *batch, Span text) noexcept:
    return text.length == 7 and memcmp(text_of(batch, text), b"unknown", 7) == 0


cdef int tally_session(const Session *session, int64_t sensor_id, int64_t count, Tallies *tallies) except -1:
    """Adds a session to the roll-ups of the day on which it started, or takes it out."""
    cdef int64_t day = day_of(session.started_us)
    cdef const Column *columns = &session.columns[0]
    cdef int match = match_of(session)
    add_tally(tallies, day, sensor_id, SESSION_TALLY, match, columns[PROTOCOL].value, count, session.started_us)
    if columns[SRC_IP].present:
        add_tally(tallies, day, sensor_id, ADDRESS_TALLY, columns[SRC_IP].value, 0, count, session.started_us)
    if columns[CLIENT_VERSION_COLUMN].present:
        add_tally(tallies, day, sensor_id, VERSION_TALLY, columns[CLIENT_VERSION_COLUMN].value, 0, count, session.started_us)
    if columns[HASSH].present:
        add_tally(tallies, day, sensor_id, HASSH_TALLY, columns[HASSH].value, 0, count, session.started_us)
    return 0
