# What values add up to: a hash table of totals by (kind, keys of a and b). It takes only those whose hash lies in a range, which
# gets smaller when there are too many: the others have their turn when this range is done.

from libc.stdint cimport int16_t, int32_t, int64_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memset

from hashing cimport K0, K1, mum
from known cimport prefetch
from sqlite cimport SQLITE_NOMEM, SQLITE_OK

cdef enum:
    MOST_TOTALS = 1048576

cdef struct Total:
    uint64_t a_key
    uint64_t b_key
    int64_t a                # of several ids the smallest
    int64_t b
    int64_t seen
    int64_t seen_low         # of the lowest kind that was asked for; where two parts are compared, in the other one
    int16_t kind
    int16_t several          # whether a has several ids
    int32_t first_day
    int32_t last_day
    int32_t days


cdef struct Sums:
    Total *totals
    uint32_t *slots          # index + 1, 0 is free
    uint32_t mask
    uint32_t count
    uint32_t capacity
    uint64_t low             # the range of hashes, both ends included
    uint64_t high


cdef inline void close_sums(Sums *sums) noexcept nogil:
    free(sums.totals)
    free(sums.slots)
    memset(sums, 0, sizeof(Sums))


cdef inline int begin_sums(Sums *sums, uint64_t low, uint64_t high) noexcept nogil:
    """Empties the table, for hashes from `low` to `high`. Returns SQLite's code; in any case `close_sums` is called."""
    sums.low = low
    sums.high = high
    sums.count = 0
    if sums.slots == NULL:
        sums.mask = 4095
        sums.capacity = 2048
        sums.totals = <Total *>malloc(sums.capacity * sizeof(Total))
        sums.slots = <uint32_t *>malloc((sums.mask + <size_t>1) * sizeof(uint32_t))
        if sums.totals == NULL or sums.slots == NULL:
            return SQLITE_NOMEM
    memset(sums.slots, 0, (sums.mask + <size_t>1) * sizeof(uint32_t))
    return SQLITE_OK


cdef inline uint64_t total_hash(int64_t kind, uint64_t a_key, uint64_t b_key) noexcept nogil:
    """The keys are random already, but those of numbers."""
    return mum(mum(a_key ^ K0, K1 + <uint64_t>kind) ^ b_key, K0)


cdef inline void enter(Sums *sums, uint64_t hashed, uint32_t index) noexcept nogil:
    cdef uint32_t at = <uint32_t>hashed & sums.mask
    while sums.slots[at]:
        at = (at + 1) & sums.mask
    sums.slots[at] = index + 1


cdef inline void enter_all(Sums *sums) noexcept nogil:
    cdef uint32_t i
    cdef const Total *total
    memset(sums.slots, 0, (sums.mask + <size_t>1) * sizeof(uint32_t))
    for i in range(sums.count):
        total = &sums.totals[i]
        enter(sums, total_hash(total.kind, total.a_key, total.b_key), i)


cdef inline void halve(Sums *sums) noexcept nogil:
    """Forgets the upper half of the range."""
    cdef uint32_t i
    cdef uint32_t kept = 0
    cdef const Total *total
    sums.high = sums.low + (sums.high - sums.low) // 2
    for i in range(sums.count):
        total = &sums.totals[i]
        if total_hash(total.kind, total.a_key, total.b_key) <= sums.high:
            sums.totals[kept] = total[0]
            kept += 1
    sums.count = kept
    enter_all(sums)


cdef inline int grow(Sums *sums) noexcept nogil:
    cdef uint32_t capacity = sums.capacity * 2
    cdef Total *totals = <Total *>realloc(sums.totals, capacity * sizeof(Total))
    cdef uint32_t *slots
    if totals == NULL:
        return SQLITE_NOMEM
    sums.totals = totals
    slots = <uint32_t *>realloc(sums.slots, capacity * <size_t>2 * sizeof(uint32_t))
    if slots == NULL:
        return SQLITE_NOMEM
    sums.slots = slots
    sums.capacity = capacity
    sums.mask = capacity * 2 - 1
    enter_all(sums)
    return SQLITE_OK


cdef inline void fetch_slot(const Sums *sums, uint64_t hashed) noexcept nogil:
    """Asks the memory for what `add_total` looks at first. Several at once take hardly longer than one."""
    prefetch(&sums.slots[<uint32_t>hashed & sums.mask])


cdef inline void fetch_total(const Sums *sums, uint64_t hashed) noexcept nogil:
    """And for what it looks at then."""
    cdef uint32_t number = sums.slots[<uint32_t>hashed & sums.mask]
    if number:
        prefetch(&sums.totals[number - 1])


