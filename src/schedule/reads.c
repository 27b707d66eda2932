/* reads.c: what the statement of a nest reads: a walk of the expressions that are written out in it.
 *
 * Requires the decisions of materialise. */
#include <string.h>

#include "cost.h"
#include "program.h"

/* ---- The walk ---- */

void contraction_extents(const struct node *contract, size **extents)
{
    for (int operand = 0; operand < 2; operand++)
        for (int a = 0; a < contract->inputs[operand]->rank; a++)
            extents[(operand ? contract->b_axes : contract->a_axes)[a]] = contract->inputs[operand]->shape[a];
}

void operand_indices(const struct node *node, int operand, const struct index *axes, struct index *at)
{
    const struct node *x = node->inputs[operand];
    if (node->op == OP_CONTRACT) {
        for (int a = 0; a < x->rank; a++)
            at[a] = axes[(operand ? node->b_axes : node->a_axes)[a]];
        return;
    }
    if (node->op == OP_CUMSUM) {
        memcpy(at, axes, sizeof *at * (size_t)x->rank);
        return;
    }
    int own = 0, reduced = node->rank;
    for (int a = 0; a < x->rank; a++)
        at[a] = axes[node->axes >> a & 1 ? reduced++ : own++];
}

static void visit(const struct read_visitor *reading, struct node *node, const struct index *at);

static void visit_subscript(const struct read_visitor *reading, const struct node *view, struct node *k,
                            const struct index *at)
{
    if (reading->subscript)
        reading->subscript(reading->closure, view, k);
    visit(reading, k, at);
}

static void visit_view(const struct read_visitor *reading, struct node *view, const struct index *at)
{
    struct program *program = reading->program;
    struct index below[MAXIMUM_AXES];
    struct node *x = view->inputs[0];
    if (view->op == OP_INDEX) {
        for (int i = 1; i < view->input_count; i++)
            visit_subscript(reading, view, view->inputs[i], at);
        index_below(program, view, view->subscripts, x->rank, at, below, anywhere, NULL);
        visit(reading, x, below);
    } else if (reshape_below(program, view, at, below)) {
        visit(reading, x, below);
    } else {
        while (!has_place(program, x))
            x = x->inputs[0];
        reading->read(reading->closure, x, program->buffers[x->id], view, at);
    }
}

/* The operands of a node that is computed at `at`. */
static void visit_operands(const struct read_visitor *reading, struct node *node, const struct index *at)
{
    if (node->op == OP_INDEX || node->op == OP_RESHAPE) {
        visit_view(reading, node, at);
        return;
    }
    if (reading->operate)
        reading->operate(reading->closure, node, at);
    for (int i = 0; operator_is_elementwise(node->op) && i < node->input_count; i++)
        visit(reading, node->inputs[i], at);
}

static void visit(const struct read_visitor *reading, struct node *node, const struct index *at)
{
    if (reading->program->buffers[node->id] || is_leaf(node))
        reading->read(reading->closure, node, reading->program->buffers[node->id], NULL, at);
    else
        visit_operands(reading, node, at);
}

static void visit_scale(const struct read_visitor *reading, const struct scale *scale)
{
    for (int i = 0; i < scale->count; i++)
        visit(reading, scale->factors[i], NULL);
}

