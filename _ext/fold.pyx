"""sesscore._fold: events of a batch → rows of sessions.

The order of things, and the function that does each: events by session and time (`Folder.plan`), copies inside the batch and cuts
after 24 h of silence (`cut_runs`), what the database already has of these sessions (asked by `writer.py` between `plan` and
`fold`), copies of that (`merge_leaves`), counts and earliest values (`count_event`), rows (`emit_session`).
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.pycapsule cimport PyCapsule_GetPointer
from cpython.unicode cimport PyUnicode_AsUTF8AndSize, PyUnicode_DecodeASCII, PyUnicode_DecodeUTF8
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, qsort, realloc
from libc.string cimport memset

import os

import orjson

from clock cimport DAY_US, day_of
from hashing cimport keyed_hash, mum
from leaf cimport *
from records cimport *

ctypedef unsigned long long KeyPart

cdef enum:
    TEXTS_REMEMBERED = 131072
    SESSIONS_REMEMBERED = 4194304
    NAMED = 1                # bits of session.delimiters
    HAS_CONNECT = 2
    HAS_CLOSE = 4
    PART_BITS = 20           # of session_part.part_id that number the parts of a session
    # rollup_value.kind beyond those of activity_kind, and two that tell the other roll-ups apart
    EVENT_TALLY = 0
    ADDRESS_TALLY = 101
    VERSION_TALLY = 102
    HASSH_TALLY = 103
    SESSION_TALLY = 200

# Columns that take the value of one event, in the order of session.evidence.
cdef enum:
    SRC_IP = 0
    SRC_PORT = 1
    DST_IP = 2
    DST_PORT = 3
    PROTOCOL = 4
    CLIENT_VERSION_COLUMN = 5
    HASSH = 6
    CLOSE_MS = 7
    COLUMNS = 8

cdef struct Column:
    bint present
    int64_t at_us
    uint64_t fingerprint
    int64_t value            # a text id, a port, milliseconds

# An event in its place: sorted by (time, fingerprint) inside its name.
cdef struct Place:
    int64_t at_us
    uint64_t fingerprint
    uint32_t index           # into batch.events

# Events of one name without a silence of more than 24 h: places[begin:end].
cdef struct Run:
    uint32_t name
    size_t begin
    size_t end
    int64_t first_us
    int64_t last_us

cdef struct Session:
    int64_t key
    int64_t started_us
    int64_t ended_us
    uint32_t delimiters
    int64_t counts[KINDS]
    int64_t events
    Column columns[COLUMNS]

cdef struct Tally:
    int64_t day
    int64_t sensor
    int64_t kind
    int64_t a
    int64_t b
    int64_t count
    int64_t first_us
    int64_t last_us

cdef struct TextEntry:
    uint64_t hash0
    uint64_t hash1
    int64_t text_id          # 0 is free


cdef uint64_t random_key() except? 0:
    return <KeyPart>int.from_bytes(os.urandom(8), "little")


# ---- what is remembered between batches --------------------------------------------------------------------------------------

cdef class TextDictionary:
    """Text → text_id for the texts seen last; new texts wait in `fresh` to be stored.

    Only keyed hashes are kept (128 bits, so that equal hashes may count as equal texts), never the text."""

    cdef TextEntry *entries
    cdef uint32_t mask
    cdef uint32_t count
    cdef int64_t newest
    cdef uint64_t keys[4]
    cdef readonly list fresh

    def __cinit__(self):
        self.mask = 4 * TEXTS_REMEMBERED - 1
        self.entries = <TextEntry *>calloc(self.mask + 1, sizeof(TextEntry))
        if self.entries == NULL:
            raise MemoryError()
        for i in range(4):
            self.keys[i] = random_key()
        self.fresh = []

    def __dealloc__(self):
        free(self.entries)

    def warm(self, int64_t text_id, str value not None):
        """Remembers a text that is stored."""
        cdef Py_ssize_t length
        cdef const char *text = PyUnicode_AsUTF8AndSize(value, &length)
        cdef TextEntry *entry = self.place(text, length)
        if entry.text_id == 0:
            entry.text_id = text_id
            self.count += 1
        self.newest = max(self.newest, text_id)

    cdef TextEntry *place(self, const char *text, size_t length) noexcept:
        """Where a text is, or where it would be."""
        cdef uint64_t hash0 = keyed_hash(text, length, self.keys[0], self.keys[1])
        cdef uint64_t hash1 = keyed_hash(text, length, self.keys[2], self.keys[3])
        cdef uint32_t at = <uint32_t>hash0 & self.mask
        cdef TextEntry *entry
        while True:
            entry = &self.entries[at]
            if entry.text_id == 0:
                entry.hash0 = hash0
                entry.hash1 = hash1
                return entry
            if entry.hash0 == hash0 and entry.hash1 == hash1:
                return entry
            at = (at + 1) & self.mask

    cdef int64_t id_of(self, const Batch *batch, Span span) except -1:
        """The id of a text of the batch, 0 if it is absent."""
        cdef const char *text
        cdef TextEntry *entry
        if span.length == ABSENT:
            return 0
        text = text_of(batch, span)
        entry = self.place(text, span.length)
        if entry.text_id == 0:
            if self.count >= 2 * TEXTS_REMEMBERED:
                self.forget()
                entry = self.place(text, span.length)
            self.newest += 1
            entry.text_id = self.newest
            self.count += 1
            self.fresh.append((self.newest, PyUnicode_DecodeUTF8(text, span.length, NULL)))
        return entry.text_id

    cdef int forget(self) except -1:
        """Keeps the younger half."""
        cdef TextEntry *old = self.entries
        cdef TextEntry *entry
        cdef uint32_t i, at
        self.entries = <TextEntry *>calloc(self.mask + 1, sizeof(TextEntry))
        if self.entries == NULL:
            self.entries = old
            raise MemoryError()
        self.count = 0
        for i in range(self.mask + 1):
            entry = &old[i]
            if entry.text_id > self.newest - TEXTS_REMEMBERED:
                at = <uint32_t>entry.hash0 & self.mask
                while self.entries[at].text_id:
                    at = (at + 1) & self.mask
                self.entries[at] = entry[0]
                self.count += 1
        free(old)
        return 0

    def take_fresh(self):
        """The texts to store, as (text_id, value)."""
        fresh = self.fresh
        self.fresh = []
        return fresh


cdef class SessionFilter:
    """Which (sensor, id) the database may hold on the days in `days`: a hash set, so that new sessions need no lookup."""

    cdef uint64_t *slots     # 0 is free
    cdef uint32_t mask
    cdef uint32_t count
    cdef uint64_t keys[2]
    cdef readonly set days

    def __cinit__(self):
        self.keys[0] = random_key()
        self.keys[1] = random_key()
        self.days = set()
        self.clear()

    def __dealloc__(self):
        free(self.slots)

    def clear(self):
        cdef uint64_t *slots = <uint64_t *>calloc(65536, sizeof(uint64_t))
        if slots == NULL:
            raise MemoryError()
        free(self.slots)
        self.slots = slots
        self.mask = 65535
        self.count = 0
        self.days.clear()

    @property
    def full(self):
        """Whether it should be cleared before more days are added."""
        return self.count >= SESSIONS_REMEMBERED

    def know(self, int64_t sensor_id, str session_id not None):
        cdef Py_ssize_t length
        cdef const char *text = PyUnicode_AsUTF8AndSize(session_id, &length)
        self.add(self.hash_of(sensor_id, text, length))

    cdef uint64_t hash_of(self, int64_t sensor_id, const char *text, size_t length) noexcept:
        return keyed_hash(text, length, self.keys[0] ^ <uint64_t>sensor_id, self.keys[1]) | 1

    cdef bint has(self, uint64_t hashed) noexcept:
        cdef uint32_t at = <uint32_t>(hashed >> 8) & self.mask
        while self.slots[at]:
            if self.slots[at] == hashed:
                return True
            at = (at + 1) & self.mask
        return False

    cdef int add(self, uint64_t hashed) except -1:
        cdef uint64_t *old
        cdef uint32_t i, at, size
        if 2 * self.count > self.mask:
            old = self.slots
            size = self.mask + 1
            self.slots = <uint64_t *>calloc(2 * <size_t>size, sizeof(uint64_t))
            if self.slots == NULL:
                self.slots = old
                raise MemoryError()
            self.mask = 2 * size - 1
            for i in range(size):
                if old[i]:
                    at = <uint32_t>(old[i] >> 8) & self.mask
                    while self.slots[at]:
                        at = (at + 1) & self.mask
                    self.slots[at] = old[i]
            free(old)
        at = <uint32_t>(hashed >> 8) & self.mask
        while self.slots[at]:
            if self.slots[at] == hashed:
                return 0
            at = (at + 1) & self.mask
        self.slots[at] = hashed
        self.count += 1
        return 0


# ---- roll-ups of one batch -----------------------------------------------------------------------------------------------------

cdef class Tallies:
    """Counts by (day, sensor, kind, a, b): what the batch adds to the roll-ups."""

    cdef Tally *entries
    cdef uint32_t *slots     # index + 1, 0 is free
    cdef uint32_t mask
    cdef uint32_t count
    cdef uint64_t key

    def __cinit__(self):
        self.key = random_key()
        self.mask = 4095
        self.slots = <uint32_t *>calloc(self.mask + 1, sizeof(uint32_t))
        self.entries = <Tally *>malloc((self.mask + 1) // 2 * sizeof(Tally))
        if self.slots == NULL or self.entries == NULL:
            raise MemoryError()

    def __dealloc__(self):
        free(self.slots)
        free(self.entries)

    cdef uint32_t slot_of(self, int64_t day, int64_t sensor, int64_t kind, int64_t a, int64_t b) noexcept:
        cdef uint64_t h = mum(self.key ^ <uint64_t>day, self.key + <uint64_t>a * 2 + 1)
        return <uint32_t>mum(h ^ <uint64_t>(sensor * 256 + kind), (self.key >> 7) + <uint64_t>b * 2 + 1) & self.mask

    cdef int grow(self) except -1:
        cdef uint32_t size = (self.mask + 1) * 2
        cdef uint32_t *slots = <uint32_t *>calloc(size, sizeof(uint32_t))
        cdef Tally *entries = <Tally *>realloc(self.entries, size // 2 * sizeof(Tally))
        cdef Tally *entry
        cdef uint32_t i, at
        if entries != NULL:
            self.entries = entries
        if slots == NULL or entries == NULL:
            free(slots)
            raise MemoryError()
        free(self.slots)
        self.slots = slots
        self.mask = size - 1
        for i in range(self.count):
            entry = &self.entries[i]
            at = self.slot_of(entry.day, entry.sensor, entry.kind, entry.a, entry.b)
            while self.slots[at]:
                at = (at + 1) & self.mask
            self.slots[at] = i + 1
        return 0

    cdef int add(self, int64_t day, int64_t sensor, int64_t kind, int64_t a, int64_t b, int64_t count, int64_t at_us) except -1:
        cdef uint32_t at
        cdef Tally *entry
        if 2 * (self.count + 1) > self.mask:
            self.grow()
        at = self.slot_of(day, sensor, kind, a, b)
        while self.slots[at]:
            entry = &self.entries[self.slots[at] - 1]
            if entry.a == a and entry.b == b and entry.kind == kind and entry.day == day and entry.sensor == sensor:
                entry.count += count
                entry.first_us = min(entry.first_us, at_us)
                entry.last_us = max(entry.last_us, at_us)
                return 0
            at = (at + 1) & self.mask
        entry = &self.entries[self.count]
        entry.day = day
        entry.sensor = sensor
        entry.kind = kind
        entry.a = a
        entry.b = b
        entry.count = count
        entry.first_us = at_us
        entry.last_us = at_us
        self.count += 1
        self.slots[at] = self.count
        return 0

    cdef int into(self, Rows rows) except -1:
        """Sorted by key, so that their insertion walks the tables once."""
        cdef Tally *entry
        cdef uint32_t i
        for i in range(self.count):
            entry = &self.entries[i]
            if entry.kind == EVENT_TALLY:
                rows.event_tallies.append((entry.day, entry.sensor, entry.a, entry.count, entry.first_us, entry.last_us))
            elif entry.count == 0:
                continue
            elif entry.kind == SESSION_TALLY:
                rows.session_tallies.append((entry.day, entry.sensor, entry.a, entry.b, entry.count))
            else:
                rows.value_tallies.append((entry.day, entry.kind, entry.sensor, entry.a, entry.b, entry.count))
        rows.event_tallies.sort()
        rows.session_tallies.sort()
        rows.value_tallies.sort()
        return 0


cdef class Rows:
    """What a batch changes in the database, each list in the order of its statement in sql/store/."""

    cdef readonly list new_session_rows
    cdef readonly list changed_session_rows
    cdef readonly list parts
    cdef readonly list stale_parts
    cdef readonly list days
    cdef readonly list sources
    cdef readonly list event_tallies
    cdef readonly list session_tallies
    cdef readonly list value_tallies
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
        self.event_tallies = []
        self.session_tallies = []
        self.value_tallies = []


# ---- small rules -----------------------------------------------------------------------------------------------------------

cdef int compare_places(const void *left, const void *right) noexcept nogil:
    cdef const Place *a = <const Place *>left
    cdef const Place *b = <const Place *>right
    if a.at_us != b.at_us:
        return -1 if a.at_us < b.at_us else 1
    if a.fingerprint != b.fingerprint:
        return -1 if a.fingerprint < b.fingerprint else 1
    return -1 if a.index < b.index else 1


cdef bint before(int64_t at_us, uint64_t fingerprint, const Column *column) noexcept nogil:
    return at_us < column.at_us or (at_us == column.at_us and fingerprint < column.fingerprint)


cdef int match_of(uint32_t delimiters) noexcept nogil:
    """rollup_session.match: 1 full_delimited, 2 session_id_only, 3 event_session."""
    if not delimiters & NAMED:
        return 3
    return 1 if delimiters & (HAS_CONNECT | HAS_CLOSE) == HAS_CONNECT | HAS_CLOSE else 2


cdef void offer(Column *column, const Event *event, int64_t value) noexcept nogil:
    """The earliest event that has a value gives it."""
    if column.present and not before(event.at_us, event.fingerprint, column):
        return
    column.present = True
    column.at_us = event.at_us
    column.fingerprint = event.fingerprint
    column.value = value


cdef void merge_column(Column *into, const Column *other, bint latest) noexcept nogil:
    if not other.present:
        return
    if not into.present or before(other.at_us, other.fingerprint, into) != latest:
        into[0] = other[0]


cdef bint tallied(uint32_t activity) noexcept nogil:
    """Which activities have their values counted in rollup_value."""
    return (activity == LOGIN_FAILED_ACTIVITY or activity == LOGIN_SUCCESS_ACTIVITY or activity == COMMAND_ACTIVITY
            or activity == DOWNLOAD_ACTIVITY or activity == UPLOAD_ACTIVITY)


# ---- the fold ----------------------------------------------------------------------------------------------------------------

cdef class Folder:
    """Folds batch after batch. After an error it must not be used again: what it remembers would be ahead of the database."""

    cdef readonly TextDictionary texts
    cdef readonly SessionFilter known
    cdef int64_t next_key
    cdef object capsule      # of the batch at hand
    cdef Batch *batch
    cdef Place *places
    cdef Run *runs
    cdef size_t run_count
    cdef int64_t *sensor_ids
    cdef int64_t *eventid_ids
    cdef int64_t in_batch_duplicates
    cdef LeafEvent *line     # events of the session at hand
    cdef size_t line_capacity
    cdef Buffer json
    cdef Buffer blob

    def __cinit__(self, int64_t last_key, int64_t last_text_id):
        self.texts = TextDictionary()
        self.texts.newest = last_text_id
        self.known = SessionFilter()
        self.next_key = last_key + 1

    def __dealloc__(self):
        self.let_go()
        free(self.line)
        free(self.json.bytes)
        free(self.blob.bytes)

    cdef void let_go(self) noexcept:
        free(self.places)
        free(self.runs)
        free(self.sensor_ids)
        free(self.eventid_ids)
        self.places = NULL
        self.runs = NULL
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
        self.places = <Place *>malloc((self.batch.count + 1) * sizeof(Place))
        self.runs = <Run *>malloc((self.batch.count + 1) * sizeof(Run))
        if self.sensor_ids == NULL or self.eventid_ids == NULL or self.places == NULL or self.runs == NULL:
            raise MemoryError()
        if len(sensor_ids) != self.batch.sensors.count:
            raise ValueError("a sensor id for each sensor of the batch is needed")
        for i in range(self.batch.sensors.count):
            self.sensor_ids[i] = sensor_ids[i]
        self.sort_events()
        return self.days_of_runs()

    cdef int sort_events(self) except -1:
        """Places events by name, then time and fingerprint, and cuts runs."""
        cdef Batch *batch = self.batch
        cdef size_t *begins = <size_t *>calloc(batch.names.count + 1, sizeof(size_t))
        cdef size_t i, begin, end
        cdef uint32_t name
        cdef Place *place
        if begins == NULL:
            raise MemoryError()
        with nogil:
            for i in range(batch.count):
                begins[batch.events[i].name + 1] += 1
            for i in range(batch.names.count):
                begins[i + 1] += begins[i]
            for i in range(batch.count):
                name = batch.events[i].name
                place = &self.places[begins[name]]
                begins[name] += 1            # ends as the begin of the next name
                place.at_us = batch.events[i].at_us
                place.fingerprint = batch.events[i].fingerprint
                place.index = <uint32_t>i
            self.run_count = 0
            self.in_batch_duplicates = 0
            begin = 0
            for i in range(batch.names.count):
                end = begins[i]
                self.sort_places(begin, end)
                self.cut_runs(<uint32_t>i, begin, end)
                begin = end
        free(begins)
        return 0

    cdef void sort_places(self, size_t begin, size_t end) noexcept nogil:
        cdef size_t i
        for i in range(begin + 1, end):      # a log is in order nearly always
            if compare_places(&self.places[i - 1], &self.places[i]) > 0:
                qsort(self.places + begin, end - begin, sizeof(Place), compare_places)
                return

    cdef void cut_runs(self, uint32_t name, size_t begin, size_t end) noexcept nogil:
        """Drops copies and begins a run after each silence of more than 24 h."""
        cdef size_t i
        cdef size_t kept = begin
        cdef Place *place
        cdef Run *run = NULL
        for i in range(begin, end):
            place = &self.places[i]
            if run != NULL and place.at_us == self.places[kept - 1].at_us \
                    and place.fingerprint == self.places[kept - 1].fingerprint:
                self.in_batch_duplicates += 1
                # The better name counts, whichever copy has it.
                self.batch.events[self.places[kept - 1].index].by_session |= self.batch.events[place.index].by_session
                continue
            if run == NULL or place.at_us - run.last_us > DAY_US:
                if run != NULL:
                    run.end = kept
                run = &self.runs[self.run_count]
                self.run_count += 1
                run.name = name
                run.begin = kept
                run.first_us = place.at_us
            run.last_us = place.at_us
            self.places[kept] = place[0]
            kept += 1
        if run != NULL:
            run.end = kept

    cdef set days_of_runs(self):
        cdef set days = set()
        cdef size_t i
        cdef int64_t day
        cdef int64_t first = -1
        cdef int64_t last = -2
        for i in range(self.run_count):
            if day_of(self.runs[i].first_us - DAY_US) == first and day_of(self.runs[i].last_us + DAY_US) == last:
                continue
            first = day_of(self.runs[i].first_us - DAY_US)
            last = day_of(self.runs[i].last_us + DAY_US)
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
        while i < self.run_count:
            j = i + 1
            while j < self.run_count and self.runs[j].name == self.runs[i].name:
                j += 1
            name = &self.batch.names.entries[self.runs[i].name]
            text = text_of(self.batch, name.text)
            if self.known.has(self.known.hash_of(self.sensor_ids[name.tag], text, name.text.length)):
                found.append((
                    self.runs[i].name, self.sensor_ids[name.tag], PyUnicode_DecodeUTF8(text, name.text.length, NULL),
                    self.days_of_name(i, j),
                ))
            i = j
        return found

    cdef list days_of_name(self, size_t i, size_t j):
        cdef set days = set()
        cdef int64_t day
        while i < j:
            for day in range(day_of(self.runs[i].first_us - DAY_US), day_of(self.runs[i].last_us + DAY_US) + 1):
                days.add(day)
            i += 1
        return sorted(days)

    # -- folding

    def fold(self, dict found not None, object load, int64_t source_id, int64_t first_record):
        """The rows of the planned batch.

        found: name number → rows of `sql/store/find_session.sql` for sessions with this name. load: called as
        `load(keys, first_us, last_us)` with the keys of sessions that are one now, the one to keep first; moves everything to
        that one and returns its parts that may overlap the times, and the number for a further part. first_record: number of the batch's first record."""
        cdef Rows rows = Rows()
        cdef Tallies tallies = Tallies()
        cdef size_t i = 0
        cdef size_t j
        rows.duplicates = self.in_batch_duplicates
        while i < self.run_count:
            j = i + 1
            while j < self.run_count and self.runs[j].name == self.runs[i].name:
                j += 1
            self.fold_name(i, j, found.get(self.runs[i].name), load, source_id, first_record, rows, tallies)
            i = j
        tallies.into(rows)
        return rows

    cdef int fold_name(self, size_t i, size_t j, list existing, object load, int64_t source_id, int64_t first_record,
                       Rows rows, Tallies tallies) except -1:
        """Groups the runs of one name with the sessions that they belong to: what is at most 24 h apart is one."""
        cdef size_t end
        cdef int64_t first_us, last_us
        cdef list held
        if not existing:
            while i < j:
                self.fold_session(i, i + 1, [], load, source_id, first_record, rows, tallies)
                i += 1
            return 0
        existing = sorted(existing, key=started_of)
        while i < j:
            first_us = self.runs[i].first_us
            last_us = self.runs[i].last_us
            end = i + 1
            held = []
            grown = True
            while grown:                     # a session can reach the next run, and a run the next session
                grown = False
                for row in existing:
                    if row not in held and row[9] <= last_us + DAY_US and row[9] + row[10] >= first_us - DAY_US:
                        held.append(row)
                        first_us = min(first_us, <int64_t>row[9])
                        last_us = max(last_us, <int64_t>row[9] + <int64_t>row[10])
                        grown = True
                while end < j and self.runs[end].first_us <= last_us + DAY_US:
                    last_us = max(last_us, self.runs[end].last_us)
                    end += 1
                    grown = True
            self.fold_session(i, end, held, load, source_id, first_record, rows, tallies)
            i = end
        return 0

    cdef int fold_session(self, size_t i, size_t j, list held, object load, int64_t source_id, int64_t first_record,
                          Rows rows, Tallies tallies) except -1:
        """Folds runs[i:j], and the sessions `held` of the database, into one session."""
        cdef Session session
        cdef Event *event
        cdef size_t old = 0
        cdef size_t total, k
        cdef int64_t new_events = 0
        cdef int64_t first = 0
        cdef int64_t last = 0
        cdef int64_t sensor_id = self.sensor_ids[self.batch.names.entries[self.runs[i].name].tag]
        cdef int64_t next_part = 0
        cdef bint renamed = False
        cdef list leaves = []
        memset(&session, 0, sizeof(Session))
        if held:
            held = sorted(held)              # the oldest key stays
            leaves, next_part = load([row[0] for row in held], self.runs[i].first_us, self.runs[j - 1].last_us)
            old = self.unpack(leaves)
            self.begin_with(&session, held)
        for k in range(self.runs[i].begin, self.runs[j - 1].end):
            event = &self.batch.events[self.places[k].index]
            if old and self.is_copy(event, old):
                rows.duplicates += 1
                if event.by_session and not session.delimiters & NAMED:
                    session.delimiters |= NAMED      # the better name counts, whichever copy has it
                    renamed = True
                continue
            if new_events == 0:
                first = last = event.record
            first = min(first, <int64_t>event.record)
            last = max(last, <int64_t>event.record)
            self.reserve_line(old + new_events + 1)
            self.count_event(&session, event, &self.line[old + new_events], sensor_id, tallies)
            new_events += 1
        if new_events == 0:
            if renamed:
                self.emit_session(&session, i, held, sensor_id, rows, tallies)
            return 0
        total = old + new_events
        if old:
            qsort(self.line, total, sizeof(LeafEvent), compare_leaf_events)
        self.emit_session(&session, i, held, sensor_id, rows, tallies)
        if not held:
            next_part = session.key << PART_BITS
        self.emit_parts(total, [leaf[0] for leaf in leaves], next_part, rows)
        rows.sources.append((session.key, source_id, first_record + first, first_record + last, new_events))
        rows.events += new_events
        rows.last_session = session.key
        return 0

    cdef int reserve_line(self, size_t count) except -1:
        cdef size_t capacity = self.line_capacity
        cdef LeafEvent *grown
        if count <= capacity:
            return 0
        while capacity < count:
            capacity = capacity * 2 if capacity else 1024
        grown = <LeafEvent *>realloc(self.line, capacity * sizeof(LeafEvent))
        if grown == NULL:
            raise MemoryError()
        self.line = grown
        self.line_capacity = capacity
        return 0

    cdef bint is_copy(self, const Event *event, size_t old) noexcept:
        """Whether the first `old` events of the line, which are sorted, hold this one."""
        cdef size_t low = 0
        cdef size_t high = old
        cdef size_t middle
        cdef const LeafEvent *at
        while low < high:
            middle = (low + high) // 2
            at = &self.line[middle]
            if at.at_us < event.at_us or (at.at_us == event.at_us and at.fingerprint < event.fingerprint):
                low = middle + 1
            else:
                high = middle
        return low < old and self.line[low].at_us == event.at_us and self.line[low].fingerprint == event.fingerprint

    cdef int count_event(self, Session *session, const Event *event, LeafEvent *leaf, int64_t sensor_id, Tallies tallies) except -1:
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
        session.events += 1
        session.counts[event.kind] += 1
        if event.by_session:
            session.delimiters |= NAMED
        self.offer_columns(session, event)
        leaf.at_us = event.at_us
        leaf.fingerprint = event.fingerprint
        leaf.activity = activity_of(event.kind)
        leaf.a = leaf.b = leaf.c = 0
        tallies.add(day, sensor_id, EVENT_TALLY, eventid_id, 0, 1, event.at_us)
        if leaf.activity:
            leaf.a = self.texts.id_of(self.batch, event.a)
            leaf.b = self.texts.id_of(self.batch, event.b)
            leaf.c = self.texts.id_of(self.batch, event.c)
            if tallied(leaf.activity):
                tallies.add(day, sensor_id, leaf.activity, leaf.a, leaf.b, 1, event.at_us)
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
        cdef int column
        cdef int kind
        read_session(held[0], session)
        for row in held[1:]:
            read_session(row, &other)
            if (session.delimiters ^ other.delimiters) & HAS_CONNECT:
                memset((&other if session.delimiters & HAS_CONNECT else session).columns, 0, (PROTOCOL + 1) * sizeof(Column))
            for column in range(COLUMNS):
                merge_column(&session.columns[column], &other.columns[column], column == CLOSE_MS)
            session.delimiters |= other.delimiters
            session.started_us = min(session.started_us, other.started_us)
            session.ended_us = max(session.ended_us, other.ended_us)
            session.events += other.events
            for kind in range(KINDS):
                session.counts[kind] += other.counts[kind]
        return 0

    cdef Py_ssize_t unpack(self, list leaves) except -1:
        """Stored parts (part_id, first_us, activities, events) → the line, sorted. Returns how many events it holds."""
        cdef size_t count = 0
        cdef const char *p
        cdef const char *end
        cdef int64_t first_us, at_us
        cdef uint64_t step
        cdef bytes blob
        for _, first_us, activities, blob in leaves:
            p = PyBytes_AS_STRING(blob)
            end = p + PyBytes_GET_SIZE(blob)
            for fields in orjson.loads(activities):
                self.reserve_line(count + 1)
                self.line[count].activity = fields[0]
                self.line[count].at_us = first_us + <int64_t>fields[1]
                self.line[count].a = fields[2] if len(fields) > 2 else 0
                self.line[count].b = fields[3] if len(fields) > 3 else 0
                self.line[count].c = fields[4] if len(fields) > 4 else 0
                if not get_fingerprint(&p, end, &self.line[count].fingerprint):
                    raise ValueError(f"the part at {first_us} holds fewer fingerprints than activities")
                count += 1
            at_us = first_us
            while p < end:
                self.reserve_line(count + 1)
                if not get_varint(&p, end, &step) or not get_fingerprint(&p, end, &self.line[count].fingerprint):
                    raise ValueError(f"the part at {first_us} ends inside an event")
                at_us += <int64_t>step
                self.line[count].activity = NO_ACTIVITY
                self.line[count].at_us = at_us
                self.line[count].a = self.line[count].b = self.line[count].c = 0
                count += 1
        if count:
            qsort(self.line, count, sizeof(LeafEvent), compare_leaf_events)
        return count

    # -- rows

    cdef int emit_session(self, Session *session, size_t i, list held, int64_t sensor_id, Rows rows, Tallies tallies) except -1:
        cdef Interned *name = &self.batch.names.entries[self.runs[i].name]
        cdef const char *text = text_of(self.batch, name.text)
        cdef Session old
        cdef object session_id = PyUnicode_DecodeUTF8(text, name.text.length, NULL)
        cdef object vt_flagged = None
        cdef object dshield_flagged = None
        cdef int64_t day, old_first, old_last
        if held:
            for row in held:
                read_session(row, &old)
                tally_session(&old, sensor_id, -1, tallies)
                vt_flagged = either(vt_flagged, row[24])
                dshield_flagged = either(dshield_flagged, row[25])
            rows.updated_sessions += 1
            rows.joined_sessions += len(held) - 1
        else:
            session.key = self.next_key
            self.next_key += 1
            rows.new_sessions += 1
            self.known.add(self.known.hash_of(sensor_id, text, name.text.length))
        tally_session(session, sensor_id, 1, tallies)
        (rows.changed_session_rows if held else rows.new_session_rows).append(session_row(
            session, sensor_id, session_id, vt_flagged, dshield_flagged, &self.blob))
        old_first = old_last = 0
        if len(held) == 1:                   # the days between are there; after a join all are written anew
            old_first = day_of(old.started_us)
            old_last = day_of(old.ended_us)
        for day in range(day_of(session.started_us), day_of(session.ended_us) + 1):
            if len(held) != 1 or day < old_first or day > old_last:
                rows.days.append((day, sensor_id, session_id, session.key))
        return 0

    cdef int emit_parts(self, size_t total, list stale, int64_t next_part, Rows rows) except -1:
        """Cuts the line into leaves, never between events of one microsecond, so that times order them.

        They take the places of the stale ones; what is more gets new numbers."""
        cdef size_t begin = 0
        cdef size_t end, activities
        while begin < total:
            end = min(total, begin + LEAF_EVENTS)
            while end < total and self.line[end].at_us == self.line[end - 1].at_us:
                end += 1
            pack_leaf(self.line + begin, end - begin, &self.json, &self.blob, &activities)
            if stale:
                part_id = stale.pop(0)
                rows.stale_parts.append((part_id,))
            else:
                part_id = next_part
                next_part += 1
            rows.parts.append((
                part_id, self.line[begin].at_us, activities,
                PyUnicode_DecodeASCII(self.json.bytes, self.json.length, NULL),
                PyBytes_FromStringAndSize(self.blob.bytes, self.blob.length),
            ))
            begin = end
        rows.stale_parts.extend((part_id,) for part_id in stale)
        return 0


