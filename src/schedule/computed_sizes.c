/* computed_sizes.c: sizes that C computes from other sizes. Where all of these are numbers, so is what is
 * computed: as gradc.h does it. */
#include "cost.h"
#include "program.h"

enum { BLOCK = 64, MOST_CHUNKS = 8, WORTH_ADDING = 16 };

int64_t compute_size(enum computation computation, const int64_t *arguments)
{
    int64_t number = 1, least = WORTH_THREADS;
    switch (computation) {
    case BLOCK_ROWS:
        number = arguments[1] < BLOCK ? BLOCK : arguments[1];
        return number < arguments[0] ? number : arguments[0];
    case FEW_ROWS:
        number = arguments[1] < BLOCK ? arguments[1] : BLOCK;
        return number < arguments[0] ? number : arguments[0];
    case LOOP_CHUNKS:
        least = WORTH_ADDING * arguments[2] > least ? WORTH_ADDING * arguments[2] : least;
        number = arguments[1] / least < MOST_CHUNKS ? arguments[1] / least : MOST_CHUNKS;
        number = number < arguments[0] ? number : arguments[0];
        return number > 1 ? number : 1;
    case CHUNK_COPIES: return arguments[0] - 1;
    case ROOT_ROUNDS:
        while (number * number < arguments[0])
            number++;
        return number;
    }
    return number;
}

static bool is_same(const struct computed_size *computed, enum computation computation,
                    size *const *arguments)
{
    for (int i = 0; i < computed->argument_count; i++)
        if (computed->arguments[i] != arguments[i])
            return false;
    return computed->computation == computation;
}

size *computed_size(struct program *program, enum computation computation, int argument_count,
                    size *const *arguments)
{
    static const char *const names[] = {"block", "block", "chunks", "copies"};
    struct function *function = program->function;
    struct computed_size made = {.computation = computation, .argument_count = argument_count};
    int64_t numbers[3];
    bool are_numbers = true;
    for (int i = 0; i < argument_count; i++) {
        made.arguments[i] = arguments[i];
        are_numbers = size_is_number(arguments[i], &numbers[i]) && are_numbers;
    }
    if (are_numbers)
        return size_number(program->sizes, compute_size(computation, numbers));
    for (size_t i = 0; i < function->computed_count; i++)
        if (is_same(&function->computed[i], computation, arguments))
            return function->computed[i].value;
    made.value = size_new_name(program->sizes, names[computation]);
    ARENA_APPEND(program->arena, function, computed, made);
    return made.value;
}

bool depends_on_sizes_of(const struct function *function, const size *a)
{
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].role == ROLE_SIZE && size_depends_on(a, function->members[i].extent))
            return true;
    return false;
}

void compute_roots(struct function *function)
{
    struct arena *arena = function->graph->arena;
    size *radicand;
    if (function->computed_count > 0)
        return;
    for (size_t i = 0; size_root(function->graph->sizes, i, &radicand); i++) {
        struct computed_size root = {
            size_root(function->graph->sizes, i, &radicand), ROOT_ROUNDS, {radicand}, 1};
        if (depends_on_sizes_of(function, radicand))
            ARENA_APPEND(arena, function, computed, root);
    }
}
