# Text to doubles, with a point whatever the locale of the process says.

from libc.stdint cimport uint64_t

cdef extern from *:
    """
    #include <stdlib.h>
    #if defined(__GLIBC__) || defined(__APPLE__)
    #include <locale.h>
    #if defined(__APPLE__)
    #include <xlocale.h>
    #endif
    static locale_t sc_c_locale;
    static int sc_open_locale(void) { sc_c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0); return sc_c_locale ? 0 : -1; }
    static inline double sc_double(const char *text) { return strtod_l(text, NULL, sc_c_locale); }
    #else   /* musl knows no other locale */
    static int sc_open_locale(void) { return 0; }
    static inline double sc_double(const char *text) { return strtod(text, NULL); }
    #endif
    """
    int open_locale "sc_open_locale"() noexcept nogil               # -1: no memory; once, before the first read_double
    double read_double "sc_double"(const char *text) noexcept nogil  # text: a checked number, and a byte that ends it

cdef extern from *:
    """
    #include <string.h>
    static const uint64_t sc_tens[20] = {
        1ULL, 10ULL, 100ULL, 1000ULL, 10000ULL, 100000ULL, 1000000ULL, 10000000ULL, 100000000ULL, 1000000000ULL,
        10000000000ULL, 100000000000ULL, 1000000000000ULL, 10000000000000ULL, 100000000000000ULL, 1000000000000000ULL,
        10000000000000000ULL, 100000000000000000ULL, 1000000000000000000ULL, 10000000000000000000ULL,
    };
    /* digits / 10^places, digits > 0, rounded once. Both are shifted until their highest bit is set; then the quotient has 63
       or 64 bits, and its lowest stands for all that are cut. So the one rounding is that of an integer to a double. */
    static inline double sc_quotient(uint64_t digits, int places) {
        uint64_t tens = sc_tens[places];
        int up = __builtin_clzll(digits), down = __builtin_clzll(tens);
        unsigned __int128 dividend = (unsigned __int128)(digits << up) << 63;
        uint64_t divisor = tens << down;
        uint64_t quotient = (uint64_t)(dividend / divisor) | (dividend % divisor != 0);
        uint64_t bits = (uint64_t)(1023 - 63 + down - up) << 52;
        double scale;
        memcpy(&scale, &bits, sizeof(scale));
        return (double)quotient * scale;
    }
    """
    double quotient "sc_quotient"(uint64_t digits, int places) noexcept nogil

cdef enum:
    MAX_DECIMAL_DIGITS = 19  # fit 64 bits


cdef inline bint read_decimal(const char *p, const char *end, double *number) noexcept nogil:
    """Reads a checked number that is few digits with a point among them, to the same double as `read_double`."""
    cdef bint negative = p[0] == b'-'
    cdef const char *point = end
    cdef uint64_t digits = 0
    if negative:
        p += 1
    if end - p > MAX_DECIMAL_DIGITS + 1:
        return False
    while p < end:
        if p[0] == b'.':
            point = p + 1
        elif p[0] == b'e' or p[0] == b'E':
            return False
        else:
            digits = digits * 10 + <uint64_t>(p[0] - 48)
        p += 1
    number[0] = quotient(digits, <int>(end - point)) if digits else 0.0
    if negative:
        number[0] = -number[0]
    return True
