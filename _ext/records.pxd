# What a batch of log bytes becomes: events with their names and texts, in plain C memory. `scan.pyx` fills a Batch,
# `fold.pyx` reads it; it travels between them in a capsule. All memory hangs off the Batch and is freed with it.

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memcmp, memset

from hashing cimport keyed_hash

ctypedef int Kind

cdef enum:
    OTHER = 0
    CONNECT = 1
    CLOSED = 2
    LOGIN_FAILED = 3
    LOGIN_SUCCESS = 4
    COMMAND_INPUT = 5
    COMMAND_FAILED = 6
    COMMAND_SUCCESS = 7
    FILE_DOWNLOAD = 8
    FILE_DOWNLOAD_FAILED = 9
    FILE_UPLOAD = 10
    TCPIP_REQUEST = 11
    TCPIP_OTHER = 12         # direct-tcpip.*: its src_ip and protocol are not the session's
    CLIENT_VERSION = 13
    CLIENT_KEX = 14
    LOG_CLOSED = 15
    CLIENT_FINGERPRINT = 16
    KINDS = 17

cdef enum:
    ABSENT = 0xFFFFFFFF      # the length of a text that is not there
    IN_ARENA = 0x80000000    # a text's offset counts from the arena, not from the block
    NO_PORT = -1
    MODEST_BYTES = 8388608
    MODEST_NAMES = 32768
    USUAL_EVENT = 256        # bytes of a log that an event takes, or more


# A text of the batch, in its block of log bytes or, if it had escapes, in its arena.
cdef struct Span:
    uint32_t offset
    uint32_t length


cdef struct Event:
    int64_t at_us
    uint64_t fingerprint
    uint32_t name            # index into names
    uint32_t record          # number in the batch, from 0
    uint32_t eventid         # index into eventids
    uint8_t kind
    uint8_t matcher          # which named its session; the smallest number is the best
    int32_t src_port         # connects only
    int32_t dst_port
    double close_ms          # closes only: the duration they state, -1 if none
    Span src_ip
    Span protocol
    Span a                   # by kind: user name, command, URL, …  (see `keep_texts` in scan.pyx)
    Span b
    Span c


# Distinct texts, numbered in order of arrival. `tag` is part of the key: names are (sensor, id).
cdef struct Interned:
    Span text
    uint32_t tag
    uint32_t kind            # event ids only
    uint64_t hash


cdef struct Interner:
    Interned *entries
    uint32_t count
    uint32_t capacity
    uint32_t *slots          # index + 1, 0 is free
    uint32_t mask


cdef struct Batch:
    const char *block
    size_t block_length
    char *arena
    size_t arena_length
    size_t arena_capacity
    Event *events
    size_t count
    size_t capacity
    Interner names
    Interner sensors
    Interner eventids
    uint64_t key0
    uint64_t key1
    uint32_t records         # of all fates
    uint32_t blank
    uint32_t sessionless


cdef inline const char *text_of(const Batch *batch, Span span) noexcept nogil:
    if span.offset & IN_ARENA:
        return batch.arena + (span.offset & ~<uint32_t>IN_ARENA)
    return batch.block + span.offset


cdef inline Span absent() noexcept nogil:
    cdef Span span
    span.offset = 0
    span.length = ABSENT
    return span


cdef inline Batch *new_batch(const char *block, size_t length, uint64_t key0, uint64_t key1) noexcept nogil:
    """NULL if there is no memory."""
    cdef Batch *batch = <Batch *>calloc(1, sizeof(Batch))
    if batch != NULL:
        batch.block = block
        batch.block_length = length
        batch.key0 = key0
        batch.key1 = key1
    return batch


cdef inline void reset_interner(Interner *interner) noexcept nogil:
    interner.count = 0
    if interner.slots != NULL:
        memset(interner.slots, 0, (<size_t>interner.mask + 1) * sizeof(uint32_t))


cdef inline void reset_batch(Batch *batch, const char *block, size_t length) noexcept nogil:
    """Begins anew with the memory that is there."""
    batch.block = block
    batch.block_length = length
    batch.arena_length = 0
    batch.count = 0
    batch.records = 0
    batch.blank = 0
    batch.sessionless = 0
    reset_interner(&batch.names)
    reset_interner(&batch.sensors)
    reset_interner(&batch.eventids)


