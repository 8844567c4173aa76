"""sesscore._totals: the table-valued function `value_totals` of SQL, for the statements of reports.

    value_totals(kind_low, kind_high, since_day, end_day, sensor_id, together, top, side, new_day, other_since_day, other_end_day,
                 other_sensor_id)

One row for each (kind, text of a, text of b) of rollup_value in a half-open range of days, in no order: kind, a, b, a_key,
b_key, seen, seen_low, first_day, last_day, days. With side 1 one row for each text of a, with side 2 for each of b: the other
one is 0, and `others` in place of `days` says how many different ones there are, that of no text left out. With side 3 all of
these, one way after the other; `way` says which a row is of. `stated` is how many rows there are with all texts that their kind
has, `top` or not: of those of the same `turn`, of which there is one for a way unless the memory is too small. `top` counts these,
if there are any, and a row that is seen as often as the last of them is told. `several` is 1 if a has more than one id. With
`new_day` there is only what was seen on no day before it.

With side 4 one row for each day: its day, and as `seen` how many of those that are `stated` were seen on it. Of several turns each
has such rows.

With other_since_day and other_end_day two parts are compared: `before` is what was seen on those days, of other_sensor_id or of
all, and `top` goes by how much the one differs from the other. Days, and what was seen of kind_low, are not told then.

Only the first four arguments are needed; the others may be left out or NULL (all sensors, no, all, pairs, any, nothing to compare
with).

A loadable extension of SQLite like `_fold`, with a copy of its own of the routines.
"""

from libc.stdint cimport INT64_MIN, int64_t, uint32_t, uint64_t, uintptr_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy, memset

import os

from counting cimport *
from keys cimport close_keys, gather_text, open_keys
from sides cimport BY_DAY, EACH_WAY, PAIRS, SIDE_A, SIDE_B, count_sides, told_sums
from sqlite cimport *
from sums cimport MOST_TOTALS, Sums, Total, count_stated, largest, weight

cdef enum:
    FIRST_ARGUMENT = 16      # among the columns
    SEEN = 5
    SEEN_LOW = 6
    FIRST_DAY = 7
    LAST_DAY = 8
    DAYS = 9
    OTHERS = 10
    WAY = 11
    TURN = 12
    STATED = 13
    BEFORE = 14
    ARGUMENTS = 12
    NEEDED_ARGUMENTS = 4

cdef extern from *:
    """
    static const char sc_totals_declaration[] =
        "CREATE TABLE value_totals (kind, a, b, a_key, b_key, seen, seen_low, first_day, last_day, days, others, way, turn,"
        " stated, before, several, kind_low HIDDEN, kind_high HIDDEN, since_day HIDDEN, end_day HIDDEN, sensor_id HIDDEN,"
        " together HIDDEN, top HIDDEN, side HIDDEN, new_day HIDDEN, other_since_day HIDDEN, other_end_day HIDDEN,"
        " other_sensor_id HIDDEN)";
    """
    const char *DECLARATION "sc_totals_declaration"

# What a connection knows of the function.
cdef struct Known:
    VirtualTable base        # SQLite's part comes first
    sqlite3 *database
    Means *means

cdef struct TotalsCursor:
    Cursor base
    Counting counting
    int64_t side             # as it was asked for
    int64_t turn
    int64_t stated
    int64_t least            # that a total must weigh to be told
    uint32_t at
    bint done


cdef int connect(sqlite3 *database, void *data, int argc, const char *const *argv, VirtualTable **table,
                 char **error) noexcept nogil:
    cdef Known *known
    cdef int code = declare(database, DECLARATION)
    if code == SQLITE_OK:
        code = direct_only(database)
    if code != SQLITE_OK:
        return code
    known = <Known *>calloc(1, sizeof(Known))
    if known == NULL:
        return SQLITE_NOMEM
    known.database = database
    known.means = <Means *>data
    table[0] = &known.base
    return SQLITE_OK


