# Sixteen bytes at a time. All that a kind of processor has to know are the two functions of the first block; where there is
# neither SSE2 nor NEON, two words do.
#
# Both read sixteen bytes at p (and q), whatever they find: the caller sees to it that these are there.

cdef extern from *:
    """
    #include <stdint.h>
    #include <string.h>
    #if defined(__SSE2__)
    #include <emmintrin.h>
    static inline int sc_plain16(const char *p) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)p);
        __m128i quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
        __m128i backslashes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\\\'));
        __m128i others = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));    /* signed: bytes from 0x80 on are less, too */
        __m128i special = _mm_or_si128(_mm_or_si128(quotes, backslashes), others);
        return __builtin_ctz((unsigned)_mm_movemask_epi8(special) | 0x10000u);
    }
    static inline int sc_equal16(const char *p, const char *q) {
        __m128i same = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)p), _mm_loadu_si128((const __m128i *)q));
        return __builtin_ctz(~(unsigned)_mm_movemask_epi8(same));
    }
    #elif defined(__aarch64__)
    #include <arm_neon.h>
    static inline int sc_first16(uint8x16_t found) {    /* of bytes that are 0 or 0xFF: four bits each, in a word */
        uint64_t nibbles = vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(found), 4)), 0);
        return nibbles ? __builtin_ctzll(nibbles) >> 2 : 16;
    }
    static inline int sc_plain16(const char *p) {
        uint8x16_t bytes = vld1q_u8((const uint8_t *)p);
        uint8x16_t quotes = vceqq_u8(bytes, vdupq_n_u8('"'));
        uint8x16_t backslashes = vceqq_u8(bytes, vdupq_n_u8('\\\\'));
        uint8x16_t others = vcltq_s8(vreinterpretq_s8_u8(bytes), vdupq_n_s8(0x20));
        return sc_first16(vorrq_u8(vorrq_u8(quotes, backslashes), others));
    }
    static inline int sc_equal16(const char *p, const char *q) {
        return sc_first16(vmvnq_u8(vceqq_u8(vld1q_u8((const uint8_t *)p), vld1q_u8((const uint8_t *)q))));
    }
    #else
    #define SC_ALL(byte) (0x0101010101010101ULL * (byte))
    static inline uint64_t sc_read8(const char *p) { uint64_t w; memcpy(&w, p, 8); return w; }
    static inline uint64_t sc_zeros8(uint64_t w) { return (w - SC_ALL(1)) & ~w; }    /* the lowest high bit is exact */
    static inline int sc_plain8(const char *p) {
        uint64_t w = sc_read8(p);
        uint64_t controls = (w - SC_ALL(0x20)) & ~w;
        uint64_t special = (sc_zeros8(w ^ SC_ALL('"')) | sc_zeros8(w ^ SC_ALL('\\\\')) | controls | w) & SC_ALL(0x80);
        return special ? __builtin_ctzll(special) >> 3 : 8;
    }
    static inline int sc_equal8(const char *p, const char *q) {
        uint64_t other = sc_read8(p) ^ sc_read8(q);
        return other ? __builtin_ctzll(other) >> 3 : 8;
    }
    static inline int sc_plain16(const char *p) {
        int n = sc_plain8(p);
        return n < 8 ? n : 8 + sc_plain8(p + 8);
    }
    static inline int sc_equal16(const char *p, const char *q) {
        int n = sc_equal8(p, q);
        return n < 8 ? n : 8 + sc_equal8(p + 8, q + 8);
    }
    #endif
    """
    int plain16 "sc_plain16"(const char *p) noexcept nogil                  # bytes before a quote, backslash, control, non-ASCII
    int equal16 "sc_equal16"(const char *p, const char *q) noexcept nogil   # equal bytes before a different one

cdef enum:
    ROOM = 16                # what may be read behind a text that is compared


cdef inline bint equal_bytes(const char *p, const char *q, size_t length) noexcept nogil:
    """Whether `length` bytes are equal; ROOM bytes behind both may be read. What is compared begins alike: its end comes first."""
    cdef size_t i = 0
    if length < 16:
        return equal16(p, q) >= <int>length
    if equal16(p + length - 16, q + length - 16) < 16:
        return False
    while i + 16 < length:
        if equal16(p + i, q + i) < 16:
            return False
        i += 16
    return True
