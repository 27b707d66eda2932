/* fail.c: makes the n-th call of some C library functions fail. Loaded into gradc with LD_PRELOAD.
 *
 * In the environment: FAIL_AT is n, 0 for never; FAIL_WHAT is "memory" (malloc, calloc, realloc, mmap) or "files" (open,
 * read, write, close, rename). At exit the descriptor that FAIL_REPORT names gets a line with the number of these calls
 * and of the blocks of memory that were not given back. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void __libc_free(void *);

static bool fails_memory, fails_files;
static long fail_at, calls, blocks;

__attribute__((constructor)) static void begin(void)
{
    const char *at = getenv("FAIL_AT"), *what = getenv("FAIL_WHAT");
    fail_at = at ? atol(at) : 0;
    calls = blocks = 0;
    fails_memory = what && strcmp(what, "memory") == 0;
    fails_files = what && strcmp(what, "files") == 0;
    unsetenv("LD_PRELOAD"); /* programs that gradc calls go as ever */
}

__attribute__((destructor)) static void end(void)
{
    const char *report = getenv("FAIL_REPORT");
    fails_memory = fails_files = false;
    if (report)
        dprintf(atoi(report), "%ld %ld\n", calls, blocks);
}

/* Whether this call is to fail. */
static bool fails(bool kind, int error)
{
    if (!kind || ++calls != fail_at)
        return false;
    errno = error;
    return true;
}

void *malloc(size_t bytes)
{
    void *memory = fails(fails_memory, ENOMEM) ? NULL : __libc_malloc(bytes);
    blocks += memory != NULL;
    return memory;
}

void *calloc(size_t count, size_t bytes)
{
    void *memory = fails(fails_memory, ENOMEM) ? NULL : __libc_calloc(count, bytes);
    blocks += memory != NULL;
    return memory;
}

void *realloc(void *old, size_t bytes)
{
    void *memory = fails(fails_memory, ENOMEM) ? NULL : __libc_realloc(old, bytes);
    blocks += !old && memory;
    return memory;
}

void free(void *memory)
{
    blocks -= memory != NULL;
    __libc_free(memory);
}

/* The next definition of a function, the C library's. */
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

void *mmap(void *address, size_t bytes, int protection, int flags, int descriptor, off_t offset)
{
    return fails(fails_memory, ENOMEM) ? MAP_FAILED : NEXT(mmap)(address, bytes, protection, flags, descriptor, offset);
}

int open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return fails(fails_files, EMFILE) ? -1 : NEXT(open)(path, flags, mode);
}

ssize_t read(int descriptor, void *bytes, size_t count)
{
    return fails(fails_files, EIO) ? -1 : NEXT(read)(descriptor, bytes, count);
}

ssize_t write(int descriptor, const void *bytes, size_t count)
{
    return fails(fails_files && descriptor != STDERR_FILENO, ENOSPC) ? -1 : NEXT(write)(descriptor, bytes, count);
}

int close(int descriptor)
{
    int result = NEXT(close)(descriptor);
    return fails(fails_files, EIO) ? -1 : result;
}

int rename(const char *from, const char *to)
{
    return fails(fails_files, EACCES) ? -1 : NEXT(rename)(from, to);
}
