/* fuse.c: puts nests into the tree, sharing loops with earlier nests where that is right.
 *
 * A nest may share the loop of an earlier one that it reads if every element it reads in round i was computed
 * by round i: the earlier nest's loop runs over an axis of its target, and the reader reads that axis at its
 * own loop's variable. Loops are shared from the outside inwards, each nest being tried against the loop that
 * holds the latest of what it reads, and against the last loop of the body; so the cost is linear in what is
 * read. */
#include "cost.h"
#include "loop_kinds.h"

struct item *item_new(struct program *program, struct item *parent)
{
    struct item *item = ARENA_NEW(program->arena, struct item);
    *item = (struct item){.parent = parent, .guard = ALWAYS_WANTED};
    return item;
}

/* Puts the item last into its parent's body. */
static struct item *attach(struct program *program, struct item *item)
{
    struct item *parent = item->parent;
    item->position = parent->body_count;
    item->depth = parent->depth + (parent->kind == ITEM_LOOP);
    ARENA_APPEND(program->arena, parent, body, item);
    return item;
}

/* The item of `body` that holds the nest, or NULL if it stands outside it. `level` loops and regions are
 * around. */
static struct item *holder(const struct nest *nest, const struct item *body, int level)
{
    if (nest->path_count < level || (level > 0 && nest->path[level - 1] != body))
        return NULL;
    return nest->path_count == level ? nest->item : nest->path[level];
}

static void later(struct item **found, struct item *item)
{
    if (item && (!*found || item->position > (*found)->position))
        *found = item;
}

/* The latest item of the body that must come before the nest. */
static struct item *latest(const struct nest *nest, const struct item *body, int level)
{
    struct item *found = NULL;
    for (size_t i = 0; i < nest->reads_count; i++)
        for (size_t w = nest->reads[i].first_writer; w < nest->reads[i].end_writer; w++)
            later(&found, holder(nest->reads[i].buffer->writers[w], body, level));
    for (size_t i = 0; i < nest->after_count; i++)
        later(&found, holder(nest->after[i], body, level));
    return found;
}

/* Whether in each round the nest reads only what the earlier one has completed in that round. */
static bool is_pointwise(const struct nest *nest, const struct access *access, const struct nest *earlier,
                         int level, int depth)
{
    int own = level - earlier->path_first;
    if (own < 0 || own >= earlier->loop_count || own >= earlier->first_reduced)
        return false;
    for (int a = 0; a < access->node->rank; a++)
        if (earlier->target_axes[a] == earlier->order[own])
            return access->map[a] == nest->order[depth];
    return false;
}

/* All that it touches stays in the nearest cache. */
static bool is_small(const struct nest *nest)
{
    int64_t rounds = 1, number;
    for (int i = 0; i < nest->axis_count && rounds <= SMALL_NEST; i++)
        rounds *= size_is_number(nest->extents[i], &number) ? number : SMALL_NEST + 1;
    return rounds <= SMALL_NEST;
}

/* The rows of one block, or the whole axis. */
static size *loop_extent(const struct nest *nest, int depth)
{
    return nest->block && nest->order[depth] == nest->block_axis ? nest->block->rows
                                                                 : nest->extents[nest->order[depth]];
}

/* Whether the nest may go through the rounds of the loop together with this one, of which it reads; in no
 * order only if it is asked about all that change the array, since what comes before the last of them need
 * not stand before the loop. */
static bool may_join(const struct program *program, const struct nest *nest, const struct access *access,
                     const struct nest *earlier, int level, int depth)
{
    return is_pointwise(nest, access, earlier, level, depth) ||
           (access->is_target && access->first_writer == 0 &&
            rounds_are_in_no_order(program, nest, earlier, level));
}

static bool is_sharable(const struct program *program, const struct nest *nest, const struct item *loop,
                        int level, int depth)
{
    if (!loop || loop->kind != ITEM_LOOP || nest->alone || loop->nest ||
        loop->position < loop->parent->barrier || loop->extent != loop_extent(nest, depth))
        return false;
    /* A condition in each round costs more than another pass over what is near. */
    if (loop->guard != nest->guard && is_small(nest))
        return false;
    for (size_t i = 0; i < nest->reads_count; i++)
        for (size_t w = nest->reads[i].first_writer; w < nest->reads[i].end_writer; w++) {
            const struct nest *earlier = nest->reads[i].buffer->writers[w];
            if (earlier->path_count > level && earlier->path[level] == loop &&
                !may_join(program, nest, &nest->reads[i], earlier, level, depth))
                return false;
        }
    for (size_t i = 0; i < nest->after_count; i++)
        if (nest->after[i]->path_count > level && nest->after[i]->path[level] == loop)
            return false;
    return true;
}

