/* text.c: randomness, and text that lives until it is released. */
#include "random.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;

void random_seed(uint64_t seed)
{
    state = (seed + 1) * 0x9E3779B97F4A7C15u;
    for (int i = 0; i < 4; i++)
        below(2);
}

/* splitmix64 (Steele, Lea and Flood 2014). */
unsigned below(unsigned n)
{
    uint64_t z = state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (unsigned)(((z ^ (z >> 31)) >> 33) % n);
}

bool chance(unsigned percent)
{
    return below(100) < percent;
}

/* ---- Memory: a list of pieces ---- */

static struct piece {
    struct piece *next;
} *pieces;

static void *piece(size_t size)
{
    struct piece *new = malloc(sizeof *new + size);
    if (!new) {
        fprintf(stderr, "generate: out of memory\n");
        exit(2);
    }
    new->next = pieces;
    pieces = new;
    return new + 1;
}

void text_release(void)
{
    while (pieces) {
        struct piece *next = pieces->next;
        free(pieces);
        pieces = next;
    }
}

static char *print_list(const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = piece((size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

char *print(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = print_list(format, arguments);
    va_end(arguments);
    return text;
}

void say(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *added = print_list(format, arguments);
    va_end(arguments);
    size_t length = strlen(added);
    if (text->length + length + 1 > text->room) {
        char *old = text->start;
        text->room = 2 * (text->length + length) + 256;
        text->start = piece(text->room);
        if (old)
            memcpy(text->start, old, text->length);
    }
    memcpy(text->start + text->length, added, length + 1);
    text->length += length;
}

/* ---- Choices ---- */

const char *pick(const char *const *list, size_t count)
{
    return list[below((unsigned)count)];
}

char *number(void)
{
    double value = ((int)below(32) - 16) / 16.0;
    return value < 0 ? print("(%g)", value) : print("%g", value);
}
