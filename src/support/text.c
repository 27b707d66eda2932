/* text.c: growing text. */
#include "text.h"

#include <string.h>

#include "print.h"

/* Room for `count` more characters and the NUL. */
static void text_reserve(struct text *text, size_t count)
{
    if (text->length + count + 1 <= text->capacity)
        return;
    size_t more = text->length + 2 * (count + 1) + 100;
    text->bytes = arena_extend(text->arena, text->bytes, text->capacity, more);
    text->capacity += more;
}

void text_append(struct text *text, const char *more, size_t count)
{
    text_reserve(text, count);
    memcpy(text->bytes + text->length, more, count);
    text->length += count;
    text->bytes[text->length] = '\0';
}

void text_write(struct text *text, const char *more)
{
    text_append(text, more, strlen(more));
}

void text_print(struct text *text, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    text_reserve(text, 0);
    size_t left = text->capacity - text->length;
    size_t count = print_to(text->bytes + text->length, left, format, arguments);
    if (count >= left) {
        text_reserve(text, count);
        print_to(text->bytes + text->length, count + 1, format, again);
    }
    text->length += count;
    va_end(again);
    va_end(arguments);
}
