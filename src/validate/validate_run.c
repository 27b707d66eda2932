/* validate_run.c: structs, arrays and workspaces for the entries of one function.
 *
 * The workspace has exactly the bytes that the function asks for. Before a call nothing is in it, nor in what
 * the entry is to write; the inputs are constant. */
#include <string.h>

#include "validate_run.h"

struct caller {
    struct arena *arena; /* of what lasts */
    struct arena *calls; /* of one point: cleared with the next */
    const struct c_program *program;
    const struct function *function;
    const struct c_struct *structure;
    struct c_object *self;
    struct c_object **arrays; /* by member: of tensors */
    struct c_run *run;
    enum c_kind real;
    bool is_prepared; /* at this point; with this status */
    int prepared_status;
    const char *fault;
};

static enum c_kind kind_of(const struct caller *caller, const struct member *member)
{
    return member->role == ROLE_SIZE ? C_SIZE : member->type == REAL ? caller->real : C_INT;
}

struct caller *caller_new(struct arena *arena, const struct c_program *program,
                          const struct function *function, int precision, uint64_t seed)
{
    struct caller *caller = ARENA_NEW(arena, struct caller);
    *caller = (struct caller){.arena = arena,
                              .calls = arena_new_in(arena),
                              .program = program,
                              .function = function,
                              .structure = c_find_struct(program, function->name),
                              .real = precision == 32 ? C_FLOAT : C_DOUBLE};
    caller->run = c_run_new(arena, program, seed);
    caller->arrays = ARENA_ARRAY(arena, struct c_object *, function->members_count + 1);
    return caller;
}

struct c_run *caller_run(struct caller *caller)
{
    return caller->run;
}

/* ---- Members ---- */

static struct c_field_value *field_of(struct caller *caller, const struct member *member)
{
    size_t number = c_field_number(caller->structure, member->name);
    return number < caller->structure->fields_count ? &caller->self->fields[number] : NULL;
}

static union c_number number_of(const struct caller *caller, const struct member *member, double value)
{
    union c_number number = {0};
    if (kind_of(caller, member) == C_DOUBLE || kind_of(caller, member) == C_FLOAT)
        number.real = value;
    else
        number.integer = (int64_t)value;
    return number;
}

/* Values from outside into a member's memory. */
static void fill(struct caller *caller, const struct member *member, struct c_object *object,
                 const double *values, size_t count)
{
    for (size_t k = 0; k < count; k++)
        c_put(object, kind_of(caller, member), k, number_of(caller, member, values[k]));
}

static struct c_object *array_of(struct caller *caller, struct point *point, size_t i)
{
    const struct member *member = &caller->function->members[i];
    size_t width = c_width(kind_of(caller, member));
    if (!caller->arrays[i])
        caller->arrays[i] = c_object_new(caller->calls, member->name, point->counts[i] * width, width);
    return caller->arrays[i];
}

static void set_member(struct caller *caller, struct point *point, size_t i, bool has_values)
{
    const struct member *member = &caller->function->members[i];
    struct c_field_value *field = field_of(caller, member);
    if (!field)
        return;
    struct c_object *object = is_pointer_member(member) ? array_of(caller, point, i) : field->object;
    object->is_constant = has_values && member->role != ROLE_INOUT && member->role != ROLE_SIZE;
    if (member->role == ROLE_SIZE)
        fill(caller, member, object, (double[]){(double)point->sizes[i]}, 1);
    else if (has_values)
        fill(caller, member, object, point->values[i], point->counts[i]);
    else
        c_object_poison(object);
    if (is_pointer_member(member)) {
        field->pointer = (struct c_pointer){.object = point->is_null[i] ? NULL : object, .base = BASE_DIRECT};
    }
}

static size_t bytes_asked(struct caller *caller, const char *suffix)
{
    const char *name = arena_print(caller->calls, "%s%s", caller->function->name, suffix);
    const struct c_function *function = c_find_function(caller->program, name);
    struct c_value self = {.pointer = {.object = caller->self, .base = BASE_DIRECT}}, result;
    if (!function || !c_run_call(caller->run, function, &self, &result)) {
        caller->fault = arena_print(caller->calls, "%s: %s", name,
                                    function ? c_run_fault(caller->run) : "is not defined");
        return 0;
    }
    return (size_t)result.integer;
}

static void set_workspace(struct caller *caller, enum entry entry)
{
    enum { MOST_BYTES = 1 << 28 };
    size_t number = c_field_number(caller->structure, "work");
    if (number >= caller->structure->fields_count)
        return;
    size_t bytes = bytes_asked(caller, entry == ENTRY_GRADIENT ? "_gradient_workspace" : "_workspace");
    if (bytes > MOST_BYTES) {
        caller->fault = arena_print(caller->calls, "a workspace of %zu bytes", bytes);
        bytes = 0;
    }
    struct c_object *work = bytes > 0 ? c_object_new(caller->calls, "the workspace", bytes, 4) : NULL;
    caller->self->fields[number].pointer = (struct c_pointer){.object = work, .base = BASE_DIRECT};
}

