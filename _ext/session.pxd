# A session while it is folded, and the rules by which events give it their values.

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.string cimport memset

from leaf cimport (
    FINGERPRINT_BYTES, LONGEST_VARINT, Buffer, get_fingerprint, get_varint, put_fingerprint, put_varint, reserve, unzigzag, zigzag,
)
from match cimport BY_SESSION
from records cimport KINDS, Event

# Bits of session.delimiters.
cdef enum:
    HAS_CONNECT = 1
    HAS_CLOSE = 2

# Columns that take the value of one event, in the order of session.evidence.
cdef enum:
    SRC_IP = 0
    SRC_PORT = 1
    DST_IP = 2
    DST_PORT = 3
    PROTOCOL = 4
    CLIENT_VERSION_COLUMN = 5
    HASSH = 6
    CLOSE_MS = 7
    COLUMNS = 8

cdef struct Column:
    bint present
    int64_t at_us
    uint64_t fingerprint
    int64_t value            # a text id, a port, milliseconds


cdef struct Session:
    int64_t key
    int64_t started_us
    int64_t ended_us
    uint32_t matcher         # the best of its events
    uint32_t delimiters
    int64_t counts[KINDS]
    int64_t events
    Column columns[COLUMNS]


cdef inline bint before(int64_t at_us, uint64_t fingerprint, const Column *column) noexcept nogil:
    return at_us < column.at_us or (at_us == column.at_us and fingerprint < column.fingerprint)


cdef inline int match_of(const Session *session) noexcept nogil:
    """rollup_session.match: 1 full_delimited, 2 session_id_only, 3 event_session."""
    if session.matcher != BY_SESSION:
        return 3
    return 1 if session.delimiters & (HAS_CONNECT | HAS_CLOSE) == HAS_CONNECT | HAS_CLOSE else 2


cdef inline void offer(Column *column, const Event *event, int64_t value) noexcept nogil:
    """The earliest event that has a value gives it."""
    if column.present and not before(event.at_us, event.fingerprint, column):
        return
    column.present = True
    column.at_us = event.at_us
    column.fingerprint = event.fingerprint
    column.value = value


cdef inline void merge_column(Column *into, const Column *other, bint latest) noexcept nogil:
    if not other.present:
        return
    if not into.present or before(other.at_us, other.fingerprint, into) != latest:
        into[0] = other[0]


cdef inline void merge_sessions(Session *session, Session *other) noexcept nogil:
    """Two sessions become one, but for what is counted."""
    cdef int column
    if (session.delimiters ^ other.delimiters) & HAS_CONNECT:    # a connect's word replaces all others'
        memset((other if session.delimiters & HAS_CONNECT else session).columns, 0, (PROTOCOL + 1) * sizeof(Column))
    for column in range(COLUMNS):
        merge_column(&session.columns[column], &other.columns[column], column == CLOSE_MS)
    session.matcher = min(session.matcher, other.matcher)
    session.delimiters |= other.delimiters
    session.started_us = min(session.started_us, other.started_us)
    session.ended_us = max(session.ended_us, other.ended_us)


cdef inline int put_evidence(const Session *session, Buffer *out) except -1 nogil:
    """For each column: 0 no value; 1, time since the start, fingerprint; 2 the same event as the column before that has a value."""
    cdef const Column *last = NULL
    cdef const Column *column
    cdef int i
    out.length = 0
    reserve(out, COLUMNS * (1 + LONGEST_VARINT + FINGERPRINT_BYTES))
    for i in range(COLUMNS):
        column = &session.columns[i]
        out.bytes[out.length] = 0
        if column.present:
            if last != NULL and last.at_us == column.at_us and last.fingerprint == column.fingerprint:
                out.bytes[out.length] = 2
                out.length += 1
                continue
            out.bytes[out.length] = 1
            out.length += 1
            put_varint(out, zigzag(column.at_us - session.started_us))
            put_fingerprint(out, column.fingerprint)
            last = column
        else:
            out.length += 1
    return 0


cdef inline bint read_evidence(const char *p, const char *end, Session *session) noexcept nogil:
    """`put_evidence`, the other way: times and fingerprints. False if the bytes are damaged."""
    cdef Column *last = NULL
    cdef Column *column
    cdef uint64_t step
    cdef int i
    cdef char tag
    for i in range(COLUMNS):
        if p == end:
            return False
        tag = p[0]
        p += 1
        column = &session.columns[i]
        column.present = tag != 0
        if tag == 2 and last != NULL:
            column.at_us = last.at_us
            column.fingerprint = last.fingerprint
        elif tag == 1 and get_varint(&p, end, &step) and get_fingerprint(&p, end, &column.fingerprint):
            column.at_us = session.started_us + unzigzag(step)
            last = column
        elif tag != 0:
            return False
    return True
