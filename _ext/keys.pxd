# Text id → key of its text. A text may have several ids, and all have one key: values that are counted by key are counted by text.
#
# A key is a keyed hash, made when it is asked for and never stored. Its secret is of this process, so nobody can choose texts that
# share one; of a million texts two do with a probability of one in thirty million.

from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memset

from hashing cimport K0, K1, keyed_hash, mum
from sqlite cimport (
    SQLITE_CORRUPT, SQLITE_ERROR, SQLITE_NOMEM, SQLITE_OK, bind_integer, bind_pointer, reset, result_error_code,
    sqlite3_context, sqlite3_stmt, sqlite3_value, step, value_bytes, value_integer, value_pointer,
)

cdef enum:
    MOST_KEYS = 524288       # that are remembered before all are forgotten
    MOST_WANTED = 262144     # that can be asked for at once
    NEAR = 16                # ids: reading what is between them is no slower than a look-up

cdef struct KeyEntry:
    int64_t text_id          # 0 is free
    uint64_t key

cdef struct Keys:
    KeyEntry *entries
    size_t mask
    size_t count
    uint64_t secret[2]
    int64_t *wanted          # ids that are in `entries`, but have no key yet
    int64_t *sorting
    size_t wanted_count
    size_t found


cdef inline int open_keys(Keys *keys, const uint64_t *secret) noexcept nogil:
    """Returns SQLite's code; in any case `close_keys` is called."""
    keys.secret[0] = secret[0]
    keys.secret[1] = secret[1]
    keys.count = keys.wanted_count = 0
    keys.mask = 4095
    keys.entries = <KeyEntry *>calloc(keys.mask + 1, sizeof(KeyEntry))
    keys.wanted = <int64_t *>malloc(MOST_WANTED * sizeof(int64_t))
    keys.sorting = <int64_t *>malloc(MOST_WANTED * sizeof(int64_t))
    if keys.entries == NULL or keys.wanted == NULL or keys.sorting == NULL:
        return SQLITE_NOMEM
    return SQLITE_OK


cdef inline void close_keys(Keys *keys) noexcept nogil:
    free(keys.entries)
    free(keys.wanted)
    free(keys.sorting)
    memset(keys, 0, sizeof(Keys))


cdef inline KeyEntry *key_place(const Keys *keys, int64_t text_id) noexcept nogil:
    cdef size_t at = mum(<uint64_t>text_id ^ K0, K1) & keys.mask
    while keys.entries[at].text_id != 0 and keys.entries[at].text_id != text_id:
        at = (at + 1) & keys.mask
    return &keys.entries[at]


cdef inline int grow_keys(Keys *keys) noexcept nogil:
    cdef KeyEntry *old = keys.entries
    cdef size_t size = keys.mask + 1
    cdef KeyEntry *entries = <KeyEntry *>calloc(4 * size, sizeof(KeyEntry))
    cdef size_t i
    if entries == NULL:
        return SQLITE_NOMEM
    keys.entries = entries
    keys.mask = 4 * size - 1
    for i in range(size):
        if old[i].text_id:
            key_place(keys, old[i].text_id)[0] = old[i]
    free(old)
    return SQLITE_OK


cdef inline void make_room(Keys *keys) noexcept nogil:
    """Before MOST_WANTED ids are asked for."""
    if keys.count > MOST_KEYS:
        memset(keys.entries, 0, (keys.mask + 1) * sizeof(KeyEntry))
        keys.count = 0


cdef inline int want_key(Keys *keys, int64_t text_id) noexcept nogil:
    """Asks for the key of a text; `find_keys` finds it. Returns SQLite's code."""
    cdef KeyEntry *entry
    if text_id == 0:
        return SQLITE_OK
    entry = key_place(keys, text_id)
    if entry.text_id:
        return SQLITE_OK
    entry.text_id = text_id
    keys.wanted[keys.wanted_count] = text_id
    keys.wanted_count += 1
    keys.count += 1
    if 4 * keys.count > 3 * keys.mask:
        return grow_keys(keys)
    return SQLITE_OK


cdef inline uint64_t key_of(const Keys *keys, int64_t text_id) noexcept nogil:
    """0 for no text, and for no other."""
    return key_place(keys, text_id).key if text_id else 0


cdef inline void sort_wanted(Keys *keys) noexcept nogil:
    """By id, byte after byte of them: a hundred thousand in a millisecond."""
    cdef size_t places[256]
    cdef size_t i, sum, count
    cdef uint64_t all_bits = 0
    cdef int shift = 0
    for i in range(keys.wanted_count):
        all_bits |= <uint64_t>keys.wanted[i]
    while shift < 64 and all_bits >> shift:
        memset(places, 0, sizeof(places))
        for i in range(keys.wanted_count):
            places[<uint64_t>keys.wanted[i] >> shift & 255] += 1
        sum = 0
        for i in range(256):
            count = places[i]
            places[i] = sum
            sum += count
        for i in range(keys.wanted_count):
            sum = <uint64_t>keys.wanted[i] >> shift & 255
            keys.sorting[places[sum]] = keys.wanted[i]
            places[sum] += 1
        keys.wanted, keys.sorting = keys.sorting, keys.wanted
        shift += 8


cdef inline int find_keys(Keys *keys, sqlite3_stmt *texts) noexcept nogil:
    """Finds all keys that were asked for. texts: sql/totals/texts.sql. Returns SQLite's code; SQLITE_CORRUPT: a text is missing."""
    cdef size_t i = 0
    cdef size_t end
    cdef int code
    sort_wanted(keys)
    keys.found = 0
    bind_pointer(texts, 3, keys, b"keys")
    while i < keys.wanted_count:
        end = i + 1
        while end < keys.wanted_count and <uint64_t>(keys.wanted[end] - keys.wanted[end - 1]) <= NEAR:
            end += 1
        bind_integer(texts, 1, keys.wanted[i])
        bind_integer(texts, 2, keys.wanted[end - 1])
        step(texts)
        code = reset(texts)                  # which says what went wrong
        if code != SQLITE_OK:
            return code
        i = end
    if keys.found != keys.wanted_count:
        return SQLITE_CORRUPT
    keys.wanted_count = 0
    return SQLITE_OK


cdef inline void gather_text(sqlite3_context *context, int count, sqlite3_value **values) noexcept nogil:
    """gather_text(keys, text_id, value): gives a text that was asked for its key."""
    cdef Keys *keys = <Keys *>value_pointer(values[0], b"keys")
    cdef KeyEntry *entry
    cdef const char *text
    cdef int length
    if keys == NULL:
        result_error_code(context, SQLITE_ERROR)
        return
    entry = key_place(keys, value_integer(values[1]))
    if entry.text_id == 0 or entry.key != 0:
        return
    text = value_bytes(values[2], &length)
    entry.key = keyed_hash(text, <size_t>length, keys.secret[0], keys.secret[1]) or 1
    keys.found += 1
