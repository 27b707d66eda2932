/* block.c: which nests are computed block by block.
 *
 * Requires the nests of all bodies, not yet in the tree. Where a matrix product and the nests around it share
 * an axis, and what they hand to one another is too large for the cache, the axis is cut into blocks: in a
 * loop over the blocks, every nest does its rows of one block before the next begins, and a value that is
 * only needed from one nest to the next has the rows of one block. What is summed over the axis adds up from
 * block to block.
 *
 * A nest can be cut along its outermost loop, a matrix product also along the outermost of its rows or summed
 * axes. It may join if it reads, of what the others compute, only the rows that it does itself: then the
 * order of rows is no matter, and neither is the size of the blocks. Nests that wait for a complete sum come
 * behind the blocks.
 *
 * Every block reads again what does not have the axis, such as a matrix of weights, and stores again what it
 * adds to. So blocks have at least as many rows as such matrices have columns (gradc_block), unless rows are
 * so large that few of them outweigh that (gradc_few), and there are none where that costs more than the
 * cache saves. */
#include "cost.h"
#include "nests.h"

enum standing {
    OUTSIDE,   /* needs nothing of the blocks */
    INSIDE,    /* cut into blocks */
    DOWNSTREAM /* needs a sum over all blocks, or what is computed from such */
};

/* The nests of a body between two regions, and how they stand to blocks of one extent. */
struct stretch {
    struct program *program;
    struct nest **nests;
    size_t count;
    size *extent;
    enum standing *standing;
    int *axes;     /* of those inside: the axis that is cut */
    size_t *group; /* of those inside: the first nest that it shares values with, directly or not */
    size_t *calls; /* how many of those before each are products that are cut inside the call */
};

/* ---- What can be cut ---- */

/* Along a loop around the call, or inside it. */
static int cut_axis_of_product(const struct nest *nest, const size *extent)
{
    const struct product *product = nest->product;
    if (nest->loop_count > 0 && nest->extents[nest->order[0]] == extent)
        return nest->order[0];
    if (product->row_axis >= 0 && nest->extents[product->row_axis] == extent)
        return product->row_axis;
    return product->sum_axis >= 0 && nest->extents[product->sum_axis] == extent ? product->sum_axis : -1;
}

bool is_cut_inside_call(const struct nest *nest, int axis)
{
    return nest->kind == NEST_PRODUCT && nest->product->called >> axis & 1;
}

/* What adds up from block to block begins with zeros, and what else is added to it comes later. */
static bool can_add_up(const struct nest *nest)
{
    return nest->target->writers[0] == nest && !nest->target->is_partition &&
           (!nest->adds || nest->starts_with_zeros) &&
           (nest->kind != NEST_SCATTER || nest->starts_with_zeros) && nest->kind != NEST_ARGUMENT &&
           nest->kind != NEST_SCAN;
}

/* The iteration axis along which the nest can be cut; -1: none. */
static int cut_axis(const struct nest *nest, const size *extent)
{
    int axis = -1;
    if (!nest->target || !nest->target->node || nest->alone || nest->row)
        return -1;
    switch (nest->kind) {
    case NEST_VALUE:
    case NEST_SUM:
    case NEST_COPY:
    case NEST_REDUCE:
    case NEST_ARGUMENT:
    case NEST_SCAN:
    case NEST_SCATTER:
        if (nest->loop_count > 0 && nest->extents[nest->order[0]] == extent &&
            nest->order[0] != scan_axis(nest))
            axis = nest->order[0];
        break;
    case NEST_PRODUCT: axis = cut_axis_of_product(nest, extent); break;
    default: break;
    }
    if (axis < 0 || !is_target_axis(nest, axis))
        return axis >= 0 && can_add_up(nest) ? axis : -1;
    return nest->target_axes[0] == axis ? axis : -1;
}

/* ---- Who can join ---- */

/* The place of a nest in the stretch; its length: none. */
static size_t place_in(const struct stretch *stretch, const struct nest *nest)
{
    size_t i = nest->turn - stretch->nests[0]->turn;
    return nest->turn >= stretch->nests[0]->turn && i < stretch->count && stretch->nests[i] == nest
               ? i
               : stretch->count;
}

static size_t group_of(struct stretch *stretch, size_t i)
{
    while (stretch->group[i] != i)
        i = stretch->group[i] = stretch->group[stretch->group[i]];
    return i;
}

/* Whether the reader, cut along the axis, reads only its own rows of what the writer computes inside. */
static bool reads_its_rows(const struct stretch *stretch, const struct access *access, int axis,
                           size_t writer)
{
    return stretch->standing[writer] == INSIDE && access->map[0] == axis &&
           is_target_axis(stretch->nests[writer], stretch->axes[writer]);
}

