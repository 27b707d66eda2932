/* emit_entry.c: one entry as a C function: checks, the names of what it reads and writes, and the statements.
 *
 * The statements are printed first; then what declares just those arrays that they mention. */
#include <string.h>

#include "emitter.h"
#include "map.h"

/* ---- Names ---- */

static void name_sizes(struct emitter *emitter)
{
    struct function *function = emitter->function;
    for (size_t i = 0; i < function->members_count; i++) {
        struct member *member = &function->members[i];
        if (member->role != ROLE_SIZE)
            continue;
        const char *name = names_take(emitter->names, member->name);
        size_spell_name(emitter->spelling, member->extent, name);
        map_set(emitter->arena, emitter->value_members, name, member);
    }
    for (size_t i = 0; i < function->computed_count; i++)
        size_spell_name(emitter->spelling, function->computed[i].value,
                        names_take(emitter->names, computed_name(&function->computed[i])));
}

static void name_members(struct emitter *emitter)
{
    struct program *program = emitter->program;
    struct function *function = emitter->function;
    for (size_t i = 0; i < function->members_count; i++) {
        struct member *member = &function->members[i];
        if (!member->leaf || !(reads_member(member->role) || member->role == ROLE_TABLE) ||
            !program->is_live[member->leaf->id])
            continue;
        const char *name =
            member->role == ROLE_TABLE ? member->name : names_take(emitter->names, member->name);
        emitter->leaf_names[member->leaf->id] = name;
        if (member->rank == 0)
            map_set(emitter->arena, emitter->value_members, name, member);
    }
    for (size_t i = 0; i < program->all_buffers_count; i++) {
        struct buffer *buffer = program->all_buffers[i];
        if (buffer->is_seed)
            buffer->name = emitter->leaf_names[buffer->node->id];
        if (!buffer->member)
            continue;
        const struct node *leaf = buffer->member->role == ROLE_INOUT ? buffer->member->leaf : NULL;
        if (leaf && program->is_live[leaf->id] && emitter->leaf_names[leaf->id]) {
            buffer->name = emitter->leaf_names[leaf->id];
            buffer->is_leaf_name = true;
            emitter->leaf_is_used[leaf->id] = true;
        } else {
            buffer->name = names_take(emitter->names, buffer->member->name);
        }
    }
}

/* What an earlier entry leaves in the workspace is called here as there, if it has an array of its own. */
static void name_kept_values(struct emitter *emitter, const char *const *kept_names)
{
    struct program *program = emitter->program;
    for (size_t i = 0; i < program->all_buffers_count; i++) {
        struct buffer *buffer = program->all_buffers[i];
        const char *name = buffer->node ? kept_names[buffer->node->id] : NULL;
        if (!name || buffer->name || buffer->storage != STORAGE_WORKSPACE || array_of(buffer) != buffer ||
            names_has(emitter->names, name))
            continue;
        buffer->name = name;
        names_reserve(emitter->names, name);
    }
}

static void record_kept_names(const struct emitter *emitter, const char **kept_names)
{
    const struct program *program = emitter->program;
    struct arena *arena = emitter->module->arena;
    for (size_t i = 0; i < program->all_buffers_count; i++) {
        struct buffer *buffer = program->all_buffers[i], *array = array_of(buffer);
        if (buffer->is_kept && buffer->node && array->name)
            kept_names[buffer->node->id] = arena_print(arena, "%s", array->name);
    }
}

/* Loop variables take letters that nothing else wants. */
static void name_loop_variables(struct emitter *emitter)
{
    static const char *const letters[] = {"i", "j", "k", "l", "p", "q", "r", "s", "u", "v"};
    enum { COUNT = 2 * MAXIMUM_AXES };
    struct graph *graph = emitter->function->graph;
    struct names *wanted = names_new(emitter->arena);
    const char **names = ARENA_ARRAY(emitter->arena, const char *, COUNT);
    for (size_t i = 0; i < emitter->program->node_count; i++)
        if (emitter->program->is_live[i] && graph->nodes[i]->name && !graph->nodes[i]->name[1])
            names_reserve(wanted, graph->nodes[i]->name);
        else if (emitter->program->is_live[i] && graph->nodes[i]->op == OP_LOOP &&
                 graph->nodes[i]->loop->is_branch)
            size_spell_name(emitter->spelling, graph->nodes[i]->loop->variable, "0"); /* its one round */
        else if (emitter->program->is_live[i] && graph->nodes[i]->op == OP_LOOP &&
                 size_name(graph->nodes[i]->loop->variable))
            names_reserve(wanted, size_name(graph->nodes[i]->loop->variable));
    size_t next = 0;
    for (int i = 0; i < COUNT; i++) {
        while (next < 10 && (names_has(wanted, letters[next]) || names_has(emitter->names, letters[next])))
            next++;
        names[i] =
            names_take(emitter->names, next < 10 ? letters[next++] : arena_print(emitter->arena, "i_%d", i));
    }
    name_variables(emitter->program, emitter->spelling, names, COUNT);
}

