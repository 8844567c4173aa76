# Targets `packed` and `evidence`: what a database holds of the events of a session, damaged. It is told or refused; no more events
# come out than there are bytes, and no time that cannot be.
#
# An input is `first_us|activities|events`, of which the first `|` counts, and the next; `evidence` has the evidence in place of
# the activities.

from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport free
from libc.string cimport memchr, memset

from buffer cimport Buffer
from evidence cimport put_evidence, read_evidence
from exact cimport exact_copy
from leaf cimport LeafEvent, is_time
from problems cimport (
    ANOTHER_EVIDENCE, FINE, NO_TEXT_ID, NO_TIME_THAT_CAN_BE, TOO_MANY_EVENTS, UNREADABLE_EVIDENCE, Problem,
)
from session cimport COLUMNS, NO_PLACE, Session
from unpack cimport Unpacking, event_at, start_unpacking, unpack_next

cdef enum:
    MOST_DIGITS_OF_A_TIME = 18

cdef extern from *:
    """
    static const int64_t sc_far = INT64_C(1) << 62;
    """
    const int64_t FAR "sc_far"

# An input, cut: each piece in memory of its own.
cdef struct Part:
    int64_t first_us
    char *middle
    size_t middle_length
    char *events
    size_t events_length


cdef inline int64_t number_in(const char *p, const char *end) noexcept nogil:
    """A decimal number that may begin with a minus; what is none ends it."""
    cdef int64_t number = 0
    cdef bint below_zero = p < end and p[0] == b'-'
    cdef int digits = 0
    p += below_zero
    while p < end and b'0' <= p[0] <= b'9' and digits < MOST_DIGITS_OF_A_TIME:
        number = number * 10 + (p[0] - 48)
        p += 1
        digits += 1
    return -number if below_zero else number


cdef inline int cut_part(Part *part, const char *data, size_t length) except -1 nogil:
    cdef const char *end = data + length
    cdef const char *first = <const char *>memchr(data, b'|', length)
    cdef const char *second
    if first == NULL:
        first = end
    part.first_us = number_in(data, first)
    first = min(first + 1, end)
    second = <const char *>memchr(first, b'|', end - first)
    if second == NULL:
        second = end
    part.middle_length = second - first
    part.middle = exact_copy(first, part.middle_length)
    second = min(second + 1, end)
    part.events_length = end - second
    part.events = exact_copy(second, part.events_length)
    return 0


cdef inline void free_part(Part *part) noexcept nogil:
    free(part.middle)
    free(part.events)


cdef inline Problem judge_packed(const char *data, size_t length) except -1 nogil:
    cdef Part part
    cdef Unpacking unpacking
    cdef const LeafEvent *event
    cdef Problem problem = FINE
    cdef size_t count = 0
    cut_part(&part, data, length)
    if start_unpacking(&unpacking, part.middle, part.middle_length, part.events, part.events_length, part.first_us):
        event = event_at(&unpacking)
        while event != NULL:
            count += 1
            if not -FAR <= event.at_us <= FAR:
                problem = NO_TIME_THAT_CAN_BE
            if event.eventid < 0 or event.a < 0 or event.b < 0 or event.c < 0:
                problem = NO_TEXT_ID
            if count > length:
                problem = TOO_MANY_EVENTS
            if problem != FINE or not unpack_next(&unpacking):
                break
            event = event_at(&unpacking)
    free_part(&part)
    return problem


cdef inline bint same_columns(const Session *one, const Session *other) noexcept nogil:
    cdef int i
    for i in range(COLUMNS):
        if one.columns[i].present != other.columns[i].present:
            return False
        if one.columns[i].present and (one.columns[i].at_us != other.columns[i].at_us
                                       or one.columns[i].fingerprint != other.columns[i].fingerprint):
            return False
    return True


cdef inline bint is_near(const Session *session) noexcept nogil:
    cdef int i
    for i in range(COLUMNS):
        if session.columns[i].present and not is_time(session.columns[i].at_us - session.started_us):
            return False
    return True


cdef inline Problem judge_evidence(const char *data, size_t length) except -1 nogil:
    """Evidence that can be read says the same once it is written anew, without places."""
    cdef Part part
    cdef Session session, again
    cdef Buffer written
    cdef Problem problem = FINE
    cdef int i
    memset(&session, 0, sizeof(Session))
    memset(&written, 0, sizeof(Buffer))
    cut_part(&part, data, length)
    session.started_us = session.part_us = part.first_us
    if read_evidence(part.middle, part.middle + part.middle_length, part.events, part.events + part.events_length, &session):
        for i in range(COLUMNS):
            session.columns[i].place = NO_PLACE
        again = session
        put_evidence(&session, &written)
        if not is_near(&session):
            problem = FINE                   # of a time that far from the start only a place can tell
        elif not read_evidence(written.bytes, written.bytes + written.length, NULL, NULL, &again):
            problem = UNREADABLE_EVIDENCE
        elif not same_columns(&session, &again):
            problem = ANOTHER_EVIDENCE
    free(written.bytes)
    free_part(&part)
    return problem
