# The events of the session at hand, in order of (time, fingerprint): those that are stored first, then the new ones.

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport qsort, realloc

from buffer cimport get_varint
from leaf cimport CLIENT_FINGERPRINT_ACTIVITY, NO_ACTIVITY, LeafEvent, add_step, get_fingerprint

cdef struct Line:
    LeafEvent *events
    size_t capacity


cdef inline int compare_leaf_events(const void *left, const void *right) noexcept nogil:
    cdef const LeafEvent *a = <const LeafEvent *>left
    cdef const LeafEvent *b = <const LeafEvent *>right
    if a.at_us != b.at_us:
        return -1 if a.at_us < b.at_us else 1
    if a.fingerprint != b.fingerprint:
        return -1 if a.fingerprint < b.fingerprint else 1
    return 0


cdef inline int reserve_line(Line *line, size_t count) except -1 nogil:
    cdef size_t capacity = line.capacity
    cdef LeafEvent *grown
    if count <= capacity:
        return 0
    while capacity < count:
        capacity = capacity * 2 if capacity else 1024
    grown = <LeafEvent *>realloc(line.events, capacity * sizeof(LeafEvent))
    if grown == NULL:
        with gil:
            raise MemoryError()
    line.events = grown
    line.capacity = capacity
    return 0


cdef inline bint is_copy(const Line *line, int64_t at_us, uint64_t fingerprint, size_t old) noexcept nogil:
    """Whether the first `old` events of the line, which are sorted, hold the one of this moment and fingerprint."""
    cdef size_t low = 0
    cdef size_t high = old
    cdef size_t middle
    cdef const LeafEvent *at
    while low < high:
        middle = (low + high) // 2
        at = &line.events[middle]
        if at.at_us < at_us or (at.at_us == at_us and at.fingerprint < fingerprint):
            low = middle + 1
        else:
            high = middle
    return low < old and line.events[low].at_us == at_us and line.events[low].fingerprint == fingerprint


cdef inline Py_ssize_t unpack(Line *line, list leaves) except -1:
    """Stored parts (part, first_us, decoded activities, events) → the line, sorted. Returns how many events it holds."""
    cdef size_t count = 0
    cdef const char *p
    cdef const char *end
    cdef int64_t first_us, at_us
    cdef uint64_t step, eventid
    cdef bytes blob
    for _, first_us, activities, blob in leaves:
        p = PyBytes_AS_STRING(blob)
        end = p + PyBytes_GET_SIZE(blob)
        for fields in activities:
            if not isinstance(fields, list) or not 2 <= len(fields) <= 5:        # nobody looks whether there are so many
                raise ValueError(f"the part at {first_us} holds an activity that is none")
            reserve_line(line, count + 1)
            line.events[count].activity = fields[0]
            line.events[count].eventid = 0
            line.events[count].at_us = first_us
            if not 0 < line.events[count].activity <= CLIENT_FINGERPRINT_ACTIVITY:
                raise ValueError(f"the part at {first_us} holds an activity that there is not")
            if not add_step(&line.events[count].at_us, <uint64_t>fields[1]):
                raise ValueError(f"the part at {first_us} holds a time that cannot be")
            line.events[count].a = fields[2] if len(fields) > 2 else 0
            line.events[count].b = fields[3] if len(fields) > 3 else 0
            line.events[count].c = fields[4] if len(fields) > 4 else 0
            if not get_fingerprint(&p, end, &line.events[count].fingerprint):
                raise ValueError(f"the part at {first_us} holds fewer fingerprints than activities")
            count += 1
        at_us = first_us
        while p < end:
            reserve_line(line, count + 1)
            if not (get_varint(&p, end, &step) and get_varint(&p, end, &eventid)
                    and get_fingerprint(&p, end, &line.events[count].fingerprint)):
                raise ValueError(f"the part at {first_us} ends inside an event")
            if not add_step(&at_us, step):
                raise ValueError(f"the part at {first_us} holds a time that cannot be")
            line.events[count].activity = NO_ACTIVITY
            line.events[count].eventid = <int64_t>eventid
            line.events[count].at_us = at_us
            line.events[count].a = line.events[count].b = line.events[count].c = 0
            count += 1
    if count:
        qsort(line.events, count, sizeof(LeafEvent), compare_leaf_events)
    return count
