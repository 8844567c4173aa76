# Which (sensor, session id) the database may hold: a Bloom filter, whose bits for one session lie in one line of the processor's
# cache. It never forgets one that it was told; the few others that it takes for known cost a look into the database each.

from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memset

from hashing cimport keyed_hash
from heap cimport use_large_pages

cdef extern from *:
    """
    #include <stdlib.h>
    static inline void *sc_lines(size_t bytes) { return aligned_alloc(1 << 21, bytes); }
    static inline void sc_prefetch(const void *p) { __builtin_prefetch(p); }
    """
    void *new_lines "sc_lines"(size_t bytes) noexcept nogil
    void prefetch "sc_prefetch"(const void *p) noexcept nogil

cdef enum:
    LINE_BITS = 15           # 2 MiB. Of the ids that it does not hold it takes one in 40,000 for known when it holds a quarter of
    LINE_WORDS = 8           # a million, and one in 400 when it holds a million (measured)
    PROBES = 4

# The key is one of this process: who chooses ids cannot choose those that are mistaken for each other.
cdef struct SessionSet:
    uint64_t *lines
    uint64_t count           # of those added, about
    uint64_t key[2]


cdef inline int open_set(SessionSet *sessions) except -1 nogil:
    """Empty; `lines` is freed by the caller."""
    cdef size_t size = (<size_t>1 << LINE_BITS) * LINE_WORDS * sizeof(uint64_t)
    if sessions.lines == NULL:
        sessions.lines = <uint64_t *>new_lines(size)
    if sessions.lines == NULL:
        with gil:
            raise MemoryError()
    use_large_pages(sessions.lines, size)
    memset(sessions.lines, 0, size)
    sessions.count = 0
    return 0


cdef inline uint64_t session_hash(const SessionSet *sessions, int64_t sensor_id, const char *text, size_t length) noexcept nogil:
    return keyed_hash(text, length, sessions.key[0] ^ <uint64_t>sensor_id, sessions.key[1])


cdef inline uint64_t *line_of(const SessionSet *sessions, uint64_t hashed) noexcept nogil:
    return sessions.lines + (hashed >> (64 - LINE_BITS)) * LINE_WORDS


cdef inline bint may_hold(const SessionSet *sessions, uint64_t hashed) noexcept nogil:
    cdef const uint64_t *line = line_of(sessions, hashed)
    cdef bint held = True
    cdef int _
    for _ in range(PROBES):
        held &= line[hashed >> 6 & (LINE_WORDS - 1)] >> (hashed & 63) & 1
        hashed >>= 9
    return held


cdef inline void add_session(SessionSet *sessions, uint64_t hashed) noexcept nogil:
    cdef uint64_t *line = line_of(sessions, hashed)
    cdef int _
    if may_hold(sessions, hashed):
        return
    sessions.count += 1
    for _ in range(PROBES):
        line[hashed >> 6 & (LINE_WORDS - 1)] |= <uint64_t>1 << (hashed & 63)
        hashed >>= 9
