# The object of an event into its fields: along a shape that was seen before, or member by member, which learns the shape.
#
# Both read values alike (`read_member`) and differ in how they come from one to the next.

from libc.stdint cimport uint32_t, uint64_t

from fields cimport EVENTID, TEXT, UNKNOWN_FIELD, Field, Fields, count_member, field_of
from hashing cimport text_hash
from json cimport skip_plain, skip_space
from records cimport IN_ARENA, Batch
from shapes cimport END_OF_OBJECT, NOWHERE, ROOT, Node, Shapes, learn, next_node, remember_value, same_value
from values cimport MAX_UNKNOWN_KEYS, known_before, read_member


cdef inline int read_members(Batch *batch, Shapes *shapes, const char **at, const char *end, Fields *fields) except -1 nogil:
    """Reads the object at at[0], whatever its shape, and learns that. 0: not for the fast path."""
    cdef const char *step = at[0]            # from the end of a value to the next one
    cdef const char *p = skip_space(step + 1, end)
    cdef const char *key
    cdef const char *value
    cdef uint64_t unknown[MAX_UNKNOWN_KEYS]
    cdef size_t count = 0
    cdef uint64_t hashed_key
    cdef Field field
    cdef bint with_value
    cdef int node = ROOT
    cdef bint learning = True
    fields.present = 0
    fields.members = 0
    while True:
        if p == end or p[0] != b'"':
            return 0
        key = p + 1
        p = skip_plain(key, end)
        if p == end or p[0] != b'"':
            return 0                         # a key with escapes could be any key
        field = field_of(key, p - key)
        hashed_key = text_hash(key, p - key)
        if field == UNKNOWN_FIELD:
            if count == MAX_UNKNOWN_KEYS or known_before(unknown, count, hashed_key):
                return 0
            unknown[count] = hashed_key
            count += 1
        elif fields.present & (<uint32_t>1 << field):
            return 0                         # the last of equal keys counts: the slow path knows
        p = skip_space(p + 1, end)
        if p == end or p[0] != b':':
            return 0
        p = skip_space(p + 1, end)
        value = p
        if not read_member(batch, &p, end, fields, field, hashed_key):
            return 0
        if learning:
            # There are few event ids, and what comes next depends on them: they are part of the shape.
            with_value = field == EVENTID and fields.values[EVENTID].type == TEXT \
                and not fields.values[EVENTID].text.offset & IN_ARENA
            node = learn(shapes, node, step, p if with_value else value, end, field, hashed_key, with_value)
            learning = node != NOWHERE
            if with_value and learning:
                shapes.nodes[node].value = fields.values[EVENTID]
        step = p
        p = skip_space(p, end)
        if p == end:
            return 0
        if p[0] == b'}':
            at[0] = p + 1
            if learning:
                learn(shapes, node, step, p + 1, end, END_OF_OBJECT, 0, False)
            return 1
        if p[0] != b',':
            return 0
        p = skip_space(p + 1, end)


cdef inline int follow_shape(Batch *batch, Shapes *shapes, const char **at, const char *end, Fields *fields) except -1 nogil:
    """Reads the object at at[0] if it has a shape that is known. 0: it has none, or is not for the fast path."""
    cdef const char *p = at[0]
    cdef const char *value
    cdef Node *node = shapes.nodes
    if node == NULL:
        return 0
    fields.present = 0
    fields.members = 0
    while True:
        node = next_node(shapes, node, p, end)
        if node == NULL:
            return 0
        p += node.length
        if node.field == END_OF_OBJECT:
            at[0] = p
            return 1
        if node.with_value:
            fields.values[node.field] = node.value
            count_member(fields, node.field)
        elif not same_value(node, &p, end, fields):
            value = p
            if not read_member(batch, &p, end, fields, node.field, node.hashed_key):
                return 0
            remember_value(node, value, p, end, fields)


cdef inline int read_object(Batch *batch, Shapes *shapes, const char **at, const char *end, Fields *fields) except -1 nogil:
    """Reads the object at at[0] into fields. 0: not for the fast path."""
    cdef size_t arena_length = batch.arena_length
    if follow_shape(batch, shapes, at, end, fields):
        return 1
    batch.arena_length = arena_length
    return read_members(batch, shapes, at, end, fields)
