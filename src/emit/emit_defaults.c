/* emit_defaults.c: f_defaults, which sets the members whose parameters have defaults. */
#include <string.h>

#include "emitter.h"

enum { MOST_OPERATORS = 1000 };

/* Whether C can write the value as one expression over sizes and members that are scalars. */
static bool is_expression(const struct node *node, int *operators)
{
    if (node->rank > 0 || ++*operators > MOST_OPERATORS)
        return false;
    if (node->op == OP_CONSTANT || node->op == OP_SIZE_VALUE || node->op == OP_PARAMETER)
        return true;
    for (int i = 0; i < node->input_count; i++)
        if (!is_expression(node->inputs[i], operators))
            return false;
    return operator_is_elementwise(node->op);
}

static bool is_settable(const struct member *member)
{
    int operators = 0;
    return member->value && member->rank == 0 && is_expression(member->value, &operators);
}

bool has_defaults(const struct function *function)
{
    for (size_t i = 0; function->defaults && i < function->defaults->members_count; i++)
        if (is_settable(&function->defaults->members[i]))
            return true;
    return false;
}

/* The value of what sets the member; NULL: nothing does. */
static const struct node *setter_of(const struct function *function, const struct member *member)
{
    const struct function *defaults = function->defaults;
    for (size_t i = 0; defaults && member->default_text && i < defaults->members_count; i++)
        if (!strcmp(defaults->members[i].name, member->name))
            return is_settable(&defaults->members[i]) ? defaults->members[i].value : NULL;
    return NULL;
}

bool is_set_by_default(const struct function *function, const struct member *member)
{
    return setter_of(function, member) != NULL;
}

bool default_number(const struct function *function, const struct member *member, double *number)
{
    const struct node *value = setter_of(function, member);
    return value && graph_is_constant(value, number);
}

static void set_member(struct emitter *emitter, const struct member *member)
{
    const struct tree *value = member->role != ROLE_SIZE ? expression_of(emitter, member->value, NULL)
                               : member->value->op == OP_SIZE_VALUE
                                   ? size_c(emitter, member->value->extent)
                                   : tree_number(emitter->lasting, (long long)member->value->value);
    emit_line(emitter, "%s->%s = $", emitter->self, member->name, value);
}

void emit_defaults(struct c_file *file, struct module *module, const struct emit_options *options,
                   struct function *function)
{
    struct function *defaults = function->defaults;
    if (!has_defaults(function))
        return;
    struct graph *graph = defaults->graph;
    bool is_float = module->precision == 32;
    struct program program = {.arena = module->arena,
                              .module = module,
                              .function = defaults,
                              .sizes = graph->sizes,
                              .node_count = graph->nodes_count};
    program.buffers = ARENA_ARRAY(module->arena, struct buffer *, graph->nodes_count + 1);
    program.uses = ARENA_ARRAY(module->arena, int, graph->nodes_count + 1);
    struct code code = {0};
    struct emitter emitter = {.arena = module->arena,
                              .code = &code,
                              .reads_struct = true,
                              .lasting = module->arena,
                              .module = module,
                              .function = defaults,
                              .program = &program,
                              .options = options,
                              .self = pointer_name(function),
                              .real = is_float ? "float" : "double",
                              .suffix = is_float ? "f" : "",
                              .width = is_float ? "f32" : "f64"};
    emitter.leaf_names = ARENA_ARRAY(module->arena, const char *, graph->nodes_count + 1);
    emitter.leaf_is_used = ARENA_ARRAY(module->arena, bool, graph->nodes_count + 1);
    for (size_t i = 0; i < graph->nodes_count; i++)
        if (graph->nodes[i]->op == OP_PARAMETER)
            emitter.leaf_names[i] = graph->nodes[i]->name;
    text_print(&file->text, "void %s_defaults(struct %s *%s)\n{\n", function->name, function->name,
               emitter.self);
    emitter.spelling = program.spelling = size_spelling(module->arena, function, emitter.self, false);
    /* Sizes come first, since other defaults may use them. */
    for (int of_sizes = 1; of_sizes >= 0; of_sizes--)
        for (size_t i = 0; i < defaults->members_count; i++)
            if (is_settable(&defaults->members[i]) &&
                (defaults->members[i].role == ROLE_SIZE) == (of_sizes == 1))
                set_member(&emitter, &defaults->members[i]);
    print_body_of(file, &code);
    text_write(&file->text, "}\n\n");
}
