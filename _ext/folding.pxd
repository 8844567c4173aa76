# Folding: the events of a batch → what their sessions are then, and the rows that say so.

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp, memset

from clock cimport day_of
from hashing cimport K0, K1, mum
from known cimport SessionSet, add_session, line_of, may_hold, prefetch, session_hash
from leaf cimport LeafEvent, activity_of
from line cimport Line, is_copy, reserve_line
from parts cimport put_new_parts
from recent cimport first_of, last_of
from records cimport (
    ABSENT, CLIENT_KEX, CLIENT_VERSION, CLOSED, COMMAND_INPUT, CONNECT, NO_PORT, TCPIP_OTHER, TCPIP_REQUEST, Batch, Event, Span,
    text_of,
)
from rows cimport SESSION_ROWS, TEXT_ROWS, Rows, begin_row, put_integer, put_text
from runs cimport Plan, Run
from session cimport (
    CLIENT_VERSION_COLUMN, CLOSE_MS, DST_IP, DST_PORT, HAS_CLOSE, HAS_CONNECT, HASSH, PROTOCOL, SRC_IP, SRC_PORT, UNKNOWN_FLAG,
    Column, Session, Share, before, duration_of, match_of, offer,
)
from session_rows cimport Packed, put_days, put_session_row
from tallies cimport (
    ADDRESS_TALLY, COMMANDS_TALLY, HASSH_TALLY, VERSION_TALLY, Tallies, add_event_tally, add_session_tally, add_tally, tallied,
)
from texts cimport TextTable, find_text

# An event id of the batch, and its events that are not in the roll-ups yet: of one sensor on one day.
cdef struct EventId:
    int64_t text_id          # 0: not asked for yet
    int64_t day
    int64_t sensor
    int64_t count
    int64_t first_us
    int64_t last_us


# What folding came to.
cdef struct Result:
    int64_t events
    int64_t duplicates
    int64_t new_sessions
    int64_t updated_sessions
    int64_t joined_sessions
    int64_t last_session     # 0 if no session changed


# Texts of the batch at hand that were asked for last, where the processor's first cache holds them: most are asked for again
# and again. Found by their bytes, so a hash that attackers can foresee costs a miss at worst.
cdef enum:
    TEXTS_AT_HAND = 512

cdef struct TextAtHand:
    const char *text
    size_t length
    int64_t text_id          # 0 is free


cdef struct Fold:
    const Batch *batch       # the one at hand
    Plan plan
    int64_t *sensor_ids      # by the batch's numbers
    EventId *eventids        # by the batch's numbers
    int64_t source_id
    int64_t first_record
    Line line                # of the session at hand
    Line other               # of a session of another database
    TextTable *texts
    TextAtHand at_hand[TEXTS_AT_HAND]
    SessionSet *known
    Tallies tallies          # of all batches since they were taken
    Rows *rows
    int64_t next_key


# ---- the batch at hand -----------------------------------------------------------------------------------------------------

cdef inline void let_go(Fold *fold) noexcept nogil:
    free(fold.sensor_ids)
    free(fold.eventids)
    fold.sensor_ids = NULL
    fold.eventids = NULL
    fold.batch = NULL


cdef inline int take_hold(Fold *fold, const Batch *batch) except -1 nogil:
    """Begins with a batch; its sensor ids are still to be set."""
    let_go(fold)
    memset(fold.at_hand, 0, sizeof(fold.at_hand))
    fold.batch = batch
    fold.sensor_ids = <int64_t *>calloc(batch.sensors.count + 1, sizeof(int64_t))
    fold.eventids = <EventId *>calloc(batch.eventids.count + 1, sizeof(EventId))
    if fold.sensor_ids == NULL or fold.eventids == NULL:
        with gil:
            raise MemoryError()
    return 0


cdef inline Span session_id_of(const Fold *fold, size_t run) noexcept nogil:
    return fold.batch.names.entries[fold.plan.runs[run].name].text


