# Rows on their way to SQLite: what a fold changes, table by table, in plain C memory. `folded.pxd` shows them to SQL as virtual
# tables, so that every write is a statement of sql/store/.

from libc.stdint cimport int64_t, uint32_t
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memcpy

from buffer cimport Buffer, reserve

# A table of rows, in the order of ROW_TABLES' declarations.
ctypedef int RowTable

cdef enum:
    TEXT_ROWS = 0
    SESSION_ROWS = 1
    CHANGED_SESSION_ROWS = 2
    PART_ROWS = 3
    STALE_PART_ROWS = 4
    DAY_ROWS = 5
    SHARE_ROWS = 6
    EVENT_TALLY_ROWS = 7
    SESSION_TALLY_ROWS = 8
    VALUE_TALLY_ROWS = 9
    ROW_TABLES = 10

cdef enum:
    NULL_CELL = 0
    INTEGER_CELL = 1
    TEXT_CELL = 2
    BLOB_CELL = 3

# A value: a number, or where its bytes begin in Rows.bytes.
cdef struct Cell:
    int64_t value
    uint32_t length
    uint32_t type


cdef struct Table:
    Cell *cells
    size_t count             # of cells
    size_t capacity
    size_t width             # cells a row


cdef struct Rows:
    Table tables[ROW_TABLES]
    Buffer bytes


# Two sets of rows: one is filled while the other is stored. Shared by who fills them and the connection that shows them.
cdef struct RowSets:
    Rows sets[2]
    int filled
    size_t users


cdef inline RowSets *new_row_sets() noexcept nogil:
    """For one user. NULL if there is no memory."""
    cdef RowSets *both = <RowSets *>calloc(1, sizeof(RowSets))
    if both != NULL:
        both.users = 1
    return both


cdef inline Rows *filled_rows(RowSets *both) noexcept nogil:
    return &both.sets[both.filled]


cdef inline Rows *shown_rows(RowSets *both) noexcept nogil:
    return &both.sets[1 - both.filled]


cdef inline void release_rows(RowSets *both) noexcept nogil:
    """A user less; the last one frees the memory."""
    cdef Rows *rows
    cdef int i, k
    if both == NULL:
        return
    both.users -= 1
    if both.users:
        return
    for k in range(2):
        rows = &both.sets[k]
        for i in range(ROW_TABLES):
            free(rows.tables[i].cells)
        free(rows.bytes.bytes)
    free(both)


cdef inline void forget_rows(Rows *rows) noexcept nogil:
    """Empties all tables; the memory stays."""
    cdef int i
    for i in range(ROW_TABLES):
        rows.tables[i].count = 0
    rows.bytes.length = 0


cdef inline int begin_row(Rows *rows, RowTable which, size_t width) except -1 nogil:
    """Makes room for a row, whose cells are then put one after the other."""
    cdef Table *table = &rows.tables[which]
    cdef size_t capacity
    cdef Cell *grown
    table.width = width
    if table.count + width <= table.capacity:
        return 0
    capacity = table.capacity + table.capacity // 2 + 64 * width
    grown = <Cell *>realloc(table.cells, capacity * sizeof(Cell))
    if grown == NULL:
        with gil:
            raise MemoryError()
    table.cells = grown
    table.capacity = capacity
    return 0


cdef inline void put_integer(Rows *rows, RowTable which, int64_t value) noexcept nogil:
    cdef Table *table = &rows.tables[which]
    table.cells[table.count].value = value
    table.cells[table.count].type = INTEGER_CELL
    table.count += 1


cdef inline void put_null(Rows *rows, RowTable which) noexcept nogil:
    cdef Table *table = &rows.tables[which]
    table.cells[table.count].type = NULL_CELL
    table.count += 1


cdef inline void put_integer_or_null(Rows *rows, RowTable which, bint present, int64_t value) noexcept nogil:
    if present:
        put_integer(rows, which, value)
    else:
        put_null(rows, which)


cdef inline void put_range(Rows *rows, RowTable which, uint32_t type, size_t begin, size_t end) noexcept nogil:
    """A text or blob that stands in `bytes`."""
    cdef Table *table = &rows.tables[which]
    table.cells[table.count].value = <int64_t>begin
    table.cells[table.count].length = <uint32_t>(end - begin)
    table.cells[table.count].type = type
    table.count += 1


cdef inline int put_text(Rows *rows, RowTable which, const char *text, size_t length) except -1 nogil:
    """Copies it: where it comes from may be gone before it is stored."""
    cdef size_t begin = rows.bytes.length
    reserve(&rows.bytes, length + 1)         # the address of an empty text may not be NULL: that would be another value
    if length:
        memcpy(rows.bytes.bytes + begin, text, length)
        rows.bytes.length += length
    put_range(rows, which, TEXT_CELL, begin, rows.bytes.length)
    return 0
