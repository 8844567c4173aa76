# Inputs made of inputs: a few changes to one that was kept, most of them where its structure has a border.
#
# Everything follows from the state of a `Chance`, so that an execution can be repeated.

from libc.stdint cimport uint8_t, uint64_t
from libc.string cimport memcpy, memmove

cdef enum:
    MOST_CHANGES = 6
    FAR_ENOUGH = 32          # bytes in which a border is looked for

cdef struct Chance:
    uint64_t state

cdef struct Text:
    const char *bytes
    size_t length

cdef struct Texts:
    Text *entries
    size_t count

# An input that is being made; `room` bytes may be used.
cdef struct Draft:
    char *bytes
    size_t length
    size_t room


cdef inline uint64_t draw(Chance *chance) noexcept nogil:
    """splitmix64"""
    cdef uint64_t z
    chance.state += 0x9E3779B97F4A7C15ULL
    z = chance.state
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL
    return z ^ (z >> 31)


cdef inline size_t below(Chance *chance, size_t limit) noexcept nogil:
    """A number from 0 to `limit` - 1; 0 if that is none."""
    return <size_t>((draw(chance) >> 32) * limit >> 32)


cdef inline bint is_border(char c) noexcept nogil:
    return (c == b'{' or c == b'}' or c == b'[' or c == b']' or c == b'"' or c == b',' or c == b':' or c == b'\n' or c == b'|'
            or c == b'-' or c == b'T')


cdef inline size_t place_in(Chance *chance, const char *text, size_t length) noexcept nogil:
    """A place in a text, its end included: anywhere, or at the next border."""
    cdef size_t at = below(chance, length + 1)
    cdef size_t end = min(length, at + FAR_ENOUGH)
    if draw(chance) & 1:
        while at < end and not is_border(text[at]):
            at += 1
    return at


cdef inline size_t some_length(Chance *chance, size_t most) noexcept nogil:
    """Mostly a small one, from 1 on; 0 if `most` is."""
    cdef size_t limit = 1 + below(chance, 4)
    return min(most, 1 + below(chance, limit if draw(chance) & 3 else most))


cdef inline void replace(Draft *draft, size_t at, size_t gone, const char *text, size_t length) noexcept nogil:
    """Puts a text, which is no part of the draft, in the place of `gone` bytes; as much of it as there is room for."""
    length = min(length, draft.room - (draft.length - gone))
    memmove(draft.bytes + at + length, draft.bytes + at + gone, draft.length - at - gone)
    if length:
        memcpy(draft.bytes + at, text, length)
    draft.length += length
    draft.length -= gone


cdef inline void change_byte(Chance *chance, Draft *draft) noexcept nogil:
    cdef size_t at = below(chance, draft.length)
    cdef uint64_t way = draw(chance)
    cdef char c = draft.bytes[at]
    if b'0' <= c <= b'9' and way & 7:
        draft.bytes[at] = <char>(48 + (way >> 8) % 10)
    elif way & 8:
        draft.bytes[at] = <char>(<uint8_t>c ^ <uint8_t>(1 << (way >> 8 & 7)))
    else:
        draft.bytes[at] = <char>(way >> 8)


cdef inline void repeat_range(Chance *chance, Draft *draft) noexcept nogil:
    """A part of the draft once more, elsewhere."""
    cdef char copy[256]
    cdef size_t begin = place_in(chance, draft.bytes, draft.length)
    cdef size_t length = some_length(chance, min(draft.length - begin, sizeof(copy)))
    memcpy(copy, draft.bytes + begin, length)
    replace(draft, place_in(chance, draft.bytes, draft.length), 0, copy, length)


cdef inline void splice(Chance *chance, Draft *draft, const Text *other, bint rest) noexcept nogil:
    """A part of another input at some place; or all that follows there is that of the other."""
    cdef size_t at = place_in(chance, draft.bytes, draft.length)
    cdef size_t begin = place_in(chance, other.bytes, other.length)
    if rest:
        replace(draft, at, draft.length - at, other.bytes + begin, other.length - begin)
    else:
        replace(draft, at, 0, other.bytes + begin, below(chance, other.length - begin + 1))


cdef inline void change(Chance *chance, Draft *draft, const Texts *kept, const Texts *words) noexcept nogil:
    cdef size_t way = below(chance, 16)
    cdef size_t at = place_in(chance, draft.bytes, draft.length)
    cdef const Text *word
    if way < 4 and draft.length:
        change_byte(chance, draft)
    elif way < 9 and words.count:
        word = &words.entries[below(chance, words.count)]
        replace(draft, at, min(draft.length - at, word.length) if way & 1 else 0, word.bytes, word.length)
    elif way < 12:
        replace(draft, at, some_length(chance, draft.length - at), NULL, 0)
    elif way == 12:
        repeat_range(chance, draft)
    elif way == 13:
        draft.length = at
    elif kept.count:
        splice(chance, draft, &kept.entries[below(chance, kept.count)], way == 15)


cdef inline void make_input(Chance *chance, Draft *draft, const Texts *kept, const Texts *words) noexcept nogil:
    """The next input: one that was kept, the last ones more often than others, with some changes."""
    cdef size_t changes = 1 + below(chance, MOST_CHANGES)
    cdef size_t place
    draft.length = 0
    if kept.count:
        place = below(chance, kept.count)
        if draw(chance) & 1:
            place = max(place, below(chance, kept.count))
        replace(draft, 0, 0, kept.entries[place].bytes, kept.entries[place].length)
    while changes:
        change(chance, draft, kept, words)
        changes -= 1
