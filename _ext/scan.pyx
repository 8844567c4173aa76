"""sesscore._scan: bytes of a log → events of a batch.

`EventBatch.scan` walks the bytes without the GIL and takes every object that is an event and holds nothing unusual. It stops at
anything else; `sesscore.records` decides what that is and hands events back through `EventBatch.add`. Both ways end in `keep`,
so that an event is the same event whichever way it came.
"""

from cpython.bytearray cimport PyByteArray_AS_STRING
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from cpython.pycapsule cimport PyCapsule_GetPointer, PyCapsule_New
from libc.math cimport floor, isfinite
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport strtod
from libc.string cimport memchr, memcpy

import os

from clock cimport read_time
from fields cimport *
from hashing cimport (
    K5, K6, K7, array_add, array_begin, array_end, big_integer_value, double_value, fingerprint_of, integer_value, member,
    object_value, text_hash, text_value,
)
from json cimport *
from records cimport *

ctypedef unsigned long long KeyPart

cdef enum:
    MAX_UNKNOWN_KEYS = 64    # more keys in one object go the slow way
    MAX_INTEGER_DIGITS = 18  # always fit an int64
    SHORTEST_EVENT = 48      # {"timestamp":"2020-01-01T00:00:00","eventid":"x"}, less a little

# What `keep` made of an event.
ctypedef int Fate

cdef enum:
    KEPT = 0
    NO_TIME = 1
    NO_EVENTID = 2

cdef tuple key_names = (
    b"timestamp", b"eventid", b"sensor", b"session", b"session_id", b"sessionid", b"sid", b"message", b"src_ip", b"src_port",
    b"dst_ip", b"dst_port", b"protocol", b"username", b"password", b"input", b"url", b"filename", b"shasum", b"ttylog",
    b"fingerprint", b"version", b"hassh", b"duration", b"duration_ms",
)
cdef uint64_t key_hashes[FIELDS]
cdef int hash_keys() except -1:
    cdef bytes key
    for field, key in enumerate(key_names):
        key_hashes[field] = text_hash(PyBytes_AS_STRING(key), len(key))
    return 0
hash_keys()

cdef uint64_t table_key0 = <KeyPart>int.from_bytes(os.urandom(8), "little")
cdef uint64_t table_key1 = <KeyPart>int.from_bytes(os.urandom(8), "little")


# ---- strings -------------------------------------------------------------------------------------------------------------

cdef int unescape(Batch *batch, const char *p, const char *end, Span *text, bint *lone) except -1 nogil:
    """Decodes the inside of a checked string into the arena, lone surrogates as three bytes (said by `lone`).

    Returns 0, with nothing kept, if the bytes are no UTF-8."""
    cdef char *out
    cdef const char *run
    cdef uint32_t code
    cdef int length, low
    arena_reserve(batch, end - p)
    text.offset = <uint32_t>batch.arena_length | IN_ARENA
    out = batch.arena + batch.arena_length
    lone[0] = False
    while p < end:
        run = p
        p = skip_plain(p, end)
        memcpy(out, run, p - run)
        out += p - run
        if p == end:
            break
        if p[0] != b'\\':
            length = utf8_length(p, end)
            if length == 0:
                return 0
            memcpy(out, p, length)
            out += length
            p += length
            continue
        if p[1] != b'u':
            code = (8 if p[1] == b'b' else 12 if p[1] == b'f' else 10 if p[1] == b'n' else 13 if p[1] == b'r'
                    else 9 if p[1] == b't' else <uint8_t>p[1])
            out[0] = <char>code
            out += 1
            p += 2
            continue
        code = hex_four(p + 2)
        p += 6
        if 0xD800 <= code <= 0xDBFF and end - p >= 6 and p[0] == b'\\' and p[1] == b'u':
            low = hex_four(p + 2)
            if 0xDC00 <= low <= 0xDFFF:
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
                p += 6
        if 0xD800 <= code <= 0xDFFF:
            lone[0] = True
        out += put_utf8(code, out)
    text.length = <uint32_t>(out - batch.arena - batch.arena_length)
    batch.arena_length += text.length
    return 1


cdef void replace_surrogates(char *p, size_t length) noexcept nogil:
    """Every lone surrogate (ED A0…BF xx) becomes U+FFFD (EF BF BD), in place."""
    cdef size_t i = 0
    while i + 2 < length:
        if <uint8_t>p[i] == 0xED and <uint8_t>p[i + 1] >= 0xA0:
            p[i] = <char>0xEF
            p[i + 1] = <char>0xBF
            p[i + 2] = <char>0xBD
        i += 1


