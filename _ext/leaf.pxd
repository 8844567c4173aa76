# How events of a session are packed (docs/design.md, "Fingerprints"): activities as JSON numbers, fingerprints as six bytes each.

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.string cimport memcpy

from buffer cimport LONGEST_NUMBER, LONGEST_VARINT, Buffer, put_number, put_varint, reserve
from records cimport (
    CLIENT_FINGERPRINT, COMMAND_FAILED, COMMAND_INPUT, COMMAND_SUCCESS, FILE_DOWNLOAD, FILE_DOWNLOAD_FAILED, FILE_UPLOAD, KINDS,
    LOG_CLOSED, LOGIN_FAILED, LOGIN_SUCCESS, OTHER, TCPIP_REQUEST,
)

cdef extern from *:
    """
    #include <stdint.h>
    static const int64_t sc_largest_time = (INT64_C(1) << 62) - 1;    /* on either side of 1970: two of them add up to a number */
    """
    const int64_t LARGEST_TIME "sc_largest_time"

cdef enum:
    LEAF_EVENTS = 1024       # a leaf that holds more is cut
    FINGERPRINT_BYTES = 6

# The numbers of table activity_kind.
cdef enum:
    NO_ACTIVITY = 0
    LOGIN_FAILED_ACTIVITY = 1
    LOGIN_SUCCESS_ACTIVITY = 2
    COMMAND_ACTIVITY = 3
    COMMAND_FAILED_ACTIVITY = 4
    COMMAND_SUCCESS_ACTIVITY = 5
    DOWNLOAD_ACTIVITY = 6
    DOWNLOAD_FAILED_ACTIVITY = 7
    UPLOAD_ACTIVITY = 8
    TCPIP_REQUEST_ACTIVITY = 9
    TTY_ACTIVITY = 10
    CLIENT_FINGERPRINT_ACTIVITY = 11

# An event as a leaf knows it. a, b, c: text ids, 0 for none.
cdef struct LeafEvent:
    int64_t at_us
    uint64_t fingerprint
    int64_t a
    int64_t b
    int64_t c
    int64_t eventid          # text id; 0 where the activity tells it
    uint32_t activity


# Nothing is believed of what is stored: it may come from a file that somebody damaged.

cdef inline bint is_time(int64_t us) noexcept nogil:
    return -LARGEST_TIME <= us <= LARGEST_TIME


cdef inline bint add_step(int64_t *us, uint64_t step) noexcept nogil:
    """Goes on in time; False if that is out of all bounds."""
    if not is_time(us[0]) or step > <uint64_t>LARGEST_TIME or step > <uint64_t>LARGEST_TIME - <uint64_t>us[0]:
        return False
    us[0] += <int64_t>step
    return True


cdef inline int activity_of(int kind) noexcept nogil:
    if kind == LOGIN_FAILED:
        return LOGIN_FAILED_ACTIVITY
    if kind == LOGIN_SUCCESS:
        return LOGIN_SUCCESS_ACTIVITY
    if kind == COMMAND_INPUT:
        return COMMAND_ACTIVITY
    if kind == COMMAND_FAILED:
        return COMMAND_FAILED_ACTIVITY
    if kind == COMMAND_SUCCESS:
        return COMMAND_SUCCESS_ACTIVITY
    if kind == FILE_DOWNLOAD:
        return DOWNLOAD_ACTIVITY
    if kind == FILE_DOWNLOAD_FAILED:
        return DOWNLOAD_FAILED_ACTIVITY
    if kind == FILE_UPLOAD:
        return UPLOAD_ACTIVITY
    if kind == TCPIP_REQUEST:
        return TCPIP_REQUEST_ACTIVITY
    if kind == LOG_CLOSED:
        return TTY_ACTIVITY
    if kind == CLIENT_FINGERPRINT:
        return CLIENT_FINGERPRINT_ACTIVITY
    return NO_ACTIVITY


