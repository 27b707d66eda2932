/* output.c: output files that appear all together or not at all.
 *
 * Text is collected in memory. Committing writes each text to a temporary file beside its target, so that a
 * full disk or a missing folder is found before any target is touched, and then renames. What is no regular
 * file (a pipe, a terminal, /dev/null) is written last of all, directly. A signal that ends the program finds
 * the temporary files in a list and removes them; while targets are replaced, it waits. */
#define _GNU_SOURCE /* realpath */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "source.h"
#include "stream.h"

struct output {
    const char *path;   /* as given */
    const char *target; /* behind symbolic links */
    const char *temporary;
    FILE *stream;
    const char *text; /* once it is whole */
    size_t length;
    bool is_stream;
    struct output *next;
};

struct outputs {
    struct arena *arena;
    struct output *first, **end;
};

/* ---- Paths ---- */

const char *path_with_extension(struct arena *arena, const char *path, const char *extension)
{
    const char *name = path_last_part(path), *point = strrchr(name, '.');
    int length = (int)(point && point > name ? (size_t)(point - path) : strlen(path));
    return arena_print(arena, "%.*s%s", length, path, extension);
}

bool path_is_stream(const char *path)
{
    struct stat status;
    if (strcmp(path, "-") == 0)
        return true;
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

bool path_same_file(const char *a, const char *b)
{
    struct stat first, second;
    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

/* The file that a path leads to, which may not exist yet. */
static const char *behind_links(struct arena *arena, const char *path)
{
    char real[PATH_MAX];
    return realpath(path, real) ? arena_copy(arena, real, strlen(real)) : path;
}

/* ---- Collecting ---- */

struct outputs *outputs_new(struct arena *arena)
{
    struct outputs *outputs = ARENA_NEW(arena, struct outputs);
    outputs->arena = arena;
    outputs->end = &outputs->first;
    return outputs;
}

FILE *outputs_add(struct outputs *outputs, const char *path)
{
    struct output *output = ARENA_NEW(outputs->arena, struct output);
    output->path = path;
    output->is_stream = path_is_stream(path);
    output->target = output->is_stream ? path : behind_links(outputs->arena, path);
    *outputs->end = output;
    outputs->end = &output->next;
    return output->stream = stream_to_text();
}

static bool tell(const struct output *output)
{
    command_error("cannot write %s: %s",
                  output->is_stream && strcmp(output->path, "-") == 0 ? "standard output" : output->path,
                  strerror(errno));
    return false;
}

/* ---- Signals ---- */

static const int endings[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGALRM, SIGXCPU};
enum { ENDING_COUNT = sizeof endings / sizeof endings[0] };

static struct output *volatile unfinished; /* the first output, while temporary files may exist */

static struct sigaction before[ENDING_COUNT];

static void remove_temporaries(int signal_number)
{
    for (const struct output *output = unfinished; output; output = output->next)
        if (output->temporary)
            unlink(output->temporary);
    for (int i = 0; i < ENDING_COUNT; i++)
        sigaction(endings[i], &before[i], NULL);
    raise(signal_number);
}

/* What is ignored remains so. */
static void watch_signals(struct outputs *outputs)
{
    struct sigaction action = {.sa_handler = remove_temporaries};
    sigfillset(&action.sa_mask);
    unfinished = outputs->first;
    for (int i = 0; i < ENDING_COUNT && unfinished; i++) {
        sigaction(endings[i], &action, &before[i]);
        if (before[i].sa_handler == SIG_IGN)
            sigaction(endings[i], &before[i], NULL);
    }
}

static void leave_signals(void)
{
    for (int i = 0; i < ENDING_COUNT && unfinished; i++)
        sigaction(endings[i], &before[i], NULL);
    unfinished = NULL;
}

static void hold_signals(bool hold)
{
    sigset_t signals;
    sigemptyset(&signals);
    for (int i = 0; i < ENDING_COUNT; i++)
        sigaddset(&signals, endings[i]);
    pthread_sigmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &signals, NULL);
}

/* ---- Writing ---- */

static bool write_all(int descriptor, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t count = write(descriptor, text, length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return false;
        text += count;
        length -= (size_t)count;
    }
    return true;
}

/* Makes the temporary file, with the rights of the target if there is one. */
static int create_temporary(struct arena *arena, struct output *output)
{
    struct stat status;
    bool exists = stat(output->target, &status) == 0;
    if (exists && S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        return -1;
    }
    if (exists && access(output->target, W_OK) != 0)
        return -1;
    const char *name = arena_print(arena, "%s.%ld.tmp", output->target, (long)getpid());
    hold_signals(true);
    int descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL, 0666);
    output->temporary = descriptor < 0 ? NULL : name;
    hold_signals(false);
    if (descriptor < 0)
        return -1;
    if (exists && fchmod(descriptor, status.st_mode & 07777) != 0)
        errno = 0; /* the rights are a courtesy */
    return descriptor;
}

static bool write_temporary(struct arena *arena, struct output *output)
{
    int descriptor = create_temporary(arena, output);
    if (descriptor < 0)
        return false;
    bool written = write_all(descriptor, output->text, output->length);
    int error = errno;
    if (close(descriptor) != 0 && written)
        return false;
    errno = error;
    return written;
}

static bool write_stream(const struct output *output)
{
    if (strcmp(output->path, "-") == 0)
        return fflush(stdout) == 0 && write_all(STDOUT_FILENO, output->text, output->length);
    int descriptor = open(output->path, O_WRONLY);
    if (descriptor < 0)
        return false;
    bool written = write_all(descriptor, output->text, output->length);
    return close(descriptor) == 0 && written;
}

static bool replace_targets(struct outputs *outputs)
{
    for (struct output *output = outputs->first; output; output = output->next) {
        if (output->temporary && rename(output->temporary, output->target) != 0)
            return tell(output);
        output->temporary = NULL;
    }
    return true;
}

static bool write_outputs(struct outputs *outputs)
{
    for (struct output *output = outputs->first; output; output = output->next) {
        output->text = stream_text(output->stream, &output->length);
        if (!output->is_stream && !write_temporary(outputs->arena, output))
            return tell(output);
    }
    for (struct output *output = outputs->first; output; output = output->next)
        if (output->is_stream && !write_stream(output))
            return tell(output);
    hold_signals(true);
    bool replaced = replace_targets(outputs);
    hold_signals(false);
    return replaced;
}

bool outputs_commit(struct outputs *outputs)
{
    watch_signals(outputs);
    bool done = write_outputs(outputs);
    outputs_discard(outputs);
    return done;
}

void outputs_discard(struct outputs *outputs)
{
    for (struct output *output = outputs->first; output; output = output->next)
        if (output->temporary)
            unlink(output->temporary);
    leave_signals();
    outputs->first = NULL;
    outputs->end = &outputs->first;
}
