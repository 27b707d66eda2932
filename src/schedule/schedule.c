/* schedule.c: from nodes to nests: the statement and the loops that fill each buffer, in an order in which
 * all is computed before it is read.
 *
 * Requires demand and materialise. Leaves the nests of each body in order, for fuse. */
#include <assert.h>
#include <string.h>

#include "nests.h"
#include "cost.h"
#include "region.h"

struct bodies {
    struct program *program;
    struct ordering *ordering;
    struct node **first,
        **next_of; /* the nodes of each loop's rounds by id; the list of LOOP i, n at the outside */
    struct node **first_result, **next_result; /* the live RESULTs of each LOOP by id */
    bool *is_done;
    int *first_check, *next_check; /* of each node, by numbers from 1; those that are still to be made */
    struct node **made; /* of each check of the program, by number: the value of which it has been made */
    bool *has_been_put; /* products put before the sums that they are parts of */
    struct early_part *early; /* by id */
    bool *is_early;           /* scalars put before all loops */
    bool *is_needed;          /* by the condition of the loop that it is in */
    bool leaves_checks;       /* some are not made again */
};

static void schedule_body(struct bodies *bodies, struct node *loop, struct item *container);

static struct node *first_of(const struct bodies *bodies, const struct node *loop)
{
    return bodies->first[loop ? (size_t)loop->id : bodies->program->node_count];
}

/* The nodes of a body in the order of their ids; their number. */
static size_t nodes_of(const struct bodies *bodies, const struct node *loop, struct node ***nodes)
{
    size_t count = 0;
    for (struct node *node = first_of(bodies, loop); node; node = bodies->next_of[node->id])
        count++;
    *nodes = ARENA_ARRAY(bodies->program->scratch, struct node *, count + 1);
    count = 0;
    for (struct node *node = first_of(bodies, loop); node; node = bodies->next_of[node->id])
        (*nodes)[count++] = node;
    return count;
}

/* ---- Buffers ---- */

static struct buffer *buffer_of(struct program *program, struct node *node)
{
    struct buffer *buffer = program->buffers[node->id];
    if (buffer)
        return buffer;
    if (program->reused[node->id]) {
        buffer = buffer_of(program, program->reused[node->id]);
    } else if (node->op == OP_RESULT && node->result < node->loop->carried_count) {
        buffer = buffer_of(program, node->loop->carried[node->result]);
    } else {
        buffer = buffer_new(program, node);
        if (node->op == OP_PLACEHOLDER && program->owner[node->id])
            buffer->guard = program->wanted[program->owner[node->id]->id];
    }
    buffer->is_fixed = buffer->is_fixed || node->op == OP_PLACEHOLDER || node->op == OP_RESULT;
    program->buffers[node->id] = buffer;
    return buffer;
}

static void add_buffers(struct program *program)
{
    struct graph *graph = program->function->graph;
    for (size_t i = 0; i < program->node_count; i++) {
        struct node *node = graph->nodes[i];
        if (!program->is_live[i] || program->buffers[i])
            continue;
        if (node->op == OP_RESULT || program->is_material[i])
            buffer_of(program, node);
        else if (node->op == OP_LOOP)
            for (int j = 0; j < node->loop->carried_count; j++)
                if (program->is_live[node->loop->carried[j]->id])
                    buffer_of(program, node->loop->carried[j]);
    }
}

/* For a copy of the node, which has a place already. */
static struct buffer *second_buffer(struct program *program, struct node *node)
{
    struct buffer *buffer = buffer_new(program, NULL);
    buffer->node = node;
    buffer->type = node->type;
    buffer->is_fixed = true;
    return buffer;
}

/* The first member that takes a node is its buffer; others get copies. */
static void give_members(struct program *program)
{
    for (size_t i = 0; i < program->roots_count; i++) {
        const struct root *root = &program->roots[i];
        struct buffer *buffer = program->buffers[root->node->id];
        if (!buffer)
            continue;
        if (!root->member) {
            buffer->is_kept = buffer->is_fixed = true;
            buffer->guard = ALWAYS_WANTED;
        } else if (root->member->rank > 0 && root->member->role != ROLE_INOUT && !buffer->member &&
                   !buffer->is_earlier && !is_leaf(root->node) &&
                   (program->is_material[root->node->id] || root->node->op == OP_RESULT)) {
            buffer->member = root->member;
            buffer->is_fixed = true;
        }
    }
}

