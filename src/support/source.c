/* source.c: reads source texts whole into the arena and looks for imported files. */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Places are unsigned; a text that is longer is refused with EFBIG. */
enum { LONGEST_TEXT = INT_MAX / 2, FIRST_BUFFER = 1 << 16 };

struct bytes {
    char *text;
    size_t length, capacity;
};

static void make_room(struct arena *arena, struct bytes *bytes)
{
    if (bytes->length + 1 < bytes->capacity)
        return;
    size_t capacity = bytes->capacity ? 2 * bytes->capacity : FIRST_BUFFER;
    char *text = arena_allocate(arena, capacity);
    if (bytes->length)
        memcpy(text, bytes->text, bytes->length);
    bytes->text = text;
    bytes->capacity = capacity;
}

/* Everything that can be read from a descriptor; false with errno. */
static bool read_all(struct arena *arena, int descriptor, struct bytes *bytes)
{
    for (;;) {
        make_room(arena, bytes);
        ssize_t count = read(descriptor, bytes->text + bytes->length, bytes->capacity - 1 - bytes->length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return false;
        if (count == 0)
            break;
        bytes->length += (size_t)count;
        if (bytes->length > LONGEST_TEXT) {
            errno = EFBIG;
            return false;
        }
    }
    bytes->text[bytes->length] = '\0';
    return true;
}

const struct source *source_of_text(struct arena *arena, const char *path, const char *text, size_t length,
                                    bool is_library)
{
    struct source *source = ARENA_NEW(arena, struct source);
    source->path = path;
    source->text = text;
    source->length = length;
    source->is_library = is_library;
    size_t count = 1;
    for (size_t i = 0; i < length; i++)
        count += text[i] == '\n';
    unsigned *lines = ARENA_ARRAY(arena, unsigned, count);
    size_t line = 1;
    for (size_t i = 0; i < length; i++)
        if (text[i] == '\n')
            lines[line++] = (unsigned)i + 1;
    source->lines = lines;
    source->line_count = count;
    return source;
}

const struct source *source_read(struct arena *arena, const char *path)
{
    bool is_input = strcmp(path, "-") == 0;
    int descriptor = is_input ? STDIN_FILENO : open(path, O_RDONLY);
    if (descriptor < 0)
        return NULL;
    struct bytes bytes = {0};
    bool done = read_all(arena, descriptor, &bytes);
    int error = errno;
    if (!is_input)
        close(descriptor);
    errno = error;
    if (!done)
        return NULL;
    const char *name = is_input ? "<stdin>" : arena_copy(arena, path, strlen(path));
    return source_of_text(arena, name, bytes.text, bytes.length, false);
}

/* Whether it is a file; where it is there and none, *error says so: a folder, or what may be read for ever,
 * such as a pipe or a device. */
static bool is_file(const char *path, int *error)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return false;
    if (!S_ISREG(status.st_mode))
        *error = S_ISDIR(status.st_mode) ? EISDIR : ENXIO;
    return S_ISREG(status.st_mode);
}

const char *source_find(struct arena *arena, const char *importing, const char *name,
                        const char *const *folders, size_t folder_count)
{
    int error = ENOENT;
    const char *slash = strrchr(importing, '/');
    int folder_length = slash && name[0] != '/' ? (int)(slash - importing) + 1 : 0;
    const char *beside = arena_print(arena, "%.*s%s", folder_length, importing, name);
    if (is_file(beside, &error))
        return beside;
    for (size_t i = 0; i < folder_count && name[0] != '/'; i++) {
        const char *path = arena_print(arena, "%s/%s", folders[i], name);
        if (is_file(path, &error))
            return path;
    }
    errno = error;
    return NULL;
}

const char *path_last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}
