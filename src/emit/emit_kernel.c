/* emit_kernel.c: the statements of an entry with the declarations that they need.
 *
 * Compilers believe `restrict` of parameters only. So the statements of an entry that writes an array are a
 * function of their own, the kernel, which takes the arrays as parameters; the entry checks its struct and
 * calls it. What shares a stretch of the workspace is declared in the kernel, from the one parameter for that
 * stretch. */
#include <stdlib.h>
#include <string.h>

#include "emitter.h"
#include "map.h"

/* Unset, the gradient of the first output counts as 1 if that is a real scalar. */
static bool is_first_output(const struct function *function, const struct member *seed)
{
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].role == ROLE_OUTPUT)
            return seed->role == ROLE_OUTPUT_GRADIENT && strcmp(function->members[i].name, seed->of) == 0;
    return false;
}

/* Those of the entry that are mentioned: a part of a long entry mentions few of many. */
struct mentioned_members {
    struct emitter *emitter;
    const struct member **members;
    size_t members_count, members_capacity;
};

static void add_mentioned(const char *name, size_t length, void *closure)
{
    struct mentioned_members *list = closure;
    const struct member *member = map_get_part(list->emitter->value_members, name, length);
    if (member)
        ARENA_APPEND(list->emitter->arena, list, members, member);
}

static int as_declared(const void *a, const void *b)
{
    const struct member *first = *(const struct member *const *)a, *second = *(const struct member *const *)b;
    return (first > second) - (first < second); /* of one array */
}

static struct mentioned_members mentioned_members(struct emitter *emitter, const struct names *mentioned)
{
    struct mentioned_members list = {.emitter = emitter};
    names_visit(mentioned, add_mentioned, &list);
    if (list.members_count > 1)
        qsort(list.members, list.members_count, sizeof *list.members, as_declared);
    return list;
}

static void declare_scalars(struct emitter *emitter, const struct names *mentioned)
{
    const struct mentioned_members list = mentioned_members(emitter, mentioned);
    for (size_t i = 0; i < list.members_count; i++) {
        const struct member *member = list.members[i];
        if (!is_read_leaf(emitter, member))
            continue;
        const char *name = emitter->leaf_names[member->leaf->id];
        const char *type = c_type(emitter, member->type);
        const struct tree *source = member_of(emitter, member);
        if (member->pointer)
            emit_line(emitter, "const %s %s = $ ? *$ : %d", type, name, source, source,
                      (int)is_first_output(emitter->function, member));
        else
            emit_line(emitter, "const %s %s = $", type, name, source);
    }
}

/* The sizes that are mentioned, and those from which others follow. */
static void declare_sizes(struct emitter *emitter, struct names *mentioned)
{
    struct code computed = {0};
    computed_sizes(emitter, mentioned, &computed);
    const struct mentioned_members list = mentioned_members(emitter, mentioned);
    for (size_t i = 0; i < list.members_count; i++) {
        const struct member *member = list.members[i];
        if (member->role != ROLE_SIZE)
            continue;
        emit_line(emitter, "const size_t %s = $", c_name(emitter, member->extent),
                  member_of(emitter, member));
        names_reserve(mentioned, emitter->self);
    }
    code_append_all(emitter->lasting, emitter->code, &computed);
}

static void declare_array(struct emitter *emitter, const struct array *array)
{
    if (tree_is(array->source, TREE_NAME, array->name)) /* declared as a place */
        return;
    emit_line(emitter, "%s *%sconst %s = $", array->type, array->is_alone ? "GRADC_RESTRICT " : "",
              array->name, array->source);
    emitter->code->statements[emitter->code->statements_count - 1]->remark = array->shape;
}

/* Scalars, arrays (those that are no parameters, or all), statements, and before them the sizes that all this
 * mentions. `mentioned`: all of it. */
static struct code declared(struct emitter *emitter, const struct arrays *arrays, bool are_parameters,
                            const struct code *statements, struct names *mentioned)
{
    struct code code = {0}, whole = {0}, *outer = emit_into(emitter, &code);
    if (!are_parameters)
        code_append_all(emitter->lasting, &code, &arrays->places);
    for (size_t i = 0; i < arrays->arrays_count; i++)
        if (!are_parameters || !arrays->arrays[i].is_alone)
            declare_array(emitter, &arrays->arrays[i]);
    names_add_code(mentioned, statements);
    declare_scalars(emitter, mentioned);
    names_add_code(mentioned, &code);
    emit_into(emitter, &whole);
    declare_sizes(emitter, mentioned);
    code_append_all(emitter->lasting, &whole, &code);
    code_append_all(emitter->lasting, &whole, statements);
    emit_into(emitter, outer);
    return whole;
}