cdef int disconnect(VirtualTable *table) noexcept nogil:
    free(table)
    return SQLITE_OK


cdef int best_index(VirtualTable *table, IndexInfo *info) noexcept nogil:
    """Takes the arguments that are given; their bits tell `filter` which."""
    cdef const Constraint *constraint
    cdef int places[ARGUMENTS]
    cdef int i, argument
    cdef int given = 0
    cdef int count = 0
    for i in range(info.constraint_count):
        constraint = &info.constraints[i]
        argument = constraint.column - FIRST_ARGUMENT
        if argument < 0 or argument >= ARGUMENTS or constraint.comparison != SQLITE_EQUAL:
            continue
        if not constraint.usable:
            return SQLITE_CONSTRAINT         # another order of tables gives it
        given |= 1 << argument
        places[argument] = i
    if given & ((1 << NEEDED_ARGUMENTS) - 1) != (1 << NEEDED_ARGUMENTS) - 1:
        return fail(table, SQLITE_ERROR, b"value_totals needs kind_low, kind_high, since_day and end_day")
    for argument in range(ARGUMENTS):
        if given >> argument & 1:
            count += 1
            info.usage[places[argument]].argument = count
            info.usage[places[argument]].omit = 1
    info.number = given
    info.cost = 1000000
    info.rows = 50000
    return SQLITE_OK


cdef int fail(VirtualTable *table, int code, const char *text) noexcept nogil:
    if table.error == NULL:                  # the first one counts
        table.error = message(text)
    return code


cdef int failed(Cursor *cursor, int code) noexcept nogil:
    """What went wrong in a statement inside is the error of the one outside."""
    cdef Known *known = <Known *>cursor.table
    if code == SQLITE_CORRUPT:
        return fail(cursor.table, code, b"database disk image is malformed, or a text of rollup_value is missing")
    if code == SQLITE_NOMEM:
        return code
    return fail(cursor.table, code, last_message(known.database))


cdef int open_cursor(VirtualTable *table, Cursor **cursor) noexcept nogil:
    cdef TotalsCursor *opened = <TotalsCursor *>calloc(1, sizeof(TotalsCursor))
    if opened == NULL:
        return SQLITE_NOMEM
    cursor[0] = &opened.base
    return SQLITE_OK


cdef int close_cursor(Cursor *cursor) noexcept nogil:
    close_counting(&(<TotalsCursor *>cursor).counting)
    free(cursor)
    return SQLITE_OK


cdef bint read_wish(int given, sqlite3_value **values, Wish *wish, int64_t *side) noexcept nogil:
    """False if an argument that is needed, or more than one, is no number."""
    cdef int64_t numbers[ARGUMENTS]
    cdef bint stated[ARGUMENTS]
    cdef int argument
    cdef int at = 0
    memset(numbers, 0, sizeof(numbers))
    memset(stated, 0, sizeof(stated))
    for argument in range(ARGUMENTS):
        if not given >> argument & 1:
            continue
        if value_type(values[at]) == SQLITE_INTEGER:
            stated[argument] = True
            numbers[argument] = value_integer(values[at])
        elif argument < NEEDED_ARGUMENTS or value_type(values[at]) != SQLITE_NULL:
            return False
        at += 1
    wish.kind_low = numbers[0]
    wish.kind_high = numbers[1]
    wish.part = Part(numbers[2], numbers[3], stated[4], numbers[4])
    wish.compared = stated[9] and stated[10]
    wish.other = Part(numbers[9], numbers[10], stated[11], numbers[11])
    wish.new_day = numbers[8] if stated[8] else INT64_MIN
    wish.together = numbers[5] != 0
    side[0] = numbers[7] if SIDE_A <= numbers[7] <= BY_DAY else PAIRS
    wish.top = numbers[6] if 0 < numbers[6] <= MOST_TOTALS else 0            # there are never more at once
    return True


