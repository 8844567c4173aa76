# How events of a session are packed (docs/design.md, "Fingerprints"): activities as JSON numbers, fingerprints as six bytes each.

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memcpy

from records cimport (
    CLIENT_FINGERPRINT, COMMAND_FAILED, COMMAND_INPUT, COMMAND_SUCCESS, FILE_DOWNLOAD, FILE_DOWNLOAD_FAILED, FILE_UPLOAD, KINDS,
    LOG_CLOSED, LOGIN_FAILED, LOGIN_SUCCESS, OTHER, TCPIP_REQUEST,
)

cdef enum:
    LEAF_EVENTS = 1024       # a leaf that holds more is cut
    FINGERPRINT_BYTES = 6
    LONGEST_NUMBER = 20      # digits and sign of an int64
    LONGEST_VARINT = 10

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


# Bytes that grow.
cdef struct Buffer:
    char *bytes
    size_t length
    size_t capacity


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


cdef inline int reserve(Buffer *buffer, size_t more) except -1 nogil:
    cdef size_t capacity = buffer.capacity
    cdef char *grown
    if buffer.length + more <= capacity:
        return 0
    while capacity < buffer.length + more:
        capacity = capacity * 2 if capacity else 4096
    grown = <char *>realloc(buffer.bytes, capacity)
    if grown == NULL:
        with gil:
            raise MemoryError()
    buffer.bytes = grown
    buffer.capacity = capacity
    return 0


cdef inline void put_number(Buffer *buffer, int64_t number) noexcept nogil:
    """Writes a decimal number; LONGEST_NUMBER bytes must be reserved."""
    cdef char digits[LONGEST_NUMBER]
    cdef int count = 0
    cdef uint64_t rest = <uint64_t>number
    if number < 0:
        buffer.bytes[buffer.length] = b'-'
        buffer.length += 1
        rest = 0 - rest
    while True:
        digits[count] = <char>(48 + rest % 10)
        count += 1
        rest //= 10
        if rest == 0:
            break
    while count:
        count -= 1
        buffer.bytes[buffer.length] = digits[count]
        buffer.length += 1


cdef inline void put_varint(Buffer *buffer, uint64_t number) noexcept nogil:
    """Seven bits a byte, low ones first, high bit on all but the last; LONGEST_VARINT bytes must be reserved."""
    while number >= 0x80:
        buffer.bytes[buffer.length] = <char>(0x80 | (number & 0x7F))
        buffer.length += 1
        number >>= 7
    buffer.bytes[buffer.length] = <char>number
    buffer.length += 1


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


cdef inline bint get_varint(const char **at, const char *end, uint64_t *number) noexcept nogil:
    cdef int shift = 0
    cdef uint8_t byte
    number[0] = 0
    while at[0] < end and shift < 64:
        byte = <uint8_t>at[0][0]
        at[0] += 1
        number[0] |= <uint64_t>(byte & 0x7F) << shift
        if byte < 0x80:
            return True
        shift += 7
    return False


cdef inline uint64_t zigzag(int64_t number) noexcept nogil:
    return (<uint64_t>number << 1) ^ <uint64_t>(number >> 63)


cdef inline int64_t unzigzag(uint64_t number) noexcept nogil:
    return <int64_t>(number >> 1) ^ -<int64_t>(number & 1)


cdef inline int put_activity(Buffer *json, const LeafEvent *event, int64_t first_us) except -1 nogil:
    """`[kind, microseconds since first_us, a, b, c]` without zeros at the end."""
    reserve(json, 5 * (LONGEST_NUMBER + 1) + 3)
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


cdef inline int pack_leaf(const LeafEvent *events, size_t count, Buffer *json, Buffer *blob, size_t *activities) except -1 nogil:
    """Packs events in order of (time, fingerprint); the first one's time is the leaf's first_us."""
    cdef int64_t first_us = events[0].at_us
    cdef int64_t last_us = first_us
    cdef size_t i
    json.length = 0
    blob.length = 0
    activities[0] = 0
    reserve(json, 2)
    reserve(blob, count * (FINGERPRINT_BYTES + 2 * LONGEST_VARINT))
    json.bytes[0] = b'['
    json.length = 1
    for i in range(count):
        if events[i].activity:
            if activities[0]:
                reserve(json, 1)
                json.bytes[json.length] = b','
                json.length += 1
            activities[0] += 1
            put_activity(json, &events[i], first_us)
            put_fingerprint(blob, events[i].fingerprint)
    for i in range(count):
        if not events[i].activity:
            put_varint(blob, <uint64_t>(events[i].at_us - last_us))
            last_us = events[i].at_us
            put_varint(blob, <uint64_t>events[i].eventid)
            put_fingerprint(blob, events[i].fingerprint)
    reserve(json, 1)
    json.bytes[json.length] = b']'
    json.length += 1
    return 0
