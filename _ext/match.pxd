# Which session an event names: the matchers, asked in order (docs/design.md, "Sessions").

from libc.stdint cimport uint32_t

from fields cimport BIG_INTEGER, INTEGER, MESSAGE, SESSION, SESSION_ID, SESSIONID, SID, TEXT, Field, Fields, Value, same
from records cimport ABSENT, Batch, Span, absent, text_of


cdef inline bint is_text(const Fields *fields, Field field) noexcept nogil:
    return (fields.present & (<uint32_t>1 << field)) and fields.values[field].type == TEXT


cdef inline bint names_session(const Fields *fields, Field field) noexcept nogil:
    """Whether a field holds a usable session id: non-empty text, or an integer."""
    cdef const Value *value = &fields.values[field]
    if not fields.present & (<uint32_t>1 << field):
        return False
    return (value.type == TEXT and value.text.length > 0) or value.type == INTEGER or value.type == BIG_INTEGER


cdef inline bint is_white(char c) noexcept nogil:
    return c == b' ' or (c >= 9 and c <= 13)


cdef inline Span id_in_message(const Batch *batch, const Fields *fields) noexcept nogil:
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


cdef inline Span name_of(const Batch *batch, const Fields *fields, Span enclosing, bint *by_session) noexcept nogil:
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
