# The line of a session cut into parts, and their rows.

from libc.stdint cimport int64_t

from evidence cimport find_places
from leaf cimport LEAF_EVENTS, put_activities, put_events
from line cimport Line
from rows cimport PART_ROWS, Rows, begin_row, put_integer
from session cimport Session
from session_rows cimport Packed, put_packed


cdef inline int pack(Rows *rows, const Line *line, size_t begin, size_t end, Packed *part) except -1 nogil:
    """Packs events of the line into the rows' bytes."""
    part.anew = True
    part.activities_at = rows.bytes.length
    put_activities(&rows.bytes, line.events + begin, end - begin, &part.activity_count)
    part.events_at = rows.bytes.length
    put_events(&rows.bytes, line.events + begin, end - begin)
    part.events_end = rows.bytes.length
    return 0


cdef inline int pack_first(Rows *rows, const Line *line, Session *session, size_t begin, size_t end,
                           Packed *part) except -1 nogil:
    """Packs events of the line into the part that lies in the row of the session."""
    pack(rows, line, begin, end, part)
    session.part_us = line.events[begin].at_us
    find_places(session, line.events + begin, end - begin)
    return 0


cdef inline int put_part(Rows *rows, const Line *line, int64_t session_key, int64_t number, size_t begin,
                         size_t end) except -1 nogil:
    """A row of a part that is not the first."""
    cdef Packed part
    pack(rows, line, begin, end, &part)
    begin_row(rows, PART_ROWS, 6)
    put_integer(rows, PART_ROWS, session_key)
    put_integer(rows, PART_ROWS, number)
    put_integer(rows, PART_ROWS, line.events[begin].at_us)
    put_packed(rows, PART_ROWS, &part)
    return 0


cdef inline size_t end_of_part(const Line *line, size_t begin, size_t size, size_t total) noexcept nogil:
    """A part is never cut between events of one microsecond, so that times order parts."""
    cdef size_t end = min(total, begin + size)
    while end < total and line.events[end].at_us == line.events[end - 1].at_us:
        end += 1
    return end


cdef inline int put_new_parts(Rows *rows, const Line *line, Session *session, size_t total, Packed *first) except -1 nogil:
    """Cuts the line of a new session into parts; the first one is for the row of the session."""
    cdef size_t begin = end_of_part(line, 0, LEAF_EVENTS, total)
    cdef size_t end
    cdef int64_t number = 1
    pack_first(rows, line, session, 0, begin, first)
    while begin < total:
        end = end_of_part(line, begin, LEAF_EVENTS, total)
        put_part(rows, line, session.key, number, begin, end)
        number += 1
        begin = end
    return 0