cdef inline int kind_of_activity(uint32_t activity) noexcept nogil:
    """The other way; OTHER for none."""
    cdef int kind
    for kind in range(OTHER + 1, KINDS):
        if activity and activity_of(kind) == <int>activity:
            return kind
    return OTHER


cdef inline int64_t eventid_of_activity(uint32_t activity) noexcept nogil:
    """The text id of its event id, one of those that every database begins with."""
    cdef int kind = kind_of_activity(activity)
    if kind == LOGIN_FAILED:
        return 8
    if kind == LOGIN_SUCCESS:
        return 9
    if kind == COMMAND_INPUT:
        return 11
    if kind == COMMAND_FAILED:
        return 12
    if kind == COMMAND_SUCCESS:
        return 13
    if kind == LOG_CLOSED:
        return 15
    if kind == FILE_DOWNLOAD:
        return 16
    if kind == FILE_DOWNLOAD_FAILED:
        return 17
    if kind == FILE_UPLOAD:
        return 18
    if kind == TCPIP_REQUEST:
        return 19
    return 7                     # CLIENT_FINGERPRINT


cdef inline void put_fingerprint(Buffer *buffer, uint64_t fingerprint) noexcept nogil:
    memcpy(buffer.bytes + buffer.length, &fingerprint, FINGERPRINT_BYTES)
    buffer.length += FINGERPRINT_BYTES


cdef inline bint get_fingerprint(const char **at, const char *end, uint64_t *fingerprint) noexcept nogil:
    fingerprint[0] = 0
    if end - at[0] < FINGERPRINT_BYTES:
        return False
    memcpy(fingerprint, at[0], FINGERPRINT_BYTES)
    at[0] += FINGERPRINT_BYTES
    return True


cdef inline int put_activity(Buffer *json, const LeafEvent *event, int64_t first_us) except -1 nogil:
    """`[kind, microseconds since first_us, a, b, c]` without zeros at the end."""
    reserve(json, 5 * (LONGEST_NUMBER + 1) + 4)    # and what follows it: a comma, or the end
    json.bytes[json.length] = b'['
    json.length += 1
    put_number(json, event.activity)
    json.bytes[json.length] = b','
    json.length += 1
    put_number(json, event.at_us - first_us)
    if event.a or event.b or event.c:
        json.bytes[json.length] = b','
        json.length += 1
        put_number(json, event.a)
    if event.b or event.c:
        json.bytes[json.length] = b','
        json.length += 1
        put_number(json, event.b)
    if event.c:
        json.bytes[json.length] = b','
        json.length += 1
        put_number(json, event.c)
    json.bytes[json.length] = b']'
    json.length += 1
    return 0


cdef inline int put_activities(Buffer *out, const LeafEvent *events, size_t count, int64_t *activities) except -1 nogil:
    """The activities among events in order of (time, fingerprint), as JSON; the first event's time is the leaf's first_us."""
    cdef size_t i
    activities[0] = 0
    reserve(out, 2)
    out.bytes[out.length] = b'['
    out.length += 1
    for i in range(count):
        if events[i].activity:
            if activities[0]:
                out.bytes[out.length] = b','
                out.length += 1
            activities[0] += 1
            put_activity(out, &events[i], events[0].at_us)
    out.bytes[out.length] = b']'
    out.length += 1
    return 0


cdef inline int put_events(Buffer *out, const LeafEvent *events, size_t count) except -1 nogil:
    """The fingerprints of activities, then time, event id and fingerprint of the others."""
    cdef int64_t last_us = events[0].at_us
    cdef size_t i
    reserve(out, count * (FINGERPRINT_BYTES + 2 * LONGEST_VARINT))
    for i in range(count):
        if events[i].activity:
            put_fingerprint(out, events[i].fingerprint)
    for i in range(count):
        if not events[i].activity:
            put_varint(out, <uint64_t>(events[i].at_us - last_us))
            last_us = events[i].at_us
            put_varint(out, <uint64_t>events[i].eventid)
            put_fingerprint(out, events[i].fingerprint)
    return 0
