/* coalesce.c: which values need no memory of their own.
 *
 *     a copy     x = next; xs[t] = x;          the value is made where the copy would put it: in what a loop
 *                update w = v                  carries, in the row that it collects, in the caller's array
 *     last reads y[i] = f(x[i])                y is written over x; where y is a caller's array, x lives in
 *                                              that until then; what a loop carries goes on in the variable
 *                                              that it begins with
 *
 * A value takes the place of an older one if nothing touches an element of the older one after the first
 * statement that writes the newer one has written there (`interfere`), and if nothing can leave between that
 * statement and the copy that falls away.
 *
 * Requires the numbered tree, and scopes, axes, storage and lanes of buffers. Leaves buffers that are aliases
 * of others (alias_of, row, has_own_name), with their guards and storage; copies that fall away are void. */
#include <string.h>

#include "program.h"

/* That the newer value takes the place of the older one. */
struct candidate {
    struct buffer *newer, *older;
    const struct node *leaf;  /* instead of an older buffer: an array that the caller has updated */
    const struct nest *first; /* the statement that is the first to write the newer value */
    const struct nest *copy;  /* falls away; NULL: none */
    int levels;               /* the loops and regions in whose rounds both live */
    bool begins_rounds;       /* the older value is there as a round begins, and outside of all rounds */
};

struct buffer *root_of(const struct buffer *buffer)
{
    while (buffer && buffer->alias_of)
        buffer = buffer->alias_of;
    return (struct buffer *)buffer;
}

struct buffer *array_of(struct buffer *buffer)
{
    while (buffer->alias_of && !buffer->has_own_name)
        buffer = buffer->alias_of;
    return buffer;
}

static bool writes_elements_in_order(const struct nest *nest)
{
    return nest->kind == NEST_VALUE || nest->kind == NEST_COPY || nest->kind == NEST_SUM;
}

/* ---- Interference ---- */

/* Whether a round of this loop, which both are in, reads of the older value only what the round writes of the
 * newer one. */
static bool stays_in_round(const struct nest *reader, const struct access *access, const struct nest *writer,
                           int level)
{
    if (level < writer->path_first && writer->path[level]->kind == ITEM_BLOCK)
        return is_block_of_rows(writer) && access->map[0] == reader->block_axis;
    if (level < writer->path_first)
        return level == writer->path_first - 1 && writer->row && access->first == writer->row;
    for (int a = 0; writer->kind != NEST_PRODUCT && a < access->node->rank; a++)
        if (writer->target_axes[a] == writer->order[level - writer->path_first])
            return level >= reader->path_first && access->map[a] == reader->order[level - reader->path_first];
    return false;
}

/* Whether the statement that writes an element of the newer value reads no other one of the older value. */
static bool reads_own_element(const struct nest *nest, const struct access *access)
{
    if (nest->loop_count == 0)
        return nest->kind != NEST_PRODUCT;
    bool is_own = writes_elements_in_order(nest);
    for (int a = 0; a < access->node->rank; a++)
        is_own = is_own && (size_is(access->node->shape[a], 1) || (a == 0 && nest->row) ||
                            (access->map[a] >= 0 && access->map[a] == nest->target_axes[a]));
    return is_own;
}

static bool has_one_round(const struct item *item)
{
    return item->kind == ITEM_REGION && item->nest->node->loop->is_branch;
}

/* Whether the statement may touch an element of the older value when the newer one has been written there. */
static bool is_late(const struct candidate *candidate, const struct nest *nest, const struct access *access)
{
    const struct nest *first = candidate->first;
    int shared = nest == first ? first->path_first : shared_levels(first, first->path_count, nest);
    if (nest->item->first > first->item->first || (nest == first && !reads_own_element(nest, access)))
        return true;
    for (int level = candidate->levels; level < shared; level++)
        if (!has_one_round(first->path[level]) && !stays_in_round(nest, access, first, level))
            return true;
    return false;
}