/* How the nest stands, those before it being known. */
static enum standing find_standing(const struct stretch *stretch, const struct nest *nest, int axis)
{
    bool waits = false, joins = axis >= 0;
    for (size_t i = 0; i < nest->reads_count; i++)
        for (size_t w = nest->reads[i].first_writer; w < nest->reads[i].end_writer; w++) {
            size_t writer = place_in(stretch, nest->reads[i].buffer->writers[w]);
            if (writer == stretch->count || stretch->standing[writer] == OUTSIDE)
                continue;
            waits = true;
            joins = joins && reads_its_rows(stretch, &nest->reads[i], axis, writer);
        }
    for (size_t i = 0; i < nest->after_count; i++) {
        size_t earlier = place_in(stretch, nest->after[i]);
        if (earlier < stretch->count && stretch->standing[earlier] != OUTSIDE) {
            waits = true;
            joins = false;
        }
    }
    return joins ? INSIDE : waits ? DOWNSTREAM : OUTSIDE;
}

static void join_group(struct stretch *stretch, size_t i)
{
    const struct nest *nest = stretch->nests[i];
    for (size_t r = 0; r < nest->reads_count; r++)
        for (size_t w = nest->reads[r].first_writer; w < nest->reads[r].end_writer; w++) {
            size_t writer = place_in(stretch, nest->reads[r].buffer->writers[w]);
            if (writer == stretch->count || stretch->standing[writer] != INSIDE)
                continue;
            size_t a = group_of(stretch, writer), b = group_of(stretch, i);
            stretch->group[a > b ? a : b] = a > b ? b : a;
        }
}

static void find_standings(struct stretch *stretch)
{
    for (size_t i = 0; i < stretch->count; i++) {
        stretch->axes[i] = cut_axis(stretch->nests[i], stretch->extent);
        stretch->standing[i] = find_standing(stretch, stretch->nests[i], stretch->axes[i]);
        stretch->group[i] = i;
        stretch->calls[i + 1] = stretch->calls[i];
        if (stretch->standing[i] != INSIDE)
            continue;
        join_group(stretch, i);
        stretch->calls[i + 1] += is_cut_inside_call(stretch->nests[i], stretch->axes[i]);
    }
}

/* ---- What it costs ---- */

static bool is_inside(const struct stretch *stretch, const struct nest *nest, size_t group)
{
    size_t i = place_in(stretch, nest);
    return i < stretch->count && stretch->standing[i] == INSIDE &&
           group_of((struct stretch *)stretch, i) == group;
}

/* How often a row of the nest's target is found in the cache where it would without blocks be written to
 * memory, or read from there: between the nest and what reads it stands a product of all rows, or one of them
 * is such. What is needed whole, by others or later, is written to memory all the same. */
static size_t spared(const struct stretch *stretch, size_t i, size_t group)
{
    const struct nest *nest = stretch->nests[i];
    const struct buffer *buffer = nest->target;
    size_t last = i, readers = 0;
    if (buffer->writers[0] != nest || !is_target_axis(nest, stretch->axes[i]))
        return 0;
    for (size_t r = 0; r < buffer->readers_count; r++)
        if (is_inside(stretch, buffer->readers[r], group)) {
            size_t reader = place_in(stretch, buffer->readers[r]);
            last = reader > last ? reader : last;
            readers++;
        }
    bool is_whole = buffer->is_fixed || buffer->member || readers < buffer->readers_count;
    return stretch->calls[last + 1] > stretch->calls[i] && readers > 0 ? readers + !is_whole : 0;
}

/* What a block of the product's rows reads and adds to besides them. One row at a time reads it anyway. */
static double repeated(const struct stretch *stretch, size_t i)
{
    const struct nest *nest = stretch->nests[i];
    const struct node *contract = nest->node;
    if (!is_cut_inside_call(nest, stretch->axes[i]))
        return 0;
    double count = is_target_axis(nest, stretch->axes[i]) ? 0 : 2 * elements_about(nest->target->node, -1);
    for (int operand = 0; operand < 2; operand++) {
        const struct node *x = contract->inputs[operand];
        bool is_cut = false;
        for (int a = 0; a < x->rank; a++)
            is_cut = is_cut || (operand ? contract->b_axes : contract->a_axes)[a] == stretch->axes[i];
        count += is_cut ? 0 : elements_about(x, -1);
    }
    return count;
}

