/* branches.c: the two sides of an `if` as one: what the program says with `else` is a branch behind which
 * another one stands, under the opposite condition.
 *
 * Requires the numbered tree, and that the copies have fallen away that do. Leaves in each of the two the
 * other one. */
#include "nests.h"

bool are_opposite_sides(const struct loop *first, const struct loop *second)
{
    const struct node *a = first->condition, *b = second->condition;
    return first->is_branch && second->is_branch && a && b &&
           ((a->op == OP_NOT && a->inputs[0] == b) || (b->op == OP_NOT && b->inputs[0] == a));
}

static bool are_sides(const struct item *first, const struct item *second)
{
    return first->kind == ITEM_REGION && second->kind == ITEM_REGION && first->guard == second->guard &&
           are_opposite_sides(first->nest->node->loop, second->nest->node->loop) &&
           leading_condition(first) && leading_condition(second);
}

void pair_branches(struct item *parent)
{
    struct item *before = NULL; /* what runs last before the next one, if that is no second side */
    for (size_t i = 0; i < parent->body_count; i++) {
        struct item *item = parent->body[i];
        pair_branches(item);
        if (is_empty(item))
            continue;
        if (before && are_sides(before, item)) {
            before->other_side = item;
            item->other_side = before;
            before = NULL;
        } else {
            before = item;
        }
    }
}
