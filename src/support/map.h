/* map.h: names to pointers, in the order of insertion. */
#ifndef GRADC_MAP_H
#define GRADC_MAP_H

#include "arena.h"

struct map_entry {
    const char *name;
    void *value;
};

struct map {
    struct map_entry *entries; /* in the order of insertion */
    size_t entries_count, entries_capacity;
    int *table; /* index into entries + 1, open addressing */
    size_t table_size;
};

void *map_get(const struct map *map, const char *name);                     /* NULL if absent */
void *map_get_part(const struct map *map, const char *name, size_t length); /* of a name in a longer text */
/* Adds or replaces; the name is kept, not copied. */
void map_set(struct arena *arena, struct map *map, const char *name, void *value);

#endif
