# Sessions to rows of table `session` and back, in the order of sql/store/session.sql.

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.stdint cimport int64_t
from libc.string cimport memset

from leaf cimport Buffer
from records cimport (
    COMMAND_FAILED, COMMAND_INPUT, COMMAND_SUCCESS, FILE_DOWNLOAD, FILE_DOWNLOAD_FAILED, FILE_UPLOAD, LOGIN_FAILED, LOGIN_SUCCESS,
    TCPIP_REQUEST,
)
from session cimport (
    CLIENT_VERSION_COLUMN, CLOSE_MS, DST_IP, DST_PORT, HASSH, PROTOCOL, SRC_IP, SRC_PORT, Column, Session, put_evidence,
    read_evidence,
)

# Places in a row that are asked for by name.
cdef enum:
    ROW_KEY = 0
    ROW_STARTED_US = 10
    ROW_SPAN_US = 11
    ROW_VT_FLAGGED = 25
    ROW_DSHIELD_FLAGGED = 26


cdef inline object either(object flag, object other):
    """A flag of joined sessions: 1 if one has it, None only while both are unknown."""
    if flag is None or other is None:
        return other if flag is None else flag
    return max(flag, other)


cdef inline object port_or_null(const Column *column):
    return column.value if column.present else None


cdef inline int put_session_row(list out, const Session *session, int64_t sensor_id, object session_id, object vt_flagged,
                                object dshield_flagged, Buffer *evidence) except -1:
    """Appends the values of a row, in the order of `sql/store/session.sql`."""
    cdef const Column *columns = &session.columns[0]
    cdef const int64_t *counts = &session.counts[0]
    put_evidence(session, evidence)
    out.append(session.key)
    out.append(sensor_id)
    out.append(session_id)
    out.append(session.matcher)
    out.append(session.delimiters)
    out.append(columns[SRC_IP].value)
    out.append(port_or_null(&columns[SRC_PORT]))
    out.append(columns[DST_IP].value)
    out.append(port_or_null(&columns[DST_PORT]))
    out.append(columns[PROTOCOL].value)
    out.append(session.started_us)
    out.append(session.ended_us - session.started_us)
    out.append(port_or_null(&columns[CLOSE_MS]))
    out.append(session.events)
    out.append(counts[COMMAND_INPUT])
    out.append(counts[COMMAND_FAILED])
    out.append(counts[COMMAND_SUCCESS])
    out.append(counts[LOGIN_FAILED])
    out.append(counts[LOGIN_SUCCESS])
    out.append(counts[FILE_DOWNLOAD])
    out.append(counts[FILE_DOWNLOAD_FAILED])
    out.append(counts[FILE_UPLOAD])
    out.append(counts[TCPIP_REQUEST])
    out.append(columns[CLIENT_VERSION_COLUMN].value)
    out.append(columns[HASSH].value)
    out.append(vt_flagged)
    out.append(dshield_flagged)
    out.append(PyBytes_FromStringAndSize(evidence.bytes, evidence.length))
    return 0


cdef inline int read_session(tuple row, Session *session) except -1:
    """The other way."""
    cdef int64_t *counts = session.counts
    cdef Column *columns = session.columns
    cdef bytes evidence
    memset(session, 0, sizeof(Session))
    session.key = row[0]
    session.matcher = row[3]
    session.delimiters = row[4]
    session.started_us = row[10]
    session.ended_us = session.started_us + <int64_t>row[11]
    session.events = row[13]
    counts[COMMAND_INPUT] = row[14]
    counts[COMMAND_FAILED] = row[15]
    counts[COMMAND_SUCCESS] = row[16]
    counts[LOGIN_FAILED] = row[17]
    counts[LOGIN_SUCCESS] = row[18]
    counts[FILE_DOWNLOAD] = row[19]
    counts[FILE_DOWNLOAD_FAILED] = row[20]
    counts[FILE_UPLOAD] = row[21]
    counts[TCPIP_REQUEST] = row[22]
    evidence = row[27]
    if not read_evidence(PyBytes_AS_STRING(evidence), PyBytes_AS_STRING(evidence) + PyBytes_GET_SIZE(evidence), session):
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
