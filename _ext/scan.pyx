"""sesscore._scan: bytes of a log → events of a batch.

`EventBatch.scan` walks the bytes without the GIL and takes every object that is an event and holds nothing unusual. It stops at
anything else; `sesscore.records` decides what that is and hands events back through `EventBatch.add`. Both ways end in `keep`,
so that an event is the same event whichever way it came.
"""

from cpython.buffer cimport PyBuffer_IsContiguous
from cpython.bytearray cimport PyByteArray_AS_STRING, PyByteArray_Resize
from cpython.memoryview cimport PyMemoryView_GET_BUFFER
from cpython.object cimport PyObject
from cpython.pycapsule cimport PyCapsule_GetContext, PyCapsule_GetPointer, PyCapsule_New, PyCapsule_SetContext
from cpython.ref cimport Py_INCREF, Py_XDECREF
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.string cimport memchr, memcpy

import os

from doubles cimport open_locale
from event cimport KEPT, NO_TIME, Fate, keep, take, when
from fields cimport (
    BIG_INTEGER, DOUBLE, INTEGER, OTHER_TYPE, TEXT, UNKNOWN_FIELD, Field, Fields, Value, count_member, field_of,
)
from hashing cimport (
    K5, K6, K7, array_add, array_begin, array_end, big_integer_value, double_value, integer_value, member, object_value,
    text_hash, text_value,
)
from heap cimport return_large_blocks, use_large_pages
from json cimport BROKEN, INCOMPLETE, MAX_OBJECT, TOO_DEEP, TOO_LONG, WHOLE, Verdict, check_object
from match cimport BY_USER, LAST_MATCHER, UNNAMED, Name, name_of
from reader cimport Reader, free_reader, new_reader
from records cimport (
    ABSENT, IN_ARENA, Batch, Event, Interned, Span, absent, arena_reserve, free_batch, is_modest, new_batch, reset_batch,
    text_of,
)
from strings cimport replace_surrogates

cdef extern from "Python.h":
    Py_ssize_t Py_REFCNT(PyObject *) noexcept
    PyObject *PyList_GET_ITEM(object, Py_ssize_t) noexcept      # borrowed: not counted

ctypedef unsigned long long KeyPart

cdef enum:
    SHORTEST_EVENT = 48      # {"timestamp":"2020-01-01T00:00:00","eventid":"x"}, less a little

if open_locale() != 0:
    raise MemoryError()

cdef uint64_t table_key0 = <KeyPart>int.from_bytes(os.urandom(8), "little")
cdef uint64_t table_key1 = <KeyPart>int.from_bytes(os.urandom(8), "little")


def settle_memory():
    """For a program that reads logs: large blocks go back to the system as soon as they are freed, so that memory stays flat.

    It holds for the whole process, so a library does not do it by itself."""
    return_large_blocks()


class Digits(str):
    """An integer of the slow path that does not fit 64 bits, as its decimal text."""


def resize(bytearray block not None, Py_ssize_t size):
    """Gives a block another size; what is added is not set to anything."""
    PyByteArray_Resize(block, size)


def is_unused(list blocks not None, Py_ssize_t at):
    """Whether nobody but the list refers to one of its blocks. (What Python says of references depends on its version.)"""
    if not 0 <= at < len(blocks):
        raise IndexError(at)
    return Py_REFCNT(PyList_GET_ITEM(blocks, at)) == 1


def settle_block(bytearray block not None):
    """For a large block that is used for long."""
    use_large_pages(PyByteArray_AS_STRING(block), len(block))


# Batches whose memory is used again (`sesscore.blocks` says why). Only with the GIL.
cdef enum:
    MOST_SPARE = 3

cdef Batch *spare[MOST_SPARE]
cdef int spare_count = 0


cdef Batch *take_batch(const char *block, size_t length) except NULL:
    global spare_count
    cdef Batch *batch
    if spare_count:
        spare_count -= 1
        batch = spare[spare_count]
        reset_batch(batch, block, length)
        return batch
    batch = new_batch(block, length, table_key0, table_key1)
    if batch == NULL:
        raise MemoryError()
    return batch


cdef void close_capsule(object capsule) noexcept:
    global spare_count
    cdef Batch *batch = <Batch *>PyCapsule_GetPointer(capsule, b"sesscore.batch")
    if spare_count < MOST_SPARE and is_modest(batch):
        spare[spare_count] = batch
        spare_count += 1
    else:
        free_batch(batch)
    Py_XDECREF(<PyObject *>PyCapsule_GetContext(capsule))


