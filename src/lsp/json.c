/* json.c: one function for each production of RFC 8259; each leaves the reader behind what it has read. */
#include "json.h"

#include <stdlib.h>
#include <string.h>

#include "utf8.h"

struct reader {
    struct arena *arena;
    const char *text;
    size_t length, at;
    int depth;
};

static const struct json *read_value(struct reader *r);

static char peek(const struct reader *r)
{
    return r->at < r->length ? r->text[r->at] : '\0';
}

static bool skip(struct reader *r, char character)
{
    if (r->at >= r->length || r->text[r->at] != character)
        return false;
    r->at++;
    return true;
}

static void skip_blanks(struct reader *r)
{
    while (r->at < r->length && strchr(" \t\n\r", r->text[r->at]) && r->text[r->at])
        r->at++;
}

static struct json *new_value(struct reader *r, enum json_kind kind)
{
    struct json *value = ARENA_NEW(r->arena, struct json);
    value->kind = kind;
    return value;
}

/* ---- Strings ---- */

static bool read_hexadecimal(struct reader *r, unsigned long *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdef0123456789ABCDEF";
        const char *digit = peek(r) ? strchr(digits, peek(r)) : NULL;
        if (!digit)
            return false;
        *unit = 16 * *unit + (unsigned long)((digit - digits) % 16);
        r->at++;
    }
    return true;
}

/* Behind `\u`: one unit of UTF-16, or a pair of them. */
static bool read_unicode(struct reader *r, unsigned long *character)
{
    if (!read_hexadecimal(r, character))
        return false;
    if (*character < 0xD800 || *character >= 0xDC00)
        return true;
    size_t before = r->at;
    unsigned long low;
    if (skip(r, '\\') && skip(r, 'u')) {
        if (!read_hexadecimal(r, &low))
            return false;
        if (low >= 0xDC00 && low < 0xE000) {
            *character = 0x10000 + ((*character - 0xD800) << 10) + (low - 0xDC00);
            return true;
        }
    }
    r->at = before;
    return true; /* a half stands for U+FFFD */
}

static bool read_escape(struct reader *r, char *bytes, size_t *count)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    char letter = peek(r);
    const char *found = letter ? strchr(letters, letter) : NULL;
    unsigned long character;
    if (found) {
        r->at++;
        bytes[(*count)++] = meant[found - letters];
        return true;
    }
    if (!skip(r, 'u') || !read_unicode(r, &character))
        return false;
    *count += utf8_write(bytes + *count, character);
    return true;
}

/* What a string stands for is never longer than it is written. */
static const char *read_string(struct reader *r, size_t *length)
{
    if (!skip(r, '"'))
        return NULL;
    size_t most = 0;
    for (size_t at = r->at; at < r->length && r->text[at] != '"'; most++)
        at += r->text[at] == '\\' ? 2 : 1;
    char *bytes = arena_allocate(r->arena, 2 * most + 4);
    size_t count = 0;
    while (r->at < r->length && r->text[r->at] != '"') {
        size_t character = utf8_length(r->text + r->at, r->length - r->at);
        if (character == 0 || (unsigned char)r->text[r->at] < ' ')
            return NULL;
        if (skip(r, '\\')) {
            if (!read_escape(r, bytes, &count))
                return NULL;
            continue;
        }
        memcpy(bytes + count, r->text + r->at, character);
        count += character;
        r->at += character;
    }
    bytes[count] = '\0';
    *length = count;
    return skip(r, '"') ? bytes : NULL;
}

/* ---- Numbers and words ---- */

static bool skip_digits(struct reader *r)
{
    size_t before = r->at;
    while (peek(r) >= '0' && peek(r) <= '9')
        r->at++;
    return r->at > before;
}

static const struct json *read_number(struct reader *r)
{
    size_t begin = r->at;
    skip(r, '-');
    if (!skip(r, '0') && !skip_digits(r))
        return NULL;
    if (skip(r, '.') && !skip_digits(r))
        return NULL;
    if (skip(r, 'e') || skip(r, 'E')) {
        if (!skip(r, '+'))
            skip(r, '-');
        if (!skip_digits(r))
            return NULL;
    }
    struct json *value = new_value(r, JSON_NUMBER);
    value->length = r->at - begin;
    value->text = arena_copy(r->arena, r->text + begin, value->length);
    value->number = strtod(value->text, NULL);
    return value;
}

static const struct json *read_word(struct reader *r)
{
    static const struct word {
        const char *text;
        enum json_kind kind;
        bool truth;
    } words[] = {{"null", JSON_NULL, false}, {"true", JSON_BOOL, true}, {"false", JSON_BOOL, false}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i].text);
        if (r->length - r->at < length || strncmp(r->text + r->at, words[i].text, length) != 0)
            continue;
        r->at += length;
        struct json *value = new_value(r, words[i].kind);
        value->truth = words[i].truth;
        return value;
    }
    return NULL;
}

