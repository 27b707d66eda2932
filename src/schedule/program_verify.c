/* program_verify.c: whether a loop program can be right, before C is made of it.
 *
 * Behind `fuse`, each statement: what it reads has been written, names are declared; behind `place`, memory;
 * behind `share_loops`, threads; behind `loop_kinds`, that loops are of their kinds. A fault is one of the
 * compiler, told as such, with the statement. */
#include "program_verify.h"

#include "guard.h"

bool is_in_tree(const struct item *item)
{
    while (item->parent && item->position < item->parent->body_count &&
           item->parent->body[item->position] == item)
        item = item->parent;
    return !item->parent;
}

bool comes_before(const struct item *a, const struct item *b)
{
    const struct item *below = b, *common = b->parent;
    for (; common && !is_within(a, common); common = common->parent)
        below = common;
    if (!common)
        return false;
    while (a->parent != common) {
        a = a->parent;
        if (!a)
            return false;
    }
    return a != below && a->position < below->position;
}

const struct node *behind_views(const struct program *program, const struct node *node)
{
    while (!program->buffers[node->id] &&
           (node->op == OP_RESHAPE || (node->op == OP_INDEX && node->input_count == 1)))
        node = node->inputs[0];
    return node;
}

/* Of indices; that a value fits an int, or a program's own requirement, guards no access. */
static void list_checks(struct verifier *verifier, const struct item *parent)
{
    for (size_t i = 0; i < parent->body_count; i++) {
        const struct item *item = parent->body[i];
        const struct nest *nest = item->kind == ITEM_STATEMENT ? item->nest : NULL;
        if (nest && nest->kind == NEST_CHECK && nest->check->kind == CHECK_RANGE && !nest->is_void) {
            const struct nest **first = &verifier->checks[behind_views(verifier->program, nest->node)->id];
            *first = *first ? *first : nest;
        }
        list_checks(verifier, item);
    }
}

static const char *verify_statement(struct verifier *verifier, const struct nest *nest)
{
    const char *fault = verify_names(verifier, nest);
    return fault ? fault : verify_reads(verifier, nest);
}

/* How many statements of an innermost loop form sums or the like; -1: it holds loops. */
static int count_reductions(const struct item *loop)
{
    int count = 0;
    for (size_t i = 0; i < loop->body_count; i++) {
        const struct nest *nest = loop->body[i]->nest;
        if (loop->body[i]->kind != ITEM_STATEMENT)
            return -1;
        count += !nest->is_void && nest->kind != NEST_VALUE && nest->kind != NEST_SUM &&
                 nest->kind != NEST_COPY && nest->kind != NEST_SCATTER;
    }
    return count;
}

static const char *verify_kind(const struct item *loop)
{
    int64_t number;
    switch (loop->loop_kind) {
    case LOOP_INDEPENDENT:
        return count_reductions(loop) == 0 ? NULL : "is not one over values alone, in any order";
    case LOOP_UNROLLED:
    case LOOP_ROLLED: return size_is_number(loop->extent, &number) ? NULL : "has no known number of rounds";
    case LOOP_SUM:
    case LOOP_SHORT_SUM:
        return count_reductions(loop) == 1 ? NULL : "does not form one sum, and nothing else";
    case LOOP_SUMS:
        return (size_t)count_reductions(loop) == loop->before_count
                   ? NULL
                   : "does not form sums and values, and nothing else";
    default: return NULL;
    }
}

const struct node *branch_condition(const struct item *item)
{
    bool is_branch = item->kind == ITEM_REGION && item->nest->node->loop->is_branch;
    return is_branch ? item->nest->node->loop->condition : NULL;
}

bool are_opposite(const struct node *a, const struct node *b)
{
    return a && b && ((a->op == OP_NOT && a->inputs[0] == b) || (b->op == OP_NOT && b->inputs[0] == a));
}

/* Of two sides of an `if`, the conditions are opposite, and nothing stands between them. */
static const char *verify_sides(const struct item *side)
{
    const struct item *other = side->other_side, *parent = side->parent;
    if (!other)
        return NULL;
    bool are_sides = other->other_side == side && other->parent == parent && other->guard == side->guard &&
                     are_opposite(branch_condition(side), branch_condition(other));
    size_t end = other->position;
    for (size_t i = side->position + 1; are_sides && i < end; i++)
        are_sides = is_empty(parent->body[i]);
    return are_sides ? NULL : "is one side of an `if` of which another branch is no other side";
}

static const char *verify_items(struct verifier *verifier, const struct item *parent)
{
    struct arena *arena = verifier->text.arena;
    for (size_t i = 0; i < parent->body_count; i++) {
        const struct item *item = parent->body[i];
        const char *fault = NULL;
        verifier->changing_count = parent->parent ? verifier->changing_count : 0;
        if (item->kind == ITEM_STATEMENT && !item->nest->is_void) {
            fault = verify_statement(verifier, item->nest);
            if (fault)
                return arena_print(arena, "%zu, %s: %s", item->first,
                                   statement_title(&verifier->text, item->nest), fault);
            continue;
        }
        fault = verify_range(verifier, item);
        if (fault)
            return arena_print(arena, "the loop %zu %s", item->first, fault);
        if (item->kind == ITEM_LOOP && (item->work || item->chunks) && verifier->pass >= PASS_SHARE_LOOPS)
            fault = verify_shared(verifier, item);
        if (fault)
            return fault;
        fault = verify_items(verifier, item);
        if (fault)
            return fault;
        if (item->kind == ITEM_LOOP && verifier->pass >= PASS_LOOP_KINDS)
            fault = verify_kind(item);
        if (item->kind == ITEM_REGION)
            fault = verify_sides(item);
        if (fault)
            return arena_print(arena, "the loop %zu %s", item->first, fault);
    }
    return NULL;
}

static const char *find_fault(struct arena *arena, struct program *program, enum pass pass, bool with_checks)
{
    struct verifier verifier = {.text = program_text_new(arena, program), .program = program, .pass = pass};
    if (pass < PASS_FUSE)
        return NULL;
    verifier.checks = ARENA_ARRAY(arena, const struct nest *, program->node_count + 1);
    verifier.changing = ARENA_ARRAY(arena, const struct nest *, program->nests_count + 1);
    if (with_checks)
        list_checks(&verifier, program->root);
    const char *fault = verify_items(&verifier, program->root);
    if (!fault && pass >= PASS_PLACE)
        fault = verify_memory(&verifier);
    return fault ? arena_print(arena, "%s_%s: %s", program->function->name, entry_name(program->entry), fault)
                 : NULL;
}

const char *program_fault(struct arena *arena, struct program *program, enum pass pass)
{
    return find_fault(arena, program, pass, true);
}

/* An index that is read before its check may be one that is always in range, as those that sorting gives: C
 * is made of that. */
void program_verify(struct program *program, enum pass pass)
{
    struct arena *arena = arena_new_in(program->arena);
    const char *fault = find_fault(arena, program, pass, false);
    if (fault)
        give_up("internal error behind the pass %s: %s", pass_name((int)pass), fault);
    arena_free(arena);
}
