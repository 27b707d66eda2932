/* memory.c: a ring of all blocks that the thread has taken from the heap. */
#include "memory.h"

#include <stdint.h>
#include <stdlib.h>

#include "guard.h"

enum { ALIGNMENT = 16 };

/* Stands in front of what the caller gets. */
struct block {
    _Alignas(ALIGNMENT) struct block *previous;
    struct block *next;
};

static _Thread_local struct block *first;

static void enter(struct block *block)
{
    block->previous = NULL;
    block->next = first;
    if (first)
        first->previous = block;
    first = block;
}

static void leave(struct block *block)
{
    if (block->next)
        block->next->previous = block->previous;
    if (block->previous)
        block->previous->next = block->next;
    else
        first = block->next;
}

/* The bytes of a block with that many items; gives up if nothing can be that large. */
static size_t block_bytes(size_t count, size_t item)
{
    if (item && count > (PTRDIFF_MAX - sizeof(struct block)) / item)
        give_up("out of memory");
    return sizeof(struct block) + count * item;
}

void *memory_array(size_t count, size_t item)
{
    struct block *block = calloc(1, block_bytes(count, item));
    if (!block)
        give_up("out of memory");
    enter(block);
    return block + 1;
}

void *memory_resize(void *memory, size_t count, size_t item)
{
    if (!memory)
        return memory_array(count, item);
    size_t bytes = block_bytes(count, item);
    struct block *block = (struct block *)memory - 1;
    leave(block);
    struct block *larger = realloc(block, bytes);
    enter(larger ? larger : block);
    if (!larger)
        give_up("out of memory");
    return larger + 1;
}

void memory_free(void *memory)
{
    if (!memory)
        return;
    struct block *block = (struct block *)memory - 1;
    leave(block);
    free(block);
}

void memory_free_all(void)
{
    while (first) {
        struct block *block = first;
        first = block->next;
        free(block);
    }
}
