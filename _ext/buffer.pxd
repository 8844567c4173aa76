# Bytes that grow, and numbers put into them.

from libc.stdint cimport int64_t, uint8_t, uint64_t
from libc.stdlib cimport realloc

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


cdef inline void put_number(Buffer *buffer, int64_t number) noexcept nogil:
    """Writes a decimal number; LONGEST_NUMBER bytes must be reserved."""
    cdef char digits[LONGEST_NUMBER]
    cdef int count = 0
    cdef uint64_t rest = <uint64_t>number
    if number < 0:
        buffer.bytes[buffer.length] = b'-'
        buffer.length += 1
        rest = 0 - rest
    while True:
        digits[count] = <char>(48 + rest % 10)
        count += 1
        rest //= 10
        if rest == 0:
            break
    while count:
        count -= 1
        buffer.bytes[buffer.length] = digits[count]
        buffer.length += 1


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
