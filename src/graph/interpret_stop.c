/* interpret_stop.c: what stop_gradient gives, kept by one interpreter and held by others.
 *
 * A node in the rounds of a loop has a value in each. Interpreters that take the same sides of branches and
 * as many rounds ask for them in the same order, so that the n-th that one keeps is the n-th that another
 * takes. Where there is none, or it has another size, the value stays what it is.
 */
#include <string.h>

#include "interpreter.h"

struct kept_value {
    double *values;
    size_t count;
};

struct kept_values {
    struct kept_value *all;
    size_t all_count, all_capacity;
};

struct stopped {
    struct arena *arena;
    struct kept_values *of; /* by id */
    size_t nodes_count;
};

struct stopped *stopped_new(struct arena *arena, const struct graph *graph)
{
    struct stopped *stopped = ARENA_NEW(arena, struct stopped);
    stopped->arena = arena;
    stopped->nodes_count = graph->nodes_count;
    stopped->of = ARENA_ARRAY(arena, struct kept_values, graph->nodes_count + 1);
    return stopped;
}

void interpreter_keep_stopped(struct interpreter *interpreter, struct stopped *stopped)
{
    interpreter->stopped = stopped;
    interpreter->holds_stopped = false;
}

void interpreter_hold_stopped(struct interpreter *interpreter, struct stopped *stopped)
{
    interpreter->stopped = stopped;
    interpreter->holds_stopped = true;
    if (stopped)
        interpreter->held = ARENA_ARRAY(interpreter->arena, size_t, stopped->nodes_count + 1);
}

void interpret_stop(struct interpreter *interpreter, const struct node *node, double *y, size_t count)
{
    struct stopped *stopped = interpreter->stopped;
    if (!stopped || (size_t)node->id >= stopped->nodes_count)
        return;
    struct kept_values *kept = &stopped->of[node->id];
    if (interpreter->holds_stopped) {
        size_t number = interpreter->held[node->id]++;
        if (number < kept->all_count && kept->all[number].count == count)
            memcpy(y, kept->all[number].values, count * sizeof *y);
    } else {
        struct kept_value value = {ARENA_ARRAY(stopped->arena, double, count + 1), count};
        memcpy(value.values, y, count * sizeof *y);
        ARENA_APPEND(stopped->arena, kept, all, value);
    }
}
