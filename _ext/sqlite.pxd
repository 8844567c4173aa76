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
    typedef void (*sc_routine)(void);
    typedef void (*sc_done)(void *);

    enum { SC_DECLARE_VTAB = 50, SC_RESULT_BLOB = 78, SC_RESULT_INT64 = 83, SC_RESULT_NULL = 84, SC_RESULT_TEXT = 85,
           SC_CREATE_MODULE_V2 = 119, SC_VTAB_CONFIG = 177 };
    enum { SC_DIRECT_ONLY = 3 };                /* SQLITE_VTAB_DIRECTONLY: not in triggers and views */

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
    """
    ctypedef struct sqlite3:
        pass
    ctypedef struct sqlite3_context:
        pass
    ctypedef void (*Routine "sc_routine")() noexcept nogil
    ctypedef void (*Done "sc_done")(void *) noexcept nogil

    cdef enum:
        SC_DECLARE_VTAB, SC_RESULT_BLOB, SC_RESULT_INT64, SC_RESULT_NULL, SC_RESULT_TEXT, SC_CREATE_MODULE_V2, SC_VTAB_CONFIG

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
    SQLITE_NOMEM = 7