cdef object started_of(tuple row):
    return row[9]


cdef object either(object flag, object other):
    """A flag of joined sessions: 1 if one has it, None only while both are unknown."""
    if flag is None or other is None:
        return other if flag is None else flag
    return max(flag, other)


cdef bint is_unknown(const Batch *batch, Span text) noexcept:
    return text.length == 7 and memcmp(text_of(batch, text), b"unknown", 7) == 0


cdef int compare_leaf_events(const void *left, const void *right) noexcept nogil:
    cdef const LeafEvent *a = <const LeafEvent *>left
    cdef const LeafEvent *b = <const LeafEvent *>right
    if a.at_us != b.at_us:
        return -1 if a.at_us < b.at_us else 1
    if a.fingerprint != b.fingerprint:
        return -1 if a.fingerprint < b.fingerprint else 1
    return 0


cdef int tally_session(const Session *session, int64_t sensor_id, int64_t count, Tallies tallies) except -1:
    """Adds a session to the roll-ups of the day on which it started, or takes it out."""
    cdef int64_t day = day_of(session.started_us)
    cdef const Column *columns = session.columns
    tallies.add(day, sensor_id, SESSION_TALLY, match_of(session.delimiters), columns[PROTOCOL].value, count, session.started_us)
    if columns[SRC_IP].present:
        tallies.add(day, sensor_id, ADDRESS_TALLY, columns[SRC_IP].value, 0, count, session.started_us)
    if columns[CLIENT_VERSION_COLUMN].present:
        tallies.add(day, sensor_id, VERSION_TALLY, columns[CLIENT_VERSION_COLUMN].value, 0, count, session.started_us)
    if columns[HASSH].present:
        tallies.add(day, sensor_id, HASSH_TALLY, columns[HASSH].value, 0, count, session.started_us)
    return 0