/* ---- Regions ---- */

static void put_check(struct program *program, struct value_check *check, struct item *container)
{
    struct nest *nest = nest_new(program, NEST_CHECK, check->k, NULL);
    nest->check = check;
    nest->alone = true;
    put_elementwise(program, nest, check->k->rank, check->k->shape, container);
    program->checked[check->k->id] = program->checked[judged_value(program, check->k)->id] = nest;
}

/* The members for whose sake the rounds are run in which the node is. */
static guard wanted_around(const struct program *program, const struct node *node)
{
    guard wanted = ALWAYS_WANTED;
    for (const struct node *loop = program->owner[node->id]; loop; loop = program->owner[loop->id])
        wanted &= nest_guard(program, program->wanted[loop->id]);
    return wanted;
}

static const struct node *loop_around(const struct program *program, const struct node *node)
{
    const struct node *loop = program->owner[node->id];
    while (loop && loop->loop->is_branch)
        loop = program->owner[loop->id];
    return loop;
}

/* Whether the first value is computed for all rounds and members that the second one is computed for. */
static bool covers(const struct program *program, const struct node *first, const struct node *second)
{
    if (!first || (wanted_around(program, second) & ~wanted_around(program, first)))
        return false;
    do {
        first = loop_around(program, first);
        second = loop_around(program, second);
    } while (first && second && first->loop->begin == second->loop->begin &&
             first->loop->end == second->loop->end);
    return !first && !second;
}

/* Makes the checks whose values are computed by now; not again in the rounds of a loop backwards what rounds
 * before it have found right. */
static void put_checks_of(struct bodies *bodies, struct node *node, struct item *container)
{
    struct program *program = bodies->program;
    int check = bodies->first_check[node->id];
    bodies->first_check[node->id] = 0;
    for (; check; check = bodies->next_check[check]) {
        struct value_check *value_check = program->checks[check - 1];
        if (covers(program, bodies->made[value_check->number], node)) {
            bodies->leaves_checks = true;
            continue;
        }
        bodies->made[value_check->number] = node;
        put_check(program, value_check, container);
    }
}

static void put_copy_of_round(struct bodies *bodies, struct node *loop, int j, struct item *container)
{
    struct program *program = bodies->program;
    struct node *result = bodies->first_result[loop->id];
    struct node *value = loop->loop->collected[j];
    while (result && result->result != loop->loop->carried_count + j)
        result = bodies->next_result[result->id];
    if (!result || program->buffers[result->id]->is_earlier)
        return;
    struct nest *nest = nest_new(program, NEST_COPY, value, program->buffers[result->id]);
    nest->row = size_subtract(loop->loop->variable, loop->loop->begin);
    nest_set_axes(program, nest, value->rank, value->shape, 0);
    nest->target_axes[0] = -1;
    for (int a = 0; a < value->rank; a++) {
        nest->target_axes[a + 1] = (signed char)a;
        nest_add_loop(nest, a);
    }
    nest_put(program, nest, container);
}

/* The values at the end of a round become those at the start of the next; all are computed before one is
 * stored. */
static void put_updates(struct program *program, struct loop *loop, struct item *container)
{
    struct buffer **fresh = ARENA_ARRAY(program->arena, struct buffer *, loop->carried_count + 1);
    for (int j = 0; j < loop->carried_count; j++) {
        bool is_carried = loop->next[j]->op == OP_PLACEHOLDER;
        if (is_carried && program->buffers[loop->carried[j]->id] && loop->next[j] != loop->carried[j]) {
            fresh[j] = second_buffer(program, loop->next[j]);
            put_copy(program, loop->next[j], fresh[j], loop->next[j], true, container);
        }
    }
    for (int j = 0; j < loop->carried_count; j++) {
        struct buffer *target = program->buffers[loop->carried[j]->id];
        if (!target || loop->next[j] == loop->carried[j] || program->buffers[loop->next[j]->id] == target)
            continue;
        struct nest *nest = nest_new(program, NEST_COPY, loop->next[j], target);
        nest->alone = true;
        nest->source = fresh[j];
        nest->is_update = true;
        put_elementwise(program, nest, loop->next[j]->rank, loop->next[j]->shape, container);
    }
}

