/* emit_entry.c: one entry as a C function: checks, the names of what it reads and writes, and the statements.
 *
 * The statements are printed first; then the declarations of just those arrays that they mention. */
#include <string.h>

#include "emitter.h"

const char *entry_name(enum entry entry)
{
    static const char *const names[] = {
        [ENTRY_FORWARD] = "forward",
        [ENTRY_BACKWARD] = "backward",
        [ENTRY_GRADIENT] = "gradient",
        [ENTRY_JACOBIAN] = "jacobian",
        [ENTRY_HESSIAN] = "hessian",
        [ENTRY_SPARSE_JACOBIAN] = "sparse_jacobian",
        [ENTRY_SPARSE_HESSIAN] = "sparse_hessian",
        [ENTRY_JVP] = "jvp",
        [ENTRY_HVP] = "hvp",
    };
    return names[entry];
}

/* ---- Names ---- */

static bool reads_member(enum role role)
{
    return role == ROLE_INPUT || role == ROLE_INOUT || role == ROLE_OUTPUT_GRADIENT || role == ROLE_TANGENT ||
           role == ROLE_DIRECTION || role == ROLE_TABLE;
}

static void name_sizes(struct emitter *emitter)
{
    struct function *function = emitter->function;
    for (size_t i = 0; i < function->members_count; i++) {
        struct member *member = &function->members[i];
        if (member->role != ROLE_SIZE)
            continue;
        const char *name = names_take(emitter->names, member->name);
        size_set_c_name(member->extent, strcmp(name, member->name) == 0 ? NULL : name);
    }
}

static void name_members(struct emitter *emitter)
{
    struct program *program = emitter->program;
    struct function *function = emitter->function;
    for (size_t i = 0; i < function->members_count; i++) {
        struct member *member = &function->members[i];
        if (member->leaf && reads_member(member->role) && program->is_live[member->leaf->id])
            emitter->leaf_names[member->leaf->id] =
                member->role == ROLE_TABLE ? member->name : names_take(emitter->names, member->name);
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
                 size_name(graph->nodes[i]->loop->variable))
            names_reserve(wanted, size_name(graph->nodes[i]->loop->variable));
    size_t next = 0;
    for (int i = 0; i < COUNT; i++) {
        while (next < 10 && (names_has(wanted, letters[next]) || names_has(emitter->names, letters[next])))
            next++;
        names[i] =
            names_take(emitter->names, next < 10 ? letters[next++] : arena_print(emitter->arena, "i_%d", i));
    }
    name_variables(emitter->program, names, COUNT);
}

/* ---- Checks on entry ---- */

/* Invalid sizes need no workspace, so that the sizes are judged before its pointer. */
static void emit_checks(struct emitter *emitter, bool needs_work)
{
    struct function *function = emitter->function;
    const char *condition = NULL, *nothing = NULL;
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        bool is_needed = (member->role == ROLE_INPUT || member->role == ROLE_INOUT) && member->rank > 0;
        if (is_needed) {
            const char *test = arena_print(emitter->arena, "!%s->%s", emitter->self, member->name);
            condition = condition ? arena_print(emitter->arena, "%s || %s", condition, test) : test;
        }
        if (emitter->program->everything != ALWAYS_WANTED && member->value &&
            entry_writes(emitter->program->entry, member->role)) {
            const char *test = arena_print(emitter->arena, "!%s->%s", emitter->self, member->name);
            nothing = nothing ? arena_print(emitter->arena, "%s && %s", nothing, test) : test;
        }
    }
    if (condition) {
        emit_line(emitter, "if (%s)", condition);
        emit_line(emitter, "    return GRADC_ENULL;");
    }
    if (!has_fixed_sizes(function) || function->conditions_count > 0) {
        emit_line(emitter, "if (%s_check(%s) != GRADC_OK)", function->name, emitter->self);
        emit_line(emitter, "    return GRADC_ESIZE;");
    }
    if (needs_work) {
        emit_line(emitter, "if (!%s->work)", emitter->self);
        emit_line(emitter, "    return GRADC_ENULL;");
    }
    if (nothing) {
        emit_line(emitter, "if (%s)", nothing);
        emit_line(emitter, "    return GRADC_OK;");
    }
}

/* ---- Declarations ---- */

/* Unset, the gradient of the first output counts as 1 if that is a real scalar. */
static bool is_first_output(const struct function *function, const struct member *seed)
{
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].role == ROLE_OUTPUT)
            return seed->role == ROLE_OUTPUT_GRADIENT && strcmp(function->members[i].name, seed->of) == 0;
    return false;
}

