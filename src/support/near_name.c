/* near_name.c: what a misspelt name was probably meant to be.
 *
 * The distance is the optimal string alignment distance (insertions, deletions, substitutions and
 * transpositions of neighbours; Damerau 1964, Levenshtein 1966), in halves of an edit: a change of case alone
 * costs one half. */
#include "diagnostics.h"

#include <ctype.h>
#include <string.h>

enum { EDIT = 2, LONGEST = 64 };

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned substitution(char a, char b)
{
    if (a == b)
        return 0;
    return tolower((unsigned char)a) == tolower((unsigned char)b) ? 1 : EDIT;
}

/* d[i][j]: from the first i characters of a to the first j of b; three rows of it. */
static unsigned distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    unsigned rows[3][LONGEST + 1];
    unsigned *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_length; j++)
        above[j] = (unsigned)j * EDIT;
    for (size_t i = 1; i <= a_length; i++) {
        row[0] = (unsigned)i * EDIT;
        for (size_t j = 1; j <= b_length; j++) {
            row[j] = least(above[j], row[j - 1]) + EDIT;
            row[j] = least(row[j], above[j - 1] + substitution(a[i - 1], b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], before[j - 2] + EDIT);
        }
        unsigned *free_row = before;
        before = above;
        above = row;
        row = free_row;
    }
    return above[b_length];
}

static bool same_but_for_case(const char *a, const char *b)
{
    while (*a && tolower((unsigned char)*a) == tolower((unsigned char)*b))
        a++, b++;
    return *a == *b;
}

const char *near_name(const char *name, const char *const *candidates, size_t count)
{
    size_t length = strlen(name);
    if (length > LONGEST)
        return NULL;
    const char *nearest = NULL;
    unsigned nearest_distance = (unsigned)length * EDIT / 3 + 1;
    for (size_t i = 0; i < count; i++) {
        size_t candidate_length = strlen(candidates[i]);
        if (candidate_length > LONGEST || strcmp(candidates[i], name) == 0)
            continue;
        unsigned d = same_but_for_case(name, candidates[i])
                         ? 0
                         : distance(name, length, candidates[i], candidate_length);
        if (d < nearest_distance) {
            nearest_distance = d;
            nearest = candidates[i];
        }
    }
    return nearest;
}