/* Whether the value is none that the loop gives, as far as can be told at once. */
static bool is_there_before(const struct program *program, const struct node *value, const struct node *loop)
{
    while (is_view(value) && !program->buffers[value->id])
        value = value->inputs[0];
    return value->op == OP_CONSTANT || is_leaf(value) ||
           (program->buffers[value->id] && (value->op != OP_RESULT || value->inputs[0] != loop));
}

/* The nests from `first` on, which start a branch, come to stand before the one that runs where this one does
 * not, if that is the last there, so that nothing stands between the two sides: see branches.c. */
static void start_before_other_side(struct program *program, const struct node *branch,
                                    struct item *container, size_t first)
{
    struct nest *other = first > 0 ? container->waiting[first - 1] : NULL;
    if (!other || other->kind != NEST_REGION || !are_opposite_sides(other->node->loop, branch->loop))
        return;
    size_t to = first - 1;
    for (size_t i = first; i < container->waiting_count; i++) {
        struct nest *nest = container->waiting[i];
        if (nest->node && !is_there_before(program, nest->node, other->node))
            continue;
        memmove(&container->waiting[to + 1], &container->waiting[to], (i - to) * sizeof(struct nest *));
        container->waiting[to++] = nest;
    }
}

/* Before a loop: the first values of what it carries, zeros for rounds that may not run. */
static void put_starts(struct bodies *bodies, struct node *node, struct item *container)
{
    struct program *program = bodies->program;
    struct loop *loop = node->loop;
    size_t first = container->waiting_count;
    for (int j = 0; j < loop->carried_count; j++)
        if (program->buffers[loop->carried[j]->id] &&
            program->buffers[loop->carried[j]->id] != program->buffers[loop->initial[j]->id])
            put_copy(program, loop->initial[j], program->buffers[loop->carried[j]->id], loop->carried[j],
                     false, container);
    if (!loop->condition && !loop->is_branch)
        return;
    for (struct node *result = bodies->first_result[node->id]; result;
         result = bodies->next_result[result->id])
        if (result->result >= loop->carried_count)
            put_copy(program, NULL, program->buffers[result->id], result, true, container);
    start_before_other_side(program, node, container, first);
}

static void put_node(struct bodies *bodies, struct node *node, struct item *container);

/* The node, what it needs of its body, and the checks that its subscripts wait for. */
static void put_early(struct bodies *bodies, struct node *node, struct item *container)
{
    const struct program *program = bodies->program;
    struct node *const *needed;
    if (bodies->is_done[node->id] || !program->is_live[node->id])
        return;
    size_t count = node_dependencies(program->function->graph, node, &needed);
    for (size_t i = 0; i < count; i++)
        if (program->owner[needed[i]->id] == program->owner[node->id])
            put_early(bodies, needed[i], container);
    for (int i = first_subscript(node); i < node->input_count; i++) {
        struct node *const *awaited = program->awaited[node->inputs[i]->id];
        for (; awaited && *awaited; awaited++)
            if (program->owner[(*awaited)->id] == program->owner[node->id] &&
                program->subscripts_deep[(*awaited)->id] < program->subscripts_deep[node->id])
                put_early(bodies, *awaited, container);
    }
    put_node(bodies, node, container);
    put_checks_of(bodies, node, container);
}

/* The nodes of the body that the condition needs come first, then the way out. */
static void put_condition(struct bodies *bodies, struct node *node, struct item *container)
{
    struct program *program = bodies->program;
    struct node **nodes;
    size_t count = nodes_of(bodies, node, &nodes);
    bodies->is_needed[node->loop->condition->id] = true;
    for (size_t i = count; i-- > 0;)
        if (bodies->is_needed[nodes[i]->id]) {
            struct node *const *needed; /* of a loop, in its rounds, too */
            size_t needed_count = node_dependencies(program->function->graph, nodes[i], &needed);
            for (size_t j = 0; j < needed_count; j++)
                bodies->is_needed[needed[j]->id] = true;
        }
    for (size_t i = 0; i < count; i++)
        if (bodies->is_needed[nodes[i]->id])
            put_early(bodies, nodes[i], container);
    struct nest *nest = nest_new(program, NEST_BREAK, node->loop->condition, NULL);
    nest->alone = true;
    put_elementwise(program, nest, 0, NULL, container);
}

