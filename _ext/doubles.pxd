# Text to doubles, with a point whatever the locale of the process says.

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
