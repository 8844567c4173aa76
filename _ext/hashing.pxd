# Two hashes, for two ends.
#
# text_hash and the functions after it make fingerprints: without a key, the same in every database and for ever, because they
# are stored (docs/design.md, "Identity"). keyed_hash guards hash tables in memory against texts chosen to collide: SipHash-1-3
# with a key of the process, never stored.

from libc.stdint cimport int64_t, uint64_t

cdef extern from *:
    """
    #include <stdint.h>
    #include <string.h>
    #if !defined(__BYTE_ORDER__) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
    #error "sesscore reads words as little endian"
    #endif
    static inline uint64_t sc_word(const char *p) { uint64_t w; memcpy(&w, p, 8); return w; }
    static inline uint32_t sc_half(const char *p) { uint32_t w; memcpy(&w, p, 4); return w; }
    static inline uint64_t sc_byte(const char *p) { return *(const unsigned char *)p; }
    /* The last n < 8 bytes of a text, zeros above: they overlap with what is before them or with each other. */
    static inline uint64_t sc_tail(const char *text, size_t length, size_t n) {
        const char *p = text + length - n;
        if (length >= 8) return (sc_word(p + n - 8) >> (56 - 8 * n)) >> 8;
        if (n >= 4) return sc_half(p) | (uint64_t)sc_half(p + n - 4) << (8 * n - 32);
        return n ? sc_byte(p) | sc_byte(p + n / 2) << (n / 2 * 8) | sc_byte(p + n - 1) << (8 * n - 8) : 0;
    }
    static inline uint64_t sc_mum(uint64_t a, uint64_t b) {
    #if defined(__x86_64__)    /* gcc sends the product of the other way through memory */
        uint64_t low, high;
        __asm__("mulq %3" : "=a"(low), "=d"(high) : "%0"(a), "rm"(b) : "cc");
        return high ^ low;
    #else
        unsigned __int128 product = (unsigned __int128)a * b;
        return (uint64_t)(product >> 64) ^ (uint64_t)product;
    #endif
    }
    static inline uint64_t sc_bits(double value) { uint64_t bits; memcpy(&bits, &value, 8); return bits; }
    """
    uint64_t load_word "sc_word"(const char *p) noexcept nogil
    uint64_t load_tail "sc_tail"(const char *text, size_t length, size_t n) noexcept nogil
    uint64_t mum "sc_mum"(uint64_t a, uint64_t b) noexcept nogil
    uint64_t bits_of "sc_bits"(double value) noexcept nogil

cdef enum:
    FINGERPRINT_BITS = 48

cdef extern from *:
    """
    #define SC_K0 0x9E3779B97F4A7C15ULL
    #define SC_K1 0xBF58476D1CE4E5B9ULL
    #define SC_K2 0x94D049BB133111EBULL
    #define SC_K3 0xD6E8FEB86659FD93ULL
    #define SC_K4 0xA0761D6478BD642FULL
    #define SC_K5 0xE7037ED1A0B428DBULL
    #define SC_K6 0x8EBC6AF09C88C6E3ULL
    #define SC_K7 0x589965CC75374CC3ULL
    """
    const uint64_t K0 "SC_K0"
    const uint64_t K1 "SC_K1"
    const uint64_t K2 "SC_K2"
    const uint64_t K3 "SC_K3"
    const uint64_t K4 "SC_K4"
    const uint64_t K5 "SC_K5"
    const uint64_t K6 "SC_K6"
    const uint64_t K7 "SC_K7"


cdef inline uint64_t text_hash(const char *text, size_t length) noexcept nogil:
    """Hash of the bytes of a text (UTF-8; lone surrogates as three bytes)."""
    cdef uint64_t h = K0 ^ length
    cdef size_t i = 0
    while length - i >= 8:
        h = mum(h ^ load_word(text + i), K1)
        i += 8
    return mum(mum(h ^ load_tail(text, length, length - i), K2), K3)


cdef inline uint64_t text_value(uint64_t hashed) noexcept nogil:
    return mum(hashed ^ K1, K4)