cdef class EventBatch:
    """The events of one block of log bytes.

    block: the bytes; kept as long as the batch. sensor: of events that name none. naive_minutes: offset of times that name none.
    in_line: whether the block begins inside a line. fast: False sends every object the slow way (for tests). ask: called with the
    fields of an event that names no session, the user's matchers (`sesscore.matchers.Registry.ask`).
    """

    cdef Batch *batch
    cdef Reader *reader
    cdef readonly object capsule
    cdef readonly object block
    cdef readonly bint in_line
    cdef readonly list quarantine
    cdef bint fast
    cdef object ask

    def __cinit__(self, object block not None, str sensor not None, int naive_minutes=0, bint in_line=False, bint fast=True,
                  object ask=None):
        cdef object view = memoryview(block)
        cdef Py_buffer *buffer = PyMemoryView_GET_BUFFER(view)
        if buffer.itemsize != 1 or not PyBuffer_IsContiguous(buffer, b'C'):
            raise TypeError("a block is of bytes, one after the other")
        if buffer.len >= IN_ARENA:
            raise ValueError("a block may have 2 GiB")
        self.batch = take_batch(<const char *>buffer.buf, buffer.len)
        self.capsule = PyCapsule_New(self.batch, b"sesscore.batch", close_capsule)
        Py_INCREF(view)                      # texts lie in the block: it stays where it is as long as the capsule lives
        PyCapsule_SetContext(self.capsule, <void *>view)
        self.block = block
        self.in_line = in_line
        self.fast = fast
        self.ask = ask
        self.quarantine = []
        self.reader = new_reader(self.batch, naive_minutes, ask is not None)
        if self.reader == NULL:
            raise MemoryError()
        self.put(stored_text(sensor), &self.reader.sensor)

    def __dealloc__(self):
        free_reader(self.reader)

    @property
    def events(self):
        """Events that name a session, copies included."""
        return self.batch.count

    @property
    def sessionless(self):
        return self.batch.sessionless

    @property
    def blank(self):
        return self.batch.blank

    @property
    def records(self):
        """Records of every fate."""
        return self.batch.records

    @property
    def sensors(self):
        """Names of the sensors, in the order of their numbers in the batch."""
        cdef Span text
        names = []
        for i in range(self.batch.sensors.count):
            text = self.batch.sensors.entries[i].text
            names.append(text_of(self.batch, text)[:text.length].decode("utf-8"))
        return names

    def scan(self, Py_ssize_t at):
        """Reads records from `at` on; returns where it stopped: the end, or the first byte that `records.py` has to look at."""
        cdef const char *p
        cdef const char *end = self.batch.block + self.batch.block_length
        if not 0 <= at <= <Py_ssize_t>self.batch.block_length:
            raise IndexError(at)
        p = self.batch.block + at
        with nogil:
            while p < end:
                if p[0] == b'{':
                    if not self.fast or not take(self.reader, &p, end):
                        break
                    self.batch.records += 1
                    self.in_line = True
                elif p[0] == b'\n':
                    if not self.in_line:
                        self.batch.blank += 1
                        self.batch.records += 1
                    self.in_line = False
                    p += 1
                elif p[0] == b' ' or p[0] == b'\t' or p[0] == b'\r':
                    p += 1
                elif p[0] == 0 or p[0] == b',' or p[0] == b'[' or p[0] == b']':
                    self.in_line = True
                    p += 1
                elif <uint8_t>p[0] == 0xEF and end - p >= 3 and <uint8_t>p[1] == 0xBB and <uint8_t>p[2] == 0xBF:
                    self.in_line = True
                    p += 3
                else:
                    break
        return p - self.batch.block

    def check(self, Py_ssize_t at, Py_ssize_t stop=-1):
        """Looks at the object that begins at `at`: (verdict, its end or the end of the block). stop: where the block is to end.

        The verdict is "whole", "incomplete", "json", "depth" or "too_long"."""
        cdef const char *p
        cdef const char *end
        cdef bint capped = False
        cdef Verdict verdict
        if stop < 0:
            stop = <Py_ssize_t>self.batch.block_length
        if not 0 <= at < stop <= <Py_ssize_t>self.batch.block_length or self.batch.block[at] != b'{':
            raise IndexError(at)
        end = self.batch.block + stop
        p = self.batch.block + at
        if end - p > MAX_OBJECT:
            end = p + MAX_OBJECT
            capped = True
        with nogil:
            verdict = check_object(&p, end)
        if verdict == WHOLE:
            return "whole", p - self.batch.block
        if verdict == INCOMPLETE and not capped:
            return "incomplete", stop
        return ("json" if verdict == BROKEN else "depth" if verdict == TOO_DEEP else "too_long"), stop

    def next_whole(self, Py_ssize_t at, Py_ssize_t stop, bint may_grow):
        """The first object in [at, stop) that is whole, ends there and is long enough to be an event, as (begin, end), or None.

        may_grow: `stop` is no end of a line, so an object that is unfinished there may yet become whole and hold the later ones."""
        cdef const char *p
        cdef const char *q
        cdef const char *end
        cdef bint found = False
        cdef Verdict verdict
        if not 0 <= at <= stop <= <Py_ssize_t>self.batch.block_length:
            raise IndexError(at)
        p = self.batch.block + at
        end = self.batch.block + stop
        with nogil:
            while p < end:
                p = <const char *>memchr(p, b'{', end - p)
                if p == NULL:
                    break
                q = p
                verdict = check_object(&q, end)
                if verdict == TOO_DEEP or verdict == TOO_LONG or (verdict == INCOMPLETE and may_grow):
                    break
                if verdict != WHOLE:
                    p += 1
                elif q - p < SHORTEST_EVENT:
                    p = q
                else:
                    found = True
                    break
        return (p - self.batch.block, q - self.batch.block) if found else None

    def count_bad(self, Py_ssize_t at, Py_ssize_t length, str reason not None, object raw not None, uint32_t records=1):
        """Quarantines records. Those that follow each other for one reason share a row."""
        if self.quarantine:
            last = self.quarantine[len(self.quarantine) - 1]
            if last[4] == reason and last[0] + last[1] == self.batch.records:
                self.quarantine[len(self.quarantine) - 1] = (
                    last[0], last[1] + records, last[2], at + length - last[2], reason, last[5])
                self.batch.records += records
                self.in_line = True
                return
        self.quarantine.append((self.batch.records, records, at, length, reason, bytes(raw)))
        self.batch.records += records
        self.in_line = True

    def add(self, dict fields not None, str enclosing=None):
        """Adds an event that was decoded in Python. Returns None, or the reason ("no_time", "no_eventid") why it is none.

        fields: str → str, int, Digits, float, bool, None, list, dict. enclosing: the session key that held it in a list."""
        cdef Fields c_fields
        cdef Span key = absent()
        cdef Name name
        cdef int64_t at_us
        cdef Fate fate
        self.read_fields(fields, &c_fields)
        fate = when(self.reader, &c_fields, &at_us)
        if fate == KEPT:
            if enclosing is not None:
                self.put(stored_text(enclosing), &key)
            name = name_of(self.batch, &c_fields, key)
            if name.matcher == UNNAMED and self.ask is not None:
                self.ask_user(fields, &name)
            keep(self.reader, &c_fields, name, at_us)
            self.batch.records += 1
            self.in_line = True
            return None
        return "no_time" if fate == NO_TIME else "no_eventid"

    cdef int ask_user(self, dict fields, Name *name) except -1:
        """The user's matchers: `ask` gives a priority and a session id, or None."""
        found = self.ask(fields)
        if found is None:
            return 0
        priority, session_id = found
        if not BY_USER <= priority <= LAST_MATCHER:
            raise ValueError(f"a user's matcher has a priority of {BY_USER} to {LAST_MATCHER}, not {priority}")
        name.matcher = priority
        self.put(stored_text(session_id), &name.id)
        return 0

    def is_event(self, dict fields not None):
        """Whether decoded fields have a readable timestamp and an event id."""
        cdef Fields c_fields
        cdef int64_t at_us
        cdef size_t arena_length = self.batch.arena_length
        self.read_fields({key: fields[key] for key in ("timestamp", "eventid") if key in fields}, &c_fields)
        event = when(self.reader, &c_fields, &at_us) == KEPT
        self.batch.arena_length = arena_length
        return event

    cdef int read_fields(self, dict fields, Fields *c_fields) except -1:
        """`read_object` for fields that Python decoded."""
        cdef Field field
        cdef uint64_t hashed_key
        cdef bytes key
        c_fields.present = 0
        c_fields.members = 0
        for name, value in fields.items():
            key = name.encode("utf-8", "surrogatepass")
            field = field_of(key, len(key))
            hashed_key = text_hash(key, len(key))
            if field != UNKNOWN_FIELD:
                self.read_python(value, &c_fields.values[field])
            c_fields.values[field].member = member(hashed_key, value_hash(value))
            count_member(c_fields, field)
        return 0

    cdef int read_python(self, object value, Value *out) except -1:
        out.text = absent()
        if isinstance(value, Digits):
            out.type = BIG_INTEGER
            self.put(str(value).encode("ascii"), &out.text)
        elif isinstance(value, str):
            out.type = TEXT
            self.put(stored_text(value), &out.text)
        elif isinstance(value, bool) or value is None or isinstance(value, (list, dict)):
            out.type = OTHER_TYPE
        elif isinstance(value, int):
            out.type = INTEGER
            out.integer = value
            self.put(str(value).encode("ascii"), &out.text)
        else:
            out.type = DOUBLE
            out.number = value
            self.put(repr(value + 0.0).encode("ascii"), &out.text)      # -0.0 is 0.0
        return 0

    cdef int put(self, bytes text, Span *span) except -1:
        """Keeps a text in the arena."""
        cdef size_t length = len(text)
        arena_reserve(self.batch, length)
        span.offset = <uint32_t>self.batch.arena_length | IN_ARENA
        span.length = <uint32_t>length
        if length:                           # an arena that nothing was put into is NULL, which memcpy may not be given
            memcpy(self.batch.arena + self.batch.arena_length, <const char *>text, length)
        self.batch.arena_length += length
        return 0

    def dump(self):
        """Every event as a tuple, for tests: (sensor, session id, µs, fingerprint, event id, record, matcher)."""
        cdef Event *event
        cdef Interned *name
        cdef Span text
        rows = []
        sensors = self.sensors
        for i in range(self.batch.count):
            event = &self.batch.events[i]
            name = &self.batch.names.entries[event.name]
            text = self.batch.eventids.entries[event.eventid].text
            rows.append((
                sensors[name.tag], text_of(self.batch, name.text)[:name.text.length].decode("utf-8"), event.at_us,
                event.fingerprint, text_of(self.batch, text)[:text.length].decode("utf-8"), event.record, event.matcher,
            ))
        return rows

    def dump_values(self):
        """What sessions get from every event, for tests: (kind, ports, stated duration, texts)."""
        cdef Event *event
        rows = []
        for i in range(self.batch.count):
            event = &self.batch.events[i]
            rows.append((
                event.kind, event.src_port, event.dst_port, event.close_ms, self.bytes_of(event.src_ip),
                self.bytes_of(event.protocol), self.bytes_of(event.a), self.bytes_of(event.b), self.bytes_of(event.c),
            ))
        return rows

    cdef object bytes_of(self, Span text):
        return None if text.length == ABSENT else text_of(self.batch, text)[:text.length]


cdef bytes stored_text(str text):
    """UTF-8 of a text as it is stored: lone surrogates are U+FFFD."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        patched = bytearray(text.encode("utf-8", "surrogatepass"))
        replace_surrogates(PyByteArray_AS_STRING(patched), len(patched))
        return bytes(patched)


cdef uint64_t value_hash(object value) except? 0:
    """`hash_value` for a value that Python decoded."""
    cdef bytes raw
    cdef uint64_t h
    if isinstance(value, str):
        raw = value.encode("utf-8", "surrogatepass")
        h = text_hash(raw, len(raw))
        return big_integer_value(h) if isinstance(value, Digits) else text_value(h)
    if value is None:
        return K5
    if isinstance(value, bool):
        return K7 if value else K6
    if isinstance(value, int):
        return integer_value(value)
    if isinstance(value, float):
        return double_value(value)
    if isinstance(value, list):
        h = array_begin()
        for element in value:
            h = array_add(h, value_hash(element))
        return array_end(h)
    h = 0
    for key, element in value.items():
        raw = key.encode("utf-8", "surrogatepass")
        h += member(text_hash(raw, len(raw)), value_hash(element))
    return object_value(h)
