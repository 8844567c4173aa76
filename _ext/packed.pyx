"""sesscore._packed: the table-valued function `packed_event` of SQL, which unpacks the events of sessions.

    packed_event(activities, events, first_us)

One row for each event of a part (docs/design.md, "Fingerprints"), in order of time: at_us, eventid_id, kind (of activity_kind; NULL
for an event that is no activity), a, b, c (text ids; 0 for none). A part that is damaged is an error.

A loadable extension of SQLite like `_fold`, with a copy of its own of the routines.
"""

from libc.stdint cimport int64_t, uintptr_t
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memcpy, memset

from leaf cimport LeafEvent
from sqlite cimport *
from unpack cimport Unpacking, event_at, start_unpacking, unpack_next

cdef enum:
    FIRST_ARGUMENT = 6       # among the columns
    ARGUMENTS = 3
    KIND_COLUMN = 2

cdef extern from *:
    """
    static const char sc_packed_declaration[] =
        "CREATE TABLE packed_event (at_us, eventid_id, kind, a, b, c, activities HIDDEN, events HIDDEN, first_us HIDDEN)";
    """
    const char *DECLARATION "sc_packed_declaration"

cdef struct PartCursor:
    Cursor base
    Unpacking part
    char *bytes              # a copy of the arguments, which SQLite takes back
    size_t capacity
    int64_t row


cdef int connect(sqlite3 *database, void *data, int argc, const char *const *argv, VirtualTable **table,
                 char **error) noexcept nogil:
    cdef int code = declare(database, DECLARATION)
    if code == SQLITE_OK:
        code = direct_only(database)
    if code != SQLITE_OK:
        return code
    table[0] = <VirtualTable *>calloc(1, sizeof(VirtualTable))
    return SQLITE_NOMEM if table[0] == NULL else SQLITE_OK


cdef int disconnect(VirtualTable *table) noexcept nogil:
    free(table)
    return SQLITE_OK


cdef int fail(VirtualTable *table, int code, const char *text) noexcept nogil:
    if table.error == NULL:                  # the first one counts
        table.error = message(text)
    return code


cdef int best_index(VirtualTable *table, IndexInfo *info) noexcept nogil:
    """Takes all arguments, in their order."""
    cdef const Constraint *constraint
    cdef int i, argument
    cdef int given = 0
    for i in range(info.constraint_count):
        constraint = &info.constraints[i]
        argument = constraint.column - FIRST_ARGUMENT
        if argument < 0 or argument >= ARGUMENTS or constraint.comparison != SQLITE_EQUAL or given >> argument & 1:
            continue
        if not constraint.usable:
            return SQLITE_CONSTRAINT         # another order of tables gives it
        given |= 1 << argument
        info.usage[i].argument = argument + 1
        info.usage[i].omit = 1
    if given != (1 << ARGUMENTS) - 1:
        return fail(table, SQLITE_ERROR, b"packed_event needs activities, events and first_us")
    info.cost = 10
    info.rows = 8
    return SQLITE_OK


cdef int open_cursor(VirtualTable *table, Cursor **cursor) noexcept nogil:
    cdef PartCursor *opened = <PartCursor *>calloc(1, sizeof(PartCursor))
    if opened == NULL:
        return SQLITE_NOMEM
    cursor[0] = &opened.base
    return SQLITE_OK


cdef int close_cursor(Cursor *cursor) noexcept nogil:
    free((<PartCursor *>cursor).bytes)
    free(cursor)
    return SQLITE_OK


cdef int damaged(Cursor *cursor) noexcept nogil:
    (<PartCursor *>cursor).part.has_activity = (<PartCursor *>cursor).part.has_other = False
    return fail(cursor.table, SQLITE_CORRUPT, b"database disk image is malformed: the events of a session cannot be unpacked")


cdef bint hold(PartCursor *opened, size_t length) noexcept nogil:
    """Makes room for a copy. False if there is no memory."""
    cdef char *grown
    if length <= opened.capacity:
        return True
    grown = <char *>realloc(opened.bytes, length)
    if grown == NULL:
        return False
    opened.bytes = grown
    opened.capacity = length
    return True


cdef int filter(Cursor *cursor, int number, const char *text, int argc, sqlite3_value **values) noexcept nogil:
    cdef PartCursor *opened = <PartCursor *>cursor
    cdef const char *activities
    cdef const char *events
    cdef int length, more
    memset(&opened.part, 0, sizeof(Unpacking))
    opened.row = 0
    if (argc != ARGUMENTS or value_type(values[0]) != SQLITE_TEXT or value_type(values[1]) != SQLITE_BLOB
            or value_type(values[2]) != SQLITE_INTEGER):
        return damaged(cursor)
    activities = value_bytes(values[0], &length)
    events = value_bytes(values[1], &more)
    if not hold(opened, <size_t>length + <size_t>more + 1):
        return SQLITE_NOMEM
    if length:                               # of nothing there is no address
        memcpy(opened.bytes, activities, <size_t>length)
    if more:
        memcpy(opened.bytes + length, events, <size_t>more)
    if not start_unpacking(&opened.part, opened.bytes, <size_t>length, opened.bytes + length, <size_t>more,
                           value_integer(values[2])):
        return damaged(cursor)
    return SQLITE_OK


cdef int next_event(Cursor *cursor) noexcept nogil:
    cdef PartCursor *opened = <PartCursor *>cursor
    opened.row += 1
    return SQLITE_OK if unpack_next(&opened.part) else damaged(cursor)


cdef int after_last(Cursor *cursor) noexcept nogil:
    return event_at(&(<PartCursor *>cursor).part) == NULL


cdef int column_of_event(Cursor *cursor, sqlite3_context *context, int column) noexcept nogil:
    cdef const LeafEvent *event = event_at(&(<PartCursor *>cursor).part)
    cdef int64_t cells[FIRST_ARGUMENT]
    if event == NULL or column >= FIRST_ARGUMENT or (column == KIND_COLUMN and not event.activity):
        result_null(context)
        return SQLITE_OK
    cells[0] = event.at_us
    cells[1] = event.eventid
    cells[2] = event.activity
    cells[3] = event.a
    cells[4] = event.b
    cells[5] = event.c
    result_integer(context, cells[column])
    return SQLITE_OK


cdef int number_of_event(Cursor *cursor, int64_t *number) noexcept nogil:
    number[0] = (<PartCursor *>cursor).row
    return SQLITE_OK


cdef Module module
memset(&module, 0, sizeof(Module))
module.connect = connect
module.disconnect = disconnect
module.destroy = disconnect
module.best_index = <int (*)(VirtualTable *, void *) noexcept nogil>best_index
module.open = open_cursor
module.close = close_cursor
module.filter = <int (*)(Cursor *, int, const char *, int, void **) noexcept nogil>filter
module.next = next_event
module.eof = after_last
module.column = column_of_event
module.rowid = number_of_event


def show_events(uintptr_t database):
    """Makes `packed_event` known to a connection that has loaded this module as an extension.

    database: `apsw.Connection.sqlite3_pointer()`."""
    if routines == NULL:
        raise RuntimeError("the module was not loaded as an extension of SQLite")
    if create_module(<sqlite3 *>database, b"packed_event", &module, NULL, NULL) != SQLITE_OK:
        raise MemoryError()