cdef inline uint64_t integer_value(int64_t value) noexcept nogil:
    return mum(<uint64_t>value ^ K2, K5)


cdef inline uint64_t big_integer_value(uint64_t hashed_decimal) noexcept nogil:
    return mum(hashed_decimal ^ K3, K5)


cdef inline uint64_t double_value(double value) noexcept nogil:
    return mum(bits_of(value if value != 0 else 0.0) ^ K4, K6)  # -0.0 is 0.0


cdef inline uint64_t array_begin() noexcept nogil:
    return K6


cdef inline uint64_t array_add(uint64_t h, uint64_t value) noexcept nogil:
    return mum(h ^ value, K2) + K1


cdef inline uint64_t array_end(uint64_t h) noexcept nogil:
    return mum(h ^ K7, K3)


cdef inline uint64_t object_value(uint64_t members) noexcept nogil:
    return mum(members ^ K7, K4)


cdef inline uint64_t member(uint64_t key_hash, uint64_t value) noexcept nogil:
    return mum(key_hash ^ K2, value ^ K3)


cdef inline uint64_t fingerprint_of(int64_t at_us, uint64_t members) noexcept nogil:
    return mum(mum(<uint64_t>at_us ^ K0, K1) + members, K3) >> (64 - FINGERPRINT_BITS)


cdef inline uint64_t rotate(uint64_t x, int n) noexcept nogil:
    return (x << n) | (x >> (64 - n))


cdef struct SipState:
    uint64_t v0
    uint64_t v1
    uint64_t v2
    uint64_t v3


cdef inline void sip_round(SipState *s) noexcept nogil:
    s.v0 += s.v1
    s.v1 = rotate(s.v1, 13) ^ s.v0
    s.v0 = rotate(s.v0, 32)
    s.v2 += s.v3
    s.v3 = rotate(s.v3, 16) ^ s.v2
    s.v0 += s.v3
    s.v3 = rotate(s.v3, 21) ^ s.v0
    s.v2 += s.v1
    s.v1 = rotate(s.v1, 17) ^ s.v2
    s.v2 = rotate(s.v2, 32)


cdef inline SipState sip_absorb(const char *text, size_t length, uint64_t k0, uint64_t k1, uint64_t wide) noexcept nogil:
    """SipHash-1-3 up to its finalization. wide: 0xEE for 128 bits, else 0."""
    cdef SipState s
    cdef uint64_t word, last
    cdef size_t i = 0
    s.v0 = k0 ^ 0x736F6D6570736575ULL
    s.v1 = k1 ^ 0x646F72616E646F6DULL ^ wide
    s.v2 = k0 ^ 0x6C7967656E657261ULL
    s.v3 = k1 ^ 0x7465646279746573ULL
    while length - i >= 8:
        word = load_word(text + i)
        s.v3 ^= word
        sip_round(&s)
        s.v0 ^= word
        i += 8
    last = <uint64_t>length << 56 | load_tail(text, length, length - i)
    s.v3 ^= last
    sip_round(&s)
    s.v0 ^= last
    return s


cdef inline uint64_t sip_squeeze(SipState *s) noexcept nogil:
    sip_round(s)
    sip_round(s)
    sip_round(s)
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3


cdef inline uint64_t keyed_hash(const char *text, size_t length, uint64_t k0, uint64_t k1) noexcept nogil:
    """SipHash-1-3, 64 bits."""
    cdef SipState s = sip_absorb(text, length, k0, k1, 0)
    s.v2 ^= 0xFF
    return sip_squeeze(&s)


cdef inline void keyed_hash_128(const char *text, size_t length, const uint64_t *key, uint64_t *low, uint64_t *high) noexcept nogil:
    """SipHash-1-3, 128 bits: one pass over the text, squeezed twice."""
    cdef SipState s = sip_absorb(text, length, key[0], key[1], 0xEE)
    s.v2 ^= 0xEE
    low[0] = sip_squeeze(&s)
    s.v1 ^= 0xDD
    high[0] = sip_squeeze(&s)
