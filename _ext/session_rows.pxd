# Sessions to rows of tables `session`, `session_day` and `session_source`, and back.

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport int64_t
from libc.string cimport memset

from clock cimport DAY_US
from evidence cimport put_evidence, read_evidence
from leaf cimport FINGERPRINT_BYTES, LARGEST_TIME, is_time
from records cimport (
    COMMAND_FAILED, COMMAND_INPUT, COMMAND_SUCCESS, FILE_DOWNLOAD, FILE_DOWNLOAD_FAILED, FILE_UPLOAD, LOGIN_FAILED, LOGIN_SUCCESS,
    TCPIP_REQUEST,
)
from rows cimport (
    BLOB_CELL, DAY_ROWS, SHARE_ROWS, TEXT_CELL, Rows, RowTable, begin_row, put_integer, put_integer_or_null, put_null, put_range,
    put_text,
)
from session cimport (
    CLIENT_VERSION_COLUMN, CLOSE_MS, DST_IP, DST_PORT, HASSH, PROTOCOL, SRC_IP, SRC_PORT, UNKNOWN_FLAG, Column, Session, Share,
)

# Places in a row of sql/store/find_session.sql.
cdef enum:
    ROW_STARTED_US = 10
    ROW_SPAN_US = 11
    ROW_VT_FLAGGED = 25
    ROW_DSHIELD_FLAGGED = 26
    ROW_EVIDENCE = 27
    ROW_PART_US = 28
    ROW_ACTIVITY_COUNT = 29
    ROW_EVENTS = 30
    ROW_SOURCE_ID = 31
    ROW_FIRST_RECORD = 32
    ROW_RECORD_SPAN = 33
    ROW_SOURCE_EVENTS = 34

cdef enum:
    SESSION_CELLS = 36

# Where the packed events of a part stand in Rows.bytes.
cdef struct Packed:
    bint anew                # False: what is stored stays
    int64_t activity_count
    size_t activities_at
    size_t events_at
    size_t events_end


cdef inline void put_packed(Rows *rows, RowTable which, const Packed *part) noexcept nogil:
    """activity_count, activities, events; NULL if they stay as they are."""
    if not part.anew:
        put_null(rows, which)
        put_null(rows, which)
        put_null(rows, which)
        return
    put_integer(rows, which, part.activity_count)
    put_range(rows, which, TEXT_CELL, part.activities_at, part.events_at)
    put_range(rows, which, BLOB_CELL, part.events_at, part.events_end)


cdef inline int put_session_row(Rows *rows, RowTable which, const Session *session, int64_t sensor_id, const char *session_id,
                                size_t length, const Packed *first) except -1 nogil:
    """Puts a row in the order of table folded_session. first: its first part; `anew` if it is written."""
    cdef const Column *columns = &session.columns[0]
    cdef const int64_t *counts = &session.counts[0]
    cdef size_t evidence
    begin_row(rows, which, SESSION_CELLS)
    put_integer(rows, which, session.key)
    put_integer(rows, which, sensor_id)
    put_text(rows, which, session_id, length)
    put_integer(rows, which, session.matcher)
    put_integer(rows, which, session.delimiters)
    put_integer(rows, which, columns[SRC_IP].value)
    put_integer_or_null(rows, which, columns[SRC_PORT].present, columns[SRC_PORT].value)
    put_integer(rows, which, columns[DST_IP].value)
    put_integer_or_null(rows, which, columns[DST_PORT].present, columns[DST_PORT].value)
    put_integer(rows, which, columns[PROTOCOL].value)
    put_integer(rows, which, session.started_us)
    put_integer(rows, which, session.ended_us - session.started_us)
    put_integer_or_null(rows, which, columns[CLOSE_MS].present, columns[CLOSE_MS].value)
    put_integer(rows, which, session.events)
    put_integer(rows, which, counts[COMMAND_INPUT])
    put_integer(rows, which, counts[COMMAND_FAILED])
    put_integer(rows, which, counts[COMMAND_SUCCESS])
    put_integer(rows, which, counts[LOGIN_FAILED])
    put_integer(rows, which, counts[LOGIN_SUCCESS])
    put_integer(rows, which, counts[FILE_DOWNLOAD])
    put_integer(rows, which, counts[FILE_DOWNLOAD_FAILED])
    put_integer(rows, which, counts[FILE_UPLOAD])
    put_integer(rows, which, counts[TCPIP_REQUEST])
    put_integer(rows, which, columns[CLIENT_VERSION_COLUMN].value)
    put_integer(rows, which, columns[HASSH].value)
    put_integer_or_null(rows, which, session.vt_flagged != UNKNOWN_FLAG, session.vt_flagged)
    put_integer_or_null(rows, which, session.dshield_flagged != UNKNOWN_FLAG, session.dshield_flagged)
    evidence = rows.bytes.length
    put_evidence(session, &rows.bytes)
    put_range(rows, which, BLOB_CELL, evidence, rows.bytes.length)
    put_integer_or_null(rows, which, session.share.source_id != 0, session.share.source_id)
    put_integer_or_null(rows, which, session.share.source_id != 0, session.share.first_record)
    put_integer_or_null(rows, which, session.share.source_id != 0, session.share.last_record - session.share.first_record)
    put_integer_or_null(rows, which, session.share.source_id != 0, session.share.events)
    put_integer(rows, which, session.part_us - session.started_us)
    put_packed(rows, which, first)
    return 0


