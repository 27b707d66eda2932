/* vectors.c: loops of the program that carry nothing and compute with scalars alone, of which compilers make
 * vectors, a round in each place.
 *
 * Requires storage. Rounds that fill long rows go in blocks of as many as the widest vectors hold. */
#include "loop_kinds.h"
#include "region.h"

enum { FEWEST_ROUNDS = 8, LINE = 64 /* bytes in a line of the cache */ };

static bool moves_with_rounds(const struct nest *nest, const size *variable)
{
    if (nest->row)
        return size_depends_on(nest->row, variable);
    for (const struct buffer *buffer = nest->target; buffer; buffer = buffer->alias_of)
        if (buffer->row && size_depends_on(buffer->row, variable))
            return true;
    return false;
}

static bool is_statement_of_scalars(const struct item *item, const size *variable)
{
    const struct nest *nest = item->nest;
    if (item->kind != ITEM_STATEMENT || nest->loop_count > 0 || !nest->target || nest->adds ||
        nest->starts_with_zeros)
        return false;
    if (nest->kind != NEST_VALUE && nest->kind != NEST_SUM && nest->kind != NEST_COPY &&
        nest->kind != NEST_SCATTER)
        return false;
    return nest->target->storage == STORAGE_SCALAR ? needs_declaration(nest)
                                                   : moves_with_rounds(nest, variable);
}

static bool can_be_vectors(const struct program *program, const struct item *item)
{
    struct loop *loop = item->nest->node->loop;
    const struct region *region = region_of(program->function->graph, loop);
    int64_t rounds;
    size *count = size_subtract(loop->end, loop->begin);
    if (loop->carried_count > 0 || loop->condition || loop->is_branch || loop->reverse ||
        (size_is_number(count, &rounds) && rounds < FEWEST_ROUNDS))
        return false;
    for (size_t i = 0; i < item->body_count; i++)
        if (!is_empty(item->body[i]) && !is_statement_of_scalars(item->body[i], loop->variable))
            return false;
    for (size_t i = 0; i < region->inside_count; i++)
        if (program->is_live[region->inside[i]->id] && !operator_has_vectors(region->inside[i]))
            return false;
    return true;
}

/* ---- Blocks of rounds ---- */

/* The array that it stores in, as a whole; NULL: none. */
static const struct buffer *array_in(const struct item *item)
{
    if (is_empty(item) || item->nest->target->storage == STORAGE_SCALAR)
        return NULL;
    return array_of(item->nest->target);
}

/* Whether nothing was in it before that a round may read: then a round may run twice. */
static bool is_new_result(const struct buffer *array)
{
    return array->storage == STORAGE_MEMBER && array->member->role != ROLE_INOUT;
}

/* Whether a round fills at least a line. */
static bool has_long_rows(const struct program *program, const struct buffer *array)
{
    int64_t extent, row = program->module->precision / 8;
    for (int a = 1; a < array->member->rank; a++)
        row *= size_is_number(array->member->shape[a], &extent) ? extent : LINE;
    return array->member->rank > 1 && row >= LINE;
}

/* How many rounds a block has; 0: no blocks. */
static int rounds_in_block(const struct program *program, const struct item *item)
{
    const struct loop *loop = item->nest->node->loop;
    int rounds = LINE / (program->module->precision / 8);
    int64_t begin, end;
    bool has_long = false;
    if (!size_is_number(loop->begin, &begin) || begin != 0 ||
        (size_is_number(loop->end, &end) && end < rounds))
        return 0;
    for (size_t i = 0; i < item->body_count; i++) {
        const struct buffer *array = array_in(item->body[i]);
        if (array && !is_new_result(array))
            return 0;
        has_long = has_long || (array && has_long_rows(program, array));
    }
    return has_long ? rounds : 0;
}

void choose_vectors(const struct program *program, struct item *region)
{
    if (!can_be_vectors(program, region))
        return;
    region->loop_kind = LOOP_VECTORS;
    region->rounds_at_once = rounds_in_block(program, region);
}
