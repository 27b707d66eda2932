/* lanes.c: loops whose rounds run side by side.
 *
 *     for (i < n) {                           for (i = 0; i < n; i += 32) {
 *         for (j < k) {                           for (j < k) {
 *             sum = 0;                                for (v < 32) sum[v] = 0;
 *             for (l < d)                             for (l < d)
 *                 sum += x[i, l] * y[j, l];               for (v < 32) sum[v] += x_panel[l, v] * y[j, l];
 *             most = max(most, sum);                  for (v < 32) most[v] = max(most[v], sum[v]);
 *         }                                       }
 *         z[i] = most;                            for (v < 32) z[i + v] = most[v];
 *     }                                       }
 *
 * Where each round forms many sums one after the other, or a chain of powers, or computes functions in loops
 * of a few rounds, what stands innermost is serial or short and does not vectorise. If the rounds of the loop
 * around it share nothing but what they add up, LANES of them run side by side: each value private to a round
 * has room for one in each lane, and innermost stands a loop over the lanes. What a round reads more than
 * once of an array is copied to a panel, where the lanes lie side by side; what all rounds add to an array is
 * added up for each lane, and over the lanes behind the loop.
 *
 * Requires the tree, and the scopes of buffers that are not members; called from place, which gives the
 * panels their slots. */
#include "cost.h"
#include "program.h"

/* ---- What the loop may contain ---- */

static bool is_private(const struct buffer *buffer, const struct item *loop)
{
    return buffer->node && !buffer->member && !buffer->is_fixed && !buffer->is_partition &&
           (buffer->storage == STORAGE_SCALAR || buffer->storage == STORAGE_WORKSPACE) &&
           is_private_to(buffer, loop);
}

/* Computes a value that is private to a round, over axes that lie outside what it sums over. */
static bool fills_private(const struct nest *nest, int depth)
{
    switch (nest->kind) {
    case NEST_VALUE:
    case NEST_SUM:
    case NEST_COPY: return true;
    case NEST_REDUCE:
    case NEST_ARGUMENT: return nest->first_reduced == nest->first_trailing && nest->first_reduced > depth;
    default: return false;
    }
}

static bool adds_over_rounds(const struct nest *nest, int depth)
{
    return nest->kind == NEST_REDUCE && nest->first_reduced == depth;
}

/* Forms one element of an array for each round; the sum is kept in the lane until it is complete. */
bool forms_element(const struct nest *nest, const struct item *loop)
{
    return (nest->kind == NEST_REDUCE || nest->kind == NEST_ARGUMENT) && !nest->target->lanes &&
           nest->first_reduced == nest->first_trailing &&
           nest->first_reduced == depth_of_loop(nest, loop) + 1 && nest->first_reduced < nest->loop_count;
}

/* How many elements the round's loops around it give each; 0: a size. */
static int64_t elements_inside(const struct nest *nest, int depth)
{
    int64_t count = 1, extent;
    for (int d = depth + 1; d < nest->loop_count; d++) {
        if (!size_is_number(nest->extents[nest->order[d]], &extent))
            return 0;
        count *= extent;
    }
    return count;
}

/* Writes what others see in a way that does not depend on the order of rounds: one element for each round, a
 * sum over rounds, or additions to places that are computed. */
static bool writes_for_all(const struct nest *nest, int depth)
{
    if (nest->kind == NEST_VALUE || nest->kind == NEST_SUM || nest->kind == NEST_COPY)
        return elements_inside(nest, depth) >= 1 && elements_inside(nest, depth) < SHORTEST_INNER &&
               nest->first_reduced > depth;
    if (nest->kind == NEST_SCATTER)
        return nest->adds && nest->first_reduced <= depth && nest->node->op == OP_SCATTER;
    return adds_over_rounds(nest, depth);
}

static bool can_be_laned(const struct item *item, const struct item *loop)
{
    if (item->kind == ITEM_REGION)
        return false;
    for (size_t i = 0; item->kind == ITEM_LOOP && i < item->body_count; i++)
        if (!can_be_laned(item->body[i], loop))
            return false;
    if (item->kind == ITEM_LOOP || item->nest->is_void)
        return true;
    const struct nest *nest = item->nest;
    int depth = depth_of_loop(nest, loop);
    if (depth < 0 || !nest->target || !nest->target->node)
        return false;
    return is_private(nest->target, loop) ? fills_private(nest, depth)
                                          : writes_for_all(nest, depth) || forms_element(nest, loop);
}

/* ---- Whether that is better ---- */

static bool is_long(const size *extent, int64_t least)
{
    int64_t number;
    return !size_is_number(extent, &number) || number >= least;
}

