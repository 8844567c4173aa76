# JSON as RFC 8259 has it, over bytes in memory: where a string ends, what it says, whether a value is whole.
#
# Every function takes the end of the bytes and never reads at or past it.

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from simd cimport plain16

cdef enum:
    MAX_DEPTH = 64
    MAX_OBJECT = 16 * 1024 * 1024

# What became of a value. Anything but WHOLE and INCOMPLETE is final whatever bytes follow.
ctypedef int Verdict

cdef enum:
    WHOLE = 0
    INCOMPLETE = 1           # the bytes end before the value does
    BROKEN = 2               # no JSON
    TOO_DEEP = 3
    TOO_LONG = 4


cdef inline bint is_space(char c) noexcept nogil:
    return c == b' ' or c == b'\n' or c == b'\r' or c == b'\t'


cdef inline bint is_digit(char c) noexcept nogil:
    return b'0' <= c <= b'9'


cdef inline bint is_plain(char c) noexcept nogil:
    return 0x20 <= <uint8_t>c < 0x80 and c != b'"' and c != b'\\'


cdef inline const char *skip_plain(const char *p, const char *end) noexcept nogil:
    """The first byte from p on that is a quote, a backslash, a control or not ASCII; or end."""
    cdef int plain
    while end - p >= 16:
        plain = plain16(p)
        if plain < 16:
            return p + plain
        p += 16                              # not `plain`: the next sixteen need not wait for it
    while p < end and is_plain(p[0]):
        p += 1
    return p


cdef inline const char *skip_space(const char *p, const char *end) noexcept nogil:
    while p < end and is_space(p[0]):
        p += 1
    return p


cdef inline int hex_digit(char c) noexcept nogil:
    if b'0' <= c <= b'9':
        return c - 48
    if b'a' <= c <= b'f':
        return c - 87
    if b'A' <= c <= b'F':
        return c - 55
    return -1


cdef inline int hex_four(const char *p) noexcept nogil:
    """The number in four hexadecimal digits, -1 if they are none."""
    cdef int a = hex_digit(p[0])
    cdef int b = hex_digit(p[1])
    cdef int c = hex_digit(p[2])
    cdef int d = hex_digit(p[3])
    if (a | b | c | d) < 0:
        return -1
    return (a << 12) | (b << 8) | (c << 4) | d


cdef inline int utf8_length(const char *p, const char *end) noexcept nogil:
    """Bytes of the valid UTF-8 sequence at p (a byte ≥ 0x80), 0 if there is none (Unicode table 3-7)."""
    cdef uint8_t a = <uint8_t>p[0]
    cdef uint8_t b
    if a < 0xC2 or a > 0xF4 or end - p < 2:
        return 0
    b = <uint8_t>p[1]
    if a < 0xE0:
        return 2 if 0x80 <= b <= 0xBF else 0
    if end - p < 3 or (<uint8_t>p[2] & 0xC0) != 0x80:
        return 0
    if a < 0xF0:
        if b < (0xA0 if a == 0xE0 else 0x80) or b > (0x9F if a == 0xED else 0xBF):
            return 0
        return 3
    if end - p < 4 or (<uint8_t>p[3] & 0xC0) != 0x80:
        return 0
    if b < (0x90 if a == 0xF0 else 0x80) or b > (0x8F if a == 0xF4 else 0xBF):
        return 0
    return 4


cdef inline uint32_t put_utf8(uint32_t code, char *out) noexcept nogil:
    """Writes a code point (surrogates too) as UTF-8; how many bytes that took."""
    if code < 0x80:
        out[0] = <char>code
        return 1
    if code < 0x800:
        out[0] = <char>(0xC0 | (code >> 6))
        out[1] = <char>(0x80 | (code & 0x3F))
        return 2
    if code < 0x10000:
        out[0] = <char>(0xE0 | (code >> 12))
        out[1] = <char>(0x80 | ((code >> 6) & 0x3F))
        out[2] = <char>(0x80 | (code & 0x3F))
        return 3
    out[0] = <char>(0xF0 | (code >> 18))
    out[1] = <char>(0x80 | ((code >> 12) & 0x3F))
    out[2] = <char>(0x80 | ((code >> 6) & 0x3F))
    out[3] = <char>(0x80 | (code & 0x3F))
    return 4


cdef inline Verdict check_escape(const char **at, const char *end) noexcept nogil:
    """Steps over the escape at at[0] (a backslash)."""
    cdef const char *p = at[0]
    cdef int i
    if end - p < 2:
        return INCOMPLETE
    if p[1] == b'u':
        for i in range(2, 6):                # digit by digit: a wrong one is final, whatever follows
            if p + i == end:
                return INCOMPLETE
            if hex_digit(p[i]) < 0:
                return BROKEN
        at[0] = p + 6
        return WHOLE
    if p[1] == b'"' or p[1] == b'\\' or p[1] == b'/' or p[1] == b'b' or p[1] == b'f' or p[1] == b'n' \
            or p[1] == b'r' or p[1] == b't':
        at[0] = p + 2
        return WHOLE
    return BROKEN