static bool touches_late(const struct candidate *candidate, const struct nest *nest)
{
    const struct buffer *older = candidate->older;
    bool is_inside = shared_levels(candidate->first, candidate->levels, nest) == candidate->levels;
    if (nest->is_void || nest == candidate->copy)
        return false;
    if (!is_inside)
        return !candidate->begins_rounds;
    for (size_t i = 0; i < nest->reads_count; i++) {
        const struct access *access = &nest->reads[i];
        bool is_read = older ? access->buffer == older : !access->buffer && access->node == candidate->leaf;
        if (is_read && is_late(candidate, nest, access))
            return true;
    }
    if (!older || nest->target != older)
        return false;
    struct access access = {.node = older->node, .first = nest->row};
    memcpy(access.map, nest->target_axes, sizeof nest->target_axes);
    return is_late(candidate, nest, &access);
}

static bool interfere(const struct program *program, const struct candidate *candidate)
{
    const struct buffer *older = candidate->older;
    struct nest *const *nests = older ? older->writers : program->nests;
    size_t count = older ? older->writers_count : program->nests_count;
    for (size_t i = 0; i < count; i++)
        if (touches_late(candidate, nests[i]))
            return true;
    for (size_t i = 0; older && i < older->readers_count; i++)
        if (touches_late(candidate, older->readers[i]))
            return true;
    return false;
}

/* ---- What leaves before a copy ---- */

/* Whether the round may end between the statement and the copy. */
static bool may_break(const struct nest *first, const struct nest *copy)
{
    const struct item *region = copy->path[copy->path_first - 1];
    for (size_t i = 0; region->nest->node->loop->condition && i < region->body_count; i++) {
        const struct item *item = region->body[i];
        if (item->nest && item->nest->kind == NEST_BREAK && item->first > first->item->first)
            return true;
    }
    return false;
}

/* Whether what the loop carries is of use when its rounds have ended. */
static bool outlives_loop(const struct program *program, const struct buffer *carried,
                          const struct nest *copy)
{
    const struct item *region = copy->path[copy->path_first - 1];
    if (carried->member || carried->is_kept || program->owner[carried->node->id] != region->nest->node)
        return true;
    for (size_t i = 0; i < carried->readers_count; i++)
        if (shared_levels(copy, copy->path_first, carried->readers[i]) < copy->path_first)
            return true;
    return false;
}

/* Whether the entry may fail when the statement has written. */
static bool may_fail(const struct program *program, const struct nest *first)
{
    for (size_t i = 0; i < program->nests_count; i++) {
        const struct nest *nest = program->nests[i];
        if ((nest->kind == NEST_CHECK || nest->kind == NEST_CALL) && nest->item->last > first->item->first)
            return true;
    }
    return false;
}

/* ---- Copies ---- */

static bool has_shape_of(const struct node *a, const struct node *b)
{
    bool is_same = a->rank == b->rank && a->type == b->type;
    for (int i = 0; is_same && i < a->rank; i++)
        is_same = a->shape[i] == b->shape[i];
    return is_same;
}

static bool copies_itself(const struct nest *nest, const struct node *node)
{
    if (nest->kind == NEST_COPY)
        return nest->node == node && !nest->source && !nest->row && !nest->adds && nest->scale.count == 0;
    return nest->kind == NEST_SUM && nest->terms_count == 1 && nest->terms[0].node == node &&
           nest->terms[0].scale.count == 0 && !nest->terms[0].scale.is_negative;
}

/* Whether it begins the newer value with the older one: that node, or another that stands in its memory. */
static bool begins_with(const struct program *program, const struct nest *nest, const struct buffer *older,
                        const struct node *before)
{
    const struct node *node =
        nest->kind == NEST_SUM && nest->terms_count > 0 ? nest->terms[0].node : nest->node;
    if (!node || !copies_itself(nest, node))
        return false;
    return node == before || (older && has_place(program, graph_untied(node)) && nest->reads_count == 1 &&
                              nest->reads[0].buffer == older);
}

/* Whether the buffer was made for the node, or for one whose buffer that takes over. */
static bool is_own(const struct program *program, const struct buffer *buffer, const struct node *node)
{
    for (;;)
        if (node->op == OP_RESULT && node->result < node->loop->carried_count)
            node = node->loop->carried[node->result];
        else if (program->reused[node->id])
            node = program->reused[node->id];
        else
            return buffer->node == node;
}

static bool is_named(const struct buffer *buffer)
{
    return !buffer->alias_of || buffer->has_own_name;
}