/* Whether the nest shares the loop with others that change the same elements in other rounds. */
static bool meets_others(const struct nest *nest, const struct item *loop, int level, int depth)
{
    for (size_t i = 0; i < nest->reads_count; i++)
        for (size_t w = nest->reads[i].first_writer; w < nest->reads[i].end_writer; w++) {
            const struct nest *earlier = nest->reads[i].buffer->writers[w];
            if (earlier->path_count > level && earlier->path[level] == loop &&
                !is_pointwise(nest, &nest->reads[i], earlier, level, depth))
                return true;
        }
    return false;
}

static bool reads_the_same(const struct nest *nest, const struct item *loop)
{
    for (size_t i = 0; i < nest->reads_count; i++)
        for (int j = 0; j < loop->read_count; j++)
            if (nest->reads[i].node == loop->read[j])
                return true;
    return false;
}

/* The loop remembers what is read in it; the first few that differ are enough. */
static void remember_reads(struct arena *arena, struct item *loop, const struct nest *nest)
{
    if (!loop->read)
        loop->read = ARENA_ARRAY(arena, const struct node *, MOST_READS);
    for (size_t i = 0; i < nest->reads_count && loop->read_count < MOST_READS; i++) {
        bool is_known = false;
        for (int j = 0; j < loop->read_count; j++)
            is_known = is_known || loop->read[j] == nest->reads[i].node;
        if (!is_known)
            loop->read[loop->read_count++] = nest->reads[i].node;
    }
}

/* Where the elements of a node stand that may be a view; NULL: nowhere, or in a leaf. */
static const struct buffer *place_behind(const struct program *program, const struct node *node)
{
    while (node && !program->buffers[node->id] && (node->op == OP_INDEX || node->op == OP_RESHAPE))
        node = node->inputs[0];
    return node ? program->buffers[node->id] : NULL;
}

static bool writes(const struct program *program, const struct item *loop, const struct node *node)
{
    const struct buffer *buffer = place_behind(program, node);
    for (size_t i = 0; buffer && i < buffer->writers_count; i++)
        for (int level = 0; level < buffer->writers[i]->path_count; level++)
            if (buffer->writers[i]->path[level] == loop)
                return true;
    return false;
}

enum { ITEMS_PASSED = 8 };

static bool is_short(const size *extent)
{
    int64_t number;
    return size_is_number(extent, &number) && number < 8;
}

/* Adding to one variable in each round keeps a loop from being vectorised, which functions in it would gain
 * most by. */
static bool is_serial(const struct nest *nest)
{
    return nest->kind == NEST_REDUCE && nest->first_trailing < nest->loop_count && nest->node->type == REAL;
}

bool is_formed_in_parts(const struct nest *nest)
{
    enum op op = nest->node->op;
    return is_serial(nest) && (op == OP_SUM || op == OP_CONTRACT || op == OP_MAXIMUM || op == OP_MINIMUM);
}

/* A loop over values may end in one sum of them, which is then formed in parts and vectorises with the loop.
 */
static bool may_end_in(const struct nest *nest, const struct item *loop, int depth)
{
    int64_t number;
    if (!is_formed_in_parts(nest) || depth < nest->first_trailing || loop->guard != nest->guard ||
        (depth > nest->first_trailing && nest->node->op != OP_SUM && nest->node->op != OP_CONTRACT) ||
        loop->before_count > 0 || loop->body_count > MOST_VALUES_BEFORE_SUM ||
        (size_is_number(loop->extent, &number) && number < SHORTEST_IN_PARTS))
        return false;
    for (size_t i = 0; i < loop->body_count; i++)
        if (loop->body[i]->kind != ITEM_STATEMENT || loop->body[i]->nest->kind != NEST_VALUE ||
            loop->body[i]->guard != loop->guard)
            return false;
    return true;
}

static bool is_value_or_sum(const struct nest *nest)
{
    return nest->kind == NEST_VALUE || is_one_of_sums(nest);
}