cdef inline Verdict check_string(const char **at, const char *end) noexcept nogil:
    """Steps over the string whose opening quote is at at[0]. Bytes that are no UTF-8 are let through: they read as U+FFFD."""
    cdef const char *p = at[0] + 1
    cdef Verdict verdict
    while True:
        p = skip_plain(p, end)
        if p == end:
            return INCOMPLETE
        if p[0] == b'"':
            at[0] = p + 1
            return WHOLE
        if p[0] == b'\\':
            verdict = check_escape(&p, end)
            if verdict != WHOLE:
                return verdict
        elif <uint8_t>p[0] < 0x20:
            return BROKEN
        else:
            p += 1


cdef inline Verdict check_number(const char **at, const char *end, bint *fraction) noexcept nogil:
    """Steps over the number at at[0]; fraction: whether it has a fraction or an exponent."""
    cdef const char *p = at[0]
    fraction[0] = False
    if p < end and p[0] == b'-':
        p += 1
    if p == end:
        return INCOMPLETE
    if p[0] == b'0':
        p += 1
    elif b'1' <= p[0] <= b'9':
        while p < end and is_digit(p[0]):
            p += 1
    else:
        return BROKEN
    if p < end and p[0] == b'.':
        fraction[0] = True
        p += 1
        if p == end:
            return INCOMPLETE
        if not is_digit(p[0]):
            return BROKEN
        while p < end and is_digit(p[0]):
            p += 1
    if p < end and (p[0] == b'e' or p[0] == b'E'):
        fraction[0] = True
        p += 1
        if p < end and (p[0] == b'+' or p[0] == b'-'):
            p += 1
        if p == end:
            return INCOMPLETE
        if not is_digit(p[0]):
            return BROKEN
        while p < end and is_digit(p[0]):
            p += 1
    if p == end:
        return INCOMPLETE   # inside an object a number never ends the bytes
    at[0] = p
    return WHOLE


cdef inline Verdict check_word(const char **at, const char *end, const char *word, size_t length) noexcept nogil:
    cdef size_t i
    for i in range(length):
        if at[0] + i == end:
            return INCOMPLETE
        if at[0][i] != word[i]:
            return BROKEN
    at[0] += length
    return WHOLE


cdef inline Verdict check_scalar(const char **at, const char *end) noexcept nogil:
    cdef bint fraction
    cdef char c = at[0][0]
    if c == b'"':
        return check_string(at, end)
    if c == b't':
        return check_word(at, end, b'true', 4)
    if c == b'f':
        return check_word(at, end, b'false', 5)
    if c == b'n':
        return check_word(at, end, b'null', 4)
    return check_number(at, end, &fraction)


cdef inline Verdict check_key(const char **at, const char *end) noexcept nogil:
    """Steps over `"key" :` and the space around it."""
    cdef Verdict verdict
    cdef const char *p = at[0]
    if p == end:
        return INCOMPLETE
    if p[0] != b'"':
        return BROKEN
    verdict = check_string(&p, end)
    if verdict != WHOLE:
        return verdict
    p = skip_space(p, end)
    if p == end:
        return INCOMPLETE
    if p[0] != b':':
        return BROKEN
    at[0] = skip_space(p + 1, end)
    return WHOLE


cdef inline bint closes(char c, bint in_object) noexcept nogil:
    return c == b'}' if in_object else c == b']'


cdef inline Verdict check_object(const char **at, const char *end) noexcept nogil:
    """Steps over the object at at[0], without recursion: one bit a level says whether it is an object."""
    cdef const char *p = at[0]
    cdef const char *begin = p
    cdef uint64_t objects = 0
    cdef int depth = 0
    cdef Verdict verdict
    cdef bint value_next = True
    while True:
        if p - begin > MAX_OBJECT:
            return TOO_LONG
        if value_next:                       # at a value
            if p == end:
                return INCOMPLETE
            if p[0] == b'{' or p[0] == b'[':
                if depth == MAX_DEPTH:
                    return TOO_DEEP
                objects = (objects << 1) | (p[0] == b'{')
                depth += 1
                p = skip_space(p + 1, end)
                if p == end:
                    return INCOMPLETE
                if closes(p[0], objects & 1):
                    value_next = False       # the empty one closes below
                elif objects & 1:
                    verdict = check_key(&p, end)
                    if verdict != WHOLE:
                        return verdict
            else:
                verdict = check_scalar(&p, end)
                if verdict != WHOLE:
                    return verdict
                p = skip_space(p, end)
                value_next = False
        elif p == end:
            return INCOMPLETE
        elif p[0] == b',':
            p = skip_space(p + 1, end)
            if objects & 1:
                verdict = check_key(&p, end)
                if verdict != WHOLE:
                    return verdict
            value_next = True
        elif closes(p[0], objects & 1):
            objects >>= 1
            depth -= 1
            p += 1
            if depth == 0:
                if p - begin > MAX_OBJECT:
                    return TOO_LONG
                at[0] = p
                return WHOLE
            p = skip_space(p, end)
        else:
            return BROKEN