/* ---- Kernels ---- */

static bool is_worth_a_kernel(const struct arrays *arrays)
{
    size_t parameters = 0;
    bool is_written = false;
    for (size_t i = 0; i < arrays->arrays_count; i++) {
        parameters += arrays->arrays[i].is_alone;
        is_written = is_written || arrays->arrays[i].is_written;
    }
    return is_written && parameters > 1 && parameters <= MOST_PARAMETERS;
}

const char *kernel_name(struct emitter *emitter)
{
    return arena_print(emitter->arena, "%s_%s_kernel", emitter->function->name,
                       entry_name(emitter->program->entry));
}

bool needs_struct(struct emitter *emitter, const struct code *code)
{
    struct names *mentioned = names_new(emitter->arena);
    names_add_code(mentioned, code);
    return names_has(mentioned, emitter->self);
}

struct parameters {
    struct parameter {
        const struct tree *tree;
        const char *shape;
    } * parameters;
    size_t parameters_count, parameters_capacity;
};

static void add_parameter(struct emitter *emitter, struct parameters *list, const struct tree *tree,
                          const char *shape)
{
    struct parameter parameter = {tree, shape};
    ARENA_APPEND(emitter->arena, list, parameters, parameter);
}

const struct tree *passed_as(struct emitter *emitter, const struct passed *passed)
{
    return form(emitter, "%s %s", passed->type, passed->name);
}

/* The struct if it is needed, scalars, arrays. */
static struct parameters list_parameters(struct emitter *emitter, const struct arrays *arrays,
                                         bool has_struct)
{
    struct parameters list = {0};
    if (has_struct)
        add_parameter(emitter, &list,
                      form(emitter, "struct %s *GRADC_RESTRICT %s", emitter->function->name, emitter->self),
                      NULL);
    for (size_t i = 0; i < arrays->passed_count; i++)
        add_parameter(emitter, &list, passed_as(emitter, &arrays->passed[i]), NULL);
    for (size_t i = 0; i < arrays->arrays_count; i++) {
        const struct array *array = &arrays->arrays[i];
        if (array->is_alone)
            add_parameter(emitter, &list, form(emitter, "%s *GRADC_RESTRICT %s", array->type, array->name),
                          array->shape);
    }
    if (list.parameters_count == 0)
        add_parameter(emitter, &list, tree_name(emitter->lasting, "void"), NULL);
    return list;
}

static void print_parameter(struct text *to, const struct tree *tree, const char *behind)
{
    struct line line = {.text = {.arena = to->arena}};
    line_tree(&line, tree);
    line_write(&line, behind);
    line_end(&line, to, 4);
}

/* One a line, the arrays with their shapes. */
static void print_parameters(struct emitter *emitter, const struct parameters *list)
{
    struct text *to = &emitter->out->text;
    const char **texts = ARENA_ARRAY(emitter->arena, const char *, list->parameters_count);
    size_t width = 0;
    for (size_t i = 0; i < list->parameters_count; i++) {
        texts[i] = arena_print(emitter->arena, "%s%c", tree_text(emitter->arena, list->parameters[i].tree),
                               i + 1 < list->parameters_count ? ',' : ')');
        size_t length = strlen(texts[i]);
        width = list->parameters[i].shape && length > width ? length : width;
    }
    for (size_t i = 0; i < list->parameters_count; i++)
        if (list->parameters[i].shape)
            text_print(to, "    %-*s /* %s */\n", (int)width, texts[i], list->parameters[i].shape);
        else
            print_parameter(to, list->parameters[i].tree, i + 1 < list->parameters_count ? "," : ")");
}

/* ---- Kernels that differ in names only ---- */

struct numbering {
    struct arena *arena;
    struct map numbers;
};

/* Names that are declared are numbers. */
static const char *number_of_name(const char *name, bool is_declared, void *closure)
{
    struct numbering *numbering = closure;
    const char *number = map_get(&numbering->numbers, name);
    if (!number && is_declared) {
        number = arena_print(numbering->arena, "$%zu", numbering->numbers.entries_count);
        map_set(numbering->arena, &numbering->numbers, name, (void *)number);
    }
    return number;
}

/* Equal for kernels that are but for names. */
static const char *without_names(struct emitter *emitter, const struct parameters *list,
                                 const struct code *code)
{
    struct numbering numbering = {.arena = emitter->arena};
    struct text text = {.arena = emitter->arena};
    struct line line = {.text = {.arena = emitter->arena}, .rename = number_of_name, .closure = &numbering};
    for (size_t i = 0; i < list->parameters_count; i++) {
        line_tree(&line, list->parameters[i].tree);
        line_end(&line, &text, 0);
    }
    code_print_renamed(&text, code, number_of_name, &numbering);
    return text.bytes;
}

