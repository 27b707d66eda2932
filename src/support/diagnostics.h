/* diagnostics.h: source texts, places in them, and the one function family that reports what is wrong.
 *
 *     net.nn:4:9: error: matrix product of [n, n] and [m]: the inner sizes n and m differ
 *         4 |     q = W @ x
 *           |         ~ ^ ~
 *     net.nn:2:13: note: W is declared [n, n] here
 */
#ifndef GRADC_DIAGNOSTICS_H
#define GRADC_DIAGNOSTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "arena.h"
#include "warnings.h"

struct source {
    const char *path; /* as the user wrote it; "<stdin>" for '-', "<prelude>" for the library */
    const char *text; /* NUL-terminated */
    size_t length;
    bool is_library; /* places in the library are reported at the user's call instead */
    /* Where each line begins, to find the line of a place quickly (source.h); without them lines are counted.
     */
    const unsigned *lines;
    size_t line_count;
};

/* The bytes [begin, end) of a source. source == NULL: no place. */
struct span {
    const struct source *source;
    unsigned begin, end;
};

struct span span_join(struct span first, struct span last);
int span_line(struct span span);   /* of its begin, from 1 */
int span_column(struct span span); /* of its begin, in characters (not bytes), from 1 */
/* The text of the line on which the span begins, without indentation and line end, in the arena. */
const char *span_line_text(struct arena *arena, struct span span);

/* A message for those who do not want it printed. */
struct message {
    const char *kind;               /* "error", "warning", "note": of the message before it */
    struct span left, point, right; /* what it is about; point without a source: of no place */
    const char *text;
};

struct diagnostics {
    struct arena *arena;
    FILE *stream;
    void (*receive)(void *receiver, const struct message *message); /* NULL: they go to the stream */
    void *receiver;
    bool colour;
    int error_count;
    struct warnings warnings;
    /* Errors already reported, to keep one cause from being told twice at one place. */
    struct reported *reported;
    size_t reported_count, reported_capacity;
    bool last_was_dropped; /* the notes of a dropped duplicate are dropped with it */
    const char *last_path; /* of the last error; notes without a place are printed with it */
};
/* Such as print nothing, and count. */
struct diagnostics diagnostics_silent(struct arena *arena);

/* An error: the caret line shows `point` as ^^^ (one ^ under a one-character operator) and each of `ranges`
 * (up to two, source NULL for none) as ~~~. The printed place is that of the leftmost of all. */
void report_error(struct diagnostics *diagnostics, struct span point, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void report_error_between(struct diagnostics *diagnostics, struct span left, struct span point,
                          struct span right, const char *format, ...) __attribute__((format(printf, 5, 6)));
/* A warning, if its kind is on; an error if warnings are. */
void report_warning(struct diagnostics *diagnostics, enum warning warning, struct span point,
                    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Belongs to the error or warning before it. Without a place (source NULL) it is printed as `path: note: ...`
 * of that error. */
void report_note(struct diagnostics *diagnostics, struct span place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The candidate nearest to `name` if it is near enough to be meant (edit distance with transpositions, at
 * most a third of its length, case counted as half; case alone is always near), else NULL. */
const char *near_name(const char *name, const char *const *candidates, size_t count);

/* `gradc: error: ...` on standard error. */
void command_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
