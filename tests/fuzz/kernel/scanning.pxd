# Target `scan`: a log through the fast path. What a reader takes that has learned from the lines before is what one takes that
# knows nothing, each object in memory of its own; and what is taken is whole, as the checker says.

from libc.stdint cimport uint8_t
from libc.stdlib cimport free
from libc.string cimport memchr, memcmp, memcpy, memset

from clock cimport stopped_clock
from event cimport take
from exact cimport exact_copy
from json cimport INCOMPLETE, WHOLE, Verdict, check_object
from problems cimport (
    ANOTHER_EVENT, ENDS_ELSEWHERE, FINE, NOT_ONE_EVENT, NOT_UNFINISHED, NOT_WHOLE, TAKEN_AFTER, TAKEN_ALONE, Problem,
)
from reader cimport Reader, free_reader, new_reader
from records cimport ABSENT, IN_ARENA, Batch, Event, Span, arena_reserve, free_batch, new_batch, reset_batch, text_of
from shapes cimport Node

cdef struct Scanning:
    Batch *batch             # of the whole input
    Batch *alone             # of one object
    Reader *reader
    Reader *fresh


cdef inline int open_scanning(Scanning *scanning) except -1 nogil:
    scanning.batch = new_batch(NULL, 0, 1, 2)          # keys that are always the same: so are executions
    scanning.alone = new_batch(NULL, 0, 1, 2)
    if scanning.batch == NULL or scanning.alone == NULL:
        with gil:
            raise MemoryError()
    scanning.reader = new_reader(scanning.batch, 0, False)
    scanning.fresh = new_reader(scanning.alone, 0, False)
    if scanning.reader == NULL or scanning.fresh == NULL:
        with gil:
            raise MemoryError()
    return 0


cdef inline void close_scanning(Scanning *scanning) noexcept nogil:
    free_reader(scanning.reader)
    free_reader(scanning.fresh)
    free_batch(scanning.batch)
    free_batch(scanning.alone)


cdef inline int begin_block(Reader *reader, const char *block, size_t length) except -1 nogil:
    """Begins with other bytes, of which nothing is known yet."""
    cdef Node *nodes = reader.shapes.nodes
    cdef Batch *batch = reader.batch
    reset_batch(batch, block, length)
    memset(reader, 0, sizeof(Reader))
    reader.batch = batch
    reader.clock = stopped_clock()
    reader.shapes.nodes = nodes
    reader.shapes.count = 1
    if nodes != NULL:
        nodes.child = NULL
    arena_reserve(batch, 1)
    batch.arena[0] = b's'                    # the sensor of events that name none
    batch.arena_length = 1
    reader.sensor.offset = IN_ARENA
    reader.sensor.length = 1
    return 0


cdef inline bint same_text(const Batch *one, Span text, const Batch *other, Span same) noexcept nogil:
    if text.length == ABSENT or same.length == ABSENT:
        return text.length == same.length
    return text.length == same.length and (
        text.length == 0 or memcmp(text_of(one, text), text_of(other, same), text.length) == 0)


cdef inline bint same_event(const Batch *one, const Event *event, const Batch *other, const Event *same) noexcept nogil:
    return (
        event.at_us == same.at_us and event.fingerprint == same.fingerprint and event.kind == same.kind
        and event.matcher == same.matcher and event.src_port == same.src_port and event.dst_port == same.dst_port
        and event.close_ms == same.close_ms
        and same_text(one, event.src_ip, other, same.src_ip) and same_text(one, event.protocol, other, same.protocol)
        and same_text(one, event.a, other, same.a) and same_text(one, event.b, other, same.b)
        and same_text(one, event.c, other, same.c)
        and same_text(one, one.names.entries[event.name].text, other, other.names.entries[same.name].text)
        and same_text(one, one.eventids.entries[event.eventid].text, other, other.eventids.entries[same.eventid].text)
        and same_text(one, one.sensors.entries[one.names.entries[event.name].tag].text,
                      other, other.sensors.entries[other.names.entries[same.name].tag].text)
    )


cdef inline Problem judge_object(Scanning *scanning, const char *begin, const char *end, bint taken) except -1 nogil:
    """What is wrong with how a whole object was read."""
    cdef size_t length = end - begin
    cdef char *copy = exact_copy(begin, length)
    cdef const char *p = copy
    cdef size_t count = scanning.batch.count
    cdef Problem problem = FINE
    begin_block(scanning.fresh, copy, length)
    if take(scanning.fresh, &p, copy + length) == 0:
        if taken:
            problem = TAKEN_AFTER
    elif not taken:
        problem = TAKEN_ALONE
    elif p != copy + length:
        problem = ENDS_ELSEWHERE
    elif scanning.alone.count != (1 if scanning.batch.sessionless == 0 else scanning.alone.count):
        problem = NOT_ONE_EVENT
    elif scanning.alone.count and (count == 0 or not same_event(
            scanning.batch, &scanning.batch.events[count - 1], scanning.alone, &scanning.alone.events[0])):
        problem = ANOTHER_EVENT
    free(copy)
    return problem


cdef inline Problem judge_cut(const char *begin, size_t length) except -1 nogil:
    """A whole object that is cut is unfinished, wherever."""
    cdef size_t cut = 1 + (length * 7 + <uint8_t>begin[length // 2]) % (length - 1)
    cdef char *copy = exact_copy(begin, cut)
    cdef const char *p = copy
    cdef Verdict verdict = check_object(&p, copy + cut)
    free(copy)
    return FINE if verdict == INCOMPLETE else NOT_UNFINISHED


cdef inline Problem scan_block(Scanning *scanning, const char *block, size_t length) except -1 nogil:
    """All objects of a block; what is none goes on to the end of its line."""
    cdef const char *p = block
    cdef const char *end = block + length
    cdef const char *q
    cdef Problem problem = FINE
    cdef bint taken
    begin_block(scanning.reader, block, length)
    while problem == FINE and p < end:
        if p[0] != b'{':
            p += 1
            continue
        q = p
        taken = take(scanning.reader, &q, end)
        if taken:
            scanning.batch.records += 1
        problem = judge_place(scanning, p, q, end, taken)
        if problem == FINE:
            p = after_place(p, q, end, taken)
    return problem


cdef inline Problem judge_place(Scanning *scanning, const char *p, const char *taken_to, const char *end,
                                bint taken) except -1 nogil:
    cdef const char *q = p
    cdef Verdict verdict = check_object(&q, end)
    cdef Problem problem = FINE
    if taken and (verdict != WHOLE or q != taken_to):
        return NOT_WHOLE
    if verdict != WHOLE:
        return FINE
    problem = judge_object(scanning, p, q, taken)
    return judge_cut(p, q - p) if problem == FINE else problem


cdef inline const char *after_place(const char *p, const char *taken_to, const char *end, bint taken) noexcept nogil:
    cdef const char *q = p
    if taken:
        return taken_to
    if check_object(&q, end) == WHOLE:
        return q
    q = <const char *>memchr(p, b'\n', end - p)
    return end if q == NULL else q