cdef int read_string(Batch *batch, const char **at, const char *end, Span *text, uint64_t *hashed) except -1 nogil:
    """Reads the string at at[0]: its hash, and its text as it is to be stored, unless `text` is NULL. 0: not for the fast path."""
    cdef const char *begin = at[0] + 1
    cdef const char *p = skip_plain(begin, end)
    cdef Span decoded
    cdef bint lone
    if p < end and p[0] == b'"':
        hashed[0] = text_hash(begin, p - begin)
        if text != NULL:
            text.offset = <uint32_t>(begin - batch.block)
            text.length = <uint32_t>(p - begin)
        at[0] = p + 1
        return 1
    if check_string(at, end) != WHOLE or not unescape(batch, begin, at[0] - 1, &decoded, &lone):
        return 0
    hashed[0] = text_hash(text_of(batch, decoded), decoded.length)
    if text == NULL:
        batch.arena_length -= decoded.length
    else:
        text[0] = decoded
        if lone:
            replace_surrogates(batch.arena + (decoded.offset & ~<uint32_t>IN_ARENA), decoded.length)
    return 1


# ---- values --------------------------------------------------------------------------------------------------------------

cdef bint read_number(Batch *batch, const char **at, const char *end, Value *value, uint64_t *hashed) noexcept nogil:
    """Reads a number; `text` is set for integers only."""
    cdef const char *p = at[0]
    cdef bint fraction, negative
    cdef int64_t integer = 0
    if check_number(at, end, &fraction) != WHOLE:
        return False
    if fraction:
        # The byte after a number that was checked is in the buffer and no part of a number; strtod stops there.
        value.type = DOUBLE
        value.number = strtod(p, NULL)
        value.text.length = ABSENT
        hashed[0] = double_value(value.number)
        return True
    negative = p[0] == b'-'
    if negative:
        p += 1
    if at[0] - p > MAX_INTEGER_DIGITS:
        return False
    value.type = INTEGER
    value.text.offset = <uint32_t>(p - batch.block) - (1 if negative and p[0] != b'0' else 0)
    value.text.length = <uint32_t>(at[0] - batch.block) - value.text.offset
    while p < at[0]:
        integer = integer * 10 + (p[0] - 48)
        p += 1
    value.integer = -integer if negative else integer
    hashed[0] = integer_value(value.integer)
    return True


cdef bint known_before(const uint64_t *keys, size_t count, uint64_t key) noexcept nogil:
    cdef size_t i
    for i in range(count):
        if keys[i] == key:
            return True
    return False


cdef int hash_array(Batch *batch, const char **at, const char *end, int depth, uint64_t *hashed) except -1 nogil:
    cdef const char *p = skip_space(at[0] + 1, end)
    cdef uint64_t h = array_begin()
    cdef uint64_t element
    if p < end and p[0] == b']':
        hashed[0] = array_end(h)
        at[0] = p + 1
        return 1
    while True:
        if not hash_value(batch, &p, end, depth, &element):
            return 0
        h = array_add(h, element)
        p = skip_space(p, end)
        if p == end:
            return 0
        if p[0] == b']':
            hashed[0] = array_end(h)
            at[0] = p + 1
            return 1
        if p[0] != b',':
            return 0
        p = skip_space(p + 1, end)


cdef int hash_object(Batch *batch, const char **at, const char *end, int depth, uint64_t *hashed) except -1 nogil:
    cdef const char *p = skip_space(at[0] + 1, end)
    cdef uint64_t keys[MAX_UNKNOWN_KEYS]
    cdef size_t count = 0
    cdef uint64_t members = 0
    cdef uint64_t key, value
    if p < end and p[0] == b'}':
        hashed[0] = object_value(0)
        at[0] = p + 1
        return 1
    while True:
        if p == end or p[0] != b'"' or not read_string(batch, &p, end, NULL, &key):
            return 0
        if count == MAX_UNKNOWN_KEYS or known_before(keys, count, key):
            return 0
        keys[count] = key
        count += 1
        p = skip_space(p, end)
        if p == end or p[0] != b':':
            return 0
        p = skip_space(p + 1, end)
        if not hash_value(batch, &p, end, depth, &value):
            return 0
        members += member(key, value)
        p = skip_space(p, end)
        if p == end:
            return 0
        if p[0] == b'}':
            hashed[0] = object_value(members)
            at[0] = p + 1
            return 1
        if p[0] != b',':
            return 0
        p = skip_space(p + 1, end)


