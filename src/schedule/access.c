/* access.c: where an element of a view stands in what is viewed, and what a nest reads.
 *
 * Requires the decisions of materialise. Positions are polynomials over the variables of loops; a subscript
 * taken from an int tensor is carried beside them as C text. */
#include <string.h>

#include "cost.h"
#include "program.h"

bool is_leaf(const struct node *node)
{
    return node->op == OP_PARAMETER || node->op == OP_PLACEHOLDER;
}

bool is_nullable(const struct program *program, const struct node *node)
{
    const struct member *member = is_leaf(node) ? program->leaf_members[node->id] : NULL;
    return member && member->rank > 0 &&
           (member->role == ROLE_OUTPUT_GRADIENT || member->role == ROLE_TANGENT ||
            member->role == ROLE_DIRECTION);
}

bool has_place(const struct program *program, const struct node *node)
{
    return program->buffers[node->id] != NULL || is_leaf(node) || program->is_material[node->id];
}

/* ---- Loop variables ---- */

struct variable_pool {
    struct pooled_variable {
        size *extent, *variable;
        int number;
    } * variables;
    size_t variables_count, variables_capacity;
    const char *const *names; /* in C, by number */
    int name_count;
};

size *program_variable(struct program *program, int number, size *extent)
{
    static const char *const letters[] = {"i", "j", "k", "l", "p", "q", "r", "s", "u", "v"};
    struct variable_pool *pool = program->variables;
    if (!pool)
        pool = program->variables = ARENA_NEW(program->arena, struct variable_pool);
    for (size_t i = pool->variables_count; i-- > 0;)
        if (pool->variables[i].number == number && pool->variables[i].extent == extent)
            return pool->variables[i].variable;
    const char *name = number < 10 ? letters[number] : arena_print(program->arena, "i%d", number);
    struct pooled_variable made = {
        extent, size_new_loop_variable(program->sizes, name, size_number(program->sizes, 0), extent), number};
    ARENA_APPEND(program->arena, pool, variables, made);
    if (number < pool->name_count)
        size_set_c_name(made.variable, pool->names[number]);
    return made.variable;
}

void name_variables(struct program *program, const char *const *names, int count)
{
    struct variable_pool *pool = program->variables;
    if (!pool)
        pool = program->variables = ARENA_NEW(program->arena, struct variable_pool);
    pool->names = names;
    pool->name_count = count;
    for (size_t i = 0; i < pool->variables_count; i++)
        if (pool->variables[i].number < count)
            size_set_c_name(pool->variables[i].variable, names[pool->variables[i].number]);
}

/* ---- Views ---- */

static const struct tree *add(struct arena *arena, const struct tree *a, const struct tree *b)
{
    return !a ? b : !b ? a : tree_append(arena, a, "+", b);
}

static const struct tree *scale(struct arena *arena, size *factor, const struct tree *a)
{
    int64_t number;
    if (!a || (size_is_number(factor, &number) && number == 1))
        return a;
    bool is_negative = size_is_number(factor, &number) && number < 0;
    return tree(arena, is_negative ? "(size_t)$ * ($)" : "$ * ($)", size_tree(arena, factor, SIZE_WHOLE), a);
}

/* Anywhere. */
static const struct tree ANYWHERE = {.kind = TREE_NAME, .text = "*"};

const struct tree *anywhere(void *closure, struct node *k, const struct index *at)
{
    (void)closure, (void)k, (void)at;
    return &ANYWHERE;
}

void index_below(struct program *program, const struct node *view, const struct affine *subscripts,
                 int axis_count, const struct index *at, struct index *below, dynamic_tree *dynamic,
                 void *closure)
{
    /* The dynamics follow the data inputs, of which REPLACE has two. */
    int shift = view->op == OP_REPLACE ? 1 : 0;
    int space_rank = view->op == OP_INDEX     ? view->rank
                     : view->op == OP_SCATTER ? view->inputs[0]->rank
                                              : view->inputs[1]->rank;
    for (int a = 0; a < axis_count; a++) {
        const struct affine *affine = &subscripts[a];
        struct index sum = {affine->offset, NULL};
        for (int i = 0; i < space_rank; i++) {
            size *coefficient = affine->coefficients ? affine->coefficients[i] : NULL;
            if (!coefficient)
                continue;
            sum.affine = size_add(sum.affine, size_multiply(coefficient, at[i].affine));
            sum.dynamic = add(program->arena, sum.dynamic, scale(program->arena, coefficient, at[i].dynamic));
        }
        if (affine->dynamic) {
            struct node *k = view->inputs[affine->dynamic + shift];
            sum.dynamic = add(program->arena, sum.dynamic, dynamic(closure, k, at));
        }
        below[a] = sum;
    }
}

