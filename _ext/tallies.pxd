# What a batch adds to the roll-ups: counts by (day, sensor, kind, a, b).

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, qsort, realloc
from libc.string cimport memset

from hashing cimport mum
from leaf cimport (
    CLIENT_FINGERPRINT_ACTIVITY, COMMAND_ACTIVITY, DOWNLOAD_ACTIVITY, DOWNLOAD_FAILED_ACTIVITY, LOGIN_FAILED_ACTIVITY,
    LOGIN_SUCCESS_ACTIVITY, TCPIP_REQUEST_ACTIVITY, UPLOAD_ACTIVITY,
)
from rows cimport EVENT_TALLY_ROWS, SESSION_TALLY_ROWS, VALUE_TALLY_ROWS, Rows, begin_row, put_integer

# rollup_value.kind beyond those of activity_kind, and two that tell the other roll-ups apart.
cdef enum:
    EVENT_TALLY = 0          # a: event id
    ADDRESS_TALLY = 101
    VERSION_TALLY = 102
    HASSH_TALLY = 103
    COMMANDS_TALLY = 104     # a: how many the session has
    SESSION_TALLY = 204      # a: match, b: protocol

cdef enum:
    LAST_TALLIES = 16        # places, by the low bits of a kind
    MATCHES = 4              # places, by `match_of`

# Of events: when the first and the last came. Of sessions: what they add up to.
cdef struct Times:
    int64_t first_us
    int64_t last_us

cdef struct Sums:
    int64_t duration_ms
    int64_t events

cdef union Further:
    Times times
    Sums sums

cdef struct Tally:
    int64_t day
    int64_t sensor
    int64_t kind
    int64_t a
    int64_t b
    int64_t count
    Further further


# A hash table with a key of its own: text ids follow from what attackers send.
cdef struct Tallies:
    Tally *entries
    uint32_t *slots          # index + 1, 0 is free
    uint32_t mask
    uint32_t count
    uint32_t last[LAST_TALLIES]              # by kind: the index + 1 of the entry that was counted last
    int64_t matched[MATCHES]                 # sessions of all batches, by how they were matched; zero before the first
    uint64_t key


