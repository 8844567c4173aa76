# What the scanner keeps from one event of a batch to the next, so as not to find it out again. It goes when the batch's log is
# read; nothing in it decides what an event is.

from libc.stdlib cimport calloc, free

from clock cimport Clock, stopped_clock
from recent cimport Places, Recent
from records cimport Batch, Span
from shapes cimport Shapes

cdef struct Reader:
    Batch *batch
    Shapes shapes
    Recent names
    Places sensors
    Places eventids
    Clock clock
    Span sensor              # of events that name none
    int naive_minutes        # offset of times that name none
    bint named               # only events that name their session


cdef inline Reader *new_reader(Batch *batch, int naive_minutes, bint named) noexcept nogil:
    """NULL if there is no memory."""
    cdef Reader *reader = <Reader *>calloc(1, sizeof(Reader))
    if reader != NULL:
        reader.batch = batch
        reader.clock = stopped_clock()
        reader.naive_minutes = naive_minutes
        reader.named = named
    return reader


cdef inline void free_reader(Reader *reader) noexcept nogil:
    if reader != NULL:
        free(reader.shapes.nodes)
        free(reader)