/* The greatest of the sizes of the product that are not cut, as far as they are not known. */
static size *wider(const struct stretch *stretch, size_t i, size *width)
{
    const struct nest *nest = stretch->nests[i];
    const struct product *product = nest->product;
    if (!is_cut_inside_call(nest, stretch->axes[i]))
        return width;
    size *sides[] = {product->m, product->n, product->k};
    int64_t number;
    for (int s = 0; s < (product->is_vector ? 2 : 3); s++)
        if (!size_is_number(sides[s], &number) && !size_divide(sides[s], stretch->extent))
            width = size_maximum(width, sides[s]);
    return width;
}

/* What blocks of the group must be like. */
struct need {
    size *width; /* of the widest matrix, as far as it is not known */
    int rows;
};

/* The fewest rows for which what each block repeats is little beside what stays in the cache; more, for calls
 * have work of their own, if the cache takes as many of what stands between the nests. */
static int fewest_rows(const struct stretch *stretch, double saved, double added, double between)
{
    if (stretch->program->function->graph->saving & SAVING_ROWS)
        return 1;
    int rows = FEWEST_ROWS;
    while (rows < BLOCK_OF_ROWS &&
           (saved * rows * MEMORY < REPEATED_IN_BLOCKS * added || 2 * rows * between <= CACHED))
        rows *= 2;
    return rows;
}

/* Whether blocks repay for one group; if so, `need` grows to what its products need. */
static bool is_worth(struct stretch *stretch, size_t group, struct need *need)
{
    double saved = 0, added = 0, between = 0;
    size *needed = need->width;
    int64_t number;
    for (size_t i = group; i < stretch->count; i++) {
        const struct nest *nest = stretch->nests[i];
        if (!is_inside(stretch, nest, group))
            continue;
        size_t times = spared(stretch, i, group);
        double row = times > 0 ? elements_about(nest->target->node, 0) : 0;
        between += row;
        saved += row * (double)times;
        if (nest->kind == NEST_PRODUCT) {
            added += repeated(stretch, i);
            needed = wider(stretch, i, needed);
        }
    }
    int rows = size_is_number(needed, &number) ? fewest_rows(stretch, saved, added, between) : BLOCK_OF_ROWS;
    double width_about = about(needed, UNKNOWN_WIDTH), length = width_about > rows ? width_about : rows;
    if (about(stretch->extent, UNKNOWN_LENGTH) <= length || saved * length * MEMORY <= added ||
        about(stretch->extent, UNKNOWN_LENGTH) * between <= CACHED)
        return false;
    need->width = needed;
    need->rows = rows > need->rows ? rows : need->rows;
    return true;
}

/* Leaves inside what repays; whether there is any. */
static bool choose_groups(struct stretch *stretch, struct need *need)
{
    bool any = false;
    *need = (struct need){size_number(stretch->program->sizes, 1), 1};
    for (size_t group = 0; group < stretch->count; group++) {
        if (stretch->standing[group] != INSIDE || group_of(stretch, group) != group)
            continue;
        bool worth = is_worth(stretch, group, need);
        any = any || worth;
        for (size_t i = stretch->count; !worth && i-- > group;)
            if (is_inside(stretch, stretch->nests[i], group))
                stretch->standing[i] = OUTSIDE;
    }
    return any;
}

/* ---- The blocks ---- */

/* The rows of a block as a number, or as an atom that the entries of the function share. */
static size *length_of(struct program *program, size *extent, const struct need *need)
{
    size *width = need->width;
    int64_t number;
    if (size_is_number(width, &number))
        width = size_number(program->sizes, need->rows);
    if (size_is_number(extent, &number) && size_is_number(width, &number))
        return width;
    return computed_size(program, need->rows < BLOCK_OF_ROWS ? FEW_ROWS : BLOCK_ROWS, 2,
                         (size *const[]){extent, width});
}

static struct blocks *block_new(struct program *program, size *extent, const struct need *need)
{
    struct blocks *block = ARENA_NEW(program->arena, struct blocks);
    size *zero = size_number(program->sizes, 0), *one = size_number(program->sizes, 1);
    block->extent = extent;
    block->length = length_of(program, extent, need);
    block->first = size_new_loop_variable(program->sizes, "first", zero, extent);
    block->rows = size_new_loop_variable(program->sizes, "rows", one,
                                         size_add(size_subtract(extent, block->first), one));
    return block;
}