cdef inline int open_tallies(Tallies *tallies, uint64_t key) except -1 nogil:
    tallies.key = key
    tallies.mask = 4095
    tallies.count = 0
    memset(tallies.last, 0, sizeof(tallies.last))
    tallies.slots = <uint32_t *>calloc(tallies.mask + 1, sizeof(uint32_t))
    tallies.entries = <Tally *>malloc((tallies.mask + 1) // 2 * sizeof(Tally))
    if tallies.slots == NULL or tallies.entries == NULL:
        close_tallies(tallies)
        with gil:
            raise MemoryError()
    return 0


cdef inline void close_tallies(Tallies *tallies) noexcept nogil:
    free(tallies.slots)
    free(tallies.entries)
    tallies.slots = NULL
    tallies.entries = NULL


cdef inline bint tallied(uint32_t activity) noexcept nogil:
    """Which activities have their values counted in rollup_value."""
    return (activity == LOGIN_FAILED_ACTIVITY or activity == LOGIN_SUCCESS_ACTIVITY or activity == COMMAND_ACTIVITY
            or activity == DOWNLOAD_ACTIVITY or activity == DOWNLOAD_FAILED_ACTIVITY or activity == UPLOAD_ACTIVITY
            or activity == TCPIP_REQUEST_ACTIVITY or activity == CLIENT_FINGERPRINT_ACTIVITY)


cdef inline uint32_t tally_slot(Tallies *tallies, int64_t day, int64_t sensor, int64_t kind, int64_t a, int64_t b) noexcept nogil:
    cdef uint64_t h = mum(tallies.key ^ <uint64_t>day, tallies.key + <uint64_t>a * 2 + 1)
    return <uint32_t>mum(h ^ <uint64_t>(sensor * 256 + kind), (tallies.key >> 7) + <uint64_t>b * 2 + 1) & tallies.mask


cdef inline int grow_tallies(Tallies *tallies) except -1 nogil:
    cdef uint32_t size = (tallies.mask + 1) * 2
    cdef uint32_t *slots = <uint32_t *>calloc(size, sizeof(uint32_t))
    cdef Tally *entries = <Tally *>realloc(tallies.entries, size // 2 * sizeof(Tally))
    cdef Tally *entry
    cdef uint32_t i, at
    if entries != NULL:
        tallies.entries = entries
    if slots == NULL or entries == NULL:
        free(slots)
        with gil:
            raise MemoryError()
    free(tallies.slots)
    tallies.slots = slots
    tallies.mask = size - 1
    for i in range(tallies.count):
        entry = &tallies.entries[i]
        at = tally_slot(tallies, entry.day, entry.sensor, entry.kind, entry.a, entry.b)
        while tallies.slots[at]:
            at = (at + 1) & tallies.mask
        tallies.slots[at] = i + 1
    return 0


cdef inline bint is_tally(const Tally *entry, int64_t day, int64_t sensor, int64_t kind, int64_t a, int64_t b) noexcept nogil:
    return entry.a == a and entry.b == b and entry.kind == kind and entry.day == day and entry.sensor == sensor


cdef inline Tally *tally_of(Tallies *tallies, int64_t day, int64_t sensor, int64_t kind, int64_t a, int64_t b) except NULL nogil:
    """The count of a key; of a new one it is 0. It stays where it is until the next call."""
    cdef uint32_t at
    cdef Tally *entry
    cdef uint32_t *last = &tallies.last[kind & (LAST_TALLIES - 1)]
    if last[0]:                              # sessions that follow each other have much in common
        entry = &tallies.entries[last[0] - 1]
        if is_tally(entry, day, sensor, kind, a, b):
            return entry
    if 2 * (tallies.count + 1) > tallies.mask:
        grow_tallies(tallies)
    at = tally_slot(tallies, day, sensor, kind, a, b)
    while tallies.slots[at]:
        entry = &tallies.entries[tallies.slots[at] - 1]
        if is_tally(entry, day, sensor, kind, a, b):
            last[0] = tallies.slots[at]
            return entry
        at = (at + 1) & tallies.mask
    entry = &tallies.entries[tallies.count]
    memset(entry, 0, sizeof(Tally))
    entry.day = day
    entry.sensor = sensor
    entry.kind = kind
    entry.a = a
    entry.b = b
    tallies.count += 1
    tallies.slots[at] = tallies.count
    last[0] = tallies.count
    return entry


cdef inline int add_tally(Tallies *tallies, int64_t day, int64_t sensor, int64_t kind, int64_t a, int64_t b, int64_t count) \
        except -1 nogil:
    """Counts a value, or takes it out."""
    tally_of(tallies, day, sensor, kind, a, b).count += count
    return 0


cdef inline int add_event_tally(Tallies *tallies, int64_t day, int64_t sensor, int64_t eventid, int64_t count, int64_t first_us,
                                int64_t last_us) except -1 nogil:
    """Counts events of an event id."""
    cdef Tally *entry = tally_of(tallies, day, sensor, EVENT_TALLY, eventid, 0)
    cdef Times *times = &entry.further.times
    times.first_us = min(times.first_us, first_us) if entry.count else first_us
    times.last_us = max(times.last_us, last_us) if entry.count else last_us
    entry.count += count
    return 0


cdef inline int add_session_tally(Tallies *tallies, int64_t day, int64_t sensor, int match, int64_t protocol, int64_t count,
                                  int64_t duration_ms, int64_t events) except -1 nogil:
    """Counts sessions that have so much each, or takes them out."""
    cdef Tally *entry = tally_of(tallies, day, sensor, SESSION_TALLY, match, protocol)
    entry.count += count
    entry.further.sums.duration_ms += count * duration_ms
    entry.further.sums.events += count * events
    return 0


cdef inline int compare_tallies(const void *left, const void *right) noexcept nogil:
    """By the keys of the roll-ups: rollup_value leads with day and kind, the others have one kind only."""
    cdef const Tally *a = <const Tally *>left
    cdef const Tally *b = <const Tally *>right
    if a.day != b.day:
        return -1 if a.day < b.day else 1
    if a.kind != b.kind:
        return -1 if a.kind < b.kind else 1
    if a.sensor != b.sensor:
        return -1 if a.sensor < b.sensor else 1
    if a.a != b.a:
        return -1 if a.a < b.a else 1
    return (a.b > b.b) - (a.b < b.b)


cdef inline void sort_tallies(Tallies *tallies) noexcept nogil:
    """In the order of the tables, so that their insertion walks them once. Nothing can be added afterwards."""
    qsort(tallies.entries, tallies.count, sizeof(Tally), compare_tallies)


cdef inline bint changes(const Tally *tally) noexcept nogil:
    """Whether a count adds anything: what a session was before and is now may be the same, but for its sums."""
    if tally.count == 0 and tally.kind == SESSION_TALLY:
        return tally.further.sums.duration_ms != 0 or tally.further.sums.events != 0
    return tally.count != 0


cdef inline int put_tally(Rows *rows, const Tally *tally) except -1 nogil:
    """The row of a count."""
    if tally.kind == EVENT_TALLY:
        begin_row(rows, EVENT_TALLY_ROWS, 6)
        put_integer(rows, EVENT_TALLY_ROWS, tally.day)
        put_integer(rows, EVENT_TALLY_ROWS, tally.sensor)
        put_integer(rows, EVENT_TALLY_ROWS, tally.a)
        put_integer(rows, EVENT_TALLY_ROWS, tally.count)
        put_integer(rows, EVENT_TALLY_ROWS, tally.further.times.first_us)
        put_integer(rows, EVENT_TALLY_ROWS, tally.further.times.last_us)
    elif tally.kind == SESSION_TALLY:
        begin_row(rows, SESSION_TALLY_ROWS, 7)
        put_integer(rows, SESSION_TALLY_ROWS, tally.day)
        put_integer(rows, SESSION_TALLY_ROWS, tally.sensor)
        put_integer(rows, SESSION_TALLY_ROWS, tally.a)
        put_integer(rows, SESSION_TALLY_ROWS, tally.b)
        put_integer(rows, SESSION_TALLY_ROWS, tally.count)
        put_integer(rows, SESSION_TALLY_ROWS, tally.further.sums.duration_ms)
        put_integer(rows, SESSION_TALLY_ROWS, tally.further.sums.events)
    else:
        begin_row(rows, VALUE_TALLY_ROWS, 6)
        put_integer(rows, VALUE_TALLY_ROWS, tally.day)
        put_integer(rows, VALUE_TALLY_ROWS, tally.kind)
        put_integer(rows, VALUE_TALLY_ROWS, tally.sensor)
        put_integer(rows, VALUE_TALLY_ROWS, tally.a)
        put_integer(rows, VALUE_TALLY_ROWS, tally.b)
        put_integer(rows, VALUE_TALLY_ROWS, tally.count)
    return 0


cdef inline int put_tallies(Rows *rows, Tallies *tallies) except -1 nogil:
    """The rows of all counts, which begin anew."""
    cdef uint32_t i
    sort_tallies(tallies)
    for i in range(tallies.count):
        if changes(&tallies.entries[i]):
            put_tally(rows, &tallies.entries[i])
    close_tallies(tallies)
    open_tallies(tallies, tallies.key)
    return 0
