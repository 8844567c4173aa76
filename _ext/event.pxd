# From fields to an event: when it was, whose it was, and what its session wants of it.

from libc.math cimport floor, isfinite
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.string cimport memcpy

from clock cimport read_next_time
from doubles cimport read_double
from fields cimport *
from hashing cimport fingerprint_of
from json cimport MAX_OBJECT, is_digit
from match cimport BY_SESSION, UNNAMED, Name, is_text, is_white, name_of
from objects cimport read_object
from reader cimport Reader
from recent cimport intern_place, intern_recent
from records cimport *

# What became of fields that might be an event.
ctypedef int Fate

cdef enum:
    KEPT = 0
    NO_TIME = 1
    NO_EVENTID = 2


cdef inline Span text_in(const Fields *fields, Field field) noexcept nogil:
    """A field where text is expected: text, or a number as its text."""
    cdef const Value *value = &fields.values[field]
    if not fields.present & (<uint32_t>1 << field) or value.type == OTHER_TYPE:
        return absent()
    return value.text


cdef inline Span address_in(const Fields *fields, Field field) noexcept nogil:
    cdef Span text = text_in(fields, field)
    return text if text.length else absent()


cdef inline int32_t port_in(const Fields *fields, Field field) noexcept nogil:
    cdef const Value *value = &fields.values[field]
    if not fields.present & (<uint32_t>1 << field) or value.type != INTEGER:
        return NO_PORT
    return <int32_t>value.integer if 0 <= value.integer <= 65535 else NO_PORT


cdef inline double number_in_text(const char *p, size_t length) noexcept nogil:
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
    return read_double(copy) if i == length else -1


cdef inline double milliseconds_in(const Batch *batch, const Fields *fields, Field field, double unit) noexcept nogil:
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


cdef inline int host_and_port(Batch *batch, const Fields *fields, Span *joined) except -1 nogil:
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


cdef inline int keep_texts(Batch *batch, Event *event, const Fields *fields) except -1 nogil:
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


cdef inline uint64_t members_of(const Fields *fields, bint sensor_used, bint session_used) noexcept nogil:
    """Sum over the fields that identity covers: all but the timestamp and what named sensor and session."""
    cdef uint64_t members = fields.members - member_of(fields, TIMESTAMP)
    if sensor_used:
        members -= member_of(fields, SENSOR)
    if session_used:
        members -= member_of(fields, SESSION)
    return members


cdef inline Fate when(Reader *reader, const Fields *fields, int64_t *at_us) noexcept nogil:
    """Whether fields are an event: a readable timestamp and a non-empty event id, in this order."""
    cdef Span time
    if not is_text(fields, TIMESTAMP):
        return NO_TIME
    time = fields.values[TIMESTAMP].text
    if not read_next_time(&reader.clock, text_of(reader.batch, time), time.length, reader.naive_minutes, at_us):
        return NO_TIME
    if not is_text(fields, EVENTID) or fields.values[EVENTID].text.length == 0:
        return NO_EVENTID
    return KEPT


cdef inline int keep(Reader *reader, const Fields *fields, Name name, int64_t at_us) except -1 nogil:
    """Adds an event that has a time and an id to the batch; without a session it is only counted."""
    cdef Batch *batch = reader.batch
    cdef bint own_sensor = is_text(fields, SENSOR) and fields.values[SENSOR].text.length > 0
    cdef Event *event
    cdef Interned *eventid
    cdef uint32_t sensor
    if name.matcher == UNNAMED:
        batch.sessionless += 1
        return 0
    next_event(batch, &event)
    event.at_us = at_us
    event.record = batch.records
    event.matcher = name.matcher
    sensor = <uint32_t>intern_place(
        batch, &batch.sensors, &reader.sensors, fields.values[SENSOR].text if own_sensor else reader.sensor)
    event.name = <uint32_t>intern_recent(batch, &batch.names, &reader.names, name.id, sensor)
    event.eventid = <uint32_t>intern_place(batch, &batch.eventids, &reader.eventids, fields.values[EVENTID].text)
    eventid = &batch.eventids.entries[event.eventid]
    if eventid.tag == 0 and eventid.kind == OTHER:
        eventid.kind = kind_of(text_of(batch, eventid.text), eventid.text.length)
    event.kind = <uint8_t>eventid.kind
    event.fingerprint = fingerprint_of(at_us, members_of(fields, own_sensor, name.matcher == BY_SESSION))
    event.src_ip = address_in(fields, SRC_IP)
    event.protocol = address_in(fields, PROTOCOL)
    keep_texts(batch, event, fields)
    batch.count += 1
    return 0


cdef inline int take(Reader *reader, const char **at, const char *end) except -1 nogil:
    """Takes the object at at[0] as one event. 0: not for the fast path; nothing is kept then."""
    cdef Batch *batch = reader.batch
    cdef Fields fields
    cdef size_t arena_length = batch.arena_length
    cdef int64_t at_us
    cdef Name name
    cdef const char *p = at[0]
    if end - p > MAX_OBJECT:
        end = p + MAX_OBJECT
    if read_object(batch, &reader.shapes, &p, end, &fields) and when(reader, &fields, &at_us) == KEPT:
        name = name_of(batch, &fields, absent())
        if name.matcher != UNNAMED or not reader.named:
            keep(reader, &fields, name, at_us)
            at[0] = p
            return 1
    batch.arena_length = arena_length
    return 0
