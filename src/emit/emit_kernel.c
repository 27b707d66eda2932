/* emit_kernel.c: the statements of an entry with the declarations that they need.
 *
 * Compilers believe `restrict` of parameters only. So the statements of an entry that writes an array are a
 * function of their own, the kernel, which takes the arrays as parameters; the entry checks its struct and
 * calls it. What shares a stretch of the workspace is declared in the kernel, from the one parameter for that
 * stretch. */
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

/* Those inputs that are mentioned. */
static void declare_scalars(struct emitter *emitter, const struct names *mentioned)
{
    for (size_t i = 0; i < emitter->function->members_count; i++) {
        const struct member *member = &emitter->function->members[i];
        if (!is_read_leaf(emitter, member) || member->rank > 0)
            continue;
        const char *type = c_type(emitter, member->type), *source = member_text(emitter, member);
        const char *name = emitter->leaf_names[member->leaf->id];
        if (!names_has(mentioned, name))
            continue;
        if (member->pointer)
            emit_line(emitter, "const %s %s = %s ? *%s : %s;", type, name, source, source,
                      is_first_output(emitter->function, member) ? "1" : "0");
        else
            emit_line(emitter, "const %s %s = %s;", type, name, source);
    }
}

/* The sizes that are mentioned, and those from which others follow. */
static void declare_sizes(struct emitter *emitter, struct names *mentioned)
{
    struct code computed = {0};
    computed_sizes(emitter->lasting, emitter->function, mentioned, &computed);
    for (size_t i = 0; i < emitter->function->members_count; i++) {
        const struct member *member = &emitter->function->members[i];
        if (member->role != ROLE_SIZE)
            continue;
        const char *name = size_c(emitter, member->extent);
        if (!names_has(mentioned, name))
            continue;
        emit_line(emitter, "const size_t %s = %s;", name, member_text(emitter, member));
        names_add_text(mentioned, emitter->self);
    }
    code_append_all(emitter->lasting, emitter->code, &computed);
}

static void declare_array(struct emitter *emitter, const struct array *array)
{
    if (array->name == array->source) /* declared as a place */
        return;
    emit_line(emitter, "%s *%sconst %s = %s;", array->type, array->is_alone ? "GRADC_RESTRICT " : "",
              array->name, array->source);
    emitter->code->statements[emitter->code->statements_count - 1]->remark = array->shape;
}

static bool add_names(const struct statement *statement, void *closure)
{
    if (statement->kind != CODE_COMMENT)
        names_add_text(closure, statement->text);
    return false;
}

static void names_add_code(struct names *names, const struct code *code)
{
    code_walk(code, add_names, names);
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
        const char *text, *shape;
    } * parameters;
    size_t parameters_count, parameters_capacity;
};

static void add_parameter(struct emitter *emitter, struct parameters *list, const char *text,
                          const char *shape)
{
    struct parameter parameter = {text, shape};
    ARENA_APPEND(emitter->arena, list, parameters, parameter);
}

const char *passed_text(struct emitter *emitter, const struct passed *passed)
{
    return arena_print(emitter->arena, "%s%s%s", passed->type, passed->is_pointer ? "" : " ", passed->name);
}

/* The struct if it is needed, scalars, arrays. */
static struct parameters list_parameters(struct emitter *emitter, const struct arrays *arrays,
                                         bool has_struct)
{
    struct parameters list = {0};
    if (has_struct)
        add_parameter(emitter, &list,
                      arena_print(emitter->arena, "struct %s *GRADC_RESTRICT %s", emitter->function->name,
                                  emitter->self),
                      NULL);
    for (size_t i = 0; i < arrays->passed_count; i++)
        add_parameter(emitter, &list, passed_text(emitter, &arrays->passed[i]), NULL);
    for (size_t i = 0; i < arrays->arrays_count; i++) {
        const struct array *array = &arrays->arrays[i];
        if (array->is_alone)
            add_parameter(emitter, &list,
                          arena_print(emitter->arena, "%s *GRADC_RESTRICT %s", array->type, array->name),
                          array->shape);
    }
    if (list.parameters_count == 0)
        add_parameter(emitter, &list, "void", NULL);
    return list;
}

