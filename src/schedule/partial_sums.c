/* partial_sums.c: innermost loops that form one sum, maximum or minimum, which is formed in parts side by
 * side. A sum over several loops keeps its parts from one round of the outer ones to the next. */
#include "cost.h"
#include "loop_kinds.h"

/* Sums of fewer terms are one expression to the C compiler. Up to the longest, a constant number of terms is
 * unrolled. */
enum { SHORTEST_SUM = 5, LONGEST_SHORT_SUM = 64 };

static bool is_short_sum(const struct item *loop, const struct nest *nest)
{
    int64_t number;
    return size_is_number(loop->extent, &number) && number >= SHORTEST_SUM && number <= LONGEST_SHORT_SUM &&
           (nest->node->op == OP_SUM || nest->node->op == OP_CONTRACT);
}

/* Whether a later statement stores over what an earlier one has read, in place. */
static bool stores_over_read(const struct nest *later, const struct nest *earlier)
{
    const struct buffer *target = root_of(later->target);
    for (size_t i = 0; target && i < earlier->reads_count; i++) {
        const struct access *read = &earlier->reads[i];
        if (read->buffer ? root_of(read->buffer) == target
                         : target->member && target->member->leaf == read->node)
            return true;
    }
    return false;
}

static bool is_over_loops(const struct nest *nest)
{
    return nest->kind == NEST_REDUCE && (nest->node->op == OP_SUM || nest->node->op == OP_CONTRACT) &&
           nest->first_trailing + 1 < nest->loop_count;
}

/* The one reduction that the rounds of an innermost loop form, or go on with; NULL if there is none. */
static const struct nest *reduction_of(const struct item *loop)
{
    if (loop->before_count == 1 && loop->behind_count == 1 && loop->before[0] == loop->behind[0])
        return loop->before[0];
    if (loop->before_count > 0 || loop->behind_count > 0)
        return NULL;
    for (size_t i = 0; i < loop->body_count; i++)
        if (loop->body[i]->kind == ITEM_STATEMENT && is_over_loops(loop->body[i]->nest))
            return loop->body[i]->nest;
    return NULL;
}

/* Of a loop that forms one sum, maximum or minimum, perhaps of values that it computes first, and stores: the
 * statement of the sum. Nothing else in the loop can read what it adds up. */
static const struct item *summing_statement(const struct item *loop)
{
    const struct nest *reduction = reduction_of(loop);
    const struct item *sum = NULL;
    int64_t number;
    if (loop->body_count == 0 || loop->body_count > MOST_VALUES_BEFORE_SUM + 1 || !reduction ||
        (size_is_number(loop->extent, &number) && number < SHORTEST_IN_PARTS &&
         !is_short_sum(loop, reduction)))
        return NULL;
    for (size_t i = 0; i < loop->body_count; i++) {
        const struct item *item = loop->body[i];
        const struct nest *nest = item->nest;
        if (item->kind != ITEM_STATEMENT || (item->guard != loop->guard && !runs_anyway(item)))
            return NULL;
        if (nest == reduction && !nest->is_void)
            sum = item;
        else if (nest->kind != NEST_VALUE && nest->kind != NEST_COPY && nest->kind != NEST_SUM)
            return NULL;
        else if (sum && stores_over_read(nest, sum->nest))
            return NULL; /* all others come before the sum */
    }
    return sum;
}

const struct nest *sum_of_rounds(const struct item *loop)
{
    size_t i = 0;
    while (loop->body[i]->nest->kind != NEST_REDUCE || loop->body[i]->nest->is_void)
        i++;
    return loop->body[i]->nest;
}

enum { SHORTEST_ROW = 8, SHORTEST_OVER_LOOPS = 64 };

/* Whether the parts of a sum over several loops are worth keeping between the rounds of the outer ones. */
static bool is_worth_parts(const struct nest *nest, const struct item *innermost)
{
    int64_t number;
    double terms = 1;
    for (int d = nest->first_trailing; d < nest->loop_count; d++) {
        const struct item *loop = nest->path[nest->path_first + d];
        terms *= size_is_number(loop->extent, &number) ? (double)number : SHORTEST_OVER_LOOPS;
    }
    for (size_t i = 0; i < innermost->body_count; i++)
        if (innermost->body[i]->nest->has_running_power)
            return false;
    return terms >= SHORTEST_OVER_LOOPS &&
           !(size_is_number(innermost->extent, &number) && number < SHORTEST_ROW);
}

/* ---- Several sums ---- */

bool is_one_of_sums(const struct nest *nest)
{
    return nest->kind == NEST_REDUCE && is_formed_in_parts(nest) && !nest->has_running_power &&
           !nest->block && !nest->parts && (nest->node->op == OP_SUM || nest->node->op == OP_CONTRACT) &&
           nest->first_trailing + 1 == nest->loop_count;
}

bool is_long_enough_for_sums(const size *extent)
{
    int64_t number;
    return !size_is_number(extent, &number) || number >= SHORTEST_OF_SUMS;
}

bool forms_sums(struct program *program, const struct item *loop)
{
    size_t sums = 0;
    if (!is_long_enough_for_sums(loop->extent) || has_power_of_rounds(program, loop))
        return false;
    for (size_t i = 0; i < loop->body_count; i++) {
        const struct item *item = loop->body[i];
        const struct nest *nest = item->nest;
        if (item->kind != ITEM_STATEMENT || (item->guard != loop->guard && !runs_anyway(item)))
            return false;
        if (nest->is_void)
            continue;
        if (is_one_of_sums(nest))
            sums++;
        else if (nest->kind != NEST_VALUE && nest->kind != NEST_COPY && nest->kind != NEST_SUM)
            return false;
    }
    return sums > 0 && sums <= MOST_SUMS && loop->before_count == sums && loop->behind_count == sums;
}

bool keeps_parts(const struct nest *nest)
{
    const struct item *innermost = nest->path[nest->path_count - 1];
    return (is_over_loops(nest) && innermost->loop_kind == LOOP_SUM) ||
           (nest->kind == NEST_REDUCE && innermost->loop_kind == LOOP_SUMS);
}

enum loop_kind kind_of_sum(struct program *program, const struct item *loop)
{
    const struct item *sum = summing_statement(loop);
    if (!sum || !is_formed_in_parts(sum->nest) || sum->nest->parts ||
        (is_over_loops(sum->nest) && !is_worth_parts(sum->nest, loop)) || has_power_of_rounds(program, loop))
        return LOOP_SERIAL;
    return is_short_sum(loop, sum->nest) && !is_over_loops(sum->nest) && !loop->work ? LOOP_SHORT_SUM
                                                                                     : LOOP_SUM;
}
