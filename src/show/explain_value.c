/* explain_value.c: what became of one value of the program, for --explain:
 *
 *     h of loss: [m], 8 * m bytes
 *         written     net.nn:3: h = tanh(W @ x)
 *         computed    tanh(W @ x)
 *         forward     11 * m operations; in the workspace, part 0; kept for backward: it would take sums or
 *                     products again; for d_W
 *         backward    as forward left it
 *         gradient    11 * m operations; in the workspace, part 1
 *
 * Operations are those of --stats. A name can stand for several values, one after the other. */
#include <string.h>

#include "cost.h"
#include "emitter.h"
#include "math_print.h"
#include "stats.h"

enum { MOST_VALUES = 12, WIDTH = 100, INDENT = 16 };

struct explainer {
    FILE *stream;
    struct arena *arena;
    struct module *module;
    struct programs programs;
    const char *name;
};

/* ---- Text ---- */

/* A line of the explanation, broken where it is long. */
static void tell(const struct explainer *x, const char *title, const char *text)
{
    int column = fprintf(x->stream, "    %-12s", title);
    for (const char *word = text; *word;) {
        size_t length = strcspn(word, " ");
        if (column > INDENT && column + (int)length >= WIDTH)
            column = fprintf(x->stream, "\n%*s", INDENT, "") - 1;
        column += fprintf(x->stream, "%s%.*s", column > INDENT ? " " : "", (int)length, word);
        word += length + (word[length] == ' ');
    }
    fputc('\n', x->stream);
}

static const char *operations_text(const struct explainer *x, const size *count)
{
    bool is_one = size_is(count, 1);
    return arena_print(x->arena, "%s operation%s", size_print(x->arena, count, SIZE_LANGUAGE),
                       is_one ? "" : "s");
}

static bool has_name(const struct node *node, void *closure)
{
    return node != closure && node->name != NULL && (node->named_by_user || is_leaf(node));
}

/* ---- One value in one entry ---- */

static const char *place_of(const struct explainer *x, const struct buffer *buffer)
{
    const struct buffer *root = root_of(buffer);
    const char *text = "in a local variable";
    if (root->storage == STORAGE_MEMBER || root->storage == STORAGE_STRUCT)
        text = arena_print(x->arena, "in the member %s", root->member->name);
    else if (root->storage == STORAGE_WORKSPACE && root->slot >= 0)
        text = arena_print(x->arena, "in the workspace, part %d", root->slot);
    if (buffer->node && buffer->dropped && buffer->storage == STORAGE_WORKSPACE)
        text = arena_print(x->arena, "%s, a part at a time", text);
    if (root != buffer && root->node && root->node->name && buffer->node &&
        root->node->name != buffer->node->name)
        text = arena_print(x->arena, "%s, where %s is", text, root->node->name);
    if (buffer->block)
        text = arena_print(x->arena, "%s, the rows of one block", text);
    return text;
}

/* Inlined: what reads it computes it. */
static const char *written_out(const struct explainer *x, const struct program *program, struct node *node)
{
    int count = count_operators_of(program, node);
    if (count == 0)
        return "read where it is, without a copy";
    return arena_print(x->arena, "written out where it is read, %d operation%s for each element", count,
                       count == 1 ? "" : "s");
}

static const char *again_text(const struct explainer *x, const struct node *node)
{
    const struct kept *kept = x->programs.kept;
    int cost = kept && (size_t)node->id < kept->count ? kept->cost[node->id] : 0;
    return cost > 0 && cost < TOO_EXPENSIVE
               ? arena_print(x->arena, "computed again, since it takes %d addition%s for each element; ",
                             cost, cost == 1 ? "" : "s")
               : "computed again; ";
}

static bool is_of_forward(const struct explainer *x, const struct node *node)
{
    const struct program *forward = x->programs.entries[ENTRY_FORWARD];
    return forward && (size_t)node->id < forward->node_count && forward->is_live[node->id];
}

static bool has_own_account(const struct program *program, const struct node *node)
{
    return node->named_by_user || is_leaf(node) || node->op == OP_LOOP || node->op == OP_RESULT ||
           program->uses[node->id] > 1;
}

/* With what has no name and is computed for it alone, as the product in tanh(W @ x). */
static size *cost_of(const struct explainer *x, const struct program *program, struct node *node, int depth)
{
    enum { DEEPEST = 32 };
    size *cost = size_number(program->sizes, 0);
    if (program->buffers[node->id])
        cost = count_operations_of(x->module, program, node);
    else if (depth == 0)
        cost = size_number(program->sizes, count_operators_of(program, node));
    for (int i = 0; i < node->input_count && depth < DEEPEST; i++)
        if (!has_own_account(program, node->inputs[i]))
            cost = size_add(cost, cost_of(x, program, node->inputs[i], depth + 1));
    return cost;
}

static const struct member *stored_into(const struct program *program, const struct node *node)
{
    for (size_t i = 0; i < program->roots_count; i++)
        if (program->roots[i].node == node && program->roots[i].member)
            return program->roots[i].member;
    return NULL;
}

