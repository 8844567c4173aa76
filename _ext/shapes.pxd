# Shapes: the ways in which events of a log begin, go on and end.
#
# Cowrie writes the keys of one kind of event in one order with one spacing. What was seen once is kept as a tree: a node is a
# step from the end of one value to the begin of the next, `, "session": `, and its children are the steps that came after it. A
# step is learned when the members before it had other keys (`read_members`), so that no way through the tree holds a key twice.
#
# Steps point into the block, where they were seen first. The tree is bounded, and so are the children of a node: what does not
# fit is not learned, and objects that leave the tree are read member by member.

from libc.stdint cimport int16_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport malloc

from fields cimport EVENTID, HASSH, TEXT, UNKNOWN_FIELD, VERSION, Field, Value
from records cimport IN_ARENA
from simd cimport ROOM, equal_bytes

cdef enum:
    MAX_NODES = 2048
    MAX_CHILDREN = 32        # of one node
    MAX_KNOWN_VALUES = 24    # among them
    LONGEST_STEP = 96
    MOST_TRUST = 16
    LOST_TRUST = 2           # by a value that is another than the last

# What follows a step.
cdef enum:
    A_VALUE = 0
    NO_VALUE = 1             # the step goes on to the end of its value, which is the node's
    THE_END = 2              # the step is the `}`

# A step, and the last value that followed it.
cdef struct Node:
    const char *step
    Node *child              # the first
    Node *sibling            # the next
    uint64_t hashed_key
    uint16_t length
    uint8_t field
    uint8_t follows
    int16_t trust            # that a value comes again; below 0 it is not compared any more
    uint32_t last_length     # bytes of the last value; 0: none yet
    const char *last
    Value value

cdef struct Shapes:
    Node *nodes              # the first is the root
    uint32_t count


cdef inline int plant(Shapes *shapes) except -1 nogil:
    """Makes room for all nodes at once: they point at each other. What is not used is never touched."""
    shapes.nodes = <Node *>malloc(MAX_NODES * sizeof(Node))
    if shapes.nodes == NULL:
        with gil:
            raise MemoryError()
    shapes.nodes.child = NULL
    shapes.count = 1
    return 0


cdef inline Node *learn(Shapes *shapes, Node *parent, const char *step, const char *after, const char *end, Field field,
                        uint64_t hashed_key, uint8_t follows) noexcept nogil:
    """The node of the step [step, after) from a parent, known or new; NULL if it cannot be kept. end: of the block."""
    cdef Node **link = &parent.child
    cdef Node *node
    cdef size_t length = after - step
    cdef int children = 0
    if length > LONGEST_STEP or end - after < ROOM:
        return NULL
    while link[0] != NULL:
        node = link[0]
        if node.length == length and node.follows == follows and equal_bytes(step, node.step, length):
            return node
        link = &node.sibling
        children += 1
    if children >= (MAX_KNOWN_VALUES if follows == NO_VALUE else MAX_CHILDREN) or shapes.count == MAX_NODES:
        return NULL
    node = &shapes.nodes[shapes.count]
    shapes.count += 1
    link[0] = node
    node.step = step
    node.child = NULL
    node.sibling = NULL
    node.hashed_key = hashed_key
    node.length = <uint16_t>length
    node.field = <uint8_t>field
    node.follows = follows
    node.trust = MOST_TRUST // 2
    node.last_length = 0
    return node


cdef inline void remember_value(Node *node, const char *begin, const char *after, const char *end,
                                const Value *value) noexcept nogil:
    """Keeps the value [begin, after) for the next event, unless its text lies where the next event may put its own."""
    if end - after < ROOM or (node.field != UNKNOWN_FIELD and value.type == TEXT and value.text.offset & IN_ARENA):
        return
    node.value = value[0]
    node.last = begin
    node.last_length = <uint32_t>(after - begin)


cdef inline Node *learn_member(Shapes *shapes, Node *parent, const char *step, const char *begin, const char *after,
                               const char *end, Field field, uint64_t hashed_key, const Value *value) noexcept nogil:
    """The node of a member whose value is [begin, after).

    There are few event ids and few kinds of clients, and what comes next depends on them: they are part of the shape."""
    cdef Node *node = NULL
    if (field == EVENTID or field == VERSION or field == HASSH) and value.type == TEXT and not value.text.offset & IN_ARENA:
        node = learn(shapes, parent, step, after, end, field, hashed_key, NO_VALUE)
    if node == NULL:
        node = learn(shapes, parent, step, begin, end, field, hashed_key, A_VALUE)
    if node != NULL:
        remember_value(node, begin, after, end, value)
    return node


cdef inline Node *next_node(const Node *node, const char *p) noexcept nogil:
    """The child whose step stands at p, behind which are LONGEST_STEP + ROOM bytes; NULL if there is none."""
    cdef Node *child = node.child
    while child != NULL and not equal_bytes(p, child.step, child.length):
        child = child.sibling
    return child


cdef inline bint same_value(Node *node, const char **at, const char *end) noexcept nogil:
    """Whether the bytes at at[0] are those of the node's last value; steps over them if so.

    They may be the begin of a longer number. No step goes on from there: all begin with space, a comma or a brace."""
    cdef size_t length = node.last_length
    if length == 0:
        return False
    if end - at[0] < <ssize_t>length + ROOM or not equal_bytes(at[0], node.last, length):
        node.trust -= LOST_TRUST
        return False
    node.trust = <int16_t>min(node.trust + 1 + <int>(length // 32), MOST_TRUST)
    at[0] += length
    return True