/* A kernel that takes these arrays, and whether it takes the struct. */
static const char *emit_kernel(struct emitter *emitter, const char *name, const struct arrays *arrays,
                               const struct code *statements, bool *has_struct)
{
    struct names *mentioned = names_new(emitter->arena);
    struct code code = declared(emitter, arrays, true, statements, mentioned);
    *has_struct = names_has(mentioned, emitter->self);
    struct parameters parameters = list_parameters(emitter, arrays, *has_struct);
    if (emitter->kernels) {
        const char *key = without_names(emitter, &parameters, &code);
        const char *equal = map_get(emitter->kernels, key);
        if (equal)
            return equal;
        map_set(emitter->lasting, emitter->kernels, arena_copy(emitter->lasting, key, strlen(key)),
                (void *)name);
    }
    struct text *to = &emitter->out->text;
    text_print(to, "static %s %s(\n", can_fail(statements) ? "int" : "void", name);
    print_parameters(emitter, &parameters);
    text_write(to, "{\n");
    print_body_of(emitter->out, &code);
    text_print(to, "%s}\n\n", can_fail(statements) ? "    return GRADC_OK;\n" : "");
    return name;
}

/* f_forward_kernel(m, x, y) */
static const struct tree *kernel_call(struct emitter *emitter, const char *name, const struct arrays *arrays,
                                      bool has_struct)
{
    const struct tree **arguments =
        ARENA_ARRAY(emitter->arena, const struct tree *, 1 + arrays->passed_count + arrays->arrays_count);
    unsigned count = 0;
    if (has_struct)
        arguments[count++] = tree_name(emitter->lasting, emitter->self);
    for (size_t i = 0; i < arrays->passed_count; i++)
        arguments[count++] = tree_name(emitter->lasting, arrays->passed[i].name);
    for (size_t i = 0; i < arrays->arrays_count; i++)
        if (arrays->arrays[i].is_alone)
            arguments[count++] = arrays->arrays[i].source;
    return tree_call(emitter->lasting, name, count, arguments);
}

/* The places, the call, and before them the sizes that these mention. */
static struct code calling(struct emitter *emitter, const struct arrays *arrays, const struct tree *call,
                           bool returns)
{
    struct code code = {0}, whole = {0}, *outer = emit_into(emitter, &code);
    code_append_all(emitter->lasting, &code, &arrays->places);
    emit_as(emitter, returns ? CODE_FAIL : CODE_LINE, returns ? "return $" : "$", call);
    struct names *mentioned = names_new(emitter->arena);
    names_add_code(mentioned, &code);
    emit_into(emitter, &whole);
    declare_sizes(emitter, mentioned);
    code_append_all(emitter->lasting, &whole, &code);
    emit_into(emitter, outer);
    return whole;
}

/* Those that the statements mention, or what shares their places: of an array with one element, no subscript
 * is printed, nor what it is read from. */
static struct arrays mentioned_arrays(struct emitter *emitter, const struct arrays *all,
                                      const struct code *statements)
{
    struct arrays some = *all;
    struct names *mentioned = names_new(emitter->arena);
    names_add_code(mentioned, statements);
    for (size_t i = 0; i < all->arrays_count; i++)
        if (!all->arrays[i].is_alone)
            names_add_tree(mentioned, all->arrays[i].source);
    some.arrays = NULL;
    some.arrays_count = some.arrays_capacity = 0;
    for (size_t i = 0; i < all->arrays_count; i++)
        if (!all->arrays[i].is_alone || names_has(mentioned, all->arrays[i].name))
            ARENA_APPEND(emitter->arena, &some, arrays, all->arrays[i]);
    return some;
}

struct code emit_function_body(struct emitter *emitter, const char *kernel, const struct arrays *all,
                               const struct code *statements, bool is_status)
{
    struct code body;
    const struct code joined = code_join(emitter->lasting, statements);
    emit_in_turn(emitter, &joined);
    struct arrays some = mentioned_arrays(emitter, all, &joined), *arrays = &some;
    bool returns = false;
    place_arrays(emitter, arrays);
    if (is_worth_a_kernel(arrays)) {
        bool has_struct;
        kernel = emit_kernel(emitter, kernel, arrays, &joined, &has_struct);
        returns = can_fail(&joined);
        body = calling(emitter, arrays, kernel_call(emitter, kernel, arrays, has_struct), returns);
    } else {
        body = declared(emitter, arrays, false, &joined, names_new(emitter->arena));
    }
    if (is_status && !returns) {
        struct code *outer = emit_into(emitter, &body);
        emit_line(emitter, "return GRADC_OK");
        emit_into(emitter, outer);
    }
    return body;
}
