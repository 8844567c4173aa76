# Text → text_id. Keyed hashes only are kept, so that the size does not depend on what attackers send.

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memset

from hashing cimport keyed_hash_128
from heap cimport use_large_pages

cdef enum:
    TEXTS_REMEMBERED = 65536
    TEXT_SLOTS = 131072      # of each of the two tables


cdef struct TextEntry:
    uint64_t hash0           # 128 bits of a keyed hash: equal ones count as equal texts
    uint64_t hash1
    int64_t text_id          # 0 is free


# Text → text_id for the texts used last. Full, the table becomes `older` and a new one begins; what is used moves on.
cdef struct TextTable:
    TextEntry *recent
    TextEntry *older
    uint32_t count           # of texts in `recent`
    int64_t newest           # the highest text_id
    uint64_t key[2]


cdef inline int open_texts(TextTable *table, uint64_t key0, uint64_t key1) except -1 nogil:
    table.count = 0
    table.newest = 0
    table.key[0] = key0
    table.key[1] = key1
    table.recent = <TextEntry *>calloc(TEXT_SLOTS, sizeof(TextEntry))
    table.older = <TextEntry *>calloc(TEXT_SLOTS, sizeof(TextEntry))
    if table.recent == NULL or table.older == NULL:
        close_texts(table)
        with gil:
            raise MemoryError()
    use_large_pages(table.recent, TEXT_SLOTS * sizeof(TextEntry))
    use_large_pages(table.older, TEXT_SLOTS * sizeof(TextEntry))
    return 0


cdef inline void close_texts(TextTable *table) noexcept nogil:
    free(table.recent)
    free(table.older)
    table.recent = NULL
    table.older = NULL


cdef inline TextEntry *place_of(TextEntry *entries, uint64_t hash0, uint64_t hash1) noexcept nogil:
    """Where a text is, or the free place where it would be; there always is one."""
    cdef uint32_t at = <uint32_t>hash0 & (TEXT_SLOTS - 1)
    while entries[at].text_id != 0 and (entries[at].hash0 != hash0 or entries[at].hash1 != hash1):
        at = (at + 1) & (TEXT_SLOTS - 1)
    return &entries[at]


cdef inline int64_t find_text(TextTable *table, const char *text, size_t length, int64_t otherwise) noexcept nogil:
    """The id of a text. If it is not known, it is `otherwise` from now on."""
    cdef uint64_t hash0, hash1
    cdef TextEntry *entry
    keyed_hash_128(text, length, table.key, &hash0, &hash1)
    entry = place_of(table.recent, hash0, hash1)
    if entry.text_id != 0:
        return entry.text_id
    if table.count == TEXTS_REMEMBERED:
        table.recent, table.older = table.older, table.recent
        memset(table.recent, 0, TEXT_SLOTS * sizeof(TextEntry))
        table.count = 0
        entry = place_of(table.recent, hash0, hash1)
    entry.hash0 = hash0
    entry.hash1 = hash1
    entry.text_id = place_of(table.older, hash0, hash1).text_id or otherwise
    table.count += 1
    if entry.text_id > table.newest:
        table.newest = entry.text_id
    return entry.text_id
