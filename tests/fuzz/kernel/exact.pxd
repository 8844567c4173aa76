# Bytes in memory of just their size, so that the sanitizer sees who reads past their end. There is no byte for none.

from libc.stdlib cimport malloc
from libc.string cimport memcpy


cdef inline char *exact_copy(const char *bytes, size_t length) except NULL nogil:
    cdef char *copy = <char *>malloc(length)
    if copy == NULL:
        with gil:
            raise MemoryError()
    if length:
        memcpy(copy, bytes, length)
    return copy
