/* source.h: reads source texts. */
#ifndef GRADC_SOURCE_H
#define GRADC_SOURCE_H

#include "diagnostics.h"

/* The file at `path` ("-": standard input, named "<stdin>"); NULL if it cannot be read, with errno set. */
const struct source *source_read(struct arena *arena, const char *path);
/* A text that is no file. The text is not copied. */
const struct source *source_of_text(struct arena *arena, const char *path, const char *text, size_t length,
                                    bool is_library);

/* The file that `import "name"` in the file `importing` means: beside the importing file, then in the
 * folders, in their order. NULL if there is none. An absolute name stands for itself. */
const char *source_find(struct arena *arena, const char *importing, const char *name,
                        const char *const *folders, size_t folder_count);

/* The name of a file without its folders. */
const char *path_last_part(const char *path);

#endif
