/* pattern.c: transposes and colours the pattern of a sparse matrix. */
#include <stdlib.h>
#include <string.h>

#include "pattern.h"

struct pattern *pattern_transpose(struct arena *arena, const struct pattern *pattern)
{
    struct pattern *result = ARENA_NEW(arena, struct pattern);
    *result = (struct pattern){pattern->column_count, pattern->row_count, pattern->count, NULL, NULL};
    result->starts = ARENA_ARRAY(arena, int32_t, result->row_count + 2);
    result->columns = ARENA_ARRAY(arena, int32_t, result->count + 1);
    int32_t *next = result->starts + 1; /* while filling: where the next element of the row before goes */
    for (size_t k = 0; k < pattern->count; k++)
        next[pattern->columns[k] + 1]++;
    for (size_t i = 1; i <= result->row_count; i++)
        next[i] += next[i - 1];
    for (size_t row = 0; row < pattern->row_count; row++)
        for (int32_t k = pattern->starts[row]; k < pattern->starts[row + 1]; k++)
            result->columns[next[pattern->columns[k]]++] = (int32_t)row;
    return result;
}

struct pattern *pattern_lower(struct arena *arena, const struct pattern *pattern)
{
    struct pattern *result = ARENA_NEW(arena, struct pattern);
    *result = (struct pattern){pattern->row_count, pattern->column_count, 0, NULL, NULL};
    result->starts = ARENA_ARRAY(arena, int32_t, pattern->row_count + 1);
    result->columns = ARENA_ARRAY(arena, int32_t, pattern->count + 1);
    for (size_t row = 0; row < pattern->row_count; row++) {
        for (int32_t k = pattern->starts[row]; k < pattern->starts[row + 1]; k++)
            if ((size_t)pattern->columns[k] <= row)
                result->columns[result->count++] = pattern->columns[k];
        result->starts[row + 1] = (int32_t)result->count;
    }
    return result;
}

/* The least colour that no column has which shares a row with this one. `taken` holds column + 1 for the
 * colours that are not to be had. */
static int32_t free_colour(const struct pattern *pattern, const struct pattern *rows_of, int32_t column,
                           const int32_t *colours, int32_t *taken)
{
    for (int32_t k = rows_of->starts[column]; k < rows_of->starts[column + 1]; k++) {
        int32_t row = rows_of->columns[k];
        for (int32_t l = pattern->starts[row]; l < pattern->starts[row + 1]; l++)
            if (colours[pattern->columns[l]] >= 0)
                taken[colours[pattern->columns[l]]] = column + 1;
    }
    int32_t colour = 0;
    while (taken[colour] == column + 1)
        colour++;
    return colour;
}

/* Colours greedily in this order. */
static int32_t colour_in_order(const struct pattern *pattern, const struct pattern *rows_of,
                               const int32_t *order, int32_t *colours, int32_t *taken)
{
    int32_t count = 1;
    memset(taken, 0, (pattern->column_count + 1) * sizeof *taken);
    for (size_t i = 0; i < pattern->column_count; i++)
        colours[i] = -1;
    for (size_t i = 0; i < pattern->column_count; i++) {
        colours[order[i]] = free_colour(pattern, rows_of, order[i], colours, taken);
        if (colours[order[i]] >= count)
            count = colours[order[i]] + 1;
    }
    return count;
}

/* By falling number of elements, a counting sort that keeps the order of equals. */
static void order_by_count(const struct pattern *rows_of, int32_t *order, int32_t *places)
{
    size_t columns = rows_of->row_count, most = rows_of->column_count;
    memset(places, 0, (most + 2) * sizeof *places);
    for (size_t i = 0; i < columns; i++)
        places[most - (size_t)(rows_of->starts[i + 1] - rows_of->starts[i]) + 1]++;
    for (size_t i = 1; i <= most; i++)
        places[i] += places[i - 1];
    for (size_t i = 0; i < columns; i++)
        order[places[most - (size_t)(rows_of->starts[i + 1] - rows_of->starts[i])]++] = (int32_t)i;
}

static size_t longest_row(const struct pattern *pattern)
{
    int32_t longest = 1;
    for (size_t i = 0; i < pattern->row_count; i++)
        if (pattern->starts[i + 1] - pattern->starts[i] > longest)
            longest = pattern->starts[i + 1] - pattern->starts[i];
    return (size_t)longest;
}

int32_t pattern_colour(struct arena *arena, const struct pattern *pattern, int32_t *colours)
{
    const struct pattern *rows_of = pattern_transpose(arena, pattern);
    size_t most = pattern->column_count > pattern->row_count ? pattern->column_count : pattern->row_count;
    int32_t *order = ARENA_ARRAY(arena, int32_t, most + 1), *taken = ARENA_ARRAY(arena, int32_t, most + 2);
    int32_t *others = ARENA_ARRAY(arena, int32_t, most + 1);
    for (size_t i = 0; i < pattern->column_count; i++)
        order[i] = (int32_t)i;
    int32_t count = colour_in_order(pattern, rows_of, order, colours, taken);
    if ((size_t)count <= longest_row(pattern))
        return count; /* the least possible */
    order_by_count(rows_of, order, taken);
    int32_t other = colour_in_order(pattern, rows_of, order, others, taken);
    if (other >= count)
        return count;
    memcpy(colours, others, pattern->column_count * sizeof *colours);
    return other;
}
