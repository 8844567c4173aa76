# The object of an event into its fields: along a shape that was seen before, or member by member, which learns the shape.
#
# Both read values alike (`read_value`) and differ in how they come from one to the next.

from libc.stdint cimport uint32_t, uint64_t

from fields cimport SESSION, TEXT, TIMESTAMP, UNKNOWN_FIELD, Field, Fields, Value, count_member, field_of
from hashing cimport member, text_hash, text_value
from json cimport skip_plain, skip_space
from records cimport Batch
from shapes cimport (
    LONGEST_STEP, NO_VALUE, THE_END, Node, Shapes, learn, learn_member, next_node, plant, remember_value, same_value,
)
from simd cimport ROOM
from strings cimport plain_text_end
from values cimport MAX_UNKNOWN_KEYS, known_before, read_value


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
    cdef Node *node
    if shapes.nodes == NULL:
        plant(shapes)
    node = shapes.nodes
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
        if not read_value(batch, &p, end, field, hashed_key, &fields.values[field]):
            return 0
        count_member(fields, field)
        if node != NULL:
            node = learn_member(shapes, node, step, value, p, end, field, hashed_key, &fields.values[field])
        step = p
        p = skip_space(p, end)
        if p == end:
            return 0
        if p[0] == b'}':
            at[0] = p + 1
            if node != NULL:
                learn(shapes, node, step, p + 1, end, UNKNOWN_FIELD, 0, THE_END)
            return 1
        if p[0] != b',':
            return 0
        p = skip_space(p + 1, end)


cdef inline bint read_plain_text(const Batch *batch, const char **at, const char *end, const Node *node,
                                 Value *value) noexcept nogil:
    """`read_value` for most values: a text of plain ASCII."""
    cdef const char *text = at[0] + 1
    cdef const char *text_end = plain_text_end(at[0], end)
    if text_end == NULL:
        return False
    value.type = TEXT
    value.text.offset = <uint32_t>(text - batch.block)
    value.text.length = <uint32_t>(text_end - text)
    if (node.field == TIMESTAMP or node.field == SESSION) and text_end != text:
        value.member = 0                     # the instant and the session stand for it
    else:
        value.member = member(node.hashed_key, text_value(text_hash(text, text_end - text)))
    at[0] = text_end + 1
    return True


cdef inline int follow_shape(Batch *batch, const Shapes *shapes, const char **at, const char *end, Fields *fields) except -1 nogil:
    """Reads the object at at[0] if it has a shape that is known. 0: it has none, or is not for the fast path."""
    cdef const char *p = at[0]
    cdef const char *begin
    cdef const char *last                    # where a step may be compared
    cdef Node *node = shapes.nodes
    cdef Value *value
    cdef uint64_t members = 0
    cdef uint32_t present = 0
    if node == NULL or end - p < LONGEST_STEP + ROOM:
        return 0
    last = end - (LONGEST_STEP + ROOM)
    while p <= last:
        node = next_node(node, p)
        if node == NULL:
            return 0
        p += node.length
        if node.follows == THE_END:
            fields.present = present
            fields.members = members
            at[0] = p
            return 1
        value = &fields.values[node.field]
        if node.follows == NO_VALUE or (node.trust >= 0 and same_value(node, &p, end)):
            value[0] = node.value
        else:
            begin = p
            if not read_plain_text(batch, &p, end, node, value) \
                    and not read_value(batch, &p, end, node.field, node.hashed_key, value):
                return 0
            if node.trust >= 0:
                remember_value(node, begin, p, end, value)
        present |= <uint32_t>1 << node.field
        members += value.member
    return 0


cdef inline int read_object(Batch *batch, Shapes *shapes, const char **at, const char *end, Fields *fields) except -1 nogil:
    """Reads the object at at[0] into fields. 0: not for the fast path."""
    cdef size_t arena_length = batch.arena_length
    if follow_shape(batch, shapes, at, end, fields):
        return 1
    batch.arena_length = arena_length
    return read_members(batch, shapes, at, end, fields)
