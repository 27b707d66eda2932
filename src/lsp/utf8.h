/* utf8.h: characters of a text in UTF-8, and how the language server's protocol counts them. */
#ifndef GRADC_UTF8_H
#define GRADC_UTF8_H

#include <stddef.h>

/* The bytes of the character that begins at `text`, 1 to 4; 0 if none does within `available` bytes. */
size_t utf8_length(const char *text, size_t available);
/* Writes a character, 4 bytes at most; the bytes written. Surrogates become U+FFFD. */
size_t utf8_write(char *bytes, unsigned long character);

/* A place in a text as editors name it: the line, and in it the units of UTF-16, both from 0. */
struct position {
    size_t line, character;
};

struct position position_of(const char *text, size_t length, size_t offset);
/* What lies beyond a line or the text is its end. */
size_t offset_at(const char *text, size_t length, struct position position);

#endif