cdef inline int64_t sensor_of(const Fold *fold, size_t run) noexcept nogil:
    return fold.sensor_ids[fold.batch.names.entries[fold.plan.runs[run].name].tag]


cdef inline void hash_names(Fold *fold) noexcept nogil:
    """Hashes the names of all runs, and fetches what the filter says of them."""
    cdef Run *run
    cdef Span session_id
    cdef size_t i
    for i in range(fold.plan.run_count):
        run = &fold.plan.runs[i]
        session_id = session_id_of(fold, i)
        run.hashed = session_hash(fold.known, sensor_of(fold, i), text_of(fold.batch, session_id), session_id.length)
        prefetch(line_of(fold.known, run.hashed))


cdef inline void mark_known(Fold *fold) noexcept nogil:
    """Asks the filter about all names of the batch, before those of the batch come into it."""
    cdef size_t i
    for i in range(fold.plan.run_count):
        fold.plan.runs[i].may_be_known = may_hold(fold.known, fold.plan.runs[i].hashed)


cdef inline int64_t text_id(Fold *fold, const char *text, size_t length) except -1 nogil:
    """The id of a text; a new one waits in the rows to be stored."""
    cdef int64_t fresh = fold.texts.newest + 1
    cdef int64_t found = find_text(fold.texts, text, length, fresh)
    if found == fresh:
        begin_row(fold.rows, TEXT_ROWS, 2)
        put_integer(fold.rows, TEXT_ROWS, found)
        put_text(fold.rows, TEXT_ROWS, text, length)
    return found


cdef inline size_t place_at_hand(const char *text, size_t length) noexcept nogil:
    return mum(first_of(text, length) ^ K0 ^ length, last_of(text, length) ^ K1) & (TEXTS_AT_HAND - 1)


cdef inline int64_t id_of(Fold *fold, Span span) except -1 nogil:
    """The id of a text of the batch, 0 if it is absent."""
    cdef const char *text
    cdef TextAtHand *known
    if span.length == ABSENT:
        return 0
    text = text_of(fold.batch, span)
    known = &fold.at_hand[place_at_hand(text, span.length)]
    if known.text_id and known.length == span.length and memcmp(known.text, text, span.length) == 0:
        return known.text_id
    known.text_id = text_id(fold, text, span.length)
    known.text = text
    known.length = span.length
    return known.text_id


# ---- roll-ups --------------------------------------------------------------------------------------------------------------

cdef inline int settle_eventid(Fold *fold, EventId *eventid) except -1 nogil:
    """Moves what is counted of an event id to the roll-ups."""
    if eventid.count:
        add_event_tally(&fold.tallies, eventid.day, eventid.sensor, eventid.text_id, eventid.count, eventid.first_us,
                        eventid.last_us)
        eventid.count = 0
    return 0


cdef inline int settle_eventids(Fold *fold) except -1 nogil:
    """The batch is folded."""
    cdef size_t i
    for i in range(fold.batch.eventids.count):
        settle_eventid(fold, &fold.eventids[i])
    return 0


cdef inline int64_t count_eventid(Fold *fold, uint32_t number, int64_t sensor_id, int64_t at_us) except -1 nogil:
    """Counts an event of an event id, and gives its text id. Neighbours are of one day and sensor nearly always."""
    cdef EventId *eventid = &fold.eventids[number]
    cdef int64_t day = day_of(at_us)
    if eventid.text_id == 0:
        eventid.text_id = id_of(fold, fold.batch.eventids.entries[number].text)
    if eventid.count == 0 or eventid.day != day or eventid.sensor != sensor_id:
        settle_eventid(fold, eventid)
        eventid.day = day
        eventid.sensor = sensor_id
        eventid.first_us = eventid.last_us = at_us
    eventid.count += 1
    eventid.first_us = min(eventid.first_us, at_us)
    eventid.last_us = max(eventid.last_us, at_us)
    return eventid.text_id