/* A loop may form several sums of the values that it computes, each in parts. */
static bool may_form_sums(const struct nest *nest, const struct item *loop)
{
    if (!is_value_or_sum(nest) || loop->guard != nest->guard || !is_long_enough_for_sums(loop->extent) ||
        loop->before_count >= MOST_SUMS)
        return false;
    for (size_t i = 0; i < loop->body_count; i++)
        if (loop->body[i]->kind != ITEM_STATEMENT || !is_value_or_sum(loop->body[i]->nest) ||
            loop->body[i]->guard != loop->guard)
            return false;
    return true;
}

static bool holds_loop(const struct item *loop)
{
    for (size_t i = 0; i < loop->body_count; i++)
        if (loop->body[i]->kind != ITEM_STATEMENT)
            return true;
    return false;
}

/* Whether what the nest reads of what the loop computes is read elsewhere, too, and so has memory anyway. */
static bool reads_what_is_stored(const struct nest *nest, const struct item *loop, int level)
{
    for (size_t i = 0; i < nest->reads_count; i++) {
        const struct buffer *buffer = nest->reads[i].buffer;
        for (size_t w = nest->reads[i].first_writer; w < nest->reads[i].end_writer; w++)
            if (buffer->writers[w]->path_count > level && buffer->writers[w]->path[level] == loop &&
                buffer->readers_count < 2)
                return false;
    }
    return true;
}

static bool spoils_vectors(const struct nest *nest, const struct item *loop, int level, int depth)
{
    if (depth != nest->loop_count - 1 || is_short(loop->extent))
        return false;
    if (is_formed_in_parts(nest) && depth > 0 && depth == nest->first_trailing && holds_loop(loop) &&
        reads_what_is_stored(nest, loop, level))
        return true; /* around others the loop has no vectors, alone it has */
    if ((loop->is_expensive && !loop->has_calls && nest->has_calls) ||
        (nest->is_expensive && !nest->has_calls && loop->has_calls))
        return true; /* calls keep functions beside them from running in vectors */
    if (loop->is_expensive && nest->kind == NEST_REDUCE && nest->guard != loop->guard)
        return true;                                                   /* a condition in each round */
    if ((loop->is_expensive || nest->is_expensive) && loop->is_serial) /* a sum that its loop ends in */
        return !may_form_sums(nest, loop);
    if (loop->is_expensive && is_serial(nest))
        return !may_end_in(nest, loop, depth) && !may_form_sums(nest, loop);
    return false;
}

enum { READERS_ASKED = 32 };

/* The latest item of the body that those must come behind which read a value that was put before its first
 * reader, and others that read these. */
static void wait_with_readers(struct item **found, const struct nest *nest, const struct item *body,
                              int level, int *left)
{
    for (size_t i = 0; nest->first_reader && i < nest->target->readers_count && --*left >= 0; i++) {
        later(found, latest(nest->target->readers[i], body, level));
        wait_with_readers(found, nest->target->readers[i], body, level, left);
    }
}

static struct item *find_loop(const struct program *program, const struct nest *nest, const struct item *body,
                              int level, int depth)
{
    struct item *after = latest(nest, body, level);
    struct item *to_be_read = NULL;
    int left = READERS_ASKED;
    wait_with_readers(&to_be_read, nest, body, level, &left);
    if (to_be_read && (!after || to_be_read->position > after->position) &&
        is_sharable(program, nest, to_be_read, level, depth) &&
        !spoils_vectors(nest, to_be_read, level, depth))
        return to_be_read;
    bool waits = nest->node && program->packed_for[nest->node->id] && place_behind(program, nest->beside);
    if (!waits && is_sharable(program, nest, after, level, depth) &&
        !spoils_vectors(nest, after, level, depth))
        return after;
    /* The last loop, though scalars may have been computed after it. */
    struct item *last = NULL;
    for (size_t i = body->body_count; i-- > 0 && i + ITEMS_PASSED >= body->body_count;) {
        last = body->body[i];
        if (last->kind != ITEM_STATEMENT || last == after)
            break;
    }
    if (waits && last == after && is_sharable(program, nest, last, level, depth))
        return last;
    if (last && last->kind == ITEM_LOOP && nest->first_reader &&
        spoils_vectors(nest->first_reader, last, level, depth))
        return NULL; /* the reader's loop is another */
    if (!last || last == after || (after && last->position < after->position) ||
        !is_sharable(program, nest, last, level, depth) || spoils_vectors(nest, last, level, depth))
        return NULL;
    bool is_inner_loop =
        depth == nest->loop_count - 1 && nest->kind != NEST_PRODUCT && nest->kind != NEST_CALL;
    if ((is_inner_loop && last->guard != nest->guard) ||
        (!reads_the_same(nest, last) && !writes(program, last, nest->beside) &&
         !(!is_inner_loop && nest->target->is_partition && writes(program, last, nest->target->node))))
        return NULL;
    return last;
}

