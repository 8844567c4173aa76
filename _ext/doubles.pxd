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
    static const double sc_powers[23] = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
        1e21, 1e22,
    };
    """
    const double powers_of_ten "sc_powers"[23]   # all that are exact

cdef enum:
    MAX_DECIMAL_DIGITS = 19  # fit 64 bits


cdef inline bint read_decimal(const char *p, const char *end, double *number) noexcept nogil:
    """Reads a checked number that is digits with a point among them, if one division of exact doubles makes it."""
    cdef bint negative = p[0] == b'-'
    cdef const char *point = NULL
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
    if point == NULL or digits > 1ULL << 53:
        return False
    number[0] = <double>digits / powers_of_ten[end - point]
    if negative:
        number[0] = -number[0]
    return True
