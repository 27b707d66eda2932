/* documents.h: the texts that an editor has open. They live as long as the server, so not in an arena. */
#ifndef GRADC_DOCUMENTS_H
#define GRADC_DOCUMENTS_H

#include "elaborate.h"
#include "utf8.h"

struct document {
    char *uri, *text; /* NUL-terminated */
    size_t length, version;
    bool has_version;
    bool is_changed; /* its messages have not been told */
};

struct documents {
    struct document **items;
    size_t count;
};

struct document *documents_find(const struct documents *documents, const char *uri);
/* Opens it, or gives it another text. */
struct document *documents_open(struct documents *documents, const char *uri, const char *text,
                                size_t length);
void documents_close(struct documents *documents, const char *uri);
/* Replaces the part between two places, the later one of which may come first. */
void document_replace(struct document *document, struct position begin, struct position end, const char *text,
                      size_t length);

/* The file's name; of another kind of URI the URI itself. */
const char *path_of_uri(struct arena *arena, const char *uri);
const char *uri_of_path(struct arena *arena, const char *path);

/* A file's text: as it is open, else as it is stored; NULL if it cannot be read. For struct text_reading. */
const struct source *documents_read(void *documents, struct arena *arena, const char *path);

#endif