cdef int hash_value(Batch *batch, const char **at, const char *end, int depth, uint64_t *hashed) except -1 nogil:
    """Steps over any value and hashes it. depth: how many containers it may still open. 0: not for the fast path."""
    cdef Value number
    if at[0] == end:
        return 0
    if at[0][0] == b'"':
        if not read_string(batch, at, end, NULL, hashed):
            return 0
        hashed[0] = text_value(hashed[0])
        return 1
    if at[0][0] == b'[':
        return hash_array(batch, at, end, depth - 1, hashed) if depth > 0 else 0
    if at[0][0] == b'{':
        return hash_object(batch, at, end, depth - 1, hashed) if depth > 0 else 0
    if at[0][0] == b't' and check_word(at, end, b'true', 4) == WHOLE:
        hashed[0] = K7
        return 1
    if at[0][0] == b'f' and check_word(at, end, b'false', 5) == WHOLE:
        hashed[0] = K6
        return 1
    if at[0][0] == b'n' and check_word(at, end, b'null', 4) == WHOLE:
        hashed[0] = K5
        return 1
    return read_number(batch, at, end, &number, hashed)


cdef int read_field(Batch *batch, const char **at, const char *end, Fields *fields, Field field) except -1 nogil:
    """Reads the value of a field that is used."""
    cdef Value *value = &fields.values[field]
    cdef uint64_t hashed
    if at[0] == end or fields.present & (<uint32_t>1 << field):
        return 0                             # the last of equal keys counts: the slow path knows
    fields.present |= <uint32_t>1 << field
    if at[0][0] == b'"':
        value.type = TEXT
        if not read_string(batch, at, end, &value.text, &hashed):
            return 0
        hashed = text_value(hashed)
    elif at[0][0] == b'-' or is_digit(at[0][0]):
        if not read_number(batch, at, end, value, &hashed):
            return 0
        if value.type == DOUBLE and field != DURATION and field != DURATION_MS:
            return 0                         # its text is Python's repr
    else:
        value.type = OTHER_TYPE
        if not hash_value(batch, at, end, MAX_DEPTH - 1, &hashed):
            return 0
    value.member = member(key_hashes[field], hashed)
    return 1


cdef int read_object(Batch *batch, const char **at, const char *end, Fields *fields) except -1 nogil:
    """Reads the object at at[0] into fields. 0: not for the fast path."""
    cdef const char *p = skip_space(at[0] + 1, end)
    cdef const char *key
    cdef uint64_t unknown[MAX_UNKNOWN_KEYS]
    cdef size_t count = 0
    cdef uint64_t hashed_key, hashed
    cdef Field field
    fields.present = 0
    fields.members = 0
    while True:
        if p == end or p[0] != b'"':
            return 0
        key = p + 1
        p = skip_plain(key, end)
        if p == end or p[0] != b'"':
            return 0                         # a key with escapes could be any key
        field = field_of(key, p - key)
        hashed_key = key_hashes[field] if field < FIELDS else text_hash(key, p - key)
        p = skip_space(p + 1, end)
        if p == end or p[0] != b':':
            return 0
        p = skip_space(p + 1, end)
        if field < FIELDS:
            if not read_field(batch, &p, end, fields, field):
                return 0
        else:
            if count == MAX_UNKNOWN_KEYS or known_before(unknown, count, hashed_key):
                return 0
            unknown[count] = hashed_key
            count += 1
            if not hash_value(batch, &p, end, MAX_DEPTH - 1, &hashed):
                return 0
            fields.members += member(hashed_key, hashed)
        p = skip_space(p, end)
        if p == end:
            return 0
        if p[0] == b'}':
            at[0] = p + 1
            return 1
        if p[0] != b',':
            return 0
        p = skip_space(p + 1, end)


# ---- meaning -------------------------------------------------------------------------------------------------------------

cdef Span text_in(const Fields *fields, Field field) noexcept nogil:
    """A field where text is expected: text, or a number as its text."""
    cdef const Value *value = &fields.values[field]
    if not fields.present & (<uint32_t>1 << field) or value.type == OTHER_TYPE:
        return absent()
    return value.text