/* One a line, the arrays with their shapes. */
static void print_parameters(struct emitter *emitter, struct text *to, const struct parameters *list)
{
    size_t width = 0;
    for (size_t i = 0; i < list->parameters_count; i++) {
        size_t length = strlen(list->parameters[i].text) + 1;
        width = list->parameters[i].shape && length > width ? length : width;
    }
    for (size_t i = 0; i < list->parameters_count; i++) {
        const struct parameter *parameter = &list->parameters[i];
        const char *text =
            arena_print(emitter->arena, "%s%c", parameter->text, i + 1 < list->parameters_count ? ',' : ')');
        if (parameter->shape)
            text_print(to, "    %-*s /* %s */\n", (int)width, text, parameter->shape);
        else
            text_line(to, 4, text);
    }
}

/* A kernel that takes these arrays, and whether it takes the struct. Those that differ in names only are one.
 */
static const char *emit_kernel(struct emitter *emitter, const char *name, const struct arrays *arrays,
                               const struct code *statements, bool *has_struct)
{
    struct text definition = {.arena = emitter->arena};
    struct names *mentioned = names_new(emitter->arena);
    struct code code = declared(emitter, arrays, true, statements, mentioned);
    *has_struct = names_has(mentioned, emitter->self);
    struct parameters parameters = list_parameters(emitter, arrays, *has_struct);
    text_write(&definition, "(\n");
    print_parameters(emitter, &definition, &parameters);
    text_write(&definition, "{\n");
    code_print(&definition, &code, 4);
    text_print(&definition, "%s}\n\n", can_fail(statements) ? "    return GRADC_OK;\n" : "");
    if (emitter->kernels) {
        const char *key = without_names(emitter->arena, definition.bytes);
        const char *equal = map_get(emitter->kernels, key);
        if (equal)
            return equal;
        map_set(emitter->lasting, emitter->kernels, arena_copy(emitter->lasting, key, strlen(key)),
                (void *)name);
    }
    text_print(emitter->out, "static %s %s%s", can_fail(statements) ? "int" : "void", name, definition.bytes);
    return name;
}

/* f_forward_kernel(m, x, y) */
static const char *kernel_call(struct emitter *emitter, const char *name, const struct arrays *arrays,
                               bool has_struct)
{
    struct text call = {.arena = emitter->arena};
    const char *comma = "";
    text_print(&call, "%s(", name);
    if (has_struct) {
        text_write(&call, emitter->self);
        comma = ", ";
    }
    for (size_t i = 0; i < arrays->passed_count; i++) {
        text_print(&call, "%s%s", comma, arrays->passed[i].name);
        comma = ", ";
    }
    for (size_t i = 0; i < arrays->arrays_count; i++)
        if (arrays->arrays[i].is_alone) {
            text_print(&call, "%s%s", comma, arrays->arrays[i].source);
            comma = ", ";
        }
    text_write(&call, ")");
    return call.bytes;
}

/* The places, the call, and before them the sizes that these mention. */
static struct code calling(struct emitter *emitter, const struct arrays *arrays, const char *call,
                           bool returns)
{
    struct code code = {0}, whole = {0}, *outer = emit_into(emitter, &code);
    code_append_all(emitter->lasting, &code, &arrays->places);
    emit_as(emitter, returns ? CODE_FAIL : CODE_LINE, returns ? "return %s;" : "%s;", call);
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
            names_add_text(mentioned, all->arrays[i].source);
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
    struct arrays some = mentioned_arrays(emitter, all, statements), *arrays = &some;
    bool returns = false;
    if (is_worth_a_kernel(arrays)) {
        bool has_struct;
        kernel = emit_kernel(emitter, kernel, arrays, statements, &has_struct);
        returns = can_fail(statements);
        body = calling(emitter, arrays, kernel_call(emitter, kernel, arrays, has_struct), returns);
    } else {
        body = declared(emitter, arrays, false, statements, names_new(emitter->arena));
    }
    if (is_status && !returns) {
        struct code *outer = emit_into(emitter, &body);
        emit_line(emitter, "return GRADC_OK;");
        emit_into(emitter, outer);
    }
    return body;
}
