# A session while it is folded, and the rules by which events give it their values.

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.string cimport memset

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

cdef enum:
    NO_PLACE = -1
    UNKNOWN_FLAG = -1        # vt_flagged, dshield_flagged of what no other program has looked at; it is less than 0 and 1

cdef extern from *:
    """
    #define SC_MOST_SUMMED_MS (INT64_C(1) << 36)
    """
    const int64_t MOST_SUMMED_MS "SC_MOST_SUMMED_MS"             # of the duration of a session, in roll-ups

cdef struct Column:
    bint present
    int64_t at_us
    uint64_t fingerprint
    int64_t value            # a text id, a port, milliseconds
    int64_t place            # of the event among those of the first part that are no activities; NO_PLACE: it is not there


# Which records of a source a session came from.
cdef struct Share:
    int64_t source_id        # 0: none
    int64_t first_record
    int64_t last_record
    int64_t events


cdef struct Session:
    int64_t key
    int64_t started_us
    int64_t ended_us
    uint32_t matcher         # the best of its events
    uint32_t delimiters
    int64_t counts[KINDS]
    int64_t events
    int64_t part_us          # when the first part begins, which lies in the row of the session
    Share share              # of the source that is told in the row of the session
    int vt_flagged
    int dshield_flagged
    Column columns[COLUMNS]


cdef inline bint before(int64_t at_us, uint64_t fingerprint, const Column *column) noexcept nogil:
    return at_us < column.at_us or (at_us == column.at_us and fingerprint < column.fingerprint)


cdef inline int match_of(const Session *session) noexcept nogil:
    """rollup_session.match: 1 full_delimited, 2 session_id_only, 3 event_session."""
    if session.matcher != BY_SESSION:
        return 3
    return 1 if session.delimiters & (HAS_CONNECT | HAS_CLOSE) == HAS_CONNECT | HAS_CLOSE else 2


cdef inline int64_t duration_of(const Session *session) noexcept nogil:
    """Milliseconds, as view session_metrics has them, but no more than a sum can take of very many."""
    cdef int64_t duration_ms = (session.ended_us - session.started_us + 500) // 1000
    if session.columns[CLOSE_MS].present:
        duration_ms = session.columns[CLOSE_MS].value
    return min(duration_ms, MOST_SUMMED_MS)


cdef inline void offer(Column *column, const Event *event, int64_t value) noexcept nogil:
    """The earliest event that has a value gives it."""
    if column.present and not before(event.at_us, event.fingerprint, column):
        return
    column.present = True
    column.at_us = event.at_us
    column.fingerprint = event.fingerprint
    column.value = value
    column.place = NO_PLACE


cdef inline void merge_column(Column *into, const Column *other, bint latest) noexcept nogil:
    if not other.present:
        return
    if not into.present or before(other.at_us, other.fingerprint, into) != latest:
        into[0] = other[0]
        into.place = NO_PLACE


cdef inline void merge_sessions(Session *session, Session *other) noexcept nogil:
    """Two sessions become one, but for what is counted."""
    cdef int column
    if (session.delimiters ^ other.delimiters) & HAS_CONNECT:    # a connect's word replaces all others'
        memset((other if session.delimiters & HAS_CONNECT else session).columns, 0, (PROTOCOL + 1) * sizeof(Column))
    for column in range(COLUMNS):
        merge_column(&session.columns[column], &other.columns[column], column == CLOSE_MS)
    session.matcher = min(session.matcher, other.matcher)
    session.vt_flagged = max(session.vt_flagged, other.vt_flagged)      # 1 if one has it, unknown only while both are
    session.dshield_flagged = max(session.dshield_flagged, other.dshield_flagged)
    session.delimiters |= other.delimiters
    session.started_us = min(session.started_us, other.started_us)
    session.ended_us = max(session.ended_us, other.ended_us)
