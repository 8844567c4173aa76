# Text id → key of its text. A text may have several ids, and all have one key: values that are counted by key are counted by text.
#
# A key is a keyed hash, made when it is asked for and never stored. Its secret is of this process, so nobody can choose texts that
# share one; of a million texts two do with a probability of one in thirty million.
#
# A connection has one set of keys: what one statement has read is there for the next, and other kinds of values often have
# their texts among these. They are forgotten whenever anything may have changed.

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memset

from hashing cimport K0, K1, keyed_hash, mum
from sqlite cimport (
    SQLITE_CORRUPT, SQLITE_ERROR, SQLITE_NOMEM, SQLITE_OK, bind_integer, data_version, reset, result_error_code,
    sqlite3, sqlite3_context, sqlite3_stmt, sqlite3_value, step, total_changes, user_data, value_bytes, value_integer,
)

cdef enum:
    MOST_PAGES = 65536       # that are remembered before all are forgotten
    MOST_WANTED = 262144     # keys that can be asked for at once
    NEAR = 16                # ids: reading what is between them is no slower than a look-up
    PAGE_BITS = 5
    PAGE_KEYS = 32
    WANTED = 1               # in place of a key that was asked for

# Keys of ids that follow each other, as those of a day mostly do.
cdef struct KeyPage:
    int64_t number
    uint64_t keys[PAGE_KEYS]     # 0: not asked for

cdef struct Keys:
    KeyPage *pages
    uint32_t count
    uint32_t capacity
    uint32_t *slots          # index of a page + 1, 0 is free
    uint32_t mask
    uint32_t last            # the page that was looked at
    uint64_t secret[2]
    int changes              # of the state of the database of which the keys are
    unsigned int version
    bint finding             # a statement of ours is reading texts
    int64_t *wanted
    int64_t *sorting
    size_t wanted_count
    size_t found


cdef inline int open_keys(Keys *keys, const uint64_t *secret) noexcept nogil:
    """Returns SQLite's code; in any case `close_keys` is called."""
    memset(keys, 0, sizeof(Keys))
    keys.secret[0] = secret[0]
    keys.secret[1] = secret[1]
    keys.capacity = 128
    keys.mask = 255
    keys.pages = <KeyPage *>malloc(keys.capacity * sizeof(KeyPage))
    keys.slots = <uint32_t *>calloc(keys.mask + 1, sizeof(uint32_t))
    keys.wanted = <int64_t *>malloc(MOST_WANTED * sizeof(int64_t))
    keys.sorting = <int64_t *>malloc(MOST_WANTED * sizeof(int64_t))
    if keys.pages == NULL or keys.slots == NULL or keys.wanted == NULL or keys.sorting == NULL:
        return SQLITE_NOMEM
    return SQLITE_OK


cdef inline void close_keys(Keys *keys) noexcept nogil:
    free(keys.pages)
    free(keys.slots)
    free(keys.wanted)
    free(keys.sorting)
    memset(keys, 0, sizeof(Keys))


cdef inline uint32_t page_slot(const Keys *keys, int64_t number) noexcept nogil:
    """Where a page is entered, or would be."""
    cdef uint32_t at = <uint32_t>mum(<uint64_t>number ^ K0, K1) & keys.mask
    while keys.slots[at] and keys.pages[keys.slots[at] - 1].number != number:
        at = (at + 1) & keys.mask
    return at


cdef inline uint64_t *key_place(Keys *keys, int64_t text_id) noexcept nogil:
    """Where the key of a text is, NULL if its page is not there."""
    cdef int64_t number = text_id >> PAGE_BITS
    cdef uint32_t at
    if keys.last >= keys.count or keys.pages[keys.last].number != number:
        at = page_slot(keys, number)
        if keys.slots[at] == 0:
            return NULL
        keys.last = keys.slots[at] - 1
    return &keys.pages[keys.last].keys[text_id & (PAGE_KEYS - 1)]


