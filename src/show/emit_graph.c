/* emit_graph.c: each function's graph, one node a line in the order of computation.
 *
 * A node is written as an equation over the nodes that it reads; constants, sizes, positions and views are
 * written where they are used. Nodes that no member needs are left out. */
#include "emit_graph.h"

#include <stdlib.h>
#include <string.h>

#include "graph_internal.h"
#include "math_print.h"
#include "region.h"

/* The nodes of one function that are shown, and their names. */
struct listing {
    struct arena *arena;
    const struct function *function;
    unsigned char *reached; /* by id: whether a member needs it */
    const char **names;     /* by id; NULL: written where it is used */
    graph_note *note;
    void *closure;
};

/* ---- Names ---- */

/* Operators that are written over whole tensors only: a view that they read is shown by itself. */
static bool reads_whole(const struct node *node)
{
    switch (node->op) {
    case OP_RESHAPE:
    case OP_ARGMAX:
    case OP_ARGMIN:
    case OP_CUMSUM:
    case OP_CHOLESKY:
    case OP_SOLVE_TRIANGULAR:
    case OP_LU_SOLVE:
    case OP_LOGABSDET:
    case OP_DET:
    case OP_ROUTINE: return true;
    default: return false;
    }
}

static bool is_inline(const struct node *node)
{
    switch (node->op) {
    case OP_CONSTANT:
    case OP_SIZE_VALUE:
    case OP_IOTA: return true;
    case OP_INDEX: return node->name == NULL;
    default: return false;
    }
}

static int compare_names(const void *a, const void *b)
{
    const struct node *x = *(struct node *const *)a, *y = *(struct node *const *)b;
    int order = strcmp(x->name, y->name);

    return order != 0 ? order : x->id < y->id ? -1 : 1;
}

/* The first node of a name has the name alone, others get their number too: h, h.17 */
static void take_names(struct listing *listing, struct node **named, size_t count)
{
    qsort(named, count, sizeof *named, compare_names);
    for (size_t i = 0; i < count; i++) {
        bool is_first = i == 0 || strcmp(named[i]->name, named[i - 1]->name) != 0;
        listing->names[named[i]->id] =
            is_first ? named[i]->name : arena_print(listing->arena, "%s.%d", named[i]->name, named[i]->id);
    }
}

static void name_nodes(struct listing *listing)
{
    const struct graph *graph = listing->function->graph;
    struct node **named = ARENA_ARRAY(listing->arena, struct node *, graph->nodes_count + 1);
    bool *read_whole = ARENA_ARRAY(listing->arena, bool, graph->nodes_count + 1);
    size_t count = 0;

    listing->names = ARENA_ARRAY(listing->arena, const char *, graph->nodes_count + 1);
    for (size_t i = 0; i < graph->nodes_count; i++) {
        for (int j = 0; reads_whole(graph->nodes[i]) && j < graph->nodes[i]->input_count; j++)
            read_whole[graph->nodes[i]->inputs[j]->id] = true;
    }
    for (size_t i = 0; i < graph->nodes_count; i++) {
        struct node *node = graph->nodes[i];
        if (!listing->reached[i] || (is_inline(node) && !read_whole[i]))
            continue;
        if (node->name != NULL)
            named[count++] = node;
        else
            listing->names[i] = arena_print(listing->arena, "%%%zu", i);
    }
    take_names(listing, named, count);
}

/* What the members need, bodies of loops included. */
static void reach(struct listing *listing)
{
    const struct function *function = listing->function;
    struct graph *graph = function->graph;
    struct node **roots = ARENA_ARRAY(listing->arena, struct node *, 2 * function->members_count + 1);
    size_t count = 0;

    listing->reached = ARENA_ARRAY(listing->arena, unsigned char, graph->nodes_count + 1);
    for (size_t i = 0; i < function->members_count; i++) {
        roots[count++] = function->members[i].leaf;
        roots[count++] = function->members[i].value;
    }
    mark_reachable(graph, roots, count, true, listing->reached);
}

static bool is_leaf(const struct node *node, void *closure)
{
    const struct listing *listing = closure;

    return listing->names[node->id] != NULL;
}

static const char *leaf_name(const struct node *node, void *closure)
{
    const struct listing *listing = closure;

    return listing->names[node->id];
}

static void listing_begin(struct listing *listing, const struct module *module,
                          const struct function *function, graph_note *note, void *closure)
{
    *listing =
        (struct listing){.arena = module->arena, .function = function, .note = note, .closure = closure};
    reach(listing);
    name_nodes(listing);
}

/* ---- Equations ---- */

