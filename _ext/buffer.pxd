# Bytes that grow, and numbers put into them.

from libc.stdint cimport int64_t, uint8_t, uint64_t
from libc.stdlib cimport realloc
from libc.string cimport memcpy

cdef extern from *:
    """
    static const char sc_pairs[] =
        "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354555657585960"
        "616263646566676869707172737475767778798081828384858687888990919293949596979899";
    """
    const char *PAIRS "sc_pairs"

cdef enum:
    LONGEST_NUMBER = 20      # digits and sign of an int64
    LONGEST_VARINT = 10

cdef struct Buffer:
    char *bytes
    size_t length
    size_t capacity


cdef inline int reserve(Buffer *buffer, size_t more) except -1 nogil:
    cdef size_t capacity = buffer.capacity
    cdef char *grown
    if buffer.length + more <= capacity:
        return 0
    while capacity < buffer.length + more:
        capacity = capacity * 2 if capacity else 4096
    grown = <char *>realloc(buffer.bytes, capacity)
    if grown == NULL:
        with gil:
            raise MemoryError()
    buffer.bytes = grown
    buffer.capacity = capacity
    return 0


cdef inline int count_digits(uint64_t number) noexcept nogil:
    cdef int count = 1
    while number >= 10000:
        number //= 10000
        count += 4
    return count + (number >= 10) + (number >= 100) + (number >= 1000)


cdef inline void put_number(Buffer *buffer, int64_t number) noexcept nogil:
    """Writes a decimal number; LONGEST_NUMBER bytes must be reserved."""
    cdef char *p = buffer.bytes + buffer.length
    cdef char *end
    cdef uint64_t rest = <uint64_t>number
    if number < 0:
        p[0] = b'-'
        p += 1
        rest = 0 - rest
    p += count_digits(rest)
    end = p
    while rest >= 100:                       # two at a time: each waits for the division before it
        p -= 2
        memcpy(p, PAIRS + 2 * (rest % 100), 2)
        rest //= 100
    if rest >= 10:
        memcpy(p - 2, PAIRS + 2 * rest, 2)
    else:
        (p - 1)[0] = <char>(48 + rest)
    buffer.length = end - buffer.bytes


cdef inline void put_varint(Buffer *buffer, uint64_t number) noexcept nogil:
    """Seven bits a byte, low ones first, high bit on all but the last; LONGEST_VARINT bytes must be reserved."""
    while number >= 0x80:
        buffer.bytes[buffer.length] = <char>(0x80 | (number & 0x7F))
        buffer.length += 1
        number >>= 7
    buffer.bytes[buffer.length] = <char>number
    buffer.length += 1


cdef inline bint get_varint(const char **at, const char *end, uint64_t *number) noexcept nogil:
    cdef int shift = 0
    cdef uint8_t byte
    number[0] = 0
    while at[0] < end and shift < 64:
        byte = <uint8_t>at[0][0]
        at[0] += 1
        number[0] |= <uint64_t>(byte & 0x7F) << shift
        if byte < 0x80:
            return True
        shift += 7
    return False


cdef inline uint64_t zigzag(int64_t number) noexcept nogil:
    return (<uint64_t>number << 1) ^ <uint64_t>(number >> 63)


cdef inline int64_t unzigzag(uint64_t number) noexcept nogil:
    return <int64_t>(number >> 1) ^ -<int64_t>(number & 1)
