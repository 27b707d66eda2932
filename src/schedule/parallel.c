/* parallel.c: which loops threads may share.
 *
 * An outermost loop is parallel if its rounds touch nothing in common: each stores into its own row of the
 * arrays that outlive the round, what it computes for itself alone are local variables, and nothing in it can
 * leave the function. One sum, maximum or minimum of all rounds is formed in parts. Fusion has seen to it
 * that a round reads, of what the loop computes, what it has computed itself. Where this is not enough,
 * chunks of rounds have arrays of their own (chunks.c).
 *
 * Requires the storage and the scope of buffers. Leaves the loops marked, with the work of all rounds. */
#include "cost.h"
#include "loop_kinds.h"

struct sharing {
    struct program *program;
    struct item *loop;
    const struct nest *accumulation; /* that all rounds form in parts; NULL: none */
    struct chunks *chunks;           /* which make what is not shareable so; NULL: none */
    size *work;                      /* of the statements with the most loops around them, */
    size *moved;                     /* and the elements that these store, and read of the block */
    int deepest;
};

/* Cannot leave the function, or the loop. */
static bool stays(const struct nest *nest)
{
    switch (nest->kind) {
    case NEST_VALUE:
    case NEST_SUM:
    case NEST_COPY:
    case NEST_REDUCE:
    case NEST_ARGUMENT:
    case NEST_SCAN:
    case NEST_SCATTER:
    case NEST_PRODUCT: return true;
    default: return false;
    }
}

static bool is_shareable(const struct program *program, const struct nest *nest, const struct item *loop)
{
    const struct buffer *target = nest->target;
    if (!target || target->storage == STORAGE_STRUCT)
        return false; /* where a value takes the place of another, each round reads of that its own row */
    if (target->storage == STORAGE_SCALAR)
        return is_private_to(target, loop);
    /* What is private to a round may lie where other such values do. */
    bool may_be_elsewhere = target->storage == STORAGE_WORKSPACE && is_private_to(target, loop) &&
                            (target->slot < 0 || program->slots[target->slot].sharers > 1);
    return !may_be_elsewhere && row_axis(nest, loop) >= 0;
}

/* Of how many rounds some iteration axes are: bit i for axis i. */
static size *rounds_over(const struct sharing *sharing, const struct nest *nest, unsigned axes)
{
    size *rounds = size_number(sharing->program->sizes, 1);
    for (int i = 0; i < nest->axis_count; i++) {
        bool is_cut = nest->block && i == nest->block_axis && !size_is(nest->extents[i], 1);
        if (axes >> i & 1)
            rounds = size_multiply(rounds, is_cut ? nest->block->rows : nest->extents[i]);
    }
    return rounds;
}

static unsigned axes_of(const signed char *axes, int rank)
{
    unsigned set = 0;
    for (int a = 0; a < rank; a++)
        set |= axes[a] >= 0 ? 1u << axes[a] : 0;
    return set;
}

/* The elements that the nest stores, and those that it reads of other rows of the block. */
static size *moved_by(const struct sharing *sharing, const struct nest *nest)
{
    size *moved = rounds_over(sharing, nest, axes_of(nest->target_axes, nest->target->node->rank));
    for (size_t i = 0; i < nest->reads_count; i++) {
        const struct access *access = &nest->reads[i];
        if (access->buffer && access->buffer->block)
            moved = size_add(moved, rounds_over(sharing, nest, axes_of(access->map, access->node->rank)));
    }
    return moved;
}

static size *work_of(const struct sharing *sharing, const struct nest *nest)
{
    bool is_expensive = nest->is_expensive || (nest->node && operator_vectorises(nest->node->op));
    return size_multiply(size_number(sharing->program->sizes, is_expensive ? WORK_OF_FUNCTION : 1),
                         rounds_over(sharing, nest, (1u << nest->axis_count) - 1));
}

/* The one sum, maximum or minimum that all rounds of the loop form in parts, with no loops inside; or NULL.
 */
