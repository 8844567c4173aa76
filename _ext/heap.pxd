# What the C library does with large blocks that are freed, and the system with those that are used.

cdef extern from *:
    """
    #include <stdint.h>
    #include <stdlib.h>
    #if defined(__linux__)
    #include <sys/mman.h>
    #endif
    #if defined(__linux__) && defined(MADV_HUGEPAGE)
    /* Pages of 2 MiB where the system has some: there are fewer to be found, and to be filled with zeros. Five to eight percent of
       an ingest. It is advice: if it is not taken, nothing is lost. */
    static inline void sc_use_large_pages(void *block, size_t size) {
        uintptr_t begin = ((uintptr_t)block + 4095) & ~(uintptr_t)4095;
        uintptr_t end = ((uintptr_t)block + size) & ~(uintptr_t)4095;
        if (end > begin) madvise((void *)begin, end - begin, MADV_HUGEPAGE);
    }
    #else
    static inline void sc_use_large_pages(void *block, size_t size) { (void)block; (void)size; }
    #endif
    #if defined(__GLIBC__)
    #include <malloc.h>
    /* glibc raises this limit to the size of whatever large block is freed, and then keeps such blocks in its heap, where holes
       between them add up: the peak of ten million events was a fifth above that of one million. */
    static inline void sc_return_large_blocks(void) {
        mallopt(M_MMAP_THRESHOLD, 1 << 18);
        mallopt(M_ARENA_MAX, 1);   /* a heap for each thread would have holes of its own */
    }
    #else
    static inline void sc_return_large_blocks(void) {}
    #endif
    """
    void use_large_pages "sc_use_large_pages"(void *block, size_t size) noexcept nogil
    void return_large_blocks "sc_return_large_blocks"() noexcept nogil