cdef int put_evidence(const Session *session, Buffer *out) except -1:
    """For each column: 0 no value; 1, time since the start, fingerprint; 2 the same event as the column before that has a value."""
    cdef const Column *last = NULL
    cdef const Column *column
    cdef int i
    out.length = 0
    reserve(out, COLUMNS * (1 + LONGEST_VARINT + FINGERPRINT_BYTES))
    for i in range(COLUMNS):
        column = &session.columns[i]
        out.bytes[out.length] = 0
        if column.present:
            if last != NULL and last.at_us == column.at_us and last.fingerprint == column.fingerprint:
                out.bytes[out.length] = 2
                out.length += 1
                continue
            out.bytes[out.length] = 1
            out.length += 1
            put_varint(out, zigzag(column.at_us - session.started_us))
            put_fingerprint(out, column.fingerprint)
            last = column
        else:
            out.length += 1
    return 0


cdef int read_evidence(bytes evidence, Session *session) except -1:
    cdef const char *p = PyBytes_AS_STRING(evidence)
    cdef const char *end = p + PyBytes_GET_SIZE(evidence)
    cdef Column *last = NULL
    cdef Column *column
    cdef uint64_t step
    cdef int i
    cdef char tag
    for i in range(COLUMNS):
        if p == end:
            raise ValueError("a session's evidence is too short")
        tag = p[0]
        p += 1
        column = &session.columns[i]
        column.present = tag != 0
        if tag == 2 and last != NULL:
            column.at_us = last.at_us
            column.fingerprint = last.fingerprint
        elif tag == 1 and get_varint(&p, end, &step) and get_fingerprint(&p, end, &column.fingerprint):
            column.at_us = session.started_us + unzigzag(step)
            last = column
        elif tag != 0:
            raise ValueError("a session's evidence is damaged")
    return 0


