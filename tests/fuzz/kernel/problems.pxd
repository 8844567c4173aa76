# What can be wrong with an execution: a number, 0 if nothing is.

ctypedef int Problem

cdef enum:
    FINE = 0
    TAKEN_AFTER = 1
    TAKEN_ALONE = 2
    ENDS_ELSEWHERE = 3
    NOT_ONE_EVENT = 4
    ANOTHER_EVENT = 5
    NOT_UNFINISHED = 6
    NOT_WHOLE = 7
    TIME_OR_NOT = 8
    ANOTHER_TIME = 9
    NO_TIME_THAT_CAN_BE = 10
    NO_TEXT_ID = 11
    TOO_MANY_EVENTS = 12
    UNREADABLE_EVIDENCE = 13
    ANOTHER_EVIDENCE = 14
    ORDER_MATTERS = 15
    EVENTS_LOST = 16
    ANOTHER_NUMBER_OF_SESSIONS = 17
    NOT_UNPACKED = 18
    PROBLEMS = 19

cdef extern from *:
    """
    static const char *const sc_problems[] = {
        "",
        "an object is taken after others, and not alone",
        "an object is taken alone, and not after others",
        "an object ends elsewhere when it is read alone",
        "an object that is taken is not one event",
        "an event is another after others than alone",
        "a whole object that is cut is not unfinished",
        "what was taken is no whole object",
        "a time is one after others, or alone, and not both",
        "a time is another after others than alone",
        "an event has a time that cannot be",
        "an event has a text id that cannot be",
        "more events come out than there are bytes",
        "evidence cannot be read once it is written anew",
        "evidence says something else once it is written anew",
        "the same events in another order give other rows",
        "events and copies are not as many as they were",
        "there are not as many sessions as silences say",
        "what was packed does not come out in order",
    };
    """
    const char *const *problem_texts "sc_problems"
