/* documents.c: open texts by their URI. */
#include "documents.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "memory.h"
#include "source.h"

static char *copy(const char *text, size_t length)
{
    char *bytes = memory_array(length + 1, 1);
    memcpy(bytes, text, length);
    return bytes;
}

struct document *documents_find(const struct documents *documents, const char *uri)
{
    for (size_t i = 0; i < documents->count; i++)
        if (strcmp(documents->items[i]->uri, uri) == 0)
            return documents->items[i];
    return NULL;
}

struct document *documents_open(struct documents *documents, const char *uri, const char *text, size_t length)
{
    struct document *document = documents_find(documents, uri);
    if (!document) {
        document = memory_array(1, sizeof *document);
        document->uri = copy(uri, strlen(uri));
        documents->items = memory_resize(documents->items, documents->count + 1, sizeof *documents->items);
        documents->items[documents->count++] = document;
    }
    memory_free(document->text);
    document->text = copy(text, length);
    document->length = length;
    return document;
}

void documents_close(struct documents *documents, const char *uri)
{
    for (size_t i = 0; i < documents->count; i++) {
        struct document *document = documents->items[i];
        if (strcmp(document->uri, uri) != 0)
            continue;
        documents->items[i] = documents->items[--documents->count];
        memory_free(document->uri);
        memory_free(document->text);
        memory_free(document);
        return;
    }
}

void document_replace(struct document *document, struct position begin, struct position end, const char *text,
                      size_t length)
{
    size_t from = offset_at(document->text, document->length, begin);
    size_t to = offset_at(document->text, document->length, end);
    if (to < from) {
        size_t before = from;
        from = to;
        to = before;
    }
    size_t rest = document->length - to;
    char *whole = memory_array(from + length + rest + 1, 1);
    memcpy(whole, document->text, from);
    memcpy(whole + from, text, length);
    memcpy(whole + from + length, document->text + to, rest);
    memory_free(document->text);
    document->text = whole;
    document->length = from + length + rest;
}

/* ---- Names of files ---- */

static int hexadecimal(char digit)
{
    return isdigit((unsigned char)digit) ? digit - '0' : tolower((unsigned char)digit) - 'a' + 10;
}

const char *path_of_uri(struct arena *arena, const char *uri)
{
    static const char scheme[] = "file://";
    if (strncmp(uri, scheme, sizeof scheme - 1) != 0)
        return uri;
    const char *from = uri + sizeof scheme - 1;
    from += strcspn(from, "/"); /* a host is this one */
    char *path = arena_copy(arena, from, strlen(from)), *to = path;
    for (; *from; from++) {
        bool is_escape = *from == '%' && isxdigit((unsigned char)from[1]) && isxdigit((unsigned char)from[2]);
        int byte = is_escape ? 16 * hexadecimal(from[1]) + hexadecimal(from[2]) : 0;
        if (byte > 0)
            from += 2;
        *to++ = byte > 0 ? (char)byte : *from;
    }
    *to = '\0';
    return path;
}

const char *uri_of_path(struct arena *arena, const char *path)
{
    if (path[0] != '/') /* no file's whole name: what path_of_uri left */
        return path;
    static const char digits[] = "0123456789ABCDEF", plain[] = "/-._~";
    char *uri = arena_allocate(arena, 3 * strlen(path) + 8), *to = uri + 7;
    memcpy(uri, "file://", 7);
    for (; *path; path++) {
        unsigned char byte = (unsigned char)*path;
        if ((byte < 0x80 && isalnum(byte)) || strchr(plain, byte)) {
            *to++ = (char)byte;
            continue;
        }
        *to++ = '%';
        *to++ = digits[byte / 16];
        *to++ = digits[byte % 16];
    }
    *to = '\0';
    return uri;
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat of_a, of_b;
    return strcmp(a, b) == 0 || (stat(a, &of_a) == 0 && stat(b, &of_b) == 0 && of_a.st_dev == of_b.st_dev &&
                                 of_a.st_ino == of_b.st_ino);
}

const struct source *documents_read(void *closure, struct arena *arena, const char *path)
{
    const struct documents *documents = closure;
    for (size_t i = 0; i < documents->count; i++) {
        const struct document *document = documents->items[i];
        if (is_same_file(path_of_uri(arena, document->uri), path))
            return source_of_text(arena, path, document->text, document->length, false);
    }
    return source_read(arena, path);
}
