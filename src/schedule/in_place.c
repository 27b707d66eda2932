/* in_place.c: buffers that need no memory of their own, because their values are wanted elsewhere: in an
 * updated array, in what a loop carries into its next round, among the values that a loop collects, in an
 * output that is computed from them element by element.
 *
 * Requires the numbered tree of items. Copies that fall away are void. */
#include <string.h>

#include "program.h"

/* Each element is read where and when the writer writes it, or all of them are read before. */
static bool is_read_in_time(const struct nest *reader, const struct access *access, const struct nest *writer)
{
    int shared = shared_levels(writer, writer->path_count, reader);
    if (reader != writer && reader->item->first > writer->item->first)
        return false;
    int rank = access->node->rank;
    bool is_one_statement = reader == writer && reader->loop_count == 0;
    if (shared < writer->path_first || is_one_statement)
        return true;
    if (reader == writer && writer->kind == NEST_SCATTER)
        return false;
    for (int a = 0; a < rank; a++) {
        bool is_collected = a == 0 && writer->collected_at;
        if (is_one(access->node->shape[a]) || (is_collected && access->first == writer->collected_at))
            continue;
        int axis = access->map[a], level = -1;
        for (int d = 0; axis >= 0 && d < reader->loop_count; d++)
            if (reader->order[d] == axis)
                level = reader->path_first + d;
        bool is_same = level >= 0 && level < shared && level >= writer->path_first &&
                       writer->target_axes[a] == writer->order[level - writer->path_first];
        /* Inside a shared loop the reader must stay in the row that the writer is in. */
        bool is_shared = false;
        for (int d = writer->path_first; d < shared; d++)
            is_shared = is_shared || writer->order[d - writer->path_first] == writer->target_axes[a];
        if (!is_same && (is_shared || is_collected || reader == writer))
            return false;
    }
    return true;
}

static bool can_fail(const struct nest *nest)
{
    return nest->kind == NEST_CHECK || nest->kind == NEST_CALL;
}

/* All is read before the writer starts. */
static bool is_read_before(const struct nest *reader, const struct nest *writer, int levels)
{
    return reader != writer && reader->item->first < writer->item->first &&
           shared_levels(writer, writer->path_count, reader) <= levels;
}

static bool writes_elements_in_order(const struct nest *nest)
{
    return nest->kind == NEST_VALUE || nest->kind == NEST_COPY || nest->kind == NEST_SUM;
}

/* Whether the buffer may be the member's own array: nothing reads the old values later, and no later
 * statement can make the entry fail. */
static bool is_in_place(const struct program *program, const struct buffer *buffer,
                        const struct member *member, const struct nest *copy)
{
    const struct nest *first = buffer->writers[0];
    if (first->path_first > 0 || !writes_elements_in_order(first) || buffer->guard != ALWAYS_WANTED)
        return false;
    for (size_t i = 0; i < program->nests_count; i++) {
        const struct nest *nest = program->nests[i];
        if (can_fail(nest) && nest->item->last > first->item->first)
            return false;
        for (size_t j = 0; nest != copy && j < nest->reads_count; j++)
            if (nest->reads[j].node == member->leaf && !nest->reads[j].buffer &&
                !is_read_in_time(nest, &nest->reads[j], first))
                return false;
    }
    return true;
}

static bool copies_itself(const struct nest *nest, const struct node *leaf)
{
    if (nest->kind == NEST_COPY)
        return nest->node == leaf && !nest->source && !nest->collected_at && !nest->adds &&
               nest->scale.count == 0;
    return nest->kind == NEST_SUM && nest->terms_count == 1 && nest->terms[0].node == leaf &&
           nest->terms[0].scale.count == 0 && !nest->terms[0].scale.is_negative;
}

/* Whether the buffer was made for the node, or for one that it is the heir of. */
static bool is_own(const struct program *program, const struct buffer *buffer, const struct node *node)
{
    while (program->heir_of[node->id])
        node = program->heir_of[node->id];
    return buffer->node == node;
}

/* Whether a loop over blocks of rows stands around the writer, in a body that has so many levels. */
static bool is_in_blocks(const struct nest *writer, int levels)
{
    return writer->block && is_block_of_rows(writer) && writer->path_first == levels + 1;
}

/* Inside the blocks the reader stays in the rows that the writer writes in the same block. */
static bool stays_in_block(const struct nest *reader, const struct access *access, const struct nest *writer)
{
    return reader->block != writer->block || access->map[0] == reader->block_axis;
}

/* What a loop carries takes its next value where it stands, if by then nothing reads the old one. The value
 * may be what a loop inside collects, row by row, or be computed in blocks of rows. */