/* Whether the value is there at the start of a round, and perhaps not at its end. */
static bool is_there_first(const struct program *program, const struct node *node)
{
    while (node->op == OP_INDEX && node->input_count == 1 && !program->is_material[node->id])
        node = node->inputs[0];
    return is_leaf(node);
}

static void put_region(struct bodies *bodies, struct node *node, struct item *container)
{
    struct program *program = bodies->program;
    put_starts(bodies, node, container);
    struct nest *nest = nest_new(program, NEST_REGION, node, NULL);
    struct item *item = item_new(program, container);
    item->kind = ITEM_REGION;
    item->nest = nest;
    item->guard = nest->guard = nest_guard(program, program->wanted[node->id]);
    nest->item = item;
    ARENA_APPEND(program->arena, container, waiting, nest);
    if (node->loop->condition)
        put_condition(bodies, node, item);
    for (int j = 0; j < node->loop->collected_count; j++)
        if (is_there_first(program, node->loop->collected[j]))
            put_copy_of_round(bodies, node, j, item);
    schedule_body(bodies, node, item);
    for (int j = 0; j < node->loop->collected_count; j++)
        if (!is_there_first(program, node->loop->collected[j]))
            put_copy_of_round(bodies, node, j, item);
    put_updates(program, node->loop, item);
}

/* ---- The whole ---- */

static void put_node(struct bodies *bodies, struct node *node, struct item *container)
{
    struct program *program = bodies->program;
    struct buffer *buffer = program->buffers[node->id];
    if (bodies->is_done[node->id])
        return;
    bodies->is_done[node->id] = true;
    if (node->op == OP_LOOP) {
        put_region(bodies, node, container);
        return;
    }
    const struct early_part *early = &bodies->early[node->id];
    if (early->sum && program->owner[early->sum->id] == program->owner[node->id])
        bodies->has_been_put[node->id] = put_early_part(program, early, container);
    if (!program->is_material[node->id] || buffer->is_earlier)
        return;
    switch (node->op) {
    case OP_SUM:
    case OP_PRODUCT:
    case OP_MAXIMUM:
    case OP_MINIMUM:
    case OP_ANY:
    case OP_ALL:
    case OP_ARGMAX:
    case OP_ARGMIN: put_reduction(program, node, container); return;
    case OP_CONTRACT:
        put_contraction(program, node, product_of(program, node), buffer, NULL, false, container);
        return;
    case OP_CUMSUM: put_scan(program, node, container); return;
    case OP_SCATTER: put_sum_of_parts(program, node, bodies->has_been_put, container); return;
    case OP_REPLACE:
        if (program->buffers[node->inputs[0]->id] != buffer)
            put_copy(program, node->inputs[0], buffer, node, false, container);
        put_scatter(program, node, node->inputs[1], buffer, STORES, container);
        return;
    case OP_CHOLESKY:
    case OP_SOLVE_TRIANGULAR:
    case OP_LU_SOLVE:
    case OP_LOGABSDET:
    case OP_DET:
    case OP_ROUTINE: put_call(program, node, container); return;
    default: break;
    }
    if (is_leaf(node)) {
        struct nest *nest = nest_new(program, NEST_SEED, node, buffer);
        nest->alone = true;
        buffer->is_fixed = buffer->is_seed = true;
        nest_set_axes(program, nest, node->rank, node->shape, 0);
        nest_put(program, nest, container);
        return;
    }
    bool is_sum = false;
    for (int i = 0; i < node->input_count; i++)
        is_sum = is_sum || program->is_part[node->inputs[i]->id];
    if (is_sum)
        put_sum_of_parts(program, node, bodies->has_been_put, container);
    else {
        struct nest *nest = nest_new(program, NEST_VALUE, node, buffer);
        nest->beside = program->packed_for[node->id];
        put_elementwise(program, nest, node->rank, node->shape, container);
    }
}