/* What is summed stands two loops further in, or a power that goes on from round to round. */
static bool is_serial_inside(const struct item *item, const struct item *loop)
{
    for (size_t i = 0; item->kind == ITEM_LOOP && i < item->body_count; i++)
        if (is_serial_inside(item->body[i], loop))
            return true;
    if (item->kind != ITEM_STATEMENT || item->nest->is_void)
        return false;
    const struct nest *nest = item->nest;
    int depth = depth_of_loop(nest, loop), last = nest->loop_count - 1;
    bool is_deep = (nest->kind == NEST_REDUCE || nest->kind == NEST_ARGUMENT) && last >= depth + 2 &&
                   nest->first_reduced > depth;
    for (int d = depth + 1; d < nest->loop_count; d++)
        if (is_long(nest->extents[nest->order[d]], SHORTEST_INNER) && (is_deep || nest->has_running_power))
            return true;
    return false;
}

/* Functions of the runtime that vectorise, among what the statement computes. */
static int functions_in(const struct program *program, const struct node *node, int depth)
{
    enum { DEEP = 8 };
    int count = operator_vectorises(node->op);
    for (int i = 0; i < node->input_count && depth < DEEP; i++)
        if (!program->buffers[node->inputs[i]->id])
            count += functions_in(program, node->inputs[i], depth + 1);
    return count;
}

/* Of the functions that a round computes, how many stand in loops too short for a vector, or in none; -1:
 * loops that are long enough stand in the round, too. */
static int short_functions(const struct program *program, const struct item *item, const struct item *loop)
{
    int count = 0;
    for (size_t i = 0; item->kind == ITEM_LOOP && i < item->body_count; i++) {
        int inside = short_functions(program, item->body[i], loop);
        if (inside < 0)
            return -1;
        count += inside;
    }
    if (item->kind != ITEM_STATEMENT || item->nest->is_void)
        return count;
    int64_t elements = elements_inside(item->nest, depth_of_loop(item->nest, loop));
    if (elements < 1 || elements >= SHORTEST_INNER)
        return -1;
    return count + (item->nest->node ? functions_in(program, item->nest->node, 0) : 0);
}

/* Whether the functions would be computed one by one: compilers put neither the rounds of a loop into vectors
 * that holds another loop nor the few rounds of that. */
static bool has_short_functions(const struct program *program, const struct item *loop)
{
    bool has_loop = false;
    for (size_t i = 0; i < loop->body_count; i++)
        has_loop = has_loop || loop->body[i]->kind == ITEM_LOOP;
    return has_loop && short_functions(program, loop, loop) > 0;
}

/* ---- Panels ---- */

/* An array read at the loop's variable along one axis, inside a further loop that it does not move with. */
static int panel_axis(const struct nest *nest, const struct access *access, int depth)
{
    int found = -1;
    bool is_reused = false;
    for (int a = 0; a < access->node->rank; a++)
        if (access->map[a] == nest->order[depth])
            found = found < 0 ? a : MAXIMUM_RANK;
    for (int d = depth + 1; d < nest->loop_count; d++) {
        bool moves = false;
        for (int a = 0; a < access->node->rank; a++)
            moves = moves || access->map[a] == nest->order[d];
        is_reused = is_reused || !moves;
    }
    return is_reused && found < MAXIMUM_RANK ? found : -1;
}

static struct buffer *new_panel(struct program *program, struct item *loop, size *count)
{
    struct buffer *panel = room_new(program, REAL, size_multiply(count, size_number(program->sizes, LANES)));
    panel->lanes = loop;
    panel->first = loop->first;
    panel->last = loop->last;
    return panel;
}

static void add_panel(struct program *program, struct item *loop, struct node *node, int axis)
{
    for (size_t i = 0; i < loop->panels_count; i++)
        if (loop->panels[i].node == node)
            return;
    size *count = size_number(program->sizes, 1);
    for (int a = 0; a < node->rank; a++)
        if (a != axis)
            count = size_multiply(count, node->shape[a]);
    struct panel panel = {node, axis, new_panel(program, loop, count)};
    ARENA_APPEND(program->arena, loop, panels, panel);
}

/* Where the sums over rounds are collected for each lane. A single number, stored or not, has a local
 * variable around the loop instead. */
static void add_parts(struct program *program, struct item *loop, struct nest *nest)
{
    struct buffer *target = nest->target;
    bool is_sum = nest->node->op == OP_SUM || nest->node->op == OP_CONTRACT;
    bool is_number = target->storage == STORAGE_SCALAR || nest->first_trailing <= depth_of_loop(nest, loop);
    if (!is_sum || target->type != REAL || is_number || nest->loop_count < 2)
        return;
    nest->parts = new_panel(program, loop, buffer_count(program, target));
    ARENA_APPEND(program->arena, loop, summed, nest);
}

/* Whether the nest forms a sum, maximum or minimum over all lanes of the loop. */
static bool is_lane_total(const struct nest *nest, const struct item *loop)
{
    enum op op = nest->node ? nest->node->op : OP_ADD;
    return nest->kind == NEST_REDUCE && adds_over_rounds(nest, depth_of_loop(nest, loop)) && !nest->parts &&
           nest->target->type == REAL &&
           (op == OP_SUM || op == OP_CONTRACT || op == OP_MAXIMUM || op == OP_MINIMUM);
}

