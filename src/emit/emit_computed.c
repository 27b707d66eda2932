/* emit_computed.c: sizes that are computed from others, such as the rows of a block: where they are declared,
 * and the functions that compute the long ones. */
#include <string.h>

#include "emitter.h"

static const char *real_type(const struct module *module)
{
    return module->precision == 32 ? "float" : "double";
}

/* What makes statements of size functions. */
struct emitter size_emitter(const struct module *module, const struct function *function, struct code *code)
{
    return (struct emitter){.arena = module->arena,
                            .lasting = module->arena,
                            .self = pointer_name(function),
                            .real = real_type(module),
                            .code = code};
}

void spell_sizes(struct arena *arena, const struct function *function, const char *self, bool in_double)
{
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (member->role == ROLE_SIZE)
            size_spell(member->extent,
                       !self ? NULL
                             : tree(arena, in_double ? "(double)%s->%s" : "%s->%s", self, member->name));
    }
}

const char *computed_name(const struct computed_size *computed)
{
    static const char *const names[] = {"block", "block", "chunks", "copies", "root"};
    return names[computed->computation];
}

/* gradc_block(N, D) */
static const struct tree *computation_of(struct arena *arena, const struct computed_size *computed)
{
    static const char *const functions[] = {"gradc_block", "gradc_few", "gradc_chunks", "gradc_copies",
                                            "gradc_root"};
    const struct tree **arguments = ARENA_ARRAY(arena, const struct tree *, computed->argument_count);
    for (int i = 0; i < computed->argument_count; i++)
        arguments[i] = size_tree(arena, computed->arguments[i], SIZE_WHOLE);
    return tree_call(arena, functions[computed->computation], (unsigned)computed->argument_count, arguments);
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

void computed_sizes(struct arena *arena, const struct function *function, struct names *mentioned,
                    struct code *code)
{
    struct code backwards = {0};
    for (size_t i = function->computed_count; i-- > 0;) {
        const struct computed_size *computed = &function->computed[i];
        const char *name = size_c_name(computed->value);
        if (!names_has(mentioned, name))
            continue;
        const struct tree *value =
            is_long(arena, computed)
                ? tree(arena, "%s(%s)", computing_function(arena, function, i), pointer_name(function))
                : computation_of(arena, computed);
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
    spell_sizes(module->arena, function, pointer_name(function), false);
    computed_sizes(module->arena, function, mentioned, &code);
    spell_sizes(module->arena, function, NULL, false);
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
        spell_sizes(arena, function, self, false);
        emit_line(&emitter, "return $", computation_of(arena, &function->computed[i]));
        spell_sizes(arena, function, NULL, false);
        text_print(&file->text, "GRADC_INLINE size_t %s(const struct %s *%s)\n{\n",
                   computing_function(arena, function, i), function->name, self);
        emit_computed(file, module, function, &code);
        print_body_of(file, &code);
        text_write(&file->text, "}\n\n");
    }
}