struct index flat_index(struct program *program, int rank, size *const *shape, const struct index *at)
{
    struct index flat = {size_number(program->sizes, 0), NULL};
    for (int a = 0; a < rank; a++) {
        flat.affine = size_add(size_multiply(flat.affine, shape[a]), at[a].affine);
        flat.dynamic = add(program->arena, scale(program->arena, shape[a], flat.dynamic), at[a].dynamic);
    }
    return flat;
}

bool is_one(const size *extent)
{
    int64_t number;
    return size_is_number(extent, &number) && number == 1;
}

bool reshape_below(struct program *program, const struct node *reshape, const struct index *at,
                   struct index *below)
{
    const struct node *x = reshape->inputs[0];
    int b = 0;
    for (int a = 0; a < x->rank; a++) {
        if (is_one(x->shape[a])) {
            below[a] = (struct index){size_number(program->sizes, 0), NULL};
            continue;
        }
        int first = b;
        size *product = size_number(program->sizes, 1);
        while (b < reshape->rank && product != x->shape[a])
            product = size_multiply(product, reshape->shape[b++]);
        if (product != x->shape[a])
            return false;
        below[a] = flat_index(program, b - first, reshape->shape + first, at + first);
    }
    return true;
}

/* RESHAPE: how many of its leading axes are those of `x`, of which it holds the elements. */
int common_axes(const struct node *reshape, const struct node *x)
{
    int count = 0;
    while (count < reshape->rank && count < x->rank && reshape->shape[count] == x->shape[count])
        count++;
    return count;
}

int plain_subscript(const struct affine *affine, int rank, size *const *space, const size *extent)
{
    int found = -1;
    int64_t number;
    if (affine->dynamic || !size_is_number(affine->offset, &number) || number != 0)
        return -1;
    for (int i = 0; i < rank; i++) {
        size *coefficient = affine->coefficients ? affine->coefficients[i] : NULL;
        if (!coefficient || (size_is_number(coefficient, &number) && number == 0))
            continue;
        if (found >= 0 || !is_one(coefficient))
            return -1;
        found = i;
    }
    return found >= 0 && space[found] == extent ? found : -1;
}

/* ---- What a nest reads ---- */

struct collector {
    struct program *program;
    struct nest *nest;
    struct index axes[MAXIMUM_AXES]; /* the nest's iteration axes */
};

static void visit(struct collector *collector, struct node *node, const struct index *at);

static void wait_for(struct collector *collector, struct nest *earlier)
{
    struct nest *nest = collector->nest;
    for (size_t i = 0; i < nest->after_count; i++)
        if (nest->after[i] == earlier)
            return;
    ARENA_APPEND(collector->program->arena, nest, after, earlier);
}

