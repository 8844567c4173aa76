# Pairs by one of their sides: what each user name, or each password, comes to, and with how many others. All totals of pairs are
# counted first, because only they tell which others are different.

from libc.stdint cimport uint64_t

from counting cimport Counting, count_range, has_more
from sqlite cimport SQLITE_OK
from sums cimport Sums, Total, begin_sums, enter_total, find_total, total_hash

cdef enum:
    PAIRS = 0
    SIDE_A = 1
    SIDE_B = 2
    EACH_WAY = 3             # the pairs, then by a, then by b
    BY_DAY = 4               # how many pairs there are on each day


cdef inline int add_side(Counting *counting, const Total *pair) noexcept nogil:
    """Adds a pair to the total of its side, whose `days` is the number of others that are stated. Returns SQLite's code."""
    cdef Sums *sums = &counting.sides
    cdef Total one = pair[0]
    cdef Total *total
    cdef uint64_t hashed
    if counting.side == SIDE_A:
        one.days = one.b_key != 0
        one.b = 0
        one.b_key = 0
    else:
        one.days = one.a_key != 0
        one.a = 0
        one.a_key = 0
    hashed = total_hash(one.kind, one.a_key, one.b_key)
    if hashed < sums.low or hashed > sums.high:
        return SQLITE_OK
    total = find_total(sums, &one, hashed)
    if total == NULL:
        return enter_total(sums, counting.means.most, &one, hashed)
    total.several |= one.several | (total.a != one.a)
    total.a = min(total.a, one.a)
    total.b = min(total.b, one.b)
    total.seen += one.seen
    total.seen_low += one.seen_low
    total.days += one.days
    total.first_day = min(total.first_day, one.first_day)
    total.last_day = max(total.last_day, one.last_day)
    return SQLITE_OK


cdef inline int count_sides(Counting *counting, uint64_t low) noexcept nogil:
    """Makes the totals of sides whose hash is at least `low`, up to where they fill the memory. Returns SQLite's code."""
    cdef uint64_t from_pair = 0
    cdef size_t i
    cdef int code = begin_sums(&counting.sides, low, ~<uint64_t>0)
    while code == SQLITE_OK:
        if not counting.whole:
            code = count_range(counting, from_pair)
        for i in range(counting.sums.count):
            if code == SQLITE_OK:
                code = add_side(counting, &counting.sums.totals[i])
        if not has_more(&counting.sums):
            break
        from_pair = counting.sums.high + 1
    return code


cdef inline const Sums *told_sums(const Counting *counting) noexcept nogil:
    """The totals that were asked for."""
    return &counting.sides if counting.side else &counting.sums