static bool is_carried_in_place(const struct buffer *next, const struct buffer *carried,
                                const struct nest *copy)
{
    bool is_changed = next->writers_count > 1 && copies_itself(next->writers[0], carried->node);
    const struct nest *first = next->writers[is_changed];
    int levels = copy->path_first;
    bool is_product = first->kind == NEST_PRODUCT;
    bool is_collected = first->collected_at && next->writers_count == 1;
    bool in_blocks = is_in_blocks(first, levels) && next->writers_count == 1;
    bool is_in_order =
        is_product || writes_elements_in_order(first) || (is_changed && first->kind == NEST_SCATTER);
    if (!is_in_order || first->path_first != levels + (is_collected || in_blocks) ||
        next->guard != carried->guard)
        return false;
    for (int i = 0; i < levels; i++)
        if (first->path[i] != copy->path[i])
            return false;
    for (size_t i = 0; i < carried->readers_count; i++) {
        const struct nest *reader = carried->readers[i];
        bool is_inside = reader->path_count >= levels && reader->path[levels - 1] == copy->path[levels - 1];
        for (size_t j = 0; is_inside && j < reader->reads_count; j++)
            if (reader->reads[j].buffer == carried && reader != copy && !reader->is_update &&
                ((in_blocks && !stays_in_block(reader, &reader->reads[j], first)) ||
                 (is_product ? !is_read_before(reader, first, levels + in_blocks)
                             : !is_read_in_time(reader, &reader->reads[j], first))))
                return false;
        if (is_inside && reader != copy && reader->is_update && reader->target != carried)
            return false;
    }
    return true;
}

void carry_in_place(struct program *program)
{
    for (size_t i = 0; i < program->nests_count; i++) {
        struct nest *copy = program->nests[i];
        if (!copy->is_update || copy->source)
            continue;
        struct buffer *next = program->buffers[copy->node->id], *carried = copy->target;
        if (!next || next->same || next->member || next->is_kept || next->is_earlier ||
            next->writers_count == 0 || is_leaf(copy->node) || !is_own(program, next, copy->node) ||
            !is_carried_in_place(next, carried, copy))
            continue;
        next->same = carried;
        next->is_fixed = true;
        copy->is_void = true;
        if (copies_itself(next->writers[0], carried->node))
            next->writers[0]->is_void = true;
    }
}

void update_in_place(struct program *program)
{
    for (size_t i = 0; i < program->nests_count; i++) {
        struct nest *copy = program->nests[i];
        if (copy->kind != NEST_COPY || !copy->member || copy->member->role != ROLE_INOUT ||
            copy->member->rank == 0)
            continue;
        struct buffer *buffer = program->buffers[copy->node->id];
        if (!buffer || buffer->member || buffer->is_kept || buffer->writers_count == 0 ||
            is_leaf(copy->node) || !is_own(program, buffer, copy->node) ||
            !is_in_place(program, buffer, copy->member, copy))
            continue;
        buffer->member = copy->member;
        buffer->is_fixed = true;
        copy->is_void = true;
        if (copies_itself(buffer->writers[0], copy->member->leaf))
            buffer->writers[0]->is_void = true;
    }
}

/* ---- Collected values ---- */

/* Whether all that touches the buffer is in the rounds that the copy is in. */
static bool stays_in_round(const struct buffer *buffer, const struct nest *copy)
{
    for (size_t i = 0; i < buffer->writers_count + buffer->readers_count; i++) {
        const struct nest *nest =
            i < buffer->writers_count ? buffer->writers[i] : buffer->readers[i - buffer->writers_count];
        if (shared_levels(copy, copy->path_first, nest) < copy->path_first)
            return false;
    }
    return true;
}

static bool stops_early(const struct nest *copy)
{
    return copy->path[copy->path_first - 1]->nest->node->loop->condition != NULL;
}

/* A value that is collected is computed where it is collected, unless loops have made it smaller than that,
 * or a round that does not run may compute it for its condition. */
void collect_in_place(struct program *program)
{
    for (size_t i = 0; i < program->nests_count; i++) {
        struct nest *copy = program->nests[i];
        if (copy->kind != NEST_COPY || !copy->collected_at || !copy->node || copy->target->same ||
            stops_early(copy))
            continue;
        struct buffer *value = program->buffers[copy->node->id], *collection = copy->target;
        if (!value || value->node != copy->node || value->same || value->member || value->is_kept ||
            value->is_earlier || value->dropped || value->storage != STORAGE_WORKSPACE || value->is_seed ||
            is_leaf(copy->node) || !stays_in_round(value, copy) ||
            (collection->member && collection->guard != value->guard))
            continue;
        value->same = collection;
        value->collected_at = copy->collected_at;
        copy->is_void = true;
    }
}

/* ---- Members as workspace ---- */

/* All elements, each at its own place. */
static bool reads_whole(const struct nest *nest, const struct access *access)
{
    for (int a = 0; a < access->node->rank; a++)
        if (!is_one(access->node->shape[a]) && (access->map[a] != a || nest->target_axes[a] != a))
            return false;
    return true;
}

static bool has_shape_of(const struct node *a, const struct node *b)
{
    bool is_same = a->rank == b->rank && a->type == b->type;
    for (int i = 0; is_same && i < a->rank; i++)
        is_same = a->shape[i] == b->shape[i];
    return is_same;
}