/* NULL: the entry has nothing to do with the value. */
static const char *fate(const struct explainer *x, enum entry entry, struct node *node)
{
    const struct program *program = x->programs.entries[entry];
    if (!program || (size_t)node->id >= program->node_count || !program->is_live[node->id])
        return NULL;
    const struct buffer *buffer = program->buffers[node->id];
    const struct member *member = program->leaf_members[node->id];
    if (is_leaf(node))
        return member ? arena_print(x->arena, "read from the member %s", member->name)
                      : "carried over from the round before";
    if (buffer && buffer->is_earlier)
        return arena_print(x->arena, "as forward left it, %s", place_of(x, buffer));
    const char *again = entry == ENTRY_BACKWARD && is_of_forward(x, node) ? again_text(x, node) : "";
    const char *operations = operations_text(x, cost_of(x, program, node, 0));
    const struct member *root = buffer ? NULL : stored_into(program, node);
    if (root)
        return arena_print(x->arena, "%s; stored into the member %s", operations, root->name);
    if (!buffer)
        return arena_print(x->arena, "%s%s", again, written_out(x, program, node));
    if (node->op == OP_RESULT) /* the operations are those of the rounds */
        operations = node->inputs[0]->loop->is_branch ? "by the side taken" : "by its rounds";
    const char *text = arena_print(x->arena, "%s%s; %s", again, operations, place_of(x, buffer));
    if (entry == ENTRY_FORWARD && buffer->is_kept && x->programs.kept)
        text = arena_print(x->arena, "%s; kept for backward: %s; for %s", text,
                           why_kept(x->arena, &x->programs, buffer),
                           read_for(x->arena, x->programs.entries[ENTRY_BACKWARD], node));
    return text;
}

/* ---- One value ---- */

static const struct program *any_program(const struct explainer *x, const struct node *node)
{
    for (int e = 0; e < ENTRY_COUNT; e++) {
        const struct program *program = x->programs.entries[e];
        if (program && (size_t)node->id < program->node_count && program->is_live[node->id])
            return program;
    }
    return NULL;
}

/* Around it, the rounds that compute it each for themselves. */
static const char *rounds_of(const struct explainer *x, const struct program *program,
                             const struct node *node)
{
    const struct node *owner = program->owner[node->id];
    const struct loop *loop = owner ? owner->loop : NULL;
    if (!loop)
        return NULL;
    if (loop->is_branch)
        return "where its branch is taken";
    return arena_print(
        x->arena, "in each round of %s in %s..%s", size_print(x->arena, loop->variable, SIZE_LANGUAGE),
        size_print(x->arena, loop->begin, SIZE_LANGUAGE), size_print(x->arena, loop->end, SIZE_LANGUAGE));
}

/* Made by the compiler: its line is that of what it is a derivative of. */
static bool is_derivative(const struct explainer *x)
{
    const struct function *function = x->programs.function;
    for (size_t i = 0; i < function->members_count; i++)
        if (strcmp(function->members[i].name, x->name) == 0)
            return function->members[i].role != ROLE_INPUT && function->members[i].role != ROLE_INOUT &&
                   function->members[i].role != ROLE_OUTPUT;
    return false;
}

static void tell_value(const struct explainer *x, struct node *node)
{
    const struct program *program = any_program(x, node);
    const char *type = node->type == INT ? "int" : node->type == BOOL ? "bool" : node->rank ? "" : "real";
    fprintf(x->stream, "%s of %s: %s%s, %s bytes\n", x->name, x->programs.function->name, type,
            node->rank ? shape_comment(x->arena, node->rank, node->shape) : "",
            size_print(x->arena, count_bytes(x->module, program, node), SIZE_LANGUAGE));
    if (node->origin.source && !node->origin.source->is_library)
        tell(x, is_derivative(x) ? "belongs to" : "written",
             arena_print(x->arena, "%s:%d: %s", node->origin.source->path, span_line(node->origin),
                         span_line_text(x->arena, node->origin)));
    struct math_names names = {has_name, math_own_name, node, 200, NULL};
    if (!is_leaf(node) && node->op != OP_RESULT)
        tell(x, "computed", math_print(x->arena, node, &names));
    else if (node->op == OP_RESULT)
        tell(x, "computed", node->inputs[0]->loop->is_branch ? "by a branch" : "by a loop");
    const char *rounds = rounds_of(x, program, node);
    if (rounds)
        tell(x, "when", rounds);
    for (int e = 0; e < ENTRY_COUNT; e++) {
        const char *text = fate(x, (enum entry)e, node);
        if (text)
            tell(x, entry_name((enum entry)e), text);
    }
}

/* Whether a value is called so, or stored into the member of that name. */
static bool is_meant(const struct explainer *x, const struct node *node)
{
    const struct function *function = x->programs.function;
    if (node->name && strcmp(node->name, x->name) == 0)
        return true;
    for (size_t i = 0; i < function->members_count; i++)
        if (strcmp(function->members[i].name, x->name) == 0 &&
            (function->members[i].value == node || function->members[i].leaf == node))
            return true;
    return false;
}

/* The values of this name in one function, behind those of others or not; how many there are. */
static int explain_in(struct explainer *x, struct function *function, bool is_behind)
{
    int count = 0;
    x->programs = (struct programs){0};
    build_programs(x->module, function, &x->programs);
    x->programs.function = function;
    for (size_t i = 0; i < function->graph->nodes_count; i++) {
        struct node *node = function->graph->nodes[i];
        if (node->op == OP_LOOP || !is_meant(x, node) || !any_program(x, node))
            continue;
        if (++count <= MOST_VALUES) {
            if (count > 1 || is_behind)
                fputc('\n', x->stream);
            tell_value(x, node);
        }
    }
    if (count > MOST_VALUES)
        fprintf(x->stream, "\nand %d more values of this name\n", count - MOST_VALUES);
    return count;
}

int explain_values(FILE *stream, struct module *module, const char *name)
{
    struct explainer x = {.stream = stream, .arena = module->arena, .module = module, .name = name};
    int count = 0;
    for (size_t i = 0; i < module->functions_count; i++)
        count += explain_in(&x, module->functions[i], count > 0);
    return count;
}