static const char *shape_text(struct listing *listing, const struct node *node)
{
    const char *text = node->type == INT ? "int" : node->type == BOOL ? "bool" : "";

    if (node->rank == 0)
        return *text ? text : "real";
    for (int a = 0; a < node->rank; a++)
        text = arena_print(listing->arena, "%s%s%s", text, a == 0 ? "[" : ", ",
                           size_print(listing->arena, node->shape[a], SIZE_LANGUAGE));
    return arena_print(listing->arena, "%s]", text);
}

static const char *name_or_text(struct listing *listing, const struct node *node)
{
    if (listing->names[node->id] != NULL)
        return listing->names[node->id];
    struct math_names names = {is_leaf, leaf_name, listing, 0, NULL};
    return math_print(listing->arena, node, &names);
}

/* `for t in 0..T while c: h = h0 then next; collects x` */
static const char *loop_text(struct listing *listing, const struct node *node)
{
    const struct loop *loop = node->loop;
    const char *text = arena_print(listing->arena, "for %s in %s..%s", size_name(loop->variable),
                                   size_print(listing->arena, loop->begin, SIZE_LANGUAGE),
                                   size_print(listing->arena, loop->end, SIZE_LANGUAGE));

    if (loop->reverse)
        text = arena_print(listing->arena, "%s backwards", text);
    if (loop->condition != NULL)
        text = arena_print(listing->arena, loop->is_branch ? "%s if %s" : "%s while %s", text,
                           name_or_text(listing, loop->condition));
    for (int k = 0; k < loop->carried_count; k++)
        text =
            arena_print(listing->arena, "%s; %s: %s, then %s", text, name_or_text(listing, loop->carried[k]),
                        name_or_text(listing, loop->initial[k]), name_or_text(listing, loop->next[k]));
    for (int k = 0; k < loop->collected_count; k++)
        text =
            arena_print(listing->arena, "%s; collects %s", text, name_or_text(listing, loop->collected[k]));
    return text;
}

static const char *equation(struct listing *listing, const struct node *node)
{
    const char *name = listing->names[node->id];
    struct math_names names = {is_leaf, leaf_name, listing, 0, NULL};

    switch (node->op) {
    case OP_PARAMETER: return arena_print(listing->arena, "%s is an input", name);
    case OP_PLACEHOLDER: return arena_print(listing->arena, "%s is given", name);
    case OP_LOOP: return arena_print(listing->arena, "%s = %s", name, loop_text(listing, node));
    case OP_RESULT:
        return arena_print(listing->arena, "%s = %s.%d", name, name_or_text(listing, node->inputs[0]),
                           node->result);
    default: return math_statement(listing->arena, name, node, &names);
    }
}

static const char *note_of(const struct listing *listing, struct node *node)
{
    return listing->note != NULL ? listing->note(listing->function, node, listing->closure) : NULL;
}

static const char *role_text(enum role role)
{
    switch (role) {
    case ROLE_OUTPUT: return "output";
    case ROLE_INOUT: return "update";
    case ROLE_GRADIENT: return "gradient";
    case ROLE_JACOBIAN: return "jacobian";
    case ROLE_HESSIAN: return "hessian";
    case ROLE_JACOBIAN_VALUES: return "jacobian values";
    case ROLE_HESSIAN_VALUES: return "hessian values";
    case ROLE_OUTPUT_TANGENT: return "tangent";
    case ROLE_HVP: return "product with the hessian";
    default: return "value";
    }
}

/* ---- The listing ---- */

static void list_function(FILE *stream, struct listing *listing)
{
    const struct function *function = listing->function;

    fprintf(stream, "%s\n", function->name);
    for (size_t i = 0; i < function->graph->nodes_count; i++) {
        struct node *node = function->graph->nodes[i];
        const char *note;
        if (listing->names[i] == NULL)
            continue;
        note = note_of(listing, node);
        fprintf(stream, "    %-16s %s%s%s\n", node->op == OP_LOOP ? "" : shape_text(listing, node),
                equation(listing, node), note != NULL ? "    # " : "", note != NULL ? note : "");
    }
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (member->value != NULL)
            fprintf(stream, "    %s %s = %s\n", role_text(member->role), member->name,
                    name_or_text(listing, member->value));
    }
}

void emit_graph_noted(FILE *stream, const struct module *module, graph_note *note, void *closure)
{
    for (size_t i = 0; i < module->functions_count; i++) {
        struct listing listing;
        listing_begin(&listing, module, module->functions[i], note, closure);
        fprintf(stream, "%s", i > 0 ? "\n" : "");
        list_function(stream, &listing);
    }
}

void emit_graph(FILE *stream, const struct module *module)
{
    emit_graph_noted(stream, module, NULL, NULL);
}
