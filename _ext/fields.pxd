# The fields of a Cowrie event that sesscore uses, and which event ids mean what.

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.string cimport memcmp

from records cimport (
    CLIENT_FINGERPRINT, CLIENT_KEX, CLIENT_VERSION, CLOSED, COMMAND_FAILED, COMMAND_INPUT, COMMAND_SUCCESS, CONNECT,
    FILE_DOWNLOAD, FILE_DOWNLOAD_FAILED, FILE_UPLOAD, LOG_CLOSED, LOGIN_FAILED, LOGIN_SUCCESS, OTHER, TCPIP_OTHER,
    TCPIP_REQUEST, Kind, Span,
)

ctypedef int Field

cdef enum:
    TIMESTAMP = 0
    EVENTID = 1
    SENSOR = 2
    SESSION = 3
    SESSION_ID = 4
    SESSIONID = 5
    SID = 6
    MESSAGE = 7
    SRC_IP = 8
    SRC_PORT = 9
    DST_IP = 10
    DST_PORT = 11
    PROTOCOL = 12
    USERNAME = 13
    PASSWORD = 14
    INPUT = 15
    URL = 16
    FILENAME = 17
    SHASUM = 18
    TTYLOG = 19
    FINGERPRINT = 20
    VERSION = 21
    HASSH = 22
    DURATION = 23
    DURATION_MS = 24
    FIELDS = 25
    UNKNOWN_FIELD = FIELDS   # not used, but part of what the event is

ctypedef uint8_t Type

cdef enum:
    NOTHING = 0              # not in the event
    TEXT = 1
    INTEGER = 2              # fits 64 bits; `text` is its decimal text
    BIG_INTEGER = 3          # only `text`
    DOUBLE = 4               # `text` is its repr, on the slow path only
    OTHER_TYPE = 5           # null, boolean, array, object

# A field's value. `member` is its part in the fingerprint, key included.
cdef struct Value:
    uint8_t type
    Span text
    int64_t integer
    double number
    uint64_t member

# The fields of the object at hand. A value counts only if its bit in `present` is set.
cdef struct Fields:
    uint32_t present
    uint64_t members         # sum over all fields
    Value values[26]         # the last one's place is that of all unknown fields, one after the other


cdef inline void count_member(Fields *fields, Field field) noexcept nogil:
    """Makes the value of a field count."""
    fields.present |= <uint32_t>1 << field
    fields.members += fields.values[field].member


cdef inline uint64_t member_of(const Fields *fields, Field field) noexcept nogil:
    """A field's part of `members`."""
    return fields.values[field].member if fields.present & (<uint32_t>1 << field) else 0


cdef inline bint same(const char *p, const char *word, size_t length) noexcept nogil:
    return memcmp(p, word, length) == 0


cdef inline Field field_of(const char *key, size_t length) noexcept nogil:
    """By length first: most keys are told by one comparison."""
    if length == 7:
        if same(key, b'eventid', 7):
            return EVENTID
        if same(key, b'session', 7):
            return SESSION
        if same(key, b'message', 7):
            return MESSAGE
        if same(key, b'version', 7):
            return VERSION
    elif length == 6:
        if same(key, b'src_ip', 6):
            return SRC_IP
        if same(key, b'sensor', 6):
            return SENSOR
        if same(key, b'dst_ip', 6):
            return DST_IP
        if same(key, b'shasum', 6):
            return SHASUM
        if same(key, b'ttylog', 6):
            return TTYLOG
    elif length == 9:
        if same(key, b'timestamp', 9):
            return TIMESTAMP
        if same(key, b'sessionid', 9):
            return SESSIONID
    elif length == 8:
        if same(key, b'protocol', 8):
            return PROTOCOL
        if same(key, b'src_port', 8):
            return SRC_PORT
        if same(key, b'dst_port', 8):
            return DST_PORT
        if same(key, b'username', 8):
            return USERNAME
        if same(key, b'password', 8):
            return PASSWORD
        if same(key, b'duration', 8):
            return DURATION
        if same(key, b'filename', 8):
            return FILENAME
    elif length == 5:
        if same(key, b'input', 5):
            return INPUT
        if same(key, b'hassh', 5):
            return HASSH
    elif length == 3:
        if same(key, b'url', 3):
            return URL
        if same(key, b'sid', 3):
            return SID
    elif length == 11:
        if same(key, b'fingerprint', 11):
            return FINGERPRINT
        if same(key, b'duration_ms', 11):
            return DURATION_MS
    elif length == 10 and same(key, b'session_id', 10):
        return SESSION_ID
    return UNKNOWN_FIELD


cdef inline bint is_id(const char *text, size_t length, const char *word, size_t word_length) noexcept nogil:
    return length == word_length and memcmp(text, word, length) == 0


cdef inline Kind kind_of(const char *text, size_t length) noexcept nogil:
    """What an event id means; asked once per distinct id of a batch. Ids compare exactly."""
    if is_id(text, length, b'cowrie.session.connect', 22):
        return CONNECT
    if is_id(text, length, b'cowrie.session.closed', 21):
        return CLOSED
    if is_id(text, length, b'cowrie.login.failed', 19):
        return LOGIN_FAILED
    if is_id(text, length, b'cowrie.login.success', 20):
        return LOGIN_SUCCESS
    if is_id(text, length, b'cowrie.command.input', 20):
        return COMMAND_INPUT
    if is_id(text, length, b'cowrie.command.failed', 21):
        return COMMAND_FAILED
    if is_id(text, length, b'cowrie.command.success', 22):
        return COMMAND_SUCCESS
    if is_id(text, length, b'cowrie.session.file_download', 28):
        return FILE_DOWNLOAD
    if is_id(text, length, b'cowrie.session.file_download.failed', 35):
        return FILE_DOWNLOAD_FAILED
    if is_id(text, length, b'cowrie.session.file_upload', 26):
        return FILE_UPLOAD
    if is_id(text, length, b'cowrie.direct-tcpip.request', 27):
        return TCPIP_REQUEST
    if length >= 20 and memcmp(text, b'cowrie.direct-tcpip.', 20) == 0:
        return TCPIP_OTHER
    if is_id(text, length, b'cowrie.client.version', 21):
        return CLIENT_VERSION
    if is_id(text, length, b'cowrie.client.kex', 17):
        return CLIENT_KEX
    if is_id(text, length, b'cowrie.log.closed', 17):
        return LOG_CLOSED
    if is_id(text, length, b'cowrie.client.fingerprint', 25):
        return CLIENT_FINGERPRINT
    return OTHER