/* Whether it may move to memory of others, or take such in. */
static bool may_share(const struct buffer *buffer)
{
    return buffer->node && buffer->writers_count > 0 && is_named(buffer) && !buffer->is_earlier &&
           !buffer->is_seed && !buffer->lanes;
}

/* The value that the copy moves, if it may be made elsewhere. */
static struct buffer *moved_value(const struct program *program, const struct nest *copy)
{
    struct buffer *value = copy->node ? program->buffers[copy->node->id] : NULL;
    bool may_move = value && may_share(value) && !value->member && !value->is_kept && !is_leaf(copy->node) &&
                    !copy->source && is_own(program, value, copy->node);
    return may_move ? value : NULL;
}

/* What the copy puts into the place of an older value. Whether the newer one may be made there: all at once,
 * row by row in the rounds of a loop inside, or in blocks of rows; if it is the older one but for what
 * branches and loops inside change of it, there. */
static bool may_replace(const struct program *program, const struct candidate *candidate, bool is_changed)
{
    const struct nest *first = candidate->first, *copy = candidate->copy;
    int levels = candidate->levels;
    bool is_in_order = writes_elements_in_order(first) ||
                       ((candidate->older || is_changed) && first->kind == NEST_PRODUCT) ||
                       (is_changed && first->kind == NEST_SCATTER);
    bool in_rows = first->path_first == levels + 1 && candidate->newer->writers_count == 1 &&
                   (first->row || (first->block && is_block_of_rows(first)));
    return is_in_order && (first->path_first == levels || in_rows || is_changed) &&
           shared_levels(first, levels, copy) == levels && !interfere(program, candidate);
}

/* The first of the statements from the i-th writer on, or of those that write what these would copy. */
static const struct nest *first_write(const struct program *program, const struct buffer *buffer, size_t i)
{
    const struct nest *first = NULL;
    for (; i < buffer->writers_count; i++) {
        const struct nest *nest = buffer->writers[i];
        const struct buffer *from =
            nest->kind == NEST_COPY && nest->node ? program->buffers[nest->node->id] : NULL;
        if (nest->is_void && from && from->alias_of == buffer)
            nest = first_write(program, from, 0);
        if (nest && (!first || nest->item->first < first->item->first))
            first = nest;
    }
    return first;
}

/* What a loop carries, or the caller's array, takes the next value where it stands. */
static void replace(struct program *program, struct nest *copy)
{
    bool is_update = copy->is_update;
    struct buffer *newer = moved_value(program, copy), *older = is_update ? copy->target : NULL;
    if (!newer || newer->guard != (older ? older->guard : ALWAYS_WANTED))
        return;
    const struct node *before = older ? older->node : copy->member->leaf;
    bool is_changed = begins_with(program, newer->writers[0], older, before);
    struct candidate candidate = {.newer = newer,
                                  .older = older,
                                  .leaf = before,
                                  .first =
                                      first_write(program, newer, is_changed && newer->writers_count > 1),
                                  .copy = copy,
                                  .levels = copy->path_first,
                                  .begins_rounds = is_update};
    bool may_leave = older ? outlives_loop(program, older, copy) && may_break(candidate.first, copy)
                           : may_fail(program, candidate.first);
    if (may_leave || !may_replace(program, &candidate, is_changed))
        return;
    newer->alias_of = older;
    newer->is_fixed = copy->is_void = true;
    newer->writers[0]->is_void = newer->writers[0]->is_void || is_changed;
    if (!older) {
        newer->member = copy->member;
        newer->storage = STORAGE_MEMBER;
    }
}

/* Whether all that touches the value is in the rounds that the copy is in. */
static bool lives_in_round(const struct buffer *value, const struct nest *copy)
{
    for (size_t i = 0; toucher(value, i); i++)
        if (shared_levels(copy, copy->path_first, toucher(value, i)) < copy->path_first)
            return false;
    return true;
}

/* Whether nothing is in the memory that is of use until the value is there. */
static bool begins_empty(const struct buffer *collection)
{
    return !collection->alias_of && !(collection->member && collection->member->role == ROLE_INOUT);
}

/* Whether the value, or an alias of it, is computed for these members and no others. */
static bool is_wanted_for(const struct program *program, const struct buffer *value, guard members)
{
    for (size_t i = 0; i < program->all_buffers_count; i++)
        if (program->all_buffers[i]->guard != members && root_of(program->all_buffers[i]) == value)
            return false;
    return true;
}

