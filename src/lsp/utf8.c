/* utf8.c: lines end with \n, \r\n or \r, as the protocol has it; a byte that is no character counts as one.
 */
#include "utf8.h"

#include <stdbool.h>

size_t utf8_length(const char *text, size_t available)
{
    const unsigned char *bytes = (const unsigned char *)text;
    if (available == 0)
        return 0;
    if (bytes[0] < 0x80)
        return 1;
    size_t length = bytes[0] >= 0xF0 ? 4 : bytes[0] >= 0xE0 ? 3 : 2;
    if (bytes[0] < 0xC2 || bytes[0] > 0xF4 || length > available)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
    bool is_overlong = (bytes[0] == 0xE0 && bytes[1] < 0xA0) || (bytes[0] == 0xF0 && bytes[1] < 0x90);
    bool is_surrogate = bytes[0] == 0xED && bytes[1] >= 0xA0;
    bool is_beyond = bytes[0] == 0xF4 && bytes[1] >= 0x90;
    return is_overlong || is_surrogate || is_beyond ? 0 : length;
}

size_t utf8_write(char *bytes, unsigned long character)
{
    if (character >= 0xD800 && character < 0xE000)
        character = 0xFFFD;
    size_t more = character < 0x80 ? 0 : character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
    static const unsigned char first[] = {0, 0xC0, 0xE0, 0xF0};
    bytes[0] = (char)(first[more] | (unsigned char)(character >> (6 * more)));
    for (size_t i = 1; i <= more; i++)
        bytes[i] = (char)(0x80 | ((character >> (6 * (more - i))) & 0x3F));
    return more + 1;
}

/* The bytes of the line end at the place; 0: there is none. */
static size_t line_end(const char *text, size_t length, size_t offset)
{
    if (text[offset] == '\n')
        return 1;
    if (text[offset] != '\r')
        return 0;
    return offset + 1 < length && text[offset + 1] == '\n' ? 2 : 1;
}

/* Moves over one character of a line; the units of UTF-16 that it has. */
static size_t step(const char *text, size_t length, size_t *offset)
{
    size_t bytes = utf8_length(text + *offset, length - *offset);
    *offset += bytes ? bytes : 1;
    return bytes == 4 ? 2 : 1;
}

struct position position_of(const char *text, size_t length, size_t offset)
{
    struct position position = {0, 0};
    size_t at = 0;
    while (at < length && at < offset) {
        size_t end = line_end(text, length, at);
        if (end && at + end > offset)
            break; /* between \r and \n */
        if (end) {
            position.line++;
            position.character = 0;
            at += end;
        } else {
            position.character += step(text, length, &at);
        }
    }
    return position;
}

size_t offset_at(const char *text, size_t length, struct position position)
{
    size_t at = 0, line = 0, character = 0;
    while (at < length && line < position.line) {
        size_t end = line_end(text, length, at);
        line += end > 0;
        at += end ? end : 1;
    }
    while (at < length && line == position.line && character < position.character &&
           !line_end(text, length, at)) {
        size_t after = at, units = step(text, length, &after);
        if (character + units > position.character)
            break; /* within a pair of surrogates */
        character += units;
        at = after;
    }
    return at;
}
