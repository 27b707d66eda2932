/* unrolled.c: which short loops the C compiler is asked to unroll, and which to leave as loops, of which
 * it makes vectors.
 */
#include "loop_kinds.h"

enum { LONGEST_UNROLLED = 16, MOST_UNROLLED = 256 };

bool is_element(const struct program *program, const struct node *node)
{
    const struct buffer *buffer = program->buffers[node->id];
    return buffer ? buffer->storage == STORAGE_WORKSPACE || buffer->storage == STORAGE_MEMBER
                  : is_leaf(node) && node->rank > 0;
}

static size_t count_elements(const struct program *program, const struct nest *nest)
{
    size_t count = 0;
    for (size_t i = 0; i < nest->reads_count; i++)
        count += is_element(program, nest->reads[i].node);
    return count;
}

/* What may lie outside of an array, and is read only if it does not. */
enum outside { NOTHING, BY_POSITION, BY_ELEMENT };

static enum outside outside_in(const struct program *program, const struct node *node, bool is_root)
{
    enum outside most = NOTHING;
    if (!node || (!is_root && has_place(program, node)))
        return NOTHING;
    if (node->op == OP_INDEX && node->fill)
        most = node->input_count > 1 ? BY_ELEMENT : BY_POSITION;
    for (int i = 0; i < node->input_count; i++) {
        enum outside inside = outside_in(program, node->inputs[i], false);
        most = inside > most ? inside : most;
    }
    return most;
}

static enum outside outside_of(const struct program *program, const struct nest *nest)
{
    enum outside most = NOTHING;
    switch (nest->kind) {
    case NEST_VALUE:
    case NEST_REDUCE:
    case NEST_SCAN: return outside_in(program, nest->node, true);
    case NEST_COPY: return nest->source ? NOTHING : outside_in(program, nest->node, false);
    case NEST_SCATTER: return outside_in(program, nest->operand, false);
    case NEST_SUM:
        for (size_t i = 0; i < nest->terms_count; i++) {
            enum outside inside = outside_in(program, nest->terms[i].node, false);
            most = inside > most ? inside : most;
        }
        return most;
    default: return NOTHING;
    }
}

bool is_short_extent(const size *extent)
{
    int64_t number;
    return size_is_number(extent, &number) && number <= LONGEST_UNROLLED;
}

bool is_short_loop(const struct item *loop)
{
    return loop->kind == ITEM_LOOP && is_short_extent(loop->extent);
}

/* gcc 12 takes the masks of elements that are read under conditions for those of others (unbranched.c). What
 * may lie outside of its array cannot be read in any case: loops over such are to stay loops. */
bool is_at_risk(const struct program *program, const struct item *loop)
{
    if (!is_short_loop(loop))
        return false;
    for (size_t i = 0; i < loop->body_count; i++) {
        const struct nest *nest = loop->body[i]->nest;
        if (loop->body[i]->kind != ITEM_STATEMENT || nest->is_void)
            continue;
        enum outside outside = outside_of(program, nest);
        if (outside == BY_ELEMENT || (outside == BY_POSITION && count_elements(program, nest) > 1))
            return true;
    }
    return false;
}

/* The rounds of all loops in the item together; too many, if it holds anything else that repeats. */
static int64_t rounds_of(const struct item *item)
{
    int64_t rounds = 0, number;
    if (item->kind == ITEM_STATEMENT)
        return item->nest->kind == NEST_PRODUCT || item->nest->kind == NEST_CALL ? MOST_UNROLLED + 1 : 1;
    if (item->kind != ITEM_LOOP || !size_is_number(item->extent, &number) || number > MOST_UNROLLED)
        return MOST_UNROLLED + 1;
    for (size_t i = 0; i < item->body_count; i++)
        rounds += rounds_of(item->body[i]);
    return rounds > MOST_UNROLLED ? rounds : rounds * number;
}

enum { REGISTER = 4 /* reals in a vector register */ };

/* Loops of so few rounds are unrolled by compilers anyway, which then put the rounds of the loop around them
 * side by side in a vector, if these fill different elements. */
static bool fills_register(const struct item *item, const struct item *loop)
{
    int64_t number;
    if (item->kind == ITEM_STATEMENT)
        return item->nest->target && item->nest->target->node &&
               (item->nest->target->node->rank == 0 ||
                is_target_axis(item->nest, axis_over(item->nest, loop)));
    if (item != loop && !(size_is_number(item->extent, &number) && number <= REGISTER))
        return false;
    for (size_t i = 0; i < item->body_count; i++)
        if (!fills_register(item->body[i], loop))
            return false;
    return true;
}