cdef inline int tally_session(Tallies *tallies, const Session *session, int64_t sensor_id, int64_t count) except -1 nogil:
    """Adds a session to the roll-ups of the day on which it started, or takes it out."""
    cdef int64_t day = day_of(session.started_us)
    cdef const Column *columns = &session.columns[0]
    cdef int match = match_of(session)
    tallies.matched[match] += count
    add_session_tally(tallies, day, sensor_id, match, columns[PROTOCOL].value, count, duration_of(session),
                      session.events)
    add_tally(tallies, day, sensor_id, COMMANDS_TALLY, session.counts[COMMAND_INPUT], 0, count)
    if columns[SRC_IP].present:
        add_tally(tallies, day, sensor_id, ADDRESS_TALLY, columns[SRC_IP].value, 0, count)
    if columns[CLIENT_VERSION_COLUMN].present:
        add_tally(tallies, day, sensor_id, VERSION_TALLY, columns[CLIENT_VERSION_COLUMN].value, 0, count)
    if columns[HASSH].present:
        add_tally(tallies, day, sensor_id, HASSH_TALLY, columns[HASSH].value, 0, count)
    return 0


# ---- events into sessions --------------------------------------------------------------------------------------------------

cdef inline bint is_unknown(const Batch *batch, Span text) noexcept nogil:
    return text.length == 7 and memcmp(text_of(batch, text), b"unknown", 7) == 0


cdef inline int offer_text(Fold *fold, Column *column, const Event *event, Span text) except -1 nogil:
    if text.length == ABSENT or (column.present and not before(event.at_us, event.fingerprint, column)):
        return 0
    offer(column, event, id_of(fold, text))
    return 0


cdef inline int offer_connect(Fold *fold, Session *session, const Event *event) except -1 nogil:
    if not session.delimiters & HAS_CONNECT:
        session.delimiters |= HAS_CONNECT
        memset(session.columns, 0, (PROTOCOL + 1) * sizeof(Column))        # a connect's word replaces all others'
    offer_text(fold, &session.columns[SRC_IP], event, event.src_ip)
    offer_text(fold, &session.columns[DST_IP], event, event.a)
    offer_text(fold, &session.columns[PROTOCOL], event, event.protocol)
    if event.src_port != NO_PORT:
        offer(&session.columns[SRC_PORT], event, event.src_port)
    if event.dst_port != NO_PORT:
        offer(&session.columns[DST_PORT], event, event.dst_port)
    return 0


cdef inline int offer_columns(Fold *fold, Session *session, const Event *event) except -1 nogil:
    """Values that the event may give to the session's columns."""
    if event.kind == CONNECT:
        offer_connect(fold, session, event)
        return 0
    if not session.delimiters & HAS_CONNECT and event.kind != TCPIP_REQUEST and event.kind != TCPIP_OTHER:
        offer_text(fold, &session.columns[SRC_IP], event, event.src_ip)
        if not is_unknown(fold.batch, event.protocol):
            offer_text(fold, &session.columns[PROTOCOL], event, event.protocol)
    if event.kind == CLOSED:
        session.delimiters |= HAS_CLOSE
        if event.close_ms >= 0 and (not session.columns[CLOSE_MS].present or not before(
                event.at_us, event.fingerprint, &session.columns[CLOSE_MS])):
            session.columns[CLOSE_MS].present = False
            offer(&session.columns[CLOSE_MS], event, <int64_t>event.close_ms)
    elif event.kind == CLIENT_VERSION:
        offer_text(fold, &session.columns[CLIENT_VERSION_COLUMN], event, event.a)
    elif event.kind == CLIENT_KEX:
        offer_text(fold, &session.columns[HASSH], event, event.a)
    return 0


