# Timestamps of Cowrie's log as integer microseconds UTC. No libc time function: they know locales and zones.

from libc.stdint cimport int64_t, uint64_t

from hashing cimport load_word

cdef enum:
    US_PER_SECOND = 1000000

cdef extern from *:
    """
    #define SC_DAY_US INT64_C(86400000000)
    """
    const int64_t DAY_US "SC_DAY_US"


cdef inline int two_digits(const char *p) noexcept nogil:
    """The number in two bytes, -1 if they are no digits."""
    cdef unsigned int tens = <unsigned int>(<unsigned char>p[0]) - 48
    cdef unsigned int ones = <unsigned int>(<unsigned char>p[1]) - 48
    if tens > 9 or ones > 9:
        return -1
    return <int>(tens * 10 + ones)


cdef inline int64_t days_from_civil(int64_t year, int month, int day) noexcept nogil:
    """Days since 1970-01-01 in the proleptic Gregorian calendar; years are counted from March."""
    cdef int64_t y = year - (1 if month <= 2 else 0)
    cdef int64_t era = y // 400   # y is never negative here
    cdef int64_t year_of_era = y - era * 400
    cdef int64_t day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719468


cdef inline int days_in_month(int year, int month) noexcept nogil:
    if month == 2:
        return 29 if (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)) else 28
    return 30 if month == 4 or month == 6 or month == 9 or month == 11 else 31


cdef inline int64_t day_of(int64_t at_us) noexcept nogil:
    """UTC day since 1970-01-01, rounded down for times before."""
    cdef int64_t day = at_us // DAY_US
    return day - 1 if at_us < 0 and day * DAY_US != at_us else day


cdef inline bint read_offset(const char *p, size_t length, int *minutes) noexcept nogil:
    """`Z`, `+02:00` or `+0200`, all of it, into minutes east of UTC."""
    cdef int sign, hours, rest
    if length == 1 and p[0] == b'Z':
        minutes[0] = 0
        return True
    if length != 5 and length != 6:
        return False
    if p[0] != b'+' and p[0] != b'-':
        return False
    if length == 6 and p[3] != b':':
        return False
    sign = -1 if p[0] == b'-' else 1
    hours = two_digits(p + 1)
    rest = two_digits(p + length - 2)
    if hours < 0 or hours > 23 or rest < 0 or rest > 59:
        return False
    minutes[0] = sign * (hours * 60 + rest)
    return True


cdef inline bint read_time(const char *p, size_t length, int naive_minutes, int64_t *at_us) noexcept nogil:
    """`YYYY-MM-DD[T ]HH:MM:SS[.digits][offset]`, all of it. naive_minutes: offset of a time that names none."""
    cdef int century, year, month, day, hour, minute, second
    cdef int offset = naive_minutes
    cdef int64_t fraction = 0
    cdef int64_t unit = 100000
    cdef size_t i = 19
    if length < 19 or p[4] != b'-' or p[7] != b'-' or (p[10] != b'T' and p[10] != b' ') or p[13] != b':' or p[16] != b':':
        return False
    century = two_digits(p)
    year = two_digits(p + 2)
    month = two_digits(p + 5)
    day = two_digits(p + 8)
    hour = two_digits(p + 11)
    minute = two_digits(p + 14)
    second = two_digits(p + 17)
    if (century | year | month | day | hour | minute | second) < 0:
        return False
    year += century * 100
    if year < 1 or month < 1 or month > 12 or day < 1 or day > days_in_month(year, month):
        return False
    if hour > 23 or minute > 59 or second > 59:
        return False
    if i < length and p[i] == b'.':
        i += 1
        if i == length or not (b'0' <= p[i] <= b'9'):
            return False
        while i < length and b'0' <= p[i] <= b'9':
            fraction += (p[i] - 48) * unit   # unit reaches 0 after six digits: the rest is cut
            unit //= 10
            i += 1
    if i < length and not read_offset(p + i, length - i, &offset):
        return False
    at_us[0] = ((days_from_civil(year, month, day) * 24 + hour) * 60 + minute - offset) * 60 + second
    at_us[0] = at_us[0] * US_PER_SECOND + fraction
    return True


# The hour of the last time that was read, as its text `YYYY-MM-DDTHH` and as its microseconds: the next is most likely in it.
cdef struct Clock:
    uint64_t date            # the first eight bytes
    uint64_t hour            # the other five
    int64_t at_us


cdef inline Clock stopped_clock() noexcept nogil:
    """One without an hour: no five bytes are as many ones."""
    cdef Clock clock
    clock.date = 0
    clock.hour = ~<uint64_t>0
    clock.at_us = 0
    return clock


cdef inline bint digits_up_to(uint64_t digits, uint64_t room) noexcept nogil:
    """Whether no byte is above its limit. room: what can be added to each limit without reaching 0x80."""
    return not ((digits + room) | digits) & 0x8080808080808080ULL


cdef inline bint read_next_time(Clock *clock, const char *p, size_t length, int naive_minutes, int64_t *at_us) noexcept nogil:
    """`read_time`, quick for `YYYY-MM-DDTHH:MM:SS.ffffffZ` in the hour of the last such time."""
    cdef uint64_t date, hour, time, fraction
    if length != 27:
        return read_time(p, length, naive_minutes, at_us)
    date = load_word(p)
    hour = load_word(p + 8) & 0xFFFFFFFFFFULL
    time = load_word(p + 13) ^ 0x302E30303A30303AULL        # `:00:00.0`: what is left are digits
    fraction = load_word(p + 19) ^ 0x5A3030303030302EULL    # `.000000Z`
    if not digits_up_to(time, 0x767F767A7F767A7FULL) or not digits_up_to(fraction, 0x7F7676767676767FULL):
        return read_time(p, length, naive_minutes, at_us)
    time = (time >> 8 & 15) * 600 + (time >> 16 & 15) * 60 + (time >> 32 & 15) * 10 + (time >> 40 & 15)
    fraction = fraction << 8 & 0xFFFFFFFFFFFF0000ULL        # eight digits, the first two 0, the first one lowest
    fraction = fraction * 10 + (fraction >> 8)              # pairs of them, each in the lower of its two bytes
    fraction = ((fraction & 0xFF000000FFULL) * 0xF424000000064ULL + (fraction >> 16 & 0xFF000000FFULL) * 0x271000000001ULL) >> 32
    if clock.date != date or clock.hour != hour:
        if not read_time(p, length, naive_minutes, at_us):
            return False
        clock.date = date
        clock.hour = hour
        clock.at_us = at_us[0] - <int64_t>(time * US_PER_SECOND + fraction)
    at_us[0] = clock.at_us + <int64_t>(time * US_PER_SECOND + fraction)
    return True
