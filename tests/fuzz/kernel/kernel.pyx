"""The compiled side of the fuzzer: makes inputs, executes targets of the kernel, and tells which inputs reached something new.

It is compiled for fuzzing (tests/fuzz/build.py) out of the same sources as the modules of the package, which are all in `_ext/`.
"""

from cpython.buffer cimport PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer
from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from clock cimport read_time
from exact cimport exact_copy
from folds cimport Folding, close_folding, judge_fold, open_folding
from mutate cimport Chance, Draft, Text, Texts, draw, make_input
from problems cimport FINE, Problem, problem_texts
from scanning cimport Scanning, close_scanning, open_scanning, scan_block
from timing cimport judge_times, naive_of
from unpacking cimport judge_evidence, judge_packed

from doubles cimport open_locale

cdef extern from "coverage.h":
    enum: SC_EDGES
    uint64_t begin_execution "sc_begin_execution"() noexcept nogil
    void forget_edges "sc_forget_edges"() noexcept nogil

cdef enum:
    ROOM = 4096              # bytes of an input
    MOST_KEPT = 65536        # inputs

TARGETS = ("scan", "times", "packed", "evidence", "fold")

if open_locale() != 0:
    raise MemoryError()


def naive_minutes(size_t length):
    """The offset of times that name none, in an input of target `times`."""
    return naive_of(length)


def times_of(bytes data not None):
    """What each line of an input of target `times` is, in microseconds since 1970, or None."""
    cdef const char *text
    cdef int64_t at_us
    naive = naive_of(len(data))
    told = []
    for line in data.split(b"\n"):
        text = line
        told.append(at_us if read_time(text, len(line), naive, &at_us) else None)
    return told


cdef class Inputs:
    """Inputs that were kept, words to put into them, and the next one, made of both. seed: of all that is made.

    box: bytes in memory that outlive the process, for the input at hand: its length in the first eight, then the input."""

    cdef Texts kept
    cdef Texts words
    cdef Draft draft
    cdef Chance chance
    cdef Py_buffer box
    cdef char *boxed

    def __cinit__(self, words, uint64_t seed, object box not None):
        PyObject_GetBuffer(box, &self.box, PyBUF_WRITABLE)
        if self.box.len < ROOM + 8:
            raise ValueError(f"a box has {ROOM + 8} bytes")
        self.boxed = <char *>self.box.buf
        self.kept.entries = <Text *>malloc(MOST_KEPT * sizeof(Text))
        self.words.entries = <Text *>malloc((len(words) + 1) * sizeof(Text))
        self.draft.bytes = <char *>malloc(ROOM)
        if self.kept.entries == NULL or self.words.entries == NULL or self.draft.bytes == NULL:
            raise MemoryError()
        self.kept.count = self.words.count = self.draft.length = 0
        self.draft.room = ROOM
        self.chance.state = seed
        for word in words:
            self.put(&self.words, word, len(word))

    def __dealloc__(self):
        cdef size_t i
        PyBuffer_Release(&self.box)
        for texts in range(2):
            i = 0
            while i < (self.words.count if texts else self.kept.count):
                free(<void *>(self.words.entries[i].bytes if texts else self.kept.entries[i].bytes))
                i += 1
        free(self.kept.entries)
        free(self.words.entries)
        free(self.draft.bytes)

    cdef int put(self, Texts *texts, const char *bytes, size_t length) except -1 nogil:
        texts.entries[texts.count].bytes = exact_copy(bytes, length)
        texts.entries[texts.count].length = length
        texts.count += 1
        return 0

    def keep(self, bytes data not None):
        """Makes later inputs of this one, too."""
        if self.kept.count < MOST_KEPT:
            self.put(&self.kept, data, min(<size_t>len(data), <size_t>ROOM))

    def __len__(self):
        return self.kept.count

    cdef void make(self) noexcept nogil:
        """The next input, in the draft and in the box."""
        make_input(&self.chance, &self.draft, &self.kept, &self.words)
        (<uint64_t *>self.boxed)[0] = self.draft.length
        memcpy(self.boxed + 8, self.draft.bytes, self.draft.length)

    def last(self):
        """The input that was made last."""
        return self.draft.bytes[:self.draft.length]

    def next(self):
        """The next input, for targets in Python."""
        self.make()
        return self.draft.bytes[:self.draft.length]


cdef class Kernel:
    """A target of the kernel."""

    cdef Scanning scanning
    cdef Folding folding
    cdef int target
    cdef readonly str name

    def __cinit__(self, str name not None):
        self.name = name
        self.target = TARGETS.index(name)
        open_scanning(&self.scanning)
        open_folding(&self.folding)
        forget_edges()

    def __dealloc__(self):
        close_scanning(&self.scanning)
        close_folding(&self.folding)

    cdef Problem judge(self, const char *data, size_t length) except -1 nogil:
        if self.target == 0:
            return scan_block(&self.scanning, data, length)
        if self.target == 1:
            return judge_times(data, length)
        if self.target == 2:
            return judge_packed(data, length)
        if self.target == 3:
            return judge_evidence(data, length)
        return judge_fold(&self.folding, data, length)

    cdef Problem execute(self, const char *data, size_t length) except -1 nogil:
        """With the input in memory of just its size."""
        cdef char *copy = exact_copy(data, length)
        cdef Problem problem
        begin_execution()
        problem = self.judge(copy, length)
        free(copy)
        return problem

    def problem_of(self, bytes data not None):
        """What is wrong with an input, or None."""
        cdef Problem problem = self.execute(data, len(data))
        return problem_texts[problem].decode() if problem else None

    def run(self, Inputs inputs not None, uint64_t count, uint64_t every):
        """Executes `count` inputs; keeps those that reach what none before did. Stops at a problem.

        Returns (executions, inputs to be judged by an oracle: all that are kept and one of `every`, problem or None)."""
        cdef Draft *draft = &inputs.draft
        cdef uint64_t done = 0
        cdef Problem problem = FINE
        cdef bint fresh
        told = []
        with nogil:
            while done < count and problem == FINE:
                inputs.make()
                problem = self.execute(draft.bytes, draft.length)
                done += 1
                fresh = begin_execution() > 0
                if fresh and inputs.kept.count < MOST_KEPT:
                    inputs.put(&inputs.kept, draft.bytes, draft.length)
                if fresh or draw(&inputs.chance) % every == 0:
                    with gil:
                        told.append(draft.bytes[:draft.length])
        return done, told, problem_texts[problem].decode() if problem else None