cdef Span address_in(const Fields *fields, Field field) noexcept nogil:
    cdef Span text = text_in(fields, field)
    return text if text.length else absent()


cdef bint is_text(const Fields *fields, Field field) noexcept nogil:
    return (fields.present & (<uint32_t>1 << field)) and fields.values[field].type == TEXT


cdef bint names_session(const Fields *fields, Field field) noexcept nogil:
    """Whether a field holds a usable session id: non-empty text, or an integer."""
    cdef const Value *value = &fields.values[field]
    if not fields.present & (<uint32_t>1 << field):
        return False
    return (value.type == TEXT and value.text.length > 0) or value.type == INTEGER or value.type == BIG_INTEGER


cdef bint is_white(char c) noexcept nogil:
    return c == b' ' or (c >= 9 and c <= 13)


cdef Span id_in_message(const Batch *batch, const Fields *fields) noexcept nogil:
    """ID of `[session: ID]` at the very end of `message`; ID has no white space and no brackets."""
    cdef Span text
    cdef const char *p
    cdef uint32_t i
    if not is_text(fields, MESSAGE):
        return absent()
    text = fields.values[MESSAGE].text
    p = text_of(batch, text)
    if text.length < 12 or p[text.length - 1] != b']':
        return absent()
    i = text.length - 1
    while i > 0 and p[i - 1] != b'[' and p[i - 1] != b']' and not is_white(p[i - 1]):
        i -= 1
    if i < 10 or i == text.length - 1 or not same(p + i - 10, b'[session: ', 10):
        return absent()
    text.offset += i
    text.length -= i + 1
    return text


cdef Span name_of(const Batch *batch, const Fields *fields, Span enclosing, bint *by_session) noexcept nogil:
    """The session id of an event, by the first matcher that finds one (docs/design.md, "Sessions")."""
    by_session[0] = names_session(fields, SESSION)
    if by_session[0]:
        return fields.values[SESSION].text
    if names_session(fields, SESSION_ID):
        return fields.values[SESSION_ID].text
    if names_session(fields, SESSIONID):
        return fields.values[SESSIONID].text
    if names_session(fields, SID):
        return fields.values[SID].text
    if enclosing.length != ABSENT:
        return enclosing
    return id_in_message(batch, fields)


cdef int32_t port_in(const Fields *fields, Field field) noexcept nogil:
    cdef const Value *value = &fields.values[field]
    if not fields.present & (<uint32_t>1 << field) or value.type != INTEGER:
        return NO_PORT
    return <int32_t>value.integer if 0 <= value.integer <= 65535 else NO_PORT


cdef double number_in_text(const char *p, size_t length) noexcept nogil:
    """The number that a text states as Python's float() reads it, without `_`, nan and inf; -1 if it is none."""
    cdef char copy[64]
    cdef size_t i = 0
    cdef size_t digits = 0
    while length and is_white(p[0]):
        p += 1
        length -= 1
    while length and is_white(p[length - 1]):
        length -= 1
    if length == 0 or length >= sizeof(copy):
        return -1
    memcpy(copy, p, length)
    copy[length] = 0
    if copy[i] == b'+' or copy[i] == b'-':
        i += 1
    while is_digit(copy[i]):
        i += 1
        digits += 1
    if copy[i] == b'.':
        i += 1
        while is_digit(copy[i]):
            i += 1
            digits += 1
    if digits == 0:
        return -1
    if copy[i] == b'e' or copy[i] == b'E':
        i += 1
        if copy[i] == b'+' or copy[i] == b'-':
            i += 1
        if not is_digit(copy[i]):
            return -1
        while is_digit(copy[i]):
            i += 1
    return strtod(copy, NULL) if i == length else -1


cdef double milliseconds_in(const Batch *batch, const Fields *fields, Field field, double unit) noexcept nogil:
    """A stated duration in whole milliseconds, half up; -1 if the field states none that can be used."""
    cdef const Value *value = &fields.values[field]
    cdef double number = -1
    if not fields.present & (<uint32_t>1 << field):
        return -1
    if value.type == INTEGER:
        number = <double>value.integer
    elif value.type == DOUBLE:
        number = value.number
    elif value.type == TEXT:
        number = number_in_text(text_of(batch, value.text), value.text.length)
    number *= unit
    if not isfinite(number) or number < 0 or number >= 9007199254740992.0:
        return -1
    return floor(number + 0.5)


