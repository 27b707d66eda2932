/* space.h: an index space whose extents are numbers, and a position that runs through it. */
#ifndef GRADC_SPACE_H
#define GRADC_SPACE_H

#include <stddef.h>
#include <stdint.h>

#include "graph.h"

struct space {
    int rank;
    int64_t extents[2 * MAXIMUM_RANK], position[2 * MAXIMUM_RANK];
    size_t count; /* of positions */
};

/* Begin with {.count = 1}; the last axis added is the innermost. */
static inline void space_add_axis(struct space *space, int64_t extent)
{
    space->extents[space->rank++] = extent;
    space->count *= (size_t)extent;
}

/* Row-major successor; behind the last position the first one. */
static inline void space_advance(struct space *space)
{
    for (int a = space->rank - 1; a >= 0; a--) {
        if (++space->position[a] < space->extents[a])
            return;
        space->position[a] = 0;
    }
}

#endif
