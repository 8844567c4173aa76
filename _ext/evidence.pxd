# Which event gave a session each of its columns, as it is stored (docs/design.md, "Evidence").

from libc.stdint cimport int64_t, uint8_t, uint64_t

from buffer cimport LONGEST_VARINT, Buffer, get_varint, put_varint, reserve, unzigzag, zigzag
from leaf cimport FINGERPRINT_BYTES, LeafEvent, add_step, get_fingerprint, is_time, put_fingerprint
from session cimport COLUMNS, NO_PLACE, Column, Session

cdef enum:
    EVIDENCE_HEAD = 3        # bytes with a bit for each column: has a value; from the event of the one before; by place


cdef inline bint is_of(const Column *column, const LeafEvent *event) noexcept nogil:
    return event.at_us == column.at_us and event.fingerprint == column.fingerprint


cdef inline void find_places(Session *session, const LeafEvent *events, size_t count) noexcept nogil:
    """Notes where in the first part, which holds these events, those stand that gave columns."""
    cdef int64_t place = 0
    cdef size_t i
    cdef int k
    for k in range(COLUMNS):
        session.columns[k].place = NO_PLACE
    for i in range(count):
        if events[i].activity:
            continue
        for k in range(COLUMNS):
            if session.columns[k].present and is_of(&session.columns[k], &events[i]):
                session.columns[k].place = place
        place += 1


cdef inline bint event_at(const char *p, const char *end, uint64_t place, int64_t *at_us, uint64_t *fingerprint) noexcept nogil:
    """Time and fingerprint of an event of a part, by its place among those that are no activities.

    p: where these begin. at_us: the part's first_us before, the event's time after. False if there is none."""
    cdef uint64_t step, eventid
    while get_varint(&p, end, &step) and get_varint(&p, end, &eventid) and get_fingerprint(&p, end, fingerprint):
        if not add_step(at_us, step):
            return False
        if place == 0:
            return True
        place -= 1
    return False


cdef inline int put_evidence(const Session *session, Buffer *out) except -1 nogil:
    cdef const Column *last = NULL
    cdef const Column *column
    cdef size_t head = out.length
    cdef int i
    reserve(out, EVIDENCE_HEAD + COLUMNS * (LONGEST_VARINT + FINGERPRINT_BYTES))
    out.bytes[head] = out.bytes[head + 1] = out.bytes[head + 2] = 0
    out.length += EVIDENCE_HEAD
    for i in range(COLUMNS):
        column = &session.columns[i]
        if not column.present:
            continue
        out.bytes[head] |= <char>(1 << i)
        if last != NULL and last.at_us == column.at_us and last.fingerprint == column.fingerprint:
            out.bytes[head + 1] |= <char>(1 << i)
        elif column.place != NO_PLACE:
            out.bytes[head + 2] |= <char>(1 << i)
            put_varint(out, <uint64_t>column.place)
        else:
            put_varint(out, zigzag(column.at_us - session.started_us))
            put_fingerprint(out, column.fingerprint)
        last = column
    return 0


cdef inline bint read_evidence(const char *p, const char *end, const char *events, const char *events_end,
                               Session *session) noexcept nogil:
    """`put_evidence`, the other way: times, fingerprints, places. False if the bytes are damaged.

    events: of the first part, those that are no activities."""
    cdef const Column *last = NULL
    cdef Column *column
    cdef uint64_t number
    cdef int i
    cdef unsigned int present, same, placed
    if end - p < EVIDENCE_HEAD:
        return False
    present = <uint8_t>p[0]
    same = <uint8_t>p[1]
    placed = <uint8_t>p[2]
    p += EVIDENCE_HEAD
    for i in range(COLUMNS):
        column = &session.columns[i]
        column.present = present >> i & 1
        column.place = NO_PLACE
        if not column.present:
            continue
        if same >> i & 1:
            if last == NULL:
                return False
            column.at_us = last.at_us
            column.fingerprint = last.fingerprint
            column.place = last.place
        elif not get_varint(&p, end, &number):
            return False
        elif placed >> i & 1:
            column.at_us = session.part_us
            column.place = <int64_t>number
            if not event_at(events, events_end, number, &column.at_us, &column.fingerprint):
                return False
        else:
            column.at_us = unzigzag(number)
            if not is_time(session.started_us) or not is_time(column.at_us):
                return False
            column.at_us += session.started_us
            if not get_fingerprint(&p, end, &column.fingerprint):
                return False
        last = column
    return True
