# Counts values: rows of rollup_value, day after day, into totals by text. The rows are asked for with SQL, so a TEMP view named
# rollup_value takes the place of the table.

from libc.stdint cimport int16_t, int32_t, int64_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memset

from keys cimport MOST_WANTED, Keys, find_keys, key_of, make_room, renew_keys, want_key
from sqlite cimport (
    SQLITE_DONE, SQLITE_ERROR, SQLITE_NOMEM, SQLITE_OK, SQLITE_ROW, bind_integer, bind_null, column_integer, finalize, prepare,
    reset, result_error_code, sqlite3, sqlite3_context, sqlite3_stmt, sqlite3_value, step, user_data, value_integer,
)
from sums cimport Sums, Total, add_total, begin_sums, close_sums, drop_older, fetch_slot, fetch_total, total_hash

cdef enum:
    ROWS_AT_ONCE = MOST_WANTED // 2          # of which each has two texts
    ROWS_AT_HAND = 32                        # for which the memory is asked together
    FIRST_NUMBER_KIND = 104                  # from here on `a` is a number, and no text

# Days, half open, of a sensor or of all.
cdef struct Part:
    int64_t since_day
    int64_t end_day
    bint one_sensor
    int64_t sensor_id

# What is asked for.
cdef struct Wish:
    int64_t kind_low
    int64_t kind_high
    Part part
    bint compared            # with another part
    Part other
    bint together            # kinds are not told apart
    int64_t new_day          # only what is seen on no day before
    int64_t top              # only those that are seen as often as the `top` most frequent; 0: all

# The statements of sql/totals/, and what all counting on a connection has in common.
cdef struct Means:
    char *days
    char *values
    char *texts
    Keys keys
    uint32_t most            # totals at once
    void *counting           # whose rows a statement of ours is reading

cdef struct ValueRow:
    int64_t kind
    int64_t a
    int64_t b
    int64_t seen

cdef struct Counting:
    sqlite3 *database
    Means *means
    Wish wish
    Sums sums
    bint whole               # `sums` has all there is
    Sums sides               # the totals of one side of the pairs in `sums`: see sides.pxd
    int64_t side             # which one; 0: the pairs themselves
    bint by_day              # the values that are stated are counted for each day, too
    ValueRow *rows
    size_t row_count
    int64_t *days
    size_t day_count
    int64_t *stated_on       # by day, if they are counted so
    int64_t day              # whose rows are read
    int64_t fresh            # values that were stated on it, so far
    bint of_other            # a day of the part that is compared with
    int64_t last             # the text id that was looked at, and its key
    uint64_t last_key
    sqlite3_stmt *values
    sqlite3_stmt *texts


cdef inline void close_counting(Counting *counting) noexcept nogil:
    close_sums(&counting.sums)
    close_sums(&counting.sides)
    free(counting.rows)
    free(counting.days)
    free(counting.stated_on)
    finalize(counting.values)
    finalize(counting.texts)
    memset(counting, 0, sizeof(Counting))


cdef inline int open_counting(Counting *counting, sqlite3 *database, Means *means, const Wish *wish) noexcept nogil:
    """Begins anew. Returns SQLite's code; in any case `close_counting` is called."""
    cdef int code
    close_counting(counting)
    counting.database = database
    counting.means = means
    counting.wish = wish[0]
    counting.rows = <ValueRow *>malloc(ROWS_AT_ONCE * sizeof(ValueRow))
    if counting.rows == NULL:
        return SQLITE_NOMEM
    code = prepare(database, means.values, &counting.values)
    if code == SQLITE_OK:
        code = prepare(database, means.texts, &counting.texts)
    return code


cdef inline int list_days(Counting *counting, const Part *part) noexcept nogil:
    """The days that may have values; in the order of time, whatever the statement reads."""
    cdef sqlite3_stmt *statement = NULL
    cdef size_t capacity = 0
    cdef int64_t *grown
    cdef int code = prepare(counting.database, counting.means.days, &statement)
    if code != SQLITE_OK:
        return code
    bind_integer(statement, 1, part.since_day)
    bind_integer(statement, 2, part.end_day)
    counting.day_count = 0
    code = step(statement)
    while code == SQLITE_ROW:
        if counting.day_count == capacity:
            capacity = capacity * 2 + 64
            grown = <int64_t *>realloc(counting.days, capacity * sizeof(int64_t))
            if grown == NULL:
                code = SQLITE_NOMEM
                break
            counting.days = grown
        counting.days[counting.day_count] = column_integer(statement, 0)
        counting.day_count += 1
        code = step(statement)
    finalize(statement)
    return SQLITE_OK if code == SQLITE_DONE else code


cdef inline int want_keys(Counting *counting) noexcept nogil:
    """Of the texts of all rows. Neighbours often have one in common. Returns SQLite's code."""
    cdef Keys *keys = &counting.means.keys
    cdef const ValueRow *row
    cdef int64_t last = 0
    cdef size_t i
    make_room(keys)
    for i in range(counting.row_count):
        row = &counting.rows[i]
        if row.a != last and row.kind < FIRST_NUMBER_KIND:
            last = row.a
            if want_key(keys, row.a) != SQLITE_OK:
                return SQLITE_NOMEM
        if want_key(keys, row.b) != SQLITE_OK:
            return SQLITE_NOMEM
    return SQLITE_OK


