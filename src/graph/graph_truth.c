/* graph_truth.c: what follows from what among truth values: by their tables over the conditions that they are
 * made of, so that `a or not a and b` is `a or b`, and a choice inside another is made where the outer one
 * decides it. */
#include "graph_internal.h"

enum {
    MOST_CONDITIONS = 6, /* so that a table has as many bits as a number */
    MOST_LOOKED_AT = 48  /* nodes */
};

/* Tables in the making: bit t of a table says whether it holds if condition c holds where bit c of t is set.
 */
struct tables {
    const struct node *conditions[MOST_CONDITIONS];
    int count;
    int looked_at;
    bool is_unknown; /* there are too many conditions, or nodes */
};

static bool is_same_condition(const struct node *a, const struct node *b, bool *inverse)
{
    *inverse = (a->op == OP_EQ && b->op == OP_NE) || (a->op == OP_NE && b->op == OP_EQ);
    return a == b || (*inverse && a->inputs[0] == b->inputs[0] && a->inputs[1] == b->inputs[1]);
}

static uint64_t table_of_condition(struct tables *tables, const struct node *condition)
{
    static const uint64_t columns[MOST_CONDITIONS] = {0xaaaaaaaaaaaaaaaa, 0xcccccccccccccccc,
                                                      0xf0f0f0f0f0f0f0f0, 0xff00ff00ff00ff00,
                                                      0xffff0000ffff0000, 0xffffffff00000000};
    bool inverse;
    for (int c = 0; c < tables->count; c++)
        if (is_same_condition(tables->conditions[c], condition, &inverse))
            return inverse ? ~columns[c] : columns[c];
    if (tables->count == MOST_CONDITIONS) {
        tables->is_unknown = true;
        return 0;
    }
    tables->conditions[tables->count] = condition;
    return columns[tables->count++];
}

static uint64_t table_of(struct tables *tables, const struct node *x)
{
    double value;
    tables->is_unknown = tables->is_unknown || ++tables->looked_at > MOST_LOOKED_AT;
    if (tables->is_unknown)
        return 0;
    if (graph_is_constant(x, &value))
        return value != 0 ? UINT64_MAX : 0;
    if (x->op == OP_NOT)
        return ~table_of(tables, x->inputs[0]);
    if (x->op != OP_AND && x->op != OP_OR)
        return table_of_condition(tables, x);
    uint64_t a = table_of(tables, x->inputs[0]), b = table_of(tables, x->inputs[1]);
    return x->op == OP_AND ? a & b : a | b;
}

bool graph_implies(const struct node *a, const struct node *b)
{
    struct tables tables = {0};
    uint64_t table = table_of(&tables, a) & ~table_of(&tables, b);
    return !tables.is_unknown && table == 0;
}

static bool is_made_of_others(const struct node *x)
{
    return x->op == OP_NOT || x->op == OP_AND || x->op == OP_OR;
}

/* What has the table, or the opposite one, among x and what it is made of: the innermost. */
static struct node *find(struct graph *graph, const struct tables *tables, uint64_t table, struct node *x)
{
    struct node *found = NULL;
    for (int i = 0; !found && is_made_of_others(x) && i < x->input_count; i++)
        found = find(graph, tables, table, x->inputs[i]);
    struct tables again = *tables;
    again.looked_at = 0;
    uint64_t own = found ? 0 : table_of(&again, x);
    if (found || again.is_unknown)
        return found;
    return own == table ? x : own == ~table ? graph_unary(graph, OP_NOT, x) : NULL;
}

struct node *graph_simplify_logical(struct graph *graph, enum op op, struct node *a, struct node *b)
{
    struct tables tables = {0};
    bool inverse; /* a == b or a != b */
    if (!is_made_of_others(a) && !is_made_of_others(b) && !is_same_condition(a, b, &inverse))
        return NULL;
    uint64_t of_a = table_of(&tables, a), of_b = table_of(&tables, b);
    uint64_t table = op == OP_AND ? of_a & of_b : of_a | of_b;
    if (tables.is_unknown)
        return NULL;
    if (table == 0 || table == UINT64_MAX)
        return graph_broadcast(graph, graph_constant(graph, BOOL, table != 0), a->rank, a->shape);
    struct node *found = find(graph, &tables, table, a);
    return found ? found : find(graph, &tables, table, b);
}

/* What x is where the tables' conditions hold. */
static struct node *where(struct tables *tables, uint64_t holds, struct node *x)
{
    while (x->op == OP_SELECT) {
        uint64_t inner = table_of(tables, x->inputs[0]);
        if (tables->is_unknown || ((holds & inner) != 0 && (holds & ~inner) != 0))
            break;
        x = x->inputs[(holds & inner) != 0 ? 1 : 2];
    }
    return x;
}

/* if c then (if d then x else y) else y -> if d then x else y where d implies c, and so on: whether `inner`
 * is y wherever `holds` does not. */
static bool is_elsewhere(struct tables *tables, uint64_t holds, const struct node *inner,
                         const struct node *y)
{
    if (inner->op != OP_SELECT)
        return false;
    uint64_t table = table_of(tables, inner->inputs[0]);
    return !tables->is_unknown && ((inner->inputs[2] == y && (table & ~holds) == 0) ||
                                   (inner->inputs[1] == y && (~table & ~holds) == 0));
}

struct node *graph_simplify_choice(struct graph *graph, struct node *c, struct node *a, struct node *b)
{
    struct tables tables = {0};
    if (a->op != OP_SELECT && b->op != OP_SELECT)
        return NULL;
    uint64_t holds = table_of(&tables, c);
    struct node *x = tables.is_unknown ? a : where(&tables, holds, a);
    struct node *y = tables.is_unknown ? b : where(&tables, ~holds, b);
    if (tables.is_unknown)
        return NULL;
    if (x != a || y != b)
        return graph_select(graph, c, x, y);
    if (is_elsewhere(&tables, holds, a, b))
        return a;
    return is_elsewhere(&tables, ~holds, b, a) ? b : NULL;
}