void visit_reads(const struct read_visitor *reading, const struct nest *nest, const struct index *axes)
{
    struct node *node = nest->node;
    struct index at[MAXIMUM_AXES];
    visit_scale(reading, &nest->scale);
    switch (nest->kind) {
    case NEST_VALUE: visit_operands(reading, node, axes); break;
    case NEST_SUM:
        for (size_t i = 0; i < nest->terms_count; i++) {
            visit(reading, nest->terms[i].node, axes);
            visit_scale(reading, &nest->terms[i].scale);
        }
        break;
    case NEST_COPY:
    case NEST_BREAK:
    case NEST_CHECK:
        if (nest->source)
            reading->read(reading->closure, nest->source->node, nest->source, NULL, axes);
        else if (nest->node)
            visit(reading, node, axes);
        break;
    case NEST_REDUCE:
    case NEST_ARGUMENT:
    case NEST_SCAN:
    case NEST_PRODUCT:
        for (int i = 0; i < node->input_count; i++) {
            operand_indices(node, i, axes, at);
            /* A scan that runs backwards reads from the other end. */
            for (int a = 0; node->reverse && a < node->rank; a++)
                if (node->axes >> a & 1)
                    at[a].dynamic = anywhere(NULL, NULL, NULL);
            visit(reading, node->inputs[i], at);
        }
        break;
    case NEST_SCATTER:
        visit(reading, nest->operand, axes);
        for (int i = node->op == OP_REPLACE ? 2 : 1; i < node->input_count; i++)
            visit_subscript(reading, node, node->inputs[i], axes);
        break;
    case NEST_CALL:
        for (int i = 0; i < node->input_count; i++) {
            /* The axes inside the call stand at no iteration axis. */
            struct node *x = node->inputs[i];
            for (int a = 0; a < x->rank; a++)
                at[a] = a < nest->axis_count ? axes[a]
                                             : (struct index){size_number(reading->program->sizes, 0),
                                                              anywhere(NULL, NULL, NULL)};
            visit(reading, x, at);
        }
        break;
    case NEST_SEED:
    case NEST_REGION: break;
    }
}

/* ---- What is recorded of a nest ---- */

struct collector {
    struct program *program;
    struct nest *nest;
    struct index axes[MAXIMUM_AXES]; /* the nest's iteration axes */
};

static void wait_for(const struct collector *collector, struct nest *earlier)
{
    struct nest *nest = collector->nest;
    for (size_t i = 0; i < nest->after_count; i++)
        if (nest->after[i] == earlier)
            return;
    ARENA_APPEND(collector->program->arena, nest, after, earlier);
}

/* A subscript may be a view of what is judged: one int for all elements. */
static void wait_for_check(void *closure, const struct node *view, const struct node *subscript)
{
    const struct collector *collector = closure;
    (void)view;
    struct node *const *awaited = collector->program->awaited[subscript->id];
    for (; awaited && *awaited; awaited++)
        if (collector->program->checked[(*awaited)->id])
            wait_for(collector, collector->program->checked[(*awaited)->id]);
    for (;; subscript = subscript->inputs[0]) {
        if (collector->program->checked[subscript->id])
            wait_for(collector, collector->program->checked[subscript->id]);
        if (subscript->op != OP_INDEX && subscript->op != OP_RESHAPE)
            return;
    }
}

static void record(void *closure, struct node *node, struct buffer *buffer, const struct node *view,
                   const struct index *at)
{
    const struct collector *collector = closure;
    struct nest *nest = collector->nest;
    struct access access = {.node = node, .buffer = buffer};
    int known = !at ? 0 : view ? common_axes(view, node) : node->rank; /* of its axes, the first */
    if (nest->source) {
        memcpy(access.map, nest->target_axes, sizeof nest->target_axes);
        ARENA_APPEND(collector->program->arena, nest, reads, access);
        return;
    }
    if (known > 0 && !at[0].dynamic)
        access.first = at[0].affine;
    for (int a = 0; a < node->rank; a++) {
        access.map[a] = -1;
        for (int i = 0; a < known && !at[a].dynamic && i < nest->axis_count; i++)
            if (at[a].affine == collector->axes[i].affine && node->shape[a] == nest->extents[i])
                access.map[a] = (signed char)i;
    }
    ARENA_APPEND(collector->program->arena, nest, reads, access);
}

static void look_at_operator(void *closure, struct node *node, const struct index *at)
{
    struct nest *nest = ((struct collector *)closure)->nest;
    (void)at;
    nest->is_expensive = nest->is_expensive || operator_vectorises(node->op);
    nest->has_calls = nest->has_calls || operator_stays_call(node);
    nest->has_running_power =
        nest->has_running_power || (nest->kind == NEST_REDUCE && is_running_power(node));
}

void collect_reads(struct program *program, struct nest *nest)
{
    struct collector collector = {.program = program, .nest = nest};
    const struct read_visitor reading = {program, &collector, record, look_at_operator, wait_for_check};
    for (int i = 0; i < nest->axis_count; i++)
        collector.axes[i] = (struct index){program_variable(program, i, nest->extents[i]), NULL};
    visit_reads(&reading, nest, collector.axes);
}
