# Which session an event names. A matcher looks in one place and says whether a usable id stands there; `name_of` asks them by
# priority (docs/design.md, "Sessions"). Their numbers are those of table `matcher` and of sesscore/matchers.py, where a user
# adds more: those are asked after these, in Python.

from libc.stdint cimport uint8_t, uint32_t

from fields cimport BIG_INTEGER, INTEGER, MESSAGE, SESSION, SESSION_ID, SESSIONID, SID, TEXT, Field, Fields, Value, same
from records cimport ABSENT, Batch, Span, absent, text_of

# A matcher's priority is its number.
cdef enum:
    UNNAMED = 0
    BY_SESSION = 1
    BY_SESSION_ID = 2
    BY_SESSIONID = 3
    BY_SID = 4
    BY_ENCLOSING_KEY = 5
    BY_MESSAGE = 6
    BY_USER = 100            # the first of a user's own
    LAST_MATCHER = 255

# A session id and the matcher that found it.
cdef struct Name:
    Span id
    uint8_t matcher


cdef inline bint is_text(const Fields *fields, Field field) noexcept nogil:
    return (fields.present & (<uint32_t>1 << field)) and fields.values[field].type == TEXT


cdef inline bint matches(const Fields *fields, Field field, Name *name) noexcept nogil:
    """Whether a field holds a usable session id: non-empty text, or an integer."""
    cdef const Value *value = &fields.values[field]
    if not fields.present & (<uint32_t>1 << field):
        return False
    name.id = value.text
    return (value.type == TEXT and value.text.length > 0) or value.type == INTEGER or value.type == BIG_INTEGER


cdef inline bint matches_enclosing_key(Span enclosing, Name *name) noexcept nogil:
    name.id = enclosing
    return enclosing.length != ABSENT


cdef inline bint is_white(char c) noexcept nogil:
    return c == b' ' or (c >= 9 and c <= 13)


cdef inline bint matches_message(const Batch *batch, const Fields *fields, Name *name) noexcept nogil:
    """ID of `[session: ID]` at the very end of `message`; ID has no white space and no brackets."""
    cdef Span text
    cdef const char *p
    cdef uint32_t i
    if not is_text(fields, MESSAGE):
        return False
    text = fields.values[MESSAGE].text
    p = text_of(batch, text)
    if text.length < 12 or p[text.length - 1] != b']':
        return False
    i = text.length - 1
    while i > 0 and p[i - 1] != b'[' and p[i - 1] != b']' and not is_white(p[i - 1]):
        i -= 1
    if i < 10 or i == text.length - 1 or not same(p + i - 10, b'[session: ', 10):
        return False
    name.id.offset = text.offset + i
    name.id.length = text.length - i - 1
    return True


cdef inline Name name_of(const Batch *batch, const Fields *fields, Span enclosing) noexcept nogil:
    """The session that an event names, by the first matcher that finds one."""
    cdef Name name
    if matches(fields, SESSION, &name):
        name.matcher = BY_SESSION
    elif matches(fields, SESSION_ID, &name):
        name.matcher = BY_SESSION_ID
    elif matches(fields, SESSIONID, &name):
        name.matcher = BY_SESSIONID
    elif matches(fields, SID, &name):
        name.matcher = BY_SID
    elif matches_enclosing_key(enclosing, &name):
        name.matcher = BY_ENCLOSING_KEY
    elif matches_message(batch, fields, &name):
        name.matcher = BY_MESSAGE
    else:
        name.matcher = UNNAMED
        name.id = absent()
    return name
