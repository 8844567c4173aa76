/* Counts the calls by which a process changes files, over all its threads, and kills it at one of them.
 *
 * Loaded before the C library (LD_PRELOAD). FAULT_AT: number of the call, from 1; 0 kills nobody. FAULT_HALF: "1" does
 * the first half of a write before the kill. FAULT_SHORT: "1" lets every read and write do half of what it was asked for.
 * FAULT_COUNT: a file to which the name of each call is appended, a byte each.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_int calls;
static int at = -1, half, cut, count = -1;

__attribute__((constructor)) static void begin(void) {
    const char *told = getenv("FAULT_AT"), *path = getenv("FAULT_COUNT"), *how = getenv("FAULT_HALF");
    at = told ? atoi(told) : 0;
    half = how && *how == '1';
    const char *cuts = getenv("FAULT_SHORT");
    cut = cuts && *cuts == '1';
    if (path) count = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND, 0600);
}

/* Whether this is the call. Without a half to do, the process ends here. */
static int reached(char name) {
    int number = atomic_fetch_add(&calls, 1) + 1;
    if (count >= 0) syscall(SYS_write, count, &name, 1);
    return number == at;
}

static void die(void) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* How much of it is done. */
static size_t some(size_t size) { return cut && size > 1 ? size / 2 : size; }

#define READ(name, offset_type)                                                                   \
    ssize_t name(int file, void *bytes, size_t size, offset_type offset) {                        \
        return REAL(name)(file, bytes, some(size), offset);                                       \
    }

#define WRITE(name, offset_type)                                                                  \
    ssize_t name(int file, const void *bytes, size_t size, offset_type offset) {                  \
        if (reached('w')) {                                                                       \
            if (half) REAL(name)(file, bytes, size / 2, offset);                                  \
            die();                                                                                \
        }                                                                                         \
        return REAL(name)(file, bytes, some(size), offset);                                       \
    }

#define CALL(letter, name, declared, given)                                                       \
    int name declared {                                                                           \
        if (reached(letter)) die();                                                               \
        return REAL(name) given;                                                                  \
    }

READ(pread, off_t)
READ(pread64, off64_t)
WRITE(pwrite, off_t)
WRITE(pwrite64, off64_t)
CALL('s', fsync, (int file), (file))
CALL('s', fdatasync, (int file), (file))
CALL('t', ftruncate, (int file, off_t size), (file, size))
CALL('t', ftruncate64, (int file, off64_t size), (file, size))
CALL('u', unlink, (const char *path), (path))
CALL('u', unlinkat, (int folder, const char *path, int flags), (folder, path, flags))
CALL('r', rename, (const char *from, const char *to), (from, to))
CALL('r', renameat, (int from_folder, const char *from, int to_folder, const char *to), (from_folder, from, to_folder, to))

/* What goes to the terminal changes no file. */
ssize_t write(int file, const void *bytes, size_t size) {
    if (file > 2 && reached('w')) {
        if (half) REAL(write)(file, bytes, size / 2);
        die();
    }
    return REAL(write)(file, bytes, size);
}