cdef inline bint is_modest(const Batch *batch) noexcept nogil:
    """Whether the memory of a batch is what a block of log usually needs."""
    return (batch.arena_capacity <= MODEST_BYTES and batch.capacity * sizeof(Event) <= MODEST_BYTES
            and batch.names.capacity <= MODEST_NAMES and batch.sensors.capacity <= MODEST_NAMES
            and batch.eventids.capacity <= MODEST_NAMES)


cdef inline void free_interner(Interner *interner) noexcept nogil:
    free(interner.entries)
    free(interner.slots)


cdef inline void free_batch(Batch *batch) noexcept nogil:
    if batch == NULL:
        return
    free(batch.arena)
    free(batch.events)
    free_interner(&batch.names)
    free_interner(&batch.sensors)
    free_interner(&batch.eventids)
    free(batch)


cdef inline int arena_reserve(Batch *batch, size_t more) except -1 nogil:
    """Makes room for `more` bytes at the end of the arena."""
    cdef size_t capacity = batch.arena_capacity
    cdef char *grown
    if batch.arena_length + more <= capacity:
        return 0
    while capacity < batch.arena_length + more:
        capacity = capacity + capacity // 4 if capacity else 65536
    if capacity >= IN_ARENA:
        with gil:
            raise MemoryError("a batch holds more than 2 GiB of text")
    grown = <char *>realloc(batch.arena, capacity)
    if grown == NULL:
        with gil:
            raise MemoryError()
    batch.arena = grown
    batch.arena_capacity = capacity
    return 0


cdef inline int next_event(Batch *batch, Event **event) except -1 nogil:
    """Room for one more event; it counts only once `batch.count` is raised."""
    cdef size_t capacity
    cdef Event *grown
    if batch.count == batch.capacity:
        if batch.capacity:
            capacity = batch.capacity + batch.capacity // 4      # doubling would show in the peak
        else:
            capacity = batch.block_length // USUAL_EVENT + 64    # what is not used is never touched
        grown = <Event *>realloc(batch.events, capacity * sizeof(Event))
        if grown == NULL:
            with gil:
                raise MemoryError()
        batch.events = grown
        batch.capacity = capacity
    event[0] = &batch.events[batch.count]
    return 0


cdef inline int interner_grow(Interner *interner) except -1 nogil:
    cdef uint32_t slots = (interner.mask + 1) * 2 if interner.slots != NULL else 64
    cdef uint32_t *table = <uint32_t *>calloc(slots, sizeof(uint32_t))
    cdef Interned *entries
    cdef uint32_t i, at
    if table == NULL:
        with gil:
            raise MemoryError()
    entries = <Interned *>realloc(interner.entries, (slots // 2) * sizeof(Interned))
    if entries == NULL:
        free(table)
        with gil:
            raise MemoryError()
    interner.entries = entries
    interner.capacity = slots // 2
    for i in range(interner.count):
        at = <uint32_t>entries[i].hash & (slots - 1)
        while table[at]:
            at = (at + 1) & (slots - 1)
        table[at] = i + 1
    free(interner.slots)
    interner.slots = table
    interner.mask = slots - 1
    return 0


cdef inline int64_t intern(Batch *batch, Interner *interner, Span span, uint32_t tag) except -1 nogil:
    """The number of a text under a tag, new or known."""
    cdef const char *text = text_of(batch, span)
    cdef uint64_t hashed = keyed_hash(text, span.length, batch.key0 ^ tag, batch.key1)
    cdef uint32_t at
    cdef Interned *entry
    if interner.count >= interner.capacity:
        interner_grow(interner)
    at = <uint32_t>hashed & interner.mask
    while interner.slots[at]:
        entry = &interner.entries[interner.slots[at] - 1]
        if entry.hash == hashed and entry.tag == tag and entry.text.length == span.length \
                and memcmp(text_of(batch, entry.text), text, span.length) == 0:
            return interner.slots[at] - 1
        at = (at + 1) & interner.mask
    entry = &interner.entries[interner.count]
    entry.text = span
    entry.tag = tag
    entry.kind = OTHER
    entry.hash = hashed
    interner.count += 1
    interner.slots[at] = interner.count
    return interner.count - 1
