/* access.c: where elements stand: of a view in what is viewed, of a buffer in the array that holds it, and of
 * a nest's target.
 *
 * Requires the decisions of materialise. Positions are polynomials over the variables of loops; a subscript
 * taken from an int tensor is carried beside them as C text. */
#include <string.h>

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
        size_spell_name(program->spelling, made.variable, pool->names[number]);
    return made.variable;
}

void name_variables(struct program *program, struct spelling *spelling, const char *const *names, int count)
{
    struct variable_pool *pool = program->variables;
    if (!pool)
        pool = program->variables = ARENA_NEW(program->arena, struct variable_pool);
    program->spelling = spelling;
    pool->names = names;
    pool->name_count = count;
    for (size_t i = 0; i < pool->variables_count; i++)
        if (pool->variables[i].number < count)
            size_spell_name(spelling, pool->variables[i].variable, names[pool->variables[i].number]);
}

/* ---- Views ---- */

static const struct tree *add(struct arena *arena, const struct tree *a, const struct tree *b)
{
    return !a ? b : !b ? a : tree_append(arena, a, "+", b);
}

static const struct tree *scale(const struct program *program, size *factor, const struct tree *a)
{
    int64_t number;
    if (!a || (size_is_number(factor, &number) && number == 1))
        return a;
    bool is_negative = size_is_number(factor, &number) && number < 0;
    return tree(program->arena, is_negative ? "(size_t)$ * ($)" : "$ * ($)",
                size_tree(program->arena, factor, SIZE_WHOLE, program->spelling), a);
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
            sum.dynamic = add(program->arena, sum.dynamic, scale(program, coefficient, at[i].dynamic));
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
        flat.dynamic = add(program->arena, scale(program, shape[a], flat.dynamic), at[a].dynamic);
    }
    return flat;
}

bool reshape_below(struct program *program, const struct node *reshape, const struct index *at,
                   struct index *below)
{
    const struct node *x = reshape->inputs[0];
    int b = 0;
    for (int a = 0; a < x->rank; a++) {
        if (size_is(x->shape[a], 1)) {
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
        if (found >= 0 || !size_is(coefficient, 1))
            return -1;
        found = i;
    }
    return found >= 0 && space[found] == extent ? found : -1;
}

struct index iota_index(struct program *program, const struct node *iota, const struct index *at,
                        dynamic_tree *dynamic, void *closure)
{
    struct index below;
    struct node space = *iota;
    space.op = OP_INDEX;
    index_below(program, &space, iota->subscripts, 1, at, &below, dynamic, closure);
    return below;
}

/* ---- Arrays ---- */

struct element_place place_in_array(const struct buffer *buffer, int rank, size *const *shape,
                                    const struct index *at)
{
    struct element_place place = {.rank = rank, .dropped = buffer ? buffer->dropped : 0};
    for (int a = 0; a < rank; a++) {
        place.at[a] = at[a];
        place.extents[a] = shape[a];
    }
    if (buffer && buffer->block) /* the rows of one block */
        place.at[0].affine = size_subtract(at[0].affine, buffer->block->first);
    for (; buffer && buffer->alias_of; buffer = buffer->alias_of)
        if (buffer->row) {
            memmove(place.at + 1, place.at, sizeof *place.at * (size_t)place.rank);
            memmove(place.extents + 1, place.extents, sizeof *place.extents * (size_t)place.rank++);
            place.at[0] = (struct index){buffer->row, NULL};
            place.extents[0] = buffer->alias_of->node->shape[0];
            place.dropped <<= 1;
        }
    return place;
}

struct element_place place_in_reshaped(struct program *program, const struct node *node,
                                       const struct node *view, const struct index *at)
{
    struct index position[MAXIMUM_RANK + 1];
    size *shape[MAXIMUM_RANK + 1];
    int common = common_axes(view, node);
    for (int a = 0; a < common; a++) {
        position[a] = at[a];
        shape[a] = node->shape[a];
    }
    position[common] = flat_index(program, view->rank - common, view->shape + common, at + common);
    shape[common] = size_product(program->sizes, node->rank - common, node->shape + common);
    return place_in_array(program->buffers[node->id], common + 1, shape, position);
}

size *flat_offset(struct program *program, const struct element_place *place)
{
    size *flat = size_number(program->sizes, 0);
    for (int a = 0; a < place->rank; a++) {
        if (place->dropped >> a & 1 || size_is(place->extents[a], 1))
            continue;
        if (place->at[a].dynamic)
            return NULL;
        flat = size_add(size_multiply(flat, place->extents[a]), place->at[a].affine);
    }
    return flat;
}

/* ---- Nests ---- */

size *loop_position(struct program *program, const struct nest *nest, int depth)
{
    if (!nest->path)
        return program_variable(program, depth, nest->extents[nest->order[depth]]);
    size *variable = nest->path[nest->path_first + depth]->variable;
    return nest->block && nest->order[depth] == nest->block_axis ? size_add(nest->block->first, variable)
                                                                 : variable;
}

void nest_indices(struct program *program, const struct nest *nest, int loops, struct index *at)
{
    for (int i = 0; i < nest->axis_count; i++)
        at[i] = (struct index){size_number(program->sizes, 0), NULL};
    if (nest->block)
        at[nest->block_axis].affine = nest->block->first;
    for (int d = 0; d < loops && d < nest->loop_count; d++)
        at[nest->order[d]].affine = loop_position(program, nest, d);
}

void target_indices(struct program *program, const struct nest *nest, const struct index *at,
                    struct index *to, dynamic_tree *dynamic, void *closure)
{
    const struct node *node = nest->node;
    int rank = nest->target->node ? nest->target->node->rank : 0;
    if (nest->kind == NEST_SCATTER) {
        index_below(program, node, node->subscripts, rank, at, to, dynamic, closure);
        return;
    }
    for (int a = 0; a < rank; a++) {
        int axis = nest->target_axes[a];
        to[a] = axis >= 0 && axis < nest->axis_count ? at[axis]
                                                     : (struct index){size_number(program->sizes, 0), NULL};
    }
    if (nest->row)
        to[0].affine = nest->row;
    if (nest->kind == NEST_SCAN && node->reverse)
        for (int a = 0; a < rank; a++)
            if (node->axes >> a & 1)
                to[a].affine = size_subtract(size_subtract(node->shape[a], size_number(program->sizes, 1)),
                                             at[a].affine);
}