cdef int filter(Cursor *cursor, int given, const char *text, int argc, sqlite3_value **values) noexcept nogil:
    cdef TotalsCursor *opened = <TotalsCursor *>cursor
    cdef Known *known = <Known *>cursor.table
    cdef Wish wish
    cdef int code
    if not read_wish(given, values, &wish, &opened.side):
        return fail(cursor.table, SQLITE_ERROR, b"an argument of value_totals is no integer")
    code = open_counting(&opened.counting, known.database, known.means, &wish)
    if code != SQLITE_OK:
        return failed(cursor, code)
    if opened.side == BY_DAY and (wish.compared or wish.new_day != INT64_MIN):
        return fail(cursor.table, SQLITE_ERROR, b"value_totals by day can neither compare nor tell what is new")
    opened.turn = 0
    opened.counting.side = opened.side if opened.side in (SIDE_A, SIDE_B) else PAIRS
    opened.counting.by_day = opened.side == BY_DAY
    return count_from(cursor, 0)


cdef int count_from(Cursor *cursor, uint64_t low) noexcept nogil:
    """Counts the values from a hash on, and goes to the first that is told."""
    cdef TotalsCursor *opened = <TotalsCursor *>cursor
    cdef Counting *counting = &opened.counting
    cdef int code = count_sides(counting, low) if counting.side else count_range(counting, low)
    cdef const Sums *sums = told_sums(counting)
    if code == SQLITE_OK:
        opened.stated = count_stated(sums, counting.side)
        code = largest(sums, counting.wish.compared, counting.side, opened.stated, <size_t>counting.wish.top, &opened.least)
    if code != SQLITE_OK:
        return failed(cursor, code)
    opened.turn += 1
    opened.at = 0
    opened.done = False
    return go_on(cursor)


cdef int go_on(Cursor *cursor) noexcept nogil:
    """From where the cursor stands to the next total that is told."""
    cdef TotalsCursor *opened = <TotalsCursor *>cursor
    cdef Counting *counting = &opened.counting
    cdef const Sums *sums = told_sums(counting)
    if counting.by_day and opened.at < counting.day_count:
        return SQLITE_OK
    while not counting.by_day and opened.at < sums.count:
        if weight(&sums.totals[opened.at], counting.wish.compared) >= opened.least:
            return SQLITE_OK
        opened.at += 1
    if has_more(sums):
        return count_from(cursor, sums.high + 1)
    if opened.side == EACH_WAY and counting.side < SIDE_B:
        counting.side += 1
        return count_from(cursor, 0)
    opened.done = True
    return SQLITE_OK


cdef int next_total(Cursor *cursor) noexcept nogil:
    (<TotalsCursor *>cursor).at += 1
    return go_on(cursor)


cdef int after_last(Cursor *cursor) noexcept nogil:
    return (<TotalsCursor *>cursor).done


cdef int column_of_day(const TotalsCursor *opened, sqlite3_context *context, int column) noexcept nogil:
    cdef const Counting *counting = &opened.counting
    if column == SEEN:
        result_integer(context, counting.stated_on[opened.at])
    elif column == FIRST_DAY or column == LAST_DAY:
        result_integer(context, counting.days[opened.at])
    elif column == WAY:
        result_integer(context, BY_DAY)
    elif column == TURN:
        result_integer(context, opened.turn)
    elif column == STATED:
        result_integer(context, opened.stated)
    else:
        result_null(context)
    return SQLITE_OK


cdef int column_of_total(Cursor *cursor, sqlite3_context *context, int column) noexcept nogil:
    cdef const TotalsCursor *opened = <const TotalsCursor *>cursor
    if opened.counting.by_day:
        return column_of_day(opened, context, column)
    return column_of_sum(opened, context, column)