cdef inline void total_of(Counting *counting, const ValueRow *row, Total *one) noexcept nogil:
    """What a row adds. Neighbours often have a text in common."""
    cdef bint number = row.kind >= FIRST_NUMBER_KIND
    if not number and row.a != counting.last:
        counting.last = row.a
        counting.last_key = key_of(&counting.means.keys, row.a)
    one.kind = <int16_t>(counting.wish.kind_low if counting.wish.together else row.kind)
    one.a = row.a
    one.b = row.b
    one.a_key = <uint64_t>row.a if number else counting.last_key
    one.b_key = key_of(&counting.means.keys, row.b)
    one.seen = 0 if counting.of_other else row.seen
    one.seen_low = row.seen if counting.of_other or (row.kind == counting.wish.kind_low and not counting.wish.compared) else 0
    one.first_day = one.last_day = <int32_t>counting.day
    one.days = 1
    one.several = False


cdef inline int count_some(Counting *counting, size_t begin, size_t end) noexcept nogil:
    """Adds up to ROWS_AT_HAND rows. Returns SQLite's code."""
    cdef Total totals[ROWS_AT_HAND]
    cdef uint64_t hashes[ROWS_AT_HAND]
    cdef Sums *sums = &counting.sums
    cdef size_t i
    for i in range(end - begin):
        total_of(counting, &counting.rows[begin + i], &totals[i])
        hashes[i] = total_hash(totals[i].kind, totals[i].a_key, totals[i].b_key)
        fetch_slot(sums, hashes[i])
    for i in range(end - begin):
        fetch_total(sums, hashes[i])
    for i in range(end - begin):
        if add_total(sums, counting.means.most, &totals[i], hashes[i], &counting.fresh) != SQLITE_OK:
            return SQLITE_NOMEM
    return SQLITE_OK


cdef inline int count_rows(Counting *counting) noexcept nogil:
    """Adds the rows that were read, all of one day. Returns SQLite's code."""
    cdef size_t i = 0
    cdef int code = want_keys(counting)
    if code == SQLITE_OK:
        code = find_keys(&counting.means.keys, counting.texts)
    while code == SQLITE_OK and i < counting.row_count:
        code = count_some(counting, i, min(i + ROWS_AT_HAND, counting.row_count))
        i += ROWS_AT_HAND
    counting.row_count = 0
    return code


cdef inline void gather_value(sqlite3_context *context, int count, sqlite3_value **values) noexcept nogil:
    """gather_value(kind, a, b, seen): takes a row."""
    cdef Counting *counting = <Counting *>(<Means *>user_data(context)).counting
    cdef ValueRow *row
    cdef int code = SQLITE_ERROR
    if counting != NULL:
        row = &counting.rows[counting.row_count]
        row.kind = value_integer(values[0])
        row.a = value_integer(values[1])
        row.b = value_integer(values[2])
        row.seen = value_integer(values[3])
        counting.row_count += row.seen > 0
        if counting.row_count < ROWS_AT_ONCE:
            return
        code = count_rows(counting)
    if code != SQLITE_OK:
        result_error_code(context, code)


cdef inline int count_day(Counting *counting, const Part *part, int64_t day) noexcept nogil:
    """Adds the values of a day. Returns SQLite's code."""
    cdef sqlite3_stmt *values = counting.values
    cdef int code
    bind_integer(values, 1, day)
    bind_integer(values, 2, counting.wish.kind_low)
    bind_integer(values, 3, counting.wish.kind_high)
    if part.one_sensor:
        bind_integer(values, 4, part.sensor_id)
    else:
        bind_null(values, 4)
    counting.day = day
    counting.fresh = 0
    counting.row_count = 0
    counting.means.counting = counting
    step(values)
    code = reset(values)                     # which says what went wrong
    counting.means.counting = NULL
    return count_rows(counting) if code == SQLITE_OK else code


cdef inline int count_part(Counting *counting, const Part *part) noexcept nogil:
    """Adds the values of its days. Returns SQLite's code."""
    cdef int code = list_days(counting, part)
    cdef int64_t *stated_on
    cdef size_t i
    if code == SQLITE_OK and counting.by_day:
        stated_on = <int64_t *>realloc(counting.stated_on, (counting.day_count + 1) * sizeof(int64_t))
        if stated_on == NULL:
            return SQLITE_NOMEM
        counting.stated_on = stated_on
    for i in range(counting.day_count):
        if code == SQLITE_OK:
            code = count_day(counting, part, counting.days[i])
            if counting.by_day:
                counting.stated_on[i] = counting.fresh
    return code


cdef inline bint has_more(const Sums *sums) noexcept nogil:
    """Whether there are values beyond the range that was counted last."""
    return sums.high != ~<uint64_t>0


cdef inline int count_between(Counting *counting, uint64_t low, uint64_t high) noexcept nogil:
    """Makes the totals of values whose hash lies in a range, which gets smaller if they fill the memory. Returns SQLite's code."""
    cdef int code = begin_sums(&counting.sums, low, high)
    renew_keys(&counting.means.keys, counting.database)
    counting.last = 0                        # its key may be another
    counting.last_key = 0
    counting.of_other = False
    if code == SQLITE_OK:
        code = count_part(counting, &counting.wish.part)
    if code == SQLITE_OK and counting.wish.compared:
        counting.of_other = True
        code = count_part(counting, &counting.wish.other)
    return code


cdef inline int count_range(Counting *counting, uint64_t low) noexcept nogil:
    """The same of those whose hash is at least `low`, up to where they fill the memory. Returns SQLite's code."""
    cdef int code = count_between(counting, low, ~<uint64_t>0)
    if code == SQLITE_OK and counting.by_day and has_more(&counting.sums):   # values that have their turn later were counted, too
        code = count_between(counting, low, counting.sums.high)
    if code == SQLITE_OK:
        drop_older(&counting.sums, counting.wish.new_day)
    counting.whole = code == SQLITE_OK and low == 0 and not has_more(&counting.sums)
    return code
