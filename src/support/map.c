/* map.c: a hash table with linear probing beside an array of the entries. */
#include "map.h"

#include <stdint.h>
#include <string.h>

static uint64_t hash(const char *name, size_t length)
{
    uint64_t h = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < length; i++)
        h = (h ^ (unsigned char)name[i]) * 1099511628211u;
    return h;
}

/* The slot that holds `name`, or the empty one where it belongs. */
static int *slot(const struct map *map, const char *name, size_t length)
{
    size_t mask = map->table_size - 1;
    for (size_t i = (size_t)hash(name, length) & mask;; i = (i + 1) & mask) {
        if (!map->table[i])
            return &map->table[i];
        const char *found = map->entries[map->table[i] - 1].name;
        if (!strncmp(found, name, length) && !found[length])
            return &map->table[i];
    }
}

void *map_get_part(const struct map *map, const char *name, size_t length)
{
    if (!map->table_size)
        return NULL;
    int at = *slot(map, name, length);
    return at ? map->entries[at - 1].value : NULL;
}

void *map_get(const struct map *map, const char *name)
{
    return map_get_part(map, name, strlen(name));
}

static void grow(struct arena *arena, struct map *map)
{
    map->table_size = map->table_size ? 2 * map->table_size : 16;
    map->table = ARENA_ARRAY(arena, int, map->table_size);
    for (size_t i = 0; i < map->entries_count; i++)
        *slot(map, map->entries[i].name, strlen(map->entries[i].name)) = (int)i + 1;
}

void map_set(struct arena *arena, struct map *map, const char *name, void *value)
{
    if (2 * (map->entries_count + 1) > map->table_size)
        grow(arena, map);
    int *at = slot(map, name, strlen(name));
    if (*at) {
        map->entries[*at - 1].value = value;
        return;
    }
    struct map_entry entry = {name, value};
    ARENA_APPEND(arena, map, entries, entry);
    *at = (int)map->entries_count;
}
