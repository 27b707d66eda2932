/* json.h: reads JSON (RFC 8259) strictly, and writes its strings. */
#ifndef GRADC_JSON_H
#define GRADC_JSON_H

#include <stdbool.h>
#include <stdio.h>

#include "arena.h"

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
    enum json_kind kind;
    bool truth;
    double number;
    const char
        *text; /* of a string, NUL-terminated UTF-8, which may hold NULs; of a number, as it was written */
    size_t length;
    const char *name; /* in an object */
    const struct json *first, *next;
};

enum { JSON_DEPTH = 128 /* of arrays and objects in each other */ };

/* The value that is the whole text, in the arena; NULL if it is none, or nests too deeply. */
const struct json *json_read(struct arena *arena, const char *text, size_t length);

/* What is not there is NULL, and so is what is asked of it. The last of several members of one name counts.
 */
const struct json *json_member(const struct json *object, const char *name);
const struct json *json_path(const struct json *object, const char *names); /* "a.b" */
const char *json_text(const struct json *value);                            /* NULL: no string */
/* False if it is no whole number of at most 53 bits that is not negative. */
bool json_whole(const struct json *value, size_t *number);

/* With its quotes; bytes that are no UTF-8 become U+FFFD. */
void json_write_text(FILE *stream, const char *text, size_t length);
void json_write_string(FILE *stream, const char *text);
/* As it was read. */
void json_write(FILE *stream, const struct json *value);

#endif
