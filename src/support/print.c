/* print.c: see print.h. The C library sets up a stream for each text, which for texts of a few words costs
 * more than all the rest. So the conversions of which nearly all texts are made are done here: %s, %*s, %.*s,
 * %c, %d, %zu. A text with any other is left to the library. */
#include "print.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct output {
    char *bytes;
    size_t room, length; /* length: also of what did not fit */
};

static void put(struct output *output, const char *text, size_t count)
{
    if (output->length < output->room) {
        size_t left = output->room - output->length;
        memcpy(output->bytes + output->length, text, count < left ? count : left);
    }
    output->length += count;
}

static void put_padded(struct output *output, const char *text, size_t count, int width)
{
    for (size_t spaces = count; (int)spaces < width; spaces++)
        put(output, " ", 1);
    put(output, text, count);
}

static void put_number(struct output *output, uint64_t magnitude, bool is_negative, int width)
{
    char digits[24], *first = digits + sizeof digits;
    do
        *--first = (char)('0' + magnitude % 10);
    while ((magnitude /= 10) != 0);
    if (is_negative)
        *--first = '-';
    put_padded(output, first, (size_t)(digits + sizeof digits - first), width);
}

/* One conversion, from behind its %; returns what follows, or NULL if it is none of these. */
static const char *convert(struct output *output, const char *c, va_list *arguments)
{
    int width = 0, precision = -1;
    if (*c == '*') {
        width = va_arg(*arguments, int);
        c++;
    }
    if (c[0] == '.' && c[1] == '*') {
        precision = va_arg(*arguments, int);
        c += 2;
    }
    if (width < 0 || (precision >= 0 && *c != 's'))
        return NULL;
    if (*c == 's') {
        const char *text = va_arg(*arguments, const char *);
        put_padded(output, text, precision < 0 ? strlen(text) : strnlen(text, (size_t)precision), width);
    } else if (*c == 'c') {
        char letter = (char)va_arg(*arguments, int);
        put_padded(output, &letter, 1, width);
    } else if (*c == 'd') {
        int number = va_arg(*arguments, int);
        put_number(output, number < 0 ? 0 - (uint64_t)number : (uint64_t)number, number < 0, width);
    } else if (c[0] == 'z' && c[1] == 'u') {
        put_number(output, va_arg(*arguments, size_t), false, width);
        c++;
    } else {
        return NULL;
    }
    return c + 1;
}

size_t print_to(char *bytes, size_t room, const char *format, va_list arguments)
{
    struct output output = {bytes, room, 0};
    va_list again;
    va_copy(again, arguments);
    const char *c = format;
    while (c && *c) {
        const char *percent = strchr(c, '%');
        size_t count = percent ? (size_t)(percent - c) : strlen(c);
        put(&output, c, count);
        c = percent ? convert(&output, percent + 1, &again) : NULL;
        if (percent && !c) {
            va_end(again);
            return (size_t)vsnprintf(bytes, room, format, arguments);
        }
    }
    va_end(again);
    if (room > 0)
        bytes[output.length < room ? output.length : room - 1] = '\0';
    return output.length;
}
