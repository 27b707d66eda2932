/* running_power.c: powers whose exponent counts the rounds of a loop, which multiplies them up from round to
 * round: sum[j](x[j] t^j). Only where they are terms of sums: each multiplication adds half a unit in the
 * last place, as each addition does. */
#include "cost.h"
#include "loop_kinds.h"

enum { GREATEST_STEP = 3 };

/* Whether an element may change between the rounds of the loop. */
static bool varies(struct program *program, const struct node *node, const struct index *at,
                   const struct item *loop)
{
    struct index below[MAXIMUM_AXES];
    const struct buffer *buffer = program->buffers[node->id];
    if (buffer && is_private_to(buffer, loop))
        return true;
    if (buffer || is_leaf(node) || node->op == OP_IOTA) {
        for (int a = 0; a < node->rank; a++)
            if (at[a].dynamic || size_depends_on(at[a].affine, loop->variable))
                return true;
        return false;
    }
    if (node->op == OP_INDEX && node->input_count == 1) {
        index_below(program, node, node->subscripts, node->inputs[0]->rank, at, below, anywhere, NULL);
        return varies(program, node->inputs[0], below, loop);
    }
    if (node->input_count > 0 && !operator_is_elementwise(node->op))
        return true;
    for (int i = 0; i < node->input_count; i++)
        if (varies(program, node->inputs[i], at, loop))
            return true;
    return false;
}

const struct item *counting_loop(struct program *program, const struct item *statement,
                                 const struct node *node, const struct index *at, size **start, int *step)
{
    const struct node *iota =
        node->inputs[1]->op == OP_CAST_REAL ? node->inputs[1]->inputs[0] : node->inputs[1];
    int64_t number;
    if (statement->nest->kind != NEST_REDUCE)
        return NULL;
    const struct index exponent = iota_index(program, iota, at, anywhere, NULL);
    for (const struct item *loop = statement->parent; loop && loop->kind == ITEM_LOOP && !exponent.dynamic;
         loop = loop->parent) {
        if (loop->loop_kind == LOOP_LANES || varies(program, node->inputs[0], at, loop))
            return NULL;
        if (!size_depends_on(exponent.affine, loop->variable))
            continue;
        *start = size_substitute(exponent.affine, loop->variable, size_number(program->sizes, 0));
        size *first = size_substitute(exponent.affine, loop->variable, size_number(program->sizes, 1));
        if (!size_is_number(size_subtract(first, *start), &number) || number < 1 || number > GREATEST_STEP ||
            size_add(*start, size_multiply(size_number(program->sizes, number), loop->variable)) !=
                exponent.affine ||
            size_nonnegative(*start) != ALWAYS)
            return NULL;
        *step = (int)number;
        return loop;
    }
    return NULL;
}

/* ---- Whether there are any ---- */

struct search {
    struct program *program;
    const struct item *statement, *loop;
    bool is_found;
};

static void look_for_power(void *closure, struct node *node, const struct index *at)
{
    struct search *search = closure;
    size *start;
    int step;
    if (is_running_power(node) &&
        counting_loop(search->program, search->statement, node, at, &start, &step) == search->loop)
        search->is_found = true;
}

static void pass_over(void *closure, struct node *node, struct buffer *buffer, const struct node *view,
                      const struct index *at)
{
    (void)closure, (void)node, (void)buffer, (void)view, (void)at;
}

static bool has_power_in(struct program *program, const struct item *item, const struct item *loop)
{
    struct search search = {program, item, loop, false};
    const struct read_visitor reading = {program, &search, pass_over, look_for_power, NULL};
    struct index at[MAXIMUM_AXES];
    for (size_t i = 0; i < item->body_count; i++)
        if (has_power_in(program, item->body[i], loop))
            return true;
    if (item->kind != ITEM_STATEMENT || item->nest->is_void || !item->nest->has_running_power)
        return false;
    nest_indices(program, item->nest, item->nest->loop_count, at);
    visit_reads(&reading, item->nest, at);
    return search.is_found;
}

bool has_power_of_rounds(struct program *program, const struct item *loop)
{
    return has_power_in(program, loop, loop);
}
