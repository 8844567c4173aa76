# Hash tables that outlive a batch. Both keep keyed hashes only, so that their size does not depend on what attackers send.

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free

from hashing cimport keyed_hash

cdef enum:
    TEXTS_REMEMBERED = 131072
    FIRST_SLOTS = 65536


cdef struct TextEntry:
    uint64_t hash0           # 128 bits of two keyed hashes: equal ones count as equal texts
    uint64_t hash1
    int64_t text_id          # 0 is free


# Text → text_id, for up to twice TEXTS_REMEMBERED texts in four times as many slots.
cdef struct TextTable:
    TextEntry *entries
    uint32_t mask
    uint32_t count
    int64_t newest           # the highest text_id
    uint64_t keys[4]


cdef inline int open_texts(TextTable *table, list keys) except -1:
    table.mask = 4 * TEXTS_REMEMBERED - 1
    table.count = 0
    table.newest = 0
    for i in range(4):
        table.keys[i] = keys[i]
    table.entries = <TextEntry *>calloc(table.mask + 1, sizeof(TextEntry))
    if table.entries == NULL:
        raise MemoryError()
    return 0


cdef inline TextEntry *find_text(TextTable *table, const char *text, size_t length) noexcept nogil:
    """Where a text is, or the free place where it would be."""
    cdef uint64_t hash0 = keyed_hash(text, length, table.keys[0], table.keys[1])
    cdef uint64_t hash1 = keyed_hash(text, length, table.keys[2], table.keys[3])
    cdef uint32_t at = <uint32_t>hash0 & table.mask
    cdef TextEntry *entry
    while True:
        entry = &table.entries[at]
        if entry.text_id == 0:
            entry.hash0 = hash0
            entry.hash1 = hash1
            return entry
        if entry.hash0 == hash0 and entry.hash1 == hash1:
            return entry
        at = (at + 1) & table.mask


cdef inline void remember_text(TextTable *table, TextEntry *entry, int64_t text_id) noexcept nogil:
    """Fills a free place that `find_text` gave."""
    if entry.text_id == 0:
        entry.text_id = text_id
        table.count += 1
    if text_id > table.newest:
        table.newest = text_id


cdef inline int forget_texts(TextTable *table) except -1:
    """Keeps the younger half."""
    cdef TextEntry *old = table.entries
    cdef uint32_t i, at
    table.entries = <TextEntry *>calloc(table.mask + 1, sizeof(TextEntry))
    if table.entries == NULL:
        table.entries = old
        raise MemoryError()
    table.count = 0
    for i in range(table.mask + 1):
        if old[i].text_id > table.newest - TEXTS_REMEMBERED:
            at = <uint32_t>old[i].hash0 & table.mask
            while table.entries[at].text_id:
                at = (at + 1) & table.mask
            table.entries[at] = old[i]
            table.count += 1
    free(old)
    return 0


# A set of hashes; 0 stands for a free slot, so the lowest bit is always set.
cdef struct HashSet:
    uint64_t *slots
    uint32_t mask
    uint32_t count


cdef inline int open_set(HashSet *hashes) except -1:
    hashes.mask = FIRST_SLOTS - 1
    hashes.count = 0
    hashes.slots = <uint64_t *>calloc(FIRST_SLOTS, sizeof(uint64_t))
    if hashes.slots == NULL:
        raise MemoryError()
    return 0


cdef inline uint64_t *find_in_set(const HashSet *hashes, uint64_t hashed) noexcept nogil:
    """The slot of a hash, or the free one where it would be."""
    cdef uint32_t at = <uint32_t>(hashed >> 8) & hashes.mask
    while hashes.slots[at] and hashes.slots[at] != hashed | 1:
        at = (at + 1) & hashes.mask
    return &hashes.slots[at]


cdef inline bint is_in_set(const HashSet *hashes, uint64_t hashed) noexcept nogil:
    return find_in_set(hashes, hashed)[0] != 0


cdef inline int add_to_set(HashSet *hashes, uint64_t hashed) except -1:
    cdef uint64_t *slot
    if 2 * hashes.count > hashes.mask:
        grow_set(hashes)
    slot = find_in_set(hashes, hashed)
    if slot[0] == 0:
        slot[0] = hashed | 1
        hashes.count += 1
    return 0


cdef inline int grow_set(HashSet *hashes) except -1:
    cdef uint64_t *old = hashes.slots
    cdef uint32_t size = hashes.mask + 1
    cdef uint32_t i
    hashes.slots = <uint64_t *>calloc(2 * <size_t>size, sizeof(uint64_t))
    if hashes.slots == NULL:
        hashes.slots = old
        raise MemoryError()
    hashes.mask = 2 * size - 1
    for i in range(size):
        if old[i]:
            find_in_set(hashes, old[i])[0] = old[i]
    free(old)
    return 0