/* All that reads the value stands behind it in one loop over the lanes, so that it needs no room in others.
 */
static bool stays_in_lane(const struct nest *nest, const struct item *loop)
{
    const struct item *parent = nest->item->parent;
    if (nest->kind != NEST_VALUE || nest->target->writers_count > 1 ||
        nest->target->storage != STORAGE_SCALAR)
        return false;
    for (size_t i = 0; i < nest->target->readers_count; i++) {
        const struct nest *reader = nest->target->readers[i];
        if (reader->item->parent != parent || reader->item->position < nest->item->position)
            return false;
        for (size_t p = nest->item->position; p <= reader->item->position; p++)
            if (parent->body[p]->kind != ITEM_STATEMENT || parent->body[p]->guard != nest->item->guard ||
                is_lane_total(parent->body[p]->nest, loop))
                return false;
    }
    return true;
}

static void set_lanes(struct program *program, struct item *loop, struct item *item)
{
    for (size_t i = 0; item->kind == ITEM_LOOP && i < item->body_count; i++)
        set_lanes(program, loop, item->body[i]);
    if (item->kind == ITEM_LOOP || item->nest->is_void)
        return;
    struct nest *nest = item->nest;
    int depth = depth_of_loop(nest, loop);
    for (size_t i = 0; i < nest->reads_count; i++) {
        const struct access *access = &nest->reads[i];
        bool is_plain_leaf = is_leaf(access->node) && !access->buffer && access->node->type == REAL &&
                             !is_nullable(program, access->node);
        int axis = is_plain_leaf ? panel_axis(nest, access, depth) : -1;
        if (axis >= 0)
            add_panel(program, loop, access->node, axis);
    }
    if (is_private(nest->target, loop))
        nest->target->lanes = stays_in_lane(nest, loop) ? NULL : loop;
    else if (adds_over_rounds(nest, depth))
        add_parts(program, loop, nest);
}

static void choose_in(struct program *program, struct item *item)
{
    for (size_t i = 0; i < item->body_count; i++) {
        struct item *inner = item->body[i];
        if (inner->kind == ITEM_REGION)
            choose_in(program, inner);
        if (inner->kind != ITEM_LOOP || inner->nest || !is_long(inner->extent, 2 * LANES) ||
            !can_be_laned(inner, inner) ||
            (!is_serial_inside(inner, inner) && !has_short_functions(program, inner)))
            continue;
        inner->loop_kind = LOOP_LANES;
        set_lanes(program, inner, inner);
    }
}

void choose_lanes(struct program *program)
{
    choose_in(program, program->root);
}

/* ---- Loops over the lanes ---- */

static void append(struct program *program, struct item *parent, struct item *item)
{
    item->parent = parent;
    item->position = parent->body_count;
    ARENA_APPEND(program->arena, parent, body, item);
}

static struct item *lane_loop(struct program *program, struct item *parent, const struct item *first,
                              const struct blocks *block, enum loop_kind kind)
{
    struct item *loop = item_new(program, parent);
    loop->kind = ITEM_LOOP;
    loop->loop_kind = kind;
    loop->variable = block->lane;
    loop->extent = block->rows;
    loop->guard = first->guard;
    loop->depth = first->depth;
    loop->first = loop->last = first->first;
    append(program, parent, loop);
    return loop;
}

static void distribute(struct program *program, const struct item *laned, struct item *parent)
{
    struct item old = *parent, *open = NULL;
    parent->body = NULL;
    parent->body_count = parent->body_capacity = 0;
    for (size_t i = 0; i < old.body_count; i++) {
        struct item *item = old.body[i];
        if (item->kind == ITEM_LOOP) {
            distribute(program, laned, item);
            append(program, parent, item);
            open = NULL;
        } else if (!item->nest->is_void) {
            bool is_total = is_lane_total(item->nest, laned);
            if (is_total || !open || open->loop_kind == LOOP_SUM || open->guard != item->guard)
                open = lane_loop(program, parent, item, laned->block, is_total ? LOOP_SUM : LOOP_LANE);
            open->last = item->last;
            append(program, open, item);
        }
    }
}

void distribute_lanes(struct program *program, struct item *loop)
{
    struct blocks *block = ARENA_NEW(program->arena, struct blocks);
    size *zero = size_number(program->sizes, 0), *one = size_number(program->sizes, 1);
    block->extent = loop->extent;
    block->length = size_number(program->sizes, LANES);
    block->first = size_new_loop_variable(program->sizes, "first", zero, loop->extent);
    block->rows = size_new_loop_variable(program->sizes, "lanes", one, size_add(block->length, one));
    block->lane = size_new_loop_variable(program->sizes, "lane", zero, block->rows);
    block->item = loop;
    loop->block = block;
    distribute(program, loop, loop);
}
