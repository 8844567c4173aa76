# The events of a part, unpacked one after the other (docs/design.md, "Fingerprints"; leaf.pxd packs them). Nothing is believed of
# the bytes: they may come from a file that somebody damaged.

from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memset

from buffer cimport get_varint
from leaf cimport (
    CLIENT_FINGERPRINT_ACTIVITY, FINGERPRINT_BYTES, LARGEST_TIME, LeafEvent, add_step, eventid_of_activity, get_fingerprint,
    is_time,
)

cdef enum:
    MOST_DIGITS = 18         # of a number, so that none overflows
    ZERO = 48                # of digits
    MOST_FIELDS = 5

# Activities and other events each lie in order of time, then fingerprint; told is whichever comes first.
cdef struct Unpacking:
    const char *json         # the next activity, or the end
    const char *json_end
    const char *fingerprints  # of the next activity
    const char *others       # the next of the other events
    const char *end
    int64_t first_us
    int64_t last_us          # of the other event that was read last
    LeafEvent activity       # the next of each
    LeafEvent other
    bint has_activity
    bint has_other


cdef inline size_t count_lists(const char *json, const char *end) noexcept nogil:
    """How many activities there are: each is a list in the list of all."""
    cdef size_t count = 0
    while json < end:
        count += json[0] == b'['
        json += 1
    return count - 1 if count else 0


cdef inline bint start_unpacking(Unpacking *part, const char *json, size_t json_length, const char *events, size_t length,
                                 int64_t first_us) noexcept nogil:
    """Goes to the first event. The bytes must stay. False if they are damaged."""
    cdef size_t activities = count_lists(json, json + json_length)
    memset(part, 0, sizeof(Unpacking))
    if not is_time(first_us) or json_length < 2 or json[0] != b'[' or length // FINGERPRINT_BYTES < activities:
        return False
    part.json = json + 1
    part.json_end = json + json_length
    part.fingerprints = events
    part.others = events + activities * FINGERPRINT_BYTES
    part.end = events + length
    part.first_us = part.last_us = first_us
    if not activities and part.json[0] == b']':
        part.json += 1
        return part.json == part.json_end and read_other(part)
    return read_activity(part) and read_other(part)


cdef inline bint read_number(const char **at, const char *end, int64_t *number) noexcept nogil:
    cdef const char *begin = at[0]
    number[0] = 0
    while at[0] < end and b'0' <= at[0][0] <= b'9' and at[0] - begin < MOST_DIGITS:
        number[0] = number[0] * 10 + (at[0][0] - ZERO)
        at[0] += 1
    return at[0] > begin


cdef inline bint read_list(const char **at, const char *end, int64_t *fields) noexcept nogil:
    """`[kind, microseconds, a, b, c]`; zeros at its end may be left out."""
    cdef const char *p = at[0]
    cdef char before = b'['
    cdef int count = 0
    while p < end and count < MOST_FIELDS and p[0] == before:
        p += 1
        before = b','
        if not read_number(&p, end, &fields[count]):
            return False
        count += 1
    if count < 2 or p == end or p[0] != b']':
        return False
    at[0] = p + 1
    return True


cdef inline bint read_activity(Unpacking *part) noexcept nogil:
    """Goes to the next activity, and past the end of the list behind the last."""
    cdef int64_t fields[MOST_FIELDS]
    cdef LeafEvent *event = &part.activity
    memset(fields, 0, sizeof(fields))
    part.has_activity = read_list(&part.json, part.json_end, fields) and 0 < fields[0] <= CLIENT_FINGERPRINT_ACTIVITY
    if not part.has_activity or part.json == part.json_end:
        return False
    if part.json[0] == b',':
        part.json += 1
        if part.json == part.json_end or part.json[0] != b'[':
            return False
    elif part.json[0] != b']' or part.json + 1 != part.json_end:
        return False
    event.activity = <unsigned int>fields[0]
    event.eventid = eventid_of_activity(event.activity)
    event.a = fields[2]
    event.b = fields[3]
    event.c = fields[4]
    event.at_us = part.first_us
    return (add_step(&event.at_us, <uint64_t>fields[1])
            and get_fingerprint(&part.fingerprints, part.end, &event.fingerprint))


cdef inline bint read_other(Unpacking *part) noexcept nogil:
    """Goes to the next event that is no activity."""
    cdef uint64_t step, eventid
    part.has_other = part.others < part.end
    if not part.has_other:
        return True
    if not (get_varint(&part.others, part.end, &step) and get_varint(&part.others, part.end, &eventid)
            and get_fingerprint(&part.others, part.end, &part.other.fingerprint)):
        return False
    if eventid > <uint64_t>LARGEST_TIME or not add_step(&part.last_us, step):
        return False
    part.other.at_us = part.last_us
    part.other.eventid = <int64_t>eventid
    return True


cdef inline const LeafEvent *event_at(const Unpacking *part) noexcept nogil:
    """The event that unpacking has come to; NULL behind the last."""
    cdef const LeafEvent *activity = &part.activity
    cdef const LeafEvent *other = &part.other
    if not part.has_activity:
        return other if part.has_other else NULL
    if not part.has_other or activity.at_us < other.at_us:
        return activity
    if activity.at_us == other.at_us and activity.fingerprint <= other.fingerprint:
        return activity
    return other


cdef inline bint unpack_next(Unpacking *part) noexcept nogil:
    """Goes to the next event. False if what comes is damaged."""
    if event_at(part) != &part.activity:
        return read_other(part)
    if part.json[0] == b']':
        part.has_activity = False
        return True
    return read_activity(part)