/* ---- Arrays and objects ---- */

/* `"name": `, in an object. */
static const char *read_name(struct reader *r)
{
    size_t length;
    const char *name = read_string(r, &length);
    skip_blanks(r);
    return name && skip(r, ':') ? name : NULL;
}

static const struct json *read_items(struct reader *r, enum json_kind kind, char end)
{
    struct json *whole = new_value(r, kind);
    const struct json **last = &whole->first;
    r->at++;
    skip_blanks(r);
    if (skip(r, end))
        return whole;
    do {
        skip_blanks(r);
        const char *name = kind == JSON_OBJECT ? read_name(r) : NULL;
        if (kind == JSON_OBJECT && !name)
            return NULL;
        struct json *item = (struct json *)read_value(r);
        if (!item)
            return NULL;
        item->name = name;
        *last = item;
        last = &item->next;
    } while (skip(r, ','));
    return skip(r, end) ? whole : NULL;
}

/* With the blanks around it. */
static const struct json *read_value(struct reader *r)
{
    const struct json *value = NULL;
    skip_blanks(r);
    size_t length;
    char first = peek(r);
    if (first == '"') {
        const char *text = read_string(r, &length);
        struct json *string = text ? new_value(r, JSON_STRING) : NULL;
        if (string) {
            string->text = text;
            string->length = length;
        }
        value = string;
    } else if (first == '{' || first == '[') {
        if (++r->depth > JSON_DEPTH)
            return NULL;
        value = read_items(r, first == '{' ? JSON_OBJECT : JSON_ARRAY, first == '{' ? '}' : ']');
        r->depth--;
    } else if (first == '-' || (first >= '0' && first <= '9')) {
        value = read_number(r);
    } else {
        value = read_word(r);
    }
    skip_blanks(r);
    return value;
}

const struct json *json_read(struct arena *arena, const char *text, size_t length)
{
    struct reader r = {.arena = arena, .text = text, .length = length};
    const struct json *value = read_value(&r);
    return value && r.at == length ? value : NULL;
}

/* ---- Looking things up ---- */

const struct json *json_member(const struct json *object, const char *name)
{
    const struct json *found = NULL;
    if (object && object->kind == JSON_OBJECT)
        for (const struct json *member = object->first; member; member = member->next)
            if (strcmp(member->name, name) == 0)
                found = member;
    return found;
}

const struct json *json_path(const struct json *object, const char *names)
{
    char name[64];
    while (object && *names) {
        size_t length = strcspn(names, ".");
        if (length >= sizeof name)
            return NULL;
        memcpy(name, names, length);
        name[length] = '\0';
        object = json_member(object, name);
        names += length + (names[length] == '.');
    }
    return object;
}

const char *json_text(const struct json *value)
{
    return value && value->kind == JSON_STRING ? value->text : NULL;
}

bool json_whole(const struct json *value, size_t *number)
{
    bool is_whole = value && value->kind == JSON_NUMBER && value->number >= 0 && value->number < 0x1p53 &&
                    (double)(unsigned long long)value->number == value->number;
    if (is_whole)
        *number = value->number > (double)((size_t)-1 / 2) ? (size_t)-1 / 2 : (size_t)value->number;
    return is_whole;
}

/* ---- Writing ---- */

void json_write_text(FILE *stream, const char *text, size_t length)
{
    fputc('"', stream);
    for (size_t at = 0; at < length;) {
        size_t bytes = utf8_length(text + at, length - at);
        unsigned char character = (unsigned char)text[at];
        if (bytes == 0)
            fputs("\\ufffd", stream);
        else if (character == '"' || character == '\\')
            fprintf(stream, "\\%c", character);
        else if (character == '\n')
            fputs("\\n", stream);
        else if (character < ' ' || character == 0x7F)
            fprintf(stream, "\\u%04x", character);
        else
            fwrite(text + at, 1, bytes, stream);
        at += bytes ? bytes : 1;
    }
    fputc('"', stream);
}

void json_write_string(FILE *stream, const char *text)
{
    json_write_text(stream, text, strlen(text));
}

void json_write(FILE *stream, const struct json *value)
{
    bool is_object = value->kind == JSON_OBJECT;
    switch (value->kind) {
    case JSON_NULL: fputs("null", stream); break;
    case JSON_BOOL: fputs(value->truth ? "true" : "false", stream); break;
    case JSON_NUMBER: fputs(value->text, stream); break;
    case JSON_STRING: json_write_text(stream, value->text, value->length); break;
    case JSON_ARRAY:
    case JSON_OBJECT:
        fputc(is_object ? '{' : '[', stream);
        for (const struct json *item = value->first; item; item = item->next) {
            if (is_object) {
                json_write_string(stream, item->name);
                fputc(':', stream);
            }
            json_write(stream, item);
            if (item->next)
                fputc(',', stream);
        }
        fputc(is_object ? '}' : ']', stream);
        break;
    }
}