cdef inline int put_days(Rows *rows, int64_t first, int64_t last, int64_t sensor_id, const char *session_id, size_t length,
                         int64_t key) except -1 nogil:
    """The days from first to last on which a session is to be found."""
    cdef int64_t day
    for day in range(first, last + 1):
        begin_row(rows, DAY_ROWS, 4)
        put_integer(rows, DAY_ROWS, day)
        put_integer(rows, DAY_ROWS, sensor_id)
        put_text(rows, DAY_ROWS, session_id, length)
        put_integer(rows, DAY_ROWS, key)
    return 0


cdef inline int put_share(Rows *rows, int64_t session_key, const Share *share) except -1 nogil:
    """What a source adds to a session that is stored."""
    begin_row(rows, SHARE_ROWS, 5)
    put_integer(rows, SHARE_ROWS, session_key)
    put_integer(rows, SHARE_ROWS, share.source_id)
    put_integer(rows, SHARE_ROWS, share.first_record)
    put_integer(rows, SHARE_ROWS, share.last_record)
    put_integer(rows, SHARE_ROWS, share.events)
    return 0


cdef inline bint is_span(const Session *session, int64_t span_us, int64_t part_us) noexcept nogil:
    """Whether a stored session can last so long, and its first part begin so late: no silence in it is longer than a day."""
    return (is_time(session.started_us) and 0 < session.events < LARGEST_TIME // DAY_US and 0 <= part_us <= span_us
            and span_us <= (session.events - 1) * DAY_US)


cdef inline int read_session(tuple row, Session *session) except -1:
    """A row of sql/store/find_session.sql."""
    cdef int64_t *counts = session.counts
    cdef Column *columns = session.columns
    cdef bytes evidence = row[ROW_EVIDENCE]
    cdef bytes events = row[ROW_EVENTS]
    cdef const char *p = PyBytes_AS_STRING(evidence)
    cdef const char *others = PyBytes_AS_STRING(events)
    cdef int64_t before = FINGERPRINT_BYTES * <int64_t>row[ROW_ACTIVITY_COUNT]
    memset(session, 0, sizeof(Session))
    session.key = row[0]
    session.matcher = row[3]
    session.delimiters = row[4]
    session.started_us = row[ROW_STARTED_US]
    session.events = row[13]
    if not is_span(session, row[ROW_SPAN_US], row[ROW_PART_US]):
        raise ValueError(f"the times of session {row[0]} are damaged")
    session.ended_us = session.started_us + <int64_t>row[ROW_SPAN_US]
    session.part_us = session.started_us + <int64_t>row[ROW_PART_US]
    if row[ROW_SOURCE_ID] is not None:
        session.share.source_id = row[ROW_SOURCE_ID]
        session.share.first_record = row[ROW_FIRST_RECORD]
        session.share.last_record = session.share.first_record + <int64_t>row[ROW_RECORD_SPAN]
        session.share.events = row[ROW_SOURCE_EVENTS]
    counts[COMMAND_INPUT] = row[14]
    counts[COMMAND_FAILED] = row[15]
    counts[COMMAND_SUCCESS] = row[16]
    counts[LOGIN_FAILED] = row[17]
    counts[LOGIN_SUCCESS] = row[18]
    counts[FILE_DOWNLOAD] = row[19]
    counts[FILE_DOWNLOAD_FAILED] = row[20]
    counts[FILE_UPLOAD] = row[21]
    counts[TCPIP_REQUEST] = row[22]
    session.vt_flagged = UNKNOWN_FLAG if row[ROW_VT_FLAGGED] is None else row[ROW_VT_FLAGGED]
    session.dshield_flagged = UNKNOWN_FLAG if row[ROW_DSHIELD_FLAGGED] is None else row[ROW_DSHIELD_FLAGGED]
    if not 0 <= before <= PyBytes_GET_SIZE(events) or not read_evidence(
            p, p + PyBytes_GET_SIZE(evidence), others + before, others + PyBytes_GET_SIZE(events), session):
        raise ValueError(f"the evidence of session {row[0]} is damaged")
    columns[SRC_IP].value = row[5]
    columns[SRC_PORT].value = row[6] or 0
    columns[DST_IP].value = row[7]
    columns[DST_PORT].value = row[8] or 0
    columns[PROTOCOL].value = row[9]
    columns[CLOSE_MS].value = row[12] or 0
    columns[CLIENT_VERSION_COLUMN].value = row[23]
    columns[HASSH].value = row[24]
    return 0