cdef inline Total *find_total(const Sums *sums, const Total *one, uint64_t hashed) noexcept nogil:
    """The total of the same values, NULL if there is none."""
    cdef Total *total
    cdef uint32_t at = <uint32_t>hashed & sums.mask
    while sums.slots[at]:
        total = &sums.totals[sums.slots[at] - 1]
        if total.b_key == one.b_key and total.a_key == one.a_key and total.kind == one.kind:
            return total
        at = (at + 1) & sums.mask
    return NULL


cdef inline int enter_total(Sums *sums, uint32_t most, const Total *one, uint64_t hashed) noexcept nogil:
    """Adds a total that is not there, unless it has its turn later. Returns SQLite's code. most: see `add_total`."""
    while sums.count >= most and sums.high > sums.low:
        halve(sums)
        if hashed > sums.high:
            return SQLITE_OK
    if sums.count == sums.capacity and grow(sums) != SQLITE_OK:
        return SQLITE_NOMEM
    sums.totals[sums.count] = one[0]
    enter(sums, hashed, sums.count)
    sums.count += 1
    return SQLITE_OK


cdef inline bint has_two(int16_t kind) noexcept nogil:
    """Whether a text b belongs to values of this kind: passwords and hashes."""
    return kind <= 2 or kind == 6 or kind == 8


cdef inline bint is_stated(const Total *total, int64_t side) noexcept nogil:
    """Whether it has a text on its side; of pairs (side 0), all that its kind has."""
    return (side == 2 or total.a_key != 0) and (side == 1 or total.b_key != 0 or (side == 0 and not has_two(total.kind)))


cdef inline int add_total(Sums *sums, uint32_t most, const Total *one, uint64_t hashed, int64_t *fresh) noexcept nogil:
    """Adds what a value came to on a day, unless it has its turn later. Days must not go back. Returns SQLite's code.

    most: how many totals there may be at once, at least two. hashed: `total_hash`. fresh: one more if the value is
    stated, and was not yet seen on this day."""
    cdef Total *total
    if hashed < sums.low or hashed > sums.high:
        return SQLITE_OK
    total = find_total(sums, one, hashed)
    if total == NULL:
        fresh[0] += is_stated(one, 0)
        return enter_total(sums, most, one, hashed)
    fresh[0] += total.last_day != one.last_day and is_stated(one, 0)
    total.several |= total.a != one.a
    total.a = min(total.a, one.a)
    total.b = min(total.b, one.b)
    total.seen += one.seen
    total.seen_low += one.seen_low
    total.days += total.last_day != one.last_day
    total.last_day = one.last_day
    return SQLITE_OK


cdef inline void drop_older(Sums *sums, int64_t new_day) noexcept nogil:
    """Leaves what was first seen on that day or later. Nothing can be added then."""
    cdef uint32_t kept = 0
    cdef uint32_t i
    for i in range(sums.count):
        if sums.totals[i].first_day >= new_day:
            if kept != i:
                sums.totals[kept] = sums.totals[i]
            kept += 1
    sums.count = kept


cdef inline int sift(int64_t *heap, size_t count) noexcept nogil:
    """Lets the root of a heap whose smallest is its root sink to its place."""
    cdef size_t at = 0
    cdef size_t child
    cdef int64_t moved = heap[0]
    while 2 * at + 1 < count:
        child = 2 * at + 1
        if child + 1 < count and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= moved:
            break
        heap[at] = heap[child]
        at = child
    heap[at] = moved
    return 0


cdef inline int64_t weight(const Total *total, bint compared) noexcept nogil:
    """By which the largest are chosen: how often it was seen, or by how much that has changed."""
    if not compared:
        return total.seen
    return total.seen - total.seen_low if total.seen > total.seen_low else total.seen_low - total.seen


cdef inline int64_t count_stated(const Sums *sums, int64_t side) noexcept nogil:
    cdef int64_t stated = 0
    cdef size_t i
    for i in range(sums.count):
        stated += is_stated(&sums.totals[i], side)
    return stated


cdef inline int largest(const Sums *sums, bint compared, int64_t side, int64_t stated, size_t top, int64_t *least) noexcept nogil:
    """The least `weight` that a total must have to be among the `top` largest that are stated, 0 if all are told.

    stated: `count_stated`; if that is none, all count. Returns SQLite's code."""
    cdef int64_t *heap
    cdef int64_t weighed
    cdef size_t i
    least[0] = 0
    if top == 0 or <size_t>(stated if stated else sums.count) <= top:
        return SQLITE_OK
    heap = <int64_t *>malloc(top * sizeof(int64_t))
    if heap == NULL:
        return SQLITE_NOMEM
    memset(heap, 0, top * sizeof(int64_t))
    for i in range(sums.count):
        weighed = weight(&sums.totals[i], compared)
        if weighed > heap[0] and (stated == 0 or is_stated(&sums.totals[i], side)):
            heap[0] = weighed
            sift(heap, top)
    least[0] = heap[0]
    free(heap)
    return SQLITE_OK