enum { SHORTEST_VECTOR = 6, LONGEST_INSIDE = 4, MOST_INSIDE = 16 };

/* Few rounds, and nothing but stores: inside a loop over vectors they are to be statements. */
static bool is_short_storing(const struct item *item)
{
    int64_t number;
    if (item->kind == ITEM_STATEMENT)
        return !item->nest->adds && (item->nest->kind == NEST_VALUE || item->nest->kind == NEST_COPY ||
                                     item->nest->kind == NEST_SCATTER);
    if (item->kind != ITEM_LOOP || item->before_count > 0 || item->behind_count > 0 ||
        !size_is_number(item->extent, &number) || number > LONGEST_INSIDE)
        return false;
    for (size_t i = 0; i < item->body_count; i++)
        if (!is_short_storing(item->body[i]))
            return false;
    return rounds_of(item) <= MOST_INSIDE;
}

/* A longer loop around such: it vectorises if they are unrolled, and it is not. */
static bool is_for_vectors(const struct item *loop)
{
    int64_t number;
    bool has_loops = false;
    if (loop->kind != ITEM_LOOP || loop->before_count > 0 || loop->behind_count > 0 ||
        (size_is_number(loop->extent, &number) && number < SHORTEST_VECTOR))
        return false;
    for (size_t i = 0; i < loop->body_count; i++) {
        if (!is_short_storing(loop->body[i]))
            return false;
        has_loops = has_loops || loop->body[i]->kind == ITEM_LOOP;
    }
    return has_loops;
}

static bool is_inside_vectors(const struct item *loop)
{
    const struct item *item = loop;
    while (item->kind == ITEM_LOOP && is_short_storing(item))
        item = item->parent;
    return item != loop && is_for_vectors(item);
}

/* Whether rounds of it add to, or compare with, what others left: unrolled, they keep that in registers. */
static bool accumulates(const struct item *item)
{
    if (item->kind == ITEM_STATEMENT)
        return item->nest->kind != NEST_SCATTER &&
               (item->nest->adds || item->nest->first_reduced < item->nest->loop_count);
    for (size_t i = 0; i < item->body_count; i++)
        if (accumulates(item->body[i]))
            return true;
    return false;
}

/* A short loop around nothing but short loops, without conditions. What only stores gains little from that,
 * and compilers take long for many statements. */
bool is_unrolled(const struct item *loop, const struct contents *contents)
{
    int64_t number;
    if (is_inside_vectors(loop))
        return !contents->has_condition;
    for (size_t i = 0; i < loop->body_count; i++)
        if (is_for_vectors(loop->body[i]))
            return false;
    return !is_for_vectors(loop) && size_is_number(loop->extent, &number) &&
           number <= (accumulates(loop) ? LONGEST_UNROLLED : LONGEST_INSIDE) &&
           (contents->has_loop || contents->has_sum) && !contents->has_condition &&
           rounds_of(loop) <= MOST_UNROLLED && !fills_register(loop, loop);
}

/* Whether the rounds of the loop, the iteration axis, read what stands side by side, or one element. */
static bool reads_side_by_side(const struct access *access, int axis)
{
    for (int a = 0; a + 1 < access->node->rank; a++)
        if (access->map[a] == axis && !size_is(access->node->shape[a], 1))
            return false;
    return true;
}

/* A few rounds that fill whole registers with what stands side by side: compilers would make statements of
 * them before they look for vectors. */
bool fills_registers(const struct item *loop)
{
    int64_t number;
    if (loop->before_count > 0 || loop->behind_count > 0 || !size_is_number(loop->extent, &number) ||
        number > LONGEST_UNROLLED || (number % REGISTER != 0 && number < 2 * REGISTER))
        return false;
    for (size_t i = 0; i < loop->body_count; i++) {
        const struct nest *nest = loop->body[i]->nest;
        if (loop->body[i]->kind != ITEM_STATEMENT || nest->kind == NEST_SCATTER || !nest->target ||
            !nest->target->node)
            return false;
        int axis = axis_over(nest, loop), rank = nest->target->node->rank;
        if (axis < 0 ||
            (rank > 0 && nest->target->storage != STORAGE_SCALAR && nest->target_axes[rank - 1] != axis))
            return false;
        for (size_t r = 0; r < nest->reads_count; r++)
            if (!reads_side_by_side(&nest->reads[r], axis))
                return false;
    }
    return true;
}