/* A value that a loop collects is made in its row, unless loops have made it smaller than that. */
static void collect(struct program *program, struct nest *copy)
{
    struct buffer *value = moved_value(program, copy), *collection = copy->target;
    if (!value || value->node != copy->node || value->dropped || value->storage != STORAGE_WORKSPACE ||
        !begins_empty(collection) || !lives_in_round(value, copy) || may_break(value->writers[0], copy) ||
        (collection->member && !is_wanted_for(program, value, collection->guard)))
        return;
    value->alias_of = collection;
    value->row = copy->row;
    copy->is_void = true;
}

/* ---- Last reads ---- */

/* Whether the older value may give its place to the newer one. */
static bool may_give_place(const struct program *program, struct buffer *older, struct buffer *newer)
{
    const struct nest *first = newer->writers[0];
    struct candidate candidate = {
        .newer = newer, .older = older, .first = first, .levels = first->path_first};
    return older != newer && may_share(older) && older->storage == STORAGE_WORKSPACE &&
           !older->is_partition && !older->is_taken && !older->is_kept &&
           has_shape_of(older->node, newer->node) && older->dropped == newer->dropped &&
           older->block == newer->block && !interfere(program, &candidate);
}

enum { READS_TRIED = 256 };

/* An older value among what the statements in the loop around the newer one's first writer read. */
static struct buffer *find_older(const struct program *program, struct buffer *newer, const struct item *item,
                                 int *tried)
{
    const struct nest *first = newer->writers[0];
    if (item->kind == ITEM_STATEMENT)
        for (size_t i = 0; i < item->nest->reads_count && (*tried)++ < READS_TRIED; i++) {
            struct buffer *older = item->nest->reads[i].buffer;
            if (older && !older->is_fixed && older->scope == newer->scope &&
                may_give_place(program, older, newer))
                return older;
        }
    for (size_t i = 0; i < item->body_count && item->first <= first->item->first && *tried < READS_TRIED;
         i++) {
        struct buffer *found = find_older(program, newer, item->body[i], tried);
        if (found)
            return found;
    }
    return NULL;
}

/* Of what a caller's array takes each element of last, one value lives in that array until then; what a loop
 * carries only if that needs no room in the workspace for where the array's pointer is NULL. */
static void live_in_member(struct program *program, struct buffer *member, bool is_fixed)
{
    const struct nest *first = member->writers[0];
    guard wanted = guard_of_member(program->function, member->member);
    if (first->kind != NEST_VALUE || first->path_first > 0 || member->member->role == ROLE_INOUT ||
        member->is_kept || member->writers_count > 1 || member->is_taken)
        return;
    for (size_t i = 0; i < first->reads_count; i++) {
        struct buffer *value = first->reads[i].buffer;
        if (!value || value->is_fixed != is_fixed || !may_give_place(program, value, member))
            continue;
        bool needs_fallback = !is_wanted_for(program, value, wanted);
        if (is_fixed && needs_fallback)
            continue;
        value->alias_of = member;
        member->is_taken = true;
        member->needs_fallback = member->needs_fallback || needs_fallback;
        return;
    }
}

/* A value is written over one that dies as it is made. */
static void write_over(struct program *program, struct buffer *newer)
{
    const struct nest *first = newer->writers[0];
    if (newer->node->rank == 0 || first->loop_count == 0 || !writes_elements_in_order(first) || first->row ||
        newer->is_partition)
        return;
    int tried = 0;
    struct buffer *older = find_older(program, newer, first->path[first->path_first], &tried);
    if (!older)
        return;
    newer->alias_of = older;
    newer->has_own_name = older->is_taken = true;
}

/* ---- Variables ---- */

static bool is_plain_variable(const struct buffer *buffer)
{
    return buffer->storage == STORAGE_SCALAR && buffer->node && buffer->writers_count > 0 &&
           !buffer->member && !buffer->is_kept && !buffer->is_earlier && !buffer->is_seed && !buffer->lanes;
}