static void declare_leaf(struct emitter *emitter, const struct member *member)
{
    const struct node *leaf = member->leaf;
    if (!leaf || !emitter->leaf_names[leaf->id] || !emitter->leaf_is_used[leaf->id] ||
        member->role == ROLE_TABLE)
        return;
    const char *type = c_type(emitter, member->type), *name = emitter->leaf_names[leaf->id];
    const char *source = arena_print(emitter->arena, "%s->%s", emitter->self, member->name);
    if (member->rank == 0 && member->pointer)
        emit_line(emitter, "const %s %s = %s ? *%s : %s;", type, name, source, source,
                  is_first_output(emitter->function, member) ? "1" : "0");
    else if (member->rank == 0)
        emit_line(emitter, "const %s %s = %s;", type, name, source);
    else
        emit_line(emitter, "%s%s *GRADC_RESTRICT const %s = %s; /* %s */",
                  member->role == ROLE_INOUT ? "" : "const ", type, name, source,
                  shape_comment(emitter->arena, member->rank, member->shape));
}

static const char *buffer_shape(struct emitter *emitter, const struct buffer *buffer)
{
    size *left[MAXIMUM_RANK];
    int rank = 0;
    if (!buffer->node)
        return arena_print(emitter->arena, "[%s]", size_print(emitter->arena, buffer->count, SIZE_LANGUAGE));
    for (int a = 0; a < buffer->node->rank; a++)
        if (!(buffer->dropped >> a & 1))
            left[rank++] = buffer->node->shape[a];
    return shape_comment(emitter->arena, rank, left);
}

/* The text of a pointer to a slot: relative to the workspace if all before it have fixed sizes, else to the
 * slot before it. */
static void find_slot_starts(struct emitter *emitter, const char **starts)
{
    struct program *program = emitter->program;
    int64_t offset = 0, count, unit = slot_alignment(emitter->module);
    bool is_fixed = true;
    for (size_t i = 0; i < program->slots_count; i++) {
        struct slot *slot = &program->slots[i];
        if (is_fixed)
            starts[i] = offset ? arena_print(emitter->arena, "work + %lld", (long long)offset) : "work";
        else
            starts[i] = arena_print(emitter->arena, "%s + gradc_room(%s)", program->slots[i - 1].name,
                                    size_c(emitter, program->slots[i - 1].count));
        is_fixed = is_fixed && size_is_number(slot->count, &count);
        if (is_fixed)
            offset += (count + unit - 1) / unit * unit;
    }
}

static void name_slots(struct emitter *emitter, struct buffer **firsts)
{
    struct program *program = emitter->program;
    for (size_t i = 0; i < program->all_buffers_count; i++) {
        struct buffer *buffer = program->all_buffers[i];
        bool is_plain = buffer->slot >= 0 && buffer->storage == STORAGE_WORKSPACE &&
                        !is_integer_type(buffer->type) && !buffer->is_seed;
        if (is_plain && !firsts[buffer->slot])
            firsts[buffer->slot] = buffer;
    }
    for (size_t i = 0; i < program->slots_count; i++)
        program->slots[i].name =
            firsts[i] ? buffer_name(emitter, firsts[i]) : names_take(emitter->names, "room_1");
}

static void declare_buffer(struct emitter *emitter, const struct buffer *buffer, const char *start)
{
    const char *type = c_type(emitter, buffer->type);
    const char *constant = buffer->is_earlier ? "const " : "";
    const struct member *member = buffer->member;
    if (is_integer_type(buffer->type) && start)
        start = arena_print(emitter->arena, "(%s *)(void *)(%s)", type, start);
    if (buffer->is_seed)
        member = emitter->program->leaf_members[buffer->node->id];
    const char *source = !member ? NULL : arena_print(emitter->arena, "%s->%s", emitter->self, member->name);
    const char *shape = buffer_shape(emitter, buffer);
    if (!member)
        emit_line(emitter, "%s%s *const %s = %s; /* %s */", constant, type, buffer->name, start, shape);
    else if (buffer->is_seed)
        emit_line(emitter, "%s *const %s = %s ? (%s *)%s : %s; /* %s */", type, buffer->name, source, type,
                  source, start, shape);
    else if (start)
        emit_line(emitter, "%s%s *const %s = %s ? %s : %s; /* %s */", constant, type, buffer->name, source,
                  source, start, shape);
    else
        emit_line(emitter, "%s%s *GRADC_RESTRICT const %s = %s; /* %s */", constant, type, buffer->name,
                  source, shape);
}

static bool is_declared(const struct buffer *buffer)
{
    return buffer->is_read && buffer->name &&
           (buffer->storage == STORAGE_WORKSPACE || buffer->storage == STORAGE_MEMBER) &&
           !(buffer->member && buffer->member->role == ROLE_INOUT && buffer->member->leaf &&
             buffer->is_leaf_name);
}