cdef int column_of_sum(const TotalsCursor *opened, sqlite3_context *context, int column) noexcept nogil:
    cdef const Total *total = &told_sums(&opened.counting).totals[opened.at]
    cdef bint of_side = opened.counting.side != PAIRS
    cdef bint compared = opened.counting.wish.compared
    cdef int64_t cells[FIRST_ARGUMENT]
    if (column >= FIRST_ARGUMENT or (column == DAYS and of_side) or (column == OTHERS and not of_side)
            or (compared and SEEN_LOW <= column <= DAYS) or (column == BEFORE and not compared)):
        result_null(context)
        return SQLITE_OK
    cells[0] = total.kind
    cells[1] = total.a
    cells[2] = total.b
    cells[3] = <int64_t>total.a_key
    cells[4] = <int64_t>total.b_key
    cells[SEEN] = total.seen
    cells[SEEN_LOW] = cells[BEFORE] = total.seen_low
    cells[FIRST_DAY] = total.first_day
    cells[LAST_DAY] = total.last_day
    cells[DAYS] = cells[OTHERS] = total.days
    cells[WAY] = opened.counting.side
    cells[TURN] = opened.turn
    cells[STATED] = opened.stated
    cells[15] = total.several
    result_integer(context, cells[column])
    return SQLITE_OK


cdef void end_gathering(sqlite3_context *context) noexcept nogil:
    result_null(context)


cdef int number_of_total(Cursor *cursor, int64_t *number) noexcept nogil:
    number[0] = (<const TotalsCursor *>cursor).at
    return SQLITE_OK


cdef void forget_means(void *data) noexcept nogil:
    cdef Means *means = <Means *>data
    close_keys(&means.keys)
    free(means.days)
    free(means.values)
    free(means.texts)
    free(means)


cdef Module module
memset(&module, 0, sizeof(Module))
module.connect = connect
module.disconnect = disconnect
module.destroy = disconnect
module.best_index = <int (*)(VirtualTable *, void *) noexcept nogil>best_index
module.open = open_cursor
module.close = close_cursor
module.filter = <int (*)(Cursor *, int, const char *, int, void **) noexcept nogil>filter
module.next = next_total
module.eof = after_last
module.column = column_of_total
module.rowid = number_of_total

cdef uint64_t secret[2]
secret[0] = <unsigned long long>int.from_bytes(os.urandom(8), "little")
secret[1] = <unsigned long long>int.from_bytes(os.urandom(8), "little")


cdef char *copied(str text) except NULL:
    cdef bytes encoded = text.encode()
    cdef char *copy = <char *>calloc(len(encoded) + 1, 1)
    if copy == NULL:
        raise MemoryError()
    memcpy(copy, <const char *>encoded, len(encoded))
    return copy


def show_totals(uintptr_t database, str days not None, str values not None, str texts not None, int most):
    """Makes `value_totals` known to a connection that has loaded this module as an extension.

    database: `apsw.Connection.sqlite3_pointer()`. days, values, texts: the statements of sql/totals/. most: how many totals are
    held at once, two at least; if there are more, the values are gone through again."""
    cdef sqlite3 *opened = <sqlite3 *>database
    cdef int code
    cdef Means *means
    if routines == NULL:
        raise RuntimeError("the module was not loaded as an extension of SQLite")
    if not 2 <= most <= MOST_TOTALS:
        raise ValueError(f"most must be between 2 and {MOST_TOTALS}")
    means = <Means *>calloc(1, sizeof(Means))
    if means == NULL:
        raise MemoryError()
    try:
        means.days = copied(days)
        means.values = copied(values)
        means.texts = copied(texts)
    except MemoryError:
        forget_means(means)
        raise
    if open_keys(&means.keys, secret) != SQLITE_OK:
        forget_means(means)
        raise MemoryError()
    means.most = <uint32_t>most
    code = create_module(opened, b"value_totals", &module, means, <Done>forget_means)    # forgets them also if it fails
    if code == SQLITE_OK:
        code = create_aggregate(opened, b"gather_value", 4, gather_value, end_gathering, means)
    if code == SQLITE_OK:
        code = create_aggregate(opened, b"gather_text", 2, gather_text, end_gathering, &means.keys)
    if code != SQLITE_OK:
        raise MemoryError()
