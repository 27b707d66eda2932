/* emit_computed.c: sizes that are computed from others, such as the rows of a block: where they are declared,
 * and the functions that compute the long ones. */
#include <string.h>

#include "emitter.h"

static const char *real_type(const struct module *module)
{
    return module->precision == 32 ? "float" : "double";
}

struct emitter size_emitter(const struct module *module, const struct function *function, struct code *code)
{
    return (struct emitter){.arena = module->arena,
                            .lasting = module->arena,
                            .module = (struct module *)module,
                            .function = (struct function *)function,
                            .self = pointer_name(function),
                            .real = real_type(module),
                            .spelling = size_spelling(module->arena, function, pointer_name(function), false),
                            .code = code};
}

struct spelling *size_spelling(struct arena *arena, const struct function *function, const char *self,
                               bool in_double)
{
    struct spelling *spelling = ARENA_NEW(arena, struct spelling);
    struct names *names = names_new(arena);
    spelling->arena = arena;
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (member->role == ROLE_SIZE)
            size_spell(spelling, member->extent,
                       tree(arena, in_double ? "(double)%s->%s" : "%s->%s", self, member->name));
    }
    for (size_t i = 0; i < function->computed_count; i++)
        size_spell_name(spelling, function->computed[i].value,
                        names_take(names, computed_name(&function->computed[i])));
    return spelling;
}

const char *computed_name(const struct computed_size *computed)
{
    static const char *const names[] = {"block", "block", "chunks", "copies", "root"};
    return names[computed->computation];
}

/* gradc_block(N, D) */
static const struct tree *computation_of(struct emitter *emitter, const struct computed_size *computed)
{
    static const char *const functions[] = {"gradc_block", "gradc_few", "gradc_chunks", "gradc_copies",
                                            "gradc_root"};
    const struct tree **arguments =
        ARENA_ARRAY(emitter->lasting, const struct tree *, computed->argument_count);
    for (int i = 0; i < computed->argument_count; i++)
        arguments[i] = size_c(emitter, computed->arguments[i]);
    return tree_call(emitter->lasting, functions[computed->computation], (unsigned)computed->argument_count,
                     arguments);
}

enum { LONG_COMPUTATION = 200 };

/* One of many sizes, such as the widest of all layers, is a function; many functions may ask for it. */
static bool is_long(struct arena *arena, const struct computed_size *computed)
{
    size_t length = 0;
    for (int i = 0; i < computed->argument_count; i++)
        length += strlen(size_print(arena, computed->arguments[i], SIZE_LANGUAGE));
    return length > LONG_COMPUTATION;
}

static const char *computing_function(struct arena *arena, const struct function *function, size_t i)
{
    return arena_print(arena, "%s_%s_%zu", function->name, computed_name(&function->computed[i]), i);
}

void computed_sizes(struct emitter *emitter, struct names *mentioned, struct code *code)
{
    struct arena *arena = emitter->lasting;
    const struct function *function = emitter->function;
    struct code backwards = {0};
    for (size_t i = function->computed_count; i-- > 0;) {
        const struct computed_size *computed = &function->computed[i];
        const char *name = c_name(emitter, computed->value);
        if (!names_has(mentioned, name))
            continue;
        const struct tree *value =
            is_long(arena, computed)
                ? tree(arena, "%s(%s)", computing_function(arena, function, i), pointer_name(function))
                : computation_of(emitter, computed);
        struct statement *statement = ARENA_NEW(arena, struct statement);
        statement->tree = tree(arena, "const size_t %s = $", name, value);
        names_add_tree(mentioned, statement->tree);
        code_append(arena, &backwards, statement);
    }
    for (size_t i = backwards.statements_count; i-- > 0;)
        code_append(arena, code, backwards.statements[i]);
}

/* Declares those that the code mentions, from the struct's members. */
void emit_computed(struct c_file *file, const struct module *module, const struct function *function,
                   const struct code *mentioning)
{
    struct names *mentioned = names_new(module->arena);
    struct code code = {0};
    names_add_code(mentioned, mentioning);
    struct emitter emitter = size_emitter(module, function, &code);
    computed_sizes(&emitter, mentioned, &code);
    print_body_of(file, &code);
}

/* The functions that compute sizes. */
void emit_computing(struct c_file *file, const struct module *module, const struct function *function)
{
    struct arena *arena = module->arena;
    const char *self = pointer_name(function);
    for (size_t i = 0; i < function->computed_count; i++) {
        if (!is_long(arena, &function->computed[i]))
            continue;
        struct code code = {0};
        struct emitter emitter = size_emitter(module, function, &code);
        emit_line(&emitter, "return $", computation_of(&emitter, &function->computed[i]));
        text_print(&file->text, "GRADC_INLINE size_t %s(const struct %s *%s)\n{\n",
                   computing_function(arena, function, i), function->name, self);
        emit_computed(file, module, function, &code);
        print_body_of(file, &code);
        text_write(&file->text, "}\n\n");
    }
}
