# What the C library does with large blocks that are freed.

cdef extern from *:
    """
    #include <stdlib.h>
    #if defined(__GLIBC__)
    #include <malloc.h>
    /* glibc raises this limit to the size of whatever large block is freed, and then keeps such blocks in its heap, where holes
       between them add up: the peak of ten million events was a fifth above that of one million. */
    static void sc_return_large_blocks(void) {
        mallopt(M_MMAP_THRESHOLD, 1 << 18);
        mallopt(M_ARENA_MAX, 1);   /* a heap for each thread would have holes of its own */
    }
    #else
    static void sc_return_large_blocks(void) {}
    #endif
    """
    void return_large_blocks "sc_return_large_blocks"() noexcept nogil