cdef int host_and_port(Batch *batch, const Fields *fields, Span *joined) except -1 nogil:
    """`host:port` of a forwarding request, in the arena."""
    cdef Span host = address_in(fields, DST_IP)
    cdef Span port = text_in(fields, DST_PORT)
    cdef char *out
    joined[0] = host
    if host.length == ABSENT or port.length == ABSENT or fields.values[DST_PORT].type == DOUBLE:
        return 0
    joined.length = host.length + 1 + port.length
    arena_reserve(batch, joined.length)
    joined.offset = <uint32_t>batch.arena_length | IN_ARENA
    out = batch.arena + batch.arena_length
    memcpy(out, text_of(batch, host), host.length)
    out[host.length] = b':'
    memcpy(out + host.length + 1, text_of(batch, port), port.length)
    batch.arena_length += joined.length
    return 0


cdef int keep_texts(Batch *batch, Event *event, const Fields *fields) except -1 nogil:
    """What the session wants of an event, by its kind."""
    event.a = absent()
    event.b = absent()
    event.c = absent()
    event.src_port = NO_PORT
    event.dst_port = NO_PORT
    event.close_ms = -1
    if event.kind == CONNECT:
        event.a = address_in(fields, DST_IP)
        event.src_port = port_in(fields, SRC_PORT)
        event.dst_port = port_in(fields, DST_PORT)
    elif event.kind == CLOSED:
        event.close_ms = milliseconds_in(batch, fields, DURATION_MS, 1.0)
        if event.close_ms < 0:
            event.close_ms = milliseconds_in(batch, fields, DURATION, 1000.0)
    elif event.kind == LOGIN_FAILED or event.kind == LOGIN_SUCCESS:
        event.a = text_in(fields, USERNAME)
        event.b = text_in(fields, PASSWORD)
        event.c = text_in(fields, FINGERPRINT)
    elif event.kind == COMMAND_INPUT or event.kind == COMMAND_FAILED or event.kind == COMMAND_SUCCESS:
        event.a = text_in(fields, INPUT)
    elif event.kind == FILE_DOWNLOAD or event.kind == FILE_DOWNLOAD_FAILED:
        event.a = text_in(fields, URL)
        event.b = text_in(fields, SHASUM)
    elif event.kind == FILE_UPLOAD:
        event.a = text_in(fields, FILENAME)
        event.b = text_in(fields, SHASUM)
    elif event.kind == TCPIP_REQUEST:
        host_and_port(batch, fields, &event.a)
    elif event.kind == CLIENT_VERSION:
        event.a = text_in(fields, VERSION)
    elif event.kind == CLIENT_KEX:
        event.a = text_in(fields, HASSH)
    elif event.kind == LOG_CLOSED:
        event.a = text_in(fields, TTYLOG)
        event.b = text_in(fields, SHASUM)
    elif event.kind == CLIENT_FINGERPRINT:
        event.a = text_in(fields, FINGERPRINT)
        event.c = text_in(fields, USERNAME)
    return 0


cdef uint64_t members_of(const Fields *fields, bint sensor_used, bint session_used) noexcept nogil:
    """Sum over the fields that identity covers: all but the timestamp and what named sensor and session."""
    cdef uint64_t members = fields.members
    cdef uint32_t wanted = fields.present & ~(<uint32_t>1 << TIMESTAMP)
    cdef int field
    if sensor_used:
        wanted &= ~(<uint32_t>1 << SENSOR)
    if session_used:
        wanted &= ~(<uint32_t>1 << SESSION)
    for field in range(FIELDS):
        if wanted & (<uint32_t>1 << field):
            members += fields.values[field].member
    return members


cdef Fate when(const Batch *batch, const Fields *fields, int naive_minutes, int64_t *at_us) noexcept nogil:
    """Whether fields are an event: a readable timestamp and a non-empty event id, in this order."""
    cdef Span time
    if not is_text(fields, TIMESTAMP):
        return NO_TIME
    time = fields.values[TIMESTAMP].text
    if not read_time(text_of(batch, time), time.length, naive_minutes, at_us):
        return NO_TIME
    if not is_text(fields, EVENTID) or fields.values[EVENTID].text.length == 0:
        return NO_EVENTID
    return KEPT


