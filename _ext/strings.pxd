# JSON strings: what they say, and their hash.

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.string cimport memcpy

from hashing cimport text_hash
from json cimport hex_four, is_plain, put_utf8, skip_plain, utf8_length
from records cimport IN_ARENA, Batch, Span, arena_reserve, text_of
from simd cimport plain16


cdef extern from *:
    """
    /* What an escape of one letter stands for; 0: it is none. */
    static const unsigned char sc_escapes[256] = {
        ['"'] = '"', [0x5C] = 0x5C, ['/'] = '/', ['b'] = 8, ['f'] = 12, ['n'] = 10, ['r'] = 13, ['t'] = 9,
    };
    """
    const uint8_t escapes "sc_escapes"[256]

cdef enum:
    PIECE = 16               # bytes that are copied at a time
    LONGEST_PIECE = 32       # more than such a piece and a character
    DECODED_AT_A_TIME = 1024


cdef inline int decode_escape(const char **at, const char *end, char **to, bint *lone) noexcept nogil:
    """Decodes the escape at at[0] (a backslash). 0: it is none, or unfinished. lone: set for a lone surrogate."""
    cdef const char *p = at[0]
    cdef int code, low
    if end - p < 2:
        return 0
    if escapes[<uint8_t>p[1]]:
        to[0][0] = <char>escapes[<uint8_t>p[1]]
        to[0] += 1
        at[0] = p + 2
        return 1
    if p[1] != b'u' or end - p < 6:
        return 0
    code = hex_four(p + 2)
    if code < 0:
        return 0
    p += 6
    if 0xD800 <= code <= 0xDBFF and end - p >= 6 and p[0] == b'\\' and p[1] == b'u':
        low = hex_four(p + 2)
        if 0xDC00 <= low <= 0xDFFF:
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
            p += 6
    if 0xD800 <= code <= 0xDFFF:
        lone[0] = True
    to[0] += put_utf8(<uint32_t>code, to[0])
    at[0] = p
    return 1


cdef inline int copy_plain(const char *p, const char *end, char *out) noexcept nogil:
    """Copies up to PIECE plain bytes; how many there are before another one or the end."""
    cdef int plain = 0
    if end - p >= PIECE:
        memcpy(out, p, PIECE)
        return plain16(p)
    while p + plain < end and is_plain(p[plain]):
        out[plain] = p[plain]
        plain += 1
    return plain


cdef inline int decode(const char **at, const char *end, char **to, const char *full, bint *lone) noexcept nogil:
    """Decodes the inside of a string up to its closing quote, or until there is no room before `full` for one more piece.

    Returns 0 if it is no string or no UTF-8. Lone surrogates become three bytes (said by `lone`)."""
    cdef const char *p = at[0]
    cdef char *out = to[0]
    cdef int length
    while full - out >= LONGEST_PIECE:
        length = copy_plain(p, end, out)
        if length == PIECE:
            p += PIECE                       # not `length`: see skip_plain
            out += PIECE
            continue
        p += length
        out += length
        if p == end:
            return 0
        if p[0] == b'\\':
            if not decode_escape(&p, end, &out, lone):
                return 0
        elif <uint8_t>p[0] >= 0x80:
            length = utf8_length(p, end)
            if length == 0:
                return 0
            memcpy(out, p, length)
            out += length
            p += length
        elif p[0] == b'"':
            break
        else:
            return 0
    at[0] = p
    to[0] = out
    return 1


cdef inline int unescape(Batch *batch, const char **at, const char *end, const char *begin, Span *text, bint *lone) except -1 nogil:
    """Decodes the string from `begin` on into the arena; what is before at[0] needs no decoding.

    Returns 0, with nothing kept, if it is no string or no UTF-8."""
    cdef char *out
    cdef size_t used = at[0] - begin
    arena_reserve(batch, used + DECODED_AT_A_TIME)
    memcpy(batch.arena + batch.arena_length, begin, used)
    lone[0] = False
    while True:
        arena_reserve(batch, used + DECODED_AT_A_TIME)
        out = batch.arena + batch.arena_length + used
        if not decode(at, end, &out, out + DECODED_AT_A_TIME, lone):
            return 0
        used = out - batch.arena - batch.arena_length
        if at[0] < end and at[0][0] == b'"':
            break
    text.offset = <uint32_t>batch.arena_length | IN_ARENA
    text.length = <uint32_t>used
    batch.arena_length += used
    at[0] += 1
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
        if plain < 16:
            return p + plain if p[plain] == b'"' else NULL
        p += 16                              # not `plain`: the next sixteen need not wait for it
    return NULL


cdef inline int read_string(Batch *batch, const char **at, const char *end, Span *text, uint64_t *hashed) except -1 nogil:
    """Reads the string at at[0]: its hash, and its text as it is to be stored, unless `text` is NULL. 0: not for the fast path."""
    cdef const char *begin = at[0] + 1
    cdef const char *p = skip_plain(begin, end)
    cdef Span decoded
    cdef bint lone
    while p < end and <uint8_t>p[0] >= 0x80 and utf8_length(p, end):
        p = skip_plain(p + utf8_length(p, end), end)
    if p < end and p[0] == b'"':
        hashed[0] = text_hash(begin, p - begin)
        if text != NULL:
            text.offset = <uint32_t>(begin - batch.block)
            text.length = <uint32_t>(p - begin)
        at[0] = p + 1
        return 1
    at[0] = p
    if not unescape(batch, at, end, begin, &decoded, &lone):
        return 0
    hashed[0] = text_hash(text_of(batch, decoded), decoded.length)
    if text == NULL:
        batch.arena_length -= decoded.length
    else:
        text[0] = decoded
        if lone:
            replace_surrogates(batch.arena + (decoded.offset & ~<uint32_t>IN_ARENA), decoded.length)
    return 1