/* Marks the nests that those inside need, from the last to the first. */
static bool *find_needed(const struct stretch *stretch)
{
    bool *is_needed = ARENA_ARRAY(stretch->program->arena, bool, stretch->count + 1);
    for (size_t i = stretch->count; i-- > 0;) {
        const struct nest *nest = stretch->nests[i];
        if (stretch->standing[i] != INSIDE && !is_needed[i])
            continue;
        for (size_t r = 0; r < nest->reads_count; r++)
            for (size_t w = nest->reads[r].first_writer; w < nest->reads[r].end_writer; w++)
                is_needed[place_in(stretch, nest->reads[r].buffer->writers[w])] = true;
        for (size_t a = 0; a < nest->after_count; a++)
            is_needed[place_in(stretch, nest->after[a])] = true;
    }
    return is_needed;
}

/* A sum that waits for nothing in the stretch. */
static bool is_sum_of_others(const struct stretch *stretch, const struct nest *nest)
{
    for (size_t r = 0; r < nest->reads_count; r++)
        if (nest->reads[r].first_writer < nest->reads[r].end_writer &&
            place_in(stretch, nest->reads[r].buffer->writers[nest->reads[r].end_writer - 1]) < stretch->count)
            return false;
    return nest->kind == NEST_REDUCE && nest->after_count == 0;
}

/* First what those inside need, what stood before them, and sums, which leave less than they read; then those
 * inside, then the others. */
static void put_side_by_side(struct stretch *stretch, struct blocks *block)
{
    struct nest **order = ARENA_ARRAY(stretch->program->arena, struct nest *, stretch->count);
    const bool *is_needed = find_needed(stretch);
    size_t count = 0, turn = stretch->nests[0]->turn;
    for (int part = 0; part < 3; part++) {
        bool is_begun = false;
        for (size_t i = 0; i < stretch->count; i++) {
            bool is_inside = stretch->standing[i] == INSIDE;
            is_begun = is_begun || is_inside;
            bool is_first = is_needed[i] || !is_begun || is_sum_of_others(stretch, stretch->nests[i]);
            int own = is_inside ? 1 : is_first ? 0 : 2;
            if (own == part)
                order[count++] = stretch->nests[i];
            if (is_inside) {
                stretch->nests[i]->block = block;
                stretch->nests[i]->block_axis = stretch->axes[i];
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        stretch->nests[i] = order[i];
        order[i]->turn = turn + i;
    }
}

enum { EXTENTS_TRIED = 4 };

/* The extents of the axes along which its products can be cut, some of them. */
static int find_extents(const struct stretch *stretch, size **extents)
{
    int count = 0;
    for (size_t i = 0; i < stretch->count; i++) {
        const struct nest *nest = stretch->nests[i];
        if (nest->kind != NEST_PRODUCT)
            continue;
        int axes[] = {nest->product->row_axis, nest->product->sum_axis};
        for (int x = 0; x < 2 && count < EXTENTS_TRIED; x++) {
            bool is_new = axes[x] >= 0 && about(nest->extents[axes[x]], UNKNOWN_LENGTH) > FEWEST_ROWS;
            for (int j = 0; is_new && j < count; j++)
                is_new = extents[j] != nest->extents[axes[x]];
            if (is_new)
                extents[count++] = nest->extents[axes[x]];
        }
    }
    return count;
}

static void block_stretch(struct program *program, struct nest **nests, size_t count)
{
    size *extents[EXTENTS_TRIED];
    struct stretch stretch = {.program = program, .nests = nests, .count = count};
    int extent_count = find_extents(&stretch, extents);
    if (extent_count == 0)
        return;
    stretch.standing = ARENA_ARRAY(program->arena, enum standing, count + 1);
    stretch.axes = ARENA_ARRAY(program->arena, int, count + 1);
    stretch.group = ARENA_ARRAY(program->arena, size_t, count + 1);
    stretch.calls = ARENA_ARRAY(program->arena, size_t, count + 1);
    for (int i = 0; i < extent_count; i++) {
        stretch.extent = extents[i];
        struct need need;
        find_standings(&stretch);
        if (choose_groups(&stretch, &need)) {
            put_side_by_side(&stretch, block_new(program, extents[i], &need));
            return;
        }
    }
}

void visit_stretches(struct program *program, struct item *container, visit_stretch *visit)
{
    size_t begin = 0;
    for (size_t i = 0; i <= container->waiting_count; i++) {
        struct nest *nest = i < container->waiting_count ? container->waiting[i] : NULL;
        if (nest && nest->kind != NEST_REGION && nest->kind != NEST_BREAK)
            continue;
        for (size_t k = begin; k < i; k++)
            container->waiting[k]->turn = k - begin;
        if (i > begin)
            visit(program, container->waiting + begin, i - begin);
        if (nest && nest->kind == NEST_REGION)
            visit_stretches(program, nest->item, visit);
        begin = i + 1;
    }
}

void block(struct program *program)
{
    visit_stretches(program, program->root, block_stretch);
}
