/* text.h: growing text. */
#ifndef GRADC_TEXT_H
#define GRADC_TEXT_H

#include "arena.h"

struct text {
    struct arena *arena;
    char *bytes; /* NUL-terminated once anything has been written */
    size_t length, capacity;
};
void text_write(struct text *text, const char *more);
void text_append(struct text *text, const char *more, size_t count);
void text_print(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
