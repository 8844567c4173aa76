# Target `fold`: events in some order and in another one give the same rows; what comes out is as many as what came in; there are
# as many sessions as silences say; and what was packed comes out in order.
#
# An input tells events, three bytes each: whose and how named; when, from the one before; what. Events of one name and time with
# the same last byte are copies.

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free
from libc.string cimport memset

from clock cimport DAY_US
from folding cimport Fold, Result, fold_new, let_go, settle_eventids, take_hold
from hashing cimport K1, mum, text_hash
from known cimport SessionSet, open_set
from leaf cimport LeafEvent
from problems cimport ANOTHER_NUMBER_OF_SESSIONS, EVENTS_LOST, FINE, NOT_UNPACKED, ORDER_MATTERS, Problem
from records cimport *
from rows cimport (
    BLOB_CELL, DAY_ROWS, ROW_TABLES, SESSION_ROWS, TEXT_CELL, TEXT_ROWS, Cell, RowSets, Rows, Table, filled_rows, forget_rows,
    new_row_sets, release_rows,
)
from runs cimport free_plan, sort_events
from session_rows cimport ROW_STARTED_US
from tallies cimport Tallies, changes, close_tallies, open_tallies, put_tally, sort_tallies
from texts cimport TextTable, close_texts, open_texts
from unpack cimport Unpacking, event_at, start_unpacking, unpack_next

cdef enum:
    EVENT_BYTES = 3
    MOST_EVENTS = 24
    STEPS = 8
    EVENT_COUNT_CELL = 13
    ACTIVITIES_CELL = 34
    EVENTS_CELL = 35

cdef extern from *:
    """
    /* All texts of all events, one after the other; each has eight bytes, of which the last ones may be left out. */
    static const char sc_told[] = "aaaaaaa0bbbbbbb0ssh-----unknown-10.0.0.1sensor-ssensor-tother---";
    static const int64_t sc_steps[] = {
        0, 1, 999500, 5000000, INT64_C(25200000000), INT64_C(86399999999), INT64_C(86400000000), INT64_C(86400000001),
    };
    """
    const char *TOLD "sc_told"
    const int64_t *STEP "sc_steps"

cdef struct Folding:
    Fold fold
    TextTable texts
    SessionSet known
    RowSets *sets
    Batch *batch             # in the order of the input
    Batch *turned            # in another one


cdef inline int open_folding(Folding *folding) except -1 nogil:
    memset(folding, 0, sizeof(Folding))
    open_texts(&folding.texts, 1, 2)
    open_set(&folding.known)
    open_tallies(&folding.fold.tallies, 3)
    folding.sets = new_row_sets()
    folding.batch = new_batch(TOLD, 64, 1, 2)
    folding.turned = new_batch(TOLD, 64, 1, 2)
    if folding.sets == NULL or folding.batch == NULL or folding.turned == NULL:
        with gil:
            raise MemoryError()
    folding.fold.texts = &folding.texts
    folding.fold.known = &folding.known
    folding.fold.rows = filled_rows(folding.sets)
    folding.fold.source_id = 1
    return 0


cdef inline void close_folding(Folding *folding) noexcept nogil:
    let_go(&folding.fold)
    free_plan(&folding.fold.plan)
    free(folding.fold.line.events)
    free(folding.known.lines)
    close_tallies(&folding.fold.tallies)
    close_texts(&folding.texts)
    release_rows(folding.sets)
    free_batch(folding.batch)
    free_batch(folding.turned)


# ---- events ------------------------------------------------------------------------------------------------------------------

cdef inline Span told(int number, uint32_t length) noexcept nogil:
    """One of the texts, or the begin of it."""
    cdef Span span
    span.offset = <uint32_t>(8 * number)
    span.length = length
    return span


cdef inline void tell(Event *event, uint8_t what) noexcept nogil:
    """What an event says; all of it follows from one byte."""
    cdef int variant = what // KINDS         # 0 to 15
    event.kind = what % KINDS
    event.fingerprint = mum(what + 1, K1) >> 16
    event.src_port = event.dst_port = NO_PORT
    event.close_ms = -1
    event.src_ip = told(4, 7 + (variant & 1)) if variant & 2 else absent()
    event.protocol = told(2 + (variant >> 3), 3 if variant < 8 else 7) if variant & 4 else absent()
    event.a = told(0, variant) if variant < 9 else absent()
    event.b = told(1, variant & 7) if variant & 8 else absent()
    event.c = told(1, 4) if variant & 1 else absent()
    if event.kind == CONNECT:
        event.a = told(4, 8) if variant & 1 else absent()
        event.src_port = variant if variant & 8 else NO_PORT
        event.dst_port = 22 if variant & 2 else NO_PORT
    elif event.kind == CLOSED:
        event.close_ms = variant * 1000 if variant & 1 else -1


