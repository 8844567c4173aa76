# JSON strings: what they say, and their hash.

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.string cimport memcpy

from hashing cimport text_hash
from json cimport WHOLE, check_string, hex_four, put_utf8, skip_plain, utf8_length
from records cimport IN_ARENA, Batch, Span, arena_reserve, text_of
from simd cimport plain16


cdef inline int unescape(Batch *batch, const char *p, const char *end, Span *text, bint *lone) except -1 nogil:
    """Decodes the inside of a checked string into the arena, lone surrogates as three bytes (said by `lone`).

    Returns 0, with nothing kept, if the bytes are no UTF-8."""
    cdef char *out
    cdef const char *run
    cdef uint32_t code
    cdef int length, low
    arena_reserve(batch, end - p)
    text.offset = <uint32_t>batch.arena_length | IN_ARENA
    out = batch.arena + batch.arena_length
    lone[0] = False
    while p < end:
        run = p
        p = skip_plain(p, end)
        memcpy(out, run, p - run)
        out += p - run
        if p == end:
            break
        if p[0] != b'\\':
            length = utf8_length(p, end)
            if length == 0:
                return 0
            memcpy(out, p, length)
            out += length
            p += length
            continue
        if p[1] != b'u':
            code = (8 if p[1] == b'b' else 12 if p[1] == b'f' else 10 if p[1] == b'n' else 13 if p[1] == b'r'
                    else 9 if p[1] == b't' else <uint8_t>p[1])
            out[0] = <char>code
            out += 1
            p += 2
            continue
        code = hex_four(p + 2)
        p += 6
        if 0xD800 <= code <= 0xDBFF and end - p >= 6 and p[0] == b'\\' and p[1] == b'u':
            low = hex_four(p + 2)
            if 0xDC00 <= low <= 0xDFFF:
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
                p += 6
        if 0xD800 <= code <= 0xDFFF:
            lone[0] = True
        out += put_utf8(code, out)
    text.length = <uint32_t>(out - batch.arena - batch.arena_length)
    batch.arena_length += text.length
    return 1


cdef inline void replace_surrogates(char *p, size_t length) noexcept nogil:
    """Every lone surrogate (ED A0…BF xx) becomes U+FFFD (EF BF BD), in place."""
    cdef size_t i = 0
    while i + 2 < length:
        if <uint8_t>p[i] == 0xED and <uint8_t>p[i + 1] >= 0xA0:
            p[i] = <char>0xEF
            p[i + 1] = <char>0xBF
            p[i + 2] = <char>0xBD
        i += 1


cdef inline const char *plain_text_end(const char *p, const char *end) noexcept nogil:
    """The closing quote of the string at p, if there is one, of plain ASCII, and not near the end of the bytes; else NULL."""
    cdef int plain
    if p == end or p[0] != b'"':
        return NULL
    p += 1
    while end - p >= 16:
        plain = plain16(p)
        p += plain
        if plain < 16:
            return p if p[0] == b'"' else NULL
    return NULL


cdef inline int read_string(Batch *batch, const char **at, const char *end, Span *text, uint64_t *hashed) except -1 nogil:
    """Reads the string at at[0]: its hash, and its text as it is to be stored, unless `text` is NULL. 0: not for the fast path."""
    cdef const char *begin = at[0] + 1
    cdef const char *p = skip_plain(begin, end)
    cdef Span decoded
    cdef bint lone
    if p < end and p[0] == b'"':
        hashed[0] = text_hash(begin, p - begin)
        if text != NULL:
            text.offset = <uint32_t>(begin - batch.block)
            text.length = <uint32_t>(p - begin)
        at[0] = p + 1
        return 1
    if check_string(at, end) != WHOLE or not unescape(batch, begin, at[0] - 1, &decoded, &lone):
        return 0
    hashed[0] = text_hash(text_of(batch, decoded), decoded.length)
    if text == NULL:
        batch.arena_length -= decoded.length
    else:
        text[0] = decoded
        if lone:
            replace_surrogates(batch.arena + (decoded.offset & ~<uint32_t>IN_ARENA), decoded.length)
    return 1
