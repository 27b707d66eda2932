/* emit_defaults.c: f_defaults, which sets the members whose parameters have defaults: numbers to expressions,
 * arrays to constant ones of this function, if their elements are known now. */
#include <string.h>

#include "emitter.h"
#include "interpret.h"

enum { MOST_OPERATORS = 1000, MOST_ELEMENTS = 4096 };

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

/* Whether the value depends on nothing that the caller gives, and can be computed whatever it is. */
static bool is_known(const struct node *node, int *operators)
{
    int64_t number;
    if (++*operators > MOST_OPERATORS || node->op == OP_PARAMETER ||
        (node->op == OP_SIZE_VALUE && !size_is_number(node->extent, &number)))
        return false;
    for (int a = 0; a < node->rank; a++)
        if (!size_is_number(node->shape[a], &number))
            return false;
    for (int i = 0; i < node->input_count; i++)
        if (!is_known(node->inputs[i], operators))
            return false;
    bool moves =
        (node->op == OP_INDEX || node->op == OP_SCATTER || node->op == OP_RESHAPE) && node->input_count == 1;
    return operator_is_elementwise(node->op) || moves || node->op == OP_CONSTANT ||
           node->op == OP_SIZE_VALUE || node->op == OP_IOTA;
}

static bool is_settable(const struct member *member)
{
    int operators = 0;
    int64_t elements = 1, extent;
    if (!member->value || member->rank == 0)
        return member->value && is_expression(member->value, &operators);
    for (int a = 0; a < member->rank && elements <= MOST_ELEMENTS; a++)
        elements *= size_is_number(member->shape[a], &extent) ? extent : MOST_ELEMENTS + 1;
    return member->role == ROLE_INPUT && elements > 0 && elements <= MOST_ELEMENTS &&
           is_known(member->value, &operators);
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
    const struct tree *value = member->rank > 0            ? tree_name(emitter->lasting, member->name)
                               : member->role != ROLE_SIZE ? expression_of(emitter, member->value, NULL)
                               : member->value->op == OP_SIZE_VALUE
                                   ? size_c(emitter, member->value->extent)
                                   : tree_number(emitter->lasting, (long long)member->value->value);
    emit_line(emitter, "%s->%s = $", emitter->self, member->name, value);
}

/* static const double b[2] = {1.0, 2.0}; */
static void print_array(struct text *file, const struct emitter *emitter, struct interpreter *interpreter,
                        const struct member *member)
{
    enum { WIDTH = 100 };
    const double *elements = interpreter_value(interpreter, member->value);
    size_t count = interpreter_count(interpreter, member->value), column = 0;
    text_print(file, "    static const %s %s[%zu] = {", c_type(emitter, member->value->type), member->name,
               count);
    for (size_t i = 0; i < count; i++) {
        const char *text = tree_text(
            emitter->arena, number_tree(emitter->arena, emitter->suffix, member->value->type, elements[i]));
        bool is_broken = column + strlen(text) + 2 > WIDTH;
        text_print(file, "%s%s%s", i ? "," : "", is_broken ? "\n        " : i ? " " : "", text);
        column = (is_broken ? 8 : column) + strlen(text) + 2;
    }
    text_write(file, "};\n");
}

static void print_arrays(struct text *file, const struct emitter *emitter, const struct function *defaults)
{
    struct interpreter *interpreter = interpreter_new(emitter->arena, defaults->graph);
    for (size_t i = 0; i < defaults->members_count; i++)
        if (defaults->members[i].rank > 0 && is_settable(&defaults->members[i]))
            print_array(file, emitter, interpreter, &defaults->members[i]);
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
    print_arrays(&file->text, &emitter, defaults);
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