/* ---- Checks on entry ---- */

/* Invalid sizes need no workspace, so that the sizes are judged before its pointer. */
static void emit_checks(struct emitter *emitter, enum truth needs_work)
{
    struct function *function = emitter->function;
    const struct tree *missing = NULL, *nothing = NULL;
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        bool is_needed = (member->role == ROLE_INPUT || member->role == ROLE_INOUT) && member->rank > 0 &&
                         (member->is_given || emitter->program->entry != ENTRY_PREPARE) &&
                         (!member->is_multiplier || emitter->program->is_live[member->leaf->id]);
        if (is_needed)
            missing = joined(emitter, missing, "||", form(emitter, "!%s->%s", emitter->self, member->name));
        if (emitter->program->everything != ALWAYS_WANTED && member->value &&
            entry_writes(emitter->program->entry, member->role))
            nothing = joined(emitter, nothing, "&&", form(emitter, "!%s->%s", emitter->self, member->name));
    }
    const char *self = emitter->self;
    if (missing)
        emit_failure(emitter, missing, "GRADC_ENULL");
    if (!has_fixed_sizes(function) || function->conditions_count > 0)
        emit_failure(emitter, form(emitter, "%s_check(%s) != GRADC_OK", function->name, self), "GRADC_ESIZE");
    if (needs_work == SOMETIMES)
        emit_failure(emitter,
                     form(emitter, "!%s->work && %s_%sworkspace(%s) > 0", self, function->name,
                          emitter->program->entry == ENTRY_GRADIENT ? "gradient_" : "", self),
                     "GRADC_ENULL");
    else if (needs_work == ALWAYS)
        emit_failure(emitter, form(emitter, "!%s->work", self), "GRADC_ENULL");
    if (has_prepared_values(function))
        emit_failure(emitter, form(emitter, "!%s->prepared", self), "GRADC_ENULL");
    if (emitter->program->entry == ENTRY_PREPARE && !missing && !has_prepared_values(function) &&
        has_fixed_sizes(function) && function->conditions_count == 0)
        emit_line(emitter, "(void)%s", self); /* nothing is worth keeping of numbers */
    if (nothing)
        emit_failure(emitter, nothing, "GRADC_OK");
}

/* ---- The whole ---- */

const char *pointer_name(const struct function *function)
{
    for (size_t i = 0; i < function->members_count; i++)
        if (strcmp(function->members[i].name, "m") == 0)
            return "self_";
    return "m";
}

void emit_entry(struct c_file *file, struct module *module, const struct emit_options *options,
                struct program *program, enum truth needs_work, const char **kept_names)
{
    struct arena *arena = arena_new(); /* lives until the entry's text is in the file */
    bool is_float = module->precision == 32;
    struct emitter emitter = {.arena = arena,
                              .lasting = arena,
                              .module = module,
                              .function = program->function,
                              .program = program,
                              .options = options,
                              .out = file,
                              .names = names_new_in_c(arena),
                              .self = pointer_name(program->function),
                              .real = is_float ? "float" : "double",
                              .suffix = is_float ? "f" : "",
                              .width = is_float ? "f32" : "f64",
                              .guard = ALWAYS_WANTED};
    emitter.spelling = ARENA_NEW(arena, struct spelling);
    emitter.spelling->arena = arena;
    emitter.leaf_names = ARENA_ARRAY(arena, const char *, program->node_count + 1);
    emitter.value_members = ARENA_NEW(arena, struct map);
    emitter.leaf_is_used = ARENA_ARRAY(arena, bool, program->node_count + 1);
    names_reserve(emitter.names, emitter.self);
    names_reserve(emitter.names, program->function->name);
    names_reserve(emitter.names, kernel_name(&emitter));
    for (size_t i = 0; i < program->function->members_count; i++)
        if (program->function->members[i].role == ROLE_TABLE)
            names_reserve(emitter.names, program->function->members[i].name);
    name_sizes(&emitter);
    name_members(&emitter);
    name_loop_variables(&emitter);
    name_kept_values(&emitter, kept_names);
    struct body *entry = print_body(&emitter, program->root, 0);
    struct arrays *arrays = find_arrays(&emitter);
    struct code statements = emit_stretches(&emitter, entry, &arrays), checks = {0};
    struct code body = emit_function_body(&emitter, kernel_name(&emitter), arrays, &statements, true);
    text_print(&file->text, "int %s_%s(struct %s *%s)\n{\n", program->function->name,
               entry_name(program->entry), program->function->name, emitter.self);
    emit_into(&emitter, &checks);
    emit_checks(&emitter, needs_work);
    print_body_of(file, &checks);
    print_body_of(file, &body);
    text_write(&file->text, "}\n");
    record_kept_names(&emitter, kept_names);
    name_variables(program, NULL, NULL, 0);
    arena_free(arena);
}
