/* emit_kernel.c: the statements of an entry with the declarations that they need.
 *
 * Compilers believe `restrict` of parameters only. So the statements of an entry that writes an array are a
 * function of their own, the kernel, which takes the arrays as parameters; the entry checks its struct and
 * calls it. What shares a stretch of the workspace is declared in the kernel, from the one parameter for that
 * stretch. */
#include <string.h>

#include "emitter.h"

/* Unset, the gradient of the first output counts as 1 if that is a real scalar. */
static bool is_first_output(const struct function *function, const struct member *seed)
{
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].role == ROLE_OUTPUT)
            return seed->role == ROLE_OUTPUT_GRADIENT && strcmp(function->members[i].name, seed->of) == 0;
    return false;
}

/* Those inputs that the statements mention. */
static void declare_scalars(struct emitter *emitter, const char *statements)
{
    struct names *mentioned = names_of_text(emitter->arena, statements);
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

/* The lengths of blocks that a text mentions. */
static struct text block_lengths(struct emitter *emitter, const char *statements)
{
    struct text *out = emitter->out, text = {.arena = emitter->arena};
    struct names *names = names_of_text(emitter->arena, statements);
    text_write(&text, "");
    emitter->out = &text;
    for (size_t i = 0; i < emitter->function->blocks_count; i++) {
        const struct block_length *block = &emitter->function->blocks[i];
        const char *name = size_c(emitter, block->length);
        if (names_has(names, name))
            emit_line(emitter, "const size_t %s = %s(%s, %s);", name, block_function(block),
                      size_c(emitter, block->extent), size_c(emitter, block->width));
    }
    emitter->out = out;
    return text;
}

/* The sizes that a text mentions. */
static void declare_sizes(struct emitter *emitter, const char *text)
{
    const char *blocks = block_lengths(emitter, text).bytes;
    struct names *names = names_of_text(emitter->arena, arena_print(emitter->arena, "%s%s", blocks, text));
    for (size_t i = 0; i < emitter->function->members_count; i++) {
        const struct member *member = &emitter->function->members[i];
        if (member->role != ROLE_SIZE)
            continue;
        const char *name = size_c(emitter, member->extent);
        if (names_has(names, name))
            emit_line(emitter, "const size_t %s = %s;", name, member_text(emitter, member));
    }
    text_write(emitter->out, blocks);
}

static void declare_array(struct emitter *emitter, const struct array *array)
{
    if (strcmp(array->name, array->source) == 0) /* declared as a place */
        return;
    emit_line(emitter, array->shape ? "%s *%sconst %s = %s; /* %s */" : "%s *%sconst %s = %s;", array->type,
              array->is_alone ? "GRADC_RESTRICT " : "", array->name, array->source, array->shape);
}

/* Scalars, arrays (those that are no parameters, or all), statements, and before them the sizes that all this
 * mentions. */
static struct text declared(struct emitter *emitter, const struct arrays *arrays, bool are_parameters,
                            const char *statements)
{
    struct text *out = emitter->out;
    struct text text = {.arena = emitter->arena}, whole = text;
    text_write(&text, are_parameters ? "" : arrays->places.bytes);
    text_write(&whole, "");
    emitter->out = &text;
    for (size_t i = 0; i < arrays->arrays_count; i++)
        if (!are_parameters || !arrays->arrays[i].is_alone)
            declare_array(emitter, &arrays->arrays[i]);
    declare_scalars(emitter, statements);
    text_write(&text, statements);
    emitter->out = &whole;
    declare_sizes(emitter, text.bytes);
    text_write(&whole, text.bytes);
    emitter->out = out;
    return whole;
}

void emit_statements(struct emitter *emitter, const struct arrays *arrays, const char *statements)
{
    text_write(emitter->out, declared(emitter, arrays, false, statements).bytes);
    emit_line(emitter, "return GRADC_OK;");
}

/* ---- Kernels ---- */

bool is_worth_a_kernel(const struct arrays *arrays)
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

bool can_fail(const char *statements)
{
    return strstr(statements, "return GRADC_") != NULL;
}

static bool needs_struct(struct emitter *emitter, const char *text)
{
    return names_has(names_of_text(emitter->arena, text), emitter->self);
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
        add_parameter(emitter, &list, arrays->passed[i].parameter, NULL);
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
static void emit_parameters(struct emitter *emitter, const struct parameters *list)
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
            emit_line(emitter, "%-*s /* %s */", (int)width, text, parameter->shape);
        else
            emit_line(emitter, "%s", text);
    }
}

void emit_kernel(struct emitter *emitter, const char *name, const struct arrays *arrays,
                 const char *statements)
{
    struct text *out = emitter->out;
    struct text text = declared(emitter, arrays, true, statements);
    text_print(out, "static %s %s(\n", can_fail(statements) ? "int" : "void", name);
    struct parameters parameters = list_parameters(emitter, arrays, needs_struct(emitter, text.bytes));
    emit_parameters(emitter, &parameters);
    text_print(out, "{\n%s", text.bytes);
    if (can_fail(statements))
        emit_line(emitter, "return GRADC_OK;");
    text_write(out, "}\n\n");
}

const char *kernel_call(struct emitter *emitter, const char *name, const struct arrays *arrays,
                        const char *statements)
{
    struct text call = {.arena = emitter->arena};
    const char *comma = "";
    text_print(&call, "%s(", name);
    if (needs_struct(emitter, declared(emitter, arrays, true, statements).bytes)) {
        text_write(&call, emitter->self);
        comma = ", ";
    }
    for (size_t i = 0; i < arrays->passed_count; i++) {
        text_print(&call, "%s%s", comma, arrays->passed[i].argument);
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

void emit_calls(struct emitter *emitter, const struct arrays *arrays, const char *calls)
{
    struct text whole = {.arena = emitter->arena};
    text_write(&whole, arrays->places.bytes);
    text_write(&whole, calls);
    declare_sizes(emitter, whole.bytes);
    text_write(emitter->out, whole.bytes);
}
