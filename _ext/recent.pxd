# Numbers of texts that were interned before, found without SipHash.
#
# A table of one slot a text, without a key: who makes texts that share a slot only makes them go the long way, to `intern`.

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.string cimport memcmp

from hashing cimport K0, K1, load_tail, load_word, mum
from records cimport Batch, Interned, Interner, Span, intern, text_of

cdef enum:
    RECENT_BITS = 10

cdef struct Recent:
    uint32_t numbers[1024]   # number + 1; 0 is free


cdef inline uint64_t first_of(const char *text, size_t length) noexcept nogil:
    """The first eight bytes of a text, zeros behind it."""
    return load_word(text) if length >= 8 else load_tail(text, length, length)


cdef inline uint64_t last_of(const char *text, size_t length) noexcept nogil:
    return load_word(text + length - 8) if length >= 8 else 0


cdef inline int64_t intern_recent(Batch *batch, Interner *interner, Recent *recent, Span span, uint32_t tag) except -1 nogil:
    """`intern`, with a look at the recent ones first."""
    cdef const char *text = text_of(batch, span)
    cdef const char *known
    cdef uint64_t first = first_of(text, span.length)
    cdef uint64_t last = last_of(text, span.length)
    cdef uint32_t *number = &recent.numbers[mum(first ^ K0 ^ tag, last ^ K1) >> (64 - RECENT_BITS)]
    cdef Interned *entry
    if number[0]:
        entry = &interner.entries[number[0] - 1]
        known = text_of(batch, entry.text)
        if entry.text.length == span.length and entry.tag == tag and first == first_of(known, span.length) \
                and last == last_of(known, span.length) and (span.length <= 16 or memcmp(text, known, span.length) == 0):
            return number[0] - 1
    number[0] = <uint32_t>intern(batch, interner, span, tag) + 1
    return number[0] - 1


# Numbers of texts by where they are. Values that are taken over from an event before have their texts there (shapes.pxd).
cdef struct Places:
    Span texts[64]
    uint32_t numbers[64]     # number + 1; 0 is free


cdef inline int64_t intern_place(Batch *batch, Interner *interner, Places *places, Span span) except -1 nogil:
    """`intern` under tag 0, with a look first whether the text itself was interned before."""
    cdef uint32_t at = (span.offset * 0x9E3779B1U) >> 26
    if places.numbers[at] and places.texts[at].offset == span.offset and places.texts[at].length == span.length:
        return places.numbers[at] - 1
    places.numbers[at] = <uint32_t>intern(batch, interner, span, 0) + 1
    places.texts[at] = span
    return places.numbers[at] - 1