cdef inline int count_event(Fold *fold, Session *session, const Event *event, LeafEvent *leaf, int64_t sensor_id) except -1 nogil:
    """Adds a new event to its session, to the line and to the roll-ups."""
    cdef int64_t eventid = count_eventid(fold, event.eventid, sensor_id, event.at_us)
    if session.events == 0 or event.at_us < session.started_us:
        session.started_us = event.at_us
    if session.events == 0 or event.at_us > session.ended_us:
        session.ended_us = event.at_us
    if session.events == 0 or event.matcher < session.matcher:
        session.matcher = event.matcher
    session.events += 1
    session.counts[event.kind] += 1
    offer_columns(fold, session, event)
    leaf.at_us = event.at_us
    leaf.fingerprint = event.fingerprint
    leaf.activity = activity_of(event.kind)
    leaf.eventid = 0 if leaf.activity else eventid
    leaf.a = leaf.b = leaf.c = 0
    if leaf.activity:
        leaf.a = id_of(fold, event.a)
        leaf.b = id_of(fold, event.b)
        leaf.c = id_of(fold, event.c)
        if tallied(leaf.activity):
            add_tally(&fold.tallies, day_of(event.at_us), sensor_id, leaf.activity, leaf.a, leaf.b, 1)
    return 0


cdef inline int count_events(Fold *fold, Session *session, size_t begin, size_t end, size_t old, int64_t sensor_id, Share *brought,
                             bint *renamed, Result *result) except -1 nogil:
    """Adds places[begin:end] to a session of which the line holds `old` events.

    renamed: a copy named the session by a better matcher."""
    cdef const Event *event
    cdef size_t i
    cdef int64_t record
    renamed[0] = False
    brought.source_id = fold.source_id
    brought.events = 0
    reserve_line(&fold.line, old + end - begin)
    for i in range(begin, end):
        event = &fold.batch.events[fold.plan.places[i].index]
        if old and is_copy(&fold.line, event.at_us, event.fingerprint, old):
            result.duplicates += 1
            if event.matcher < session.matcher:          # the better name counts, whichever copy has it
                session.matcher = event.matcher
                renamed[0] = True
            continue
        record = fold.first_record + <int64_t>event.record
        if brought.events == 0:
            brought.first_record = brought.last_record = record
        brought.first_record = min(brought.first_record, record)
        brought.last_record = max(brought.last_record, record)
        count_event(fold, session, event, &fold.line.events[old + brought.events], sensor_id)
        brought.events += 1
    result.events += brought.events
    if brought.events:
        result.last_session = session.key
    return 0


cdef inline int fold_new(Fold *fold, size_t number, Result *result) except -1 nogil:
    """Folds a run into a session that the database does not have."""
    cdef const Run *run = &fold.plan.runs[number]
    cdef Span session_id = session_id_of(fold, number)
    cdef int64_t sensor_id = sensor_of(fold, number)
    cdef Session session
    cdef Packed first
    cdef bint renamed
    memset(&session, 0, sizeof(Session))
    session.vt_flagged = session.dshield_flagged = UNKNOWN_FLAG
    give_key(fold, &session, run.hashed, result)
    count_events(fold, &session, run.begin, run.end, 0, sensor_id, &session.share, &renamed, result)
    put_new_parts(fold.rows, &fold.line, &session, session.share.events, &first)
    put_session(fold, SESSION_ROWS, &session, sensor_id, text_of(fold.batch, session_id), session_id.length, &first)
    put_days(fold.rows, day_of(session.started_us), day_of(session.ended_us), sensor_id, text_of(fold.batch, session_id),
             session_id.length, session.key)
    return 0


# ---- rows ------------------------------------------------------------------------------------------------------------------

cdef inline void give_key(Fold *fold, Session *session, uint64_t hashed, Result *result) noexcept nogil:
    """Makes a session a new one. hashed: its sensor and id."""
    session.key = fold.next_key
    fold.next_key += 1
    result.new_sessions += 1
    add_session(fold.known, hashed)


cdef inline int put_session(Fold *fold, int which, const Session *session, int64_t sensor_id, const char *session_id, size_t length,
                            const Packed *first) except -1 nogil:
    tally_session(&fold.tallies, session, sensor_id, 1)
    put_session_row(fold.rows, which, session, sensor_id, session_id, length, first)
    return 0