/* Old parts of what the round changes come first, and scalars that need no loop, so that they do not stand
 * between loops that could be one. */
static void put_scalars(struct bodies *bodies, struct node *first, struct item *container)
{
    struct program *program = bodies->program;
    for (struct node *node = first; node; node = bodies->next_of[node->id]) {
        bool is_scalar = node->rank == 0 && (operator_is_elementwise(node->op) || node->input_count == 0) &&
                         node->op != OP_LOOP;
        for (int i = 0; is_scalar && i < node->input_count; i++) {
            const struct node *x = node->inputs[i];
            is_scalar = bodies->is_early[x->id] || program->owner[x->id] != program->owner[node->id] ||
                        (is_leaf(x) && x->rank == 0);
        }
        bool is_part = program->is_material[node->id] && is_old_part(program, node);
        /* ints that are there are judged before anything in the round is read or written through them */
        bool is_judged = node->type == INT && is_there_first(program, node);
        if (!is_scalar && !is_part && !is_judged)
            continue;
        bodies->is_early[node->id] = node->rank == 0;
        put_node(bodies, node, container);
        put_checks_of(bodies, node, container);
    }
}

static void schedule_body(struct bodies *bodies, struct node *loop, struct item *container)
{
    struct node **nodes, **order;
    put_scalars(bodies, first_of(bodies, loop), container);
    size_t count = nodes_of(bodies, loop, &nodes);
    size_t ordered = order_body(bodies->ordering, nodes, count, &order);
    assert(ordered == count);
    for (size_t i = 0; i < ordered; i++) {
        put_node(bodies, order[i], container);
        put_checks_of(bodies, order[i], container);
    }
}

/* int and truth values that depend on inputs alone, without further computation, are computed and checked
 * before anything is written. */
static void put_first_checks(struct bodies *bodies, struct item *container)
{
    struct program *program = bodies->program;
    struct graph *graph = program->function->graph;
    bool *is_first = ARENA_ARRAY(program->scratch, bool, program->node_count + 1);
    bool *is_checked = ARENA_ARRAY(program->scratch, bool, program->node_count + 1);
    for (size_t i = 0; program->checks_count && i < program->node_count; i++) {
        struct node *node = graph->nodes[i];
        if (!program->is_live[i] || (node->type == REAL && !is_leaf(node)) || program->owner[i] ||
            node->op == OP_LOOP || node->op == OP_RESULT)
            continue;
        is_first[i] = true;
        for (int j = 0; j < node->input_count; j++)
            is_first[i] = is_first[i] && is_first[node->inputs[j]->id];
    }
    for (size_t i = 0; i < program->checks_count; i++)
        is_checked[program->checks[i]->k->id] = true;
    for (size_t i = program->node_count; i-- > 0;)
        for (int j = 0; is_checked[i] && is_first[i] && j < graph->nodes[i]->input_count; j++)
            is_checked[graph->nodes[i]->inputs[j]->id] = true;
    for (size_t i = 0; program->checks_count && i < program->node_count; i++)
        if (is_first[i] && is_checked[i]) {
            put_node(bodies, graph->nodes[i], container);
            put_checks_of(bodies, graph->nodes[i], container);
        }
}

/* An updated array whose new value is another input takes it from a copy, for that may be updated too. */
static void put_safe_copies(struct program *program, struct buffer **copies)
{
    for (size_t i = 0; i < program->roots_count; i++) {
        const struct root *root = &program->roots[i];
        if (!root->member || root->member->role != ROLE_INOUT || root->member->rank == 0 ||
            program->buffers[root->node->id] || root->node == root->member->leaf)
            continue;
        copies[i] = second_buffer(program, root->node);
        put_copy(program, root->node, copies[i], root->node, false, program->root);
    }
}

/* When a member is written: arrays first, then scalars, which may read what an update is about to overwrite,
 * then updated arrays. */
static int writing_order(const struct member *member)
{
    return member->rank == 0 ? 1 : member->role == ROLE_INOUT ? 2 : 0;
}