cdef int keep(Batch *batch, const Fields *fields, Span sensor, Span enclosing, int64_t at_us) except -1 nogil:
    """Adds an event that has a time and an id to the batch; without a session it is only counted."""
    cdef bint by_session
    cdef bint own_sensor = is_text(fields, SENSOR) and fields.values[SENSOR].text.length > 0
    cdef Span name = name_of(batch, fields, enclosing, &by_session)
    cdef Event *event
    cdef Interned *eventid
    if name.length == ABSENT:
        batch.sessionless += 1
        return 0
    next_event(batch, &event)
    event.at_us = at_us
    event.record = batch.records
    event.by_session = by_session
    event.name = <uint32_t>intern(batch, &batch.names, name, <uint32_t>intern(
        batch, &batch.sensors, fields.values[SENSOR].text if own_sensor else sensor, 0))
    event.eventid = <uint32_t>intern(batch, &batch.eventids, fields.values[EVENTID].text, 0)
    eventid = &batch.eventids.entries[event.eventid]
    if eventid.tag == 0 and eventid.kind == OTHER:
        eventid.kind = kind_of(text_of(batch, eventid.text), eventid.text.length)
    event.kind = <uint8_t>eventid.kind
    event.fingerprint = fingerprint_of(at_us, members_of(fields, own_sensor, by_session))
    event.src_ip = address_in(fields, SRC_IP)
    event.protocol = address_in(fields, PROTOCOL)
    keep_texts(batch, event, fields)
    batch.count += 1
    return 0


cdef int take(Batch *batch, const char **at, const char *end, Span sensor, int naive_minutes) except -1 nogil:
    """Takes the object at at[0] as one event. 0: not for the fast path; nothing is kept then."""
    cdef Fields fields
    cdef size_t arena_length = batch.arena_length
    cdef int64_t at_us
    cdef const char *p = at[0]
    if end - p > MAX_OBJECT:
        end = p + MAX_OBJECT
    if not read_object(batch, &p, end, &fields) or when(batch, &fields, naive_minutes, &at_us) != KEPT:
        batch.arena_length = arena_length
        return 0
    keep(batch, &fields, sensor, absent(), at_us)
    at[0] = p
    return 1


# ---- the batch -----------------------------------------------------------------------------------------------------------

class Digits(str):
    """An integer of the slow path that does not fit 64 bits, as its decimal text."""


cdef void close_capsule(object capsule) noexcept:
    free_batch(<Batch *>PyCapsule_GetPointer(capsule, b"sesscore.batch"))