/* Whether nothing needs the variables' values, which older ones began with, once the newer one begins. */
static bool is_over(const struct program *program, const struct buffer *older, const struct nest *copy)
{
    struct candidate candidate = {.newer = copy->target, .first = copy, .copy = copy};
    candidate.levels = copy->path_first;
    for (struct buffer *buffer = (struct buffer *)older; buffer; buffer = buffer->alias_of) {
        candidate.older = buffer;
        if (!is_plain_variable(buffer) || buffer->row || interfere(program, &candidate))
            return false;
    }
    return true;
}

/* The variable may be that of the newer value from the start, if that has got another's place already. */
static bool may_begin_there(const struct program *program, struct buffer *older, const struct nest *copy)
{
    const struct nest *first = older->writers[0];
    struct candidate candidate = {
        .newer = older, .first = first, .copy = copy, .levels = copy->path_first, .begins_rounds = true};
    if (older->alias_of || first->path_first != candidate.levels ||
        shared_levels(first, candidate.levels, copy) != candidate.levels || may_break(first, copy))
        return false;
    for (candidate.older = copy->target->alias_of; candidate.older;
         candidate.older = candidate.older->alias_of)
        if (interfere(program, &candidate))
            return false;
    return true;
}

/* What a loop or branch carries goes on in the variable that it begins with, if that changes, too. */
static void continue_in_place(struct program *program, struct nest *copy)
{
    struct buffer *newer = copy->target, *older = copy->node ? program->buffers[copy->node->id] : NULL;
    if (!older || !is_plain_variable(newer) || newer->writers[0] != copy ||
        !copies_itself(copy, copy->node) || root_of(older) == root_of(newer) || older->type != newer->type ||
        root_of(older)->writers_count < 2 || older->guard != newer->guard || older->scope != newer->scope ||
        older->block != newer->block || !is_over(program, older, copy))
        return;
    if (!newer->alias_of)
        newer->alias_of = older;
    else if (may_begin_there(program, older, copy))
        older->alias_of = newer;
    else
        return;
    copy->is_void = true;
}

/* ---- What is left of copies ---- */

/* Whether source and target have come to lie in one place: in an array that loops within loops carry. */
static bool stays_where_it_is(const struct program *program, const struct nest *copy)
{
    const struct buffer *from = copy->node ? program->buffers[copy->node->id] : NULL, *to = copy->target;
    if (copy->kind == NEST_COPY && copy->member && copy->node == copy->member->leaf)
        return copies_itself(copy, copy->node); /* an array that is updated by itself */
    if (copy->kind != NEST_COPY || !from || !to || !copies_itself(copy, copy->node) ||
        root_of(from) != root_of(to) || from->dropped != to->dropped || from->block != to->block)
        return false;
    for (const struct buffer *alias = from; alias; alias = alias->alias_of)
        if (alias->row)
            return false;
    for (const struct buffer *alias = to; alias; alias = alias->alias_of)
        if (alias->row)
            return false;
    return true;
}

/* ---- The whole ---- */

void coalesce(struct program *program)
{
    for (size_t i = 0; i < program->nests_count; i++) {
        struct nest *copy = program->nests[i];
        bool is_update_of_caller = copy->member && copy->member->role == ROLE_INOUT && copy->member->rank > 0;
        if (copy->kind == NEST_COPY && (copy->is_update || is_update_of_caller))
            replace(program, copy);
    }
    for (size_t i = 0; i < program->nests_count; i++)
        if (program->nests[i]->kind == NEST_COPY && program->nests[i]->row)
            collect(program, program->nests[i]);
    for (size_t i = 0; i < program->nests_count; i++) {
        struct nest *copy = program->nests[i];
        if (copy->kind == NEST_COPY && copy->target)
            continue_in_place(program, copy);
    }
    for (int turn = 0; turn < 3; turn++) /* the callers' arrays choose first */
        for (size_t i = 0; i < program->all_buffers_count; i++) {
            struct buffer *buffer = program->all_buffers[i];
            if (!may_share(buffer))
                continue;
            if (turn < 2 && buffer->storage == STORAGE_MEMBER)
                live_in_member(program, buffer, turn == 1);
            else if (turn == 2 && buffer->storage == STORAGE_WORKSPACE)
                write_over(program, buffer);
        }
    for (size_t i = 0; i < program->nests_count; i++)
        program->nests[i]->is_void =
            program->nests[i]->is_void || stays_where_it_is(program, program->nests[i]);
}