cdef inline int grow_keys(Keys *keys) noexcept nogil:
    cdef uint32_t capacity = keys.capacity * 2
    cdef uint32_t *slots
    cdef KeyPage *pages = <KeyPage *>realloc(keys.pages, capacity * sizeof(KeyPage))
    cdef uint32_t i
    if pages == NULL:
        return SQLITE_NOMEM
    keys.pages = pages
    slots = <uint32_t *>calloc(2 * <size_t>capacity, sizeof(uint32_t))
    if slots == NULL:
        return SQLITE_NOMEM
    free(keys.slots)
    keys.slots = slots
    keys.mask = 2 * capacity - 1
    keys.capacity = capacity
    for i in range(keys.count):
        keys.slots[page_slot(keys, pages[i].number)] = i + 1
    return SQLITE_OK


cdef inline void forget_keys(Keys *keys) noexcept nogil:
    memset(keys.slots, 0, (keys.mask + <size_t>1) * sizeof(uint32_t))
    keys.count = 0
    keys.wanted_count = 0


cdef inline void renew_keys(Keys *keys, sqlite3 *database) noexcept nogil:
    """Forgets them if the database is not as it was."""
    cdef int changes = total_changes(database)
    cdef unsigned int version = data_version(database)
    if keys.changes != changes or keys.version != version:
        forget_keys(keys)
    keys.changes = changes
    keys.version = version


cdef inline void make_room(Keys *keys) noexcept nogil:
    """Before MOST_WANTED keys are asked for."""
    if keys.count > MOST_PAGES:
        forget_keys(keys)


cdef inline int want_key(Keys *keys, int64_t text_id) noexcept nogil:
    """Asks for the key of a text; `find_keys` finds it. Returns SQLite's code."""
    cdef uint64_t *key
    if text_id == 0:
        return SQLITE_OK
    key = key_place(keys, text_id)
    if key == NULL:
        if keys.count == keys.capacity and grow_keys(keys) != SQLITE_OK:
            return SQLITE_NOMEM
        memset(&keys.pages[keys.count], 0, sizeof(KeyPage))
        keys.pages[keys.count].number = text_id >> PAGE_BITS
        keys.slots[page_slot(keys, text_id >> PAGE_BITS)] = keys.count + 1
        keys.count += 1
        key = key_place(keys, text_id)
    if key[0] == 0:
        key[0] = WANTED
        keys.wanted[keys.wanted_count] = text_id
        keys.wanted_count += 1
    return SQLITE_OK


cdef inline uint64_t key_of(Keys *keys, int64_t text_id) noexcept nogil:
    """Of a text that was asked for. 0 for no text, and for no other."""
    return key_place(keys, text_id)[0] if text_id else 0


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
    cdef int code = SQLITE_OK
    sort_wanted(keys)
    keys.found = 0
    keys.finding = True
    while code == SQLITE_OK and i < keys.wanted_count:
        end = i + 1
        while end < keys.wanted_count and <uint64_t>(keys.wanted[end] - keys.wanted[end - 1]) <= NEAR:
            end += 1
        bind_integer(texts, 1, keys.wanted[i])
        bind_integer(texts, 2, keys.wanted[end - 1])
        step(texts)
        code = reset(texts)                  # which says what went wrong
        i = end
    keys.finding = False
    if code == SQLITE_OK and keys.found != keys.wanted_count:
        code = SQLITE_CORRUPT
    if code != SQLITE_OK:
        forget_keys(keys)                    # some were asked for, and not found
    keys.wanted_count = 0
    return code


cdef inline void gather_text(sqlite3_context *context, int count, sqlite3_value **values) noexcept nogil:
    """gather_text(text_id, value): gives a text its key. One between those that were asked for may be wanted next."""
    cdef Keys *keys = <Keys *>user_data(context)
    cdef uint64_t *key
    cdef const char *text
    cdef int length
    if not keys.finding:
        result_error_code(context, SQLITE_ERROR)
        return
    key = key_place(keys, value_integer(values[0]))
    if key == NULL or key[0] > WANTED:
        return
    text = value_bytes(values[1], &length)
    keys.found += key[0] == WANTED
    key[0] = max(keyed_hash(text, <size_t>length, keys.secret[0], keys.secret[1]), <uint64_t>(WANTED + 1))
