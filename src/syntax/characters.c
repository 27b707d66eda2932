/* characters.c: bytes that are no text, and characters that no token begins with. */
#include "scanner.h"

/* The code point of a UTF-8 character. */
static unsigned long code_point(const char *text)
{
    unsigned char first = (unsigned char)text[0];
    int further = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
    unsigned long code = further == 3   ? first & 0x07u
                         : further == 2 ? first & 0x0Fu
                         : further      ? first & 0x1Fu
                                        : first;
    for (int i = 1; i <= further; i++)
        code = code << 6 | ((unsigned char)text[i] & 0x3Fu);
    return code;
}

void report_character(struct scanner *scanner, struct span span)
{
    if (scanner->is_silent)
        return;
    const char *text = scanner->source->text + span.begin;
    unsigned long code = code_point(text);
    if (code < ' ' || code == 0x7F)
        report_error(scanner->diagnostics, span, "the control character U+%04lX is not part of the language",
                     code);
    else if (code < 0x80)
        report_error(scanner->diagnostics, span, "the character '%c' is not part of the language", (int)code);
    else
        report_error(scanner->diagnostics, span, "the character '%.*s' (U+%04lX) is not part of the language",
                     (int)(span.end - span.begin), text, code);
    struct span none = {0};
    if (code >= 0x80)
        report_note(scanner->diagnostics, none,
                    "names are made of the letters A to Z, digits, '_' and Greek letters");
}

/* The length of the UTF-8 character at `text`, 0 if it is none (RFC 3629: no surrogates, no overlong forms).
 */
static size_t utf8_length(const unsigned char *text, size_t available)
{
    if (text[0] < 0x80)
        return text[0] != 0;
    size_t length = text[0] >= 0xF0 ? 4 : text[0] >= 0xE0 ? 3 : 2;
    if (text[0] < 0xC2 || text[0] > 0xF4 || length > available)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    bool is_overlong = (text[0] == 0xE0 && text[1] < 0xA0) || (text[0] == 0xF0 && text[1] < 0x90);
    bool is_no_character = (text[0] == 0xED && text[1] > 0x9F) || (text[0] == 0xF4 && text[1] > 0x8F);
    return is_overlong || is_no_character ? 0 : length;
}

bool check_text(struct scanner *scanner)
{
    const struct source *source = scanner->source;
    for (size_t i = 0; i < source->length;) {
        size_t length = utf8_length((const unsigned char *)source->text + i, source->length - i);
        if (length == 0) {
            report_error(scanner->diagnostics, span_at(scanner, (unsigned)i, (unsigned)i + 1),
                         "the byte 0x%02X is not text: a program is written in UTF-8",
                         (unsigned char)source->text[i]);
            return false;
        }
        i += length;
    }
    return true;
}
