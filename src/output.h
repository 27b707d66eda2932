/* output.h: output files that appear all together or not at all. */
#ifndef GRADC_OUTPUT_H
#define GRADC_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "arena.h"

struct outputs;

struct outputs *outputs_new(struct arena *arena);
/* A stream whose text becomes the file `path` ("-": goes to standard output) when all is committed. It
 * is closed with the compilation (stream.h). */
FILE *outputs_add(struct outputs *outputs, const char *path);
/* Writes every file beside its target, then renames them all. False after telling what failed; then no target
 * has been created or changed. Nothing else may be done with outputs afterwards. */
bool outputs_commit(struct outputs *outputs);
void outputs_discard(struct outputs *outputs);

/* The path with the extension of its last part replaced: "a/b/model.c", ".h" -> "a/b/model.h". */
const char *path_with_extension(struct arena *arena, const char *path, const char *extension);
/* Whether a path names something that is written through, such as a terminal or a pipe, and not replaced. */
bool path_is_stream(const char *path);
/* Whether both name the same existing file. */
bool path_same_file(const char *a, const char *b);

#endif