void caller_begin(struct caller *caller, struct point *point)
{
    arena_clear(caller->calls);
    memset(caller->arrays, 0, caller->function->members_count * sizeof *caller->arrays);
    caller->is_prepared = false;
    caller->fault = NULL;
    if (!caller->structure) {
        caller->fault = arena_print(caller->calls, "there is no struct %s", caller->function->name);
        return;
    }
    caller->self = c_struct_new(caller->calls, caller->structure, "the struct");
    for (size_t i = 0; i < caller->function->members_count; i++) {
        enum role role = caller->function->members[i].role;
        if (role != ROLE_WORKSPACE && role != ROLE_PREPARED && role != ROLE_TABLE)
            set_member(caller, point, i, is_read_role(role));
    }
}

/* ---- Calls ---- */

static void read_outcome(struct caller *caller, struct point *point, enum entry entry,
                         struct outcome *outcome)
{
    size_t count = caller->function->members_count;
    outcome->values = ARENA_ARRAY(caller->calls, double *, count + 1);
    outcome->is_written = ARENA_ARRAY(caller->calls, bool *, count + 1);
    for (size_t i = 0; i < count; i++) {
        const struct member *member = &caller->function->members[i];
        struct c_field_value *field = field_of(caller, member);
        if (!field || !is_written_by(entry, member) || point->is_null[i])
            continue;
        const struct c_object *object = is_pointer_member(member) ? caller->arrays[i] : field->object;
        outcome->values[i] = ARENA_ARRAY(caller->calls, double, point->counts[i] + 1);
        outcome->is_written[i] = ARENA_ARRAY(caller->calls, bool, point->counts[i] + 1);
        for (size_t k = 0; k < point->counts[i]; k++) {
            union c_number number;
            enum c_kind kind = kind_of(caller, member);
            outcome->is_written[i][k] = c_get(object, kind, k, &number);
            outcome->values[i][k] =
                kind == C_DOUBLE || kind == C_FLOAT ? number.real : (double)number.integer;
        }
    }
}

/* Before a call: what it writes is unwritten, what it reads is there. Backward finds what forward left. */
static void prepare(struct caller *caller, struct point *point, enum entry entry)
{
    for (size_t i = 0; i < caller->function->members_count; i++) {
        const struct member *member = &caller->function->members[i];
        bool is_left = entry == ENTRY_BACKWARD && (member->role == ROLE_OUTPUT ||
                                                   member->role == ROLE_INOUT || member->role == ROLE_INPUT);
        if (member->role == ROLE_WORKSPACE || member->role == ROLE_PREPARED || member->role == ROLE_TABLE ||
            is_left)
            continue;
        set_member(caller, point, i, is_read_role(member->role));
    }
    if (entry != ENTRY_BACKWARD)
        set_workspace(caller, entry);
}

/* Runs `prepare`, once at a point, in a block of just the bytes that it asks for, which stays as it leaves
 * it. */
static void prepare_given(struct caller *caller, struct point *point)
{
    const char *name = arena_print(caller->calls, "%s_prepare", caller->function->name);
    const struct c_function *function = c_find_function(caller->program, name);
    size_t number = c_field_number(caller->structure, "prepared");
    if (caller->is_prepared || caller->fault)
        return;
    caller->is_prepared = true;
    size_t bytes = bytes_asked(caller, "_prepared_size");
    struct c_object *block = bytes > 0 ? c_object_new(caller->calls, "what is prepared", bytes, 4) : NULL;
    caller->self->fields[number].pointer = (struct c_pointer){.object = block, .base = BASE_DIRECT};
    prepare(caller, point, ENTRY_PREPARE);
    struct c_value self = {.pointer = {.object = caller->self, .base = BASE_DIRECT}}, result;
    if (caller->fault || !function || !c_run_call(caller->run, function, &self, &result)) {
        if (!caller->fault)
            caller->fault = function ? arena_print(caller->calls, "%s: %s", name, c_run_fault(caller->run))
                                     : arena_print(caller->calls, "%s is not defined", name);
        return;
    }
    caller->prepared_status = (int)result.integer;
    if (block)
        block->is_constant = true;
}

struct outcome *caller_call(struct caller *caller, struct point *point, enum entry entry)
{
    struct outcome *outcome = ARENA_NEW(caller->calls, struct outcome);
    const char *name = arena_print(caller->calls, "%s_%s", caller->function->name, entry_name(entry));
    const struct c_function *function = c_find_function(caller->program, name);
    if (!caller->fault && !function)
        caller->fault = arena_print(caller->calls, "%s is not defined", name);
    if (caller->function->entries[ENTRY_PREPARE])
        prepare_given(caller, point);
    if (!caller->fault)
        prepare(caller, point, entry);
    outcome->fault = caller->fault;
    outcome->is_unfinished = c_run_is_out_of_time(caller->run);
    if (outcome->fault)
        return outcome;
    if (caller->is_prepared && (caller->prepared_status != 0 || entry == ENTRY_PREPARE)) {
        outcome->status = caller->prepared_status; /* the others must not follow */
        return outcome;
    }
    struct c_value self = {.pointer = {.object = caller->self, .base = BASE_DIRECT}}, result;
    if (!c_run_call(caller->run, function, &self, &result)) {
        outcome->is_unfinished = c_run_is_out_of_time(caller->run);
        outcome->fault = c_run_fault(caller->run);
        return outcome;
    }
    outcome->status = (int)result.integer;
    read_outcome(caller, point, entry, outcome);
    return outcome;
}
