/* stream.c: see stream.h. */
#define _GNU_SOURCE /* fopencookie */
#include "stream.h"

#include <stdlib.h>
#include <string.h>

#include "guard.h"
#include "memory.h"

struct stream {
    FILE *file;
    char *text;
    size_t length, capacity;
    struct stream *next;
};

static _Thread_local struct stream *streams;

/* Listed before it is opened, so that nothing is left open without memory for the list. */
static struct stream *new_stream(void)
{
    struct stream *stream = memory_array(1, sizeof *stream);
    stream->next = streams;
    return streams = stream;
}

static struct stream *find(FILE *file)
{
    struct stream *stream = streams;
    while (stream->file != file)
        stream = stream->next;
    return stream;
}

#ifdef __linux__

/* The C libraries' streams of text may lose what there is no memory for without telling anyone. */
static ssize_t append(void *cookie, const char *text, size_t length)
{
    struct stream *stream = cookie;
    if (stream->capacity - stream->length <= length) {
        size_t capacity = 2 * (stream->capacity + length) + 1;
        char *larger = realloc(stream->text, capacity);
        if (!larger)
            return 0;
        stream->text = larger;
        stream->capacity = capacity;
    }
    memcpy(stream->text + stream->length, text, length);
    stream->length += length;
    stream->text[stream->length] = '\0';
    return (ssize_t)length;
}

static FILE *open_text(struct stream *stream)
{
    return fopencookie(stream, "w", (cookie_io_functions_t){.write = append});
}

#else

static FILE *open_text(struct stream *stream)
{
    return open_memstream(&stream->text, &stream->length);
}

#endif

FILE *stream_to_text(void)
{
    struct stream *stream = new_stream();
    stream->file = open_text(stream);
    if (!stream->file)
        give_up("out of memory");
    return stream->file;
}

FILE *stream_to_file(void)
{
    struct stream *stream = new_stream();
    return stream->file = tmpfile();
}

const char *stream_text(FILE *file, size_t *length)
{
    const struct stream *stream = find(file);
    if (fflush(file) != 0 || ferror(file))
        give_up("out of memory");
    *length = stream->length;
    return stream->text ? stream->text : "";
}

static void close_one(const struct stream *stream)
{
    if (stream->file)
        fclose(stream->file);
    free(stream->text);
}

void stream_close(FILE *file)
{
    struct stream *stream = find(file), **link = &streams;
    while (*link != stream)
        link = &(*link)->next;
    *link = stream->next;
    close_one(stream);
    memory_free(stream);
}

void stream_close_all(void)
{
    for (; streams; streams = streams->next)
        close_one(streams);
}
