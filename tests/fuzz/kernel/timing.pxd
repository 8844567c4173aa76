# Target `times`: lines that may be times. A clock that has read the lines before says of each what is said of it alone.

from libc.stdint cimport int64_t
from libc.stdlib cimport free
from libc.string cimport memchr

from clock cimport Clock, read_next_time, read_time, stopped_clock
from exact cimport exact_copy
from problems cimport ANOTHER_TIME, FINE, TIME_OR_NOT, Problem


cdef inline int naive_of(size_t length) noexcept nogil:
    """The offset of times that name none, in an input of some length."""
    return <int>(length * 37 % 2879) - 1439


cdef inline Problem judge_time(Clock *clock, const char *text, size_t length, int naive) except -1 nogil:
    cdef char *copy = exact_copy(text, length)
    cdef int64_t alone_us = 0
    cdef int64_t next_us = 0
    cdef bint alone = read_time(copy, length, naive, &alone_us)
    cdef bint after = read_next_time(clock, copy, length, naive, &next_us)
    free(copy)
    if alone != after:
        return TIME_OR_NOT
    return ANOTHER_TIME if alone and alone_us != next_us else FINE


cdef inline Problem judge_times(const char *text, size_t length) except -1 nogil:
    cdef Clock clock = stopped_clock()
    cdef const char *p = text
    cdef const char *end = text + length
    cdef const char *q
    cdef Problem problem = FINE
    while problem == FINE and p < end:
        q = <const char *>memchr(p, b'\n', end - p)
        if q == NULL:
            q = end
        problem = judge_time(&clock, p, q - p, naive_of(length))
        p = q + 1
    return problem
