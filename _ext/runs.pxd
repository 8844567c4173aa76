# The events of a batch by session and time, without copies, cut where a session was silent for more than 24 h.

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc, qsort
from libc.string cimport memset

from clock cimport DAY_US
from records cimport Batch

# An event in its place: sorted by (time, fingerprint) inside its name.
cdef struct Place:
    int64_t at_us
    uint64_t fingerprint
    uint32_t index           # into batch.events

# Events of one name without a silence of more than 24 h: places[begin:end].
cdef struct Run:
    uint32_t name
    size_t begin
    size_t end
    int64_t first_us
    int64_t last_us
    uint64_t hashed          # of sensor and session id, for the filter of known sessions
    bint may_be_known        # says the filter


cdef struct Plan:
    Place *places
    Run *runs
    size_t *begins           # by name: where its events begin
    size_t capacity          # of events
    size_t name_capacity
    size_t run_count
    int64_t duplicates       # copies inside the batch


cdef inline void free_plan(Plan *plan) noexcept nogil:
    free(plan.places)
    free(plan.runs)
    free(plan.begins)
    plan.places = NULL
    plan.runs = NULL
    plan.begins = NULL
    plan.capacity = plan.name_capacity = plan.run_count = 0


cdef inline int reserve_plan(Plan *plan, size_t events, size_t names) except -1 nogil:
    """Room for a batch, in the memory of an earlier one if that is enough."""
    if plan.begins == NULL or events > plan.capacity or names > plan.name_capacity:
        free_plan(plan)
        events += events // 4                # the next batch may hold more
        names += names // 4
        plan.places = <Place *>malloc((events + 1) * sizeof(Place))
        plan.runs = <Run *>malloc((events + 1) * sizeof(Run))
        plan.begins = <size_t *>malloc((names + 1) * sizeof(size_t))
        if plan.places == NULL or plan.runs == NULL or plan.begins == NULL:
            free_plan(plan)
            with gil:
                raise MemoryError()
        plan.capacity = events
        plan.name_capacity = names
    memset(plan.begins, 0, (names + 1) * sizeof(size_t))
    plan.run_count = 0
    plan.duplicates = 0
    return 0


cdef inline int compare_places(const void *left, const void *right) noexcept nogil:
    cdef const Place *a = <const Place *>left
    cdef const Place *b = <const Place *>right
    if a.at_us != b.at_us:
        return -1 if a.at_us < b.at_us else 1
    if a.fingerprint != b.fingerprint:
        return -1 if a.fingerprint < b.fingerprint else 1
    return -1 if a.index < b.index else 1


cdef inline void sort_places(Plan *plan, size_t begin, size_t end) noexcept nogil:
    cdef size_t i
    for i in range(begin + 1, end):      # a log is in order nearly always
        if compare_places(&plan.places[i - 1], &plan.places[i]) > 0:
            qsort(plan.places + begin, end - begin, sizeof(Place), compare_places)
            return

cdef inline void cut_runs(Plan *plan, const Batch *batch, uint32_t name, size_t begin, size_t end) noexcept nogil:
    """Drops copies and begins a run after each silence of more than 24 h."""
    cdef size_t i
    cdef size_t kept = begin
    cdef Place *place
    cdef Run *run = NULL
    for i in range(begin, end):
        place = &plan.places[i]
        if run != NULL and place.at_us == plan.places[kept - 1].at_us \
                and place.fingerprint == plan.places[kept - 1].fingerprint:
            plan.duplicates += 1
            # The better name counts, whichever copy has it.
            batch.events[plan.places[kept - 1].index].matcher = min(
                batch.events[plan.places[kept - 1].index].matcher, batch.events[place.index].matcher)
            continue
        if run == NULL or place.at_us - run.last_us > DAY_US:
            if run != NULL:
                run.end = kept
            run = &plan.runs[plan.run_count]
            plan.run_count += 1
            run.name = name
            run.begin = kept
            run.first_us = place.at_us
        run.last_us = place.at_us
        plan.places[kept] = place[0]
        kept += 1
    if run != NULL:
        run.end = kept


cdef inline int sort_events(Plan *plan, const Batch *batch) except -1 nogil:
    """Makes a plan for a batch."""
    cdef size_t i, begin, end
    cdef uint32_t name
    cdef Place *place
    reserve_plan(plan, batch.count, batch.names.count)
    for i in range(batch.count):
        plan.begins[batch.events[i].name + 1] += 1
    for i in range(batch.names.count):
        plan.begins[i + 1] += plan.begins[i]
    for i in range(batch.count):
        name = batch.events[i].name
        place = &plan.places[plan.begins[name]]
        plan.begins[name] += 1               # ends as the begin of the next name
        place.at_us = batch.events[i].at_us
        place.fingerprint = batch.events[i].fingerprint
        place.index = <uint32_t>i
    begin = 0
    for i in range(batch.names.count):
        end = plan.begins[i]
        sort_places(plan, begin, end)
        cut_runs(plan, batch, <uint32_t>i, begin, end)
        begin = end
    return 0
