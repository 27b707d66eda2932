/* unbranched.c: which choices between elements are made without branches.
 *
 *     c ? x[i] : 0
 *
 * Of this, in a loop of which it makes vectors, gcc reads x[i] under a mask, where the processor has AVX. gcc
 * 12 takes the masks of several elements of one array for those of others: elements that one round reads, or
 * the rounds of short loops, which it has unrolled by then. Reading them before the choice does not help: it
 * moves the reading under the condition again. So there, both sides are computed, and the choice is one of
 * bits.
 *
 * Requires the tree, and storage. Leaves nest->is_unbranched. */
#include "loop_kinds.h"

/* An element that a statement reads under a condition. */
struct masked {
    struct nest *nest;
    const void *array;
    const struct node *condition;
    bool is_otherwise; /* where the condition does not hold */
    bool is_repeated;  /* in a short loop inside the loop of which vectors are made */
};

struct masks {
    struct program *program;
    struct masked *reads;
    size_t reads_count, reads_capacity;
};

/* The choices in arms of which an expression stands. */
struct chooser {
    const struct node *choice;
    int arm;
    const struct chooser *outer;
};

static bool mentions(const struct program *program, const struct node *expression, const struct node *node)
{
    if (expression == node)
        return true;
    for (int i = 0; i < expression->input_count && !has_place(program, expression); i++)
        if (mentions(program, expression->inputs[i], node))
            return true;
    return false;
}

/* The innermost choice that decides whether the node is read; NULL: none. What a choice's condition reads, or
 * its other arm, is read wherever the choice is made. */
static const struct chooser *mask_of(const struct program *program, const struct chooser *by,
                                     const struct node *node)
{
    const struct chooser *mask = by;
    for (; by; by = by->outer)
        for (int i = 0; i < by->choice->input_count; i++)
            if (i != by->arm && mentions(program, by->choice->inputs[i], node))
                mask = by->outer;
    return mask;
}

/* One element, in all rounds. */
static bool is_one_element(const struct node *node)
{
    bool is = true;
    for (int a = 0; a < node->rank; a++)
        is = is && size_is(node->shape[a], 1);
    return is;
}

static void add_masked(struct masks *masks, struct nest *nest, const struct node *node, bool is_root,
                       const struct chooser *by, bool is_repeated)
{
    const struct program *program = masks->program;
    if (!node || (by && is_one_element(node)))
        return;
    if (!is_root && has_place(program, node)) {
        const struct chooser *mask = mask_of(program, by, node);
        if (!mask || !is_element(program, node))
            return;
        const struct buffer *buffer = program->buffers[node->id];
        struct masked read = {.nest = nest,
                              .array = buffer ? (const void *)buffer : node,
                              .condition = mask->choice->inputs[0],
                              .is_otherwise = mask->arm > 1,
                              .is_repeated = is_repeated};
        ARENA_APPEND(program->scratch, masks, reads, read);
        return;
    }
    bool chooses = node->op == OP_SELECT || node->op == OP_AND || node->op == OP_OR;
    for (int i = 0; i < node->input_count; i++) {
        const struct chooser inside = {node, i, by};
        add_masked(masks, nest, node->inputs[i], false, chooses && i > 0 ? &inside : by, is_repeated);
    }
}

static void add_statement(struct masks *masks, struct nest *nest, bool is_repeated)
{
    if (nest->is_void || (nest->has_calls && nest->kind != NEST_CALL)) /* no vectors are made of calls */
        return;
    switch (nest->kind) {
    case NEST_VALUE: add_masked(masks, nest, nest->node, true, NULL, is_repeated); break;
    case NEST_COPY:
        if (!nest->source)
            add_masked(masks, nest, nest->node, false, NULL, is_repeated);
        break;
    case NEST_SCATTER: add_masked(masks, nest, nest->operand, false, NULL, is_repeated); break;
    case NEST_CALL: /* operands are brought together in loops of their own */
        for (int i = 0; i < nest->node->input_count; i++) {
            const struct node *operand = nest->node->inputs[i];
            add_masked(masks, nest, operand, false, NULL,
                       operand->rank > 0 && is_short_extent(operand->shape[operand->rank - 1]));
        }
        break;
    case NEST_REDUCE:
    case NEST_ARGUMENT:
    case NEST_SCAN:
        for (int i = 0; i < nest->node->input_count; i++)
            add_masked(masks, nest, nest->node->inputs[i], false, NULL, is_repeated);
        break;
    case NEST_SUM:
        for (size_t i = 0; i < nest->terms_count; i++)
            add_masked(masks, nest, nest->terms[i].node, false, NULL, is_repeated);
        break;
    default: break;
    }
}

/* Of the loop of which vectors may be made: what it reads under conditions, but for loops inside that are not
 * unrolled, which are looked at by themselves. */
static void add_rounds(struct masks *masks, const struct item *loop, bool is_repeated)
{
    for (size_t i = 0; i < loop->body_count; i++) {
        struct item *item = loop->body[i];
        if (item->kind == ITEM_STATEMENT)
            add_statement(masks, item->nest, is_repeated);
        else if (is_short_loop(item))
            add_rounds(masks, item, true);
        else
            avoid_branches(masks->program, item);
    }
}

static bool is_one_of_several(const struct masks *masks, const struct masked *read)
{
    bool is = read->is_repeated;
    for (size_t i = 0; i < masks->reads_count && !is; i++) {
        const struct masked *other = &masks->reads[i];
        is = other->array == read->array &&
             (other->condition != read->condition || other->is_otherwise != read->is_otherwise);
    }
    return is;
}

void avoid_branches(struct program *program, const struct item *item)
{
    struct masks masks = {.program = program};
    if (item->kind == ITEM_LOOP)
        add_rounds(&masks, item, false);
    else if (item->kind == ITEM_STATEMENT && item->nest->kind == NEST_CALL)
        add_statement(&masks, item->nest, true);
    else /* rounds that wait for each other, or a condition */
        for (size_t i = 0; i < item->body_count; i++)
            avoid_branches(program, item->body[i]);
    for (size_t i = 0; i < masks.reads_count; i++)
        if (is_one_of_several(&masks, &masks.reads[i]))
            masks.reads[i].nest->is_unbranched = true;
}
