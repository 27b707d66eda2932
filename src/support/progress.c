/* progress.c: one line on standard error that is written over. */
#define _POSIX_C_SOURCE 200809L
#include "progress.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE = 1 /* seconds without a word */ };

static bool is_shown;

static bool is_watched(void)
{
    const char *terminal = getenv("TERM");
    return isatty(STDERR_FILENO) && terminal && strcmp(terminal, "dumb") != 0;
}

void progress_show(const char *doing, const char *name, size_t done, size_t count)
{
    static time_t start;
    time_t now = time(NULL);
    if (!start)
        start = now;
    if (now - start <= PATIENCE || !is_watched())
        return;
    fprintf(stderr, "\r\033[K%s %.40s (%zu of %zu)", doing, name, done + 1, count);
    fflush(stderr);
    is_shown = true;
}

void progress_clear(void)
{
    if (!is_shown)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    is_shown = false;
}
