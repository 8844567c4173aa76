# JSON values of an event: their hashes, and the fields that are used.
#
# Everything here gives up (returns 0) at what is unusual: keys with escapes, equal keys, integers beyond 18 digits, bytes that are
# no UTF-8. The slow path takes those and comes to the same hashes.

from libc.stdint cimport int64_t, uint32_t, uint64_t

from doubles cimport read_decimal, read_double
from fields cimport (
    DOUBLE, DURATION, DURATION_MS, INTEGER, OTHER_TYPE, TEXT, UNKNOWN_FIELD, Field, Value,
)
from hashing cimport (
    K5, K6, K7, array_add, array_begin, array_end, double_value, integer_value, member, object_value, text_hash, text_value,
)
from json cimport MAX_DEPTH, WHOLE, check_number, check_word, is_digit, skip_space
from records cimport ABSENT, Batch
from strings cimport plain_text_end, read_string

cdef enum:
    MAX_UNKNOWN_KEYS = 64    # more keys in one object go the slow way
    MAX_INTEGER_DIGITS = 18  # always fit an int64


cdef inline bint read_number(Batch *batch, const char **at, const char *end, Value *value, uint64_t *hashed) noexcept nogil:
    """Reads a number; `text` is set for integers only."""
    cdef const char *p = at[0]
    cdef bint fraction, negative
    cdef int64_t integer = 0
    if check_number(at, end, &fraction) != WHOLE:
        return False
    if fraction:
        value.type = DOUBLE
        if not read_decimal(p, at[0], &value.number):
            # The byte after a number that was checked is in the buffer and no part of a number: reading stops there.
            value.number = read_double(p)
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


cdef inline bint known_before(const uint64_t *keys, size_t count, uint64_t key) noexcept nogil:
    cdef size_t i
    for i in range(count):
        if keys[i] == key:
            return True
    return False


cdef inline int hash_array(Batch *batch, const char **at, const char *end, int depth, uint64_t *hashed) except -1 nogil:
    cdef const char *p = skip_space(at[0] + 1, end)
    cdef const char *text_end
    cdef uint64_t h = array_begin()
    cdef uint64_t element
    if p < end and p[0] == b']':
        hashed[0] = array_end(h)
        at[0] = p + 1
        return 1
    while True:
        text_end = plain_text_end(p, end)
        if text_end != NULL:
            element = text_value(text_hash(p + 1, text_end - p - 1))
            p = text_end + 1
        elif not hash_value(batch, &p, end, depth, &element):
            return 0
        h = array_add(h, element)
        if end - p >= 3 and p[0] == b',' and p[1] == b' ' and p[2] == b'"':
            p += 2                           # as Cowrie writes lists of texts
            continue
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


cdef inline int hash_object(Batch *batch, const char **at, const char *end, int depth, uint64_t *hashed) except -1 nogil:
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


cdef inline int hash_value(Batch *batch, const char **at, const char *end, int depth, uint64_t *hashed) except -1 nogil:
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


cdef inline int read_value(Batch *batch, const char **at, const char *end, Field field, uint64_t hashed_key,
                           Value *value) except -1 nogil:
    """Reads the value of a field. 0: not for the fast path."""
    cdef uint64_t hashed
    if at[0] == end:
        return 0
    if at[0][0] == b'"':
        value.type = TEXT
        if not read_string(batch, at, end, NULL if field == UNKNOWN_FIELD else &value.text, &hashed):
            return 0
        hashed = text_value(hashed)
    elif at[0][0] == b'-' or is_digit(at[0][0]):
        if not read_number(batch, at, end, value, &hashed):
            return 0
        if value.type == DOUBLE and field != DURATION and field != DURATION_MS and field != UNKNOWN_FIELD:
            return 0                         # its text is Python's repr
    else:
        value.type = OTHER_TYPE
        if not hash_value(batch, at, end, MAX_DEPTH - 1, &hashed):
            return 0
    value.member = member(hashed_key, hashed)
    return 1
