# Shows rows to SQL: a virtual table for each table of rows, read from its first row to its last. Statements of sql/store/ say
# what becomes of them. Nothing here needs the GIL.

from libc.stdint cimport int64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memset

from rows cimport (
    BLOB_CELL, INTEGER_CELL, ROW_TABLES, TEXT_CELL, Cell, RowSets, RowTable, Table, release_rows, shown_rows,
)
from sqlite cimport (
    SQLITE_NOMEM, SQLITE_OK, Cursor, Done, Module, VirtualTable, create_module, declare, direct_only, result_blob, result_integer,
    result_null, result_text, sqlite3, sqlite3_context,
)

cdef extern from *:
    """
    #define SC_SESSION_COLUMNS \\
        "session_key, sensor_id, session_id, matcher, delimiters, src_ip_id, src_port, dst_ip_id, dst_port, protocol_id," \\
        " started_us, span_us, closed_ms, event_count, command_count, command_failed_count, command_success_count," \\
        " login_failed_count, login_success_count, download_count, download_failed_count, upload_count, tcpip_request_count," \\
        " client_version_id, hassh_id, vt_flagged, dshield_flagged, evidence, source_id, first_record, record_span," \
        " source_events, part_us, activity_count, activities, events"

    /* By RowTable: the name in SQL, and the columns in the order in which cells are put. */
    static const char *const sc_names[] = {
        "folded_text", "folded_session", "folded_changed_session", "folded_part", "folded_stale_part", "folded_day",
        "folded_share", "folded_event_tally", "folded_session_tally", "folded_value_tally",
    };
    static const char *const sc_declarations[] = {
        "CREATE TABLE folded (text_id, value)",
        "CREATE TABLE folded (" SC_SESSION_COLUMNS ")",
        "CREATE TABLE folded (" SC_SESSION_COLUMNS ")",
        "CREATE TABLE folded (session_key, part, first_us, activity_count, activities, events)",
        "CREATE TABLE folded (session_key, part)",
        "CREATE TABLE folded (day, sensor_id, session_id, session_key)",
        "CREATE TABLE folded (session_key, source_id, first_record, last_record, events)",
        "CREATE TABLE folded (day, sensor_id, eventid_id, events, first_us, last_us)",
        "CREATE TABLE folded (day, sensor_id, match, protocol_id, sessions, duration_ms, events)",
        "CREATE TABLE folded (day, kind, sensor_id, a, b, seen)",
    };
    """
    const char *const *table_names "sc_names"
    const char *const *table_declarations "sc_declarations"


# What a connection knows of a table of rows.
cdef struct Shown:
    VirtualTable base        # SQLite's part comes first
    RowSets *both
    RowTable which


cdef struct RowCursor:
    Cursor base
    const Table *table
    const char *bytes
    size_t at                # the first cell of the row


# What a connection keeps for its module, to be released with it.
cdef struct Offer:
    RowSets *both
    RowTable which


cdef inline int connect(sqlite3 *database, void *data, int argc, const char *const *argv, VirtualTable **table,
                        char **error) noexcept nogil:
    cdef const Offer *offer = <const Offer *>data
    cdef Shown *shown
    cdef int code = declare(database, table_declarations[offer.which])
    if code == SQLITE_OK:
        code = direct_only(database)
    if code != SQLITE_OK:
        return code
    shown = <Shown *>calloc(1, sizeof(Shown))
    if shown == NULL:
        return SQLITE_NOMEM
    shown.both = offer.both
    shown.which = offer.which
    table[0] = &shown.base
    return SQLITE_OK


cdef inline int disconnect(VirtualTable *table) noexcept nogil:
    free(table)
    return SQLITE_OK


cdef inline int best_index(VirtualTable *table, void *info) noexcept nogil:
    """Every row, in order: what SQLite assumes."""
    return SQLITE_OK


cdef inline int open_cursor(VirtualTable *table, Cursor **cursor) noexcept nogil:
    cdef const Shown *shown = <const Shown *>table
    cdef RowCursor *opened = <RowCursor *>calloc(1, sizeof(RowCursor))
    if opened == NULL:
        return SQLITE_NOMEM
    opened.table = &shown_rows(shown.both).tables[shown.which]
    opened.bytes = shown_rows(shown.both).bytes.bytes
    cursor[0] = &opened.base
    return SQLITE_OK


cdef inline int close_cursor(Cursor *cursor) noexcept nogil:
    free(cursor)
    return SQLITE_OK


cdef inline int first_row(Cursor *cursor, int number, const char *text, int argc, void **argv) noexcept nogil:
    (<RowCursor *>cursor).at = 0
    return SQLITE_OK


cdef inline int next_row(Cursor *cursor) noexcept nogil:
    cdef RowCursor *at = <RowCursor *>cursor
    at.at += at.table.width
    return SQLITE_OK


cdef inline int after_last_row(Cursor *cursor) noexcept nogil:
    cdef const RowCursor *at = <const RowCursor *>cursor
    return at.at >= at.table.count


cdef inline int column_of_row(Cursor *cursor, sqlite3_context *context, int column) noexcept nogil:
    cdef const RowCursor *at = <const RowCursor *>cursor
    cdef const Cell *cell = &at.table.cells[at.at + column]
    if cell.type == INTEGER_CELL:
        result_integer(context, cell.value)
    elif cell.type == TEXT_CELL:
        result_text(context, at.bytes + cell.value, <int>cell.length)
    elif cell.type == BLOB_CELL:
        result_blob(context, at.bytes + cell.value, <int>cell.length)
    else:
        result_null(context)
    return SQLITE_OK


cdef inline int number_of_row(Cursor *cursor, int64_t *number) noexcept nogil:
    number[0] = <int64_t>(<const RowCursor *>cursor).at
    return SQLITE_OK


cdef inline void take_back(void *data) noexcept nogil:
    cdef Offer *offer = <Offer *>data
    release_rows(offer.both)
    free(offer)


cdef inline int show_rows(sqlite3 *database, const Module *module, RowSets *both) noexcept nogil:
    """Makes the tables of rows known to a connection, which becomes a user of them. Returns SQLite's code."""
    cdef Offer *offer
    cdef int which, code
    for which in range(ROW_TABLES):
        offer = <Offer *>calloc(1, sizeof(Offer))
        if offer == NULL:
            return SQLITE_NOMEM
        both.users += 1
        offer.both = both
        offer.which = which
        code = create_module(database, table_names[which], module, offer, <Done>take_back)    # calls it also if it fails
        if code != SQLITE_OK:
            return code
    return SQLITE_OK


cdef inline void open_module(Module *module) noexcept nogil:
    """Tables without `create` need not be created: their names are enough."""
    memset(module, 0, sizeof(Module))
    module.connect = connect
    module.disconnect = disconnect
    module.destroy = disconnect
    module.best_index = best_index
    module.open = open_cursor
    module.close = close_cursor
    module.filter = first_row
    module.next = next_row
    module.eof = after_last_row
    module.column = column_of_row
    module.rowid = number_of_row