cdef object port_or_null(const Column *column):
    return column.value if column.present else None


cdef tuple session_row(const Session *session, int64_t sensor_id, object session_id, object vt_flagged, object dshield_flagged,
                       Buffer *evidence):
    """In the order of `sql/store/session.sql`."""
    cdef const Column *columns = session.columns
    cdef const int64_t *counts = session.counts
    put_evidence(session, evidence)
    return (
        session.key, sensor_id, session_id, session.delimiters,
        columns[SRC_IP].value, port_or_null(&columns[SRC_PORT]), columns[DST_IP].value, port_or_null(&columns[DST_PORT]),
        columns[PROTOCOL].value, session.started_us, session.ended_us - session.started_us, port_or_null(&columns[CLOSE_MS]),
        session.events, counts[COMMAND_INPUT], counts[COMMAND_FAILED], counts[COMMAND_SUCCESS],
        counts[LOGIN_FAILED], counts[LOGIN_SUCCESS], counts[FILE_DOWNLOAD], counts[FILE_DOWNLOAD_FAILED],
        counts[FILE_UPLOAD], counts[TCPIP_REQUEST], columns[CLIENT_VERSION_COLUMN].value, columns[HASSH].value,
        vt_flagged, dshield_flagged, PyBytes_FromStringAndSize(evidence.bytes, evidence.length),
    )