/* Whether nothing reads the value after the last nest, which computes what the member takes from it. */
static bool ends_with(const struct buffer *value, const struct nest *last)
{
    for (size_t i = 0; i < value->readers_count; i++)
        for (size_t j = 0; j < value->readers[i]->reads_count; j++)
            if (value->readers[i]->reads[j].buffer == value &&
                !is_read_in_time(value->readers[i], &value->readers[i]->reads[j], last))
                return false;
    for (size_t i = 0; i < value->writers_count; i++)
        if (value->writers[i]->item->first > last->item->first || value->writers[i]->path_first > 0)
            return false;
    return true;
}

static bool may_live_in_member(const struct buffer *value, const struct nest *last)
{
    return value->node && value->storage == STORAGE_WORKSPACE && !value->same && !value->is_kept &&
           !value->is_earlier && !value->is_seed && !value->is_partition && !value->lanes &&
           !value->dropped && has_shape_of(value->node, last->target->node) && ends_with(value, last);
}

void live_in_members(struct program *program)
{
    for (size_t i = 0; i < program->nests_count; i++) {
        struct nest *nest = program->nests[i];
        struct buffer *target = nest->target;
        if (nest->kind != NEST_VALUE || nest->is_void || nest->path_first > 0 || target->same ||
            target->storage != STORAGE_MEMBER || target->member->role == ROLE_INOUT || target->is_kept ||
            target->writers_count > 1 || target->guest)
            continue;
        for (size_t j = 0; j < nest->reads_count && !target->guest; j++) {
            struct buffer *value = nest->reads[j].buffer;
            if (!value || !reads_whole(nest, &nest->reads[j]) || !may_live_in_member(value, nest))
                continue;
            value->same = target;
            target->guest = value;
            target->needs_fallback =
                target->needs_fallback || value->guard != guard_of_member(program->function, target->member);
        }
    }
}

/* ---- Values over older ones ---- */

static bool stands_in(const struct nest *nest, const struct nest *body)
{
    return shared_levels(body, body->path_first, nest) == body->path_first;
}

/* Whether all of the value is written and read in the body that the nest is in, and no element of it after
 * the nest has written that element of its own. */
static bool dies_in(const struct buffer *value, const struct nest *nest)
{
    for (size_t i = 0; i < value->writers_count; i++) {
        const struct nest *writer = value->writers[i];
        struct access access = {.node = value->node};
        memcpy(access.map, writer->target_axes, sizeof writer->target_axes);
        if (!stands_in(writer, nest) || writer == nest || !is_read_in_time(writer, &access, nest))
            return false;
    }
    for (size_t i = 0; i < value->readers_count; i++) {
        const struct nest *reader = value->readers[i];
        if (!stands_in(reader, nest))
            return false;
        for (size_t j = 0; j < reader->reads_count; j++)
            if (reader->reads[j].buffer == value && !is_read_in_time(reader, &reader->reads[j], nest))
                return false;
    }
    return true;
}

static bool is_plain(const struct buffer *buffer)
{
    return buffer->node && buffer->storage == STORAGE_WORKSPACE && !buffer->same && !buffer->guest &&
           !buffer->is_earlier && !buffer->is_seed && !buffer->is_partition && !buffer->lanes &&
           buffer->writers_count > 0;
}

/* Whether an element of the one has the same place as that of the other. */
static bool has_layout_of(const struct buffer *a, const struct buffer *b)
{
    return has_shape_of(a->node, b->node) && a->dropped == b->dropped && a->block == b->block &&
           a->scope == b->scope;
}

enum { READS_TRIED = 256 };

/* What the buffer may be written over, among what the statements in the loop around its writer read. */
static struct buffer *find_overwritten(const struct buffer *buffer, const struct item *item, int *tried)
{
    const struct nest *first = buffer->writers[0];
    if (item->kind == ITEM_STATEMENT)
        for (size_t i = 0; i < item->nest->reads_count && (*tried)++ < READS_TRIED; i++) {
            struct buffer *value = item->nest->reads[i].buffer;
            if (value && value != buffer && is_plain(value) && !value->is_kept && !value->is_overwritten &&
                !value->is_fixed && has_layout_of(value, buffer) && dies_in(value, first))
                return value;
        }
    for (size_t i = 0; i < item->body_count && item->first <= first->item->first && *tried < READS_TRIED;
         i++) {
        struct buffer *found = find_overwritten(buffer, item->body[i], tried);
        if (found)
            return found;
    }
    return NULL;
}

void overwrite(struct program *program)
{
    for (size_t i = 0; i < program->all_buffers_count; i++) {
        struct buffer *buffer = program->all_buffers[i];
        if (!is_plain(buffer) || buffer->node->rank == 0 || !writes_elements_in_order(buffer->writers[0]) ||
            buffer->writers[0]->collected_at || buffer->writers[0]->loop_count == 0)
            continue;
        const struct nest *first = buffer->writers[0];
        int tried = 0;
        struct buffer *value = find_overwritten(buffer, first->path[first->path_first], &tried);
        if (!value)
            continue;
        value->is_overwritten = true;
        buffer->over = value;
    }
}
