/* Which edges of the instrumented code were ever taken. The compiler calls `__sanitizer_cov_trace_pc` at each of its blocks
   (-fsanitize-coverage=trace-pc of gcc and clang); built without that, no edge is ever new. Not thread-safe. */

#include <stdint.h>
#include <string.h>

#if defined(__clang__)
#define SC_UNSEEN __attribute__((no_sanitize("coverage")))
#else
#define SC_UNSEEN __attribute__((no_sanitize_coverage))
#endif

enum { SC_EDGES = 1 << 16 };

static uint8_t sc_edges[SC_EDGES];
static uintptr_t sc_block;   /* the one before */
static uint64_t sc_fresh;    /* edges that were not seen before, since `sc_forget_fresh` */

/* Places are told from one of this module, so that they do not depend on where it was loaded. */
SC_UNSEEN __attribute__((visibility("hidden"), used)) void __sanitizer_cov_trace_pc(void) {
    uintptr_t block = (uintptr_t)__builtin_return_address(0) - (uintptr_t)sc_edges;
    uint32_t edge = (uint32_t)((block ^ (sc_block << 5)) * UINT64_C(0x9E3779B97F4A7C15) >> 48) & (SC_EDGES - 1);
    sc_block = block;
    if (!sc_edges[edge]) {
        sc_edges[edge] = 1;
        sc_fresh++;
    }
}

/* Before an execution. Returns how many edges were new in the one before. */
SC_UNSEEN static inline uint64_t sc_begin_execution(void) {
    uint64_t fresh = sc_fresh;
    sc_fresh = 0;
    sc_block = 0;
    return fresh;
}

SC_UNSEEN static inline void sc_forget_edges(void) {
    memset(sc_edges, 0, sizeof(sc_edges));
    sc_fresh = 0;
}