cdef inline int add_event(Batch *batch, int64_t at_us, uint8_t whose, uint8_t what) except -1 nogil:
    cdef Event *event
    cdef uint32_t sensor
    next_event(batch, &event)
    tell(event, what)
    event.at_us = at_us
    event.record = <uint32_t>(mum(<uint64_t>at_us ^ K1, what + 1) & 0xFFFF)      # copies have one
    event.matcher = 1 + (whose >> 2 & 1)
    sensor = <uint32_t>intern(batch, &batch.sensors, told(5 + (whose & 1), 8), 0)
    event.name = <uint32_t>intern(batch, &batch.names, told(whose >> 1 & 1, 8), sensor)
    event.eventid = <uint32_t>intern(batch, &batch.eventids, told(event.kind % 8, 1 + event.kind // 8), 0)
    batch.count += 1
    return 0


cdef inline int add_events(Batch *batch, const uint8_t *data, size_t length) except -1 nogil:
    """The events of an input."""
    cdef int64_t at_us = 1700000000 * <int64_t>1000000
    cdef int64_t step
    cdef size_t i
    cdef size_t count = min(length // EVENT_BYTES, <size_t>MOST_EVENTS)
    for i in range(count):
        step = STEP[data[EVENT_BYTES * i + 1] % STEPS]
        at_us += -step if data[EVENT_BYTES * i + 1] & 8 else step
        add_event(batch, at_us, data[EVENT_BYTES * i], data[EVENT_BYTES * i + 2])
    return 0


cdef inline int turn_events(Batch *turned, const Batch *batch) except -1 nogil:
    """The same events, the later half first and each half the other way round."""
    cdef size_t half = batch.count // 2
    cdef size_t i, from_
    cdef Event *event
    cdef const Interned *name
    for i in range(batch.count):
        from_ = batch.count - 1 - i if i < half else i - half
        next_event(turned, &event)
        event[0] = batch.events[from_]
        name = &batch.names.entries[event.name]
        event.name = <uint32_t>intern(
            turned, &turned.names, name.text, <uint32_t>intern(turned, &turned.sensors, batch.sensors.entries[name.tag].text, 0))
        event.eventid = <uint32_t>intern(turned, &turned.eventids, batch.eventids.entries[event.eventid].text, 0)
        turned.count += 1
    return 0


# ---- rows --------------------------------------------------------------------------------------------------------------------

cdef inline uint64_t hash_cell(const Rows *rows, const Cell *cell) noexcept nogil:
    if cell.type == TEXT_CELL or cell.type == BLOB_CELL:
        return text_hash(rows.bytes.bytes + cell.value, cell.length) ^ cell.type
    return mum(<uint64_t>cell.value ^ K1, cell.type + 3) if cell.type else K1


cdef inline bint is_key(int which, size_t cell) noexcept nogil:
    """Keys follow from the order in which sessions come."""
    return cell == 3 if which == DAY_ROWS else cell == 0 and which <= DAY_ROWS


cdef inline uint64_t hash_rows(const Rows *rows) noexcept nogil:
    """Of all rows but new texts, in whatever order they stand."""
    cdef const Table *table
    cdef uint64_t total = 0
    cdef uint64_t row
    cdef size_t at, k
    cdef int which
    for which in range(TEXT_ROWS + 1, ROW_TABLES):
        table = &rows.tables[which]
        at = 0
        while at < table.count:
            row = which
            for k in range(table.width):
                if not is_key(which, k):
                    row = mum(row ^ hash_cell(rows, &table.cells[at + k]), K1 + 2 * k)
            total += row
            at += table.width
    return total


cdef inline int put_counts(Rows *rows, Tallies *tallies) except -1 nogil:
    """`put_tallies`, which asks for memory anew each time: here that would be most of the work."""
    cdef uint32_t i
    sort_tallies(tallies)
    for i in range(tallies.count):
        if changes(&tallies.entries[i]):
            put_tally(rows, &tallies.entries[i])
    tallies.count = 0
    memset(tallies.last, 0, sizeof(tallies.last))
    memset(tallies.slots, 0, (<size_t>tallies.mask + 1) * sizeof(uint32_t))
    return 0


cdef inline int fold_all(Folding *folding, const Batch *batch, Result *result) except -1 nogil:
    """Folds a batch as if nothing were stored; the rows wait in the fold."""
    cdef Fold *fold = &folding.fold
    cdef size_t i
    memset(result, 0, sizeof(Result))
    forget_rows(fold.rows)
    fold.next_key = 1
    take_hold(fold, batch)
    for i in range(batch.sensors.count):     # by their name: the numbers follow from the order
        fold.sensor_ids[i] = batch.sensors.entries[i].text.offset
    sort_events(&fold.plan, batch)
    result.duplicates = fold.plan.duplicates
    for i in range(fold.plan.run_count):
        fold_new(fold, i, result)
    settle_eventids(fold)
    put_counts(fold.rows, &fold.tallies)
    return 0


# ---- what must hold ----------------------------------------------------------------------------------------------------------

cdef inline size_t expected_sessions(const Batch *batch, size_t *copies) noexcept nogil:
    """How many there must be, event by event: one begins with each event that has none of its name in the 24 h before."""
    cdef const Event *one
    cdef const Event *other
    cdef size_t sessions = 0
    cdef size_t i, k
    cdef bint begins, copy
    copies[0] = 0
    for i in range(batch.count):
        one = &batch.events[i]
        begins = True
        copy = False
        for k in range(batch.count):
            other = &batch.events[k]
            if k == i or other.name != one.name:
                continue
            if other.at_us < one.at_us and one.at_us - other.at_us <= DAY_US:
                begins = False
            elif other.at_us == one.at_us and k < i:
                begins = False               # the first of a moment stands for all
                copy = copy or other.fingerprint == one.fingerprint
        sessions += begins
        copies[0] += copy
    return sessions


cdef inline int64_t unpacked_in_order(const Rows *rows, const Cell *row) noexcept nogil:
    """How many events the first part of a session holds; -1 if they do not come out in order."""
    cdef const Cell *activities = &row[ACTIVITIES_CELL]
    cdef const Cell *events = &row[EVENTS_CELL]
    cdef const LeafEvent *event
    cdef Unpacking part
    cdef int64_t count = 0
    cdef int64_t last_us = row[ROW_STARTED_US].value
    if not start_unpacking(&part, rows.bytes.bytes + activities.value, activities.length, rows.bytes.bytes + events.value,
                           events.length, last_us):
        return -1
    event = event_at(&part)
    while event != NULL:
        if event.at_us < last_us:
            return -1
        last_us = event.at_us
        count += 1
        if not unpack_next(&part):
            return -1
        event = event_at(&part)
    return count


cdef inline Problem judge_rows(const Rows *rows, const Result *result, size_t events, size_t sessions,
                               size_t copies) noexcept nogil:
    cdef const Table *table = &rows.tables[SESSION_ROWS]
    cdef const Cell *row
    cdef int64_t counted = 0
    cdef int64_t unpacked
    cdef size_t at = 0
    if result.events + result.duplicates != <int64_t>events or result.duplicates != <int64_t>copies:
        return EVENTS_LOST
    if result.new_sessions != <int64_t>sessions:
        return ANOTHER_NUMBER_OF_SESSIONS
    while at < table.count:
        row = &table.cells[at]
        unpacked = unpacked_in_order(rows, row)
        if unpacked < 0 or unpacked > row[EVENT_COUNT_CELL].value:
            return NOT_UNPACKED
        counted += row[EVENT_COUNT_CELL].value
        at += table.width
    return FINE if counted == result.events else EVENTS_LOST


cdef inline Problem judge_fold(Folding *folding, const char *data, size_t length) except -1 nogil:
    cdef Result result, again
    cdef Problem problem = FINE
    cdef uint64_t rows
    cdef size_t sessions, copies
    reset_batch(folding.batch, TOLD, 64)
    reset_batch(folding.turned, TOLD, 64)
    add_events(folding.batch, <const uint8_t *>data, length)
    turn_events(folding.turned, folding.batch)       # before the fold, which gives copies their best name
    sessions = expected_sessions(folding.batch, &copies)
    fold_all(folding, folding.batch, &result)
    problem = judge_rows(folding.fold.rows, &result, folding.batch.count, sessions, copies)
    rows = hash_rows(folding.fold.rows)
    fold_all(folding, folding.turned, &again)
    if problem == FINE and rows != hash_rows(folding.fold.rows):
        problem = ORDER_MATTERS
    return problem
