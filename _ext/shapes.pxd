# Shapes: the ways in which events of a log begin, go on and end.
#
# Cowrie writes the keys of one kind of event in one order with one spacing. What was seen once is kept as a tree: a node is a
# step from the end of one value to the begin of the next, `, "session": `, and its children are the steps that came after it. A
# step is learned when the members before it had other keys (`read_members`), so that no way through the tree holds a key twice.
#
# Steps point into the block, where they were seen first. The tree is bounded, and so are the children of a node: what does not
# fit is not learned, and objects that leave the tree are read member by member.

from libc.stdint cimport int32_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport realloc

from fields cimport FIELDS, TEXT, UNKNOWN_FIELD, Field, Fields, Value, count_member
from records cimport IN_ARENA
from simd cimport ROOM, equal_bytes

cdef enum:
    MAX_NODES = 1024
    MAX_CHILDREN = 32        # of one node
    LONGEST_STEP = 96
    ROOT = 0
    NOWHERE = 0              # no node is a child that leads to the root
    END_OF_OBJECT = FIELDS + 1   # instead of the field of a step that is `}`
    MOST_TRUST = 16
    LOST_TRUST = 2           # by a value that is another than the last

# A step, and the last value that followed it.
cdef struct Node:
    const char *step
    uint64_t hashed_key
    uint16_t length
    uint16_t child           # the first
    uint16_t sibling         # the next
    uint8_t field
    bint with_value          # the step goes on to the end of its value, which is `value`
    const char *last         # the bytes of the last value and the one behind it, so that 1 is not taken for 12
    uint32_t last_length     # of them
    int32_t trust            # that a value comes again; below 0 it is not compared any more
    Value value

cdef struct Shapes:
    Node *nodes
    uint32_t count
    uint32_t capacity


cdef inline int grow_shapes(Shapes *shapes) except -1 nogil:
    cdef uint32_t capacity = shapes.capacity * 4 if shapes.capacity else 64
    cdef Node *grown = <Node *>realloc(shapes.nodes, capacity * sizeof(Node))
    if grown == NULL:
        with gil:
            raise MemoryError()
    shapes.nodes = grown
    shapes.capacity = capacity
    if shapes.count == 0:
        grown[ROOT].child = NOWHERE
        shapes.count = 1
    return 0


cdef inline int learn(Shapes *shapes, int parent, const char *step, const char *value, const char *end, Field field,
                      uint64_t hashed_key, bint with_value) except -1 nogil:
    """The node of the step [step, value) from a parent, known or new; NOWHERE if it cannot be kept. end: of the block."""
    cdef Node *node
    cdef size_t length = value - step
    cdef int children = 0
    cdef uint16_t *link
    if length > LONGEST_STEP or end - value < ROOM:
        return NOWHERE
    if shapes.count == shapes.capacity:
        if shapes.count == MAX_NODES:
            return NOWHERE
        grow_shapes(shapes)
    link = &shapes.nodes[parent].child
    while link[0]:
        node = &shapes.nodes[link[0]]
        if node.length == length and node.with_value == with_value and equal_bytes(step, node.step, length):
            return link[0]
        link = &node.sibling
        children += 1
    if children == MAX_CHILDREN:
        return NOWHERE
    node = &shapes.nodes[shapes.count]
    node.step = step
    node.length = <uint16_t>length
    node.hashed_key = hashed_key
    node.field = <uint8_t>field
    node.with_value = with_value
    node.child = NOWHERE
    node.sibling = NOWHERE
    node.last_length = 0
    node.trust = MOST_TRUST // 2
    link[0] = <uint16_t>shapes.count
    shapes.count += 1
    return link[0]


cdef inline Node *next_node(const Shapes *shapes, const Node *node, const char *p, const char *end) noexcept nogil:
    """The child whose step stands at p; NULL if there is none, or p is too near the end for a comparison."""
    cdef uint32_t at = node.child
    cdef Node *child
    if end - p < LONGEST_STEP + ROOM:
        return NULL
    while at:
        child = &shapes.nodes[at]
        if equal_bytes(p, child.step, child.length):
            return child
        at = child.sibling
    return NULL


cdef inline bint same_value(Node *node, const char **at, const char *end, Fields *fields) noexcept nogil:
    """Takes the value at at[0] if its bytes are those of the node's last one."""
    if node.trust < 0 or node.last_length == 0:
        return False
    if end - at[0] < <ssize_t>node.last_length + ROOM or not equal_bytes(at[0], node.last, node.last_length):
        node.trust -= LOST_TRUST
        return False
    node.trust = min(node.trust + 1 + <int32_t>(node.last_length // 32), MOST_TRUST)
    fields.values[node.field] = node.value
    count_member(fields, node.field)
    at[0] += node.last_length - 1
    return True


cdef inline void remember_value(Node *node, const char *begin, const char *after, const char *end,
                                const Fields *fields) noexcept nogil:
    """Keeps the value [begin, after) for the next event, unless its text lies where the next event may put its own."""
    cdef const Value *value = &fields.values[node.field]
    if node.trust < 0 or end - after < ROOM \
            or (node.field != UNKNOWN_FIELD and value.type == TEXT and value.text.offset & IN_ARENA):
        return
    node.value = value[0]
    node.last = begin
    node.last_length = <uint32_t>(after - begin) + 1