static const struct nest *accumulation(struct program *program, const struct item *loop)
{
    for (size_t i = 0; i < loop->body_count; i++)
        if (loop->body[i]->kind != ITEM_STATEMENT)
            return NULL;
    bool is_one = loop->before_count == 1 && loop->behind_count == 1 && loop->before[0] == loop->behind[0];
    return is_one && (loop->loop_kind == LOOP_LANES || kind_of_sum(program, loop) != LOOP_SERIAL)
               ? loop->before[0]
               : NULL;
}

static bool can_share(struct sharing *sharing, struct nest *nest)
{
    if (!stays(nest) || axis_over(nest, sharing->loop) == scan_axis(nest))
        return false;
    if (sharing->chunks)
        return is_shareable(sharing->program, nest, sharing->loop) ||
               has_own(sharing->program, sharing->chunks, nest, sharing->loop);
    return nest == sharing->accumulation || is_shareable(sharing->program, nest, sharing->loop);
}

static bool visit(struct sharing *sharing, const struct item *item)
{
    if (item->kind == ITEM_REGION)
        return false;
    if (item->kind == ITEM_STATEMENT && !item->nest->is_void) {
        if (!can_share(sharing, item->nest))
            return false;
        size *work = work_of(sharing, item->nest), *moved = moved_by(sharing, item->nest);
        if (item->nest->axis_count > sharing->deepest) {
            sharing->deepest = item->nest->axis_count;
            sharing->work = work;
            sharing->moved = moved;
        } else if (item->nest->axis_count == sharing->deepest) {
            sharing->work = size_add(sharing->work, work);
            sharing->moved = size_add(sharing->moved, moved);
        }
    }
    for (size_t i = 0; i < item->body_count; i++)
        if (!visit(sharing, item->body[i]))
            return false;
    return true;
}

/* Within blocks, what one thread has written others read soon: where a loop does not go along the rows, as
 * the others do, each of its elements comes from another core or goes to one. */
static size *work_beside_moving(const struct sharing *sharing, const struct item *loop)
{
    if (loop->parent->kind != ITEM_BLOCK || size_depends_on(loop->extent, loop->parent->block->rows))
        return sharing->work;
    size *moving = size_multiply(size_number(sharing->program->sizes, WORK_OF_MOVING), sharing->moved);
    return size_maximum(size_number(sharing->program->sizes, 0), size_subtract(sharing->work, moving));
}

static bool is_worth_threads(const size *work)
{
    int64_t number;
    return !size_is_number(work, &number) || number >= WORTH_THREADS;
}

static void share(struct program *program, struct item *loop)
{
    struct sharing sharing = {.program = program, .loop = loop, .accumulation = accumulation(program, loop)};
    bool accumulates = loop->before_count > 0 || loop->behind_count > 0;
    if ((accumulates && !sharing.accumulation) || !visit(&sharing, loop) || !sharing.work)
        return;
    size *work = work_beside_moving(&sharing, loop);
    if (is_worth_threads(work))
        loop->work = work;
}

static void share_in_chunks(struct program *program, struct item *loop)
{
    struct chunks *chunks = ARENA_NEW(program->arena, struct chunks);
    struct sharing sharing = {.program = program, .loop = loop, .chunks = chunks};
    if (loop->work || !visit(&sharing, loop) || !sharing.work)
        return;
    size *work = work_beside_moving(&sharing, loop);
    if (work == sharing.work || is_worth_threads(work))
        cut_into_chunks(program, loop, chunks, work);
}

/* Regions, and the loops over blocks, whose statements are shared one by one. */
static void visit_regions(struct program *program, struct item *region)
{
    for (size_t i = 0; i < region->body_count; i++) {
        struct item *item = region->body[i];
        if (item->kind == ITEM_REGION || item->kind == ITEM_BLOCK)
            visit_regions(program, item);
        if (item->kind != ITEM_LOOP || item->rounds_meet)
            continue;
        share(program, item);
        share_in_chunks(program, item);
    }
}

void share_loops(struct program *program)
{
    visit_regions(program, program->root);
}