static void start_and_end(struct program *program, struct nest *nest, struct item *loop, int depth)
{
    bool accumulates = nest->kind == NEST_REDUCE || nest->kind == NEST_ARGUMENT || nest->kind == NEST_SCAN ||
                       nest->starts_with_zeros;
    bool is_scan = nest->kind == NEST_SCAN && depth == nest->loop_count - 1;
    if (!accumulates)
        return;
    bool is_begun = depth == nest->first_reduced && adds_up_over_blocks(nest);
    if (is_begun)
        ARENA_APPEND(program->arena, nest->block->item, before, nest);
    if ((depth == nest->first_reduced && !is_begun) || depth == nest->first_trailing || is_scan)
        ARENA_APPEND(program->arena, loop, before, nest);
    if (depth == nest->first_trailing && nest->kind != NEST_SCAN && nest->kind != NEST_SCATTER &&
        nest->kind != NEST_PRODUCT)
        ARENA_APPEND(program->arena, loop, behind, nest);
}

static void widen_guard(struct item *item, guard wanted)
{
    if (item->guard != wanted)
        item->guard = item->guard == ALWAYS_WANTED ? ALWAYS_WANTED : item->guard | wanted;
}

static void fuse_nest(struct program *program, struct nest *nest, struct item *container)
{
    int level = 0;
    for (const struct item *item = container; item->parent; item = item->parent)
        level++;
    nest->path_first = level;
    nest->path_count = level + nest->loop_count;
    nest->path = ARENA_ARRAY(program->arena, struct item *, nest->path_count + 1);
    for (int i = level; i-- > 0; container = container->parent)
        nest->path[i] = container;
    struct item *body = level ? nest->path[level - 1] : container;
    bool is_new = false;
    for (int depth = 0; depth < nest->loop_count; depth++, level++) {
        struct item *loop = is_new ? NULL : find_loop(program, nest, body, level, depth);
        if (!loop) {
            is_new = true;
            loop = attach(program, item_new(program, body));
            loop->kind = ITEM_LOOP;
            loop->extent = loop_extent(nest, depth);
            loop->variable = program_variable(program, loop->depth, loop->extent);
            loop->guard = nest->guard;
            loop->nest = nest->alone ? nest : NULL;
        }
        loop->rounds_meet = loop->rounds_meet || meets_others(nest, loop, level, depth);
        widen_guard(loop, nest->guard);
        start_and_end(program, nest, loop, depth);
        remember_reads(program->arena, loop, nest);
        nest->path[level] = body = loop;
    }
    if (nest->loop_count > 0) {
        body->is_expensive = body->is_expensive || nest->is_expensive;
        body->has_calls = body->has_calls || nest->has_calls;
        body->is_serial = body->is_serial || is_serial(nest);
    }
    nest->item = attach(program, item_new(program, body));
    nest->item->kind = ITEM_STATEMENT;
    nest->item->nest = nest;
    nest->item->guard = nest->guard;
}

/* The loop over the blocks of which the nest does some rows. */
static struct item *block_item(struct program *program, struct nest *nest, struct item *container)
{
    struct blocks *block = nest->block;
    if (!block->item) {
        block->item = attach(program, item_new(program, container));
        block->item->kind = ITEM_BLOCK;
        block->item->block = block;
        block->item->guard = nest->guard;
    }
    widen_guard(block->item, nest->guard);
    return block->item;
}

/* A region stands where its turn comes; what follows the way out of a loop stays behind it. */
static void fuse_body(struct program *program, struct item *container)
{
    for (size_t i = 0; i < container->waiting_count; i++) {
        struct nest *nest = container->waiting[i];
        if (nest->kind == NEST_REGION) {
            fuse_body(program, attach(program, nest->item));
            continue;
        }
        fuse_nest(program, nest, nest->block ? block_item(program, nest, container) : container);
        if (nest->kind == NEST_BREAK)
            container->barrier = container->body_count;
    }
}

static void number_items(struct item *item, size_t *next)
{
    item->first = (*next)++;
    for (size_t i = 0; i < item->body_count; i++)
        number_items(item->body[i], next);
    item->last = (*next)++;
}

void fuse(struct program *program)
{
    size_t next = 0;
    fuse_body(program, program->root);
    number_items(program->root, &next);
}
