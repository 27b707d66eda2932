/* nests_of_sums.c: the nests of sums whose terms are added into one buffer: expressions, products, what is
 * scattered. Parts that lie side by side are stored, not added. */
#include <string.h>

#include "nests.h"

/* Whether the part is whole along all axes of the sum but one, along which it stands at some offset. Sets
 * that axis, the offset and the part's extent. */
static bool is_slab(const struct program *program, const struct node *whole, const struct node *part,
                    int *along, size **offset, size **extent)
{
    const struct node *x = part->inputs[0];
    unsigned seen = 0;
    int moved_axes = 0;
    if (part->op != OP_SCATTER)
        return false;
    for (int a = 0; a < whole->rank; a++) {
        const struct affine *affine = &part->subscripts[a];
        size *places;
        unsigned moved;
        int64_t start;
        if (!graph_is_dense(affine, x, &moved, &places) || seen & moved)
            return false;
        seen |= moved;
        places = places ? places : size_number(program->sizes, 1);
        if (places == whole->shape[a] && size_is_number(affine->offset, &start) && start == 0)
            continue;
        if (moved_axes++ > 0)
            return false;
        *along = a, *offset = affine->offset, *extent = places;
    }
    for (int j = 0; j < x->rank; j++)
        if (!(seen >> j & 1) && !size_is(x->shape[j], 1))
            return false;
    return moved_axes == 1;
}

enum { MOST_SLABS = 64, MOST_ELEMENTS = 256 };

/* The parts lie side by side along one axis, without gaps and overlaps, and are whole along all others. */
static bool is_partition(const struct program *program, const struct node *whole, const struct parts *parts)
{
    int along[MOST_SLABS] = {0};
    size *offsets[MOST_SLABS], *extents[MOST_SLABS], *end = size_number(program->sizes, 0);
    size_t count = parts->parts_count, found = 0;
    if (count > MOST_SLABS)
        return false;
    for (size_t i = 0; i < count; i++)
        if ((parts->parts[i].node != whole && !program->is_part[parts->parts[i].node->id]) ||
            !is_slab(program, whole, parts->parts[i].node, &along[i], &offsets[i], &extents[i]) ||
            along[i] != along[0])
            return false;
    for (size_t round = 0; round < count; round++)
        for (size_t i = 0; i < count; i++)
            if (offsets[i] == end) {
                end = size_add(end, extents[i]);
                found++;
                break;
            }
    return found == count && end == whole->shape[along[0]];
}

/* Where a single element is put, as its number in row-major order; -1 if the part is something else. */
static int64_t number_of_point(const struct program *program, const struct part *part)
{
    const struct node *node = part->node;
    int64_t number;
    if (node->op != OP_SCATTER || !program->is_part[node->id] || node->inputs[0]->rank > 0 ||
        node->input_count > 1)
        return -1;
    size *flat = size_number(program->sizes, 0);
    for (int a = 0; a < node->rank; a++)
        flat = size_add(size_multiply(flat, node->shape[a]), node->subscripts[a].offset);
    return size_is_number(flat, &number) ? number : -1;
}

/* The parts are single elements, no two at one place: what is left over gets zeros. Marks these places by
 * their numbers; NULL: the parts are something else, or the whole is long. */
static const bool *places_of_points(const struct program *program, const struct node *whole,
                                    const struct parts *parts, int64_t *elements)
{
    if (!size_is_number(size_product(program->sizes, whole->rank, whole->shape), elements) ||
        *elements > MOST_ELEMENTS || (int64_t)parts->parts_count > *elements)
        return NULL;
    bool *is_point = ARENA_ARRAY(program->scratch, bool, (size_t)*elements + 1);
    for (size_t i = 0; i < parts->parts_count; i++) {
        int64_t number = number_of_point(program, &parts->parts[i]);
        if (number < 0 || number >= *elements || is_point[number])
            return NULL;
        is_point[number] = true;
    }
    return is_point;
}

/* Lets the nest put zeros where none of the points is. */
static void fill_gaps(const struct program *program, struct nest *nest, const bool *is_point,
                      int64_t elements)
{
    for (int64_t number = 0; is_point && number < elements; number++)
        if (!is_point[number])
            ARENA_APPEND(program->arena, nest, gaps, number);
}

static int kind_of_part(const struct program *program, const struct node *whole, const struct node *part)
{
    if (part != whole && !program->is_part[part->id])
        return 0;
    return part->op == OP_SCATTER ? 2 : part->op == OP_CONTRACT ? 1 : 0;
}

/* Whether no other part of the sum writes where this one does. */
static bool is_apart(const struct program *program, const struct node *whole, const struct parts *parts,
                     size_t which)
{
    const struct node *part = parts->parts[which].node;
    if (parts->parts_count > MOST_DIAGONALS)
        return false;
    for (size_t i = 0; i < parts->parts_count; i++) {
        const struct node *other = parts->parts[i].node;
        if (i != which && (kind_of_part(program, whole, other) != 2 || other->op != OP_SCATTER ||
                           !scatters_are_apart(program->sizes, part, other)))
            return false;
    }
    return true;
}

/* What is written once is stored, if it is known that nothing has been or will be added there. */
static enum storing storing_of(const struct program *program, const struct node *whole,
                               const struct parts *parts, size_t which, bool is_begun)
{
    const struct node *part = parts->parts[which].node;
    bool is_once = graph_is_injective(part);
    if (is_on_diagonal(part))
        is_once = is_once && is_apart(program, whole, parts, which);
    else if (is_begun)
        return ADDS;
    return is_begun ? (is_once ? STORES : ADDS) : is_once ? STORES_INTO_ZEROS : ADDS_TO_ZEROS;
}

