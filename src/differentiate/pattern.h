/* pattern.h: which elements of a matrix can differ from zero, and which of its columns may be computed
 * together. */
#ifndef GRADC_PATTERN_H
#define GRADC_PATTERN_H

#include <stddef.h>
#include <stdint.h>

#include "arena.h"

/* Compressed sparse rows: row i has the columns columns[starts[i]] ... columns[starts[i + 1] - 1], ascending.
 */
struct pattern {
    size_t row_count, column_count, count;
    int32_t *starts; /* row_count + 1 */
    int32_t *columns;
};

/* What stands on or below the diagonal. */
struct pattern *pattern_lower(struct arena *arena, const struct pattern *pattern);
struct pattern *pattern_transpose(struct arena *arena, const struct pattern *pattern);

/* Gives each column a colour, such that no row has two columns of one colour: then one product with the sum
 * of a colour's unit vectors has all elements of its columns, each in a place of its own (Curtis, Powell and
 * Reid 1974). Returns the number of colours, at least 1; columns without elements have colour 0. */
int32_t pattern_colour(struct arena *arena, const struct pattern *pattern, int32_t *colours);

#endif