/* Members that no buffer stands for: second names, scalars, views. */
static void put_members(struct program *program)
{
    struct buffer **copies = ARENA_ARRAY(program->arena, struct buffer *, program->roots_count + 1);
    put_safe_copies(program, copies);
    for (int order = 0; order < 3; order++)
        for (size_t i = 0; i < program->roots_count; i++) {
            const struct root *root = &program->roots[i];
            struct buffer *buffer = program->buffers[root->node->id];
            if (!root->member || (buffer && buffer->member == root->member && !buffer->is_earlier) ||
                writing_order(root->member) != order)
                continue;
            struct buffer *target = NULL;
            if (root->member->rank > 0) {
                target = second_buffer(program, root->node);
                target->member = root->member;
                target->guard = guard_of_member(program->function, root->member);
            }
            struct nest *nest = nest_new(program, NEST_COPY, root->node, target);
            nest->member = root->member;
            nest->source = copies[i];
            nest->alone = order > 0;
            put_elementwise(program, nest, root->node->rank, root->node->shape, program->root);
        }
}

static void find_early(struct bodies *bodies, struct node *node)
{
    const struct program *program = bodies->program;
    bool is_sum = false;
    for (int i = 0; program->is_material[node->id] && i < node->input_count; i++)
        is_sum = is_sum || program->is_part[node->inputs[i]->id];
    if (is_sum)
        find_early_parts(bodies->program, node, bodies->early);
}

static size_t most_checks(const struct program *program)
{
    size_t most = 0;
    for (size_t i = 0; i < program->checks_count; i++) {
        size_t number = (size_t)program->checks[i]->number;
        most = number > most ? number : most;
    }
    return most;
}

/* The nodes of each body and the RESULTs of each LOOP as lists. */
static struct bodies list_bodies(struct program *program)
{
    struct arena *arena = program->scratch;
    size_t n = program->node_count;
    struct bodies bodies = {.program = program,
                            .first = ARENA_ARRAY(arena, struct node *, n + 1),
                            .next_of = ARENA_ARRAY(arena, struct node *, n + 1),
                            .first_result = ARENA_ARRAY(arena, struct node *, n + 1),
                            .next_result = ARENA_ARRAY(arena, struct node *, n + 1),
                            .is_done = ARENA_ARRAY(arena, bool, n + 1),
                            .first_check = ARENA_ARRAY(arena, int, n + 1),
                            .next_check = ARENA_ARRAY(arena, int, program->checks_count + 1),
                            .made = ARENA_ARRAY(arena, struct node *, most_checks(program) + 1),
                            .has_been_put = ARENA_ARRAY(arena, bool, n + 1),
                            .early = ARENA_ARRAY(arena, struct early_part, n + 1),
                            .is_early = ARENA_ARRAY(arena, bool, n + 1),
                            .is_needed = ARENA_ARRAY(arena, bool, n + 1)};
    for (size_t i = n; i-- > 0;) {
        struct node *node = program->function->graph->nodes[i];
        if (!program->is_live[i])
            continue;
        size_t list = program->owner[i] ? (size_t)program->owner[i]->id : n;
        bodies.next_of[i] = bodies.first[list];
        bodies.first[list] = node;
        find_early(&bodies, node);
        if (node->op == OP_RESULT) {
            bodies.next_result[i] = bodies.first_result[node->inputs[0]->id];
            bodies.first_result[node->inputs[0]->id] = node;
        }
    }
    return bodies;
}

/* Requires that what has a place is known. */
static void list_checks(struct bodies *bodies)
{
    const struct program *program = bodies->program;
    for (size_t i = program->checks_count; i-- > 0;) {
        int *first = &bodies->first_check[judged_value(program, program->checks[i]->k)->id];
        bodies->next_check[i + 1] = *first;
        *first = (int)i + 1;
    }
}

void schedule(struct program *program)
{
    struct bodies bodies = list_bodies(program);
    add_buffers(program);
    give_members(program);
    list_checks(&bodies);
    find_awaited_checks(program);
    bodies.ordering = ordering_new(program);
    program->root = item_new(program, NULL);
    program->root->kind = ITEM_REGION;
    put_first_checks(&bodies, program->root);
    schedule_body(&bodies, NULL, program->root);
    put_members(program);
    if (bodies.leaves_checks)
        drop_unread(program);
}