struct nest *put_scatter(struct program *program, struct node *scatter, struct node *operand,
                         struct buffer *target, enum storing storing, struct item *container)
{
    struct nest *nest = nest_new(program, NEST_SCATTER, scatter, target);
    nest->operand = operand;
    nest->adds = storing == ADDS || storing == ADDS_TO_ZEROS;
    nest->starts_with_zeros =
        storing == ADDS_TO_ZEROS || (storing == STORES_INTO_ZEROS && !graph_is_onto(scatter));
    nest_set_axes(program, nest, operand->rank, operand->shape, 0);
    for (int a = 0; a < scatter->rank; a++)
        nest->target_axes[a] = (signed char)plain_subscript(&scatter->subscripts[a], operand->rank,
                                                            operand->shape, scatter->shape[a]);
    /* On a diagonal, two axes of the target cannot both be the loop's. */
    for (int a = 0; a < scatter->rank; a++)
        for (int b = 0; b < a; b++)
            if (nest->target_axes[a] == nest->target_axes[b])
                nest->target_axes[a] = -1;
    for (int a = 0; a < operand->rank; a++)
        nest_add_loop(nest, a);
    nest_put(program, nest, container);
    return nest;
}

/* A product that turns out not to be one for the runtime is computed by itself first. */
static void put_product_part(struct program *program, const struct part *part, struct buffer *target,
                             bool adds, struct item *container)
{
    struct node *node = part->node;
    struct product *product = product_of(program, node);
    if (product) {
        put_contraction(program, node, product, target, &part->scale, adds, container);
        return;
    }
    put_contraction(program, node, NULL, buffer_new(program, node), NULL, false, container);
    struct nest *nest = nest_new(program, NEST_COPY, node, target);
    nest->scale = part->scale;
    nest->adds = adds;
    put_elementwise(program, nest, node->rank, node->shape, container);
}

/* What has a buffer among the operands of the products. */
static const struct node *operand_of_product(const struct program *program, const struct parts *parts)
{
    for (size_t i = 0; i < parts->parts_count; i++)
        for (int j = 0; parts->parts[i].node->op == OP_CONTRACT && j < 2; j++)
            if (program->buffers[parts->parts[i].node->inputs[j]->id])
                return parts->parts[i].node->inputs[j];
    return NULL;
}

void find_early_parts(struct program *program, struct node *whole, struct early_part *early)
{
    struct parts parts = {0};
    list_parts(program, whole, &parts);
    for (size_t i = 0; i < parts.parts_count; i++)
        if (kind_of_part(program, whole, parts.parts[i].node) == 0)
            return;
    if (is_partition(program, whole, &parts))
        return;
    for (size_t i = 0; i < parts.parts_count; i++)
        if (parts.parts[i].node->op == OP_CONTRACT && parts.parts[i].scale.count == 0)
            early[parts.parts[i].node->id] = (struct early_part){whole, &parts.parts[i]};
}

bool put_early_part(struct program *program, const struct early_part *early, struct item *container)
{
    struct buffer *target = program->buffers[early->sum->id];
    if (!target || !target->member || target->member->role == ROLE_INOUT || target->is_earlier)
        return false;
    put_product_part(program, early->part, target, target->writers_count > 0, container);
    return true;
}

/* Expressions first, then products but those that are there, then what is scattered. */
void put_sum_of_parts(struct program *program, struct node *node, const bool *is_there,
                      struct item *container)
{
    struct parts parts = {0};
    struct buffer *target = program->buffers[node->id];
    struct nest *sum = NULL;
    bool is_begun = false;
    list_parts(program, node, &parts);
    for (size_t i = 0; i < parts.parts_count; i++)
        is_begun = is_begun || is_there[parts.parts[i].node->id];
    int64_t elements = 0;
    const bool *is_point = places_of_points(program, node, &parts, &elements);
    bool partition = is_point || is_partition(program, node, &parts);
    target->is_partition = target->is_partition || partition; /* another sum may have begun it */
    for (int kind = 0; kind < 3; kind++) {
        for (size_t i = 0; i < parts.parts_count; i++) {
            struct part *part = &parts.parts[i];
            if (kind_of_part(program, node, part->node) != kind)
                continue;
            if (kind == 0 && program->buffers[part->node->id] == target) {
                /* It is there already. */
            } else if (kind == 0) {
                if (!sum)
                    sum = nest_new(program, NEST_SUM, node, target);
                ARENA_APPEND(program->arena, sum, terms, *part);
            } else if (kind == 1 && is_there[part->node->id]) {
                /* It has been put early. */
            } else if (kind == 1) {
                put_product_part(program, part, target, is_begun, container);
            } else {
                enum storing storing = partition ? STORES : storing_of(program, node, &parts, i, is_begun);
                struct nest *nest =
                    put_scatter(program, part->node, part->node->inputs[0], target, storing, container);
                if (partition && !is_begun)
                    fill_gaps(program, nest, is_point, elements);
            }
            is_begun = true;
        }
        if (sum && kind == 0)
            sum->beside = operand_of_product(program, &parts);
        if (sum && kind == 0)
            put_elementwise(program, sum, node->rank, node->shape, container);
    }
}