/* Slots that nothing mentions are declared only if the place of a later one is counted from them. */
static void declare_slots(struct emitter *emitter)
{
    struct program *program = emitter->program;
    size_t count = program->slots_count;
    const char **starts = ARENA_ARRAY(emitter->arena, const char *, count + 1);
    struct buffer **firsts = ARENA_ARRAY(emitter->arena, struct buffer *, count + 1);
    bool *is_needed = ARENA_ARRAY(emitter->arena, bool, count + 1);
    name_slots(emitter, firsts);
    find_slot_starts(emitter, starts);
    for (size_t i = 0; i < program->all_buffers_count; i++)
        if (program->all_buffers[i]->slot >= 0 && is_declared(program->all_buffers[i]))
            is_needed[program->all_buffers[i]->slot] = true;
    bool any = false;
    for (size_t i = count; i-- > 0;) {
        any = any || is_needed[i];
        if (i + 1 < count && is_needed[i + 1] && strncmp(starts[i + 1], "work", 4) != 0)
            is_needed[i] = true;
    }
    if (any)
        emit_line(emitter, "%s *const work = (%s *)%s->work;", emitter->real, emitter->real, emitter->self);
    for (size_t i = 0; i < count; i++) {
        if (!is_needed[i])
            continue;
        if (firsts[i]) {
            bool constant = firsts[i]->is_earlier &&
                            (i + 1 == count || !is_needed[i + 1] || strncmp(starts[i + 1], "work", 4) == 0);
            emit_line(emitter, "%s%s *%sconst %s = %s; /* %s */", constant ? "const " : "", emitter->real,
                      program->slots[i].sharers == 1 && !firsts[i]->is_earlier ? "GRADC_RESTRICT " : "",
                      program->slots[i].name, starts[i], buffer_shape(emitter, firsts[i]));
        } else {
            emit_line(emitter, "%s *const %s = %s;", emitter->real, program->slots[i].name, starts[i]);
        }
    }
    for (size_t i = 0; i < program->all_buffers_count; i++) {
        struct buffer *buffer = program->all_buffers[i];
        if (is_declared(buffer) && (buffer->slot < 0 || firsts[buffer->slot] != buffer))
            declare_buffer(emitter, buffer, buffer->slot < 0 ? NULL : program->slots[buffer->slot].name);
    }
}

static void declare_all(struct emitter *emitter, struct text *declarations, const char *body)
{
    struct function *function = emitter->function;
    struct text sizes = {.arena = emitter->arena};
    text_write(&sizes, "");
    emitter->out = declarations;
    for (size_t i = 0; i < function->members_count; i++)
        if (reads_member(function->members[i].role))
            declare_leaf(emitter, &function->members[i]);
    declare_slots(emitter);
    struct names *in_body = names_of_text(emitter->arena, body);
    struct names *in_declarations = names_of_text(emitter->arena, declarations->bytes);
    emitter->out = &sizes;
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (member->role != ROLE_SIZE)
            continue;
        const char *name = size_c(emitter, member->extent);
        if (names_has(in_body, name) || names_has(in_declarations, name))
            emit_line(emitter, "const size_t %s = %s->%s;", name, emitter->self, member->name);
    }
    text_write(&sizes, declarations->bytes);
    *declarations = sizes;
}

/* ---- The whole ---- */

static void forget_sizes(struct emitter *emitter)
{
    for (size_t i = 0; i < emitter->function->members_count; i++)
        if (emitter->function->members[i].role == ROLE_SIZE)
            size_set_c_name(emitter->function->members[i].extent, NULL);
}

const char *pointer_name(const struct function *function)
{
    for (size_t i = 0; i < function->members_count; i++)
        if (strcmp(function->members[i].name, "m") == 0)
            return "self_";
    return "m";
}

void emit_entry(struct text *file, struct module *module, const struct emit_options *options,
                struct program *program, bool needs_work)
{
    struct arena *arena = module->arena;
    struct text body = {.arena = arena}, declarations = {.arena = arena};
    bool is_float = module->precision == 32;
    struct emitter emitter = {.arena = arena,
                              .module = module,
                              .function = program->function,
                              .program = program,
                              .options = options,
                              .out = &body,
                              .indent = 1,
                              .names = names_new(arena),
                              .self = pointer_name(program->function),
                              .real = is_float ? "float" : "double",
                              .suffix = is_float ? "f" : "",
                              .width = is_float ? "f32" : "f64",
                              .guard = ALWAYS_WANTED};
    emitter.leaf_names = ARENA_ARRAY(arena, const char *, program->node_count + 1);
    emitter.leaf_is_used = ARENA_ARRAY(arena, bool, program->node_count + 1);
    text_write(&body, "");
    text_write(&declarations, "");
    names_reserve(emitter.names, emitter.self);
    names_reserve(emitter.names, program->function->name);
    for (size_t i = 0; i < program->function->members_count; i++)
        if (program->function->members[i].role == ROLE_TABLE)
            names_reserve(emitter.names, program->function->members[i].name);
    name_sizes(&emitter);
    name_members(&emitter);
    name_loop_variables(&emitter);
    emit_items(&emitter, program->root);
    declare_all(&emitter, &declarations, body.bytes);
    text_print(file, "int %s_%s(struct %s *%s)\n{\n", program->function->name, entry_name(program->entry),
               program->function->name, emitter.self);
    emitter.out = file;
    emit_checks(&emitter, needs_work);
    text_write(file, declarations.bytes);
    text_write(file, body.bytes);
    emit_line(&emitter, "return GRADC_OK;");
    text_write(file, "}\n");
    forget_sizes(&emitter);
}