cdef class EventBatch:
    """The events of one block of log bytes.

    block: the bytes; kept as long as the batch. sensor: of events that name none. naive_minutes: offset of times that name none.
    in_line: whether the block begins inside a line. fast: False sends every object the slow way (for tests).
    """

    cdef Batch *batch
    cdef readonly object capsule
    cdef readonly bytes block
    cdef readonly bint in_line
    cdef readonly list quarantine
    cdef Span sensor
    cdef int naive_minutes
    cdef bint fast

    def __cinit__(self, bytes block not None, str sensor not None, int naive_minutes=0, bint in_line=False, bint fast=True):
        if PyBytes_GET_SIZE(block) >= IN_ARENA:
            raise ValueError("a block may have 2 GiB")
        self.batch = new_batch(PyBytes_AS_STRING(block), PyBytes_GET_SIZE(block), table_key0, table_key1)
        if self.batch == NULL:
            raise MemoryError()
        self.capsule = PyCapsule_New(self.batch, b"sesscore.batch", close_capsule)
        self.block = block
        self.in_line = in_line
        self.naive_minutes = naive_minutes
        self.fast = fast
        self.quarantine = []
        self.put(stored_text(sensor), &self.sensor)

    @property
    def events(self):
        """Events that name a session, copies included."""
        return self.batch.count

    @property
    def sessionless(self):
        return self.batch.sessionless

    @property
    def blank(self):
        return self.batch.blank

    @property
    def records(self):
        """Records of every fate."""
        return self.batch.records

    @property
    def sensors(self):
        """Names of the sensors, in the order of their numbers in the batch."""
        cdef Span text
        names = []
        for i in range(self.batch.sensors.count):
            text = self.batch.sensors.entries[i].text
            names.append(text_of(self.batch, text)[:text.length].decode("utf-8"))
        return names

    def scan(self, Py_ssize_t at):
        """Reads records from `at` on; returns where it stopped: the end, or the first byte that `records.py` has to look at."""
        cdef const char *p
        cdef const char *end = self.batch.block + self.batch.block_length
        if not 0 <= at <= self.batch.block_length:
            raise IndexError(at)
        p = self.batch.block + at
        with nogil:
            while p < end:
                if p[0] == b'{':
                    if not self.fast or not take(self.batch, &p, end, self.sensor, self.naive_minutes):
                        break
                    self.batch.records += 1
                    self.in_line = True
                elif p[0] == b'\n':
                    if not self.in_line:
                        self.batch.blank += 1
                        self.batch.records += 1
                    self.in_line = False
                    p += 1
                elif p[0] == b' ' or p[0] == b'\t' or p[0] == b'\r':
                    p += 1
                elif p[0] == 0 or p[0] == b',' or p[0] == b'[' or p[0] == b']':
                    self.in_line = True
                    p += 1
                elif <uint8_t>p[0] == 0xEF and end - p >= 3 and <uint8_t>p[1] == 0xBB and <uint8_t>p[2] == 0xBF:
                    self.in_line = True
                    p += 3
                else:
                    break
        return p - self.batch.block

    def check(self, Py_ssize_t at):
        """Looks at the object that begins at `at`: (verdict, its end or the end of the block).

        The verdict is "whole", "incomplete", "json", "depth" or "too_long"."""
        cdef const char *p
        cdef const char *end = self.batch.block + self.batch.block_length
        cdef bint capped = False
        cdef Verdict verdict
        if not 0 <= at < self.batch.block_length or self.batch.block[at] != b'{':
            raise IndexError(at)
        p = self.batch.block + at
        if end - p > MAX_OBJECT:
            end = p + MAX_OBJECT
            capped = True
        with nogil:
            verdict = check_object(&p, end)
        if verdict == WHOLE:
            return "whole", p - self.batch.block
        if verdict == INCOMPLETE and not capped:
            return "incomplete", <Py_ssize_t>self.batch.block_length
        return ("json" if verdict == BROKEN else "depth" if verdict == TOO_DEEP else "too_long",
                <Py_ssize_t>self.batch.block_length)

    def next_whole(self, Py_ssize_t at, Py_ssize_t stop, bint may_grow):
        """The first object in [at, stop) that is whole, ends there and is long enough to be an event, as (begin, end), or None.

        may_grow: `stop` is no end of a line, so an object that is unfinished there may yet become whole and hold the later ones."""
        cdef const char *p
        cdef const char *q
        cdef const char *end
        cdef bint found = False
        cdef Verdict verdict
        if not 0 <= at <= stop <= self.batch.block_length:
            raise IndexError(at)
        p = self.batch.block + at
        end = self.batch.block + stop
        with nogil:
            while p < end:
                p = <const char *>memchr(p, b'{', end - p)
                if p == NULL:
                    break
                q = p
                verdict = check_object(&q, end)
                if verdict == TOO_DEEP or verdict == TOO_LONG or (verdict == INCOMPLETE and may_grow):
                    break
                if verdict != WHOLE:
                    p += 1
                elif q - p < SHORTEST_EVENT:
                    p = q
                else:
                    found = True
                    break
        return (p - self.batch.block, q - self.batch.block) if found else None

    def count_bad(self, Py_ssize_t at, Py_ssize_t length, str reason not None, bytes raw not None, uint32_t records=1):
        """Quarantines records. Those that follow each other for one reason share a row."""
        if self.quarantine:
            last = self.quarantine[len(self.quarantine) - 1]
            if last[4] == reason and last[0] + last[1] == self.batch.records:
                self.quarantine[len(self.quarantine) - 1] = (last[0], last[1] + records, last[2], at + length - last[2], reason, last[5])
                self.batch.records += records
                self.in_line = True
                return
        self.quarantine.append((self.batch.records, records, at, length, reason, raw))
        self.batch.records += records
        self.in_line = True

    def add(self, dict fields not None, str enclosing=None):
        """Adds an event that was decoded in Python. Returns None, or the reason ("no_time", "no_eventid") why it is none.

        fields: str → str, int, Digits, float, bool, None, list, dict. enclosing: the session key that held it in a list."""
        cdef Fields c_fields
        cdef Span key = absent()
        cdef int64_t at_us
        cdef Fate fate
        self.read_fields(fields, &c_fields)
        fate = when(self.batch, &c_fields, self.naive_minutes, &at_us)
        if fate == KEPT:
            if enclosing is not None:
                self.put(stored_text(enclosing), &key)
            keep(self.batch, &c_fields, self.sensor, key, at_us)
            self.batch.records += 1
            self.in_line = True
            return None
        return "no_time" if fate == NO_TIME else "no_eventid"

    def is_event(self, dict fields not None):
        """Whether decoded fields have a readable timestamp and an event id."""
        cdef Fields c_fields
        cdef int64_t at_us
        cdef size_t arena_length = self.batch.arena_length
        self.read_fields(fields, &c_fields)
        event = when(self.batch, &c_fields, self.naive_minutes, &at_us) == KEPT
        self.batch.arena_length = arena_length
        return event

    cdef int read_fields(self, dict fields, Fields *c_fields) except -1:
        """`read_object` for fields that Python decoded."""
        cdef Field field
        cdef uint64_t hashed_key
        cdef bytes key
        c_fields.present = 0
        c_fields.members = 0
        for name, value in fields.items():
            key = name.encode("utf-8", "surrogatepass")
            field = field_of(key, len(key))
            if field < FIELDS:
                c_fields.present |= <uint32_t>1 << field
                self.read_python(value, &c_fields.values[field])
                c_fields.values[field].member = member(key_hashes[field], value_hash(value))
            else:
                hashed_key = text_hash(key, len(key))
                c_fields.members += member(hashed_key, value_hash(value))
        return 0

    cdef int read_python(self, object value, Value *out) except -1:
        out.text = absent()
        if isinstance(value, Digits):
            out.type = BIG_INTEGER
            self.put(str(value).encode("ascii"), &out.text)
        elif isinstance(value, str):
            out.type = TEXT
            self.put(stored_text(value), &out.text)
        elif isinstance(value, bool) or value is None or isinstance(value, (list, dict)):
            out.type = OTHER_TYPE
        elif isinstance(value, int):
            out.type = INTEGER
            out.integer = value
            self.put(str(value).encode("ascii"), &out.text)
        else:
            out.type = DOUBLE
            out.number = value
            self.put(repr(value).encode("ascii"), &out.text)
        return 0

    cdef int put(self, bytes text, Span *span) except -1:
        """Keeps a text in the arena."""
        cdef size_t length = len(text)
        arena_reserve(self.batch, length)
        span.offset = <uint32_t>self.batch.arena_length | IN_ARENA
        span.length = <uint32_t>length
        memcpy(self.batch.arena + self.batch.arena_length, <const char *>text, length)
        self.batch.arena_length += length
        return 0

    def dump(self):
        """Every event as a tuple, for tests: (sensor, session id, µs, fingerprint, event id, record, by_session)."""
        cdef Event *event
        cdef Interned *name
        cdef Span text
        rows = []
        sensors = self.sensors
        for i in range(self.batch.count):
            event = &self.batch.events[i]
            name = &self.batch.names.entries[event.name]
            text = self.batch.eventids.entries[event.eventid].text
            rows.append((
                sensors[name.tag], text_of(self.batch, name.text)[:name.text.length].decode("utf-8"), event.at_us,
                event.fingerprint, text_of(self.batch, text)[:text.length].decode("utf-8"), event.record,
                bool(event.by_session),
            ))
        return rows


cdef bytes stored_text(str text):
    """UTF-8 of a text as it is stored: lone surrogates are U+FFFD."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        patched = bytearray(text.encode("utf-8", "surrogatepass"))
        replace_surrogates(PyByteArray_AS_STRING(patched), len(patched))
        return bytes(patched)


cdef uint64_t value_hash(object value) except? 0:
    """`hash_value` for a value that Python decoded."""
    cdef bytes raw
    cdef uint64_t h
    if isinstance(value, str):
        raw = value.encode("utf-8", "surrogatepass")
        h = text_hash(raw, len(raw))
        return big_integer_value(h) if isinstance(value, Digits) else text_value(h)
    if value is None:
        return K5
    if isinstance(value, bool):
        return K7 if value else K6
    if isinstance(value, int):
        return integer_value(value)
    if isinstance(value, float):
        return double_value(value)
    if isinstance(value, list):
        h = array_begin()
        for element in value:
            h = array_add(h, value_hash(element))
        return array_end(h)
    h = 0
    for key, element in value.items():
        raw = key.encode("utf-8", "surrogatepass")
        h += member(text_hash(raw, len(raw)), value_hash(element))
    return object_value(h)
