# SQLite's interface for loadable extensions, as far as it is used here.
#
# The SQLite inside apsw exports no symbols. It hands an extension a table of routines, to which new ones are only ever
# appended (https://www.sqlite.org/loadext.html), so a place in it is a constant like any other of the binary interface. A test
# holds the places against SQLite's own header where that is installed.

from libc.stdint cimport int64_t

cdef extern from *:
    """
    #include <stdint.h>
    #include <stdlib.h>

    typedef struct sqlite3 sqlite3;
    typedef struct sqlite3_context sqlite3_context;
    typedef struct sqlite3_stmt sqlite3_stmt;
    typedef struct sqlite3_value sqlite3_value;
    typedef void (*sc_routine)(void);
    typedef void (*sc_done)(void *);

    enum { SC_BIND_INT64 = 5, SC_BIND_NULL = 6, SC_COLUMN_INT64 = 29, SC_DECLARE_VTAB = 50, SC_ERRMSG = 53, SC_FINALIZE = 57,
           SC_MPRINTF = 69, SC_RESET = 77, SC_RESULT_BLOB = 78, SC_RESULT_INT64 = 83, SC_RESULT_NULL = 84, SC_RESULT_TEXT = 85,
           SC_STEP = 94, SC_TOTAL_CHANGES = 97, SC_USER_DATA = 101, SC_VALUE_BLOB = 102, SC_VALUE_BYTES = 103,
           SC_VALUE_INT64 = 107, SC_VALUE_TYPE = 113, SC_PREPARE_V2 = 116, SC_CREATE_MODULE_V2 = 119, SC_FILE_CONTROL = 127,
           SC_RESULT_ERROR_CODE = 146, SC_CREATE_FUNCTION_V2 = 162, SC_VTAB_CONFIG = 177 };
    enum { SC_DATA_VERSION = 35 };              /* SQLITE_FCNTL_DATA_VERSION */
    enum { SC_DIRECT_ONLY = 3 };                /* SQLITE_VTAB_DIRECTONLY: not in triggers and views */
    enum { SC_DIRECT_ONLY_UTF8 = 0x80000 | 1 }; /* of a function: the same, and its texts are UTF-8 */

    static const sc_routine *sc_routines;       /* NULL until this module was loaded as an extension */

    __attribute__((visibility("default")))
    int sqlite3_sesscore_init(sqlite3 *database, char **error, const sc_routine *routines) {
        (void)database;
        (void)error;
        sc_routines = routines;
        return 0;
    }

    typedef struct { const void *module; int references; char *error; } sc_vtab;
    typedef struct { sc_vtab *table; } sc_cursor;

    typedef struct {
        int version;
        int (*create)(sqlite3 *, void *, int, const char *const *, sc_vtab **, char **);
        int (*connect)(sqlite3 *, void *, int, const char *const *, sc_vtab **, char **);
        int (*best_index)(sc_vtab *, void *);
        int (*disconnect)(sc_vtab *);
        int (*destroy)(sc_vtab *);
        int (*open)(sc_vtab *, sc_cursor **);
        int (*close)(sc_cursor *);
        int (*filter)(sc_cursor *, int, const char *, int, void **);
        int (*next)(sc_cursor *);
        int (*eof)(sc_cursor *);
        int (*column)(sc_cursor *, sqlite3_context *, int);
        int (*rowid)(sc_cursor *, int64_t *);
        sc_routine others[12];                  /* what only tables that can be written have; NULL */
    } sc_module;

    /* sqlite3_index_info: what a statement asks of a virtual table, and what the table answers. */
    typedef struct { int column; unsigned char comparison; unsigned char usable; int term; } sc_constraint;
    typedef struct { int argument; unsigned char omit; } sc_usage;
    typedef struct {
        int constraint_count; sc_constraint *constraints;
        int order_count; const void *order;
        sc_usage *usage;
        int number; char *text; int free_text;
        int ordered; double cost; int64_t rows; int flags; uint64_t columns_used;
    } sc_index_info;

    static inline int sc_declare(sqlite3 *database, const char *declaration) {
        return ((int (*)(sqlite3 *, const char *))sc_routines[SC_DECLARE_VTAB])(database, declaration);
    }
    static inline int sc_direct_only(sqlite3 *database) {
        return ((int (*)(sqlite3 *, int, ...))sc_routines[SC_VTAB_CONFIG])(database, SC_DIRECT_ONLY);
    }
    static inline int sc_create_module(sqlite3 *database, const char *name, const sc_module *module, void *data, sc_done done) {
        return ((int (*)(sqlite3 *, const char *, const sc_module *, void *, sc_done))sc_routines[SC_CREATE_MODULE_V2])(
            database, name, module, data, done);
    }
    static inline void sc_result_null(sqlite3_context *context) {
        ((void (*)(sqlite3_context *))sc_routines[SC_RESULT_NULL])(context);
    }
    static inline void sc_result_integer(sqlite3_context *context, int64_t value) {
        ((void (*)(sqlite3_context *, int64_t))sc_routines[SC_RESULT_INT64])(context, value);
    }
    /* The bytes must stay until the statement is done: SQLITE_STATIC. */
    static inline void sc_result_text(sqlite3_context *context, const char *text, int length) {
        ((void (*)(sqlite3_context *, const char *, int, sc_done))sc_routines[SC_RESULT_TEXT])(context, text, length, NULL);
    }
    static inline void sc_result_blob(sqlite3_context *context, const char *bytes, int length) {
        ((void (*)(sqlite3_context *, const void *, int, sc_done))sc_routines[SC_RESULT_BLOB])(context, bytes, length, NULL);
    }
    static inline int sc_prepare(sqlite3 *database, const char *sql, sqlite3_stmt **statement) {
        return ((int (*)(sqlite3 *, const char *, int, sqlite3_stmt **, const char **))sc_routines[SC_PREPARE_V2])(
            database, sql, -1, statement, NULL);
    }
    static inline int sc_bind_integer(sqlite3_stmt *statement, int place, int64_t value) {
        return ((int (*)(sqlite3_stmt *, int, int64_t))sc_routines[SC_BIND_INT64])(statement, place, value);
    }
    static inline int sc_bind_null(sqlite3_stmt *statement, int place) {
        return ((int (*)(sqlite3_stmt *, int))sc_routines[SC_BIND_NULL])(statement, place);
    }
    static inline int sc_step(sqlite3_stmt *statement) {
        return ((int (*)(sqlite3_stmt *))sc_routines[SC_STEP])(statement);
    }
    static inline int sc_reset(sqlite3_stmt *statement) {
        return ((int (*)(sqlite3_stmt *))sc_routines[SC_RESET])(statement);
    }
    static inline int sc_finalize(sqlite3_stmt *statement) {
        return ((int (*)(sqlite3_stmt *))sc_routines[SC_FINALIZE])(statement);
    }
    static inline int64_t sc_column_integer(sqlite3_stmt *statement, int column) {
        return ((int64_t (*)(sqlite3_stmt *, int))sc_routines[SC_COLUMN_INT64])(statement, column);
    }
    /* What a function was made with. */
    static inline void *sc_user_data(sqlite3_context *context) {
        return ((void *(*)(sqlite3_context *))sc_routines[SC_USER_DATA])(context);
    }
    /* How many rows this connection has changed. */
    static inline int sc_total_changes(sqlite3 *database) {
        return ((int (*)(sqlite3 *))sc_routines[SC_TOTAL_CHANGES])(database);
    }
    /* Another number for each state of the file that this connection has seen; what it changes itself counts when it commits. */
    static inline unsigned int sc_data_version(sqlite3 *database) {
        unsigned int version = 0;
        ((int (*)(sqlite3 *, const char *, int, void *))sc_routines[SC_FILE_CONTROL])(database, "main", SC_DATA_VERSION, &version);
        return version;
    }
    /* Of a text its bytes as they are stored, without a copy that ends with NUL. */
    static inline const char *sc_value_bytes(sqlite3_value *value, int *length) {
        const char *bytes = ((const void *(*)(sqlite3_value *))sc_routines[SC_VALUE_BLOB])(value);
        *length = ((int (*)(sqlite3_value *))sc_routines[SC_VALUE_BYTES])(value);
        return bytes;
    }
    typedef void (*sc_aggregate_step)(sqlite3_context *, int, sqlite3_value **);
    typedef void (*sc_aggregate_end)(sqlite3_context *);
    static inline int sc_create_aggregate(sqlite3 *database, const char *name, int arguments, sc_aggregate_step step,
                                          sc_aggregate_end end, void *data) {
        return ((int (*)(sqlite3 *, const char *, int, int, void *, sc_aggregate_step, sc_aggregate_step, sc_aggregate_end,
                         sc_done))sc_routines[SC_CREATE_FUNCTION_V2])(
            database, name, arguments, SC_DIRECT_ONLY_UTF8, data, NULL, step, end, NULL);
    }
    static inline void sc_result_error_code(sqlite3_context *context, int code) {
        ((void (*)(sqlite3_context *, int))sc_routines[SC_RESULT_ERROR_CODE])(context, code);
    }
    static inline int sc_value_type(sqlite3_value *value) {
        return ((int (*)(sqlite3_value *))sc_routines[SC_VALUE_TYPE])(value);
    }
    static inline int64_t sc_value_integer(sqlite3_value *value) {
        return ((int64_t (*)(sqlite3_value *))sc_routines[SC_VALUE_INT64])(value);
    }
    /* A message, which SQLite takes over and frees. */
    static inline char *sc_message(const char *text) {
        return ((char *(*)(const char *, ...))sc_routines[SC_MPRINTF])("%s", text);
    }
    static inline const char *sc_last_message(sqlite3 *database) {
        return ((const char *(*)(sqlite3 *))sc_routines[SC_ERRMSG])(database);
    }
    """
    ctypedef struct sqlite3:
        pass
    ctypedef struct sqlite3_context:
        pass
    ctypedef struct sqlite3_stmt:
        pass
    ctypedef struct sqlite3_value:
        pass
    ctypedef void (*Routine "sc_routine")() noexcept nogil
    ctypedef void (*Done "sc_done")(void *) noexcept nogil

    cdef enum:
        SC_BIND_INT64, SC_BIND_NULL, SC_COLUMN_INT64, SC_CREATE_FUNCTION_V2, SC_CREATE_MODULE_V2, SC_DECLARE_VTAB
        SC_ERRMSG, SC_FILE_CONTROL, SC_FINALIZE, SC_MPRINTF, SC_PREPARE_V2, SC_RESET, SC_RESULT_BLOB, SC_RESULT_ERROR_CODE
        SC_RESULT_INT64, SC_RESULT_NULL, SC_RESULT_TEXT, SC_STEP, SC_TOTAL_CHANGES, SC_USER_DATA, SC_VALUE_BLOB, SC_VALUE_BYTES
        SC_VALUE_INT64, SC_VALUE_TYPE, SC_VTAB_CONFIG

    const Routine *routines "sc_routines"

    ctypedef struct VirtualTable "sc_vtab":
        const void *module
        int references
        char *error
    ctypedef struct Cursor "sc_cursor":
        VirtualTable *table
    ctypedef struct Module "sc_module":
        int version
        int (*create)(sqlite3 *, void *, int, const char *const *, VirtualTable **, char **) noexcept nogil
        int (*connect)(sqlite3 *, void *, int, const char *const *, VirtualTable **, char **) noexcept nogil
        int (*best_index)(VirtualTable *, void *) noexcept nogil
        int (*disconnect)(VirtualTable *) noexcept nogil
        int (*destroy)(VirtualTable *) noexcept nogil
        int (*open)(VirtualTable *, Cursor **) noexcept nogil
        int (*close)(Cursor *) noexcept nogil
        int (*filter)(Cursor *, int, const char *, int, void **) noexcept nogil
        int (*next)(Cursor *) noexcept nogil
        int (*eof)(Cursor *) noexcept nogil
        int (*column)(Cursor *, sqlite3_context *, int) noexcept nogil
        int (*rowid)(Cursor *, int64_t *) noexcept nogil

    ctypedef void (*AggregateStep "sc_aggregate_step")(sqlite3_context *, int, sqlite3_value **) noexcept nogil
    ctypedef void (*AggregateEnd "sc_aggregate_end")(sqlite3_context *) noexcept nogil
    ctypedef struct Constraint "sc_constraint":
        int column
        unsigned char comparison
        unsigned char usable
    ctypedef struct Usage "sc_usage":
        int argument
        unsigned char omit
    ctypedef struct IndexInfo "sc_index_info":
        int constraint_count
        Constraint *constraints
        Usage *usage
        int number
        double cost
        int64_t rows

    int prepare "sc_prepare"(sqlite3 *database, const char *sql, sqlite3_stmt **statement) noexcept nogil
    int bind_integer "sc_bind_integer"(sqlite3_stmt *statement, int place, int64_t value) noexcept nogil
    int bind_null "sc_bind_null"(sqlite3_stmt *statement, int place) noexcept nogil
    int step "sc_step"(sqlite3_stmt *statement) noexcept nogil
    int reset "sc_reset"(sqlite3_stmt *statement) noexcept nogil
    int finalize "sc_finalize"(sqlite3_stmt *statement) noexcept nogil
    int64_t column_integer "sc_column_integer"(sqlite3_stmt *statement, int column) noexcept nogil
    void *user_data "sc_user_data"(sqlite3_context *context) noexcept nogil
    int total_changes "sc_total_changes"(sqlite3 *database) noexcept nogil
    unsigned int data_version "sc_data_version"(sqlite3 *database) noexcept nogil
    const char *value_bytes "sc_value_bytes"(sqlite3_value *value, int *length) noexcept nogil
    int create_aggregate "sc_create_aggregate"(sqlite3 *database, const char *name, int arguments, AggregateStep step,
                                               AggregateEnd end, void *data) noexcept nogil
    void result_error_code "sc_result_error_code"(sqlite3_context *context, int code) noexcept nogil
    int value_type "sc_value_type"(sqlite3_value *value) noexcept nogil
    int64_t value_integer "sc_value_integer"(sqlite3_value *value) noexcept nogil
    char *message "sc_message"(const char *text) noexcept nogil
    const char *last_message "sc_last_message"(sqlite3 *database) noexcept nogil

    int declare "sc_declare"(sqlite3 *database, const char *declaration) noexcept nogil
    int direct_only "sc_direct_only"(sqlite3 *database) noexcept nogil
    int create_module "sc_create_module"(sqlite3 *database, const char *name, const Module *module, void *data,
                                         Done done) noexcept nogil
    void result_null "sc_result_null"(sqlite3_context *context) noexcept nogil
    void result_integer "sc_result_integer"(sqlite3_context *context, int64_t value) noexcept nogil
    void result_text "sc_result_text"(sqlite3_context *context, const char *text, int length) noexcept nogil
    void result_blob "sc_result_blob"(sqlite3_context *context, const char *bytes, int length) noexcept nogil

# Result codes of SQLite.
cdef enum:
    SQLITE_OK = 0
    SQLITE_ERROR = 1
    SQLITE_NOMEM = 7
    SQLITE_CORRUPT = 11
    SQLITE_CONSTRAINT = 19
    SQLITE_MISUSE = 21
    SQLITE_ROW = 100
    SQLITE_DONE = 101

# Types of values, and what a constraint compares with.
cdef enum:
    SQLITE_INTEGER = 1
    SQLITE_TEXT = 3
    SQLITE_BLOB = 4
    SQLITE_NULL = 5
    SQLITE_EQUAL = 2