cdef int read_session(tuple row, Session *session) except -1:
    """`session_row`, the other way."""
    cdef int64_t *counts = session.counts
    cdef Column *columns = session.columns
    memset(session, 0, sizeof(Session))
    session.key = row[0]
    session.delimiters = row[3]
    session.started_us = row[9]
    session.ended_us = session.started_us + <int64_t>row[10]
    session.events = row[12]
    counts[COMMAND_INPUT] = row[13]
    counts[COMMAND_FAILED] = row[14]
    counts[COMMAND_SUCCESS] = row[15]
    counts[LOGIN_FAILED] = row[16]
    counts[LOGIN_SUCCESS] = row[17]
    counts[FILE_DOWNLOAD] = row[18]
    counts[FILE_DOWNLOAD_FAILED] = row[19]
    counts[FILE_UPLOAD] = row[20]
    counts[TCPIP_REQUEST] = row[21]
    read_evidence(row[26], session)
    columns[SRC_IP].value = row[4]
    columns[SRC_PORT].value = row[5] or 0
    columns[DST_IP].value = row[6]
    columns[DST_PORT].value = row[7] or 0
    columns[PROTOCOL].value = row[8]
    columns[CLOSE_MS].value = row[11] or 0
    columns[CLIENT_VERSION_COLUMN].value = row[22]
    columns[HASSH].value = row[23]
    return 0