/* A subscript may be a view of what is judged: one int for all elements. */
static void wait_for_check(struct collector *collector, const struct node *subscript)
{
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

static void record(struct collector *collector, struct node *node, const struct index *at)
{
    struct program *program = collector->program;
    struct nest *nest = collector->nest;
    struct access access = {.node = node, .buffer = program->buffers[node->id]};
    if (at && node->rank > 0 && !at[0].dynamic)
        access.first = at[0].affine;
    for (int a = 0; a < node->rank; a++) {
        access.map[a] = -1;
        for (int i = 0; at && !at[a].dynamic && i < nest->axis_count; i++)
            if (at[a].affine == collector->axes[i].affine && node->shape[a] == nest->extents[i])
                access.map[a] = (signed char)i;
    }
    ARENA_APPEND(program->arena, nest, reads, access);
}

static void visit_view(struct collector *collector, struct node *view, const struct index *at)
{
    struct program *program = collector->program;
    struct index below[MAXIMUM_AXES];
    struct node *x = view->inputs[0];
    if (view->op == OP_INDEX) {
        for (int i = 1; i < view->input_count; i++) {
            wait_for_check(collector, view->inputs[i]);
            visit(collector, view->inputs[i], at);
        }
        index_below(program, view, view->subscripts, x->rank, at, below, anywhere, NULL);
        visit(collector, x, below);
    } else if (reshape_below(program, view, at, below)) {
        visit(collector, x, below);
    } else {
        while (!has_place(program, x))
            x = x->inputs[0];
        for (int a = 0; a < x->rank; a++)
            below[a] =
                a < common_axes(view, x) ? at[a] : (struct index){size_number(program->sizes, 0), &ANYWHERE};
        record(collector, x, below);
    }
}

/* The operands of a node that is computed at `at`. */
static void visit_operands(struct collector *collector, struct node *node, const struct index *at)
{
    if (node->op == OP_INDEX || node->op == OP_RESHAPE) {
        visit_view(collector, node, at);
    } else if (operator_is_elementwise(node->op)) {
        collector->nest->is_expensive = collector->nest->is_expensive || operator_vectorises(node->op);
        collector->nest->has_running_power = collector->nest->has_running_power ||
                                             (collector->nest->kind == NEST_REDUCE && is_running_power(node));
        for (int i = 0; i < node->input_count; i++)
            visit(collector, node->inputs[i], at);
    }
}

static void visit(struct collector *collector, struct node *node, const struct index *at)
{
    if (collector->program->buffers[node->id] || is_leaf(node))
        record(collector, node, at);
    else
        visit_operands(collector, node, at);
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

void collect_reads(struct program *program, struct nest *nest)
{
    struct collector collector = {.program = program, .nest = nest};
    struct node *node = nest->node;
    struct index at[MAXIMUM_AXES];
    for (int i = 0; i < nest->scale.count; i++)
        visit(&collector, nest->scale.factors[i], NULL);
    for (int i = 0; i < nest->axis_count; i++)
        collector.axes[i] = (struct index){program_variable(program, i, nest->extents[i]), NULL};
    switch (nest->kind) {
    case NEST_VALUE: visit_operands(&collector, node, collector.axes); break;
    case NEST_SUM:
        for (size_t i = 0; i < nest->terms_count; i++) {
            visit(&collector, nest->terms[i].node, collector.axes);
            for (int j = 0; j < nest->terms[i].scale.count; j++)
                visit(&collector, nest->terms[i].scale.factors[j], NULL);
        }
        break;
    case NEST_COPY:
    case NEST_BREAK:
    case NEST_CHECK:
        if (nest->source) {
            struct access access = {.node = nest->source->node, .buffer = nest->source};
            memcpy(access.map, nest->target_axes, sizeof nest->target_axes);
            ARENA_APPEND(program->arena, nest, reads, access);
            break;
        }
        if (nest->node)
            visit(&collector, node, collector.axes);
        break;
    case NEST_REDUCE:
    case NEST_ARGUMENT:
    case NEST_SCAN:
    case NEST_PRODUCT:
        for (int i = 0; i < node->input_count; i++) {
            operand_indices(node, i, collector.axes, at);
            /* A scan that runs backwards reads from the other end. */
            for (int a = 0; node->reverse && a < node->rank; a++)
                if (node->axes >> a & 1)
                    at[a].dynamic = &ANYWHERE;
            visit(&collector, node->inputs[i], at);
        }
        break;
    case NEST_SCATTER:
        visit(&collector, nest->operand, collector.axes);
        for (int i = node->op == OP_REPLACE ? 2 : 1; i < node->input_count; i++) {
            wait_for_check(&collector, node->inputs[i]);
            visit(&collector, node->inputs[i], collector.axes);
        }
        break;
    case NEST_CALL:
        for (int i = 0; i < node->input_count; i++) {
            /* The axes inside the call stand at no iteration axis. */
            struct node *x = node->inputs[i];
            for (int a = 0; a < x->rank; a++)
                at[a] = a < nest->axis_count ? collector.axes[a]
                                             : (struct index){size_number(program->sizes, 0), &ANYWHERE};
            visit(&collector, x, at);
        }
        break;
    case NEST_SEED:
    case NEST_REGION: break;
    }
}
